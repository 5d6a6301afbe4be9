/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_PASS_WORLD_H
#define UPBEAT_TESTS_PASS_WORLD_H

#include <criterion/criterion.h>

#include "upbeat/pass.h"
#include "upstream.h"

/*
 * A small server, alice's calendar on it, and a rule that gives a meeting with a customer a prep call and a
 * to-do.
 */

#define MEETING "/alice/meetings/meeting.ics"
#define NOW     INT64_C(1793606400) /* 2026-11-02T08:00:00Z, a Monday */

extern struct ub_arena *arena;
extern struct ub_snapshot *snapshot;
extern struct ub_store *store;
extern struct upstream *up;
extern const char *day; /* of the meeting: 20261112 */
extern int64_t now;
/* The milliseconds that each request takes, and the sum of all. */
extern int64_t pace, spent;
/* The principal to wait for, in the place of a user who is not the owner. */
extern struct ub_text owner_login;
/* Alice's keys are worked on by the service account. */
extern bool served;
/* Whether the server has refused the service account something in the last pass. */
extern bool forbidden;
/* What the last pass said of itself. */
extern const char *why;

extern const char guest[]; /* an ATTENDEE line */

/* The rules of the usual world, and settings by which colleagues get copies of its items, or mails on
 * them. */
extern const char world_rules[], world_copies[], world_mails[];

void world_set_up(void);
/* The same with other rules, and with further lines of the settings, which may name accounts.conf. */
void world_set_up_with(const char *rules, const char *more_settings);
void world_tear_down(void);
/* Stores the meeting m-1, with these lines of guests and of anything. */
void store_meeting(const char *path, const char *guests, const char *more);
enum ub_pass_end pass_of(const struct ub_job *job);
/* A pass for a key that was put at `put`. */
enum ub_pass_end run_from(const char *href, int64_t put);
enum ub_pass_end run_on(const char *href);
/* Puts the meeting's key. */
void put_meeting_key(void);
/* Works on all keys, as workers do; what is to be tried again is, a minute later. Ends when nothing is left,
 * or with upstream_dead(). */
void work_on_all(void);
/* After the first time the meeting has its items. */
void store_and_run(void);

#endif
