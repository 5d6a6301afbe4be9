/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

/* A message is about one cell or row. */
#define MESSAGE_MAX 400

void *table_array(void *items, size_t n, size_t size)
{
	void *grown = reallocarray(items, n ? n : 1, size);
	if (!grown)
		abort();
	return grown;
}

char *table_copy(const char *text)
{
	char *copy = strdup(text);
	if (!copy)
		abort();
	return copy;
}

void table_fail(struct table *table, struct ub_plugin_place place, const char *help, const char *message, ...)
{
	char text[MESSAGE_MAX];
	va_list args;
	va_start(args, message);
	vsnprintf(text, sizeof(text), message, args);
	va_end(args);
	table->host->error(table->host, place, text, help);
	table->failed = true;
}

size_t table_character(const char *bytes, size_t len)
{
	const unsigned char *c = (const unsigned char *)bytes;
	if (len == 0)
		return 0;
	size_t n = c[0] < 0x80   ? 1
		   : c[0] < 0xC2 ? 0
		   : c[0] < 0xE0 ? 2
		   : c[0] < 0xF0 ? 3
		   : c[0] < 0xF5 ? 4
				 : 0;
	if (n > len)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((c[i] & 0xC0) != 0x80)
			return 0;
	bool overlong = (n == 3 && c[0] == 0xE0 && c[1] < 0xA0) || (n == 4 && c[0] == 0xF0 && c[1] < 0x90);
	bool beyond = (n == 3 && c[0] == 0xED && c[1] > 0x9F) || (n == 4 && c[0] == 0xF4 && c[1] > 0x8F);
	return overlong || beyond ? 0 : n;
}
