/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What other rules would change. Each meeting is decided as it once was, which gives the items that stand;
 * then by the present rules and by the changed ones, as of now. The answer is what the changed ones do
 * otherwise.
 */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "upbeat/commands.h"
#include "upbeat/ical.h"
#include "upbeat/json.h"

struct replay {
	const struct ub_replay_input *input;
	const struct ub_map *deleted;
	/* The results; each thread has its own, over a stretch of the meetings. */
	size_t from, to;
	struct ub_replay_result result;
	struct ub_buf out;
	json_t *list;          /* NULL: for people */
	struct ub_map *people; /* the people whose calendars are touched */
	struct ub_arena *arena;
	struct ub_taken taken;
	_Atomic size_t *done; /* counted by all threads */
	pthread_t thread;
};

static const struct {
	enum ub_change_kind kind;
	const char *word, *code;
} words[] = {
	{ UB_CHANGE_CREATED, "created", "created" },
	{ UB_CHANGE_MOVED, "moved", "moved" },
	{ UB_CHANGE_CHANGED, "changed", "changed" },
	{ UB_CHANGE_REMOVED, "removed", "removed" },
	{ UB_CHANGE_LEFT, "left behind", "left" },
};

/* ---- whose calendars ---- */

static void touch(struct replay *replay, struct ub_text address)
{
	if (address.len && !ub_map_get(replay->people, address))
		ub_map_put(replay->people, ub_text_copy(replay->arena, address), replay);
}

static void touch_item(struct replay *replay, const struct ub_item *item)
{
	for (size_t i = 0; item && i < item->attendees.n; i++)
		touch(replay, item->attendees.items[i]->email);
}

/* ---- telling ---- */

static struct ub_text owner_of(const struct ub_facts *facts)
{
	return facts->meeting.owner ? facts->meeting.owner->email : UB_TEXT_NONE;
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
	json_t *object = ub_json_must(json_object());
	bool task = item->kind == UB_ITEM_TASK;
	ub_json_set(object, "title", ub_json_text(item->title));
	if (!task)
		ub_json_set(object, "start", ub_json_instant(arena, item->zone, item->start));
	ub_json_set(
	    object, task ? "due" : "end", ub_json_instant(arena, item->zone, task ? item->due : item->end));
	json_t *people = ub_json_must(json_array());
	for (size_t i = 0; i < item->attendees.n; i++)
		ub_json_add(people, ub_json_text(item->attendees.items[i]->email));
	ub_json_set(object, "attendees", people);
	ub_json_set(object, "description", ub_json_text(item->description));
	return object;
}

static json_t *change_object(const struct ub_change *change, struct ub_arena *arena)
{
	json_t *object = ub_json_must(json_object());
	const struct ub_item *item = change->after ? change->after : change->before;
	for (size_t i = 0; i < UB_COUNT(words); i++)
		if (words[i].kind == change->kind)
			ub_json_set(object, "change", ub_json_must(json_string(words[i].code)));
	ub_json_set(object, "item", ub_json_text(item->id));
	ub_json_set(object, "kind", ub_json_must(json_string(item->kind == UB_ITEM_TASK ? "task" : "event")));
	if (item->instance.len)
		ub_json_set(object, "instance", ub_json_text(item->instance));
	if (change->before)
		ub_json_set(object, "before", item_object(change->before, arena));
	if (change->after)
		ub_json_set(object, "after", item_object(change->after, arena));
	return object;
}

/* What the changed rules would do otherwise about one meeting. */
struct otherwise {
	const struct ub_facts *facts;
	struct ub_changes changes;
	struct ub_amendments additions;
};

static json_t *meeting_object(const struct otherwise *otherwise, struct ub_arena *arena)
{
	const struct ub_facts *facts = otherwise->facts;
	json_t *object = ub_json_must(json_object()), *list = ub_json_must(json_array());
	for (size_t i = 0; i < otherwise->changes.n; i++)
		ub_json_add(list, change_object(&otherwise->changes.items[i], arena));
	ub_json_set(object, "uid", ub_json_text(facts->meeting.event->uid));
	ub_json_set(object, "title", ub_json_text(facts->meeting.title));
	ub_json_set(object, "start", ub_json_instant(arena, facts->org->standard.zone, facts->meeting.start));
	ub_json_set(object, "owner", ub_json_text(owner_of(facts)));
	ub_json_set(object, "changes", list);
	ub_json_set(object, "amendments", ub_explain_amendments(&otherwise->additions));
	return object;
}

static void tell_additions(struct replay *replay, const struct otherwise *otherwise)
{
	replay->result.added += otherwise->additions.n;
	if (otherwise->additions.n)
		touch(replay, owner_of(otherwise->facts));
	for (size_t i = 0; i < otherwise->additions.n && !replay->list; i++)
		ub_addition_print(&otherwise->additions.items[i], &replay->out, replay->input->colour);
}

static void tell(struct replay *replay, const struct otherwise *otherwise, struct ub_arena *arena)
{
	const struct ub_facts *facts = otherwise->facts;
	if (replay->list)
		ub_json_add(replay->list, meeting_object(otherwise, arena));
	else
		print_meeting(replay, facts);
	for (size_t i = 0; i < otherwise->changes.n; i++) {
		const struct ub_change *change = &otherwise->changes.items[i];
		replay->result.counts[change->kind]++;
		if (!replay->list)
			ub_change_print(change, &replay->out, replay->input->colour);
		if (change->kind == UB_CHANGE_LEFT)
			continue;
		touch(replay, owner_of(facts));
		touch_item(replay, change->before);
		touch_item(replay, change->after);
	}
	tell_additions(replay, otherwise);
	replay->result.meetings_touched++;
}

static void tell_refused(
    struct replay *replay, const struct ub_replay_meeting *meeting, const struct ub_decision *decision)
{
	replay->result.refused++;
	if (replay->list) {
		json_t *object = ub_json_must(json_object());
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

/* ---- one meeting ---- */

/* Decides as the daemon did, which knew when people were taken and which other meetings there were. */
static void decide_then(const struct replay *replay, struct ub_decide_input *input, struct ub_decision *then,
    struct ub_arena *arena)
{
	const struct ub_taken *taken = &replay->taken;
	ub_decide(input, then, arena);
	if (taken->store && then->facts && ub_decide_history(taken, then, input, arena) &&
	    ub_decide_busy(taken, then, input, arena) && (input->n_busy || input->history))
		ub_decide(input, then, arena);
}

/* Decides by some rules as of now. The items stand where they stand, whoever is taken by now. */
static void decide_now(const struct replay *replay, struct ub_decide_input *input,
    struct ub_snapshot *snapshot, const struct ub_decision *then, struct ub_decision *now,
    struct ub_arena *arena)
{
	input->snapshot = snapshot;
	input->now = replay->input->now;
	if (replay->taken.store && !ub_decide_history(&replay->taken, then, input, arena))
		input->history = NULL;
	ub_decide(input, now, arena);
}

/* What the user has deleted, or has taken out of the meeting itself, stays away. */
static bool is_deleted(const struct replay *replay, const struct ub_replay_meeting *meeting,
    struct ub_text mark, struct ub_arena *arena)
{
	return ub_map_get(
	    replay->deleted, ub_textf(arena, "%.*s\n%.*s", UB_ARGS(meeting->uid), UB_ARGS(mark)));
}

static void mark_deleted(struct replay *replay, const struct ub_replay_meeting *meeting,
    struct ub_existing *existing, size_t n, struct ub_arena *arena)
{
	for (size_t i = 0; i < n; i++)
		if (is_deleted(replay, meeting, existing[i].item_mark, arena))
			existing[i].state = UB_EXISTING_DELETED;
}

static bool was_taken(const struct replay *replay, const struct ub_replay_meeting *meeting,
    const struct ub_amendment *amendment, struct ub_arena *arena)
{
	bool taken = is_deleted(replay, meeting, amendment->mark, arena);
	for (size_t i = 0; !taken && i < amendment->was.n; i++)
		taken = is_deleted(replay, meeting, amendment->was.items[i], arena);
	return taken;
}

static bool adds(const struct ub_plan *plan, const struct ub_amendment *wanted)
{
	for (size_t i = 0; i < plan->amendments.n; i++) {
		const struct ub_amendment *amendment = &plan->amendments.items[i];
		if (ub_text_eq(amendment->mark, wanted->mark) && ub_text_eq(amendment->text, wanted->text) &&
		    amendment->seconds == wanted->seconds)
			return true;
	}
	return false;
}

/* What only the changed rules add to the meeting itself. What is there stays as it is. */
static struct ub_amendments additions(const struct replay *replay, const struct ub_replay_meeting *meeting,
    const struct ub_plan *present, const struct ub_plan *changed, struct ub_arena *arena)
{
	struct ub_amendments additions = { 0 };
	struct ub_ical_refusal refusal;
	const struct ub_ical *ical =
	    changed->amendments.n ? ub_ical_parse(arena, meeting->text, &refusal) : NULL;
	for (size_t i = 0; ical && i < changed->amendments.n; i++) {
		const struct ub_amendment *amendment = &changed->amendments.items[i];
		if (!adds(present, amendment) && !ub_ical_bears(ical, amendment, arena) &&
		    !was_taken(replay, meeting, amendment, arena))
			*ub_push(arena, &additions) = *amendment;
	}
	return additions;
}

static void replay_one(struct replay *replay, const struct ub_replay_meeting *meeting, struct ub_arena *arena)
{
	const struct ub_replay_input *input = replay->input;
	struct ub_decision then, present, changed;
	struct ub_decide_input decide = { .snapshot = input->present,
		.text = meeting->text,
		.owner = meeting->owner,
		.now = meeting->then };
	size_t n;
	decide_then(replay, &decide, &then, arena);
	struct ub_existing *existing = ub_existing_after(input->present, then.plan, meeting->then, &n, arena);
	mark_deleted(replay, meeting, existing, n, arena);
	decide.existing = existing;
	decide.n_existing = n;
	decide_now(replay, &decide, input->present, &then, &present, arena);
	decide_now(replay, &decide, input->changed, &then, &changed, arena);
	if (changed.refused)
		tell_refused(replay, meeting, &changed);
	struct otherwise otherwise = { .facts = changed.facts,
		.changes = ub_plan_compare(present.plan, changed.plan, existing, n, arena),
		.additions = additions(replay, meeting, present.plan, changed.plan, arena) };
	if (otherwise.changes.n + otherwise.additions.n)
		tell(replay, &otherwise, arena);
}

static void *run(void *data)
{
	struct replay *replay = data;
	const struct ub_replay_input *input = replay->input;
	struct ub_arena *arena = ub_arena_new();
	for (size_t i = replay->from; i < replay->to; i++) {
		replay_one(replay, &input->meetings[i], arena);
		ub_arena_reset(arena);
		size_t done = ++*replay->done;
		if (input->progress)
			input->progress(done, input->n_meetings);
	}
	ub_arena_free(&arena);
	return NULL;
}

/* ---- all ---- */

#define THREADS 8

static struct ub_map *deletions(const struct ub_replay_input *input, struct ub_arena *arena)
{
	struct ub_map *map = ub_map_new(arena);
	for (size_t i = 0; i < input->n_deleted; i++)
		ub_map_put(map,
		    ub_textf(arena, "%.*s\n%.*s", UB_ARGS(input->deleted[i].uid),
			UB_ARGS(input->deleted[i].item_mark)),
		    map);
	return map;
}

static void start(struct replay *part, const struct ub_replay_input *input, const struct ub_map *deleted,
    _Atomic size_t *done)
{
	struct ub_arena *arena = ub_arena_new();
	*part = (struct replay){ .input = input,
		.deleted = deleted,
		.from = part->from,
		.to = part->to,
		.out = UB_BUF(arena),
		.list = input->json ? ub_json_must(json_array()) : NULL,
		.people = ub_map_new(arena),
		.arena = arena,
		.taken = { .store = input->store, .known = ub_map_new(arena), .arena = arena },
		.done = done };
	if (pthread_create(&part->thread, NULL, run, part) != 0)
		abort();
}

/* Joins the parts in their order, so that nobody sees how many threads there were. */
static void join(struct replay *part, struct replay *whole)
{
	pthread_join(part->thread, NULL);
	for (size_t i = 0; i < UB_COUNT(whole->result.counts); i++)
		whole->result.counts[i] += part->result.counts[i];
	whole->result.added += part->result.added;
	whole->result.refused += part->result.refused;
	whole->result.meetings_touched += part->result.meetings_touched;
	struct ub_text address;
	for (size_t i = 0; i < ub_map_size(part->people); i++) {
		ub_map_at(part->people, i, &address);
		touch(whole, address);
	}
	ub_buf_add(&whole->out, ub_buf_text(&part->out));
	if (part->list && json_array_extend(whole->list, part->list) != 0)
		abort();
	json_decref(part->list);
	ub_arena_free(&part->arena);
}

static size_t count_threads(size_t meetings)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t n = processors > 0 && processors < THREADS ? (size_t)processors : processors > 0 ? THREADS : 1;
	return meetings < n ? (meetings ? meetings : 1) : n;
}

static void summarize(struct replay *whole)
{
	const struct ub_replay_result *result = &whole->result;
	struct ub_buf *out = &whole->out;
	if (result->meetings_touched == 0 && result->refused == 0) {
		ub_buf_printf(out, "Nothing would change in %zu meeting%s.\n", whole->input->n_meetings,
		    whole->input->n_meetings == 1 ? "" : "s");
		return;
	}
	ub_buf_char(out, '\n');
	for (size_t i = 0; i < UB_COUNT(words); i++)
		if (result->counts[words[i].kind] || words[i].kind != UB_CHANGE_LEFT)
			ub_buf_printf(
			    out, "%s%zu %s", i ? ", " : "", result->counts[words[i].kind], words[i].word);
	if (result->added)
		ub_buf_printf(out, ", %zu to be added to meetings", result->added);
	ub_buf_printf(out, "; in %zu of %zu meetings, in the calendars of %zu %s\n", result->meetings_touched,
	    whole->input->n_meetings, result->people_touched,
	    result->people_touched == 1 ? "person" : "people");
	if (result->refused)
		ub_buf_printf(out, "%zu cannot be read\n", result->refused);
}

static json_t *number(size_t n)
{
	return ub_json_must(json_integer((json_int_t)n));
}

static void print_json(struct replay *whole)
{
	const struct ub_replay_result *result = &whole->result;
	json_t *summary = ub_json_must(json_object()), *object = ub_json_must(json_object());
	for (size_t i = 0; i < UB_COUNT(words); i++)
		ub_json_set(summary, words[i].code, number(result->counts[words[i].kind]));
	ub_json_set(summary, "added", number(result->added));
	ub_json_set(summary, "meetings", number(whole->input->n_meetings));
	ub_json_set(summary, "meetings_touched", number(result->meetings_touched));
	ub_json_set(summary, "people_touched", number(result->people_touched));
	ub_json_set(summary, "refused", number(result->refused));
	ub_json_set(object, "summary", summary);
	ub_json_set(object, "meetings", whole->list);
	ub_json_print(object, &whole->out);
}

void ub_replay(const struct ub_replay_input *input, struct ub_replay_result *result, struct ub_buf *out)
{
	struct replay parts[THREADS] = { 0 };
	_Atomic size_t done = 0;
	size_t n = count_threads(input->n_meetings);
	const struct ub_map *deleted = deletions(input, out->arena);
	struct replay whole = { .input = input,
		.out = *out,
		.people = ub_map_new(out->arena),
		.arena = out->arena,
		.list = input->json ? ub_json_must(json_array()) : NULL };
	json_object_seed(0); /* must be done before there are threads */
	for (size_t i = 0; i < n; i++) {
		parts[i].from = input->n_meetings * i / n;
		parts[i].to = input->n_meetings * (i + 1) / n;
		start(&parts[i], input, deleted, &done);
	}
	for (size_t i = 0; i < n; i++)
		join(&parts[i], &whole);
	whole.result.people_touched = ub_map_size(whole.people);
	if (whole.list)
		print_json(&whole);
	else
		summarize(&whole);
	*result = whole.result;
	*out = whole.out;
}
