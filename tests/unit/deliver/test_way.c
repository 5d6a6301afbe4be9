/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "upbeat/deliver.h"

/* How colleagues get items. */

TestSuite(way, .fini = ub_leak_check);

static enum ub_way way_with(enum ub_deliver deliver, bool served, bool mails, enum ub_invites invites)
{
	struct ub_settings settings = { .deliver = deliver };
	if (served)
		settings.service.secret.path = UB_TEXT("/secret");
	if (mails)
		settings.mail.host = UB_TEXT("mail.ours.example");
	const struct ub_delivery delivery = ub_deliver_by(&settings, invites);
	cr_assert(delivery.why[0] && ub_way_word(delivery.way)[0] && ub_way_text(delivery.way)[0]);
	return delivery.way;
}

static enum ub_way way(enum ub_deliver deliver, bool served, enum ub_invites invites)
{
	return way_with(deliver, served, false, invites);
}

Test(way, is_the_servers_where_it_sends_invitations)
{
	cr_expect_eq(way(UB_DELIVER_AUTO, false, UB_INVITES_SENT), UB_WAY_SCHEDULE);
	cr_expect_eq(way(UB_DELIVER_AUTO, true, UB_INVITES_SENT), UB_WAY_SCHEDULE);
}

Test(way, is_that_of_copies_where_the_server_sends_none_and_somebody_can_write_them)
{
	cr_expect_eq(way(UB_DELIVER_AUTO, true, UB_INVITES_NONE), UB_WAY_COPIES);
	cr_expect_eq(way(UB_DELIVER_AUTO, false, UB_INVITES_NONE), UB_WAY_OWNER);
}

Test(way, is_that_of_mails_where_nobody_can_write_copies)
{
	cr_expect_eq(way_with(UB_DELIVER_AUTO, false, true, UB_INVITES_NONE), UB_WAY_MAIL);
	cr_expect_eq(way_with(UB_DELIVER_AUTO, true, true, UB_INVITES_NONE), UB_WAY_COPIES);
	cr_expect_eq(way_with(UB_DELIVER_AUTO, false, true, UB_INVITES_SENT), UB_WAY_SCHEDULE);
	cr_expect_eq(way_with(UB_DELIVER_AUTO, false, true, UB_INVITES_UNKNOWN), UB_WAY_UNKNOWN);
}

Test(way, is_open_until_the_server_was_asked)
{
	cr_expect_eq(way(UB_DELIVER_AUTO, true, UB_INVITES_UNKNOWN), UB_WAY_UNKNOWN);
	cr_expect_eq(way(UB_DELIVER_AUTO, false, UB_INVITES_UNKNOWN), UB_WAY_UNKNOWN);
}

Test(way, is_what_the_settings_say_whatever_the_server_does)
{
	static const enum ub_invites all[] = { UB_INVITES_UNKNOWN, UB_INVITES_SENT, UB_INVITES_NONE };
	for (size_t i = 0; i < UB_COUNT(all); i++) {
		cr_expect_eq(way(UB_DELIVER_SCHEDULE, true, all[i]), UB_WAY_SCHEDULE);
		cr_expect_eq(way(UB_DELIVER_COPIES, true, all[i]), UB_WAY_COPIES);
		cr_expect_eq(way(UB_DELIVER_OWNER, true, all[i]), UB_WAY_OWNER);
		cr_expect_eq(way_with(UB_DELIVER_MAIL, true, true, all[i]), UB_WAY_MAIL);
	}
}
