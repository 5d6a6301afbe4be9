/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor-private.h"

#include <stdarg.h>

void doctor_tell(struct doctor *doctor, enum ub_doctor_word word, const char *what, const char *help,
    const char *format, ...)
{
	struct ub_buf text = UB_BUF(doctor->arena);
	va_list args;
	va_start(args, format);
	ub_buf_vprintf(&text, format, args);
	va_end(args);
	*ub_push(doctor->arena, doctor->lines) =
	    (struct ub_doctor_line){ .word = word, .what = what, .text = ub_buf_text(&text), .help = help };
}

struct ub_text doctor_why(struct doctor *doctor, const struct ub_response *response)
{
	return response->error.len ? response->error
				   : ub_textf(doctor->arena, "it answers with status %d", response->status);
}
