/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Titles of meetings that were called off. Outlook, Exchange and Google put a word before the title, in their
 * user's language, and people do the same.
 */
#include "facts-private.h"

static const char *const words[] = {
	"canceled event",
	"cancelled event",
	"canceled",
	"cancelled",
	"abgesagt",
	"abgesagter termin",
	"absage",
	"storniert",
	"entf\xC3\xA4llt",
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

bool title_says_cancelled(struct ub_text title)
{
	title = ub_text_trim(title);
	if (begins(title, "[") || begins(title, "("))
		title = ub_text_trim(ub_text_sub(title, 1, title.len));
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
