/* SPDX-License-Identifier: Apache-2.0 */

/*
 * An event as its receivers get it.
 */
#include "upbeat/events.h"
#include "upbeat/json.h"

static const char *const words[] = {
	[UB_EVENT_CREATED] = "created", [UB_EVENT_CHANGED] = "changed", [UB_EVENT_REMOVED] = "removed"
};

/* An item is created once and removed once under its UID. So an event that is made again, as the store has
 * lost its memory, can be told by its id. */
static struct ub_text id_of(const struct ub_happening *happening, struct ub_arena *arena)
{
	struct ub_buf buf = UB_BUF(arena);
	ub_buf_printf(&buf, "%s\n%.*s\n%.*s\n", words[happening->what], UB_ARGS(happening->uid),
	    UB_ARGS(happening->href));
	if (happening->what == UB_EVENT_CHANGED)
		ub_buf_printf(&buf, "%lld\n%.*s", (long long)happening->now, UB_ARGS(happening->version));
	return ub_digest(arena, ub_buf_text(&buf), 16);
}

static void set_text(json_t *object, const char *name, struct ub_text text)
{
	if (text.len)
		ub_json_set(object, name, ub_json_text(text));
}

static void set_time(json_t *object, const char *name, const struct ub_happening *happening, ub_instant time,
    struct ub_arena *arena)
{
	if (time != UB_INSTANT_NONE)
		ub_json_set(object, name, ub_json_instant(arena, happening->zone, time));
}

/* "rule/item". A rule's name has no slash. */
static void set_item(json_t *object, struct ub_text id)
{
	struct ub_text rest = id, rule;
	if (!ub_text_split(&rest, '/', &rule) || rest.len == 0)
		return;
	set_text(object, "rule", rule);
	set_text(object, "item", rest);
}

static void set_form(json_t *object, const struct ub_happening *happening, struct ub_arena *arena)
{
	if (!happening->known)
		return;
	ub_json_set(object, "kind", ub_json_word(happening->task ? "task" : "event"));
	set_text(object, "title", happening->title);
	if (happening->task) {
		set_time(object, "due", happening, happening->due, arena);
		return;
	}
	set_time(object, "start", happening, happening->start, arena);
	set_time(object, "end", happening, happening->end, arena);
	ub_json_set(object, "all_day", ub_json_flag(happening->all_day));
}

struct ub_store_event ub_events_make(const struct ub_happening *happening, struct ub_arena *arena)
{
	struct ub_store_event event = { .id = id_of(happening, arena) };
	json_t *object = ub_json_object();
	ub_json_set(object, "id", ub_json_text(event.id));
	set_time(object, "time", happening, happening->now, arena);
	ub_json_set(object, "what", ub_json_word(words[happening->what]));
	set_item(object, happening->item);
	set_form(object, happening, arena);
	set_text(object, "owner", happening->owner);
	set_text(object, "uid", happening->uid);
	set_text(object, "href", happening->href);
	set_text(object, "meeting", happening->meeting);
	set_text(object, "account", happening->account);
	set_text(object, "why", happening->why);
	event.text = ub_json_line(object, arena);
	return event;
}
