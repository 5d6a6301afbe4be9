/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "world.h"

static struct world *world;

static void set_up(void)
{
	world = world_new();
}

static void tear_down(void)
{
	world_free(&world);
	ub_leak_check();
}

TestSuite(print, .init = set_up, .fini = tear_down);

#define RULES                                                                                                \
	"  - name: prep\n    when: meeting.customer\n    create:\n"                                          \
	"      - {event: night, title: Night, at: 845m before start, duration: 20m, busy: no,\n"             \
	"         reminders: [10m, 0m], categories: [One, Two], attendees: meeting.internal}\n"              \
	"      - {task: mail, title: Mail, due: 1 day before start, latest: 3 days before start}\n"          \
	"      - {event: gone, title: Gone, at: 20 days before start, duration: 1m}\n"                       \
	"      - {event: passed, title: Passed, at: 21 days before start, duration: 1m}\n"                   \
	"      - {event: brief, title: Brief, at: start, duration: 1m, agenda: agenda}\n"                    \
	"    amend:\n"                                                                                       \
	"      - {attendee: notes, address: notes@recorder.example}\n"                                       \
	"      - {reminder: soon, before: 15m}\n"                                                            \
	"  - {name: another-rule, when: '!meeting.customer', create: [{task: a, title: A, due: start}]}\n"   \
	"  - {name: unsure, when: account.tier == 'x', create: [{task: a, title: A, due: start}]}\n"

#define FOR "    | For: Roadmap, Thu 12 Nov 2026, 14:00 to 15:00 (Europe/Berlin)\n"
#define END                                                                                                  \
	"    | Why: The rules ask for it. (rule prep)\n"                                                     \
	"    | " UB_PLAN_TEXT_END "\n"

static const char words[] =
    "Rules\n"
    "  yes          prep          `meeting.customer` is true\n"
    "  no           another-rule  `meeting.customer` is true\n"
    "  cannot tell  unsure        `account.tier` has no value\n"
    "\nItems\n"
    "  task  Mail  [prep/mail]\n"
    "    due Mon 2026-11-09 14:00 (Europe/Berlin)\n" FOR END "  event Night  [prep/night]\n"
    "    Wed 2026-11-11 23:55-Thu 2026-11-12 00:15 (Europe/Berlin), shown as free\n"
    "    anna@ours.example invites ben@ours.example, nora@us.ours.example\n"
    "    reminder 10 minutes before\n"
    "    reminder at that time\n"
    "    categories One, Two\n" FOR END "  event Brief  [prep/brief]\n"
    "    Thu 2026-11-12 14:00-14:01 (Europe/Berlin)\n" FOR "    |\n"
    "    | First\n"
    "    |\n"
    "    | Second\n"
    "    |\n" END "\nAdded to the meeting itself\n"
    "  attendee notes@recorder.example  [prep/notes]\n"
    "  reminder 15 minutes before  [prep/soon]\n"
    "\nNotes\n"
    "  prep/gone not made: its time has passed\n"
    "  prep/passed not made: its time has passed\n";

Test(print, tells_a_plan_as_a_calendar_would_show_it)
{
	world_rules_and_agenda(world, RULES, "First\n\nSecond\n");
	cr_expect_str_eq(world_words(world, world_plan(world)), words);
}

/* The text without its escape sequences; *n is how many there were. */
static const char *plain(struct ub_text text, size_t *n)
{
	struct ub_buf out = UB_BUF(world->arena);
	*n = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] != '\033') {
			ub_buf_char(&out, text.ptr[i]);
			continue;
		}
		i = ub_text_find(text, UB_TEXT("m"), i);
		cr_assert_neq(i, SIZE_MAX);
		++*n;
	}
	return ub_buf_cstr(&out);
}

Test(print, says_the_same_in_colours)
{
	struct ub_buf out = UB_BUF(world->arena);
	size_t n;
	world_rules_and_agenda(world, RULES, "First\n\nSecond\n");
	ub_plan_print(world_plan(world), NULL, &out, true);
	cr_expect_str_eq(plain(ub_buf_text(&out), &n), words);
	cr_expect_gt(n, 0);
	cr_expect_eq(n % 2, 0, "each has its end");
	cr_expect(ub_text_starts(ub_buf_text(&out), UB_TEXT("\033[1mRules\n\033[0m")));
}
