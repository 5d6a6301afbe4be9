/* SPDX-License-Identifier: Apache-2.0 */
#include "facts-private.h"

struct listing {
	struct ub_arena *arena;
	struct ub_fact_list list;
};

static void add_text(struct listing *to, const char *name, struct ub_text text)
{
	*ub_push(to->arena, &to->list) = (struct ub_fact){ .name = name, .kind = UB_FACT_TEXT, .text = text };
}

static void add_flag(struct listing *to, const char *name, bool flag)
{
	*ub_push(to->arena, &to->list) = (struct ub_fact){ .name = name, .kind = UB_FACT_FLAG, .flag = flag };
}

static void add_list(struct listing *to, const char *name, struct ub_texts list)
{
	*ub_push(to->arena, &to->list) = (struct ub_fact){ .name = name, .kind = UB_FACT_LIST, .list = list };
}

static void add_instant(struct listing *to, const char *name, const struct ub_zone *zone, int64_t instant)
{
	struct ub_buf out = UB_BUF(to->arena);
	ub_cal_print_rfc3339(&out, zone, instant);
	add_text(to, name, ub_buf_text(&out));
}

static void add_person(struct listing *to, const char *name, const struct ub_person *person)
{
	add_text(to, name, person ? person->email : UB_TEXT_NONE);
}

static void add_people(struct listing *to, const char *name, struct ub_people people)
{
	struct ub_texts addresses = { NULL, 0, 0 };
	for (size_t i = 0; i < people.n; i++)
		*ub_push(to->arena, &addresses) = people.items[i]->email;
	add_list(to, name, addresses);
}

static void add_times(struct listing *to, const struct ub_meeting *meeting, const struct ub_zone *zone)
{
	struct ub_buf duration = UB_BUF(to->arena);
	add_instant(to, "meeting.start", zone, meeting->start);
	add_instant(to, "meeting.end", zone, meeting->end);
	ub_cal_print_seconds(&duration, meeting->end - meeting->start);
	add_text(to, "meeting.duration", ub_buf_text(&duration));
	add_flag(to, "meeting.all_day", meeting->event->start.date);
	add_text(to, "meeting.time_zone", ub_cal_zone_name(meeting->zone));
	add_text(to, "meeting.repeats", ub_text(facts_repeats_word(meeting->event->repeats)));
}

/* Of which instance the decision is. Of a single meeting there is nothing to tell. */
static void add_instance(struct listing *to, const struct ub_event *event, const struct ub_zone *zone)
{
	if (!event->is_instance)
		return;
	add_flag(to, "meeting.series", true);
	add_instant(to, "meeting.instance", zone, event->instance);
	add_flag(to, "meeting.first", event->first_instance);
	if (event->previous != UB_INSTANT_NONE)
		add_instant(to, "meeting.previous", zone, event->previous);
}

static void add_who(struct listing *to, const struct ub_meeting *meeting)
{
	add_person(to, "meeting.organizer", meeting->organizer);
	add_person(to, "meeting.owner", meeting->owner);
	add_people(to, "meeting.attendees", meeting->attendees);
	add_people(to, "meeting.internal", meeting->internal);
	add_people(to, "meeting.external", meeting->external);
	add_flag(to, "meeting.customer", meeting->customer);
	add_flag(to, "meeting.organized_by_us", meeting->organized_by_us);
}

static void add_history(
    struct listing *to, const struct ub_account_history *history, const struct ub_zone *zone)
{
	if (history && history->last_meeting != UB_INSTANT_NONE)
		add_instant(to, "account.last_meeting", zone, history->last_meeting);
	if (history && history->next_meeting != UB_INSTANT_NONE)
		add_instant(to, "account.next_meeting", zone, history->next_meeting);
}

struct ub_fact_list ub_facts_list(const struct ub_facts *facts, struct ub_arena *arena)
{
	const struct ub_meeting *meeting = &facts->meeting;
	const struct ub_zone *zone = facts->org->standard.zone;
	struct listing to = { .arena = arena };
	struct ub_texts names = { NULL, 0, 0 };
	struct ub_buf today = UB_BUF(arena);
	add_text(&to, "meeting.uid", facts_clean_line(meeting->event->uid, arena));
	add_text(&to, "meeting.title", meeting->title);
	add_text(&to, "meeting.location", meeting->location);
	add_text(&to, "meeting.conference", meeting->conference);
	add_text(&to, "meeting.url", meeting->url);
	add_times(&to, meeting, zone);
	add_instance(&to, meeting->event, zone);
	add_who(&to, meeting);
	add_text(&to, "meeting.status", ub_text(facts_event_status_word(meeting->event->status)));
	add_flag(&to, "meeting.private", meeting->event->class != UB_CLASS_PUBLIC);
	add_text(&to, "meeting.class", ub_text(ub_facts_class_word(meeting->event->class)));
	add_list(&to, "meeting.categories", meeting->categories);
	add_text(&to, "meeting.calendar", meeting->calendar);
	add_flag(&to, "has_account", facts->account != NULL);
	for (size_t i = 0; facts->n_accounts > 1 && i < facts->n_accounts; i++)
		*ub_push(arena, &names) = facts_clean_line(facts->accounts[i]->name, arena);
	add_list(&to, "accounts", names);
	add_text(&to, "account.name", facts->account_name);
	add_list(&to, "account.domains", facts->account_domains);
	add_history(&to, facts->history, zone);
	ub_cal_print_date(&today, ub_cal_local_day(zone, facts->today));
	add_text(&to, "today", ub_buf_text(&today));
	return to.list;
}

static void print_list(struct ub_buf *out, struct ub_texts list)
{
	for (size_t i = 0; i < list.n; i++)
		ub_buf_printf(out, "%s%.*s", i ? ", " : "", UB_ARGS(list.items[i]));
}

void ub_facts_dump(const struct ub_facts *facts, struct ub_buf *out)
{
	struct ub_fact_list list = ub_facts_list(facts, out->arena);
	for (size_t i = 0; i < list.n; i++) {
		const struct ub_fact *fact = &list.items[i];
		if (fact->kind != UB_FACT_FLAG && fact->text.len == 0 && fact->list.n == 0)
			continue;
		ub_buf_printf(out, "%s: ", fact->name);
		if (fact->kind == UB_FACT_FLAG)
			ub_buf_str(out, fact->flag ? "true" : "false");
		else if (fact->kind == UB_FACT_TEXT)
			ub_buf_add(out, fact->text);
		else
			print_list(out, fact->list);
		ub_buf_char(out, '\n');
	}
}
