/* SPDX-License-Identifier: Apache-2.0 */
#include "facts-private.h"

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
} listed[] = { /* in the order of their bytes */
	{ "about", EN },
	{ "abstimmung", DE },
	{ "and", EN },
	{ "angebot", DE },
	{ "are", EN },
	{ "at", EN },
	{ "au", FR },
	{ "auch", DE },
	{ "auf", DE },
	{ "austausch", DE },
	{ "aux", FR },
	{ "avec", FR },
	{ "bei", DE },
	{ "beim", DE },
	{ "besprechung", DE },
	{ "bespreking", NL },
	{ "bitte", DE },
	{ "bonjour", FR },
	{ "buongiorno", IT },
	{ "can", EN },
	{ "cette", FR },
	{ "che", IT },
	{ "dans", FR },
	{ "das", DE },
	{ "degli", IT },
	{ "delle", IT },
	{ "dello", IT },
	{ "een", NL },
	{ "eine", DE },
	{ "einen", DE },
	{ "einer", DE },
	{ "einführung", DE },
	{ "entre", FR },
	{ "entscheidung", DE },
	{ "erstgespräch", DE },
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
	{ "jahresgespräch", DE },
	{ "jullie", NL },
	{ "kennenlernen", DE },
	{ "kennismaking", NL },
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
	{ "over", NL },
	{ "overleg", NL },
	{ "per", IT },
	{ "please", EN },
	{ "pour", FR },
	{ "regards", EN },
	{ "renouvellement", FR },
	{ "renovación", ES },
	{ "reunión", ES },
	{ "rinnovo", IT },
	{ "riunione", IT },
	{ "réunion", FR },
	{ "schulung", DE },
	{ "según", ES },
	{ "sie", DE },
	{ "sono", IT },
	{ "su", ES },
	{ "sur", FR },
	{ "sus", ES },
	{ "tagesordnung", DE },
	{ "termin", DE },
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
	{ "verlängerung", DE },
	{ "vertrag", DE },
	{ "vertragsgespräch", DE },
	{ "vertragsverlängerung", DE },
	{ "voor", NL },
	{ "vorstellung", DE },
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
	size_t low = 0, high = UB_COUNT(listed);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = ub_text_cmp(word, ub_text(listed[middle].word));
		if (order == 0)
			return &listed[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

static const struct listed *next_listed(struct ub_text text, size_t *at)
{
	while (*at < text.len) {
		size_t from = *at;
		while (*at < text.len && is_letter(text.ptr[*at]))
			++*at;
		const struct listed *word = find_listed(ub_text_sub(text, from, *at));
		if (word)
			return word;
		++*at;
	}
	return NULL;
}

struct ub_text written_language(struct ub_text title, struct ub_text text, struct ub_arena *arena)
{
	enum { TEXT_READ = 2000, ENOUGH = 2 };
	size_t counts[N_LANGUAGES] = { 0 }, best = 0, second = 0;
	const struct listed *word;
	title = ub_text_lower(arena, title);
	text = ub_text_lower(arena, ub_text_sub(text, 0, TEXT_READ));
	/* One word of a title is enough, but for English: people of all languages give English titles. */
	for (size_t at = 0; (word = next_listed(title, &at));)
		counts[word->language] += word->language == EN ? 1 : ENOUGH;
	for (size_t at = 0; (word = next_listed(text, &at));)
		counts[word->language]++;
	for (size_t i = 1; i < N_LANGUAGES; i++)
		if (counts[i] > counts[best])
			best = i;
	for (size_t i = 0; i < N_LANGUAGES; i++)
		if (i != best && counts[i] > second)
			second = counts[i];
	return counts[best] >= ENOUGH && counts[best] >= 2 * second ? ub_text(names[best]) : UB_TEXT_NONE;
}
