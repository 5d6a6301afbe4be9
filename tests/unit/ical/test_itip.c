/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "revision.h"

/* An item as somebody is told of it by mail. */

TestSuite(itip, .fini = ub_leak_check);

static struct ub_text told(struct desk *desk, struct ub_text item, struct ub_ical_message message)
{
	message.stamp = 1796000000;
	struct ub_text text = ub_ical_message(parsed(desk, item), &message, desk->arena);
	cr_assert(text.len);
	parsed(desk, text);
	return text;
}

/* The item's text with that in place of the first `from`. */
static struct ub_text with(struct desk *desk, struct ub_text text, const char *from, const char *to)
{
	size_t at = ub_text_find(text, ub_text(from), 0);
	cr_assert_neq(at, SIZE_MAX, "no %s", from);
	return ub_textf(desk->arena, "%.*s%s%.*s", UB_ARGS(ub_text_sub(text, 0, at)), to,
	    UB_ARGS(ub_text_sub(text, at + ub_text(from).len, text.len)));
}

static size_t count(struct ub_text text, const char *part)
{
	size_t n = 0;
	for (size_t at = 0; (at = ub_text_find(text, ub_text(part), at)) != SIZE_MAX; at++)
		n++;
	return n;
}

Test(itip, is_the_item_without_marks_and_alarms)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text =
	    with(&desk, unfolded(&desk, &item), "SEQUENCE:0", "SEQUENCE:2\r\nREQUEST-STATUS:2.0;ok");
	struct ub_text mail =
	    told(&desk, text, (struct ub_ical_message){ .method = UB_ICAL_REQUEST, .sequence = 3 });
	check_has(mail, "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n");
	check_has(mail, "SEQUENCE:3\r\n");
	check_has(mail, "DTSTAMP:20261130T005320Z\r\n");
	check_has(text, "X-UPBEAT-ITEM");
	check_has(text, "BEGIN:VALARM");
	static const char *const lacks[] = { "X-UPBEAT", "VALARM", "TRIGGER", "REQUEST-STATUS",
		"SEQUENCE:2" };
	for (size_t i = 0; i < UB_COUNT(lacks); i++)
		check_lacks(mail, lacks[i]);
	static const char *const same[] = { "UID:", "DTSTART", "DTEND", "SUMMARY:", "ORGANIZER", "ATTENDEE",
		"BEGIN:VTIMEZONE", "RELATED-TO" };
	for (size_t i = 0; i < UB_COUNT(same); i++)
		cr_assert(
		    count(text, same[i]) && count(mail, same[i]) == count(text, same[i]), "%s", same[i]);
	check_has(mail, "\r\nDESCRIPTION");
	cr_assert_eq(count(mail, "DTSTAMP"), 1);
	desk_close(&desk);
}

Test(itip, replaces_a_method)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text =
	    with(&desk, unfolded(&desk, &item), "VERSION:2.0", "VERSION:2.0\r\nMETHOD:PUBLISH");
	struct ub_text mail = told(&desk, text, (struct ub_ical_message){ .method = UB_ICAL_REQUEST });
	cr_assert_eq(count(mail, "METHOD:"), 1);
	check_has(mail, "METHOD:REQUEST\r\n");
	desk_close(&desk);
}

Test(itip, hides_what_is_between_client_and_server)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = with(&desk, unfolded(&desk, &item), "ORGANIZER;",
	    "ATTENDEE;SCHEDULE-STATUS=\"2.0;Success\";CN=\"Doe; "
	    "Jo\";SCHEDULE-AGENT=CLIENT:mailto:jo@ours.example\r\n"
	    "ORGANIZER;schedule-status=1.1;");
	struct ub_text mail = told(&desk, text, (struct ub_ical_message){ .method = UB_ICAL_REQUEST });
	check_lacks(mail, "SCHEDULE-");
	check_has(mail, "ATTENDEE;CN=\"Doe; Jo\":mailto:jo@ours.example\r\n");
	desk_close(&desk);
}

Test(itip, takes_back_one_attendees_part_or_the_whole_item)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = with(&desk, unfolded(&desk, &item), "ORGANIZER;",
	    "STATUS:CONFIRMED\r\nATTENDEE:mailto:jo@ours.example\r\nORGANIZER;");
	struct ub_ical_message message = { .method = UB_ICAL_CANCEL, .attendee = UB_TEXT("jo@ours.example") };
	struct ub_text mail = told(&desk, text, message);
	check_has(mail, "METHOD:CANCEL\r\n");
	cr_assert_eq(count(mail, "ATTENDEE"), 1);
	check_has(mail, "ATTENDEE:mailto:jo@ours.example\r\n");
	check_has(mail, "ORGANIZER");
	check_lacks(mail, "STATUS:");
	message.whole = true;
	mail = told(&desk, mail, message);
	cr_assert_eq(count(mail, "METHOD:"), 1);
	check_has(mail, "STATUS:CANCELLED\r\n");
	desk_close(&desk);
}

Test(itip, tells_of_each_instance_in_the_same_way)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = unfolded(&desk, &item);
	size_t from = ub_text_find(text, UB_TEXT("BEGIN:VEVENT"), 0),
	       to = ub_text_find(text, UB_TEXT("END:VCALENDAR"), 0);
	struct ub_text event = ub_text_sub(text, from, to);
	text = ub_textf(desk.arena, "%.*s%.*s%.*s", UB_ARGS(ub_text_sub(text, 0, to)),
	    UB_ARGS(with(&desk, event, "UID:", "RECURRENCE-ID:20261109T090000Z\r\nUID:")),
	    UB_ARGS(ub_text_sub(text, to, text.len)));
	struct ub_text mail =
	    told(&desk, text, (struct ub_ical_message){ .method = UB_ICAL_REQUEST, .sequence = 7 });
	cr_assert_eq(count(mail, "SEQUENCE:7\r\n"), 2);
	cr_assert_eq(count(mail, "BEGIN:VEVENT"), 2);
	check_lacks(mail, "X-UPBEAT");
	check_lacks(mail, "VALARM");
	desk_close(&desk);
}
