/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a replay tells: each change, in words like a diff or as JSON.
 */
#include "replay-private.h"

const struct replay_word replay_words[UB_CHANGE_LEFT + 1] = {
	{ UB_CHANGE_CREATED, "created", "created" },
	{ UB_CHANGE_MOVED, "moved", "moved" },
	{ UB_CHANGE_CHANGED, "changed", "changed" },
	{ UB_CHANGE_REMOVED, "removed", "removed" },
	{ UB_CHANGE_LEFT, "left behind", "left" },
};

/* ---- whose calendars ---- */

void replay_touch(struct replay *replay, struct ub_text address)
{
	if (address.len && !ub_map_get(replay->people, address))
		ub_map_put(replay->people, ub_text_copy(replay->arena, address), replay);
}

static void touch_item(struct replay *replay, const struct ub_item *item)
{
	for (size_t i = 0; item && i < item->attendees.n; i++)
		replay_touch(replay, item->attendees.items[i]->email);
}

/* ---- telling ---- */

static struct ub_text owner_of(const struct ub_facts *facts)
{
	return facts->meeting.owner ? facts->meeting.owner->email : UB_TEXT_NONE;
}

static void print_account(struct replay *replay, const struct ub_account *account)
{
	bool colour = replay->input->colour;
	ub_buf_str(&replay->out, colour ? "\033[1m" : "");
	ub_buf_shown(&replay->out, account->name);
	ub_buf_str(&replay->out, colour ? "\033[0m  " : "  ");
	ub_buf_str(&replay->out, "account ");
	ub_buf_shown(&replay->out, account->id);
	ub_buf_printf(&replay->out, "  %.*s\n", UB_ARGS(account->owner));
}

static void print_meeting(struct replay *replay, const struct ub_facts *facts)
{
	const struct ub_meeting *meeting = &facts->meeting;
	bool colour = replay->input->colour;
	ub_buf_str(&replay->out, colour ? "\033[1m" : "");
	ub_buf_shown(&replay->out, meeting->title.len ? meeting->title : UB_TEXT("(no title)"));
	ub_buf_str(&replay->out, colour ? "\033[0m  " : "  ");
	ub_cal_format(
	    &replay->out, UB_TEXT("%a %F %R"), facts->org->standard.zone, meeting->start, UB_ENGLISH);
	ub_buf_printf(&replay->out, "  %.*s\n", UB_ARGS(owner_of(facts)));
}

static json_t *item_object(const struct ub_item *item, struct ub_arena *arena)
{
	json_t *object = ub_json_object();
	bool task = item->kind == UB_ITEM_TASK;
	ub_json_set(object, "title", ub_json_text(item->title));
	if (!task)
		ub_json_set(object, "start", ub_json_instant(arena, item->zone, item->start));
	ub_json_set(
	    object, task ? "due" : "end", ub_json_instant(arena, item->zone, task ? item->due : item->end));
	json_t *people = ub_json_array();
	for (size_t i = 0; i < item->attendees.n; i++)
		ub_json_add(people, ub_json_text(item->attendees.items[i]->email));
	ub_json_set(object, "attendees", people);
	ub_json_set(object, "description", ub_json_text(item->description));
	return object;
}

static json_t *change_object(const struct ub_change *change, struct ub_arena *arena)
{
	json_t *object = ub_json_object();
	const struct ub_item *item = change->after ? change->after : change->before;
	for (size_t i = 0; i < UB_COUNT(replay_words); i++)
		if (replay_words[i].kind == change->kind)
			ub_json_set(object, "change", ub_json_word(replay_words[i].code));
	ub_json_set(object, "item", ub_json_text(item->id));
	ub_json_set(object, "kind", ub_json_word(item->kind == UB_ITEM_TASK ? "task" : "event"));
	if (item->instance.len)
		ub_json_set(object, "instance", ub_json_text(item->instance));
	if (change->before)
		ub_json_set(object, "before", item_object(change->before, arena));
	if (change->after)
		ub_json_set(object, "after", item_object(change->after, arena));
	return object;
}

static json_t *meeting_object(const struct otherwise *otherwise, struct ub_arena *arena)
{
	const struct ub_facts *facts = otherwise->facts;
	json_t *object = ub_json_object(), *list = ub_json_array();
	for (size_t i = 0; i < otherwise->changes.n; i++)
		ub_json_add(list, change_object(&otherwise->changes.items[i], arena));
	ub_json_set(object, "uid", ub_json_text(facts->meeting.event->uid));
	ub_json_set(object, "title", ub_json_text(facts->meeting.title));
	ub_json_set(object, "start", ub_json_instant(arena, facts->org->standard.zone, facts->meeting.start));
	ub_json_set(object, "owner", ub_json_text(owner_of(facts)));
	ub_json_set(object, "changes", list);
	ub_json_set(object, "amendments", ub_decision_amendments(&otherwise->additions));
	return object;
}

static json_t *account_object(const struct otherwise *otherwise, struct ub_arena *arena)
{
	json_t *object = ub_json_object(), *list = ub_json_array();
	for (size_t i = 0; i < otherwise->changes.n; i++)
		ub_json_add(list, change_object(&otherwise->changes.items[i], arena));
	ub_json_set(object, "id", ub_json_text(otherwise->account->id));
	ub_json_set(object, "name", ub_json_text(otherwise->account->name));
	ub_json_set(object, "owner", ub_json_text(otherwise->account->owner));
	ub_json_set(object, "changes", list);
	return object;
}

/* Names the meeting or the account; for programs, tells all of it. */
static void begin(struct replay *replay, const struct otherwise *otherwise, struct ub_arena *arena)
{
	if (replay->list && otherwise->account)
		ub_json_add(replay->accounts, account_object(otherwise, arena));
	else if (replay->list)
		ub_json_add(replay->list, meeting_object(otherwise, arena));
	else if (otherwise->account)
		print_account(replay, otherwise->account);
	else
		print_meeting(replay, otherwise->facts);
}

static void tell_additions(struct replay *replay, const struct otherwise *otherwise)
{
	replay->result.added += otherwise->additions.n;
	if (otherwise->additions.n)
		replay_touch(replay, owner_of(otherwise->facts));
	for (size_t i = 0; i < otherwise->additions.n && !replay->list; i++)
		ub_plan_print_addition(&otherwise->additions.items[i], &replay->out, replay->input->colour);
}

void replay_tell(struct replay *replay, const struct otherwise *otherwise, struct ub_arena *arena)
{
	begin(replay, otherwise, arena);
	for (size_t i = 0; i < otherwise->changes.n; i++) {
		const struct ub_change *change = &otherwise->changes.items[i];
		replay->result.counts[change->kind]++;
		if (!replay->list)
			ub_plan_print_change(change, &replay->out, replay->input->colour);
		if (change->kind == UB_CHANGE_LEFT)
			continue;
		replay_touch(replay, owner_of(otherwise->facts));
		touch_item(replay, change->before);
		touch_item(replay, change->after);
	}
	tell_additions(replay, otherwise);
	if (otherwise->account)
		replay->result.accounts_touched++;
	else
		replay->result.meetings_touched++;
}

void replay_tell_refused(
    struct replay *replay, const struct ub_replay_meeting *meeting, const struct ub_decision *decision)
{
	replay->result.refused++;
	if (replay->list) {
		json_t *object = ub_json_object();
		ub_json_set(object, "where", ub_json_text(meeting->where));
		ub_json_set(object, "refused", ub_json_text(decision->refused_text));
		ub_json_add(replay->list, object);
		return;
	}
	ub_buf_shown(&replay->out, meeting->where);
	ub_buf_str(&replay->out, ": cannot be read: ");
	ub_buf_shown(&replay->out, decision->refused_text);
	ub_buf_char(&replay->out, '\n');
}
