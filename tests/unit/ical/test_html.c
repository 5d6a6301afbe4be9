/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "leaks.h"
#include "objects.h"

TestSuite(html, .fini = ub_leak_check);

/* The text of an ALTREP, decoded, and of an X-ALT-DESC. */
static void is_html(struct desk *desk, const char *text, const char *html)
{
	struct ub_text altrep = ub_ical_altrep(ub_text(text), UB_HTML_ALL, desk->arena);
	struct ub_text page = ub_ical_x_alt_desc(ub_text(text), UB_HTML_ALL, desk->arena);
	struct ub_buf decoded = UB_BUF(desk->arena), whole = UB_BUF(desk->arena);
	cr_assert(ub_text_starts(altrep, UB_TEXT("data:text/html,")), "%.*s", UB_ARGS(altrep));
	for (size_t i = 15; i < altrep.len; i++) {
		unsigned byte = (unsigned char)altrep.ptr[i];
		if (byte == '%')
			cr_assert_eq(sscanf(altrep.ptr + i + 1, "%2X", &byte), 1);
		i += altrep.ptr[i] == '%' ? 2 : 0;
		ub_buf_char(&decoded, (char)byte);
	}
	cr_expect_str_eq(ub_buf_cstr(&decoded), html);
	ub_buf_printf(&whole, "<html><body>%s</body></html>", html);
	cr_expect(ub_text_eq(page, ub_buf_text(&whole)), "%.*s", UB_ARGS(page));
}

Test(html, shows_lists_headings_and_links_as_html)
{
	struct desk desk = desk_open();
	is_html(&desk, "Aim: <b> & \"more\"\n\nend", "Aim: &lt;b&gt; &amp; &quot;more&quot;<br><br>end<br>");
	is_html(&desk, "Who:\n- Clara\n  of Acme\n- Sami\nlast",
	    "Who:<br><ul><li>Clara<br>of Acme<li>Sami</ul>last<br>");
	is_html(&desk, "- one", "<ul><li>one</ul>");
	is_html(&desk, "2. CUSTOMER OVERVIEW (5 min)\nNot SO.",
	    "<b>2. CUSTOMER OVERVIEW (5 min)</b><br>Not SO.<br>");
	is_html(&desk, "See (https://a.example/b?c=1&d=2), or http://e.example.",
	    "See (<a href=\"https://a.example/b?c=1&amp;d=2\">https://a.example/b?c=1&amp;d=2</a>), or "
	    "<a href=\"http://e.example\">http://e.example</a>.<br>");
	is_html(&desk, "a \"https://x.example\" onclick=",
	    "a &quot;<a href=\"https://x.example\">https://x.example</a>"
	    "&quot; onclick=<br>");
	is_html(&desk, "\xc3\xa4\r\nb", "\xc3\xa4<br>b<br>");
	desk_close(&desk);
}

Test(html, leaves_out_html_that_nobody_wants_or_that_is_too_long)
{
	struct desk desk = desk_open();
	char text[UB_ICAL_HTML_MAX];
	struct ub_text long_text = ub_text_n(text, sizeof(text) - 40);
	memset(text, 'a', sizeof(text));
	cr_expect_eq(ub_ical_altrep(UB_TEXT("a"), UB_HTML_X_ALT_DESC, desk.arena).len, 0);
	cr_expect_eq(ub_ical_x_alt_desc(UB_TEXT("a"), UB_HTML_ALTREP, desk.arena).len, 0);
	cr_expect_eq(ub_ical_altrep(UB_TEXT(" \n"), UB_HTML_ALL, desk.arena).len, 0);
	cr_expect_neq(ub_ical_altrep(long_text, UB_HTML_ALL, desk.arena).len, 0);
	long_text.len = sizeof(text);
	cr_expect_eq(ub_ical_altrep(long_text, UB_HTML_ALL, desk.arena).len, 0);
	cr_expect_eq(ub_ical_x_alt_desc(long_text, UB_HTML_ALL, desk.arena).len, 0);
	desk_close(&desk);
}
