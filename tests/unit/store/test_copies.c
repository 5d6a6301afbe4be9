/* SPDX-License-Identifier: Apache-2.0 */
#include "story.h"
#include "upbeat/copies.h"

/* Colleagues' copies of items, as every store keeps them. */

#define UP UB_TEXT("http://up")

static struct ub_store_copy copy_of(const char *item, const char *person, int64_t changed)
{
	return (struct ub_store_copy){ .organization = ORG,
		.upstream = UP,
		.item = ub_text(item),
		.person = ub_text(person),
		.uid = UB_TEXT("u"),
		.meeting_uid = UB_TEXT("m"),
		.owner = UB_TEXT("anna@ours"),
		.href = UB_TEXT("/ben/main/u.ics"),
		.etag = UB_TEXT("\"2\""),
		.source = UB_TEXT("\"1\""),
		.state = UB_COPY_STANDS,
		.problem = UB_TEXT("it is refused"),
		.changed = changed };
}

STORY(keeps_what_colleagues_have_of_an_item)
{
	struct ub_store_copy found, ben = copy_of("/anna/main/u.ics", "ben@ours", 100);
	struct ub_store_copy carl = copy_of("/anna/main/u.ics", "carl@ours", 150);
	struct ub_store_copies copies;
	carl.href = UB_TEXT("/carl/main/u.ics");
	GIVES(ub_store_copy(s->store, &ben, s->arena, &found), NONE);
	GIVES(ub_store_copy_at(s->store, ORG, UP, ben.href, s->arena, &found), NONE);
	OK(ub_store_put_copy(s->store, &carl));
	OK(ub_store_put_copy(s->store, &ben));
	found = (struct ub_store_copy){
		.organization = ORG, .upstream = UP, .item = ben.item, .person = ben.person
	};
	OK(ub_store_copy(s->store, &found, s->arena, &found));
	IS(found.uid, "u");
	IS(found.meeting_uid, "m");
	IS(found.owner, "anna@ours");
	IS(found.etag, "\"2\"");
	IS(found.source, "\"1\"");
	IS(found.problem, "it is refused");
	cr_assert(found.state == UB_COPY_STANDS && found.changed == 100);
	OK(ub_store_copies(s->store, ORG, UB_TEXT("m"), s->arena, &copies));
	cr_assert_eq(copies.n, 2);
	IS(copies.items[0].person, "ben@ours");
	IS(copies.items[1].href, "/carl/main/u.ics");
	OK(ub_store_copies(s->store, ORG, UB_TEXT("other"), s->arena, &copies));
	cr_assert_eq(copies.n, 0);
	OK(ub_store_prune(s->store, 0, 120, 0));
	OK(ub_store_copies(s->store, ORG, UB_TEXT_NONE, s->arena, &copies));
	cr_assert_eq(copies.n, 1);
	IS(copies.items[0].person, "carl@ours");
}

STORY(finds_a_copy_by_where_it_stands)
{
	struct ub_store_copy found, first = copy_of("/anna/main/u.ics", "ben@ours", 100);
	struct ub_store_copy second = copy_of("/anna/other/u.ics", "ben@ours", 200);
	struct ub_store_places places;
	OK(ub_store_put_copy(s->store, &second));
	OK(ub_store_put_copy(s->store, &first));
	OK(ub_store_copy_at(s->store, ORG, UP, first.href, s->arena, &found));
	IS(found.item, "/anna/other/u.ics");
	OK(ub_store_places(s->store, ORG, UP, UB_TEXT("/ben/main/"), 0, s->arena, &places));
	cr_assert_eq(places.n, 1);
	IS(places.items[0].etag, "\"2\"");
	first.state = second.state = UB_COPY_REMOVED;
	OK(ub_store_put_copy(s->store, &first));
	OK(ub_store_put_copy(s->store, &second));
	OK(ub_store_places(s->store, ORG, UP, UB_TEXT("/ben/main/"), 0, s->arena, &places));
	cr_assert_eq(places.n, 0);
	OK(ub_store_copy_at(s->store, ORG, UP, first.href, s->arena, &found));
	cr_assert_eq(found.state, UB_COPY_REMOVED);
}
