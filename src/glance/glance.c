/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/glance.h"

#include <string.h>

#define WORD(word)                                                                                           \
	{                                                                                                    \
		word, sizeof(word) - 1                                                                       \
	}

/* Lines by which an object concerns somebody else, is more than one event, or is read in a way of its own. */
static const struct ub_text not_lone[] = { WORD("ATTENDEE"), WORD("ORGANIZER"), WORD("RRULE"), WORD("RDATE"),
	WORD("EXRULE"), WORD("EXDATE"), WORD("RECURRENCE-ID"), WORD("RELATED-TO"), WORD("DURATION"),
	WORD("METHOD"), WORD("X-MICROSOFT-CDO-ALLDAYEVENT") };

static const struct ub_text counted[UB_GLANCE_LINES] = {
	[UB_GLANCE_UID] = WORD("UID"),
	[UB_GLANCE_SUMMARY] = WORD("SUMMARY"),
	[UB_GLANCE_DTSTART] = WORD("DTSTART"),
	[UB_GLANCE_DTEND] = WORD("DTEND"),
	[UB_GLANCE_DUE] = WORD("DUE"),
	[UB_GLANCE_STATUS] = WORD("STATUS"),
	[UB_GLANCE_TRANSP] = WORD("TRANSP"),
	[UB_GLANCE_CLASS] = WORD("CLASS"),
	[UB_GLANCE_PRODID] = WORD("PRODID"),
};

static bool is_one_of(struct ub_text name, const struct ub_text *names, size_t n, size_t *which)
{
	for (*which = 0; *which < n; ++*which)
		if (name.len == names[*which].len && ub_text_eq_nocase(name, names[*which]))
			return true;
	return false;
}

static bool is_mark(struct ub_text name)
{
	const struct ub_text mark = UB_TEXT("X-UPBEAT");
	return name.len >= mark.len && ub_text_eq_nocase(ub_text_sub(name, 0, mark.len), mark);
}

/* ---- lines ---- */

struct line {
	struct ub_text whole;       /* as it stands, with its folds */
	struct ub_text name, value; /* value: empty where parameters come first */
	bool folded;                /* the value goes on in lines that are left out */
};

/* Takes a line as it stands off *rest, without its end. False: there is a CR in it, which some take for an
 * end. */
static bool next_bare(struct ub_text *rest, struct ub_text *line)
{
	const char *end = memchr(rest->ptr, '\n', rest->len);
	size_t len = end ? (size_t)(end - rest->ptr) : rest->len;
	*line = ub_text_n(rest->ptr, len);
	*rest = ub_text_sub(*rest, end ? len + 1 : len, rest->len);
	if (len && line->ptr[len - 1] == '\r')
		line->len--;
	return !memchr(line->ptr, '\r', line->len);
}

static bool is_folded(struct ub_text rest)
{
	return rest.len && (rest.ptr[0] == ' ' || rest.ptr[0] == '\t');
}

static bool is_of_name(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static bool split(struct ub_text bare, struct line *line)
{
	size_t n = 0;
	while (n < bare.len && is_of_name(bare.ptr[n]))
		n++;
	if (n == 0 || n == bare.len || (bare.ptr[n] != ':' && bare.ptr[n] != ';'))
		return false;
	line->name = ub_text_sub(bare, 0, n);
	line->value = bare.ptr[n] == ':' ? ub_text_sub(bare, n + 1, bare.len) : UB_TEXT_NONE;
	return true;
}

static void skip_empty_lines(struct ub_text *rest)
{
	for (;;) {
		size_t n = ub_text_starts(*rest, UB_TEXT("\r\n")) ? 2 : ub_text_starts(*rest, UB_TEXT("\n"));
		struct ub_text next = ub_text_sub(*rest, n, rest->len);
		if (n == 0 || is_folded(next))
			return;
		*rest = next;
	}
}

/* Takes a line off *rest, with its folds. False: it is not written plainly. */
static bool next_line(struct ub_text *rest, struct line *line)
{
	struct ub_text bare;
	const char *begin = rest->ptr;
	if (!next_bare(rest, &bare) || !split(bare, line))
		return false;
	line->folded = is_folded(*rest);
	while (is_folded(*rest))
		if (!next_bare(rest, &bare))
			return false;
	line->whole = ub_text_n(begin, (size_t)(bare.ptr + bare.len - begin));
	return true;
}

/* ---- components ---- */

enum place { OUTSIDE, CALENDAR, ZONE, ZONE_RULE, OBJECT, ALARM, PLACES };

static const struct {
	struct ub_text name;
	enum place from, to;
} components[] = { { WORD("VCALENDAR"), OUTSIDE, CALENDAR }, { WORD("VTIMEZONE"), CALENDAR, ZONE },
	{ WORD("STANDARD"), ZONE, ZONE_RULE }, { WORD("DAYLIGHT"), ZONE, ZONE_RULE },
	{ WORD("VEVENT"), CALENDAR, OBJECT }, { WORD("VTODO"), CALENDAR, OBJECT },
	{ WORD("VALARM"), OBJECT, ALARM } };

/* Which component begins or ends. UB_COUNT(components): none that belongs there. */
static size_t component_of(struct ub_text name, enum place at, bool begins)
{
	size_t i = 0;
	while (i < UB_COUNT(components) && !((begins ? components[i].from : components[i].to) == at &&
					       ub_text_eq(name, components[i].name)))
		i++;
	return i;
}

struct reader {
	enum place at;
	size_t opened[PLACES]; /* by where it has led: which component is open there */
	bool calendar, object; /* there was one */
	struct ub_glance *glance;
};

static bool begin(struct reader *reader, const struct line *line)
{
	size_t i = component_of(line->value, reader->at, true);
	if (i == UB_COUNT(components))
		return false;
	reader->at = components[i].to;
	reader->opened[reader->at] = i;
	bool again = (reader->at == CALENDAR && reader->calendar) || (reader->at == OBJECT && reader->object);
	reader->calendar |= reader->at == CALENDAR;
	reader->object |= reader->at == OBJECT;
	reader->glance->task |= reader->at == OBJECT && ub_text_is(line->value, "VTODO");
	return !again;
}

static bool end(struct reader *reader, const struct line *line)
{
	size_t i = component_of(line->value, reader->at, false);
	if (i == UB_COUNT(components) || reader->opened[reader->at] != i)
		return false;
	reader->at = components[i].from;
	return true;
}

/* A line of the calendar, or of the event or task. */
static bool take_own(struct reader *reader, const struct line *line)
{
	size_t which;
	struct ub_glance *glance = reader->glance;
	if (is_one_of(line->name, not_lone, UB_COUNT(not_lone), &which))
		return false;
	if (!is_one_of(line->name, counted, UB_COUNT(counted), &which) ||
	    (which == UB_GLANCE_PRODID) != (reader->at == CALENDAR))
		return true;
	if (glance->lines[which].len)
		return which == UB_GLANCE_PRODID;
	glance->lines[which] = line->whole;
	if (which == UB_GLANCE_UID)
		glance->uid = line->folded ? UB_TEXT_NONE : ub_text_trim(line->value);
	return true;
}

static bool is_named(const struct line *line, struct ub_text name)
{
	return line->name.len == name.len && ub_text_eq_nocase(line->name, name);
}

static bool take(struct reader *reader, const struct line *line)
{
	bool begins = is_named(line, UB_TEXT("BEGIN"));
	if (begins || is_named(line, UB_TEXT("END")))
		return !line->folded && (begins ? begin(reader, line) : end(reader, line));
	if (reader->at == OUTSIDE || is_mark(line->name))
		return false;
	return (reader->at != CALENDAR && reader->at != OBJECT) || take_own(reader, line);
}

bool ub_glance_is_lone(struct ub_text object, struct ub_glance *glance)
{
	struct reader reader = { .at = OUTSIDE, .glance = glance };
	struct line line;
	*glance = (struct ub_glance){ 0 };
	if (object.len && memchr(object.ptr, '\0', object.len))
		return false; /* some take it for the end */
	for (skip_empty_lines(&object); object.len; skip_empty_lines(&object))
		if (!next_line(&object, &line) || !take(&reader, &line))
			return false;
	/* A UID that is no UTF-8 is mended by who reads it. */
	struct ub_text uid = glance->uid;
	return reader.at == OUTSIDE && reader.object && uid.len && !memchr(uid.ptr, '\\', uid.len) &&
	       ub_text_utf8_valid(uid);
}

/* ---- in brief ---- */

static void add_line(struct ub_buf *brief, struct ub_text line)
{
	ub_buf_add(brief, line);
	ub_buf_add(brief, UB_TEXT("\r\n"));
}

struct ub_text ub_glance_brief(const struct ub_glance *glance, struct ub_arena *arena)
{
	struct ub_buf brief = UB_BUF(arena);
	add_line(&brief, UB_TEXT("BEGIN:VCALENDAR"));
	if (glance->lines[UB_GLANCE_PRODID].len)
		add_line(&brief, glance->lines[UB_GLANCE_PRODID]);
	add_line(&brief, glance->task ? UB_TEXT("BEGIN:VTODO") : UB_TEXT("BEGIN:VEVENT"));
	for (size_t i = 0; i < UB_GLANCE_PRODID; i++)
		if (glance->lines[i].len)
			add_line(&brief, glance->lines[i]);
	add_line(&brief, glance->task ? UB_TEXT("END:VTODO") : UB_TEXT("END:VEVENT"));
	add_line(&brief, UB_TEXT("END:VCALENDAR"));
	return ub_buf_text(&brief);
}
