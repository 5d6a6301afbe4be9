/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_COPIES_H
#define UPBEAT_COPIES_H

/*
 * copies: the store's memory of what colleagues have of items, where the server sends no invitations. What
 * upbeat/store.h says of texts, times and results holds here, too.
 */

#include "upbeat/store.h"

enum ub_copy_state {
	UB_COPY_WANTED, /* there is none yet */
	UB_COPY_STANDS,
	UB_COPY_DECLINED, /* he has deleted or declined it */
	UB_COPY_REMOVED,  /* he is not invited any more, or the item is gone */
	UB_COPY_SERVERS,  /* the server itself has brought him one */
};

/* "wanted", "stands", "declined", "removed", "server": for programs. A literal. */
const char *ub_store_copy_state_word(enum ub_copy_state state);

/* The copy of an item that somebody has who is invited to it. */
struct ub_store_copy {
	struct ub_text organization, upstream;
	struct ub_text item;   /* the item's href in its owner's calendar */
	struct ub_text person; /* address, lower case; with the three above the primary key */
	struct ub_text uid, meeting_uid;
	struct ub_text owner; /* of the item: an address */
	struct ub_text href;  /* of the copy; empty: none was written */
	struct ub_text etag;  /* of the copy as Upbeat last wrote or read it */
	/* The item's ETag when the copy was last brought into step with it; empty: it is behind. */
	struct ub_text source;
	enum ub_copy_state state;
	struct ub_text problem; /* why the copy is not as it should be, in words; empty: it is */
	int64_t changed;        /* when this was last stored: pruning goes by it */
};

struct ub_store_copies {
	struct ub_store_copy *items;
	size_t n, cap;
};

/* Stores a copy, or replaces the one of the same key. FULL: not stored. */
UB_MUST_USE enum ub_store_result ub_store_put_copy(struct ub_store *store, const struct ub_store_copy *copy);
/* The copy of the same key as `like`. NONE: there is none. *copy may be *like. */
UB_MUST_USE enum ub_store_result ub_store_copy(struct ub_store *store, const struct ub_store_copy *like,
    struct ub_arena *arena, struct ub_store_copy *copy);
/* The copy that stands, or stood, at `href`; of several the one stored last. NONE: there is none. */
UB_MUST_USE enum ub_store_result ub_store_copy_at(struct ub_store *store, struct ub_text organization,
    struct ub_text upstream, struct ub_text href, struct ub_arena *arena, struct ub_store_copy *copy);
/* All copies of a meeting's items; with an empty meeting UID, all of the organization. In the order of item
 * and person. */
UB_MUST_USE enum ub_store_result ub_store_copies(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_copies *copies);

#endif
