/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "vcard.h"

/* ---- lines ---- */

/* The physical line at `at`: its length without its end. *next is the beginning of the next one. */
static size_t line_at(const char *bytes, size_t len, size_t at, size_t *next)
{
	const char *end = memchr(bytes + at, '\n', len - at);
	size_t stop = end ? (size_t)(end - bytes) : len;
	*next = end ? stop + 1 : stop;
	while (stop > at && bytes[stop - 1] == '\r')
		stop--;
	return stop - at;
}

/* Whether the line is one property with this value, whatever their case. */
static bool is_line(const char *line, size_t len, const char *wanted)
{
	size_t n = strlen(wanted);
	while (len > n && (line[len - 1] == ' ' || line[len - 1] == '\t'))
		len--;
	return len == n && strncasecmp(line, wanted, n) == 0;
}

/* Whether the line begins a property that is long, and that nobody reads. */
static bool is_bulky(const char *line, size_t len)
{
	static const char *const bulky[] = { "PHOTO", "LOGO", "SOUND", "KEY" };
	size_t name = 0;
	while (name < len && line[name] != ':' && line[name] != ';')
		name++;
	const char *group = memrchr(line, '.', name);
	const char *begin = group ? group + 1 : line;
	for (size_t i = 0; i < sizeof(bulky) / sizeof(bulky[0]); i++)
		if ((size_t)(line + name - begin) == strlen(bulky[i]) &&
		    strncasecmp(begin, bulky[i], strlen(bulky[i])) == 0)
			return true;
	return false;
}

/* The text without what is bulky, of which line ends stay, so that messages count lines as the file has them.
 */
static char *without_bulk(const char *bytes, size_t len, size_t *kept_len)
{
	char *kept = web_memory(len + 1);
	bool bulky = false;
	*kept_len = 0;
	for (size_t at = 0, next; at < len; at = next) {
		const size_t n = line_at(bytes, len, at, &next);
		const bool folded = bytes[at] == ' ' || bytes[at] == '\t';
		bulky = folded ? bulky : is_bulky(bytes + at, n);
		const size_t from = bulky ? at + n : at;
		if (bulky && next == at + n)
			break;
		memcpy(kept + *kept_len, bytes + from, next - from);
		*kept_len += next - from;
	}
	return kept;
}

/* ---- cards ---- */

/* Gives each card, also the last one if it has no end: then the card's reader says so. */
static void give_cards(struct vcard_reading *reading, size_t document, const char *text, size_t len)
{
	size_t begin = 0, depth = 0;
	for (size_t at = 0, next; at < len && !reading->host->stopping(reading->host); at = next) {
		const size_t n = line_at(text, len, at, &next);
		if (is_line(text + at, n, "BEGIN:VCARD")) {
			begin = depth++ ? begin : at;
		} else if (is_line(text + at, n, "END:VCARD") && depth > 0 && --depth == 0) {
			vcard_give_card(reading, document, text + begin, next - begin, begin);
		}
	}
	if (depth > 0)
		vcard_give_card(reading, document, text + begin, len - begin, begin);
}

static bool has_card(const char *text, size_t len)
{
	for (size_t at = 0, next; at < len; at = next)
		if (is_line(text + at, line_at(text, len, at, &next), "BEGIN:VCARD"))
			return true;
	return false;
}

void vcard_give_text(struct vcard_reading *reading, const char *name, const char *bytes, size_t len)
{
	size_t kept_len;
	const size_t mark = len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
	char *kept = without_bulk(bytes + mark, len - mark, &kept_len);
	const size_t document = reading->host->document(reading->host, name, kept, kept_len);
	const struct ub_plugin_place place = { document, 0, 0 };
	if (kept_len > 0 && memchr(kept, '\0', kept_len))
		vcard_leave_out(reading, place, "save it as UTF-8", "there is a NUL byte, as in UTF-16");
	else if (has_card(kept, kept_len))
		give_cards(reading, document, kept, kept_len);
	else
		vcard_leave_out(
		    reading, place, "take it away, or correct the name", "there is no vCard in it");
	free(kept);
}
