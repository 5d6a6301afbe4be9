/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Finds the meeting that `upbeat explain` is asked for: by its UID, a part of its title, whose calendar it is
 * in and on which day it is.
 */
#include "control-private.h"

#include <stdlib.h>

#include "upbeat/ical.h"
#include "upbeat/json.h"

/* Empty: anything goes. */
struct question {
	struct ub_text text; /* a UID, or a part of a title */
	struct ub_text owner, on;
	struct ub_text instance; /* which one of a series is to be explained */
};

struct match {
	struct ub_text uid; /* empty: nobody knows it */
	struct ub_text title, owner;
	struct ub_text href;   /* of a meeting that gets nothing */
	ub_instant start, end; /* UB_INSTANT_NONE: nobody knows them */
	struct ub_text why;    /* why the meeting gets nothing; empty: the store knows the meeting */
};

struct search {
	const struct ub_telling *telling;
	struct ub_arena *arena;
	struct question question;
	struct ub_text folded; /* question.text in lower case */
	UB_VEC(struct match) matches;
};

/* ---- what matches ---- */

/* In lower case: ASCII, and the letters of Latin-1, whose second byte alone tells the case. */
static struct ub_text fold(struct ub_arena *arena, struct ub_text text)
{
	struct ub_buf out = UB_BUF(arena);
	struct ub_text lower = ub_text_lower(arena, text);
	for (size_t i = 0; i < lower.len; i++) {
		unsigned char c = (unsigned char)lower.ptr[i];
		bool latin = i > 0 && (unsigned char)lower.ptr[i - 1] == 0xC3;
		ub_buf_char(&out, (char)(latin && c >= 0x80 && c <= 0x9E && c != 0x97 ? c + 0x20 : c));
	}
	return ub_buf_text(&out);
}

static struct ub_text day_of(const struct search *search, ub_instant instant)
{
	struct ub_buf out = UB_BUF(search->arena);
	ub_cal_format(
	    &out, UB_TEXT("%F"), search->telling->snapshot->org->standard.zone, instant, UB_ENGLISH);
	return ub_buf_text(&out);
}

/* Days are written so that their order is that of their texts. */
static bool is_on(const struct search *search, const struct match *match)
{
	struct ub_text on = search->question.on;
	if (match->start == UB_INSTANT_NONE)
		return on.len == 0;
	ub_instant last = match->end > match->start ? match->end - 1 : match->start;
	return on.len == 0 || (ub_text_cmp(day_of(search, match->start), on) <= 0 &&
				  ub_text_cmp(on, day_of(search, last)) <= 0);
}

static bool fits(const struct search *search, const struct match *match)
{
	const struct question *question = &search->question;
	/* Most clients make an object's name of its UID. */
	struct ub_text name = match->uid.len ? match->title : match->href;
	bool named = question->text.len == 0 || ub_text_eq(match->uid, question->text) ||
		     ub_text_find(fold(search->arena, name), search->folded, 0) != SIZE_MAX;
	return named && (question->owner.len == 0 || ub_text_eq_nocase(match->owner, question->owner)) &&
	       is_on(search, match);
}

/* Adds a meeting once, however many copies there are. */
static void add(struct search *search, const struct match *match)
{
	if (!fits(search, match))
		return;
	for (size_t i = 0; i < search->matches.n; i++)
		if (match->uid.len && ub_text_eq(search->matches.items[i].uid, match->uid))
			return;
	*ub_push(search->arena, &search->matches) = *match;
}

static ub_instant instant_of(const struct search *search, const struct ub_when *when)
{
	const struct ub_zone *zone = when->zone ? when->zone : search->telling->snapshot->org->standard.zone;
	return when->given ? ub_cal_instant(zone, when->civil) : 0;
}

/* The series' instance of the day that is asked for. False: it has none, or is none. */
static bool find_instance(const struct search *search, struct ub_text text, struct match *match)
{
	const struct ub_snapshot *snapshot = search->telling->snapshot;
	const struct ub_zone *zone = snapshot->org->standard.zone;
	struct ub_ical_refusal refusal;
	struct ub_instances instances;
	struct ub_text why;
	ub_day day;
	const struct ub_ical *ical = ub_ical_parse(search->arena, text, &refusal);
	if (!ical || !ub_cal_parse_date(search->question.on, &day))
		return false;
	const struct ub_series_window window = { .floating = zone,
		.from = ub_cal_day_start(zone, day),
		.until = ub_cal_day_start(zone, day + 1),
		.most = 1 };
	if (!ub_ical_instances(ical, snapshot->zones, &window, search->arena, &instances, &why) ||
	    instances.n == 0 || !instances.items[0]->is_instance)
		return false;
	match->start = instant_of(search, &instances.items[0]->start);
	match->end = instant_of(search, &instances.items[0]->end);
	return true;
}

static void add_seen(struct search *search, const struct ub_store_seen *seen)
{
	struct ub_ical_refusal refusal;
	ub_sys_reading_begin(search->telling->watched);
	const struct ub_event *event =
	    ub_ical_read(seen->text, search->telling->snapshot->zones, search->arena, &refusal);
	ub_sys_reading_end(search->telling->watched);
	if (!event)
		return;
	/* A private meeting is found by its UID, and not by its title. */
	bool private = event->class != UB_CLASS_PUBLIC;
	struct match match = { .uid = seen->meeting_uid,
		.title = private ? UB_TEXT("(private)") : event->summary,
		.owner = seen->owner,
		/* of a series, the next instance, or that of the day */
		.start = seen->start ? seen->start / 1000 : instant_of(search, &event->start),
		.end = seen->start ? seen->end / 1000 : instant_of(search, &event->end) };
	find_instance(search, seen->text, &match);
	add(search, &match);
}

static void look(struct search *search)
{
	const struct ub_control_input *daemon = search->telling->daemon;
	struct ub_store_seens seens = { 0 };
	struct ub_passed_meetings passed = ub_queue_passed(daemon->queue, search->arena);
	if (ub_store_seens(daemon->store, ub_organization, UB_TEXT_NONE, search->arena, &seens) !=
	    UB_STORE_OK)
		seens.n = 0;
	for (size_t i = 0; i < seens.n; i++)
		add_seen(search, &seens.items[i]);
	for (size_t i = 0; i < passed.n; i++) {
		const struct ub_passed_meeting *meeting = &passed.items[i];
		const struct match match = { meeting->uid, meeting->title, meeting->owner, meeting->href,
			meeting->start, meeting->end, meeting->why };
		add(search, &match);
	}
}

/* ---- what was found ---- */

static json_t *match_object(const struct search *search, const struct match *match)
{
	json_t *object = ub_json_object();
	ub_json_set(object, "uid", ub_json_text(match->uid));
	ub_json_set(object, "title", ub_json_text(match->title));
	ub_json_set(object, "owner", ub_json_text(match->owner));
	if (match->start != UB_INSTANT_NONE)
		ub_json_set(object, "start",
		    ub_json_instant(
			search->arena, search->telling->snapshot->org->standard.zone, match->start));
	if (match->why.len) {
		ub_json_set(object, "href", ub_json_text(match->href));
		ub_json_set(object, "why", ub_json_text(match->why));
	}
	return object;
}

static void print_json(const struct search *search)
{
	json_t *object = ub_json_object();
	json_t *list = ub_json_array();
	for (size_t i = 0; i < search->matches.n; i++)
		ub_json_add(list, match_object(search, &search->matches.items[i]));
	ub_json_set(object, "seen", ub_json_flag(false));
	ub_json_set(object, "matches", list);
	ub_json_print(object, search->telling->out);
}

static void print_match(const struct search *search, const struct match *match)
{
	struct ub_buf *out = search->telling->out;
	if (match->start == UB_INSTANT_NONE)
		ub_buf_str(out, "at a time that is not known");
	else
		ub_cal_format(out, UB_TEXT("%F %H:%M"), search->telling->snapshot->org->standard.zone,
		    match->start, UB_ENGLISH);
	ub_buf_str(out, ", of ");
	ub_buf_shown(out, match->owner);
	ub_buf_str(out, ", ");
	ub_buf_shown(out, match->title.len ? match->title : UB_TEXT("(no title)"));
	ub_buf_str(out, match->uid.len ? ", UID " : ", at ");
	ub_buf_shown(out, match->uid.len ? match->uid : match->href);
}

static int by_start(const void *a, const void *b)
{
	const struct match *x = a, *y = b;
	return x->start < y->start ? -1 : x->start > y->start ? 1 : ub_text_cmp(x->uid, y->uid);
}

/* Lists several meetings, to choose one by its UID. */
static int list(struct search *search)
{
	struct ub_buf *out = search->telling->out;
	qsort(search->matches.items, search->matches.n, sizeof(*search->matches.items), by_start);
	if (search->telling->json) {
		print_json(search);
		return 1;
	}
	ub_buf_printf(out, "%zu meetings are known; `upbeat explain UID` explains one:\n", search->matches.n);
	for (size_t i = 0; i < search->matches.n; i++) {
		ub_buf_str(out, "  ");
		print_match(search, &search->matches.items[i]);
		ub_buf_printf(out, "%s\n", search->matches.items[i].why.len ? " (gets nothing)" : "");
	}
	return 1;
}

static int tell_passed(const struct search *search)
{
	struct ub_buf *out = search->telling->out;
	const struct match *match = &search->matches.items[0];
	if (search->telling->json) {
		print_json(search);
		return 0;
	}
	print_match(search, match);
	ub_buf_str(out, "\nIt was looked at and gets nothing: ");
	ub_buf_shown(out, match->why);
	ub_buf_str(out, ".\n`upbeat explain FILE.ics` explains a file with it.\n");
	return 0;
}

static int tell_none(const struct search *search)
{
	const struct question *question = &search->question;
	struct ub_buf *out = search->telling->out;
	if (question->owner.len == 0 && question->on.len == 0)
		return control_explain_meeting(search->telling, question->text, question->instance);
	if (search->telling->json) {
		print_json(search);
		return 1;
	}
	ub_buf_str(out, "No meeting is known");
	const struct {
		const char *word;
		struct ub_text value;
	} parts[] = { { "with this UID, or with this in its title: ", question->text },
		{ "in the calendars of ", question->owner }, { "on ", question->on } };
	for (size_t i = 0; i < UB_COUNT(parts); i++) {
		if (parts[i].value.len == 0)
			continue;
		ub_buf_printf(out, " %s", parts[i].word);
		ub_buf_shown(out, parts[i].value);
	}
	ub_buf_str(out,
	    ".\nWhat gets nothing is known only for a while, and what was stored past Upbeat not at all.\n");
	return 1;
}

static struct ub_text member(const json_t *object, const char *name, struct ub_arena *arena)
{
	const char *value = json_string_value(json_object_get(object, name));
	return value ? ub_text_copy(arena, ub_text(value)) : UB_TEXT_NONE;
}

/* A UID that is known means its meeting, whatever the titles of others have in them. */
static bool is_known_uid(const struct search *search)
{
	struct ub_store_seens seens = { 0 };
	return search->question.text.len &&
	       ub_store_seens(search->telling->daemon->store, ub_organization, search->question.text,
		   search->arena, &seens) == UB_STORE_OK &&
	       seens.n > 0;
}

int control_find_meeting(const struct ub_telling *telling, struct ub_text question)
{
	struct ub_arena *arena = telling->out->arena;
	json_t *object = json_loadb(question.ptr, question.len, 0, NULL);
	struct search search = { .telling = telling,
		.arena = arena,
		.question = { member(object, "text", arena), member(object, "owner", arena),
		    member(object, "on", arena), member(object, "instance", arena) } };
	json_decref(object);
	/* Whoever asks for a series by a day asks for the instance of that day. */
	if (search.question.instance.len == 0)
		search.question.instance = search.question.on;
	if (is_known_uid(&search))
		return control_explain_meeting(telling, search.question.text, search.question.instance);
	search.folded = fold(arena, search.question.text);
	look(&search);
	if (search.matches.n == 0)
		return tell_none(&search);
	if (search.matches.n > 1)
		return list(&search);
	return search.matches.items[0].why.len
		   ? tell_passed(&search)
		   : control_explain_meeting(telling, search.matches.items[0].uid, search.question.instance);
}
