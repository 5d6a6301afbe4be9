/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"
#include "upbeat/history.h"

/* What passes remember of meetings, of what became of items, and of accounts' periods. */

static const char rules[] = "format: 1\n"
			    "rules:\n"
			    "  - name: prep\n"
			    "    when: meeting.customer\n"
			    "    create:\n"
			    "      - event: call\n"
			    "        title: Prepare\n"
			    "        at: 1 day before start\n"
			    "        duration: 15m\n"
			    "        counts_as: prep\n"
			    "      - task: agenda\n"
			    "        title: Send the agenda\n"
			    "        due: 2 days before start\n"
			    "        counts_as:\n"
			    "          - if: size(meeting.external) == 1\n"
			    "            use: agenda\n"
			    "  - name: check-in\n"
			    "    for: account\n"
			    "    every: month\n"
			    "    create:\n"
			    "      - event: call\n"
			    "        title: \"{{ account.name }}\"\n"
			    "        duration: 15m\n"
			    "        counts_as: review\n";

static void set_up(void)
{
	world_set_up_with(rules, "accounts: [{source: yaml, path: accounts.conf}]\n");
}

TestSuite(outcomes, .init = set_up, .fini = world_tear_down);

#define IS(text, wanted) cr_expect(ub_text_is((text), (wanted)), "got: %.*s", UB_ARGS(text))

static void look_at(const char *path)
{
	struct ub_job job;
	cr_assert_eq(run_on(path), UB_PASS_SETTLED, "%s", why);
	/* The keys that the pass has put for the account are let go. */
	while (ub_store_take(store, now * 1000, UB_LEASE_MS, arena, &job) == UB_STORE_OK)
		cr_assert_eq(ub_store_settle(store, &job, now * 1000), UB_STORE_OK);
}

static void put(const char *more)
{
	store_meeting(MEETING, guest, more);
	look_at(MEETING);
}

static struct ub_store_item item_of(const char *id)
{
	struct ub_store_items items;
	size_t i = 0;
	cr_assert_eq(ub_store_items(store, ub_organization, UB_TEXT_NONE, arena, &items), UB_STORE_OK);
	while (i < items.n && !ub_text_is(items.items[i].id, id))
		i++;
	cr_assert_lt(i, items.n, "there is no %s", id);
	return items.items[i];
}

static struct ub_store_outcome outcome_of(const char *id)
{
	return item_of(id).outcome;
}

/* Stores the item as a client has changed it. Returns its path. */
static const char *store_changed(const char *id, const char *from, const char *to)
{
	const char *path = ub_text_cstr(arena, item_of(id).href);
	struct ub_text text = ub_text(upstream_object(up, path));
	size_t at = ub_text_find(text, ub_text(from), 0);
	cr_assert_neq(at, SIZE_MAX, "%s in:\n%.*s", from, UB_ARGS(text));
	struct ub_text before = ub_text_sub(text, 0, at);
	struct ub_text after = ub_text_sub(text, at + ub_text(from).len, text.len);
	upstream_store(up, path, ub_textf(arena, "%.*s%s%.*s", UB_ARGS(before), to, UB_ARGS(after)).ptr);
	return path;
}

/* The same, and has the item looked at. */
static void change(const char *id, const char *from, const char *to)
{
	look_at(store_changed(id, from, to));
}

static struct ub_store_meetings meetings(void)
{
	struct ub_store_meetings found;
	cr_assert_eq(ub_store_all_meetings(store, ub_organization, arena, &found), UB_STORE_OK);
	return found;
}

/* ---- items ---- */

Test(outcomes, an_item_is_remembered_with_what_it_is_for)
{
	put("");
	struct ub_store_outcome prep = outcome_of("prep/call"), agenda = outcome_of("prep/agenda");
	cr_expect_eq(prep.kind, UB_OUTCOME_EVENT);
	IS(prep.counts_as, "prep");
	IS(prep.account, "acme");
	cr_expect_eq(prep.occasion_end - prep.occasion_start, 3600000);
	cr_expect_eq(prep.start, prep.occasion_start - 86400000);
	cr_expect_eq(prep.end, prep.start + 900000);
	cr_expect(prep.made == now * 1000 && prep.completed == 0 && prep.gone == 0);
	cr_expect_eq(agenda.kind, UB_OUTCOME_TASK);
	IS(agenda.counts_as, "agenda");
	cr_expect(agenda.start == 0 && agenda.end == agenda.occasion_start - 2 * 86400000);
}

Test(outcomes, a_case_that_does_not_hold_counts_as_nothing)
{
	store_meeting(MEETING, guest, "ATTENDEE:mailto:ceo@acme.example\r\n");
	look_at(MEETING);
	IS(outcome_of("prep/agenda").counts_as, "");
}

Test(outcomes, a_to_do_is_completed_when_its_client_says_so)
{
	put("");
	change("prep/agenda", "STATUS:NEEDS-ACTION", "STATUS:COMPLETED\r\nCOMPLETED:20261102T073000Z");
	cr_expect_eq(outcome_of("prep/agenda").completed, (NOW - 1800) * 1000);
	int64_t made = outcome_of("prep/agenda").made;
	change("prep/agenda", "COMPLETED:20261102T073000Z\r\n", "");
	cr_expect_eq(outcome_of("prep/agenda").completed, (NOW - 1800) * 1000, "nobody says otherwise");
	change("prep/agenda", "STATUS:COMPLETED", "STATUS:NEEDS-ACTION");
	cr_expect_eq(outcome_of("prep/agenda").completed, 0, "and taken back");
	now += 600;
	change("prep/agenda", "STATUS:NEEDS-ACTION", "STATUS:COMPLETED\r\nCOMPLETED:20991231T000000Z");
	cr_expect_eq(outcome_of("prep/agenda").completed, now * 1000, "a clock that is wrong");
	cr_expect_eq(outcome_of("prep/agenda").made, made);
}

Test(outcomes, what_was_done_without_upbeat_is_seen_with_the_meeting)
{
	put("");
	store_changed("prep/agenda", "STATUS:NEEDS-ACTION", "STATUS:COMPLETED");
	now += 60;
	look_at(MEETING);
	cr_expect_eq(outcome_of("prep/agenda").completed, now * 1000);
}

Test(outcomes, a_deleted_item_is_known_to_be_deleted_at_once)
{
	put("");
	const struct ub_store_item prep = item_of("prep/call");
	upstream_delete(up, "/alice/meetings/", "SUMMARY:Prepare");
	now += 60;
	look_at(ub_text_cstr(arena, prep.href));
	cr_expect_eq(item_of("prep/call").state, UB_ITEM_DELETED);
	cr_expect_eq(outcome_of("prep/call").gone, now * 1000);
	cr_expect_eq(outcome_of("prep/call").start, prep.outcome.start, "when it stood stays known");
	cr_expect_eq(item_of("prep/agenda").state, UB_ITEM_EXISTS);
	look_at(MEETING);
	cr_expect_eq(item_of("prep/call").state, UB_ITEM_DELETED, "and it does not come back");
}

Test(outcomes, a_prep_that_its_user_moves_stands_then)
{
	put("");
	int64_t start = outcome_of("prep/call").start;
	change("prep/call", "DTSTART;TZID=Europe/Berlin:20261111T1", "DTSTART;TZID=Europe/Berlin:20261110T1");
	cr_expect_eq(outcome_of("prep/call").start, start - 86400000);
}

Test(outcomes, items_follow_their_meeting_and_so_does_what_is_known_of_them)
{
	put("");
	int64_t was = outcome_of("prep/call").occasion_start;
	int64_t made = outcome_of("prep/call").made;
	day = "20261113";
	now += 60;
	put("");
	cr_expect_eq(outcome_of("prep/call").occasion_start, was + 86400000);
	cr_expect_eq(outcome_of("prep/call").start, was);
	cr_expect_eq(outcome_of("prep/call").made, made);
}

Test(outcomes, what_upbeat_removes_was_not_deleted_by_its_user)
{
	put("");
	now += 60;
	put("STATUS:CANCELLED\r\n");
	cr_expect_eq(item_of("prep/call").state, UB_ITEM_REMOVED);
	cr_expect_eq(outcome_of("prep/call").gone, now * 1000);
	IS(outcome_of("prep/call").counts_as, "prep");
}

Test(outcomes, a_to_do_that_stands_as_an_event_cannot_be_completed)
{
	upstream_refuse_tasks(up);
	put("");
	struct ub_store_outcome agenda = outcome_of("prep/agenda");
	cr_expect_eq(agenda.kind, UB_OUTCOME_DAY);
	look_at(MEETING);
	cr_expect_eq(outcome_of("prep/agenda").kind, UB_OUTCOME_DAY);
	cr_expect_eq(outcome_of("prep/agenda").end, agenda.end);
}

/* ---- meetings ---- */

Test(outcomes, a_meeting_with_an_account_is_remembered_with_who_comes)
{
	put("");
	struct ub_store_meetings known = meetings();
	cr_assert_eq(known.n, 1);
	IS(known.items[0].account, "acme");
	IS(known.items[0].name, "Acme");
	IS(known.items[0].owner, "alice@ours.example");
	IS(known.items[0].guests, "cto@acme.example");
	IS(known.items[0].instance, "");
	cr_expect_neq(ub_text_find(known.items[0].ours, UB_TEXT("alice@ours.example"), 0), SIZE_MAX);
	cr_expect_eq(known.items[0].first_seen, now * 1000);
	cr_expect_eq(known.items[0].end - known.items[0].start, 3600000);
}

Test(outcomes, a_meeting_that_is_cancelled_or_deleted_before_was_called_off)
{
	put("");
	now += 60;
	put("STATUS:CANCELLED\r\n");
	cr_expect_eq(meetings().items[0].called_off, now * 1000);
	put("");
	cr_expect_eq(meetings().items[0].called_off, 0);
	upstream_delete(up, MEETING, "");
	int64_t gone = now;
	now += 3600;
	cr_assert_eq(run_from(MEETING, gone), UB_PASS_SETTLED, "%s", why);
	cr_expect_eq(meetings().items[0].called_off, now * 1000);
}

Test(outcomes, a_meeting_that_is_deleted_after_it_was_held_was_held)
{
	put("");
	now += 20 * 86400;
	upstream_delete(up, MEETING, "");
	cr_assert_eq(run_from(MEETING, now - 3600), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(meetings().n, 1);
	cr_expect_eq(meetings().items[0].called_off, 0);
}

Test(outcomes, a_meeting_that_becomes_private_is_forgotten)
{
	put("");
	put("CLASS:PRIVATE\r\n");
	cr_expect_eq(meetings().n, 0);
}

Test(outcomes, a_copy_that_goes_calls_nothing_off_while_another_one_stands)
{
	struct ub_store_seen copy;
	put("");
	cr_assert_eq(ub_store_seen(store, ub_organization, UB_TEXT("up"), UB_TEXT(MEETING), arena, &copy),
	    UB_STORE_OK);
	copy.href = UB_TEXT("/bob/meetings/meeting.ics");
	copy.owner = UB_TEXT("bob@ours.example");
	cr_assert_eq(ub_store_put_seen(store, &copy), UB_STORE_OK);
	upstream_delete(up, MEETING, "");
	int64_t gone = now;
	now += 3600;
	cr_assert_eq(run_from(MEETING, gone), UB_PASS_SETTLED, "%s", why);
	cr_expect_eq(meetings().items[0].called_off, 0);
}

Test(outcomes, each_instance_of_a_series_is_a_meeting)
{
	put("RRULE:FREQ=WEEKLY;COUNT=4\r\n");
	struct ub_store_meetings known = meetings();
	cr_assert_eq(known.n, 4);
	cr_expect_eq(known.items[1].start - known.items[0].start, 7 * 86400000);
	IS(known.items[0].account, "acme");
	now += 11 * 86400; /* the first one is over */
	put("RRULE:FREQ=WEEKLY;COUNT=4\r\nEXDATE:20261119T130000Z\r\n");
	known = meetings();
	cr_assert_eq(known.n, 4);
	cr_expect_eq(known.items[0].called_off, 0, "it was held");
	cr_expect_eq(known.items[1].called_off, now * 1000, "it will not be");
	cr_expect_eq(known.items[2].called_off, 0);
}

Test(outcomes, the_next_instance_of_a_series_that_comes_rarely_is_known_and_stays_so)
{
	static const char quarterly[] = "RRULE:FREQ=MONTHLY;INTERVAL=3;COUNT=4\r\n";
	put(quarterly);
	struct ub_store_meetings known = meetings();
	cr_assert_eq(known.n, 2, "the first, and the one after the horizon");
	cr_expect_eq(known.items[1].first_seen, now * 1000);
	now += 11 * 86400; /* the first one is over, and the next one is still beyond the horizon */
	put(quarterly);
	known = meetings();
	cr_assert_eq(known.n, 2);
	cr_expect_eq(known.items[0].called_off + known.items[1].called_off, 0);
}

Test(outcomes, the_next_instance_to_which_the_customer_comes_is_known)
{
	put("RRULE:FREQ=MONTHLY;INTERVAL=3;COUNT=4\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:m-1\r\n"
	    "DTSTAMP:20261101T000000Z\r\nRECURRENCE-ID:20270212T130000Z\r\nDTSTART:20270212T130000Z\r\n"
	    "DTEND:20270212T140000Z\r\nORGANIZER:mailto:alice@ours.example\r\n"
	    "ATTENDEE:mailto:alice@ours.example\r\n"
	    "ATTENDEE;PARTSTAT=DECLINED:mailto:cto@acme.example\r\n");
	const struct ub_store_meetings known = meetings();
	cr_assert_eq(known.n, 2);
	IS(known.items[1].instance, "20270512T130000Z");
}

Test(outcomes, a_series_whose_next_instance_is_declined_is_still_one_with_the_account)
{
	put("RRULE:FREQ=WEEKLY;COUNT=4\r\n");
	now += 11 * 86400; /* the first one is over */
	put("RRULE:FREQ=WEEKLY;COUNT=4\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:m-1\r\n"
	    "DTSTAMP:20261101T000000Z\r\nRECURRENCE-ID:20261119T130000Z\r\nDTSTART:20261119T130000Z\r\n"
	    "DTEND:20261119T140000Z\r\nORGANIZER:mailto:alice@ours.example\r\n"
	    "ATTENDEE:mailto:alice@ours.example\r\n"
	    "ATTENDEE;PARTSTAT=DECLINED:mailto:cto@acme.example\r\n");
	const struct ub_store_meetings known = meetings();
	cr_assert_eq(known.n, 4);
	cr_expect_eq(known.items[1].called_off, now * 1000, "the one that is declined");
	cr_expect_eq(known.items[2].called_off + known.items[3].called_off, 0);
}

/* ---- periods ---- */

Test(outcomes, an_account_has_the_period_that_its_rule_asks_for)
{
	struct ub_store_periods periods;
	struct ub_key key = ub_store_account_key(UB_TEXT("up"), UB_TEXT("alice"), UB_TEXT("acme"), arena);
	struct ub_job job;
	upstream_store(up, "/alice/first/", "");
	cr_assert_eq(ub_store_put(store, &key, 1, now * 1000, now * 1000), UB_STORE_OK);
	cr_assert_eq(ub_store_take(store, now * 1000, UB_LEASE_MS, arena, &job), UB_STORE_OK);
	cr_assert_eq(pass_of(&job), UB_PASS_SETTLED, "%s", why);
	cr_assert_eq(ub_store_periods(store, ub_organization, arena, &periods), UB_STORE_OK);
	cr_assert_eq(periods.n, 1);
	IS(periods.items[0].account, "acme");
	IS(periods.items[0].owner, "alice@ours.example");
	IS(periods.items[0].health, "");
	cr_expect_eq(periods.items[0].end - periods.items[0].start, INT64_C(30) * 86400000);
	cr_expect(periods.items[0].start <= now * 1000 && periods.items[0].end > now * 1000);
	IS(outcome_of("check-in/call").counts_as, "review");
}
