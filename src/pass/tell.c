/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What event sinks are told of items. An event is stored with the item's record. If the engine dies between a
 * write and that, the next pass sees by the item that somebody has to be told still.
 */
#include "pass-private.h"

#include "upbeat/events.h"
#include "upbeat/settings.h"

static bool is_wanted(const struct ub_pass *pass)
{
	return pass->snapshot->settings->n_sinks > 0;
}

static struct ub_happening happening_of(const struct ub_pass *pass, enum ub_event_what what,
    struct ub_text meeting_uid, struct ub_text uid, struct ub_text href)
{
	const struct ub_text of_uid = ub_cadence_id(meeting_uid);
	return (struct ub_happening){ .what = what,
		.now = pass->now,
		.zone = ub_org_person(pass->snapshot->org, pass->identity.owner)->zone,
		.start = UB_INSTANT_NONE,
		.end = UB_INSTANT_NONE,
		.due = UB_INSTANT_NONE,
		.owner = pass->identity.owner,
		.uid = uid,
		.href = href,
		.meeting = of_uid.len ? UB_TEXT_NONE : meeting_uid,
		.account = of_uid.len ? of_uid : pass->account };
}

static const struct ub_store_event *made(const struct ub_pass *pass, const struct ub_happening *happening)
{
	struct ub_store_event *event = UB_NEW(pass->arena, struct ub_store_event);
	*event = ub_events_make(happening, pass->arena);
	return event;
}

/* ---- items as they stand ---- */

static void show_existing(const struct ub_existing *existing, struct ub_happening *happening)
{
	const struct ub_event *event = existing->event;
	if (!event)
		return;
	happening->known = true;
	happening->task = event->component == UB_COMPONENT_TASK || event->marks.due != 0;
	happening->all_day = event->start.date;
	happening->start = existing->start;
	happening->end = existing->end;
	happening->due = existing->due;
	if (event->class == UB_CLASS_PUBLIC)
		happening->title = event->summary;
}

static void show_item(const struct ub_item *item, struct ub_happening *happening)
{
	happening->known = true;
	happening->task = item->kind == UB_ITEM_TASK;
	happening->all_day = item->all_day;
	happening->start = item->start;
	happening->end = item->end;
	happening->due = item->due;
	if (item->class == UB_CLASS_PUBLIC)
		happening->title = item->title;
}

/* As the item stands once the step is carried out: what its user has changed stays. */
static void show_step(const struct ub_step *step, struct ub_happening *happening)
{
	struct ub_happening before = { 0 };
	show_item(step->item, happening);
	show_existing(step->existing, &before);
	if (before.known && !(step->may_write & UB_PROPERTY_TIME)) {
		happening->all_day = before.all_day;
		happening->start = before.start;
		happening->end = before.end;
		happening->due = before.due;
	}
	if (before.known && happening->title.len && !(step->may_write & UB_PROPERTY_TITLE))
		happening->title = before.title;
}

/* ---- events ---- */

const struct ub_store_event *pass_tell_created(
    const struct ub_pass *pass, const struct ub_item *item, struct ub_text href)
{
	struct ub_happening happening =
	    happening_of(pass, UB_EVENT_CREATED, item->parent_uid, item->uid, href);
	if (!is_wanted(pass))
		return NULL;
	happening.item = item->id;
	happening.why = item->why;
	show_item(item, &happening);
	return made(pass, &happening);
}

const struct ub_store_event *pass_tell_changed(const struct ub_pass *pass, const struct ub_step *step,
    const struct ub_found *found, struct ub_text version)
{
	struct ub_happening happening =
	    happening_of(pass, UB_EVENT_CHANGED, step->item->parent_uid, step->existing->uid, found->href);
	if (!is_wanted(pass))
		return NULL;
	happening.item = step->item->id;
	happening.why = step->item->why;
	happening.version = version;
	show_step(step, &happening);
	return made(pass, &happening);
}

const struct ub_store_event *pass_tell_untold(
    const struct ub_pass *pass, const struct ub_step *step, const struct ub_found *found)
{
	struct ub_happening happening =
	    happening_of(pass, UB_EVENT_CREATED, step->item->parent_uid, step->existing->uid, found->href);
	if (!is_wanted(pass) || found->untold == PASS_UNTOLD_NOTHING)
		return NULL;
	if (found->untold == PASS_UNTOLD_CHANGE) {
		happening.what = UB_EVENT_CHANGED;
		happening.version = pass_base(step->existing->event);
	}
	happening.item = step->item->id;
	happening.why = step->item->why;
	show_existing(step->existing, &happening);
	return made(pass, &happening);
}

const struct ub_store_event *pass_tell_hidden(const struct ub_pass *pass, const struct ub_step *step,
    const struct ub_found *found, struct ub_text meeting_uid)
{
	struct ub_happening happening =
	    happening_of(pass, UB_EVENT_CHANGED, meeting_uid, step->existing->uid, found->href);
	if (!is_wanted(pass))
		return NULL;
	happening.item = pass_id(found);
	happening.why = step->why;
	happening.version = UB_TEXT("hidden");
	show_existing(step->existing, &happening);
	happening.title = UB_TEXT_NONE; /* it is not public any more */
	return made(pass, &happening);
}

const struct ub_store_event *pass_tell_removed(const struct ub_pass *pass, const struct ub_existing *existing,
    const struct ub_found *found, struct ub_text meeting_uid, struct ub_text why)
{
	struct ub_happening happening =
	    happening_of(pass, UB_EVENT_REMOVED, meeting_uid, existing->uid, found->href);
	if (!is_wanted(pass))
		return NULL;
	happening.item = pass_id(found);
	happening.why = why;
	show_existing(existing, &happening);
	return made(pass, &happening);
}
