/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DESK_H
#define DESK_H

#include "calendar.h"

#define BY_HEALTH                                                                                            \
	"    every:\n"                                                                                       \
	"      - {if: account.health == \"red\", use: week}\n"                                               \
	"      - {if: account.health == \"yellow\", use: month}\n"                                           \
	"      - {use: quarter}\n"
#define CADENCE(name, more)                                                                                  \
	"  - name: " name "\n    for: account\n" more                                                        \
	"    create:\n      - event: review\n        title: \"{{ account.name }}: review\"\n"                \
	"        duration: 45m\n        prefer: same-time\n"

/* A desk with one account, its items and the meetings with it. */
struct desk {
	struct calendar calendar;
	struct ub_account account;
	struct ub_cadence_input input;
	struct ub_decision decision;
};

#define INVITE(more)                                                                                         \
	CADENCE("cad", BY_HEALTH)                                                                            \
	"      - task: invite\n        title: Invite them\n        due: 3 business days before "             \
	"review.start\n" more

struct desk desk_with(const char *rule);
/* "2026-11-18T12:00", in UTC. */
ub_instant at(const char *text);
/* Decides, and carries the plan out. What the steps do on which days: "create 12-01 keep 12-08". */
const char *look(struct desk *desk, const char *now);
/* The event on that day, "12-01". */
struct ub_existing *item_on(struct desk *desk, const char *day);
/* As its user does. */
void move_to(struct desk *desk, const char *day, const char *to);
/* The to-dos of the plan, by the day on which they are due. */
const char *due(const struct desk *desk);
/* Whether a note of the plan has these words. */
bool is_told(const struct desk *desk, const char *words);

#define EXPECT(desk, now, wanted)                                                                            \
	do {                                                                                                 \
		const char *got = look(desk, now);                                                           \
		cr_expect_str_eq(got, wanted, "%s: %s, not %s", now, got, wanted);                           \
	} while (0)

#endif
