/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Who comes to a meeting or to an instance of a series, by the text and by what is known besides.
 */
#include "decision-private.h"

static bool comes_to(const struct ub_joined *joined, const struct ub_event *event)
{
	if (!event->is_instance)
		return joined->comes;
	for (size_t i = 0; i < joined->instances.n; i++)
		if (joined->instances.items[i] == event->instance)
			return true;
	return false;
}

const struct ub_event *decision_with_who_comes(
    const struct ub_decide_input *input, const struct ub_event *event, struct ub_arena *arena)
{
	size_t n = event->n_attendees;
	if (input->left.n + input->joined.n == 0)
		return event;
	struct ub_event *answered = UB_NEW(arena, struct ub_event);
	*answered = *event;
	answered->attendees = UB_NEW_ARRAY(arena, struct ub_party, n + input->joined.n);
	for (size_t i = 0; i < n; i++) {
		answered->attendees[i] = event->attendees[i];
		if (ub_texts_have(input->left, event->attendees[i].address))
			answered->attendees[i].partstat = UB_PARTSTAT_DECLINED;
	}
	for (size_t i = 0; i < input->joined.n; i++) {
		const struct ub_joined *joined = &input->joined.items[i];
		/* He may have two copies. */
		if (comes_to(joined, event) && !ub_facts_names(answered, joined->address))
			answered->attendees[answered->n_attendees++] =
			    (struct ub_party){ .address = joined->address };
	}
	return answered;
}
