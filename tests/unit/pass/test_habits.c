/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* What passes find out of the server by what comes of their writes. */

static void set_up(void)
{
	world_set_up();
	store_and_run();
}

TestSuite(habits, .init = set_up, .fini = world_tear_down);

/* How a server stores an event to whom another title is another event: it sets an answer back. The chair is
 * not asked to answer (RSVP). */
static const char *set_back(const char *before, const char *text)
{
	static const char accepted[] = "PARTSTAT=ACCEPTED;RSVP", asked[] = "PARTSTAT=NEEDS-ACTION;RSVP";
	static char stored[16384];
	const char *at = strstr(text, accepted), *was = strstr(before, "\r\nSUMMARY:"),
		   *is = strstr(text, "\r\nSUMMARY:");
	if (!at || !was || !is || strncmp(was, is, 2 + strcspn(is + 2, "\r")) == 0)
		return text;
	snprintf(stored, sizeof stored, "%.*s%s%s", (int)(at - text), text, asked, at + strlen(accepted));
	return stored;
}

static struct ub_text prep(void)
{
	struct ub_store_items items = { 0 };
	cr_assert_eq(ub_store_items(store, ub_organization, UB_TEXT("m-1"), arena, &items), UB_STORE_OK);
	for (size_t i = 0; i < items.n; i++)
		if (ub_text_is(items.items[i].id, "prep/prep"))
			return items.items[i].href;
	cr_assert_fail("no prep call");
	return UB_TEXT_NONE;
}

static struct ub_text text_of(struct ub_text href)
{
	return ub_text(upstream_object(up, ub_text_cstr(arena, href)));
}

static bool has(const char *words)
{
	return ub_text_find(text_of(prep()), ub_text(words), 0) != SIZE_MAX;
}

/* Bob accepts the prep call. */
static void accept(void)
{
	static const char asked[] = "PARTSTAT=NEEDS-ACTION";
	struct ub_buf line = UB_BUF(arena);
	struct ub_text href = prep(), text = text_of(href);
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '\r' && i + 2 < text.len && text.ptr[i + 2] == ' ')
			i += 2;
		else
			ub_buf_char(&line, text.ptr[i]);
	text = ub_buf_text(&line);
	size_t at = ub_text_find(text, ub_text(asked), 0);
	cr_assert_neq(at, SIZE_MAX, "%.*s", UB_ARGS(text));
	struct ub_text rest = ub_text_sub(text, at + strlen(asked), text.len);
	text = ub_textf(arena, "%.*sPARTSTAT=ACCEPTED%.*s", UB_ARGS(ub_text_sub(text, 0, at)), UB_ARGS(rest));
	upstream_store(up, ub_text_cstr(arena, href), text.ptr);
}

static void retitle(const char *title)
{
	struct ub_text text = ub_text(upstream_object(up, MEETING));
	size_t at = ub_text_find(text, UB_TEXT("SUMMARY:"), 0) + strlen("SUMMARY:");
	size_t end = ub_text_find(text, UB_TEXT("\r"), at);
	text = ub_textf(arena, "%.*s%s%.*s", UB_ARGS(ub_text_sub(text, 0, at)), title,
	    UB_ARGS(ub_text_sub(text, end, text.len)));
	upstream_store(up, MEETING, text.ptr);
	cr_assert_eq(run_on(MEETING), UB_PASS_SETTLED, "%s", why);
}

static void expect_known(bool known, bool there)
{
	bool is_there;
	cr_expect_eq(ub_identities_knows(snapshot->identities, UB_HABIT_TITLES, &is_there), known);
	cr_expect(!known || is_there == there);
}

Test(habits, a_title_that_costs_answers_follows_once)
{
	upstream_store_as(up, set_back);
	accept();
	retitle("Another");
	cr_expect(has("SUMMARY:Prep: Another\r\n"));
	cr_expect(has("PARTSTAT=NEEDS-ACTION;RSVP"), "the server has not set it back");
	expect_known(true, true);
	accept();
	retitle("A third");
	cr_expect(has("SUMMARY:Prep: Another\r\n"));
	cr_expect(has("PARTSTAT=ACCEPTED;RSVP"));
	day = "20261119";
	store_and_run();
	day = "20261112";
	cr_expect(has("SUMMARY:Prep: Roadmap\r\n"), "moved: %s", why);
}

Test(habits, a_title_that_costs_nothing_goes_on_following_and_is_looked_at_once)
{
	accept();
	retitle("Another");
	expect_known(true, false);
	size_t before = upstream_requests(up, "GET");
	retitle("A third");
	size_t second = upstream_requests(up, "GET") - before;
	retitle("A fourth");
	cr_expect_eq(upstream_requests(up, "GET") - before, 2 * second);
	cr_expect(has("SUMMARY:Prep: A fourth\r\n"));
	cr_expect(has("PARTSTAT=ACCEPTED;RSVP"));
}

Test(habits, tell_nothing_where_nobody_has_answered_or_the_time_is_another)
{
	upstream_store_as(up, set_back);
	retitle("Another");
	expect_known(false, false);
	accept();
	day = "20261119";
	store_and_run();
	day = "20261112";
	cr_expect(has("SUMMARY:Prep: Roadmap\r\n"));
	cr_expect(has("PARTSTAT=NEEDS-ACTION;RSVP"));
	expect_known(false, false);
}

Test(habits, what_was_found_out_goes_before_the_servers_word)
{
	const struct ub_identity sogo = { .groupdav = true }, other = { .groupdav = false };
	struct ub_identities *present = ub_identities_new();
	cr_expect(ub_identities_titles_ask_again(snapshot->identities, &sogo));
	cr_expect_not(ub_identities_titles_ask_again(snapshot->identities, &other));
	cr_expect(ub_identities_learn(present, UB_HABIT_TITLES, false));
	cr_expect_not(ub_identities_learn(present, UB_HABIT_TITLES, false));
	ub_identities_learn_from(snapshot->identities, present);
	cr_expect_not(ub_identities_titles_ask_again(snapshot->identities, &sogo));
	cr_expect(ub_identities_learn(present, UB_HABIT_TITLES, true));
	ub_identities_learn_from(snapshot->identities, present);
	cr_expect(ub_identities_titles_ask_again(snapshot->identities, &other));
	cr_expect(ub_identities_titles_ask_again(snapshot->identities, NULL));
	ub_identities_free(&present);
}
