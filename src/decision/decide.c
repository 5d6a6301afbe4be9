/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The decision about an object: reads it, and decides about its event or the instances of its series.
 */
#include "decision-private.h"
#include "upbeat/sys.h"

/* Empty without an event. */
static struct ub_unread unread_of(const struct ub_event *event, const struct ub_zone *ours)
{
	if (!event)
		return (struct ub_unread){ .start = UB_INSTANT_NONE, .end = UB_INSTANT_NONE };
	return (struct ub_unread){ .uid = event->uid,
		.title = event->class == UB_CLASS_PUBLIC ? event->summary : UB_TEXT_NONE,
		.start = decision_instant_in(&event->start, ours),
		.end = decision_instant_in(&event->end, ours) };
}

static void refuse(
    struct ub_decision *decision, const struct ub_ical_refusal *refusal, struct ub_arena *arena)
{
	decision->refused = refusal->code;
	decision->refused_text =
	    refusal->line ? ub_textf(arena, "line %zu: %.*s", refusal->line, UB_ARGS(refusal->message))
			  : refusal->message;
}

static const struct ub_event *read_object(const struct ub_decide_input *input, const struct ub_ical **ical,
    struct ub_ical_refusal *refusal, struct ub_unread *unread, struct ub_arena *arena)
{
	const struct ub_snapshot *snapshot = input->snapshot;
	ub_sys_reading_begin(input->watched);
	*ical = ub_ical_parse(arena, input->text, refusal);
	const struct ub_event *event = *ical ? ub_ical_event(*ical, snapshot->zones, arena, refusal) : NULL;
	if (!event)
		*unread = unread_of(*ical ? ub_ical_outline(*ical, snapshot->zones, arena) : NULL,
		    snapshot->org->standard.zone);
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
	const struct ub_event *event = read_object(input, &ical, &refusal, &decision->unread, arena);
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
