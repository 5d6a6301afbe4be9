/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "revision.h"

/* What becomes of a description when the agenda in it is renewed. */

TestSuite(revise_agenda, .fini = ub_leak_check);

Test(revise_agenda, keeps_what_the_user_wrote_around_the_agenda)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = unfolded(&desk, &item);
	text = replaced(&desk, text, "DESCRIPTION:", "DESCRIPTION;ALTREP=\"data:x\":");
	text = replaced(&desk, text, "own notes below ---\\n",
	    "own notes below --- and here\\nMy notes; unescaped\\nthere, too");
	text = replaced(&desk, text, "CREATED", "X-ALT-DESC;FMTTYPE=text/html:<p>old</p>\r\nCREATED");
	item.description = UB_TEXT(NEW_AGENDA);
	text = changed(&desk, text, &item, UB_PROPERTY_AGENDA);
	check_has(text, "\r\nDESCRIPTION:"
			"Another agenda\\; with \\\\ and\\, commas\\n\\nWhy: ");
	check_has(text,
	    "\\n--- Kept up to date by Upbeat down to here\\; write your own notes below --- and here\\n"
	    "My notes; unescaped\\nthere, too\r\n");
	check_lacks(text, "Purpose");
	check_has(text, "\r\nX-ALT-DESC;FMTTYPE=text/html:<html><body>Another agenda\\; with ");
	check_has(text, "<br>My notes\\; unescaped<br>there\\, too<br></body></html>\r\n");
	check_lacks(text, "<p>old</p>");
	check_lacks(text, "data:text/html");
	desk_close(&desk);
}

Test(revise_agenda, keeps_what_the_user_wrote_above_the_agenda_from_one_agenda_to_the_next)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = unfolded(&desk, &item);
	text = replaced(&desk, text, "DESCRIPTION:", "DESCRIPTION:Call Ben\\, first\\n\\n");
	item.description = UB_TEXT(NEW_AGENDA);
	text = changed(&desk, text, &item, UB_PROPERTY_AGENDA);
	check_has(text, "\r\nDESCRIPTION:Call Ben\\, first\\n\\nAnother agenda\\;");
	check_lacks(text, "Purpose");
	cr_expect_eq(ub_ical_user_changes(parsed(&desk, text), desk.zones, desk.arena), 0);
	item.description = item_of(&desk).description;
	text = changed(&desk, text, &item, UB_PROPERTY_AGENDA);
	check_has(text, "\r\nDESCRIPTION:Call Ben\\, first\\n\\nPurpose");
	check_lacks(text, "Another agenda");
	desk_close(&desk);
}

/* The lines above are counted, as a text is looked through for each of them. */
Test(revise_agenda, looks_for_its_text_below_so_many_lines)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	for (size_t n = UB_ICAL_ABOVE_MAX; n <= UB_ICAL_ABOVE_MAX + 1; n++) {
		struct ub_buf lines = UB_BUF(desk.arena);
		ub_buf_str(&lines, "DESCRIPTION:");
		for (size_t i = 0; i < n; i++)
			ub_buf_printf(&lines, "Mine %zu\\n\\n", i);
		struct ub_text text = replaced(&desk, unfolded(&desk, &item),
		    "DESCRIPTION:", ub_text_cstr(desk.arena, ub_buf_text(&lines)));
		cr_expect_eq(ub_ical_user_changes(parsed(&desk, text), desk.zones, desk.arena),
		    n > UB_ICAL_ABOVE_MAX ? UB_PROPERTY_AGENDA : 0);
	}
	desk_close(&desk);
}

/* Also when the owner's clients have become others meanwhile. */
Test(revise_agenda, keeps_the_ways_in_which_the_text_stands_as_html)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text plain = unfolded(&desk, &item);
	item.form.html = UB_HTML_ALTREP;
	struct ub_text with = unfolded(&desk, &item);
	check_has(with, "\r\nDESCRIPTION;ALTREP=\"data:text/html,");
	check_lacks(plain, "ALTREP");
	item.description = UB_TEXT(NEW_AGENDA);
	check_lacks(changed(&desk, plain, &item, UB_PROPERTY_AGENDA), "ALTREP");
	item.form.html = 0;
	struct ub_text text = changed(&desk, with, &item, UB_PROPERTY_AGENDA);
	check_has(text, "\r\nDESCRIPTION;ALTREP=\"data:text/html,Another%20agenda");
	check_lacks(text, "X-ALT-DESC");
	item.form.html_settled = true;
	text = changed(&desk, with, &item, UB_PROPERTY_AGENDA);
	check_lacks(text, "ALTREP");
	item.form.html = UB_HTML_ALL;
	text = changed(&desk, plain, &item, UB_PROPERTY_AGENDA);
	check_has(text, "ALTREP");
	check_has(text, "X-ALT-DESC");
	desk_close(&desk);
}

/* Bytes that are no UTF-8 are no business of ours. */
Test(revise_agenda, keeps_the_users_bytes_whatever_they_are)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = replaced(&desk, unfolded(&desk, &item), "own notes below ---\\n",
	    "own notes below ---\\nGr\xfc\xdf"
	    "e\x01");
	item.description = UB_TEXT(NEW_AGENDA);
	check_has(changed(&desk, text, &item, UB_PROPERTY_AGENDA), "own notes below ---\\nGr\xfc\xdf"
								   "e\x01\r\n");
	desk_close(&desk);
}

Test(revise_agenda, leaves_a_description_whose_delimiters_are_gone)
{
	static const struct {
		const char *from, *to;
	} cases[] = { { "--- Kept up to date", "Kept up to date" },
		{ "--- Kept up to date", "> --- Kept up to date" } };
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	struct ub_text text = unfolded(&desk, &item);
	unsigned written;
	item.description = UB_TEXT(NEW_AGENDA);
	for (size_t i = 0; i < UB_COUNT(cases); i++) {
		struct ub_text mine = replaced(&desk, text, cases[i].from, cases[i].to);
		struct ub_text same = revised(&desk, mine, &item, UB_PROPERTY_ALL, &written);
		cr_assert(written == 0 && same.ptr == mine.ptr, "%s", cases[i].to);
	}
	desk_close(&desk);
}

Test(revise_agenda, brings_the_first_agenda_and_takes_the_last)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk), without = item;
	without.description = UB_TEXT_NONE;
	struct ub_text text = unfolded(&desk, &without);
	check_has(changed(&desk, text, &item, UB_PROPERTY_AGENDA), "\r\nDESCRIPTION:Purpose");
	text = replaced(&desk, unfolded(&desk, &item), "own notes below ---\\n", "own notes below ---");
	check_lacks(changed(&desk, text, &without, UB_PROPERTY_AGENDA), "DESCRIPTION:Purpose");
	text = replaced(&desk, text, "own notes below ---", "own notes below ---\\nMine");
	unsigned written;
	check_has(revised(&desk, text, &without, UB_PROPERTY_ALL, &written), "DESCRIPTION:Purpose");
	cr_assert_eq(written, 0, "what stays is not what was wanted");
	desk_close(&desk);
}

/* The plan quotes a guest's words, so that they end nothing. */
Test(revise_agenda, takes_a_quoted_delimiter_for_text)
{
	struct desk desk = desk_open();
	struct ub_item item = item_of(&desk);
	item.description = UB_TEXT("> " UB_PLAN_TEXT_END "\n  secret\n" UB_PLAN_TEXT_END);
	struct ub_text text = unfolded(&desk, &item);
	item.description = UB_TEXT(NEW_AGENDA);
	check_lacks(changed(&desk, text, &item, UB_PROPERTY_AGENDA), "secret");
	desk_close(&desk);
}
