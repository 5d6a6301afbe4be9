/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which objects no rule can want, by their bytes alone.
 */
#include "decision-private.h"

/* A whole day is one of its owner's. */
static ub_instant instant_of(const struct ub_when *when, const struct ub_zone *own)
{
	return when->given ? ub_cal_instant(when->zone ? when->zone : own, when->civil) : UB_INSTANT_NONE;
}

static bool is_cancelled(const struct ub_event *event, const struct ub_snapshot *snapshot, ub_instant now)
{
	const char *why = ub_facts_not_eligible(event, snapshot->org, now);
	return why && ub_text_is(ub_text(why), "cancelled");
}

bool ub_decide_lone(const struct ub_snapshot *snapshot, struct ub_text text, struct ub_text owner,
    ub_instant now, struct ub_lone *lone, struct ub_arena *arena)
{
	if (!snapshot->rules->needs_customer || !ub_org_is_ours(snapshot->org, owner))
		return false;
	const struct ub_event *event = ub_ical_lone(text, snapshot->zones, arena);
	if (!event || ub_cadence_is_uid(event->uid))
		return false;
	const struct ub_zone *own = ub_org_person(snapshot->org, owner)->zone;
	*lone = (struct ub_lone){ .uid = event->uid,
		.title = event->class == UB_CLASS_PUBLIC ? event->summary : UB_TEXT_NONE,
		.product = ub_clients_family_of_product(event->prodid),
		.start = instant_of(&event->start, own),
		.end = instant_of(&event->end, own) };
	lone->meets = event->component == UB_COMPONENT_EVENT && lone->start != UB_INSTANT_NONE;
	lone->takes_time =
	    lone->meets && !event->transparent && lone->end > now && !is_cancelled(event, snapshot, now);
	return true;
}
