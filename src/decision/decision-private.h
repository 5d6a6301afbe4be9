/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_DECISION_PRIVATE_H
#define UPBEAT_DECISION_PRIVATE_H

#include "upbeat/decision.h"

/* ---- meeting.c ---- */

const struct ub_facts *find_facts(
    const struct ub_decide_input *input, const struct ub_event *event, struct ub_arena *arena);
/* The zone of times that have none of their own. */
const struct ub_zone *owner_zone(const struct ub_decide_input *input, const struct ub_event *event);
struct ub_plan_input plan_input(const struct ub_decide_input *input, const struct ub_facts *facts);
/* Decides about an event that is one meeting. Sets facts, plan and what follows from them. */
void decide_meeting(const struct ub_decide_input *input, const struct ub_event *event,
    struct ub_decision *decision, struct ub_arena *arena);

/* ---- series.c ---- */

/* Whether the event is a series, or there are items of the time when it was one. */
bool is_series(const struct ub_decide_input *input, const struct ub_event *event);
/* Decides about the instances of decision->event. */
void decide_series(const struct ub_decide_input *input, const struct ub_ical *ical,
    struct ub_decision *decision, struct ub_arena *arena);

#endif
