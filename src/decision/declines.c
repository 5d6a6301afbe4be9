/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Who has declined an item. Whoever deletes his copy of it declines thereby, as servers that schedule tell
 * the organizer so. He is not invited again until he answers otherwise himself, or the organizer adds him by
 * hand.
 *
 * The text that is remembered has a line for each: the address, when that was first seen in seconds since
 * 1970, and "off" for one who is not among the attendees any more.
 */
#include "upbeat/decision.h"

#define LEFT_OFF "off"

static struct ub_declines remembered_declines(struct ub_text text, struct ub_arena *arena)
{
	struct ub_declines declines = { 0 };
	struct ub_text line, address, at;
	while (text.len && ub_text_split(&text, '\n', &line)) {
		int64_t seconds;
		if (!ub_text_split(&line, ' ', &address) || !ub_text_split(&line, ' ', &at) ||
		    !ub_text_to_int(at, &seconds))
			continue;
		*ub_push(arena, &declines) = (struct ub_decline){
			.address = address, .at = seconds, .left_off = ub_text_is(line, LEFT_OFF)
		};
	}
	return declines;
}

struct ub_text ub_remember_declines(const struct ub_declines *declines, bool written, struct ub_arena *arena)
{
	struct ub_buf text = UB_BUF(arena);
	for (size_t i = 0; i < declines->n; i++) {
		const struct ub_decline *decline = &declines->items[i];
		ub_buf_printf(&text, "%s%.*s %lld%s", i ? "\n" : "", UB_ARGS(decline->address),
		    (long long)decline->at, written || decline->left_off ? " " LEFT_OFF : "");
	}
	return ub_buf_text(&text);
}

static const struct ub_party *attendee(const struct ub_event *event, struct ub_text address)
{
	for (size_t i = 0; event && i < event->n_attendees; i++)
		if (ub_text_eq(event->attendees[i].address, address))
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

struct ub_declines ub_existing_declines(const struct ub_event *event, struct ub_text remembered,
    struct ub_text owner, ub_instant now, struct ub_arena *arena)
{
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
	return declines;
}
