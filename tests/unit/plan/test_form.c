/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "case.h"

TestSuite(form, .init = world_set_up, .fini = world_tear_down);

#define TASK(id)                                                                                             \
	"      - task: " id "\n"                                                                             \
	"        title: Do\n"                                                                                \
	"        due: 1 business day before start\n"

static struct ub_plan *plan_of(const char *rules, const char *const *clients, size_t n)
{
	struct ub_clients all = { 0 };
	for (size_t i = 0; i < n; i++)
		*ub_push(world->arena, &all) = ub_clients_find_family(ub_text(clients[i]));
	world->form = ub_clients_form(&all, world->arena);
	world_rules(world, rules);
	return world_plan(world);
}
#define PLAN(rules, ...)                                                                                     \
	plan_of(rules, (const char *const[]){ __VA_ARGS__ }, UB_COUNT(((const char *const[]){ __VA_ARGS__ })))

Test(form, is_that_of_the_owners_clients_where_the_rule_says_nothing)
{
	static const char rules[] = "  - name: r\n    create:\n" TASK("do");
	const struct ub_item *item = world_item(PLAN(rules, "thunderbird"), "r/do");
	cr_expect(!item->form.task_as_event && item->form.html == UB_HTML_ALTREP);
	cr_expect_not(item->form.kind_settled);
	struct ub_plan *plan = PLAN(rules, "thunderbird", "davx5");
	item = world_item(plan, "r/do");
	cr_expect(item->form.task_as_event && !item->form.html && !item->form.kind_settled);
	const char *words = world_words(world, plan);
	cr_expect(strstr(words, "new to-dos are written as events of the day, as their owner has DAVx5"),
	    "%s", words);
	cr_expect(strstr(words, "new texts stand without HTML, which Thunderbird shows, but not DAVx5"), "%s",
	    words);
}

Test(form, is_that_of_the_rule_where_it_says_one)
{
	static const char rules[] = "  - name: r\n    create:\n" TASK(
	    "todo") "        shown_as: todo\n"
		    "        html: yes\n" TASK("event") "        shown_as:\n"
							"          - {if: meeting.customer, use: event}\n"
							"        html: no\n";
	struct ub_plan *plan = PLAN(rules, "davx5");
	const struct ub_form *form = &world_item(plan, "r/todo")->form;
	cr_expect(
	    !form->task_as_event && form->kind_settled && form->html == UB_HTML_ALL && form->html_settled);
	cr_expect_null(strstr(world_words(world, plan), "DAVx5"), "no client has decided anything");
	form = &world_item(PLAN(rules, "thunderbird"), "r/event")->form;
	cr_expect(form->task_as_event && form->kind_settled && !form->html && form->html_settled);
}

Test(form, is_told_of_where_it_concerns_something)
{
	static const char event[] = "  - name: r\n    create:\n      - event: e\n        title: E\n"
				    "        at: start\n        duration: 15m\n        html: no\n"
				    "        reminders: [10m]\n";
	static const char two[] = "  - name: r\n    create:\n" TASK("do") "        reminders: [10m, 1h]\n";
	cr_expect_null(
	    strstr(world_words(world, PLAN(event, "davx5", "outlook-caldav-synchronizer")), "DAVx5"));
	struct ub_plan *plan = PLAN(two, "outlook-caldav-synchronizer");
	cr_expect(world_item(plan, "r/do")->form.nearest_first);
	cr_expect(strstr(world_words(world, plan), "as Outlook with CalDav Synchronizer reads one alone"));
}
