/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_COMMANDS_REPLAY_PRIVATE_H
#define UPBEAT_COMMANDS_REPLAY_PRIVATE_H

/*
 * What the files of a replay share.
 */

#include <pthread.h>

#include "upbeat/commands.h"
#include "upbeat/json.h"

struct replay_accounts {
	const struct ub_account **items;
	size_t n, cap;
};

/* A part of a replay, which has a thread of its own; or the whole. */
struct replay {
	const struct ub_replay_input *input;
	const struct ub_map *deleted;
	struct replay_accounts owned;
	/* The results; each thread has its own, over a stretch of the meetings, and of the accounts after
	 * these. */
	size_t from, to;
	struct ub_replay_result result;
	struct ub_buf out;
	json_t *list;          /* of meetings; NULL: for people */
	json_t *accounts;      /* a list of these; NULL: for people */
	struct ub_map *people; /* the people whose calendars are touched */
	struct ub_arena *arena;
	struct ub_taken taken;
	_Atomic size_t *done; /* counted by all threads */
	pthread_t thread;
};

/* What the changed rules would do otherwise about a meeting or an account. */
struct otherwise {
	const struct ub_facts *facts;
	const struct ub_account *account; /* NULL: it is about a meeting */
	struct ub_changes changes;
	struct ub_amendments additions;
};

/* The kinds of changes by enum ub_change_kind: how many there are, for people and for programs. */
struct replay_word {
	enum ub_change_kind kind;
	const char *word, *code;
};
extern const struct replay_word replay_words[UB_CHANGE_LEFT + 1];

/* ---- replay-tell.c ---- */

/* Counts whose calendar is touched. */
void replay_touch(struct replay *replay, struct ub_text address);
/* Tells of one meeting or account, and counts. */
void replay_tell(struct replay *replay, const struct otherwise *otherwise, struct ub_arena *arena);
/* Tells of a meeting that cannot be read. */
void replay_tell_refused(
    struct replay *replay, const struct ub_replay_meeting *meeting, const struct ub_decision *decision);

/* ---- replay-meeting.c ---- */

/* What the user has deleted stays away. */
void replay_mark_deleted(struct replay *replay, struct ub_text uid, struct ub_existing *existing, size_t n,
    struct ub_arena *arena);
void replay_meeting(struct replay *replay, const struct ub_replay_meeting *meeting, struct ub_arena *arena);

/* ---- replay-account.c ---- */

/* The accounts to replay: each that somebody owns, if there are rules for accounts. The list is in `arena`.
 */
struct replay_accounts replay_owned(
    const struct ub_replay_input *input, const struct ub_accounts *accounts, struct ub_arena *arena);
/* Replays the rules for accounts for one. */
void replay_account(struct replay *replay, const struct ub_account *account, struct ub_arena *arena);

#endif
