/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "case.h"

TestSuite(plan, .init = world_set_up, .fini = world_tear_down);

#define PREP                                                                                                 \
	"  - name: prep\n"                                                                                   \
	"    description: Every customer meeting gets a prep call.\n"                                        \
	"    for: meeting\n"                                                                                 \
	"    when: meeting.customer\n"                                                                       \
	"    create:\n"                                                                                      \
	"      - event: prep\n"                                                                              \
	"        title: \"Prep: {{ meeting.title }}\"\n"                                                     \
	"        between: [3 business days before start, 2 business days before start]\n"                    \
	"        duration: 15m\n"                                                                            \
	"        attendees: meeting.internal\n"

static void expect_note(const struct ub_plan *plan, const char *id, enum ub_note_kind kind, const char *text)
{
	const struct ub_note *note = world_note(plan, id);
	cr_assert(note, "no note on %s", id);
	cr_expect_eq(note->kind, kind);
	cr_expect(ub_text_is(note->text, text), "%.*s", UB_ARGS(note->text));
}

Test(plan, prep_call_is_of_ours_alone_in_everybodys_hours)
{
	world_rules(world, PREP);
	struct ub_plan *plan = world_plan(world);
	const struct ub_item *prep = world_item(plan, "prep/prep");
	cr_expect(ub_text_is(prep->title, "Prep: Roadmap"));
	expect_time(prep->start, "2026-11-09 15:00"); /* 09:00 in New York */
	cr_expect_eq(prep->end - prep->start, 900);
	cr_expect_eq(prep->zone, world->berlin);
	cr_expect(ub_text_is(prep->organizer->email, "anna@ours.example"));
	cr_assert_eq(prep->attendees.n, 2);
	cr_expect(ub_text_is(prep->attendees.items[0]->email, "ben@ours.example"));
	cr_expect(ub_text_is(prep->attendees.items[1]->email, "nora@us.ours.example"));
	cr_expect(ub_text_is(prep->parent_uid, "m1@acme.example"));
	cr_expect(prep->busy && !prep->late);
	cr_assert_eq(plan->steps.n, 1);
	cr_expect_eq(plan->steps.items[0].action, UB_ACTION_CREATE);
}

Test(plan, item_is_placed_by_one_that_stands_after_it)
{
	world_rules(world, "  - name: chain\n"
			   "    for: meeting\n"
			   "    when: 'true'\n"
			   "    create:\n"
			   "      - task: mail\n"
			   "        title: Send it\n"
			   "        due: 1 business day after prep.end\n"
			   "      - event: prep\n"
			   "        title: Prep\n"
			   "        at: 5 business days before start\n"
			   "        duration: 15m\n");
	struct ub_plan *plan = world_plan(world);
	expect_time(world_item(plan, "chain/prep")->start, "2026-11-05 14:00");
	expect_time(world_item(plan, "chain/mail")->due, "2026-11-06 14:15");
}

Test(plan, task_is_due_at_the_earlier_of_due_and_latest)
{
	static const char rules[] = "  - name: mail\n"
				    "    for: meeting\n"
				    "    when: 'true'\n"
				    "    create:\n"
				    "      - task: mail\n"
				    "        title: Send it\n"
				    "        due: 1 business day before start\n"
				    "        latest: 2 days before start\n";
	world_rules(world, rules);
	expect_time(world_item(world_plan(world), "mail/mail")->due, "2026-11-10 14:00");
	world_meet(world, "2026-11-16 14:00", 60); /* a Monday */
	expect_time(world_item(world_plan(world), "mail/mail")->due, "2026-11-13 14:00");
}

Test(plan, late_task_is_due_as_early_as_still_useful)
{
	world_rules(world, "  - name: mail\n"
			   "    for: meeting\n"
			   "    when: 'true'\n"
			   "    create:\n"
			   "      - task: mail\n"
			   "        title: Send it\n"
			   "        due: 2 days before start\n");
	world->now = world_at(world, "2026-11-11 20:00");
	const struct ub_item *mail = world_item(world_plan(world), "mail/mail");
	expect_time(mail->due, "2026-11-12 10:00"); /* not at the very moment at which work begins */
	cr_expect(mail->late);
	world_meet(world, "2026-11-12 08:00", 60);
	expect_time(world_item(world_plan(world), "mail/mail")->due, "2026-11-12 08:00");
}

Test(plan, task_comes_after_what_it_follows_whatever_is_the_latest)
{
	world_rules(world, PREP "      - task: mail\n"
				"        title: Send it\n"
				"        due: 1 business day after prep.end\n"
				"        latest: 2 days before start\n");
	world->now = world_at(world, "2026-11-11 08:00");
	struct ub_plan *plan = world_plan(world);
	expect_time(world_item(plan, "prep/prep")->start, "2026-11-11 15:00");
	expect_time(world_item(plan, "prep/mail")->due, "2026-11-11 16:15");
}

Test(plan, late_is_said_in_the_item)
{
	world_rules(world, PREP);
	world->now = world_at(world, "2026-11-11 18:00");
	world->event.n_attendees = 4;
	struct ub_plan *plan = world_plan(world);
	const struct ub_item *prep = world_item(plan, "prep/prep");
	cr_expect(prep->late);
	cr_expect_neq(
	    ub_text_find(prep->description, UB_TEXT("Late: its usual time had passed."), 0), SIZE_MAX);
	expect_note(plan, "prep/prep", UB_NOTE_REMARK,
	    "its time had passed and nothing was left in everybody's working hours, so it goes by the "
	    "owner's alone");
}

/* What comes before the meeting is of use until then, what comes after it is not. */
Test(plan, prep_call_comes_right_before_a_meeting_that_begins_the_day)
{
	world_rules(world, PREP);
	world_meet(world, "2026-11-12 09:00", 60);
	world->now = world_at(world, "2026-11-12 08:40");
	struct ub_plan *plan = world_plan(world);
	const struct ub_item *prep = world_item(plan, "prep/prep");
	expect_time(prep->start, "2026-11-12 08:45");
	cr_expect(prep->late);
	expect_note(plan, "prep/prep", UB_NOTE_REMARK, "no working time was left, so it comes right before");
}

Test(plan, event_whose_whole_time_has_passed_is_not_made)
{
	world_rules(world, "  - name: early\n"
			   "    for: meeting\n"
			   "    when: 'true'\n"
			   "    create:\n"
			   "      - event: early\n"
			   "        title: Early\n"
			   "        at: 10 days before start\n"
			   "        duration: 30m\n");
	world->now = world_at(world, "2026-11-02 14:29");
	cr_assert_eq(world_plan(world)->items.n, 1);
	world->now = world_at(world, "2026-11-02 14:30");
	struct ub_plan *plan = world_plan(world);
	cr_assert_eq(plan->items.n, 0);
	expect_note(plan, "early/early", UB_NOTE_SKIPPED, "its time has passed");
}

Test(plan, second_pass_keeps_everything)
{
	world_rules(world, PREP);
	struct ub_plan *first = world_plan(world);
	world_apply(world, first);
	struct ub_plan *second = world_plan(world);
	cr_assert_eq(second->steps.n, first->steps.n);
	cr_expect_eq(second->steps.items[0].action, UB_ACTION_KEEP);
	cr_expect_eq(second->steps.items[0].existing, &world->existing[0]);
}

Test(plan, finds_its_item_by_uid_where_the_marks_were_lost)
{
	world_rules(world, PREP);
	world_apply(world, world_plan(world));
	world->existing[0].item_mark = UB_TEXT_NONE;
	cr_expect_eq(world_plan(world)->steps.items[0].action, UB_ACTION_KEEP);
}

Test(plan, item_made_under_an_earlier_name_stays_this_rules_item)
{
	world_rules(world, PREP);
	struct ub_plan *first = world_plan(world);
	world_apply(world, first);
	world_rules(world, "  - name: preparation\n"
			   "    was: [prep]\n"
			   "    for: meeting\n"
			   "    when: meeting.customer\n"
			   "    create:\n"
			   "      - event: prep\n"
			   "        title: Prep\n"
			   "        at: 1 hour before start\n"
			   "        duration: 15m\n");
	struct ub_plan *plan = world_plan(world);
	cr_assert_eq(plan->steps.n, 1);
	cr_expect_eq(plan->steps.items[0].action, UB_ACTION_KEEP);
	cr_expect(ub_text_eq(plan->items.items[0].uid, first->items.items[0].uid));
	cr_expect(ub_text_eq(plan->items.items[0].name, first->items.items[0].name));
}

Test(plan, colleague_who_has_declined_is_not_invited_again)
{
	static const enum ub_existing_state states[] = { UB_EXISTING_STANDS, UB_EXISTING_REMOVED };
	struct ub_decline ben = { .address = UB_TEXT("ben@ours.example"), .at = world->now };
	world_rules(world, PREP);
	world_apply(world, world_plan(world));
	world->existing[0].declines = (struct ub_declines){ .items = &ben, .n = 1, .cap = 1 };
	for (size_t i = 0; i < UB_COUNT(states); i++) {
		world->existing[0].state = states[i];
		struct ub_plan *plan = world_plan(world);
		const struct ub_item *prep = world_item(plan, "prep/prep");
		cr_assert_eq(prep->attendees.n, 1);
		cr_expect(ub_text_is(prep->attendees.items[0]->email, "nora@us.ours.example"));
		expect_note(plan, "prep/prep", UB_NOTE_REMARK,
		    "ben@ours.example has declined it (seen on 2026-11-02) and is not invited again");
	}
}

Test(plan, deleted_item_stays_away)
{
	world_rules(world, PREP);
	world_apply(world, world_plan(world));
	world->existing[0].state = UB_EXISTING_DELETED;
	struct ub_plan *plan = world_plan(world);
	cr_expect_eq(plan->items.n + plan->steps.n, 0);
	expect_note(plan, "prep/prep", UB_NOTE_SKIPPED, "it was deleted by hand and stays away");
}

Test(plan, belongs_to_a_known_calendar_of_ours)
{
	world_rules(world, PREP);
	world->owner = UB_TEXT("cto@acme.example");
	struct ub_plan *plan = world_plan(world);
	cr_expect_eq(plan->items.n, 0);
	expect_note(plan, "", UB_NOTE_SKIPPED, "the calendar's owner is not one of ours");
	cr_expect_eq(plan->n_matches, 1, "what the rules say is told all the same");
	world->owner = UB_TEXT_NONE;
	plan = world_plan(world);
	cr_expect_eq(plan->items.n, 0);
	expect_note(plan, "", UB_NOTE_SKIPPED, "it is not known whose calendar this is");
}

Test(plan, who_does_not_come_gets_nothing)
{
	world_rules(world, PREP);
	world->parties[0].partstat = UB_PARTSTAT_DECLINED;
	struct ub_plan *plan = world_plan(world);
	cr_expect_eq(plan->items.n, 0);
	expect_note(plan, "", UB_NOTE_SKIPPED, "the calendar's owner has declined");
	/* a colleague who does not come is not asked to prepare */
	world->owner = world->parties[1].address;
	const struct ub_item *prep = world_item(world_plan(world), "prep/prep");
	cr_assert_eq(prep->attendees.n, 1);
	cr_expect(ub_text_is(prep->attendees.items[0]->email, "nora@us.ours.example"));
	world->parties[1].role = UB_ROLE_NONE;
	expect_note(
	    world_plan(world), "", UB_NOTE_SKIPPED, "the calendar's owner is only told of the meeting");
}

Test(plan, nobody_from_outside_is_ever_invited)
{
	static const char *const lists[] = { "meeting.attendees", "meeting.external",
		"meeting.attendees.filter(p, p.kind == \"bot\")" };
	for (size_t i = 0; i < UB_COUNT(lists); i++) {
		world_rules(world, ub_textf(world->arena,
				       "  - name: all\n"
				       "    for: meeting\n"
				       "    when: 'true'\n"
				       "    create:\n"
				       "      - event: all\n"
				       "        title: All\n"
				       "        at: 1 hour before start\n"
				       "        duration: 15m\n"
				       "        attendees: '%s'\n",
				       lists[i])
				       .ptr);
		struct ub_plan *plan = world_plan(world);
		cr_expect_eq(plan->items.n + plan->steps.n, 0, "%s", lists[i]);
		cr_expect_eq(world_note(plan, "all/all")->kind, UB_NOTE_REFUSED, "%s", lists[i]);
	}
}

Test(plan, case_that_cannot_tell_leaves_its_item_undecided_and_what_hangs_on_it)
{
	world_rules(world, "  - name: health\n"
			   "    for: meeting\n"
			   "    when: 'true'\n"
			   "    create:\n"
			   "      - event: talk\n"
			   "        title: Talk\n"
			   "        at: 1 hour before start\n"
			   "        duration:\n"
			   "          - if: account.health == \"red\"\n"
			   "            use: 30m\n"
			   "          - use: 15m\n"
			   "      - task: note\n"
			   "        title: Note\n"
			   "        due: 10m after talk.end\n"
			   "      - task: other\n"
			   "        title: Other\n"
			   "        due: 10m before start\n");
	struct ub_plan *plan = world_plan(world);
	cr_expect_eq(world_note(plan, "health/talk")->kind, UB_NOTE_UNDECIDED);
	expect_note(plan, "health/note", UB_NOTE_UNDECIDED, "10 minutes after talk.end cannot be told");
	cr_expect_eq(plan->items.n, 1);
	world_item(plan, "health/other");
}

Test(plan, items_of_one_plan_do_not_lie_on_each_other)
{
	world_rules(world,
	    PREP "  - name: second\n"
		 "    for: meeting\n"
		 "    when: meeting.customer\n"
		 "    create:\n"
		 "      - event: second\n"
		 "        title: Second\n"
		 "        between: [3 business days before start, 2 business days before start]\n"
		 "        duration: 30m\n"
		 "        attendees: meeting.internal\n");
	struct ub_plan *plan = world_plan(world);
	expect_time(world_item(plan, "prep/prep")->start, "2026-11-09 15:00");
	expect_time(world_item(plan, "second/second")->start, "2026-11-09 15:15");
}

Test(plan, audit_decides_and_changes_nothing)
{
	world_rules(world, "  - name: watched\n"
			   "    mode: audit\n"
			   "    for: meeting\n"
			   "    when: 'true'\n"
			   "    create:\n"
			   "      - event: talk\n"
			   "        title: Talk\n"
			   "        at: 1 hour before start\n"
			   "        duration: 15m\n");
	struct ub_plan *plan = world_plan(world);
	cr_expect_eq(plan->items.n, 1);
	cr_expect_eq(plan->steps.n, 0);
}

Test(plan, says_why_a_meeting_gets_nothing)
{
	world_rules(world, PREP);
	world->event.repeats = UB_REPEATS_WEEK;
	struct ub_plan *plan = world_plan(world);
	cr_assert_str_eq(plan->not_eligible, "recurring");
	cr_expect_eq(plan->items.n + plan->n_matches, 0);
}

Test(plan, agenda_mail_and_reason_stand_between_two_lines)
{
	world_rules_and_agenda(world,
	    "  - name: mail\n"
	    "    description: The customer gets the agenda in time.\n"
	    "    for: meeting\n"
	    "    when: 'true'\n"
	    "    create:\n"
	    "      - task: mail\n"
	    "        title: Send it\n"
	    "        due: 2 days before start\n"
	    "        agenda: agenda\n"
	    "        mail: agenda\n",
	    "---\naudience: customer\n---\nHello\n\n{{ meeting.title }}\n");
	world->event.summary = UB_TEXT(UB_PLAN_TEXT_END " or not");
	const struct ub_item *mail = world_item(world_plan(world), "mail/mail");
	cr_expect_str_eq(ub_text_cstr(world->arena, mail->description),
	    "For: " UB_PLAN_TEXT_END " or not, Thu 12 Nov 2026, 14:00 to 15:00 (Europe/Berlin)\n\n"
	    "Hello\n\n> " UB_PLAN_TEXT_END " or not\n\n" UB_PLAN_MAIL_BEGIN "\n"
	    "Hello\n\n> " UB_PLAN_TEXT_END " or not\n" UB_PLAN_MAIL_END "\n\n"
	    "Why: The customer gets the agenda in time. (rule mail)\n" UB_PLAN_TEXT_END);
	cr_expect_str_eq(ub_text_cstr(world->arena, mail->mail), "Hello\n\n> " UB_PLAN_TEXT_END " or not");
}

Test(plan, makes_no_more_items_than_the_limit)
{
	struct ub_buf rules = UB_BUF(world->arena);
	for (size_t i = 0; i <= UB_PLAN_ITEMS_MAX; i++)
		ub_buf_printf(&rules,
		    "  - name: r%zu\n"
		    "    for: meeting\n"
		    "    when: 'true'\n"
		    "    create:\n"
		    "      - event: talk\n"
		    "        title: Talk\n"
		    "        at: 1 hour before start\n"
		    "        duration: 15m\n",
		    i);
	world_rules(world, ub_buf_cstr(&rules));
	struct ub_plan *plan = world_plan(world);
	cr_expect_eq(plan->items.n, UB_PLAN_ITEMS_MAX);
	cr_expect_eq(plan->notes.n, 1);
	cr_expect_eq(plan->notes.items[0].kind, UB_NOTE_UNDECIDED);
}

Test(plan, every_value_may_depend_on_the_meeting)
{
	static const char rule[] =
	    "  - name: prep\n"
	    "    create:\n"
	    "      - event: prep\n"
	    "        title: Prep\n"
	    "        between: [3 business days before start, 2 business days before start]\n"
	    "        duration: 15m\n"
	    "        prefer:\n"
	    "          - {if: meeting.duration > duration('1h'), use: latest}\n"
	    "        busy:\n"
	    "          - {if: meeting.duration > duration('1h'), use: no}\n"
	    "        categories:\n"
	    "          - {if: meeting.duration > duration('1h'), use: [Prep, Long]}\n"
	    "        reminders:\n"
	    "          - {if: meeting.duration > duration('1h'), use: [1h, 10m]}\n"
	    "          - use: 5m\n";
	world_rules(world, rule);
	const struct ub_item *prep = world_item(world_plan(world), "prep/prep");
	expect_time(prep->start, "2026-11-09 09:00");
	cr_expect(prep->busy && prep->categories.n == 0);
	cr_expect(prep->n_reminders == 1 && prep->reminders[0] == 300);

	world_meet(world, "2026-11-12 14:00", 61);
	prep = world_item(world_plan(world), "prep/prep");
	expect_time(prep->start, "2026-11-10 17:15");
	cr_expect(!prep->busy && prep->categories.n == 2);
	cr_expect(prep->n_reminders == 2 && prep->reminders[0] == 3600);
}

Test(plan, a_case_that_cannot_be_told_holds_its_item_back)
{
	world_rules(world,
	    "  - name: prep\n"
	    "    create:\n"
	    "      - {event: prep, title: Prep, at: 1h before start, duration: 15m, busy: [{if: "
	    "account.health == 'red', use: no}]}\n");
	struct ub_plan *plan = world_plan(world);
	cr_expect_eq(plan->items.n, 0);
	cr_expect_eq(world_note(plan, "prep/prep")->kind, UB_NOTE_UNDECIDED);
}

Test(plan, tells_of_a_group_that_it_is_nobody)
{
	world_rules(world, PREP);
	world->parties[1].cutype = UB_CUTYPE_GROUP;
	struct ub_plan *plan = world_plan(world);
	expect_note(plan, "", UB_NOTE_REMARK,
	    "`ben@ours.example` is no person, but a group or a shared calendar, and does not count as a "
	    "guest");
	cr_expect_eq(plan->notes.n, 1);
}
