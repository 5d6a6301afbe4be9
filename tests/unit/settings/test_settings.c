/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "leaks.h"
#include "reading.h"
#include "upbeat/sys.h"

/* One byte more than the address of a socket has room for. */
#define TEN  "/456789012"
#define LONG TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "/4567890"

TestSuite(settings, .fini = ub_leak_check);

/* The example of the manual. */
static const char full[] =
    REQUIRED "rules: [/usr/share/upbeat/rules, site/rules]\n"
	     "store: sqlite:upbeat.db\n"
	     "control: /run/upbeat/control\n"
	     "log: {level: debug, format: json}\n"
	     "organization:\n"
	     "  domains: [Ours.Example]\n"
	     "  time_zone: Europe/Berlin\n"
	     "  working_hours: Mon-Fri 09:00-17:00\n"
	     "  holidays: [de]\n"
	     "  reviews_a_day: 5\n"
	     "  rhythm_hold_days: 14\n"
	     "  gap: 10 minutes\n"
	     "  users: \"{user}@ours.example\"\n"
	     "  people:\n"
	     "    - {match: \"*@us.ours.example\", time_zone: America/Chicago, holidays: [us, x/own.ics], "
	     "language: en}\n"
	     "    - {match: anna@ours.example, working_hours: Mon-Thu 08:00-14:00}\n"
	     "  teams: {security-leads: [Sara@ours.example]}\n"
	     "  not_customers: [\"*@recorder.example\", contractor.example]\n"
	     "accounts:\n"
	     "  - source: yaml\n"
	     "    path: accounts.yaml\n"
	     "    fields: {started: date, seats: int, language: {type: string, audience: customer}}\n"
	     "events:\n"
	     "  - {sink: webhook, url: https://hooks.example, timeout: 5s}\n"
	     "  - {sink: log, name: trail}\n";

Test(settings, are_read_whole)
{
	struct reading *r = read_settings("/etc/upbeat/upbeat.yaml", full);
	const struct ub_settings *s = r->settings;
	cr_assert_eq(r->diags.errors, 0, "%s", printed(r));
	cr_assert_eq(s->n_listens, 1);
	SAME(s->listens[0].host, "127.0.0.1");
	cr_assert_eq(s->listens[0].port, 8642);
	SAME(s->upstream.base, "http://127.0.0.1:5232");
	cr_assert_eq(s->upstream.servers[0].port, 5232);
	cr_assert_eq(s->n_rules, 2);
	SAME(s->rules[0].path, "/usr/share/upbeat/rules");
	SAME(s->rules[1].path, "/etc/upbeat/site/rules");
	cr_assert_eq(s->store, UB_STORE_SQLITE);
	SAME(s->store_path, "/etc/upbeat/upbeat.db");
	SAME(s->control, "/run/upbeat/control");
	SAME(s->log_level, "debug");
	SAME(s->log_format, "json");
	cr_assert_eq(s->n_sources, 1);
	SAME(s->sources[0].source, "yaml");
	SAME(s->sources[0].file.path, "/etc/upbeat/accounts.yaml");
	cr_assert_eq(s->sources[0].n_fields, 3);
	cr_assert_eq(s->n_fields, 3);
	cr_assert(s->sources[0].fields[0].type == UB_FIELD_DATE && !s->sources[0].fields[0].customer);
	cr_assert(s->sources[0].fields[2].type == UB_FIELD_STRING && s->sources[0].fields[2].customer);
	cr_assert_eq(s->n_sinks, 2);
	SAME(s->sinks[0].name, "webhook");
	SAME(s->sinks[1].sink, "log");
	SAME(s->sinks[1].name, "trail");
	cr_assert(s->sinks[0].timeout == 5 && s->sinks[1].timeout == UB_SINK_TIMEOUT_SECONDS);
	finish(&r);
}

Test(settings, tell_of_the_organization_and_complete_its_people)
{
	struct reading *r = read_settings("/etc/upbeat/upbeat.yaml", full);
	const struct ub_org *org = r->settings->org;
	SAME(org->domains.items[0], "ours.example");
	SAME(org->users, "{user}@ours.example");
	SAME(ub_cal_zone_name(org->standard.zone), "Europe/Berlin");
	cr_assert_eq(org->standard.hours->days[UB_FRIDAY].spans[0].until, 17 * 60);
	cr_assert_eq(org->n_people, 2);
	SAME(ub_cal_zone_name(org->people[0].zone), "America/Chicago");
	cr_assert_eq(org->people[0].hours, org->standard.hours);
	cr_assert_eq(org->people[1].zone, org->standard.zone);
	cr_assert_eq(org->people[1].holidays, org->standard.holidays);
	SAME(org->people[1].language, "en");
	SAME(org->teams[0].name, "security-leads");
	SAME(org->teams[0].members.items[0], "sara@ours.example");
	cr_assert_eq(org->not_customers.n, 2);
	cr_assert_eq(org->reviews_a_day, 5);
	cr_assert_eq(org->rhythm_hold_days, 14);
	cr_assert_eq(org->gap, 600);
	finish(&r);
}

Test(settings, name_the_holidays_that_are_wanted)
{
	struct reading *r = read_settings("/etc/upbeat/upbeat.yaml", full);
	const struct ub_settings *s = r->settings;
	cr_assert_eq(s->n_holidays, 3);
	SAME(s->holidays[0].name, "de");
	cr_assert(!s->holidays[0].is_path && s->holidays[0].into == s->org->standard.holidays);
	SAME(s->holidays[2].name, "/etc/upbeat/x/own.ics");
	cr_assert(s->holidays[2].is_path && s->holidays[2].into == s->org->people[0].holidays);
	cr_assert_eq(s->holidays[1].into, s->holidays[2].into);
	cr_assert_null(s->lacks_holidays.source);
	finish(&r);
}

Test(settings, know_where_holidays_could_stand)
{
	struct reading *r = read_settings("/u.yaml", REQUIRED ORG);
	cr_assert_not_null(r->settings->lacks_holidays.source);
	finish(&r);
	r = read_settings("/u.yaml", REQUIRED "organization: {domains: [ours.example], holidays: []}\n");
	cr_assert_null(r->settings->lacks_holidays.source);
	finish(&r);
	r = read_settings("/u.yaml", REQUIRED);
	cr_assert_null(r->settings->lacks_holidays.source, "no domains are warning enough");
	finish(&r);
}

Test(settings, need_two_lines_only)
{
	struct reading *r = read_settings("upbeat.yaml", REQUIRED);
	const struct ub_settings *s = r->settings;
	cr_assert(r->diags.errors == 0 && r->diags.warnings == 1, "%s", printed(r));
	cr_assert(s->n_rules == 0 && s->n_sources == 0 && s->store == UB_STORE_MEMORY);
	SAME(s->control, "control");
	SAME(s->log_level, "info");
	SAME(s->org->language, "en");
	cr_assert_eq(s->org->standard.zone, ub_cal_utc());
	cr_assert_eq(s->org->standard.hours->days[UB_MONDAY].spans[0].until, 17 * 60 + 30);
	cr_assert_eq(s->org->standard.hours->days[UB_SATURDAY].n, 0);
	cr_assert_eq(s->org->standard.holidays->n, 0);
	finish(&r);
}

Test(settings, say_how_tasks_are_written)
{
	static const struct {
		const char *text;
		enum ub_settings_tasks tasks;
		size_t errors;
	} cases[] = { { REQUIRED "tasks: events\n", UB_TASKS_EVENTS, 0 },
		{ REQUIRED "tasks: todos\n", UB_TASKS_TODOS, 0 },
		{ REQUIRED "tasks: auto\n", UB_TASKS_AUTO, 0 }, { REQUIRED, UB_TASKS_AUTO, 0 },
		{ REQUIRED "tasks: mails\n", UB_TASKS_AUTO, 1 } };
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct reading *r = read_settings("upbeat.yaml", cases[i].text);
		cr_expect_eq(r->settings->tasks, cases[i].tasks, "%s", cases[i].text);
		cr_expect_eq(r->diags.errors, cases[i].errors, "%s", printed(r));
		finish(&r);
	}
}

Test(settings, have_defaults_without_a_file)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_zones *zones = ub_cal_zones_new(ub_sys_zone_source(NULL));
	const struct ub_settings *s = ub_settings_default(arena, zones);
	cr_assert(s->org->domains.n == 0 && s->upstream.base.len == 0 && s->org->zones == zones);
	SAME(s->log_format, "text");
	cr_assert_eq(s->org->reviews_a_day, UB_REVIEWS_A_DAY);
	cr_assert_eq(s->org->rhythm_hold_days, UB_RHYTHM_HOLD_DAYS);
	ub_cal_zones_free(&zones);
	ub_arena_free(&arena);
}

Test(settings, take_addresses_in_several_forms)
{
	struct reading *r = read_settings(
	    "u.yaml", "listen: '[::1]:0'\nupstream: http://[fe80::1]:80/\nupstream_plain: yes\n" ORG);
	cr_assert_eq(r->diags.list.n, 0, "%s", printed(r));
	SAME(r->settings->listens[0].host, "::1");
	SAME(r->settings->upstream.servers[0].host, "fe80::1");
	SAME(r->settings->upstream.base, "http://[fe80::1]:80");
	finish(&r);
	r = read_settings("u.yaml", "listen: localhost:65535\nupstream: http://localhost\n" ORG);
	cr_assert_eq(r->diags.list.n, 0, "%s", printed(r));
	cr_assert_eq(r->settings->upstream.servers[0].port, 80);
	cr_assert_eq(r->settings->n_tls, 0);
	cr_assert_not(r->settings->upstream.tls);
	finish(&r);
	r = read_settings("/etc/u.yaml",
	    "listen: a.example:443\nupstream: https://dav.example/\nupstream_tls: {ca: ca.pem, name: "
	    "x.example}\n"
	    "tls: [{certificate: a.pem, key: a.key}, {certificate: /b.pem, key: b.key}]\n" ORG);
	cr_assert_eq(r->diags.list.n, 0, "%s", printed(r));
	SAME(r->settings->upstream.base, "https://dav.example:443");
	SAME(r->settings->upstream.name, "x.example");
	SAME(r->settings->upstream.ca.path, "/etc/ca.pem");
	cr_assert_eq(r->settings->n_tls, 2);
	SAME(r->settings->tls[0].key.path, "/etc/a.key");
	SAME(r->settings->tls[1].certificate.path, "/b.pem");
	finish(&r);
}

Test(settings, take_several_upstreams)
{
	struct reading *r = read_settings("/etc/u.yaml",
	    "listen: 127.0.0.1:1\nupstream: ['https://a.example/dav/', 'https://b.example:8443/dav']\n"
	    "other_upstreams:\n"
	    "- http://unix:run/books.sock:/books/\n"
	    "- {url: http://unix:/run/wiki.sock, hosts: [Wiki.example, w.example]}\n"
	    "- {url: [http://10.0.0.1, http://10.0.0.2], hosts: c.example, plain: yes}\n" ORG);
	cr_assert_eq(r->diags.list.n, 0, "%s", printed(r));
	const struct ub_settings_upstream *first = &r->settings->upstream, *others = r->settings->others;
	cr_assert_eq(first->n_servers, 2);
	SAME(first->base, "https://a.example:443");
	SAME(first->servers[1].base, "https://b.example:8443");
	SAME(first->path, "/dav");
	cr_assert_eq(r->settings->n_others, 3);
	SAME(others[0].base, "http://unix:/etc/run/books.sock");
	SAME(others[0].servers[0].socket, "/etc/run/books.sock");
	SAME(others[0].path, "/books");
	cr_assert_eq(others[1].hosts.n, 2);
	SAME(others[1].hosts.items[0], "wiki.example");
	cr_assert(others[1].path.len == 0 && !others[1].tls && others[2].n_servers == 2);
	finish(&r);
}

Test(settings, give_the_servers_of_an_upstream_to_another_process)
{
	struct reading *r = read_settings(
	    "u.yaml", "listen: a.example:1\nupstream: ['https://a.example', 'https://b.example']\n" ORG);
	struct ub_settings_upstream again = { .base = UB_TEXT_NONE };
	ub_settings_set_bases(&again, ub_settings_bases(&r->settings->upstream, r->arena), r->arena);
	cr_assert_eq(again.n_servers, 2);
	SAME(again.base, "https://a.example:443");
	SAME(again.servers[1].base, "https://b.example:443");
	finish(&r);
}

Test(settings, take_several_places_to_listen_at)
{
	struct reading *r = read_settings("/etc/u.yaml",
	    "listen:\n"
	    "  - 127.0.0.1:1\n"
	    "  - {address: '[::1]:2', tls: no}\n"
	    "  - unix:http\n"
	    "  - {address: unix:/run/http, mode: 777, tls: yes}\n"
	    "  - systemd\n"
	    "  - address: systemd:web\n"
	    "upstream: https://a.example\ntls: {certificate: a.pem, key: a.key}\n" ORG);
	const struct ub_settings_listen *at = r->settings->listens;
	cr_assert_eq(r->diags.list.n, 0, "%s", printed(r));
	cr_assert_eq(r->settings->n_listens, 6);
	cr_assert(at[0].kind == UB_LISTEN_ADDRESS && at[0].port == 1 && at[0].tls);
	cr_assert(at[1].kind == UB_LISTEN_ADDRESS && at[1].port == 2 && !at[1].tls);
	SAME(at[1].host, "::1");
	cr_assert(at[2].kind == UB_LISTEN_LOCAL && at[2].mode == 0660 && at[2].tls);
	SAME(at[2].path, "/etc/http");
	cr_assert(at[3].mode == 0777 && at[3].tls);
	SAME(at[3].path, "/run/http");
	cr_assert(at[4].kind == UB_LISTEN_PASSED && at[4].name.len == 0);
	cr_assert(at[5].kind == UB_LISTEN_PASSED);
	SAME(at[5].name, "web");
	finish(&r);
}

Test(settings, take_as_many_places_as_the_limit)
{
	for (size_t more = 0; more < 2; more++) {
		char text[1024] = "upstream: https://a.example\n" ORG "listen:\n";
		for (size_t i = 0; i < UB_LISTENS_MAX + more; i++)
			snprintf(text + strlen(text), 16, "  - h:%zu\n", i + 1);
		struct reading *r = read_settings("u.yaml", text);
		cr_assert_eq(r->diags.errors, more, "%s", printed(r));
		finish(&r);
	}
}

/* Settings with one mistake, the mistake's code, and a part of its report. */
static const struct {
	const char *text, *code, *says;
} mistakes[] = {
	{ "listen\n", "wrong-value", "expected a map" },
	{ "- listen\n", "wrong-value", "expected a map" },
	{ "upstream: http://127.0.0.1:1\n" ORG, "missing-key", "help: listen: the address and port" },
	{ "listen: 127.0.0.1:1\n" ORG, "missing-key", "help: upstream: the CalDAV server" },
	{ "lisen: 127.0.0.1:1\nupstream: https://a.example\n" ORG, "unknown-key", "did you mean `listen`?" },
	{ "listen: 8642\nupstream: https://a.example\n" ORG, "wrong-value",
	    "expected an address and port like `127.0.0.1:8642`, `unix:PATH` or `systemd`, found" },
	{ "listen: []\nupstream: https://a.example\n" ORG, "listen-many", "no place to listen at" },
	{ "listen: ['h:1', 'H:2', {address: 'H:1', tls: no}]\nupstream: https://a.example\n" ORG,
	    "listen-many", "in the list already" },
	{ "listen: ['unix:a', 'unix:./a', 'unix:a']\nupstream: https://a.example\n" ORG, "listen-many",
	    "in the list already" },
	{ "listen: ['systemd', 'systemd:a', 'systemd']\nupstream: https://a.example\n" ORG, "listen-many",
	    "in the list already" },
	{ "listen: {address: 'h:1', mode: 600}\nupstream: https://a.example\n" ORG, "listen-mode",
	    "this is no unix socket" },
	{ "listen: {address: 'unix:a', mode: 800}\nupstream: https://a.example\n" ORG, "wrong-value",
	    "a mode like" },
	{ "listen: {address: 'unix:a', mode: 1777}\nupstream: https://a.example\n" ORG, "wrong-value",
	    "a mode like" },
	{ "listen: {address: 'h:1', proxy_protocol: yes}\nupstream: https://a.example\n" ORG, "wrong-value",
	    "a network like `10.0.0.0/8`, an address, or `unix`, found `yes`" },
	{ REQUIRED ORG "forwarded_from: [10.0.0.1/8]\n", "wrong-value", "a network like" },
	{ REQUIRED ORG "limits: {head: 0s}\n", "out-of-range", "within no time at all" },
	{ REQUIRED ORG "limits: {connections: 0}\n", "out-of-range", "u.yaml" },
	{ REQUIRED ORG "limits: {rate: fast}\n", "wrong-value", "expected" },
	{ REQUIRED ORG "limits: {conections: 5}\n", "unknown-key", "did you mean `connections`?" },
	{ REQUIRED ORG "forwarded_from: {a: b}\n", "wrong-value", "a network like" },
	{ "listen: 'unix:'\nupstream: https://a.example\n" ORG, "wrong-value", "`unix:PATH`" },
	{ "listen: {tls: no}\nupstream: https://a.example\n" ORG, "missing-key", "address" },
	{ "listen: [h:1, {address: 'h:2', tls: yes}]\nupstream: https://a.example\n" ORG, "listen-tls",
	    "there is no certificate" },
	{ REQUIRED ORG "client_certificates: {ca: p.pem}\n", "client-certificates",
	    "clients do not speak TLS" },
	{ REQUIRED ORG "tls: {certificate: a, key: b}\nclient_certificates: {required: yes}\n", "missing-key",
	    "ca: a PEM file with the authorities" },
	{ REQUIRED ORG
	    "tls: {certificate: a, key: b}\nclient_certificates: {ca: p, user_header: Authorization}\n",
	    "wrong-value", "a field that names a user, like `X-Remote-User`, found `Authorization`" },
	{ REQUIRED ORG
	    "tls: {certificate: a, key: b}\nclient_certificates: {ca: p, user_header: \"X: User\"}\n",
	    "wrong-value", "a field that names a user" },
	{ "listen: [unix:a, 'h:443']\nupstream: https://h\n" ORG, "upstream-is-upbeat", "u.yaml:2:11" },
	{ "listen: a.example:65536\nupstream: https://a.example\n" ORG, "wrong-value", "address and port" },
	{ "listen: a.example:-1\nupstream: https://a.example\n" ORG, "wrong-value", "address and port" },
	{ "listen: '[::1:80'\nupstream: https://a.example\n" ORG, "wrong-value", "address and port" },
	{ "listen: '[::1]x:80'\nupstream: https://a.example\n" ORG, "wrong-value", "address and port" },
	{ "listen: a.example:1\nupstream: a.example\n" ORG, "wrong-value", "a URL like" },
	{ "listen: a.example:1\nupstream: http://a.example\n" ORG, "upstream-plain",
	    "write `https://`, or `upstream_plain: yes`" },
	{ REQUIRED ORG "upstream_tls: {ca: ca.pem}\n", "upstream-tls", "write `https://` in `upstream`" },
	{ "listen: a.example:1\nupstream: https://a.example\nupstream_tls: {name: a/b}\n" ORG, "wrong-value",
	    "a host's name or address" },
	{ REQUIRED ORG "tls: {certificate: a.pem}\n", "missing-key", "key: a PEM file" },
	{ REQUIRED ORG "tls: a.pem\n", "wrong-value", "expected" },
	{ "listen: a.example:1\nupstream: https://a.example/d%20v\n" ORG, "upstream-path", "u.yaml:2:28: " },
	{ "listen: a.example:1\nupstream: https://a.example/a//b\n" ORG, "upstream-path", "u.yaml:2:28: " },
	{ "listen: a.example:1\nupstream: https://a.example/a/../b\n" ORG, "upstream-path", "dotted" },
	{ "listen: a.example:1\nupstream: https://a.example/?q\n" ORG, "upstream-path", "without `?`" },
	{ "listen: a.example:1\nupstream: http://unix:/s:/a#b\n" ORG, "upstream-path", "u.yaml:2:26: " },
	{ "listen: a.example:1\nupstream: 'http://unix:'\n" ORG, "wrong-value", "a URL like" },
	{ "listen: a.example:1\nupstream: 'https://unix:/s'\n" ORG, "wrong-value", "a URL like" },
	{ "listen: a.example:1\nupstream: http://unix:" LONG "\n" ORG, "upstream-socket", "107 bytes" },
	{ "listen: a.example:1\nupstream: [https://a.example, http://127.0.0.1:1]\n" ORG, "upstream-equals",
	    "one scheme and one path" },
	{ "listen: a.example:1\nupstream: [https://a.example/x, https://b.example/y]\n" ORG,
	    "upstream-equals", "u.yaml:2:33: " },
	{ "listen: a.example:1\nupstream: {hosts: a.example}\n" ORG, "missing-key", "url" },
	{ "listen: a.example:1\nupstream: {url: https://a.example, hosts: 'a.example:1'}\n" ORG,
	    "wrong-value", "without a port" },
	{ "listen: a.example:1\nupstream: {url: https://a.example, tls: {ca: x}, plain: no, host: x}\n" ORG,
	    "unknown-key", "did you mean `hosts`?" },
	{ REQUIRED ORG "other_upstreams: [http://127.0.0.1:1]\n", "upstream-twice", "`hosts`" },
	{ REQUIRED ORG "other_upstreams: [http://127.0.0.1:1/a, http://unix:a:/a/]\n", "upstream-twice",
	    "the same path" },
	{ REQUIRED ORG "other_upstreams: [http://b.example/a]\n", "upstream-plain", "`plain: yes`" },
	{ REQUIRED ORG "other_upstreams: [{url: http://127.0.0.1:1/a, tls: {ca: x}}]\n", "upstream-tls",
	    "in `url`" },
	{ "listen: 'unix:/run/s'\nupstream: http://unix:/run/s\n" ORG, "upstream-is-upbeat", "u.yaml:2:11" },
	{ REQUIRED ORG "other_upstreams: [http://127.0.0.1:8642/a]\n", "upstream-is-upbeat",
	    "itself listens" },
	{ "listen: a.example:1\nupstream: https://u:p@a.example\n" ORG, "upstream-password",
	    "without a user" },
	{ "listen: a.example:1\nupstream: https://a.example:0\n" ORG, "wrong-value", "a URL like" },
	{ REQUIRED ORG "store: postgresql://x\n", "not-supported", "no PostgreSQL store" },
	{ REQUIRED ORG "store: sqlite\n", "wrong-value", "`sqlite:/var/lib/upbeat/upbeat.db`" },
	{ REQUIRED ORG "log: {level: loud}\n", "unknown-word", "`error`, `warning`, `info` or `debug`" },
	{ REQUIRED ORG "log: debug\n", "wrong-value", "expected a map" },
	{ REQUIRED ORG "rules: {a: b}\n", "wrong-value", "expected a path, found a map" },
	{ REQUIRED ORG "accounts: [{source: ../yaml, path: a}]\n", "wrong-value",
	    "a source like `yaml` or `csv`" },
	{ REQUIRED ORG "accounts: [{source: csv, max_loss: 40}]\n", "wrong-value",
	    "a percentage like `25%`" },
	{ REQUIRED ORG "accounts: [{source: csv, max_loss: 101%}]\n", "wrong-value",
	    "a percentage like `25%`" },
	{ REQUIRED ORG "accounts: [{source: csv, max_age: long}]\n", "span", "a number is expected" },
	{ REQUIRED ORG "accounts: [{source: csv, priority: 1001}]\n", "out-of-range",
	    "between -1000 and 1000" },
	{ REQUIRED ORG "accounts: [{source: yaml, path: a, columns: {}}]\n", "unknown-key", "`columns`" },
	{ REQUIRED ORG "accounts: [{source: yaml}]\n", "missing-key", "`path` is missing" },
	{ REQUIRED ORG "events: [{url: x}]\n", "missing-key", "`sink` is missing" },
	{ REQUIRED ORG "events: [{sink: ../log}]\n", "wrong-value", "a sink like `webhook` or `log`" },
	{ REQUIRED ORG "events: [{sink: log, name: My log}]\n", "wrong-value",
	    "a name of small letters, digits and hyphens" },
	{ REQUIRED ORG "events: [{sink: log, timeout: 5}]\n", "span", "a unit is missing" },
	{ REQUIRED ORG "events: [log]\n", "wrong-value", "expected a map" },
	{ REQUIRED ORG "events: [{sink: log, path: a}, {sink: log, path: b}]\n", "sink-twice",
	    "another sink is called `log`, too" },
	{ REQUIRED ORG "events: [{sink: log, name: webhook}, {sink: webhook}]\n", "sink-twice",
	    "give one of them a `name` of its own" },
	{ REQUIRED ORG "accounts: [{source: yaml, path: a, fields: {x: number}}]\n", "unknown-word",
	    "`double`" },
	{ REQUIRED ORG "accounts: [{source: yaml, path: a, fields: {x: {type: int, audience: all}}}]\n",
	    "unknown-word", "`internal` or `customer`" },
	{ REQUIRED ORG "accounts: [{source: yaml, path: a, fields: {a-b: int}}]\n", "wrong-value",
	    "letters, digits and _" },
	{ REQUIRED ORG "accounts: [{source: yaml, path: a, fields: {x: int}}, "
		       "{source: yaml, path: b, fields: {x: date}}]\n",
	    "field-differs", "otherwise than another one" },
	{ REQUIRED "organization: {domains: ['@ours.example']}\n", "wrong-value", "a domain like" },
	{ REQUIRED "organization: {domains: [a], time_zone: Mars/Base}\n", "unknown-time-zone",
	    "tz database" },
	{ REQUIRED "organization: {domains: [a], working_hours: Mon-Fry 9-17}\n", "working-hours",
	    "u.yaml:3:49: " },
	{ REQUIRED "organization: {domains: [a], reviews_a_day: 0}\n", "out-of-range", "between 1 and 100" },
	{ REQUIRED "organization: {domains: [a], reviews_a_day: 101}\n", "out-of-range",
	    "between 1 and 100" },
	{ REQUIRED "organization: {domains: [a], rhythm_hold_days: 91}\n", "out-of-range",
	    "between 0 and 90" },
	{ REQUIRED "organization: {domains: [a], gap: 241m}\n", "out-of-range", "more than 4 hours" },
	{ REQUIRED "organization: {domains: [a], gap: soon}\n", "span", "u.yaml:3:35: " },
	{ REQUIRED "organization: {domains: [a], users: user@a}\n", "wrong-value", "{user}@ours.example" },
	{ REQUIRED "organization: {domains: [a], teams: {x: [bob]}}\n", "wrong-value", "an address like" },
	{ REQUIRED "organization: {domains: [a], people: [{time_zone: UTC}]}\n", "missing-key", "`match`" },
	{ REQUIRED "organization: {domains: [a], people: [{match: us}]}\n", "wrong-value", "a pattern like" },
	{ REQUIRED "organization: {domains: [a], language: German}\n", "wrong-value", "a language tag" },
	{ REQUIRED "organization: {domains: [a], language: de_AT}\n", "wrong-value", "a language tag" },
	{ REQUIRED "organization: {domains: [a], not_customers: ['*']}\n", "wrong-value",
	    "a domain or a pattern" },
};

Test(settings, tell_each_mistake_once)
{
	for (size_t i = 0; i < UB_COUNT(mistakes); i++) {
		struct reading *r = read_settings("u.yaml", mistakes[i].text);
		if (!mistakes[i]
			 .says) { /* "German" could be a tag: five to eight letters are registered ones */
			cr_expect_eq(r->diags.errors, 0, "%s", printed(r));
			finish(&r);
			continue;
		}
		cr_expect_eq(r->diags.list.n, 1, "%s: %s", mistakes[i].text, printed(r));
		cr_expect(r->diags.list.n && !strcmp(r->diags.list.items[0].code, mistakes[i].code), "%s: %s",
		    mistakes[i].text, printed(r));
		cr_expect(
		    strstr(printed(r), mistakes[i].says) != NULL, "%s: %s", mistakes[i].text, printed(r));
		finish(&r);
	}
}

Test(settings, refuse_an_upstream_that_is_upbeat_itself)
{
	struct reading *r =
	    read_settings("u.yaml", "listen: 127.0.0.1:8642\nupstream: http://127.0.0.1:8642\n" ORG);
	cr_assert_eq(r->diags.errors, 1, "%s", printed(r));
	cr_assert_str_eq(r->diags.list.items[0].code, "upstream-is-upbeat");
	finish(&r);
}

Test(settings, name_the_file_of_a_store)
{
	struct reading *r = read_settings("/x/u.yaml", REQUIRED ORG "store: sqlite:/var/u.db\n");
	cr_assert(r->diags.errors == 0 && r->diags.warnings == 0);
	cr_assert_eq(r->settings->store, UB_STORE_SQLITE);
	SAME(r->settings->store_path, "/var/u.db");
	finish(&r);
}

Test(settings, with_all_mistakes_at_once_tell_them_all)
{
	struct reading *r =
	    read_settings("u.yaml", "lisen: a:1\nupstream: ftp://x\nstore: disk\norganization:\n"
				    "  domain: [a]\n  time_zone: [b]\n  users: !x\nlog: {level: 1}\n");
	cr_assert_eq(r->diags.errors, 7, "%s", printed(r));
	cr_assert_not_null(r->settings->org);
	finish(&r);
}

Test(settings, that_are_no_yaml_are_refused_with_defaults)
{
	struct reading *r = read_settings("u.yaml", "\xff");
	cr_assert_eq(r->diags.errors, 1);
	cr_assert_eq(r->settings->org->domains.n, 0);
	finish(&r);
}

Test(settings, name_the_file_of_the_service_account_and_never_its_secret)
{
	struct reading *r =
	    read_settings("/x/u.yaml", REQUIRED ORG "service: {user: upbeat, password_file: pw}\n");
	cr_assert_eq(r->diags.errors, 0, "%s", printed(r));
	SAME(r->settings->service.user, "upbeat");
	SAME(r->settings->service.secret.path, "/x/pw");
	cr_assert_not(r->settings->service.token);
	finish(&r);
	r = read_settings("/x/u.yaml", REQUIRED ORG "service: {token_file: /t, principal: \"/p/{user}/\"}\n");
	cr_assert_eq(r->diags.errors, 0, "%s", printed(r));
	SAME(r->settings->service.secret.path, "/t");
	SAME(r->settings->service.principal, "/p/{user}/");
	cr_assert(r->settings->service.token);
	cr_assert_eq(r->settings->service.poll.n, 0);
	finish(&r);
	r = read_settings("/x/u.yaml", REQUIRED ORG "service: {token_file: /t, poll: [/a/c/, /b/c]}\n");
	cr_assert_eq(r->settings->service.poll.n, 2);
	SAME(r->settings->service.poll.items[1], "/b/c");
	finish(&r);
}

Test(settings, say_how_colleagues_get_items)
{
	struct reading *r = read_settings("/x/u.yaml", REQUIRED ORG);
	cr_assert_eq(r->settings->deliver, UB_DELIVER_AUTO);
	finish(&r);
	r = read_settings(
	    "/x/u.yaml", REQUIRED ORG "service: {user: upbeat, password_file: pw}\ndeliver: copies\n");
	cr_assert_eq(r->diags.errors, 0, "%s", printed(r));
	cr_assert_eq(r->settings->deliver, UB_DELIVER_COPIES);
	finish(&r);
	r = read_settings("/x/u.yaml", REQUIRED ORG "deliver: copies\n");
	cr_assert(strstr(printed(r), "/x/u.yaml:4:10: error[deliver-without-service]"), "%s", printed(r));
	cr_assert(strstr(printed(r), "name the account under `service`"), "%s", printed(r));
	finish(&r);
}

Test(settings, refuse_a_service_account_that_cannot_sign_in)
{
	static const struct {
		const char *service, *says;
	} accounts[] = {
		{ "{user: upbeat}", "has no secret" },
		{ "{password_file: pw}", "has a password and no name" },
		{ "{user: upbeat, password_file: pw, token_file: t}", "with a token or a password" },
		{ "{user: upbeat, token_file: t}", "with a token or a password" },
		{ "{user: upbeat, password: s3cret}", "it can be `user`, `password_file`" },
		{ "{user: \"up:beat\", password_file: pw}", "a user's name without a colon" },
		{ "{user: \"\", password_file: pw}", "a user's name without a colon" },
		{ "{token_file: t, principal: \"{user}\"}", "a path like `/{user}/`" },
		{ "{token_file: t, principal: /users/}", "a path like `/{user}/`" },
		{ "{token_file: t, principal: \"/{user}/{user}/\"}", "a path like `/{user}/`" },
		{ "{token_file: t, poll: [calendar]}", "the path of a calendar, like `/alice/calendar/`" },
		{ "{token_file: t, poll: [\"http://h/c/\"]}",
		    "the path of a calendar, like `/alice/calendar/`" },
	};
	for (size_t i = 0; i < UB_COUNT(accounts); i++) {
		struct reading *r = read_settings("u.yaml", "");
		const char *text = ub_textf(r->arena, REQUIRED ORG "service: %s\n", accounts[i].service).ptr;
		struct reading *mistaken = read_settings("u.yaml", text);
		cr_expect(mistaken->diags.errors > 0, "%s", accounts[i].service);
		cr_expect(strstr(printed(mistaken), accounts[i].says) != NULL, "%s: %s", accounts[i].service,
		    printed(mistaken));
		finish(&mistaken);
		finish(&r);
	}
}

Test(settings, let_the_service_account_look_at_so_many_calendars)
{
	for (size_t more = 0; more < 2; more++) {
		struct reading *empty = read_settings("u.yaml", "");
		struct ub_buf text = UB_BUF(empty->arena);
		ub_buf_str(&text, REQUIRED ORG "service:\n  token_file: t\n  poll:\n");
		for (size_t i = 0; i < UB_SERVICE_POLLS_MAX + more; i++)
			ub_buf_printf(&text, "    - /c%zu/\n", i);
		struct reading *r = read_settings("u.yaml", ub_buf_cstr(&text));
		cr_assert_eq(r->diags.errors, more, "%s", printed(r));
		cr_assert_eq(
		    strstr(printed(r), "a list of no more than 1000 paths of calendars") != NULL, more > 0);
		finish(&r);
		finish(&empty);
	}
}
