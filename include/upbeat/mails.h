/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_MAILS_H
#define UPBEAT_MAILS_H

/*
 * mails: the store's memory of what colleagues are told of items by mail, where the server sends no
 * invitations. A colleague has one mail of an item at a time, the latest: what was not sent before another
 * one is put need not be sent any more. What upbeat/store.h says of texts, times and results holds here, too.
 */

#include "upbeat/store.h"

enum ub_mail_kind {
	UB_MAIL_INVITATION,
	UB_MAIL_CHANGE,       /* of what he was invited to: such is an invitation that is not the first */
	UB_MAIL_LEFT_OFF,     /* he is not invited any more */
	UB_MAIL_CANCELLATION, /* it does not take place */
};

enum ub_mail_state {
	UB_MAIL_WAITING,
	UB_MAIL_SENT,
	UB_MAIL_REFUSED,  /* the mail server does not take it */
	UB_MAIL_EXPIRED,  /* what it is about was over before it could be sent */
	UB_MAIL_NEEDLESS, /* a cancellation of what he was never told of, or an answer came first */
};

/* "invitation", "change", "left off", "cancellation"; "waiting", "sent", "refused", "expired", "needless":
 * for programs. Literals. */
const char *ub_store_mail_kind_word(enum ub_mail_kind kind);
const char *ub_store_mail_state_word(enum ub_mail_state state);

/* The latest mail on an item to somebody who is, or was, invited to it. */
struct ub_store_mail {
	struct ub_text organization, upstream;
	struct ub_text item;   /* the item's href in its owner's calendar */
	struct ub_text person; /* address, lower case; with the three above the primary key */
	struct ub_text uid, meeting_uid;
	struct ub_text owner, name; /* of the item: an address, and the name that goes with it */
	enum ub_mail_kind kind;
	struct ub_text version; /* a digest of what a mail has to say: another one is another mail */
	struct ub_text id;      /* a digest, of which the Message-ID is made */
	int64_t sequence;       /* SEQUENCE as it is told */
	struct ub_text title, text;
	struct ub_text object; /* the calendar object, with its METHOD */
	int64_t made, expires; /* when it was put, and when nobody needs it any more */
	/* How far it is: */
	enum ub_mail_state state;
	bool reached;           /* this mail, or an earlier one on the item, may have reached him */
	int64_t due;            /* when it may be tried next */
	unsigned attempts;      /* since it was put */
	struct ub_text problem; /* what the last attempt came to; empty: nothing went wrong */
	int64_t sent;           /* when a mail on the item was last sent; 0: never */
};

struct ub_store_mails {
	struct ub_store_mail *items;
	size_t n, cap;
};

/* How many mails there are in each state. */
struct ub_mail_counts {
	uint64_t of[UB_MAIL_NEEDLESS + 1];
};

/*
 * Puts a mail, to be sent at once, in the place of the one of the same key. Of `mail` only what comes before
 * `state` counts. NONE: nothing is new, as the mail there is of the same version; or the mail takes back what
 * nobody was told of. FULL: not stored.
 */
UB_MUST_USE enum ub_store_result ub_store_put_mail(struct ub_store *store, const struct ub_store_mail *mail);
/* Remembers how far the mail is, and keeps that. NONE: another mail is in its place by now, or none. */
UB_MUST_USE enum ub_store_result ub_store_note_mail(struct ub_store *store, const struct ub_store_mail *mail);
/* All mails on a meeting's items; with an empty meeting UID, all of the organization. In the order of item
 * and person. */
UB_MUST_USE enum ub_store_result ub_store_mails(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_mails *mails);
/* The first `max` mails that wait and are due by `now`, in the order in which they are. */
UB_MUST_USE enum ub_store_result ub_store_mails_due(
    struct ub_store *store, int64_t now, size_t max, struct ub_arena *arena, struct ub_store_mails *mails);
UB_MUST_USE enum ub_store_result ub_store_count_mails(struct ub_store *store, struct ub_mail_counts *counts);

#endif
