/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "leaks.h"
#include "configuration-private.h"
#include "upbeat/decision.h"
#include "upbeat/directory.h"
#include "upbeat/settings.h"

static struct ub_arena *arena;
static struct ub_diags diags;

static void set_up(void)
{
	arena = ub_arena_new();
	diags = UB_DIAGS(arena);
	enter_folder();
}

static void tear_down(void)
{
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(snapshot, .init = set_up, .fini = tear_down);

static void put(const char *path, const char *text)
{
	for (char *slash = (char *)path; *slash; slash++) {
		if (*slash != '/')
			continue;
		char *directory = ub_text_cstr(arena, ub_text_n(path, (size_t)(slash - path)));
		mkdir(directory, 0700);
	}
	write_file(path, text);
}

static void put_size(const char *path, size_t size)
{
	put(path, "");
	cr_assert_eq(truncate(path, (off_t)size), 0);
}

static struct ub_snapshot *load(const char *settings)
{
	return ub_snapshot_load(&(struct ub_snapshot_input){ .settings_path = settings }, &diags);
}

static const char *said(void)
{
	struct ub_buf out = UB_BUF(arena);
	ub_diags_sort(&diags);
	ub_diags_print(&diags, &out, false);
	return ub_buf_cstr(&out);
}

#define RULE(name)                                                                                           \
	"format: 1\nrules:\n  - name: " name "\n    for: meeting\n    when: meeting.customer\n"              \
	"    create:\n      - event: it\n        title: It\n        at: 1 hour before start\n"               \
	"        duration: 15m\n"
#define SETTINGS "listen: 127.0.0.1:1\nupstream: http://127.0.0.1:2\n"
#define HOLIDAY(day)                                                                                         \
	"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:h\nDTSTAMP:20260101T000000Z\n"            \
	"DTSTART;VALUE=DATE:" day "\nSUMMARY:Off\nEND:VEVENT\nEND:VCALENDAR\n"

Test(snapshot, reads_layers_in_order_with_what_lies_in_their_folders)
{
	put("one/b.yaml", RULE("second"));
	put("one/a.yaml", RULE("first"));
	put("one/notes.txt", "not read");
	put("one/templates/t.md", "Hello");
	put("one/holidays/ours.ics", HOLIDAY("20261109"));
	put("two/c.yaml", RULE("third"));
	put("two/holidays/ours.ics", HOLIDAY("20261110"));
	put("upbeat.yaml", SETTINGS "rules: [one, two]\n"
				    "organization:\n  domains: [ours.example]\n  holidays: [ours]\n");
	struct ub_snapshot *snapshot = load("upbeat.yaml");
	cr_assert(snapshot, "%s", said());
	cr_expect_eq(diags.list.n, 0, "%s", said());
	cr_assert_eq(snapshot->rules->n_rules, 3);
	bool found[3] = { false };
	for (size_t i = 0; i < 3; i++) {
		struct ub_text name = snapshot->rules->rules[i]->name;
		found[0] |= ub_text_is(name, "first");
		found[1] |= ub_text_is(name, "second");
		found[2] |= ub_text_is(name, "third");
	}
	cr_expect(found[0] && found[1] && found[2]);
	const struct ub_holidays *holidays = snapshot->org->standard.holidays;
	cr_assert_eq(holidays->n, 1, "the last layer's calendar of that name");
	cr_expect_eq(holidays->items[0].day, ub_cal_day(2026, 11, 10));
	ub_snapshot_release(&snapshot);
	cr_expect_null(snapshot);
}

Test(snapshot, tells_the_mistakes_of_all_files_and_loads_nothing)
{
	put("one/a.yaml", "format: 1\nrules: 5\n");
	put("one/templates/t.md", "{{ meeting.titel }}");
	put("upbeat.yaml", SETTINGS "rules: [one, none]\norganization:\n  domains: [ours.example]\n"
				    "  holidays: [ours, lost.ics]\n");
	cr_assert_null(load("upbeat.yaml"));
	const char *text = said(); /* the sources are still there */
	static const char *const parts[] = { "one/a.yaml:2:8: error", "one/templates/t.md:1:",
		"upbeat.yaml:3:14: error[cannot-read]: cannot read the rule directory none",
		"upbeat.yaml:6:14: error[no-holidays]", "upbeat.yaml:6:20: error[cannot-read]" };
	for (size_t i = 0; i < UB_COUNT(parts); i++)
		cr_expect_neq(
		    ub_text_find(ub_text(text), ub_text(parts[i]), 0), SIZE_MAX, "%s\n%s", parts[i], text);
}

#define MEETING                                                                                              \
	"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:m\r\n"                            \
	"DTSTAMP:20261101T000000Z\r\nDTSTART:20261112T140000Z\r\nDTEND:20261112T150000Z\r\n"                 \
	"SUMMARY:Roadmap\r\nORGANIZER:mailto:anna@ours.example\r\nATTENDEE:mailto:cto@eu.acme.example\r\n"   \
	"END:VEVENT\r\nEND:VCALENDAR\r\n"

Test(snapshot, uses_what_is_sound_of_accounts_with_a_mistake)
{
	put("rules/a.yaml", RULE("first"));
	put("accounts.yaml",
	    "accounts:\n- {id: acme, name: Acme GmbH, domains: [acme.example], health: rde}\n");
	put("upbeat.yaml", SETTINGS "rules: rules\norganization: {domains: [ours.example]}\n"
				    "accounts: [{source: yaml, path: accounts.yaml}]\n");
	struct ub_snapshot *snapshot = load("upbeat.yaml");
	cr_assert(snapshot && diags.errors == 1, "%s", said());
	cr_expect_neq(
	    ub_text_find(ub_text(said()), UB_TEXT("accounts.yaml:2:64: "), 0), SIZE_MAX, "%s", said());
	struct ub_decision decision;
	struct ub_decide_input input = { .snapshot = snapshot, .text = UB_TEXT(MEETING), .now = 1793500000 };
	ub_decide(&input, &decision, arena);
	cr_assert(decision.facts && decision.facts->account);
	cr_expect(ub_text_is(decision.facts->account_name, "Acme GmbH"));
	cr_expect_eq(decision.facts->account->health, UB_HEALTH_UNKNOWN);
	ub_snapshot_release(&snapshot);
}

Test(snapshot, says_once_that_settings_cannot_be_read)
{
	cr_assert_null(load("none.yaml"));
	cr_expect_str_eq(said(), "error[cannot-read]: cannot read none.yaml: there is no such file\n");
}

Test(snapshot, lives_until_its_last_holder_lets_go)
{
	put("rules/a.yaml", RULE("first"));
	struct ub_snapshot *first =
	    ub_snapshot_load(&(struct ub_snapshot_input){ .rules_path = "rules" }, &diags);
	cr_assert(first, "%s", said());
	struct ub_snapshot *second = ub_snapshot_hold(first);
	ub_snapshot_release(&first);
	cr_expect(ub_text_is(second->rules->rules[0]->name, "first"));
	ub_snapshot_release(&second);
}

Test(snapshot, without_settings_takes_what_it_is_told_of_the_organization)
{
	put("rules/a.yaml", RULE("first"));
	const char *domains[] = { "Ours.Example" };
	struct ub_snapshot_input input = {
		.rules_path = "rules", .domains = domains, .n_domains = 1, .time_zone = "Europe/Berlin"
	};
	struct ub_snapshot *snapshot = ub_snapshot_load(&input, &diags);
	cr_assert(snapshot, "%s", said());
	cr_expect(ub_text_is(snapshot->org->domains.items[0], "ours.example"));
	cr_expect(ub_text_is(ub_cal_zone_name(snapshot->org->standard.zone), "Europe/Berlin"));
	ub_snapshot_release(&snapshot);
	input.time_zone = "Europe/Nowhere";
	cr_assert_null(ub_snapshot_load(&input, &diags));
	cr_expect_str_eq(said(), "error[unknown-time-zone]: there is no time zone `Europe/Nowhere`\n");
}

Test(snapshot, reads_files_up_to_their_limit)
{
	static const size_t limits[] = { UB_SETTINGS_MAX, UB_RULE_FILE_MAX };
	for (size_t i = 0; i < UB_COUNT(limits); i++) {
		put_size("big", limits[i]);
		cr_expect_not_null(
		    ub_snapshot_read_source(arena, "big", limits[i], (struct ub_place){ 0 }, &diags));
		put_size("big", limits[i] + 1);
		cr_expect_null(
		    ub_snapshot_read_source(arena, "big", limits[i], (struct ub_place){ 0 }, &diags));
		cr_expect_eq(diags.errors, i + 1);
	}
}

/* ---- decisions ---- */

static struct ub_snapshot *snapshot_of_ours(void)
{
	put("rules/a.yaml", RULE("first"));
	static const char *const domains[] = { "ours.example" };
	struct ub_snapshot_input input = { .rules_path = "rules", .domains = domains, .n_domains = 1 };
	struct ub_snapshot *snapshot = ub_snapshot_load(&input, &diags);
	cr_assert(snapshot, "%s", said());
	return snapshot;
}

static struct ub_decision decide(const struct ub_snapshot *snapshot, const char *component, const char *lines)
{
	struct ub_decide_input input = { .snapshot = snapshot,
		.text = ub_textf(arena,
		    "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:%s\nUID:u\nDTSTAMP:20260101T000000Z\n"
		    "ORGANIZER:mailto:anna@ours.example\nATTENDEE:mailto:cto@acme.example\n%sEND:%s\n"
		    "END:VCALENDAR\n",
		    component, lines, component),
		.now = INT64_C(1793000000) /* October 2026 */ };
	struct ub_decision decision;
	ub_decide(&input, &decision, arena);
	return decision;
}

Test(snapshot, decides_from_text_to_plan)
{
	struct ub_snapshot *snapshot = snapshot_of_ours();
	struct ub_decision decision = decide(snapshot, "VEVENT", "DTSTART:20261112T140000Z\nDURATION:PT1H\n");
	cr_assert_null(decision.refused);
	cr_assert_eq(decision.plan->items.n, 1);
	cr_expect(ub_text_is(decision.facts->meeting.owner->email, "anna@ours.example"));
	ub_snapshot_release(&snapshot);
}

Test(snapshot, decides_that_others_are_no_business_of_the_rules)
{
	static const struct {
		const char *component, *lines, *reason;
		bool facts;
	} cases[] = {
		{ "VTODO", "DUE:20261112T140000Z\n", "task", false },
		{ "VJOURNAL", "", "not-an-event", false },
		{ "VEVENT", "SUMMARY:When?\n", "no-start", false },
		{ "VEVENT", "DTSTART:20261112T140000Z\nSTATUS:CANCELLED\n", "cancelled", true },
		{ "VEVENT", "DTSTART:20251112T140000Z\n", "past", true },
		{ "VEVENT", "DTSTART:20261112T140000Z\nX-UPBEAT-ITEM:abc\n", "generated", true },
	};
	struct ub_snapshot *snapshot = snapshot_of_ours();
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_decision decision = decide(snapshot, cases[i].component, cases[i].lines);
		cr_assert_null(decision.refused, "%zu", i);
		cr_assert_not_null(decision.plan->not_eligible, "%zu", i);
		cr_expect_str_eq(decision.plan->not_eligible, cases[i].reason);
		cr_expect_eq(decision.facts != NULL, cases[i].facts, "%zu", i);
		cr_expect_eq(decision.plan->items.n, 0);
	}
	ub_snapshot_release(&snapshot);
}

Test(snapshot, refuses_what_cannot_be_read)
{
	struct ub_snapshot *snapshot = snapshot_of_ours();
	struct ub_decision decision = decide(snapshot, "VEVENT", "DTSTART:tomorrow\n");
	cr_assert_str_eq(decision.refused, "bad-time");
	cr_expect_gt(decision.refused_text.len, 0);
	cr_expect_null(decision.event);
	cr_expect_eq(decision.plan->items.n, 0);
	ub_snapshot_release(&snapshot);
}

Test(snapshot, finds_certificates_that_cannot_be_used_and_warns_of_those_that_may_not_be_read)
{
	static const char organization[] = "organization: {domains: [ours.example]}\n";
	put("rules/rules.yaml", "format: 1\nrules: []\n");
	put("odd.pem", "odd\n");
	put("hidden.pem", "odd\n");
	cr_assert_eq(chmod("hidden.pem", 0) || chmod("odd.pem", 0644) || chmod(".", 0755), 0);
	put("settings",
	    ub_textf(arena,
		"listen: 127.0.0.1:0\nupstream: https://127.0.0.1:1\nrules: rules\n%s"
		"tls: {certificate: odd.pem, key: odd.pem}\nupstream_tls: {ca: hidden.pem}\n"
		"mail: {server: \"smtps://mail.ours.example\", from: a@ours.example, ca: none.pem}\n",
		organization)
		.ptr);
	cr_assert_eq(chmod("settings", 0644) || chmod("rules", 0755) || chmod("rules/rules.yaml", 0644), 0);
	cr_assert_eq(getuid() == 0 ? seteuid(65534) : 0, 0); /* root may read all */
	struct ub_snapshot *snapshot =
	    ub_snapshot_load(&(struct ub_snapshot_input){ .settings_path = "settings" }, &diags);
	cr_expect_eq(diags.list.n, 0, "%s", said());
	ub_snapshot_release(&snapshot);
	snapshot = ub_snapshot_load(
	    &(struct ub_snapshot_input){ .settings_path = "settings", .looks_at_certificates = true },
	    &diags);
	cr_expect_eq(diags.errors, 2, "%s", said());
	cr_expect_eq(diags.warnings, 1, "%s", said());
	static const char *const parts[] = { "settings:5:20: error[tls-file]: the certificate odd.pem: ",
		"settings:6:20: warning[tls-denied]: whether `hidden.pem` is good cannot be told: Permission "
		"denied",
		"error[tls-file]: the authorities in none.pem: No such file or directory" };
	for (size_t i = 0; i < UB_COUNT(parts); i++)
		cr_expect(strstr(said(), parts[i]), "no `%s` in:\n%s", parts[i], said());
	ub_snapshot_release(&snapshot);
	/* Whoever looks for leaks may not look into a process that has changed its user. */
	cr_assert_eq(seteuid(getuid()) || prctl(PR_SET_DUMPABLE, 1), 0);
}
