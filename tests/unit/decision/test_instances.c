/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include <string.h>

#include "calendar.h"

/* How many instances of a series get an item. */

TestSuite(instances, .init = calendar_set_up, .fini = calendar_tear_down);

#define THURSDAYS WEEKLY("20261112T140000Z")
#define INVITES   "        attendees: meeting.internal\n"

/* On which days a rule's item is planned: "12 19 26". */
static const char *days_of(const struct ub_decision *decision, const char *id)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < decision->plan->items.n; i++) {
		const struct ub_item *item = &decision->plan->items.items[i];
		ub_instant at = item->kind == UB_ITEM_TASK ? item->due : item->start;
		if (ub_text_is(item->id, id))
			ub_buf_printf(&out, "%s%d", out.len ? " " : "", ub_cal_civil(ub_cal_utc(), at).day);
	}
	return ub_buf_cstr(&out);
}

static void expect_days(
    const char *const *rules, size_t n, const char *lines, const char *more, const char *id, const char *days)
{
	struct calendar calendar = calendar_with(rules, n);
	struct ub_decision decision = decide_next(&calendar, lines, more, NOW);
	const char *got = days_of(&decision, id);
	cr_expect_str_eq(got, days, "%s: %s, not %s", id, got, days);
	calendar_close(&calendar);
}

Test(instances, are_as_many_as_the_item_says_in_the_horizon)
{
	static const char *const rules[] = { RULE("usual", INVITES), RULE("signal", ""),
		RULE("four", "        instances: 4\n"), RULE("one", INVITES "        instances: 1\n"),
		RULE("all", INVITES "        instances: all\n"),
		("  - name: todo\n    for: meeting\n    when: meeting.customer\n    create:\n"
		 "      - {task: it, title: Do, due: 1h before start}\n") };
	static const char *const wanted[][2] = { { "usual/it", "12 19" }, { "four/it", "12 19 26 3" },
		{ "one/it", "12" }, { "todo/it", "12 19" }, { "signal/it", "12 19 26 3 10 17 24" },
		{ "all/it", "12 19 26 3 10 17 24" } };
	for (size_t i = 0; i < UB_COUNT(wanted); i++)
		expect_days(rules, UB_COUNT(rules), THURSDAYS, "", wanted[i][0], wanted[i][1]);
}

Test(instances, are_fewer_if_the_series_has_fewer)
{
	static const char *const rules[] = { RULE("four", "        instances: 4\n") };
	expect_days(rules, 1, "DTSTART:20261112T140000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=3\n", "",
	    "four/it", "12 19 26");
	expect_days(rules, 1, "DTSTART:20261112T140000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=1\n", "",
	    "four/it", "12");
	expect_days(rules, 1, "DTSTART:20261112T140000Z\nDURATION:PT1H\n", "", "four/it", "12");
}

Test(instances, may_depend_on_the_facts)
{
	static const char *const rules[] = { RULE("cases",
	    "        instances:\n          - {if: meeting.repeats == \"week\", use: 3}\n"
	    "          - {use: 1}\n") };
	expect_days(rules, 1, THURSDAYS, "", "cases/it", "12 19 26");
	expect_days(
	    rules, 1, "DTSTART:20261112T140000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\n", "", "cases/it", "12");
}

Test(instances, of_a_daily_series_end_with_the_horizon)
{
	static const char *const rules[] = { RULE("all", "        instances: all\n") };
	struct calendar calendar = calendar_with(rules, 1);
	struct ub_decision decision =
	    decide_next(&calendar, "DTSTART:20261026T140000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\n", "", NOW);
	cr_expect_eq(decision.plan->items.n, 60, "%zu", decision.plan->items.n);
	decision = decide_next(&calendar,
	    "DTSTART:20261026T140000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYHOUR=8,10,14,16\n", "", NOW);
	cr_expect_eq(decision.plan->items.n, UB_RULE_INSTANCES_MAX, "%zu", decision.plan->items.n);
	calendar_close(&calendar);
}

/* What one rule makes does not decide which instances another one gets. */
Test(instances, are_counted_rule_by_rule)
{
	static const char *const rules[] = { RULE("usual", INVITES),
		"  - name: everybody\n    for: meeting\n    when: \"true\"\n    create:\n"
		"      - {event: it, title: It, at: start, duration: 5m}\n" };
	static const char alone[] =
	    INSTANCE_OF(":20261112T140000Z", ":20261112T140000Z", "ORGANIZER:mailto:anna@ours.example\n");
	expect_days(rules, 2, THURSDAYS, alone, "usual/it", "19 26");
	expect_days(rules, 2, THURSDAYS, alone, "everybody/it", "12 19 26 3 10 17 24");
}

#define OF_GROUP(name, when)                                                                                 \
	"  - name: " name "\n    group: prep\n    for: meeting\n    when: " when "\n    create:\n"           \
	"      - {event: it, title: It, at: 1h before start, duration: 5m, attendees: meeting.internal}\n"

Test(instances, of_a_group_are_counted_together)
{
	static const char *const rules[] = { OF_GROUP("named", "meeting.title == \"x\""),
		OF_GROUP("rest", "meeting.customer") };
	static const char named[] = INSTANCE("20261112T140000Z", "20261112T140000Z", "SUMMARY:x\n");
	expect_days(rules, 2, THURSDAYS, named, "named/it", "12");
	expect_days(rules, 2, THURSDAYS, named, "rest/it", "19");
}

Test(instances, need_what_they_need_each)
{
	static const char *const rules[] = { RULE("usual", INVITES),
		RULE("more", "        instances: 4\n        needs: usual/it\n") };
	expect_days(rules, 2, THURSDAYS, "", "more/it", "12 19");
}

/* ---- with what stands ---- */

/* Stores the series with the rule in one form, and then in another one. */
static struct calendar store_with(struct calendar before, const char *keys, const char **said)
{
	const char *rules[] = { ub_textf(arena, "%s%s", RULE("it", ""), keys).ptr };
	struct calendar calendar = calendar_with(rules, 1);
	calendar.existing = before.existing;
	calendar.n_existing = before.n_existing;
	if (before.snapshot)
		calendar_close(&before);
	*said = store_series(&calendar, THURSDAYS, "", NOW);
	return calendar;
}

Test(instances, beyond_a_smaller_number_lose_their_items)
{
	const char *said;
	struct calendar calendar = store_with((struct calendar){ 0 }, "        instances: 4\n", &said);
	cr_expect_str_eq(said, "create 12T13 create 19T13 create 26T13 create 03T13");
	calendar = store_with(calendar, "        instances: 1\n", &said);
	cr_expect_str_eq(said, "keep 12T13 remove 19T13 remove 26T13 remove 03T13");
	calendar = store_with(calendar, "        instances: 3\n", &said);
	cr_expect_str_eq(said, "keep 12T13 create 19T13 create 26T13");
	calendar_close(&calendar);
}

Test(instances, keep_what_their_user_has_changed)
{
	const char *said;
	struct calendar calendar = store_with((struct calendar){ 0 }, "        instances: 4\n", &said);
	calendar.existing[2].user_changed = UB_PROPERTY_TITLE;
	calendar = store_with(calendar, "        instances: 1\n", &said);
	cr_expect_str_eq(said, "keep 12T13 remove 19T13 keep 26T13 remove 03T13");
	calendar_close(&calendar);
}

Test(instances, whose_item_was_deleted_by_hand_count)
{
	const char *said;
	struct calendar calendar = store_with((struct calendar){ 0 }, "        instances: 2\n", &said);
	calendar.existing[0].state = UB_EXISTING_DELETED;
	calendar = store_with(calendar, "        instances: 2\n", &said);
	cr_expect_str_eq(said, "keep 19T13", "no third one takes its place");
	calendar_close(&calendar);
}

Test(instances, are_topped_up_as_time_goes_by)
{
	const char *said;
	struct calendar calendar = store_with((struct calendar){ 0 }, "        instances: 3\n", &said);
	/* after the first one */
	cr_expect_str_eq(store_series(&calendar, THURSDAYS, "", INT64_C(1794560000)),
	    "keep 19T13 keep 26T13 create 03T13");
	calendar_close(&calendar);
}

/* ---- one instance alone ---- */

Test(instances, are_told_of_one_alone_with_what_comes_later)
{
	static const char *const rules[] = { RULE("usual", INVITES), RULE("four", "        instances: 4\n") };
	struct calendar calendar = calendar_with(rules, 2);
	calendar.only_instance = INT64_C(1795694400); /* 26 November */
	struct ub_decision decision = decide_next(&calendar, THURSDAYS, "", NOW);
	cr_expect_str_eq(steps(&decision), "create 26T13 create 26T13");
	cr_assert_eq(decision.plan->notes.n, 1);
	const struct ub_note *note = &decision.plan->notes.items[0];
	cr_expect(ub_text_is(note->item, "usual/it"));
	cr_expect(ub_text_is(note->text, "it is made when this is one of the next 2 instances"), "%.*s",
	    UB_ARGS(note->text));
	cr_expect_eq(decision.facts->meeting.start, INT64_C(1795701600));
	calendar.only_instance = INT64_C(1795780800); /* 27 November */
	decision = decide_next(&calendar, THURSDAYS, "", NOW);
	cr_expect_str_eq(decision.plan->not_eligible, "no-such-instance");
	calendar_close(&calendar);
}

/* ---- what rules know of them ---- */

#define ASKING(name, when)                                                                                   \
	"  - name: " name "\n    for: meeting\n    when: " when "\n    create:\n"                            \
	"      - {event: it, title: It, at: start, duration: 5m}\n"

Test(instances, are_known_to_rules)
{
	static const char *const rules[] = { ASKING("series", "meeting.series"),
		ASKING("single", "\"!meeting.series\""), ASKING("first", "meeting.first"),
		ASKING("moved", "meeting.instance != meeting.start"),
		ASKING("a-week-on",
		    "has(meeting.previous) && meeting.start - meeting.previous == duration(\"168h\")"),
		ASKING("none-before", "\"!has(meeting.previous)\"") };
	static const char ends[] = "DTSTART:20261112T140000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=4\n";
	static const char alone[] = "DTSTART:20261112T140000Z\nDURATION:PT1H\n";
	static const char moved[] = INSTANCE("20261119T140000Z", "20261120T140000Z", "");
	static const char off[] = INSTANCE("20261112T140000Z", "20261112T140000Z", "STATUS:CANCELLED\n");
	static const char by_title[] =
	    INSTANCE("20261112T140000Z", "20261112T140000Z", "SUMMARY:Canceled: Roadmap\n");
	static const char ours_alone[] =
	    "BEGIN:VEVENT\nUID:u\nDTSTAMP:20260101T000000Z\nRECURRENCE-ID:20261112T140000Z\n"
	    "DTSTART:20261112T140000Z\nDURATION:PT1H\nORGANIZER:mailto:anna@ours.example\n"
	    "END:VEVENT\n";
	static const struct {
		const char *lines, *more, *id, *days;
	} cases[] = {
		{ ends, moved, "series/it", "12 20 26 3" },
		{ ends, moved, "single/it", "" },
		{ ends, moved, "first/it", "12" },
		{ ends, moved, "moved/it", "20" },
		{ ends, moved, "a-week-on/it", "3" },
		{ ends, moved, "none-before/it", "12" },
		/* One that was called off is not the first. */
		{ ends, off, "first/it", "19" },
		{ ends, off, "none-before/it", "19" },
		{ ends, by_title, "first/it", "19" },
		/* The first one to which guests come counts, too. */
		{ ends, ours_alone, "first/it", "12 19" },
		{ ends, ours_alone, "a-week-on/it", "19 26 3" },
		{ alone, "", "series/it", "" },
		{ alone, "", "single/it", "12" },
		{ alone, "", "first/it", "12" },
		{ alone, "", "moved/it", "" },
		{ alone, "", "none-before/it", "12" },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		expect_days(
		    rules, UB_COUNT(rules), cases[i].lines, cases[i].more, cases[i].id, cases[i].days);
}

/* The title, the people and the length are the instance's own. */
Test(instances, have_facts_of_their_own)
{
	static const char *const rules[] = { ASKING("many", "size(meeting.external) == 2"),
		ASKING("named", "meeting.title == \"QBR\""),
		ASKING("long", "meeting.duration == duration(\"2h\")") };
	static const char more[] = INSTANCE("20261119T140000Z", "20261119T140000Z",
	    "ATTENDEE:mailto:cfo@acme.example\n") INSTANCE("20261126T140000Z", "20261126T140000Z",
	    "SUMMARY:QBR\n") "BEGIN:VEVENT\nUID:u\nDTSTAMP:20260101T000000Z\nRECURRENCE-ID:20261203T140000Z\n"
			     "DTSTART:20261203T140000Z\nDTEND:20261203T160000Z\n" INVITED "END:VEVENT\n";
	expect_days(rules, UB_COUNT(rules), THURSDAYS, more, "many/it", "19");
	expect_days(rules, UB_COUNT(rules), THURSDAYS, more, "named/it", "26");
	expect_days(rules, UB_COUNT(rules), THURSDAYS, more, "long/it", "3");
}

/* ---- in each other's way ---- */

#define SOME_TIME                                                                                            \
	"  - name: prep\n    for: meeting\n    when: meeting.customer\n    create:\n"                        \
	"      - {event: it, title: It, between: [2h before start, start], duration: 1h,\n"                  \
	"         attendees: meeting.internal, instances: 1}\n"

#define DAILY "DTSTART:20261112T140000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\nATTENDEE:mailto:ben@ours.example\n"
/* The second instance is moved to where the prep for the first one would stand. */
#define BEFORE_THE_FIRST(people) INSTANCE_OF(":20261113T140000Z", ":20261112T120000Z", people)
#define THEIRS                   "ORGANIZER:mailto:cto@acme.example\nATTENDEE:mailto:cto@acme.example\n"

Test(instances, take_their_people_s_time_only)
{
	static const char *const rules[] = { SOME_TIME };
	static const struct {
		const char *people, *steps;
	} cases[] = {
		{ "ORGANIZER:mailto:anna@ours.example\n", "create 12T13" },
		{ THEIRS "ATTENDEE;PARTSTAT=DECLINED:mailto:anna@ours.example\n", "create 12T12" },
		/* ben is to come to the prep, too */
		{ THEIRS "ATTENDEE;PARTSTAT=DECLINED:mailto:anna@ours.example\n"
			 "ATTENDEE:mailto:ben@ours.example\n",
		    "create 12T13" },
		{ THEIRS "ATTENDEE;PARTSTAT=DECLINED:mailto:anna@ours.example\n"
			 "ATTENDEE;PARTSTAT=DECLINED:mailto:ben@ours.example\n",
		    "create 12T12" },
	};
	struct calendar calendar = calendar_with(rules, 1);
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		const char *more = ub_textf(arena, BEFORE_THE_FIRST("%s"), cases[i].people).ptr;
		struct ub_decision decision = decide_next(&calendar, DAILY, more, NOW);
		const char *said = steps(&decision);
		cr_expect_str_eq(said, cases[i].steps, "%zu: %s", i, said);
	}
	calendar_close(&calendar);
}
