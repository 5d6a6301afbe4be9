/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

struct word {
	const char *word;
	int value;
};

static const struct word cutypes[] = { { "INDIVIDUAL", UB_CUTYPE_INDIVIDUAL }, { "GROUP", UB_CUTYPE_GROUP },
	{ "RESOURCE", UB_CUTYPE_RESOURCE }, { "ROOM", UB_CUTYPE_ROOM }, { "", UB_CUTYPE_INDIVIDUAL }, { 0 } };
static const struct word roles[] = { { "REQ-PARTICIPANT", UB_ROLE_REQUIRED }, { "CHAIR", UB_ROLE_CHAIR },
	{ "OPT-PARTICIPANT", UB_ROLE_OPTIONAL }, { "NON-PARTICIPANT", UB_ROLE_NONE }, { 0 } };
static const struct word partstats[] = { { "NEEDS-ACTION", UB_PARTSTAT_NEEDS_ACTION },
	{ "ACCEPTED", UB_PARTSTAT_ACCEPTED }, { "DECLINED", UB_PARTSTAT_DECLINED },
	{ "TENTATIVE", UB_PARTSTAT_TENTATIVE }, { "DELEGATED", UB_PARTSTAT_DELEGATED }, { 0 } };

static int word_value(const struct word *words, struct ub_text text, int otherwise)
{
	for (; words->word; words++)
		if (ub_text_eq_nocase(text, ub_text(words->word)))
			return words->value;
	return otherwise;
}

const char *ub_ical_partstat_word(enum ub_partstat partstat)
{
	for (const struct word *word = partstats; word->word; word++)
		if (word->value == (int)partstat)
			return word->word;
	return partstats[0].word;
}

/* Cuts the word from the text's beginning, in any case. */
static bool cut_word(struct ub_text *text, const char *word)
{
	size_t n = ub_text(word).len;
	if (!ub_text_eq_nocase(ub_text_sub(*text, 0, n), ub_text(word)))
		return false;
	*text = ub_text_sub(*text, n, text->len);
	return true;
}

/* %40 and the like (RFC 6068 2); what is no such triple stays. */
static struct ub_text percent_decoded(struct ub_text text, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	if (ub_text_find(text, UB_TEXT("%"), 0) == SIZE_MAX)
		return text;
	for (size_t i = 0; i < text.len; i++) {
		int byte = text.ptr[i] == '%' ? ub_ical_hex(text, i + 1) : -1;
		ub_buf_char(&out, byte < 0 ? text.ptr[i] : (char)byte);
		i += byte < 0 ? 0 : 2;
	}
	return ub_buf_text(&out);
}

/* Cuts what stands around an address: blanks, quotes of any kind, brackets, and in "Clara <clara@...>" what
 * stands before the bracket. A single quote may begin a mailbox's name, so that only a pair is cut. */
static bool cut_around(struct ub_text *text)
{
	static const char *const pairs[][2] = { { "'", "'" }, { "\"", "\"" }, { "<", ">" }, { "`", "`" },
		{ "\xE2\x80\x98", "\xE2\x80\x99" }, { "\xE2\x80\x9C", "\xE2\x80\x9D" },
		{ "\xE2\x80\x9E", "\xE2\x80\x9C" }, { "\xC2\xAB", "\xC2\xBB" } };
	struct ub_text whole = *text;
	*text = ub_text_trim(*text);
	for (size_t i = 0; i < UB_COUNT(pairs); i++) {
		struct ub_text before = ub_text(pairs[i][0]), after = ub_text(pairs[i][1]);
		if (text->len >= before.len + after.len && ub_text_starts(*text, before) &&
		    ub_text_ends(*text, after))
			*text = ub_text_sub(*text, before.len, text->len - after.len);
	}
	size_t bracket = ub_text_ends(*text, UB_TEXT(">")) ? ub_text_find(*text, UB_TEXT("<"), 0) : SIZE_MAX;
	if (bracket != SIZE_MAX)
		*text = ub_text_sub(*text, bracket, text->len);
	return text->len != whole.len;
}

/* The address that clients mean by such a text. Each round cuts something. */
static struct ub_text meant_address(struct ub_text text, struct ub_arena *arena)
{
	if (text.len > UB_ICAL_ADDRESS_MAX)
		return UB_TEXT_NONE;
	while (cut_around(&text) || cut_word(&text, "mailto:") || cut_word(&text, "smtp:") ||
	       cut_word(&text, "//"))
		;
	return ub_text_lower(arena, text);
}

/* The mailbox of somebody who is a guest in a directory of Microsoft's, where he is called
 * clara_customer.example#EXT#@ours.onmicrosoft.com. */
static struct ub_text mailbox_of(struct ub_text address, struct ub_arena *arena)
{
	size_t mark = ub_text_find(address, UB_TEXT("#ext#@"), 0), at = mark;
	if (mark == SIZE_MAX)
		return address;
	while (at > 0 && address.ptr[at - 1] != '_')
		at--;
	struct ub_text mailbox = ub_textf(arena, "%.*s@%.*s",
	    UB_ARGS(ub_text_sub(address, 0, at ? at - 1 : 0)), UB_ARGS(ub_text_sub(address, at, mark)));
	return ub_facts_is_address(mailbox) ? mailbox : address;
}

static struct ub_text address_of(
    struct ub_text value, struct ub_text email, struct ub_text name, struct ub_arena *arena)
{
	struct ub_text meant = meant_address(value, arena);
	struct ub_text plain = ub_text_sub(meant, 0, ub_text_find(meant, UB_TEXT("?"), 0));
	struct ub_text const candidates[] = { meant_address(percent_decoded(plain, arena), arena), plain,
		meant_address(email, arena), meant_address(name, arena) };
	for (size_t i = 0; i < UB_COUNT(candidates); i++)
		if (ub_facts_is_address(candidates[i]))
			return mailbox_of(candidates[i], arena);
	return UB_TEXT_NONE;
}

struct ub_text ub_ical_address(const struct line *line, struct ub_arena *arena)
{
	return address_of(
	    line->value, ub_ical_raw_param(line, "EMAIL"), ub_ical_raw_param(line, "CN"), arena);
}

/* DELEGATED-TO="mailto:a@b","mailto:c@d" */
static struct ub_texts delegates(const struct line *line, struct ub_arena *arena)
{
	struct ub_texts addresses = { 0 };
	struct ub_text rest = ub_ical_raw_param(line, "DELEGATED-TO"), piece;
	for (size_t i = 0; i < UB_ICAL_DELEGATES && rest.len && ub_text_split(&rest, ',', &piece); i++) {
		struct ub_text address = address_of(piece, UB_TEXT_NONE, UB_TEXT_NONE, arena);
		if (address.len)
			*ub_push(arena, &addresses) = address;
	}
	return addresses;
}

static struct ub_party party(struct reader *reader, const struct property *property)
{
	struct ub_text name = ub_ical_property_param(property, "CN");
	struct ub_party p = { .line = property->line->number,
		.address = address_of(
		    property->text, ub_ical_property_param(property, "EMAIL"), name, reader->arena),
		.name = ub_ical_text(name, reader->arena) };
	if (p.address.len == 0)
		p.unread =
		    ub_ical_text(ub_text_sub(property->line->value, 0, UB_ICAL_UNREAD_MAX), reader->arena);
	p.cutype = (enum ub_cutype)word_value(
	    cutypes, ub_ical_property_param(property, "CUTYPE"), UB_CUTYPE_UNKNOWN);
	p.role = (enum ub_role)word_value(roles, ub_ical_property_param(property, "ROLE"), UB_ROLE_REQUIRED);
	p.partstat = (enum ub_partstat)word_value(
	    partstats, ub_ical_property_param(property, "PARTSTAT"), UB_PARTSTAT_NEEDS_ACTION);
	p.delegates = delegates(property->line, reader->arena);
	return p;
}

void ub_ical_people(struct reader *reader, size_t component, struct ub_event *event)
{
	const struct ub_ical *ical = reader->ical;
	UB_VEC(struct ub_party) attendees = { 0 };
	const struct property *property = ub_ical_property(ical, component, "ORGANIZER", NULL);
	if (property) {
		struct ub_party *organizer = UB_NEW(reader->arena, struct ub_party);
		*organizer = party(reader, property);
		event->organizer = organizer;
	}
	for (property = NULL; (property = ub_ical_property(ical, component, "ATTENDEE", property));)
		*ub_push(reader->arena, &attendees) = party(reader, property);
	event->attendees = attendees.items;
	event->n_attendees = attendees.n;
}
