/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "../arena.h"
#include "clients-private.h"

TestSuite(clients, .init = arena_set_up, .fini = arena_tear_down);

static void is_family(const struct ub_client_family *client, const char *id, const char *by)
{
	cr_expect_str_eq(client ? client->id : "", id, "%s: %s", by, client ? client->id : "none");
}

Test(clients, are_known_by_user_agent)
{
	static const char *const cases[][2] = {
		{ "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.3.0",
		    "thunderbird" },
		{ "Mozilla/5.0 (Windows NT 10.0; WOW64; rv:38.0) Gecko/20100101 Thunderbird/38.3.0 "
		  "Lightning/4.0.3.1",
		    "thunderbird" },
		{ "iOS/17.6 (21G80) dataaccessd/1.0", "apple-calendar" },
		{ "macOS/14.6 (23G80) CalendarAgent/1020", "apple-calendar" },
		{ "CalendarStore/5.0.2 (1166); iCal/5.0.2 (1571); Mac OS X/10.7.3 (11D50d)",
		    "apple-calendar" },
		{ "iOS/15.0.1 remindd/1.0", "apple-reminders" },
		{ "Evolution/3.46.4", "evolution" },
		{ "DAVx5/4.5.20-ose (dav4jvm; okhttp/5.1.0) Android/16", "davx5" },
		{ "CalDavSynchronizer/4.4", "outlook-caldav-synchronizer" },
		{ "vdirsyncer/0.19.0", "vdirsyncer" },
		{ "cadaver/0.24 neon/0.32.2", "cadaver" },
		{ "curl/7.88.1", "script" },
		{ "Mozilla/5.0", "other" },
		{ "", "" },
		{ " ", "" },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		is_family(ub_clients_family_of_agent(ub_text(cases[i][0])), cases[i][1], cases[i][0]);
}

Test(clients, are_known_by_what_they_store)
{
	static const char *const cases[][2] = {
		{ "-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN", "thunderbird" },
		{ "-//Inverse inc./SOGo 5.8.0//EN", "sogo-web" },
		{ "-//IDN nextcloud.com//Calendar app 5.2.2//EN", "nextcloud-web" },
		{ "+//IDN tasks.org//android-120500//EN", "android-tasks" },
		{ "-//Apple Inc.//iOS 17.6//EN", "apple-calendar" },
		{ "-//Google Inc//Google Calendar 70.9054//EN", "" },
		{ "", "" },
	};
	for (size_t i = 0; i < UB_COUNT(cases); i++)
		is_family(ub_clients_family_of_product(ub_text(cases[i][0])), cases[i][1], cases[i][0]);
}

Test(clients, are_found_by_ids_of_their_own)
{
	for (size_t i = 0; i < clients_n_families; i++) {
		const struct ub_client_family *client = &clients_families[i];
		cr_expect_eq(ub_clients_find_family(ub_text(client->id)), client, "%s", client->id);
		cr_expect(!client->with || ub_clients_find_family(ub_text(client->with)), "%s: %s",
		    client->id, client->with);
		cr_expect(client->name[0] && client->source[0], "%s", client->id);
	}
	cr_expect_null(ub_clients_find_family(UB_TEXT("of-a-later-version")));
}

static struct ub_form form_of(const char *const *ids, size_t n)
{
	struct ub_clients clients = { 0 };
	for (size_t i = 0; i < n; i++)
		*ub_push(arena, &clients) = ub_clients_find_family(ub_text(ids[i]));
	return ub_clients_form(&clients, arena);
}
#define FORM(...)                                                                                            \
	form_of((const char *const[]){ __VA_ARGS__ }, UB_COUNT(((const char *const[]){ __VA_ARGS__ })))

Test(clients, have_a_form_in_common)
{
	struct ub_form form = form_of(NULL, 0);
	cr_expect(!form.task_as_event && !form.html && !form.nearest_first && !form.kind_settled);
	form = FORM("thunderbird");
	cr_expect(!form.task_as_event && form.html == UB_HTML_ALTREP);
	form = FORM("thunderbird", "davx5");
	cr_expect(form.task_as_event && form.html == 0);
	cr_expect(ub_text_is(form.no_todos, "DAVx5") && ub_text_is(form.html_in, "Thunderbird"));
	cr_expect(ub_text_is(form.plain_in, "DAVx5"));
	form = FORM("thunderbird", "cadaver");
	cr_expect(form.html == UB_HTML_ALTREP, "files are no calendar");
	form = FORM("thunderbird", "other");
	cr_expect(form.html == 0 && !form.task_as_event, "of whom nothing is known, little is expected");
	form = FORM("outlook-caldav-synchronizer", "apple-calendar");
	cr_expect(form.nearest_first && form.task_as_event);
	form = FORM("vdirsyncer");
	cr_expect(!form.task_as_event, "that depends on what reads the files");
}

Test(clients, show_todos_by_what_stands_beside_them)
{
	cr_expect(FORM("apple-calendar").task_as_event);
	cr_expect_not(FORM("apple-calendar", "apple-reminders").task_as_event);
	cr_expect_not(FORM("davx5", "android-tasks").task_as_event);
	cr_expect(FORM("davx5", "apple-reminders").task_as_event, "that is another device");
}
