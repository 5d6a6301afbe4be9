/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "arena.h"
#include "facts/world.h"
#include "upbeat/cel.h"

static struct ub_cel_env *env;
static struct ub_cel_activation *activation;

static const struct ub_account_field_decl fields[] = {
	{ .name = { "seats", 5 }, .type = UB_FIELD_INT },
	{ .name = { "language", 8 }, .type = UB_FIELD_STRING, .customer = true },
	{ .name = { "started", 7 }, .type = UB_FIELD_DATE },
};

static void set_up(void)
{
	arena_set_up();
	env = ub_cel_env_new(arena, &(struct ub_cel_config){ .strict = true });
	ub_facts_declare(env, fields, UB_COUNT(fields), arena);
}

TestSuite(bind, .init = set_up, .fini = arena_tear_down);

static struct ub_account *account_with_fields(void)
{
	struct ub_account *account = world_account(arena);
	account->fields = UB_NEW_ARRAY(arena, struct ub_account_field, UB_COUNT(fields));
	account->n_fields = UB_COUNT(fields);
	for (size_t i = 0; i < UB_COUNT(fields); i++)
		account->fields[i].decl = &fields[i];
	account->fields[0].given = true;
	account->fields[0].integer = 400;
	*ub_push(arena, &account->tickets) = (struct ub_account_note){
		.id = UB_TEXT("T-17"), .title = UB_TEXT("Login loop"), .date = world_now()
	};
	*ub_push(arena, &account->actions) =
	    (struct ub_account_note){ .title = UB_TEXT("ask"), .date = UB_INSTANT_NONE, .carried = 2 };
	*ub_push(arena, &account->actions) =
	    (struct ub_account_note){ .title = UB_TEXT("tell"), .date = UB_INSTANT_NONE, .carried = -1 };
	account->manager = UB_TEXT("sara@ours.example");
	account->health_since = world_now();
	account->load = 7;
	return account;
}

static void bind(const struct ub_account *account)
{
	struct ub_event *event = world_meeting(arena, "Roadmap",
	    "by anna@ours.example Anna, sara@ours.example optional, cto@acme.example, r@rooms.example room");
	event->description = UB_TEXT("See https://zoom.us/j/1");
	activation = ub_cel_activation_new(arena, env);
	ub_facts_bind(activation, world_facts(arena, event, account));
}

static const char *eval(const char *text)
{
	struct ub_cel_issues issues = { NULL, 0, 0 };
	struct ub_buf out = UB_BUF(arena);
	const struct ub_cel_program *program = ub_cel_compile(env, arena, ub_text(text), NULL, &issues);
	cr_assert(program, "%s: %.*s", text, UB_ARGS(issues.items[0].message));
	struct ub_cel_value value = ub_cel_eval(program, activation, arena, NULL);
	if (value.kind == UB_CEL_ERROR)
		ub_buf_add(&out, value.error->message);
	else
		ub_cel_print(&out, value);
	return ub_buf_cstr(&out);
}

Test(bind, every_name_of_the_manual)
{
	static const struct {
		const char *expression, *value;
	} cases[] = {
		{ "meeting.uid", "m-1" },
		{ "meeting.title", "Roadmap" },
		{ "meeting.description", "See https://zoom.us/j/1" },
		{ "meeting.location", "" },
		{ "meeting.conference", "https://zoom.us/j/1" },
		{ "meeting.start", "2026-11-12T13:00:00Z" },
		{ "meeting.end - meeting.start == meeting.duration", "true" },
		{ "meeting.duration", "3600s" },
		{ "meeting.all_day", "false" },
		{ "meeting.time_zone", "Europe/Berlin" },
		{ "meeting.repeats", "" },
		{ "meeting.occurrence == meeting.start", "true" },
		{ "meeting.organizer.name", "Anna" },
		{ "size(meeting.attendees)", "3" },
		{ "meeting.internal.map(p, p.name)", "[Anna, Sara]" },
		{ "meeting.external.map(p, p.email)", "[cto@acme.example]" },
		{ "meeting.customer && meeting.organized_by_us", "true" },
		{ "meeting.status + meeting.calendar + meeting.url", "" },
		{ "meeting.private", "false" },
		{ "meeting.class", "public" },
		{ "meeting.categories", "[]" },
		{ "meeting.internal[1].optional", "true" },
		{ "meeting.internal[1].role", "optional" },
		{ "meeting.internal[0].status", "accepted" },
		{ "meeting.internal[1].teams", "[security-leads]" },
		{ "meeting.attendees.filter(p, p.kind == 'room').map(p, p.domain)", "[rooms.example]" },
		{ "meeting.external[0].title", "CTO" },
		{ "meeting.external[0].executive", "true" },
		{ "meeting.external[0].concerns", "[]" },
		{ "meeting.organizer in meeting.internal", "true" },
		{ "account.name", "Acme GmbH" },
		{ "account.domains", "[acme.example]" },
		{ "account.health", "red" },
		{ "account.owner.email", "anna@ours.example" },
		{ "account.team.map(p, p.email)", "[anna@ours.example]" },
		{ "account.stakeholders.map(p, p.email)", "[cto@acme.example, cfo@acme.example]" },
		{ "account.tickets[0].title", "Login loop" },
		{ "account.tickets[0].opened == meeting.start", "false" },
		{ "account.actions.map(a, has(a.carried) ? a.carried : -1)", "[2, -1]" },
		{ "account.manager.email", "sara@ours.example" },
		{ "account.health_since", "2026-11-02T08:00:00Z" },
		{ "account.load", "7" },
		{ "has(account.tier) || has(account.renewal) || has(account.seen)", "false" },
		{ "account.fields.seats", "400" },
		{ "has(account.fields.language)", "false" },
		{ "has_account", "true" },
		{ "today", "2026-11-01T23:00:00Z" },
		{ "org.domains", "[ours.example]" },
		{ "org.teams", "[security-leads]" },
		{ "org.time_zone", "Europe/Berlin" },
		{ "days(2)", "172800s" },
		{ "businessDays(meeting.start, -3)", "2026-11-09T13:00:00Z" },
		{ "businessDays(meeting.start, 2)", "2026-11-16T13:00:00Z" },
		{ "date(meeting.start, '%A, %-d %B %H:%M')", "Thursday, 12 November 14:00" },
		{ "date(meeting.start, '%H:%M', 'UTC')", "13:00" },
		{ "team('security-leads').map(p, p.email)", "[sara@ours.example]" },
		{ "ours(meeting.attendees).map(p, p.email)", "[sara@ours.example]" },
	};
	bind(account_with_fields());
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		cr_expect_str_eq(eval(cases[i].expression), cases[i].value, "%s: %s", cases[i].expression,
		    eval(cases[i].expression));
}

Test(bind, without_an_account_only_name_and_domains_are_there)
{
	static const char *const absent[] = { "id", "health", "score", "tier", "stage", "renewal", "owner",
		"team", "stakeholders", "tickets", "feature_requests", "insights", "actions", "risks",
		"last_meeting", "next_meeting", "seen", "health_since", "manager", "load" };
	bind(NULL);
	cr_expect_str_eq(eval("account.name"), "Acme");
	cr_expect_str_eq(eval("account.domains"), "[acme.example]");
	cr_expect_str_eq(eval("has_account"), "false");
	for (size_t i = 0; i < UB_COUNT(absent); i++)
		cr_expect_str_eq(eval(ub_textf(arena, "has(account.%s)", absent[i]).ptr), "false");
}

Test(bind, other_meetings_are_told_of_the_only_account)
{
	struct ub_account *account = account_with_fields();
	struct ub_account_history history = { UB_INSTANT_NONE, world_now(), 0, { NULL, 0, 0 } };
	account->history = &history;
	bind(account);
	cr_expect_str_eq(eval("account.next_meeting"), "2026-11-02T08:00:00Z");
	cr_expect_str_eq(eval("accounts[0].next_meeting"), "2026-11-02T08:00:00Z");
	cr_expect_str_eq(eval("has(account.last_meeting)"), "false");
	cr_expect_str_eq(eval("[account.seen.meetings, size(account.seen.people)]"), "[0, 0]");
	history.last_meeting = 0;
	history.meetings = 3;
	*ub_push(arena, &history.people) = UB_TEXT("cto@acme.example");
	bind(account);
	cr_expect_str_eq(eval("account.last_meeting"), "1970-01-01T00:00:00Z");
	cr_expect_str_eq(eval("account.seen.meetings"), "3");
	cr_expect_str_eq(eval("account.seen.people"), "[cto@acme.example]");
}

Test(bind, functions_refuse_what_they_do_not_know)
{
	env = ub_cel_env_new(arena, NULL);
	ub_facts_declare(env, fields, UB_COUNT(fields), arena);
	bind(NULL);
	cr_expect(strstr(eval("team('security-lead')"), "did you mean `security-leads`?"));
	cr_expect(strstr(eval("date(meeting.start, '%H', 'Nowhere/At-All')"), "no time zone"));
	cr_expect(strstr(eval("date(meeting.start, '%' + 'Q')"), "%Q"));
	struct ub_cel_issues issues = { NULL, 0, 0 };
	cr_expect_null(ub_cel_compile(env, arena, UB_TEXT("date(meeting.start, '%Q')"), NULL, &issues));
	cr_expect_null(ub_cel_compile(env, arena, UB_TEXT("date(meeting.start, 'DD.MM.')"), NULL, &issues));
	cr_assert_eq(issues.n, 2);
	cr_expect_str_eq(issues.items[0].code, "bad-pattern");
	cr_expect_str_eq(issues.items[1].code, "bad-pattern");
	cr_expect(strstr(eval("days(3652060)"), "at most"));
	cr_expect_str_eq(eval("days(3652059)"), "315537897600s");
	cr_expect(strstr(eval("businessDays(meeting.start, 100001)"), "at most"));
}

Test(bind, times_are_those_of_the_owners_clock_and_dates_stay_the_same)
{
	struct ub_account *account = world_account(arena);
	account->renewal = 1793401200; /* 2026-10-31, midnight in Berlin */
	struct ub_event *event = world_meeting(arena, "Roadmap", "by nora@us.ours.example, cto@acme.example");
	activation = ub_cel_activation_new(arena, env);
	ub_facts_bind(activation, world_facts(arena, event, account));
	cr_expect_str_eq(eval("date(meeting.start, '%F %R %Z')"), "2026-11-12 08:00 EST");
	cr_expect_str_eq(eval("date(account.renewal, '%F %R')"), "2026-10-31 00:00");
	cr_expect_str_eq(eval("date(today, '%F %R')"), "2026-11-02 00:00");
}

static bool known_internal(const char *text)
{
	struct ub_cel_issues issues = { NULL, 0, 0 };
	const struct ub_cel_program *program = ub_cel_compile(env, arena, ub_text(text), NULL, &issues);
	const struct ub_cel_type *list = ub_cel_type_parse(env, arena, UB_TEXT("list(colleague)"));
	cr_assert(program, "%s", text);
	return ub_cel_type_known(list, ub_cel_program_type(program));
}

Test(bind, the_checker_knows_whose_lists_hold_nobody_from_outside)
{
	cr_expect(known_internal("meeting.internal"));
	cr_expect(known_internal("account.team"));
	cr_expect(known_internal("[account.owner]"));
	cr_expect(known_internal("team('a') + meeting.internal.filter(p, !p.optional)"));
	cr_expect(known_internal("ours(meeting.attendees)"));
	cr_expect(!known_internal("meeting.attendees"));
	cr_expect(!known_internal("meeting.internal + meeting.external"));
	cr_expect(!known_internal("account.stakeholders"));
}

static enum ub_cel_audience audience(const char *text)
{
	struct ub_cel_issues issues = { NULL, 0, 0 };
	const struct ub_cel_program *program = ub_cel_compile(env, arena, ub_text(text), NULL, &issues);
	cr_assert(program, "%s: %.*s", text, UB_ARGS(issues.items[0].message));
	return ub_cel_program_audience(program);
}

Test(bind, what_comes_from_an_account_is_internal_from_wherever_it_is_reached)
{
	static const char *const internal[] = { "account.health", "meeting.external[0].persona",
		"meeting.organizer.executive", "account.fields.seats", "account.tickets[0].title",
		"meeting.external.filter(p, p.champion)", "has(account.renewal)", "account.id" };
	static const char *const free[] = { "meeting.title", "account.name", "account.domains", "has_account",
		"account.fields.language", "meeting.external[0].name", "ours(meeting.attendees)", "team('a')",
		"today", "org.domains" };
	for (size_t i = 0; i < UB_COUNT(internal); i++)
		cr_expect_eq(audience(internal[i]), UB_CEL_INTERNAL, "%s", internal[i]);
	for (size_t i = 0; i < UB_COUNT(free); i++)
		cr_expect_eq(audience(free[i]), UB_CEL_PUBLIC, "%s", free[i]);
}

Test(bind, people_that_an_expression_gave_are_found_again_each_once)
{
	struct ub_event *event = world_meeting(arena, "x", "by anna@ours.example, cto@acme.example");
	const struct ub_facts *facts = world_facts(arena, event, NULL);
	activation = ub_cel_activation_new(arena, env);
	ub_facts_bind(activation, facts);
	struct ub_cel_issues issues = { NULL, 0, 0 };
	const struct ub_cel_program *program = ub_cel_compile(env, arena,
	    UB_TEXT("meeting.internal + team('security-leads') + meeting.internal"), NULL, &issues);
	struct ub_people people =
	    ub_facts_people(facts, ub_cel_eval(program, activation, arena, NULL), arena);
	cr_assert_eq(people.n, 2);
	cr_expect_eq(people.items[0], facts->meeting.organizer);
	cr_expect(ub_text_is(people.items[1]->email, "sara@ours.example"));
}

Test(bind, fields_of_any_name_are_allowed_where_no_settings_tell)
{
	env = ub_cel_env_new(arena, NULL);
	ub_facts_declare(env, NULL, SIZE_MAX, arena);
	bind(account_with_fields());
	cr_expect_str_eq(eval("account.fields.seats + 1"), "401");
	cr_expect_str_eq(eval("has(account.fields.anything)"), "false");
	cr_expect_eq(audience("account.fields.anything"), UB_CEL_INTERNAL);
}
