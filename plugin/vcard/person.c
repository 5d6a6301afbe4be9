/* SPDX-License-Identifier: Apache-2.0 */
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/ical/ical-private.h"
#include "vcard.h"

/* What a card (RFC 6350, RFC 2426) says of a person. */

#define ADDRESSES_MAX 50 /* of one card; further ones are not looked at */
#define PIECES_MAX    50 /* of a list */

struct card {
	struct vcard_reading *reading;
	struct ub_arena *arena;
	const struct ub_ical *index;
	size_t document, at;
	bool broken; /* a line cannot be read, which is reported */
};

/* The line's place, without its end. NULL: the card's. */
static struct ub_plugin_place place_of(const struct card *card, const struct line *line)
{
	struct ub_plugin_place place = { card->document, card->at, 0 };
	if (!line)
		return place;
	struct ub_text whole = ub_text_sub(card->index->text, line->at, line->at + line->len);
	place.at += line->at;
	place.len = ub_text_trim(whole).len;
	return place;
}

/* ---- lines ---- */

/* The name without its group: "EMAIL" of "item1.EMAIL". */
static struct ub_text name_of(const struct line *line)
{
	struct ub_text name = line->name;
	for (size_t at; (at = ub_text_find(name, UB_TEXT("."), 0)) != SIZE_MAX;)
		name = ub_text_sub(name, at + 1, name.len);
	return name;
}

/* The next line of this name after `after` (NULL: from the beginning), of the card itself; or NULL. */
static const struct line *next_line(const struct card *card, const char *name, const struct line *after)
{
	const struct line *lines = card->index->lines.items, *end = lines + card->index->lines.n;
	for (const struct line *line = after ? after + 1 : lines; line < end; line++)
		if (line->component == 0 && ub_text_eq_nocase(name_of(line), ub_text(name)))
			return line;
	return NULL;
}

/* ---- values ---- */

static struct ub_text converted(struct ub_text value, const char *charset, struct ub_arena *arena)
{
	iconv_t converter = iconv_open("UTF-8", charset);
	size_t left = value.len, room = value.len * 4 + 1;
	char *out = ub_arena_alloc(arena, room), *to = out, *from = (char *)(uintptr_t)value.ptr;
	if (converter == (iconv_t)-1)
		return UB_TEXT_NONE;
	const bool good = iconv(converter, &from, &left, &to, &room) != (size_t)-1;
	iconv_close(converter);
	return good ? ub_text_n(out, (size_t)(to - out)) : UB_TEXT_NONE;
}

/* The line's value in UTF-8. A card that cannot be read is broken from then on. */
static struct ub_text value_of(struct card *card, const struct line *line)
{
	struct ub_text charset = ub_ical_raw_param(line, "CHARSET"), value = ub_text_trim(line->value);
	if (ub_text_utf8_valid(value))
		return value;
	if (charset.len)
		value = converted(value, ub_text_cstr(card->arena, charset), card->arena);
	if (charset.len && value.len)
		return value;
	if (!card->broken)
		vcard_leave_out(card->reading, place_of(card, line),
		    "save the card as UTF-8, or say CHARSET=ISO-8859-1 in its lines",
		    "the card is not UTF-8, but maybe Latin-1");
	card->broken = true;
	return UB_TEXT_NONE;
}

/* Cuts off the piece before the next `separator` that is not escaped. False: the end. */
static bool next_piece(struct ub_text *rest, char separator, struct ub_text *piece)
{
	size_t i = 0;
	if (!rest->ptr)
		return false;
	for (; i < rest->len && rest->ptr[i] != separator; i++)
		i += rest->ptr[i] == '\\';
	*piece = ub_text_sub(*rest, 0, i);
	*rest = i < rest->len ? ub_text_sub(*rest, i + 1, rest->len) : (struct ub_text){ NULL, 0 };
	return true;
}

static struct ub_text unescaped(struct ub_text text, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] != '\\' || i + 1 == text.len)
			ub_buf_char(&out, text.ptr[i]);
		else if (text.ptr[++i] == 'n' || text.ptr[i] == 'N')
			ub_buf_char(&out, '\n');
		else
			ub_buf_char(&out, text.ptr[i]);
	}
	return ub_text_trim(ub_buf_text(&out));
}

/* The text of the first line of that name; empty: none. */
static struct ub_text text_of(struct card *card, const char *name)
{
	const struct line *line = next_line(card, name, NULL);
	return line ? unescaped(value_of(card, line), card->arena) : UB_TEXT_NONE;
}

/* Part `i` of a value that semicolons structure. */
static struct ub_text part_of(struct card *card, const char *name, size_t i)
{
	const struct line *line = next_line(card, name, NULL);
	struct ub_text rest = line ? value_of(card, line) : UB_TEXT_NONE, piece = UB_TEXT_NONE;
	for (size_t at = 0; next_piece(&rest, ';', &piece); at++)
		if (at == i)
			return unescaped(piece, card->arena);
	return UB_TEXT_NONE;
}

/* ---- addresses ---- */

struct address {
	struct ub_text text;
	const struct line *line;
	int64_t rank; /* the lowest is preferred */
};

/* The types of a line, in lower case: TYPE=WORK,PREF as well as the bare WORK of old. */
static bool has_type(const struct card *card, const struct line *line, const char *type)
{
	struct ub_text rest = line->params, word;
	struct param param;
	while (ub_ical_next_param(&rest, &param)) {
		struct ub_text types = param.value.len == 0 ? param.name : param.value;
		if (param.value.len && !ub_text_eq_nocase(param.name, UB_TEXT("TYPE")))
			continue;
		types = ub_text_lower(card->arena, types);
		while (ub_text_split(&types, ',', &word))
			if (ub_text_is(word, type))
				return true;
	}
	return false;
}

/* PREF=1 (RFC 6350) and TYPE=PREF (RFC 2426) go first, then what is for work. */
static int64_t rank_of(const struct card *card, const struct line *line)
{
	const struct ub_text pref = ub_ical_raw_param(line, "PREF");
	if (pref.len > 0 && pref.len < 4)
		return strtoll(ub_text_cstr(card->arena, pref), NULL, 10);
	return has_type(card, line, "pref") ? 1 : has_type(card, line, "work") ? 200 : 201;
}

static size_t find_addresses(struct card *card, struct address found[ADDRESSES_MAX])
{
	size_t n = 0;
	for (const struct line *line = NULL; n < ADDRESSES_MAX && (line = next_line(card, "EMAIL", line));) {
		struct ub_text text = unescaped(value_of(card, line), card->arena);
		if (ub_text_eq_nocase(ub_text_sub(text, 0, 7), UB_TEXT("mailto:")))
			text = ub_text_sub(text, 7, text.len);
		if (text.len)
			found[n++] = (struct address){ text, line, rank_of(card, line) };
	}
	return n;
}

static const struct address *preferred(const struct address *found, size_t n)
{
	const struct address *best = found;
	for (size_t i = 1; i < n; i++)
		if (found[i].rank < best->rank)
			best = &found[i];
	return best;
}

/* ---- giving the person ---- */

static void give_key(const struct card *card, const char *key, struct ub_plugin_place place)
{
	struct ub_plugin_host *host = card->reading->host;
	host->key(host, key, strlen(key), place);
}

static void give_text(const struct card *card, struct ub_text text, struct ub_plugin_place place)
{
	struct ub_plugin_host *host = card->reading->host;
	host->text(host, text.ptr, text.len, place);
}

static void give_member(
    const struct card *card, const char *key, struct ub_text text, struct ub_plugin_place place)
{
	if (text.len == 0)
		return;
	give_key(card, key, place);
	give_text(card, text, place);
}

static void give_name(struct card *card)
{
	struct ub_text name = text_of(card, "FN");
	if (name.len == 0)
		name = ub_text_trim(ub_textf(card->arena, "%.*s %.*s", UB_ARGS(part_of(card, "N", 1)),
		    UB_ARGS(part_of(card, "N", 0))));
	give_member(card, "name", name, place_of(card, next_line(card, "FN", NULL)));
}

static void give_title(struct card *card)
{
	const char *from = next_line(card, "TITLE", NULL) ? "TITLE" : "ROLE";
	give_member(card, "title", text_of(card, from), place_of(card, next_line(card, from, NULL)));
}

/* Categories that are fields of stakeholders. */
static void give_categories(struct card *card)
{
	static const char *const names[] = { "executive", "champion", "economic_buyer" };
	bool given[sizeof(names) / sizeof(names[0])] = { false };
	for (const struct line *line = NULL; (line = next_line(card, "CATEGORIES", line));) {
		struct ub_text rest = value_of(card, line), piece;
		while (next_piece(&rest, ',', &piece)) {
			char *word = ub_text_cstr(
			    card->arena, ub_text_lower(card->arena, unescaped(piece, card->arena)));
			for (char *c = word; *c; c++)
				*c = *c == ' ' || *c == '-' ? '_' : *c;
			for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
				if (given[i] || strcmp(word, names[i]) != 0)
					continue;
				give_member(card, names[i], UB_TEXT("true"), place_of(card, line));
				given[i] = true;
			}
		}
	}
}

/* What follows "Persona:" in a line of the note; empty: there is no such line. */
static struct ub_text noted(struct ub_text note, const char *key)
{
	struct ub_text line;
	while (ub_text_split(&note, '\n', &line)) {
		size_t colon = ub_text_find(line, UB_TEXT(":"), 0);
		if (colon != SIZE_MAX &&
		    ub_text_eq_nocase(ub_text_trim(ub_text_sub(line, 0, colon)), ub_text(key)))
			return ub_text_trim(ub_text_sub(line, colon + 1, line.len));
	}
	return UB_TEXT_NONE;
}

static void give_note(struct card *card)
{
	struct ub_plugin_host *host = card->reading->host;
	const struct ub_plugin_place place = place_of(card, next_line(card, "NOTE", NULL));
	struct ub_text note = text_of(card, "NOTE"), concerns = noted(note, "concerns"), piece;
	give_member(card, "persona", noted(note, "persona"), place);
	if (concerns.len == 0)
		return;
	give_key(card, "concerns", place);
	host->list_begin(host, place);
	for (size_t i = 0; i < PIECES_MAX && ub_text_split(&concerns, ';', &piece); i++)
		if (ub_text_trim(piece).len)
			give_text(card, ub_text_trim(piece), place);
	host->list_end(host);
}

static void give_found_by(
    struct card *card, const struct address *addresses, size_t n, struct ub_plugin_place place)
{
	struct ub_plugin_host *host = card->reading->host;
	give_key(card, "found_by", place);
	host->map_begin(host, place);
	give_key(card, "addresses", place);
	host->list_begin(host, place);
	for (size_t i = 0; i < n; i++)
		give_text(card, addresses[i].text, place_of(card, addresses[i].line));
	host->list_end(host);
	give_member(card, "name", part_of(card, "ORG", 0), place_of(card, next_line(card, "ORG", NULL)));
	host->map_end(host);
}

static void give_person(struct card *card, const struct address *addresses, size_t n)
{
	struct ub_plugin_host *host = card->reading->host;
	const struct address *best = preferred(addresses, n);
	const struct ub_plugin_place place = place_of(card, best->line);
	host->map_begin(host, place);
	give_found_by(card, addresses, n, place);
	give_key(card, "stakeholders", place);
	host->list_begin(host, place);
	host->map_begin(host, place);
	give_member(card, "email", best->text, place);
	give_name(card);
	give_title(card);
	give_categories(card);
	give_note(card);
	host->map_end(host);
	host->list_end(host);
	host->map_end(host);
}

/* ---- the card ---- */

/* Whether the card is of a person: groups, organizations and places have cards, too. */
static bool is_person(struct card *card)
{
	struct ub_text kind = text_of(card, "KIND");
	if (kind.len == 0)
		kind = text_of(card, "X-ADDRESSBOOKSERVER-KIND");
	return kind.len == 0 || ub_text_eq_nocase(kind, UB_TEXT("individual"));
}

/* Whether all that is read can be read: a person is given whole or not at all. */
static bool check(struct card *card)
{
	static const char *const read[] = { "FN", "N", "TITLE", "ROLE", "ORG", "EMAIL", "CATEGORIES",
		"NOTE" };
	const struct line *version = next_line(card, "VERSION", NULL);
	for (size_t i = 0; i < sizeof(read) / sizeof(read[0]); i++)
		for (const struct line *line = NULL; (line = next_line(card, read[i], line));)
			value_of(card, line);
	if (!card->broken && version && ub_text_is(ub_text_trim(version->value), "2.1")) {
		vcard_leave_out(card->reading, place_of(card, version),
		    "have it written as version 3.0 or 4.0", "the card is of version 2.1");
		card->broken = true;
	}
	return !card->broken;
}

void vcard_give_card(struct vcard_reading *reading, size_t document, const char *text, size_t len, size_t at)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_ical_refusal refusal;
	struct address addresses[ADDRESSES_MAX];
	struct card card = { .reading = reading, .arena = arena, .document = document, .at = at };
	card.index = ub_ical_index_as(arena, "VCARD", ub_text_n(text, len), &refusal);
	if (!card.index) {
		vcard_leave_out(reading, (struct ub_plugin_place){ document, at, 0 },
		    "correct the card, or take it away", "the card cannot be read: %.*s",
		    UB_ARGS(refusal.message));
	} else if (check(&card) && is_person(&card)) {
		const size_t n = find_addresses(&card, addresses);
		if (n > 0)
			give_person(&card, addresses, n);
	}
	ub_arena_free(&arena);
}
