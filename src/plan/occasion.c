/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

/* What items are for: the meeting; of a rule for accounts the event that it makes in the period. */

const struct ub_item *plan_event_of(const struct ub_making *making, const struct ub_rule *rule)
{
	const struct ub_plan *plan = making->plan;
	for (size_t i = 0; i < plan->items.n; i++)
		if (plan->items.items[i].rule == rule && plan->items.items[i].kind == UB_ITEM_EVENT)
			return &plan->items.items[i];
	return NULL;
}

struct ub_interval plan_occasion(const struct ub_making *making, const struct ub_draft *draft)
{
	const struct ub_meeting *meeting = &making->input->facts->meeting;
	if (draft->rule->subject == UB_FOR_MEETING)
		return (struct ub_interval){ meeting->start, meeting->end };
	const struct ub_item *event = plan_event_of(making, draft->rule);
	return event ? (struct ub_interval){ event->start, event->end }
		     : (struct ub_interval){ meeting->end, meeting->end };
}
