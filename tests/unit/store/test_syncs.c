/* SPDX-License-Identifier: Apache-2.0 */
#include "story.h"

/* How far the changes of calendars were looked at, and by which clients users come, as every store keeps it.
 */

#define UP  UB_TEXT("http://up")
#define CAL UB_TEXT("/anna/main/")

static struct ub_store_sync sync_of(const char *collection, const char *token, int64_t looked)
{
	return (struct ub_store_sync){ .upstream = UP,
		.collection = ub_text(collection),
		.token = ub_text(token),
		.tag = UB_TEXT("7"),
		.known = UB_TEXT("AAEC"),
		.refused = 1,
		.looked = looked };
}

STORY(keeps_how_far_a_calendar_was_looked_at)
{
	struct ub_store_sync found;
	struct ub_store_sync first = sync_of("/anna/main/", "t1", 100);
	struct ub_store_sync second = sync_of("/anna/main/", "t2", 200);
	struct ub_store_sync other = sync_of("/anna/home/", "", 150);
	GIVES(ub_store_sync(s->store, UP, CAL, s->arena, &found), NONE);
	OK(ub_store_put_sync(s->store, &first));
	OK(ub_store_put_sync(s->store, &other));
	OK(ub_store_put_sync(s->store, &second));
	OK(ub_store_sync(s->store, UP, CAL, s->arena, &found));
	IS(found.token, "t2");
	IS(found.tag, "7");
	IS(found.known, "AAEC");
	IS(found.collection, "/anna/main/");
	cr_assert(found.refused == 1 && found.looked == 200);
	GIVES(ub_store_sync(s->store, UB_TEXT("http://else"), CAL, s->arena, &found), NONE);
	OK(ub_store_prune(s->store, 0, 180, 0));
	OK(ub_store_sync(s->store, UP, CAL, s->arena, &found));
	GIVES(ub_store_sync(s->store, UP, UB_TEXT("/anna/home/"), s->arena, &found), NONE);
}

static struct ub_store_client client_of(const char *principal, const char *client, int64_t seen)
{
	return (struct ub_store_client){ UP, ub_text(principal), ub_text(client), seen };
}

STORY(knows_by_which_clients_a_user_comes)
{
	const int64_t day = 2 * UB_CLIENT_NOTED_MS;
	const struct ub_store_client notes[] = { client_of("anna", "thunderbird", day),
		client_of("anna", "davx5", 2 * day), client_of("ben", "evolution", day),
		/* within hours of the note before, and later */
		client_of("anna", "davx5", 2 * day + UB_CLIENT_NOTED_MS - 1),
		client_of("anna", "thunderbird", 3 * day) };
	struct ub_store_clients found;
	for (size_t i = 0; i < UB_COUNT(notes); i++)
		OK(ub_store_note_client(s->store, &notes[i]));
	OK(ub_store_clients(s->store, UP, UB_TEXT("anna"), 0, s->arena, &found));
	cr_assert_eq(found.n, 2);
	for (size_t i = 0; i < 2; i++) {
		bool thunderbird = ub_text_is(found.items[i].client, "thunderbird");
		cr_expect(thunderbird || ub_text_is(found.items[i].client, "davx5"));
		cr_expect_eq(found.items[i].seen, thunderbird ? 3 * day : 2 * day);
		IS(found.items[i].principal, "anna");
	}
	OK(ub_store_clients(s->store, UP, UB_TEXT("anna"), 2 * day + 1, s->arena, &found));
	cr_assert_eq(found.n, 1, "the one that was seen since");
	OK(ub_store_clients(s->store, UB_TEXT("http://else"), UB_TEXT("anna"), 0, s->arena, &found));
	cr_assert_eq(found.n, 0);
	OK(ub_store_prune(s->store, 0, 3 * day, 0));
	OK(ub_store_clients(s->store, UP, UB_TEXT("anna"), 0, s->arena, &found));
	cr_assert_eq(found.n, 1);
	OK(ub_store_clients(s->store, UP, UB_TEXT("ben"), 0, s->arena, &found));
	cr_assert_eq(found.n, 0);
}

static void add_seen(struct story *s, const char *href, const char *etag, int64_t end, int64_t look_again)
{
	struct ub_store_seen seen = { .organization = ORG,
		.meeting_uid = ub_text(href),
		.upstream = UP,
		.href = ub_text(href),
		.etag = ub_text(etag),
		.end = end,
		.look_again = look_again };
	OK(ub_store_put_seen(s->store, &seen));
}

static struct ub_store_item item_at(const char *href, enum ub_item_state state, int64_t end)
{
	return (struct ub_store_item){ .organization = ORG,
		.meeting_uid = UB_TEXT("m"),
		.identity = ub_text(href),
		.upstream = UP,
		.uid = UB_TEXT("u"),
		.href = ub_text(href),
		.etag = UB_TEXT("\"i\""),
		.state = state,
		.outcome = { .end = end } };
}

static void add_item(struct story *s, const char *href, enum ub_item_state state, int64_t end)
{
	const struct ub_store_item item = item_at(href, state, end);
	OK(ub_store_put_item(s->store, &item));
}

static void add_missing(struct story *s, const char *href)
{
	struct ub_store_item item = item_at(href, UB_ITEM_EXISTS, 150);
	item.outcome.gone = 90;
	OK(ub_store_put_item(s->store, &item));
}

static void add_appointment(struct story *s, const char *href, bool item)
{
	bool changed;
	struct ub_store_appointment taken = { .organization = ORG,
		.uid = ub_text(href),
		.person = UB_TEXT("anna@ours.example"),
		.upstream = UP,
		.href = ub_text(href),
		.item = item,
		.start = 100,
		.end = 200 };
	OK(ub_store_put_appointment(s->store, &taken, &taken.person, 1, true, s->arena, &changed));
}

STORY(tells_what_is_remembered_in_a_calendar)
{
	struct ub_store_places places;
	struct ub_buf said = UB_BUF(s->arena);
	add_seen(s, "/anna/main/over.ics", "\"1\"", 99, 0);
	add_seen(s, "/anna/main/m.ics", "\"2\"", 100, 0);
	add_seen(s, "/anna/main/series.ics", "\"3\"", 0, 5000);
	add_seen(s, "/anna/work-2/m.ics", "\"4\"", 100, 0);
	add_seen(s, "/anna/wor0/m.ics", "\"4\"", 100, 0);
	add_item(s, "/anna/main/stands.ics", UB_ITEM_EXISTS, 150);
	add_item(s, "/anna/main/maybe.ics", UB_ITEM_UNCERTAIN, 0);
	add_item(s, "/anna/main/past.ics", UB_ITEM_EXISTS, 99);
	add_item(s, "/anna/main/deleted.ics", UB_ITEM_DELETED, 150);
	add_item(s, "/anna/main/removed.ics", UB_ITEM_REMOVED, 150);
	add_missing(s, "/anna/main/missing.ics");
	add_appointment(s, "/anna/main/m.ics", false);
	add_appointment(s, "/anna/main/internal.ics", false);
	add_appointment(s, "/anna/main/item.ics", true);
	OK(ub_store_places(s->store, ORG, UP, CAL, 100, s->arena, &places));
	for (size_t i = 0; i < places.n; i++)
		ub_buf_printf(&said, "%.*s%.*s ", UB_ARGS(ub_text_sub(places.items[i].href, 11, 99)),
		    UB_ARGS(places.items[i].etag));
	IS(ub_buf_text(&said), "internal.ics m.ics\"2\" maybe.ics\"i\" series.ics\"3\" stands.ics\"i\" ");
}
