/* SPDX-License-Identifier: Apache-2.0 */
#include "facts-private.h"

#include <string.h>

/*
 * Display names as directories write them: "Kund, Clara (EXT)", "'Clara Kund' - Acme", "Dr. Max Muster, CFO".
 * The name is what one would say aloud; a role stands behind a comma, in brackets or before the name.
 */

/* Words that are a role by themselves, or begin one. */
static const char *const roles[] = { "ceo", "cfo", "cto", "cio", "ciso", "coo", "cmo", "cpo", "cro", "cdo",
	"cso", "vp", "svp", "evp", "president", "founder", "co-founder", "owner", "partner", "chairman",
	"chairwoman", "director", "head", "manager", "lead", "architect", "engineer", "developer", "analyst",
	"consultant", "controller", "buyer", "counsel", "vorstand", "geschäftsführer", "geschäftsführerin",
	"leiter", "leiterin", "abteilungsleiter", "abteilungsleiterin", "prokurist", "prokuristin",
	"einkäufer", "einkäuferin" };

/* What stands behind a name and its comma, and is neither a first name nor a role. */
static const char *const suffixes[] = { "jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "phd", "ph.d.", "md",
	"m.d.", "mba", "esq", "esq.", "llm", "ll.m.", "msc", "m.sc.", "bsc", "b.sc.", "cpa", "pmp",
	/* an employer's */ "gmbh", "ag", "se", "kg", "inc", "inc.", "ltd", "ltd.", "llc", "corp", "corp.",
	"plc", "b.v.", "s.a.", "s.r.l." };

static bool is_one_of(struct ub_text word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ub_text_eq_nocase(word, ub_text(words[i])))
			return true;
	return false;
}

static struct ub_text first_word(struct ub_text text)
{
	return ub_text_sub(text, 0, ub_text_find(text, UB_TEXT(" "), 0));
}

static struct ub_text last_word(struct ub_text text)
{
	size_t at = text.len;
	while (at > 0 && text.ptr[at - 1] != ' ')
		at--;
	return ub_text_sub(text, at, text.len);
}

static bool is_role_word(struct ub_text word)
{
	return is_one_of(word, roles, UB_COUNT(roles));
}

/* "VP Sales", "Head of IT", "Managing Director": the first or the last word says so. */
static bool is_role(struct ub_text text)
{
	return is_role_word(first_word(text)) || is_role_word(last_word(text));
}

static bool is_suffix(struct ub_text text)
{
	return is_one_of(last_word(text), suffixes, UB_COUNT(suffixes));
}

static struct ub_text unquote(struct ub_text text)
{
	text = ub_text_trim(text);
	while (text.len >= 2 && strchr("'\"", text.ptr[0]) && text.ptr[text.len - 1] == text.ptr[0])
		text = ub_text_trim(ub_text_sub(text, 1, text.len - 1));
	return text;
}

static void keep_role(struct display_name *found, struct ub_text text)
{
	text = ub_text_trim(text);
	if (found->role.len == 0 && is_role(text))
		found->role = text;
}

/* Takes "(EXT)" or "[CFO]" off the end. False: there is none, or nothing else. */
static bool cut_bracket(struct ub_text *text, struct display_name *found)
{
	char last = text->len ? text->ptr[text->len - 1] : ' ';
	char opening = last == ')' ? '(' : last == ']' ? '[' : ' ';
	size_t at = text->len;
	while (opening != ' ' && at > 0 && text->ptr[at - 1] != opening)
		at--;
	if (opening == ' ' || at < 2)
		return false;
	keep_role(found, ub_text_sub(*text, at, text->len - 1));
	*text = ub_text_trim(ub_text_sub(*text, 0, at - 1));
	return true;
}

/* Takes off what stands behind a dash or a bar: the employer, the department, the role. */
static void cut_behind_bar(struct ub_text *text, struct display_name *found)
{
	static const char *const bars[] = { " - ", " | ", " \xE2\x80\x93 ", " / " };
	for (size_t i = 0; i < UB_COUNT(bars); i++) {
		size_t at = ub_text_find(*text, ub_text(bars[i]), 0);
		if (at == SIZE_MAX || at == 0)
			continue;
		keep_role(found, ub_text_sub(*text, at + strlen(bars[i]), text->len));
		*text = ub_text_trim(ub_text_sub(*text, 0, at));
	}
}

static size_t last_comma(struct ub_text text)
{
	size_t at = text.len;
	while (at > 0 && text.ptr[at - 1] != ',')
		at--;
	return at;
}

/* Takes "CFO" or "Jr." off the end, each behind its comma. */
static void cut_roles_behind_commas(struct ub_text *text, struct display_name *found)
{
	for (size_t at; (at = last_comma(*text)) > 0;) {
		struct ub_text tail = ub_text_trim(ub_text_sub(*text, at, text->len));
		if (tail.len && !is_suffix(tail) && !is_role(tail))
			return;
		keep_role(found, tail);
		*text = ub_text_trim(ub_text_sub(*text, 0, at - 1));
	}
}

/* "Kund, Clara" is Clara Kund. With more commas nobody knows. */
static struct ub_text turn_round(struct ub_text text, struct ub_arena *arena)
{
	size_t at = last_comma(text);
	struct ub_text last = ub_text_trim(ub_text_sub(text, 0, at ? at - 1 : 0));
	struct ub_text first = ub_text_trim(ub_text_sub(text, at, text.len));
	if (at == 0 || last.len == 0 || first.len == 0 || last_comma(last) != 0)
		return text;
	return ub_textf(arena, "%.*s %.*s", UB_ARGS(first), UB_ARGS(last));
}

/* Takes "CFO" off the beginning, if a name is left. */
static void cut_leading_role(struct ub_text *text, struct display_name *found)
{
	struct ub_text word = first_word(*text);
	struct ub_text rest = ub_text_trim(ub_text_sub(*text, word.len, text->len));
	if (rest.len == 0 || !is_role_word(word) || is_role(rest) || ub_text_starts(rest, UB_TEXT("of ")))
		return;
	keep_role(found, word);
	*text = rest;
}

struct display_name read_display_name(struct ub_text text, struct ub_arena *arena)
{
	struct display_name found = { .name = UB_TEXT_NONE, .role = UB_TEXT_NONE };
	text = unquote(clean_line(text, arena));
	while (cut_bracket(&text, &found))
		;
	cut_behind_bar(&text, &found);
	cut_roles_behind_commas(&text, &found);
	text = turn_round(unquote(text), arena);
	cut_leading_role(&text, &found);
	if (is_role_word(first_word(text)))
		keep_role(&found, text); /* of somebody with no other name: "CFO" */
	found.name = text;
	return found;
}
