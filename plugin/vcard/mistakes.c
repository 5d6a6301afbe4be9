/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>

#include "vcard.h"

#define MESSAGE_MAX  400
#define MISTAKES_MAX 20 /* cards that are told one by one */

void vcard_leave_out(
    struct vcard_reading *reading, struct ub_plugin_place place, const char *help, const char *message, ...)
{
	char text[MESSAGE_MAX];
	va_list args;
	if (reading->mistakes++ >= MISTAKES_MAX)
		return;
	va_start(args, message);
	vsnprintf(text, sizeof(text), message, args);
	va_end(args);
	reading->host->error(reading->host, place, text, help);
}

void vcard_report_rest(const struct vcard_reading *reading)
{
	char message[100];
	if (reading->mistakes <= MISTAKES_MAX)
		return;
	snprintf(message, sizeof(message), "%zu more cards are left out", reading->mistakes - MISTAKES_MAX);
	reading->host->error(reading->host, reading->source->place, message, NULL);
}
