/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

#define LINE_OCTETS 75

void ub_ical_fold(struct ub_buf *out, struct ub_text line)
{
	size_t room = LINE_OCTETS;
	while (line.len > room) {
		/* A line must not end within a character, whose later bytes are 10xxxxxx. */
		size_t cut = room;
		while (cut > room - 4 && ((unsigned char)line.ptr[cut] & 0xC0) == 0x80)
			cut--;
		ub_buf_add(out, ub_text_sub(line, 0, cut));
		ub_buf_str(out, "\r\n ");
		line = ub_text_sub(line, cut, line.len);
		room = LINE_OCTETS - 1; /* the blank at the beginning counts */
	}
	ub_buf_add(out, line);
	ub_buf_str(out, "\r\n");
}

/* A text may not contain control characters other than line feed and tab. */
void ub_ical_escape(struct ub_buf *out, struct ub_text value)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.ptr[i];
		if (c == '\n')
			ub_buf_str(out, "\\n");
		else if (c == ',' || c == ';' || c == '\\')
			ub_buf_printf(out, "\\%c", c);
		else if ((c >= 0x20 && c != 0x7F) || c == '\t')
			ub_buf_char(out, (char)c);
	}
}

void ub_ical_put_text(struct ub_buf *out, const char *name, struct ub_text value)
{
	struct ub_buf line = UB_BUF(out->arena);
	if (value.len == 0)
		return;
	ub_buf_printf(&line, "%s:", name);
	ub_ical_escape(&line, value);
	ub_ical_fold(out, ub_buf_text(&line));
}

void ub_ical_put(struct ub_buf *out, const char *format, ...)
{
	struct ub_buf line = UB_BUF(out->arena);
	va_list args;
	va_start(args, format);
	ub_buf_vprintf(&line, format, args);
	va_end(args);
	ub_ical_fold(out, ub_buf_text(&line));
}
