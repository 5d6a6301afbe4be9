/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The decision about an object: reads it, and decides about its event or the instances of its series.
 */
#include "decision-private.h"
#include "upbeat/sys.h"

static void refuse(
    struct ub_decision *decision, const struct ub_ical_refusal *refusal, struct ub_arena *arena)
{
	decision->refused = refusal->code;
	decision->refused_text =
	    refusal->line ? ub_textf(arena, "line %zu: %.*s", refusal->line, UB_ARGS(refusal->message))
			  : refusal->message;
}

static const struct ub_event *read_object(const struct ub_decide_input *input, const struct ub_ical **ical,
    struct ub_ical_refusal *refusal, struct ub_arena *arena)
{
	ub_sys_reading_begin(input->watched);
	*ical = ub_ical_parse(arena, input->text, refusal);
	const struct ub_event *event =
	    *ical ? ub_ical_event(*ical, input->snapshot->zones, arena, refusal) : NULL;
	ub_sys_reading_end(input->watched);
	return event;
}

void ub_decide(const struct ub_decide_input *input, struct ub_decision *decision, struct ub_arena *arena)
{
	const struct ub_snapshot *snapshot = input->snapshot;
	struct ub_plan *nothing = UB_NEW(arena, struct ub_plan);
	struct ub_ical_refusal refusal;
	*decision = (struct ub_decision){ .plan = nothing, .look_again = UB_INSTANT_NONE };
	const struct ub_ical *ical;
	const struct ub_event *event = read_object(input, &ical, &refusal, arena);
	if (!event) {
		refuse(decision, &refusal, arena);
		return;
	}
	decision->event = event;
	if (event->component != UB_COMPONENT_EVENT || !event->start.given) {
		nothing->not_eligible = ub_facts_not_eligible(event, snapshot->org, input->now);
		return;
	}
	bool series =
	    decision_is_series(input, event) && !input->gone && event->marks.item.len == 0 && event->uid.len;
	if (series)
		decide_series(input, ical, decision, arena);
	/* One meeting that is over keeps what it has. */
	if (!series || (event->repeats == UB_REPEATS_NOT && decision->plan->items.n == 0))
		decide_meeting(input, event, decision, arena);
}
