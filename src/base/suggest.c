/* SPDX-License-Identifier: Apache-2.0 */
#include "upbeat/base.h"

/* Longer words are not worth a suggestion. */
#define LONGEST 64

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;
	return ab < c ? ab : c;
}

/* The edit distance with transpositions of neighbours (optimal string alignment), of words up to LONGEST. */
static size_t distance(struct ub_text a, struct ub_text b)
{
	size_t rows[3][LONGEST + 1];
	for (size_t j = 0; j <= b.len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *twice = rows[(i + 1) % 3];
		now[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t differs = a.ptr[i - 1] != b.ptr[j - 1];
			now[j] = min3(before[j] + 1, now[j - 1] + 1, before[j - 1] + differs);
			if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1] &&
			    twice[j - 2] + 1 < now[j])
				now[j] = twice[j - 2] + 1;
		}
	}
	return rows[a.len % 3][b.len];
}

struct ub_text ub_suggest(struct ub_text word, const struct ub_text *candidates, size_t n)
{
	struct ub_text best = UB_TEXT_NONE;
	size_t best_distance = word.len / (word.len < 3 ? 2 : 3);
	if (word.len > LONGEST)
		return best;
	for (size_t i = 0; i < n; i++) {
		if (candidates[i].len > LONGEST)
			continue;
		size_t d = ub_text_eq_nocase(word, candidates[i]) ? 0 : distance(word, candidates[i]);
		if (d < best_distance || (d == best_distance && best.len == 0)) {
			best = candidates[i];
			best_distance = d;
		}
	}
	return best;
}
