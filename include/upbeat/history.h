/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_HISTORY_H
#define UPBEAT_HISTORY_H

/*
 * history: the store's memory of accounts: which meetings there were with each one, in which periods there
 * was to be one, and how often there is to be one. What upbeat/store.h says of texts, times and results holds
 * here, too.
 */

#include "upbeat/store.h"

/*
 * One meeting with an account, to come or held: a meeting, or an instance of a series, whatever copies of it
 * there are. It is held when its end has come and it was not called off. It is remembered after its text is
 * forgotten, and after its object is deleted, which says nothing of what was.
 */
struct ub_store_meeting {
	struct ub_text organization, meeting_uid;
	/* of a series: ub_plan_instance_name(); with the two above the primary key */
	struct ub_text instance;
	struct ub_text account, name; /* id and name, as of when it was last looked at */
	struct ub_text owner; /* address: our organizer, or else whose calendar it was first seen in */
	/* Addresses of those who come, one a line: guests, those of them who are executives by the account's
	 * data, and ours. */
	struct ub_text guests, executives, ours;
	int64_t start, end;
	int64_t first_seen; /* when it was first known with an account; 0: an earlier version has seen it */
	int64_t called_off; /* when it was known to be called off, or to count no more; 0: it stands */
};

struct ub_store_meetings {
	struct ub_store_meeting *items;
	size_t n, cap;
};

/* What an object, as it was just looked at, says of the meetings of its UID. */
enum ub_store_said {
	UB_STORE_SAYS_ALL,  /* these are all that are to come: what is missing was called off */
	UB_STORE_SAYS_GONE, /* the object is gone: what was to come was called off, what is over was held */
	UB_STORE_SAYS_MUM,  /* it has become private: nothing of it is remembered */
};

/* A period in which a rule for accounts wants a review of an account. One is open at a time; it is written
 * anew until it is over, and stays then, also beside a later one that begins with it and is longer. */
struct ub_store_period {
	struct ub_text organization;
	struct ub_text uid; /* of the rule and the account: ub_cadence_uid(), as of the items' meeting_uid */
	int64_t start, end; /* with the two above the primary key */
	struct ub_text account, name; /* id and name */
	struct ub_text owner;         /* address of who has the review */
	struct ub_text health;        /* "green", "yellow", "red", or empty: not known */
	int64_t first_seen;           /* of this one, or of the open ones whose place it has taken */
};

struct ub_store_periods {
	struct ub_store_period *items;
	size_t n, cap;
};

/* How often a rule for accounts or teams plans: the rhythm in force, and the one before it. */
struct ub_store_rhythm {
	struct ub_text organization;
	struct ub_text uid;           /* ub_cadence_uid(); with the one above the primary key */
	struct ub_text every, former; /* "2 weeks"; former: empty, if none is known */
	struct ub_text wording;       /* a digest of how the rule's conditions were worded */
	int64_t since;                /* when `every` took the place of the former one: pruning goes by it */
};

/*
 * Remembers what an object with the UID `meeting_uid` says: n meetings with an account, all of that UID,
 * whose first_seen and called_off do not count. Of those known by now, what is missing is treated as `said`
 * tells; of a series that has no instance in common with what was known, as it was moved, all that was to
 * come is forgotten. More than UB_STORE_CALLED_OFF_MAX meetings of one UID are not kept as called off. Only
 * what differs is written. FULL: not stored.
 */
UB_MUST_USE enum ub_store_result ub_store_put_meetings(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, const struct ub_store_meeting *meetings, size_t n, enum ub_store_said said,
    int64_t now, struct ub_arena *arena);
/* The meetings with the account that stand, each once, by what ends first. */
UB_MUST_USE enum ub_store_result ub_store_account_meetings(struct ub_store *store,
    struct ub_text organization, struct ub_text account, struct ub_arena *arena,
    struct ub_store_meetings *meetings);
/* All meetings with accounts, also those that were called off. In the order of UID and instance. */
UB_MUST_USE enum ub_store_result ub_store_all_meetings(struct ub_store *store, struct ub_text organization,
    struct ub_arena *arena, struct ub_store_meetings *meetings);
/* Sets the period of that UID that is open at `now`; NULL: none is. Others of the UID that are not over are
 * forgotten, as its rhythm is another one, but for first_seen, which stays as it was. FULL: not stored. */
UB_MUST_USE enum ub_store_result ub_store_put_period(struct ub_store *store, struct ub_text organization,
    struct ub_text uid, const struct ub_store_period *period, int64_t now);
/* Lets all that is known of the series `from` go by the UID `to`, as its rule has another name now: items,
 * when they take people, periods, and the rhythm. What is known by `to` already stays. FULL: nothing is
 * changed. */
UB_MUST_USE enum ub_store_result ub_store_rename_series(
    struct ub_store *store, struct ub_text organization, struct ub_text from, struct ub_text to);
/* All periods, in the order of UID, start and end. */
UB_MUST_USE enum ub_store_result ub_store_periods(struct ub_store *store, struct ub_text organization,
    struct ub_arena *arena, struct ub_store_periods *periods);
/* Stores a rhythm in place of what was known of its UID. Only what differs is written. FULL: not stored. */
UB_MUST_USE enum ub_store_result ub_store_put_rhythm(
    struct ub_store *store, const struct ub_store_rhythm *rhythm);
/* The rhythm of the UID. NONE: there is none. */
UB_MUST_USE enum ub_store_result ub_store_rhythm(struct ub_store *store, struct ub_text organization,
    struct ub_text uid, struct ub_arena *arena, struct ub_store_rhythm *rhythm);
/* OK also if none is known. */
UB_MUST_USE enum ub_store_result ub_store_forget_rhythm(
    struct ub_store *store, struct ub_text organization, struct ub_text uid);

#endif
