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
	"einkäufer", "einkäuferin", "pdg", "dg", "daf", "dsi", "rssi", "directeur", "directrice", "président",
	"présidente", "gérant", "gérante", "responsable", "acheteur", "acheteuse" };

/* What stands behind a name and its comma, and is neither a first name nor a role. */
static const char *const suffixes[] = { "jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "phd", "ph.d.", "md",
	"m.d.", "mba", "esq", "esq.", "llm", "ll.m.", "msc", "m.sc.", "bsc", "b.sc.", "cpa", "pmp",
	/* an employer's */ "gmbh", "ag", "se", "kg", "inc", "inc.", "ltd", "ltd.", "llc", "corp", "corp.",
	"plc", "b.v.", "s.a.", "s.r.l." };

/* What is put before a last name, and stays before the first one. */
static const char *const titles[] = { "dr", "dr.", "prof", "prof.", "dipl.-ing.", "mag.", "ing." };

/* What is put before a whole name and is no part of it. */
static const char *const salutations[] = { "herr", "herrn", "hr.", "frau", "fr.", "monsieur", "madame", "mme",
	"mlle", "mr", "mr.", "mrs", "mrs.", "ms", "ms.", "mx.", "ext", "ext.", "extern", "external" };

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
	static const char *const bars[] = { " - ", " | ", " \xE2\x80\x93 ", " / ", " @ ", " via ", " <" };
	for (size_t i = 0; i < UB_COUNT(bars); i++) {
		size_t at = ub_text_find(*text, ub_text(bars[i]), 0);
		if (at == SIZE_MAX || at == 0)
			continue;
		keep_role(found, ub_text_sub(*text, at + strlen(bars[i]), text->len));
		*text = ub_text_trim(ub_text_sub(*text, 0, at));
	}
}

/* Takes "(she/her)" or "[EXT]" out of the midst, or off the beginning. False: there is none. */
static bool cut_inner_bracket(struct ub_text *text, struct display_name *found, struct ub_arena *arena)
{
	size_t from = 0, to;
	while (from < text->len && !strchr("([", text->ptr[from]))
		from++;
	to = from;
	while (to < text->len && !strchr(")]", text->ptr[to]))
		to++;
	if (to + 1 >= text->len)
		return false;
	keep_role(found, ub_text_sub(*text, from + 1, to));
	*text = ub_text_trim(ub_textf(arena, "%.*s %.*s", UB_ARGS(ub_text_trim(ub_text_sub(*text, 0, from))),
	    UB_ARGS(ub_text_trim(ub_text_sub(*text, to + 1, text->len)))));
	return true;
}

/* Takes off what Notes puts behind a name: "Clara Kund/ACME/DE". */
static void cut_behind_slash(struct ub_text *text)
{
	struct ub_text name = ub_text_sub(*text, 0, ub_text_find(*text, UB_TEXT("/"), 0));
	if (ub_text_find(name, UB_TEXT(" "), 0) != SIZE_MAX)
		*text = name;
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

static struct ub_text without_titles(struct ub_text name)
{
	for (struct ub_text word; (word = first_word(name)).len < name.len;) {
		if (!is_one_of(word, titles, UB_COUNT(titles)))
			break;
		name = ub_text_trim(ub_text_sub(name, word.len, name.len));
	}
	return name;
}

/* "Kund, Clara" is Clara Kund, and "Dr. Kund, Clara" is Dr. Clara Kund. With more commas nobody knows. */
static struct ub_text turn_round(struct ub_text text, struct ub_arena *arena)
{
	size_t at = last_comma(text);
	struct ub_text last = ub_text_trim(ub_text_sub(text, 0, at ? at - 1 : 0));
	struct ub_text first = ub_text_trim(ub_text_sub(text, at, text.len));
	if (at == 0 || last.len == 0 || first.len == 0 || last_comma(last) != 0)
		return text;
	struct ub_text name = without_titles(last), title = ub_text_sub(last, 0, last.len - name.len);
	return ub_textf(arena, "%.*s%.*s %.*s", UB_ARGS(title), UB_ARGS(first), UB_ARGS(name));
}

/* Takes pictographs and "Herr" off the beginning, if a first and a last name are left. */
static void cut_salutation(struct ub_text *text)
{
	for (size_t length;
	     text->len && (unsigned char)text->ptr[0] >= 0x80 && (length = facts_sign_length(*text));)
		*text = ub_text_trim(ub_text_sub(*text, length, text->len));
	struct ub_text word = first_word(*text), rest = ub_text_trim(ub_text_sub(*text, word.len, text->len));
	if (is_one_of(word, salutations, UB_COUNT(salutations)) &&
	    ub_text_find(rest, UB_TEXT(" "), 0) != SIZE_MAX)
		*text = rest;
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

struct display_name facts_read_display_name(struct ub_text text, struct ub_arena *arena)
{
	struct display_name found = { .name = UB_TEXT_NONE, .role = UB_TEXT_NONE };
	text = unquote(facts_clean_line(text, arena));
	/* Each costs a copy, and no name has more. */
	for (int i = 0; i < 4 && (cut_bracket(&text, &found) || cut_inner_bracket(&text, &found, arena)); i++)
		;
	cut_behind_bar(&text, &found);
	cut_behind_slash(&text);
	cut_roles_behind_commas(&text, &found);
	text = turn_round(unquote(text), arena);
	cut_salutation(&text);
	cut_leading_role(&text, &found);
	if (is_role_word(first_word(text)))
		keep_role(&found, text); /* of somebody with no other name: "CFO" */
	found.name = text;
	return found;
}
