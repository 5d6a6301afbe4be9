/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_FACTS_WORLD_H
#define UPBEAT_TESTS_FACTS_WORLD_H

/* An organization and its events, for the tests of facts and rules. */

#include "upbeat/facts.h"

/* ours.example, Europe/Berlin, Mon-Fri 09:00-17:30; *@us.ours.example in New York; a recorder and a
 * contractor who are no customers; team security-leads of sara and an outsider. */
const struct ub_org *world_org(struct ub_arena *arena);
/* 2026-11-12 14:00-15:00 in Berlin, no people. */
struct ub_event *world_event(struct ub_arena *arena, const char *title);
/* Adds an attendee. Words may follow the address: "anna@ours.example declined", "r1@ours.example room", "x@y
 * optional". With "by " before it, the address is the organizer's. */
void world_invite(struct ub_arena *arena, struct ub_event *event, const char *who);
/* An event with people, separated by commas. */
struct ub_event *world_meeting(struct ub_arena *arena, const char *title, const char *people);
/* acme.example, red, with two stakeholders. */
struct ub_account *world_account(struct ub_arena *arena);
/* 2026-11-02 09:00 in Berlin, a Monday. */
int64_t world_now(void);
const struct ub_facts *world_facts(
    struct ub_arena *arena, const struct ub_event *event, const struct ub_account *account);

#endif
