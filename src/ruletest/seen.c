/* SPDX-License-Identifier: Apache-2.0 */
#include "ruletest-private.h"

#include "upbeat/ical.h"

/* The calendar of a test. Its objects are kept as text, as a server would keep them. */

static ub_instant instant_of(const struct calendar *calendar, const struct ub_when *when)
{
	if (!when->given)
		return UB_INSTANT_NONE;
	return ub_cal_instant(when->zone ? when->zone : ruletest_zone(calendar->file), when->civil);
}

/* Reads the text of a standing item. */
static void read_standing(struct calendar *calendar, struct standing *standing)
{
	struct ub_ical_refusal refusal;
	const struct ub_zones *zones = calendar->file->snapshot.zones;
	struct ub_existing *existing = &standing->existing;
	standing->ical = ub_ical_parse(calendar->arena, standing->text, &refusal);
	existing->event =
	    standing->ical ? ub_ical_event(standing->ical, zones, calendar->arena, &refusal) : NULL;
	if (!existing->event)
		return;
	existing->start = instant_of(calendar, &existing->event->start);
	existing->end = instant_of(calendar, &existing->event->end);
	existing->due = existing->event->component == UB_COMPONENT_TASK ? existing->end : existing->start;
	existing->item_mark = existing->event->marks.item;
	existing->generation = existing->event->marks.generation;
	existing->user_changed = ub_ical_user_changes(standing->ical, zones, calendar->arena);
}

static struct ub_ical_writing writing_of(const struct calendar *calendar)
{
	return (struct ub_ical_writing){ .zones = calendar->file->snapshot.zones, .now = calendar->now };
}

/* ---- the user's hand ---- */

/* The line of a text that has the digests, with its folded rest. */
static struct ub_text base_line(struct ub_text text)
{
	size_t from = ub_text_find(text, UB_TEXT("\nX-UPBEAT-BASE:"), 0);
	size_t to = from;
	if (from == SIZE_MAX)
		return UB_TEXT_NONE;
	do
		to = ub_text_find(text, UB_TEXT("\n"), to + 1);
	while (to != SIZE_MAX && to + 1 < text.len && text.ptr[to + 1] == ' ');
	return ub_text_sub(text, from, to == SIZE_MAX ? text.len : to);
}

/* Moves the item to another time. The digests of Upbeat's own writing stay. */
static void move(struct calendar *calendar, struct standing *standing, ub_instant start)
{
	struct ub_ical_writing writing = writing_of(calendar);
	struct ub_item item = standing->item;
	item.end += start - item.start;
	item.due = item.start = start;
	struct ub_text moved = ub_ical_write(&item, &writing, calendar->arena);
	struct ub_text before = base_line(standing->text), now = base_line(moved);
	struct ub_buf out = UB_BUF(calendar->arena);
	ub_buf_add(&out, ub_text_n(moved.ptr, (size_t)(now.ptr - moved.ptr)));
	ub_buf_add(&out, before);
	ub_buf_add(&out, ub_text_n(now.ptr + now.len, (size_t)(moved.ptr + moved.len - now.ptr - now.len)));
	standing->text = ub_buf_text(&out);
	standing->item = item;
	read_standing(calendar, standing);
}

static struct ub_text instance_of(const struct calendar *calendar, const struct ub_item *item)
{
	ub_instant instance;
	if (!ub_plan_mark_instant(ub_textf(calendar->arena, ".%.*s", UB_ARGS(item->instance)), &instance))
		return UB_TEXT_NONE;
	return ruletest_shown_day(calendar->arena, ub_cal_local_day(ruletest_zone(calendar->file), instance));
}

static bool is_over(const struct calendar *calendar, const struct standing *standing)
{
	const struct ub_existing *existing = &standing->existing;
	return (standing->item.kind == UB_ITEM_TASK ? existing->due : existing->end) <= calendar->now;
}

/* The item that a user means by its name: of several that of the instance, else the first that is not over,
 * in the order in which they were made. NULL: there is none. */
static struct standing *find(const struct calendar *calendar, struct ub_text id)
{
	struct ub_text instance = ruletest_take_instance(&id, calendar->arena);
	struct standing *first = NULL;
	for (size_t i = 0; i < calendar->standing.n; i++) {
		struct standing *standing = &calendar->standing.items[i];
		if (standing->existing.state != UB_EXISTING_STANDS || !ub_text_eq(standing->id, id) ||
		    (instance.len && !ub_text_eq(instance_of(calendar, &standing->item), instance)))
			continue;
		if (!is_over(calendar, standing))
			return standing;
		first = first ? first : standing;
	}
	return first;
}

void ruletest_calendar_apply_hand(struct calendar *calendar, const struct hand *hand)
{
	for (size_t i = 0; i < hand->deletes.n; i++) {
		struct standing *standing = find(calendar, hand->deletes.items[i].id);
		if (standing)
			standing->existing.state = UB_EXISTING_DELETED;
	}
	for (size_t i = 0; i < hand->moves.n; i++) {
		struct standing *standing = find(calendar, hand->moves.items[i].item);
		if (standing)
			move(calendar, standing, hand->moves.items[i].start);
	}
}

/* ---- the plan ---- */

void ruletest_calendar_forget_audit(struct calendar *calendar)
{
	size_t kept = 0;
	for (size_t i = 0; i < calendar->standing.n; i++)
		if (!calendar->standing.items[i].audit)
			calendar->standing.items[kept++] = calendar->standing.items[i];
	calendar->standing.n = kept;
}

static void create(struct calendar *calendar, const struct ub_item *item, bool audit)
{
	struct ub_ical_writing writing = writing_of(calendar);
	struct standing *standing = ub_push(calendar->arena, &calendar->standing);
	standing->id = item->id;
	standing->item = *item;
	standing->audit = audit;
	standing->owner = calendar->owner;
	standing->text = ub_ical_write(item, &writing, calendar->arena);
	standing->existing = (struct ub_existing){ .uid = item->uid, .name = item->name };
	read_standing(calendar, standing);
}

static void keep(struct calendar *calendar, struct standing *standing, const struct ub_step *step)
{
	struct ub_ical_writing writing = writing_of(calendar);
	struct ub_item before = standing->item;
	if (!standing->ical)
		return;
	standing->text =
	    ub_ical_revise(standing->ical, step->item, step->may_write, &writing, calendar->arena).text;
	standing->item = *step->item;
	if (!(step->may_write & UB_PROPERTY_TIME)) {
		standing->item.start = before.start;
		standing->item.end = before.end;
		standing->item.due = before.due;
	}
	read_standing(calendar, standing);
}

static bool has_step(const struct ub_plan *plan, const struct ub_item *item)
{
	for (size_t i = 0; i < plan->steps.n; i++)
		if (plan->steps.items[i].item == item)
			return true;
	return false;
}

void ruletest_calendar_apply_plan(struct calendar *calendar, const struct ub_plan *plan)
{
	size_t before = calendar->standing.n;
	for (size_t i = 0; i < plan->steps.n; i++) {
		const struct ub_step *step = &plan->steps.items[i];
		size_t at = 0;
		while (step->existing && at < before &&
		       !ub_text_eq(calendar->standing.items[at].existing.uid, step->existing->uid))
			at++;
		if (step->action == UB_ACTION_CREATE)
			create(calendar, step->item, false);
		else if (at < before && step->action == UB_ACTION_KEEP)
			keep(calendar, &calendar->standing.items[at], step);
		else if (at < before && step->action == UB_ACTION_REMOVE)
			calendar->standing.items[at].existing.state = UB_EXISTING_REMOVED;
	}
	for (size_t i = 0; i < plan->items.n; i++)
		if (plan->items.items[i].rule->mode == UB_MODE_AUDIT &&
		    !has_step(plan, &plan->items.items[i]))
			create(calendar, &plan->items.items[i], true);
}

struct ub_existing *ruletest_calendar_existing(
    const struct calendar *calendar, struct ub_text family, size_t *n)
{
	struct ub_existing *existing =
	    UB_NEW_ARRAY(calendar->arena, struct ub_existing, calendar->standing.n);
	*n = 0;
	for (size_t i = 0; i < calendar->standing.n; i++) {
		const struct standing *standing = &calendar->standing.items[i];
		if (ub_text_eq(standing->owner, calendar->owner) &&
		    (family.len == 0 || ub_text_eq(ub_plan_family(standing->item.rule), family)))
			existing[(*n)++] = standing->existing;
	}
	return existing;
}

/* ---- as it is compared ---- */

struct viewing {
	struct ub_arena *arena;
	const struct ub_zone *zone;
	struct seen *seen;
};

static void see(struct viewing *viewing, enum property property, struct ub_text value)
{
	*ub_push(viewing->arena, &viewing->seen->values[property]) = value;
}

static void see_time(struct viewing *viewing, enum property property, ub_instant instant)
{
	see(viewing, property, ruletest_shown_time(viewing->arena, viewing->zone, instant));
}

static void see_flag(struct viewing *viewing, enum property property, bool flag)
{
	see(viewing, property, flag ? UB_TEXT("yes") : UB_TEXT("no"));
}

/* Sees the properties that the calendar object shows. */
static void see_event(struct viewing *viewing, const struct ub_existing *existing)
{
	const struct ub_event *event = existing->event;
	bool task = event->component == UB_COMPONENT_TASK;
	see(viewing, PROPERTY_KIND, task ? UB_TEXT("task") : UB_TEXT("event"));
	see(viewing, PROPERTY_TITLE, ub_text_trim(event->summary));
	see(viewing, PROPERTY_DESCRIPTION, ub_text_trim(event->description));
	if (task) {
		see_time(viewing, PROPERTY_DUE, existing->due);
	} else {
		see_time(viewing, PROPERTY_START, existing->start);
		see_time(viewing, PROPERTY_END, existing->end);
		see(viewing, PROPERTY_DURATION,
		    ruletest_shown_length(viewing->arena, existing->end - existing->start));
	}
	for (size_t i = 0; i < event->n_attendees; i++)
		see(viewing, PROPERTY_ATTENDEES, event->attendees[i].address);
	for (size_t i = 0; i < event->categories.n; i++)
		see(viewing, PROPERTY_CATEGORIES, event->categories.items[i]);
	see_flag(viewing, PROPERTY_BUSY, !task && !event->transparent);
}

/* By its length and by the clock: an expectation may tell either. */
static void see_reminder(struct viewing *viewing, const struct standing *standing, int64_t seconds)
{
	const struct ub_item *item = &standing->item;
	ub_instant own = item->kind == UB_ITEM_TASK ? standing->existing.due : standing->existing.start;
	see(viewing, PROPERTY_REMINDERS,
	    ub_textf(viewing->arena, "%.*s, at %.*s", UB_ARGS(ruletest_shown_length(viewing->arena, seconds)),
		UB_ARGS(ruletest_shown_time(viewing->arena, viewing->zone, own - seconds))));
}

/* Sees properties in the item itself, as the calendar object has them only mixed into its text. */
static void see_item(struct viewing *viewing, const struct standing *standing)
{
	const struct ub_item *item = &standing->item;
	ub_instant instance;
	if (ub_plan_mark_instant(ub_textf(viewing->arena, ".%.*s", UB_ARGS(item->instance)), &instance))
		see(viewing, PROPERTY_INSTANCE,
		    ruletest_shown_day(viewing->arena, ub_cal_local_day(viewing->zone, instance)));
	see(viewing, PROPERTY_AGENDA, item->agenda);
	see(viewing, PROPERTY_MAIL, item->mail);
	see(viewing, PROPERTY_WHY, item->why);
	for (size_t i = 0; i < item->n_reminders; i++)
		see_reminder(viewing, standing, item->reminders[i]);
	see_flag(viewing, PROPERTY_LATE, item->late);
	see_flag(viewing, PROPERTY_AUDIT, standing->audit);
}

static void see_addition(struct viewing *viewing, const struct ub_amendment *amendment)
{
	static const struct {
		struct ub_text kind;
		enum property property;
	} forms[] = {
		[UB_AMEND_ATTENDEE] = { { "attendee", 8 }, PROPERTY_ATTENDEES },
		[UB_AMEND_CATEGORY] = { { "category", 8 }, PROPERTY_CATEGORIES },
		[UB_AMEND_AGENDA] = { { "agenda", 6 }, PROPERTY_AGENDA },
		[UB_AMEND_REMINDER] = { { "reminder", 8 }, PROPERTY_REMINDERS },
	};
	viewing->seen->id = amendment->id;
	viewing->seen->added = true;
	see(viewing, PROPERTY_KIND, forms[amendment->kind].kind);
	see(viewing, forms[amendment->kind].property,
	    amendment->kind == UB_AMEND_REMINDER ? ruletest_shown_length(viewing->arena, amendment->seconds)
						 : ub_text_trim(amendment->text));
}

struct all_seen ruletest_calendar_seen(const struct calendar *calendar, const struct ub_plan *plan)
{
	struct all_seen all = { 0 };
	for (size_t i = 0; i < calendar->standing.n; i++) {
		const struct standing *standing = &calendar->standing.items[i];
		if (standing->existing.state != UB_EXISTING_STANDS || !standing->existing.event)
			continue;
		struct seen *seen = ub_push(calendar->arena, &all);
		struct viewing viewing = { calendar->arena, ruletest_zone(calendar->file), seen };
		seen->id = standing->id;
		see_event(&viewing, &standing->existing);
		see_item(&viewing, standing);
	}
	for (size_t i = 0; i < plan->amendments.n; i++) {
		struct viewing viewing = { calendar->arena, ruletest_zone(calendar->file),
			ub_push(calendar->arena, &all) };
		see_addition(&viewing, &plan->amendments.items[i]);
	}
	return all;
}
