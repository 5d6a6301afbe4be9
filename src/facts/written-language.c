/* SPDX-License-Identifier: Apache-2.0 */
#include "facts-private.h"

#include <stdlib.h>

/*
 * The language in which a meeting's title and text are written, by words that one language has and uses in
 * most sentences, or in the titles of meetings. What several of the languages have ("die", "in", "demo"), or
 * many names ("van", "los"), is not listed.
 */

enum language { DE, EN, ES, FR, IT, NL, N_LANGUAGES };

static const char *const names[N_LANGUAGES] = { "de", "en", "es", "fr", "it", "nl" };

/* clang-format off */
static const struct listed {
	const char *word;
	enum language language;
	bool title; /* a word for a meeting, which is enough in a title */
} listed[] = { /* in the order of their bytes */
	{ "about", EN },
	{ "abstimmung", DE, .title = true },
	{ "and", EN },
	{ "angebot", DE, .title = true },
	{ "are", EN },
	{ "at", EN },
	{ "atelier", FR, .title = true },
	{ "au", FR },
	{ "auch", DE },
	{ "auf", DE },
	{ "austausch", DE, .title = true },
	{ "aux", FR },
	{ "avec", FR },
	{ "bei", DE },
	{ "beim", DE },
	{ "besprechung", DE, .title = true },
	{ "bespreking", NL, .title = true },
	{ "bitte", DE },
	{ "bonjour", FR },
	{ "buongiorno", IT },
	{ "can", EN },
	{ "cette", FR },
	{ "che", IT },
	{ "cordialement", FR },
	{ "dans", FR },
	{ "das", DE },
	{ "degli", IT },
	{ "delle", IT },
	{ "dello", IT },
	{ "démo", FR, .title = true },
	{ "démonstration", FR, .title = true },
	{ "déploiement", FR, .title = true },
	{ "een", NL },
	{ "eine", DE },
	{ "einen", DE },
	{ "einer", DE },
	{ "einführung", DE, .title = true },
	{ "entre", FR },
	{ "entscheidung", DE, .title = true },
	{ "erstgespräch", DE, .title = true },
	{ "est", FR },
	{ "following", EN },
	{ "for", EN },
	{ "freundliche", DE },
	{ "from", EN },
	{ "für", DE },
	{ "gli", IT },
	{ "graag", NL },
	{ "gracias", ES },
	{ "grazie", IT },
	{ "grüße", DE },
	{ "guten", DE },
	{ "haben", DE },
	{ "hallo", DE },
	{ "hebdo", FR, .title = true },
	{ "hello", EN },
	{ "herr", DE },
	{ "het", NL },
	{ "hola", ES },
	{ "how", EN },
	{ "ihnen", DE },
	{ "ihr", DE },
	{ "ihre", DE },
	{ "im", DE },
	{ "ist", DE },
	{ "jahresgespräch", DE, .title = true },
	{ "jullie", NL },
	{ "kennenlernen", DE, .title = true },
	{ "kennismaking", NL, .title = true },
	{ "les", FR },
	{ "let", EN },
	{ "merci", FR },
	{ "mit", DE },
	{ "naar", NL },
	{ "nach", DE },
	{ "nicht", DE },
	{ "niet", NL },
	{ "noch", DE },
	{ "nostra", IT },
	{ "nostro", IT },
	{ "notre", FR },
	{ "nous", FR },
	{ "nuestra", ES },
	{ "nuestro", ES },
	{ "oder", DE },
	{ "onze", NL },
	{ "ook", NL },
	{ "our", EN },
	{ "overleg", NL, .title = true },
	{ "pilotage", FR, .title = true },
	{ "please", EN },
	{ "pour", FR },
	{ "présentation", FR, .title = true },
	{ "regards", EN },
	{ "renouvellement", FR, .title = true },
	{ "renovación", ES, .title = true },
	{ "reunión", ES, .title = true },
	{ "rinnovo", IT, .title = true },
	{ "riunione", IT, .title = true },
	{ "réunion", FR, .title = true },
	{ "schulung", DE, .title = true },
	{ "según", ES },
	{ "sie", DE },
	{ "sono", IT },
	{ "su", ES },
	{ "suivi", FR, .title = true },
	{ "sur", FR },
	{ "sus", ES },
	{ "tagesordnung", DE, .title = true },
	{ "termin", DE, .title = true },
	{ "that", EN },
	{ "the", EN },
	{ "these", EN },
	{ "they", EN },
	{ "this", EN },
	{ "und", DE },
	{ "une", FR },
	{ "uns", DE },
	{ "unser", DE },
	{ "unsere", DE },
	{ "usted", ES },
	{ "ustedes", ES },
	{ "verlängerung", DE, .title = true },
	{ "vertrag", DE, .title = true },
	{ "vertragsgespräch", DE, .title = true },
	{ "vertragsverlängerung", DE, .title = true },
	{ "voor", NL },
	{ "vorstellung", DE, .title = true },
	{ "vostra", IT },
	{ "vostro", IT },
	{ "votre", FR },
	{ "vous", FR },
	{ "werden", DE },
	{ "what", EN },
	{ "which", EN },
	{ "wij", NL },
	{ "wir", DE },
	{ "with", EN },
	{ "would", EN },
	{ "y", ES },
	{ "you", EN },
	{ "your", EN },
	{ "zijn", NL },
	{ "zum", DE },
	{ "zur", DE },
	{ "è", IT },
	{ "über", DE },
};
/* clang-format on */

static const struct listed *find_listed(struct ub_text word)
{
	return bsearch(&word, listed, UB_COUNT(listed), sizeof(*listed), ub_text_cmp_name);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* An abbreviation, such as that of a time zone, is no word of a language. */
static bool is_in_capitals(struct ub_text word)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.ptr[i] < 'A' || word.ptr[i] > 'Z')
			return false;
	return true;
}

static const struct listed *next_listed(struct ub_text text, struct ub_text lower, size_t *at)
{
	while (*at < text.len) {
		size_t from = *at;
		while (*at < text.len && is_letter(lower.ptr[*at]))
			++*at;
		const struct listed *word = find_listed(ub_text_sub(lower, from, *at));
		if (word && !is_in_capitals(ub_text_sub(text, from, *at)))
			return word;
		++*at;
	}
	return NULL;
}

struct ub_text facts_written_language(struct ub_text title, struct ub_text text, struct ub_arena *arena)
{
	enum { TEXT_READ = 2000, ENOUGH = 2 };
	size_t counts[N_LANGUAGES] = { 0 }, best = 0, second = 0;
	const struct listed *word;
	struct ub_text lower = ub_text_lower(arena, title);
	for (size_t at = 0; (word = next_listed(title, lower, &at));)
		counts[word->language] += word->title ? ENOUGH : 1;
	text = ub_text_sub(text, 0, TEXT_READ);
	lower = ub_text_lower(arena, text);
	for (size_t at = 0; (word = next_listed(text, lower, &at));)
		counts[word->language]++;
	for (size_t i = 1; i < N_LANGUAGES; i++)
		if (counts[i] > counts[best])
			best = i;
	for (size_t i = 0; i < N_LANGUAGES; i++)
		if (i != best && counts[i] > second)
			second = counts[i];
	return counts[best] >= ENOUGH && counts[best] >= 2 * second ? ub_text(names[best]) : UB_TEXT_NONE;
}
