/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Titles of meetings that were called off. Outlook, Exchange and Google put a word before the title, in their
 * user's language, and people do the same, or put it behind.
 */
#include "facts-private.h"

#include <string.h>

static const char *const words[] = {
	"canceled event",
	"cancelled event",
	"canceled event with note",
	"cancelled event with note",
	"canceled",
	"cancelled",
	"abgesagt",
	"abgesagter termin",
	"absage",
	"storniert",
	"entf\xC3\xA4llt",
	"f\xC3\xA4llt aus",
	"ausgefallen",
	"annul\xC3\xA9",
	"annul\xC3\xA9"
	"e",
	"\xC3\xA9v\xC3\xA9nement annul\xC3\xA9",
	"cancelado",
	"cancelada",
	"evento cancelado",
	"anulado",
	"annullato",
	"annullata",
	"evento annullato",
	"geannuleerd",
	"afgelast",
	"aflyst",
	"avlyst",
	"inst\xC3\xA4llt",
	"inst\xC3\xA4lld",
	"peruutettu",
	"peruttu",
	"odwo\xC5\x82"
	"ane",
	"odwo\xC5\x82"
	"any",
	"zru\xC5\xA1"
	"eno",
	"lemondva",
	"anulat",
	"\xCE\x91\xCE\xBA\xCF\x85\xCF\x81\xCF\x8E\xCE\xB8\xCE\xB7\xCE\xBA\xCE\xB5",
	"\xD0\x9E\xD1\x82\xD0\xBC\xD0\xB5\xD0\xBD\xD0\xB5\xD0\xBD\xD0\xBE",
	"\xC4\xB0ptal edildi",
	"\xE3\x82\xAD\xE3\x83\xA3\xE3\x83\xB3\xE3\x82\xBB\xE3\x83\xAB",
	"\xE3\x82\xAD\xE3\x83\xA3\xE3\x83\xB3\xE3\x82\xBB\xE3\x83\xAB\xE6\xB8\x88\xE3\x81\xBF",
	"\xE5\xB7\xB2\xE5\x8F\x96\xE6\xB6\x88",
	"\xEC\xB7\xA8\xEC\x86\x8C\xEB\x90\xA8",
};

static bool begins(struct ub_text text, const char *with)
{
	/* Most begin with another letter. */
	if (text.len == 0 || ((text.ptr[0] ^ with[0]) & ~('a' ^ 'A')) != 0)
		return false;
	return ub_text_eq_nocase(ub_text_sub(text, 0, ub_text(with).len), ub_text(with));
}

/* Whether the word stands by itself before the title: a colon, a bracket or a dash with a blank follows. */
static bool is_set_off(struct ub_text rest)
{
	static const char *const marks[] = { ":", "\xEF\xBC\x9A", "]", ")", "- ", "\xE2\x80\x93 ",
		"\xE2\x80\x94 ", "| ", "! " };
	struct ub_text after = ub_text_trim(rest);
	for (size_t i = 0; i < UB_COUNT(marks); i++)
		if (begins(after, marks[i]))
			return true;
	return after.len == 0;
}

/* A word all in capitals needs no mark after it. */
static bool is_in_capitals(struct ub_text word, struct ub_text rest)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.ptr[i] != ' ' && (word.ptr[i] < 'A' || word.ptr[i] > 'Z'))
			return false;
	return rest.len == 0 || rest.ptr[0] == ' ';
}

size_t facts_sign_length(struct ub_text text)
{
	unsigned char first = text.len ? (unsigned char)text.ptr[0] : 'x', second = 0;
	if (first < 0x80)
		return (first >= '0' && first <= '9') || ((first | 0x20) >= 'a' && (first | 0x20) <= 'z') ? 0
													  : 1;
	if (text.len > 1)
		second = (unsigned char)text.ptr[1];
	if (text.len >= 3 && first == 0xE2 && second <= 0xAF)
		return 3;
	if (text.len >= 3 && first == 0xEF && second == 0xB8)
		return 3;
	return text.len >= 4 && first == 0xF0 && second == 0x9F ? 4 : 0;
}

/* What mail programs put before the subject of a message that they pass on. */
static size_t prefix_length(struct ub_text title)
{
	static const char *const prefixes[] = { "re:", "fw:", "fwd:", "aw:", "wg:", "antw:", "sv:", "tr:" };
	for (size_t i = 0; i < UB_COUNT(prefixes); i++)
		if (begins(title, prefixes[i]))
			return strlen(prefixes[i]);
	return 0;
}

static struct ub_text from_first_word(struct ub_text title)
{
	for (size_t length; (length = facts_sign_length(title)) || (length = prefix_length(title));)
		title = ub_text_sub(title, length, title.len);
	return title;
}

static bool begins_cancelled(struct ub_text title)
{
	title = from_first_word(title);
	for (size_t i = 0; i < UB_COUNT(words); i++) {
		if (!begins(title, words[i]))
			continue;
		size_t len = ub_text(words[i]).len;
		struct ub_text rest = ub_text_sub(title, len, title.len);
		if (is_set_off(rest) || is_in_capitals(ub_text_sub(title, 0, len), rest))
			return true;
	}
	return false;
}

/* What titles are about that say of it that it was called off: "Order states | cancelled". */
static const char *const subjects[] = { "order", "orders", "booking", "bookings", "subscription",
	"subscriptions", "flow", "flows", "workflow", "workflows", "state", "states", "ticket", "tickets",
	"payment", "payments", "reservation", "reservations", "bestellung", "bestellungen", "buchung",
	"buchungen", "reservierung", "reservierungen", "zahlung", "zahlungen" };

static bool is_subject(struct ub_text word)
{
	for (size_t i = 0; i < UB_COUNT(subjects); i++)
		if (ub_text_eq_nocase(word, ub_text(subjects[i])))
			return true;
	return begins(word, "storno");
}

/* Whether a word at the end says something of the word before it, and not of the meeting. */
static bool is_about_subject(struct ub_text before)
{
	before = ub_text_trim(before);
	size_t start = before.len;
	while (start > 0 && (before.ptr[start - 1] | 0x20) >= 'a' && (before.ptr[start - 1] | 0x20) <= 'z')
		start--;
	return is_subject(ub_text_sub(before, start, before.len));
}

/* Whether one of the words stands by itself at the end, between these marks. */
static bool ends_cancelled_in(struct ub_text title, struct ub_text before, struct ub_text after)
{
	if (!ub_text_ends(title, after))
		return false;
	title = ub_text_sub(title, 0, title.len - after.len);
	for (size_t i = 0; i < UB_COUNT(words); i++) {
		if (!ub_text_ends_nocase(title, ub_text(words[i])))
			continue;
		struct ub_text rest = ub_text_sub(title, 0, title.len - ub_text(words[i]).len);
		if (ub_text_ends(rest, before))
			return !is_about_subject(ub_text_sub(rest, 0, rest.len - before.len));
	}
	return false;
}

/* The word stands in brackets, or behind a dash or a bar. */
static bool ends_cancelled(struct ub_text title)
{
	static const struct {
		const char *before, *after;
	} marks[] = { { "(", ")" }, { "[", "]" }, { "- ", "" }, { "\xE2\x80\x93 ", "" },
		{ "\xE2\x80\x94 ", "" }, { "| ", "" } };
	if (ub_text_ends(title, UB_TEXT("!")))
		title = ub_text_trim(ub_text_sub(title, 0, title.len - 1));
	for (size_t i = 0; i < UB_COUNT(marks); i++)
		if (ends_cancelled_in(title, ub_text(marks[i].before), ub_text(marks[i].after)))
			return true;
	return false;
}

/* Germans say it in a sentence without a mark, too: "Jour fixe entfällt". */
static bool is_said_to_be_off(struct ub_text title)
{
	static const char *const said[] = { " entf\xC3\xA4llt", " f\xC3\xA4llt aus", " abgesagt" };
	if (ub_text_ends(title, UB_TEXT("!")))
		title = ub_text_trim(ub_text_sub(title, 0, title.len - 1));
	for (size_t i = 0; i < UB_COUNT(said); i++) {
		struct ub_text word = ub_text(said[i]);
		if (ub_text_ends_nocase(title, word))
			return !is_about_subject(ub_text_sub(title, 0, title.len - word.len));
	}
	return false;
}

bool facts_title_says_cancelled(struct ub_text title)
{
	title = ub_text_trim(title);
	return begins_cancelled(title) || ends_cancelled(title) || is_said_to_be_off(title);
}
