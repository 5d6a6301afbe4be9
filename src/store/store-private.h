/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_STORE_PRIVATE_H
#define UPBEAT_STORE_PRIVATE_H

#include "upbeat/store.h"

#define UB_STORE_ASIDE_REASON "what worked on it did not come to an end, several times"

/* When a key that is put now is forgotten. */
int64_t expiry(enum ub_doubt doubt, int64_t now);

/* ---- records.c: structs with texts, copied whole; sorted sets of them ---- */

/* Where a struct has its texts. */
struct shape {
	size_t size;
	const size_t *texts;
	size_t n;
};

extern const struct shape key_shape, item_shape, seen_shape;

/* A copy in one piece of memory, for free(); `extra` bytes of zeros stand after the struct. */
void *record_new(const struct shape *shape, const void *from, size_t extra);
/* The struct in *out, its texts in the arena. */
void record_out(const struct shape *shape, const void *from, struct ub_arena *arena, void *out);

/* Pointers in the order of `compare`. */
struct set {
	void **items;
	size_t n, cap;
	int (*compare)(const void *a, const void *b);
};

/* Where `like` stands, or would be put; *found (may be NULL): whether it is there. */
size_t set_find(const struct set *set, const void *like, bool *found);
void *set_get(const struct set *set, const void *like); /* or NULL */
void set_add(struct set *set, void *item);
/* False: it is not there. */
bool set_remove(struct set *set, const void *like);
/* Frees the set and everything in it. */
void set_free(struct set *set);

/* Orders n pairs of texts: the first pair that differs decides. */
int compare_texts(const struct ub_text *const *a, const struct ub_text *const *b, size_t n);

#endif
