/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Who has declined an item. Whoever deletes his copy of it declines thereby, as servers that schedule tell
 * the organizer so. He is not invited again until he answers otherwise himself, or the organizer adds him by
 * hand.
 *
 * The text that is remembered has a line for each: the address, when that was first seen in seconds since
 * 1970, and "off" for one who is not among the attendees any more.
 *
 * The item's own owner declines it as an attendee does, or by calling it off. His line begins with "owner"
 * and goes on with the item's start and end, then; and with "answered" once the item has got another time, or
 * with "again" once he has declined that one.
 */
#include "upbeat/decision.h"

#define LEFT_OFF "off"
#define OWNER    "owner" /* no address */
#define ANSWERED "answered"
#define AGAIN    "again"

static void recall_own(struct ub_text line, ub_instant at, struct ub_own_decline *own)
{
	struct ub_text start, end;
	struct ub_own_decline read = { .at = at };
	if (!ub_text_split(&line, ' ', &start) || !ub_text_split(&line, ' ', &end) ||
	    !ub_text_to_int(start, &read.time.start) || !ub_text_to_int(end, &read.time.end))
		return;
	read.again = ub_text_is(line, AGAIN);
	read.answered = read.again || ub_text_is(line, ANSWERED);
	*own = read;
}

static struct ub_declines remembered_declines(struct ub_text text, struct ub_arena *arena)
{
	struct ub_declines declines = { 0 };
	struct ub_text line, address, at;
	while (text.len && ub_text_split(&text, '\n', &line)) {
		int64_t seconds;
		if (!ub_text_split(&line, ' ', &address) || !ub_text_split(&line, ' ', &at) ||
		    !ub_text_to_int(at, &seconds))
			continue;
		if (ub_text_is(address, OWNER)) {
			recall_own(line, seconds, &declines.own);
			continue;
		}
		*ub_push(arena, &declines) = (struct ub_decline){
			.address = address, .at = seconds, .left_off = ub_text_is(line, LEFT_OFF)
		};
	}
	return declines;
}

static void put_own(struct ub_buf *text, const struct ub_own_decline *own)
{
	if (own->at)
		ub_buf_printf(text, "%s" OWNER " %lld %lld %lld%s", text->len ? "\n" : "", (long long)own->at,
		    (long long)own->time.start, (long long)own->time.end,
		    own->again      ? " " AGAIN
		    : own->answered ? " " ANSWERED
				    : "");
}

struct ub_text ub_remember_declines(const struct ub_declines *declines, bool written, struct ub_arena *arena)
{
	struct ub_buf text = UB_BUF(arena);
	for (size_t i = 0; i < declines->n; i++) {
		const struct ub_decline *decline = &declines->items[i];
		ub_buf_printf(&text, "%s%.*s %lld%s", i ? "\n" : "", UB_ARGS(decline->address),
		    (long long)decline->at, written || decline->left_off ? " " LEFT_OFF : "");
	}
	put_own(&text, &declines->own);
	return ub_buf_text(&text);
}

static const struct ub_party *attendee(const struct ub_event *event, struct ub_text address)
{
	for (size_t i = 0; event && i < event->n_attendees; i++)
		if (ub_text_eq_nocase(event->attendees[i].address, address))
			return &event->attendees[i];
	return NULL;
}

/* Whether the decline still holds, with what the item says of him now. A client that moves the item asks all
 * of its attendees again, and brings nobody back by that. */
static bool holds(const struct ub_decline *decline, const struct ub_party *now)
{
	return !now || now->partstat == UB_PARTSTAT_DECLINED ||
	       (now->partstat == UB_PARTSTAT_NEEDS_ACTION && !decline->left_off);
}

/* Whether the item's owner has declined it, or called it off. A to-do is done or put off instead, and of what
 * repeats nobody knows which time is meant. */
static bool is_declined_by(const struct ub_event *event, struct ub_text owner)
{
	const struct ub_party *organizer = event->organizer, *own = attendee(event, owner);
	if (event->component != UB_COMPONENT_EVENT || event->marks.due || event->repeats != UB_REPEATS_NOT)
		return false;
	return event->status == UB_STATUS_CANCELLED ||
	       (own && own->partstat == UB_PARTSTAT_DECLINED && organizer &&
		   ub_text_eq_nocase(organizer->address, owner));
}

static struct ub_own_decline own_decline(
    const struct ub_existing *existing, struct ub_own_decline own, struct ub_text owner, ub_instant now)
{
	if (!existing->event)
		return own;
	if (!is_declined_by(existing->event, owner)) {
		own.again = false;
		return own.answered ? own : (struct ub_own_decline){ 0 };
	}
	own.again = own.answered;
	if (own.again)
		return own;
	return (
	    struct ub_own_decline){ .at = own.at ? own.at : now, .time = { existing->start, existing->end } };
}

struct ub_declines ub_existing_declines(const struct ub_existing *existing, struct ub_text remembered,
    struct ub_text owner, ub_instant now, struct ub_arena *arena)
{
	const struct ub_event *event = existing->event;
	struct ub_declines before = remembered_declines(remembered, arena), declines = { 0 };
	for (size_t i = 0; i < before.n; i++) {
		struct ub_decline decline = before.items[i];
		const struct ub_party *party = attendee(event, decline.address);
		if (!holds(&decline, party))
			continue;
		decline.left_off = event ? !party : decline.left_off;
		*ub_push(arena, &declines) = decline;
	}
	for (size_t i = 0; event && i < event->n_attendees; i++) {
		const struct ub_party *party = &event->attendees[i];
		if (party->partstat == UB_PARTSTAT_DECLINED && party->address.len &&
		    !ub_text_eq_nocase(party->address, owner) &&
		    !ub_plan_has_declined(&declines, party->address))
			*ub_push(arena, &declines) =
			    (struct ub_decline){ .address = party->address, .at = now };
	}
	declines.own = own_decline(existing, before.own, owner, now);
	return declines;
}
