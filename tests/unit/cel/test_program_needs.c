/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "fixture.h"
#include "leaks.h"

TestSuite(program_needs, .fini = ub_leak_check);

static const struct ub_cel_decl meeting_fields[] = {
	{ "customer", "bool" },
	{ "private", "bool" },
	{ "place", "string", .may_be_absent = true },
};
static const struct ub_cel_decl meeting = { "meeting", "meeting" };

static struct fixture with_meeting(void)
{
	struct fixture f = fixture_new(NULL);
	const struct ub_cel_type *type = ub_cel_declare_object(f.env, "meeting", NULL, "place");
	ub_cel_declare_fields(f.env, type, meeting_fields, UB_COUNT(meeting_fields));
	ub_cel_declare(f.env, &meeting);
	ub_cel_declare_lazy(f.env, UB_TEXT("is_ours"), compiled(&f, "meeting.customer && n > 1"));
	ub_cel_declare_lazy(f.env, UB_TEXT("is_any"), compiled(&f, "is_ours || n > 1"));
	return f;
}

static bool needs(struct fixture *f, const char *text)
{
	return ub_cel_program_needs(compiled(f, text), UB_TEXT("meeting"), UB_TEXT("customer"));
}

Test(program_needs, a_field_without_which_it_is_false)
{
	static const char *const texts[] = { "meeting.customer", "n > 1 && meeting.customer",
		"is_ours && s == \"x\"", "(is_ours || meeting.customer && n > 1) && !meeting.private",
		"!(!meeting.customer || n > 1)", "meeting.customer ? n > 1 : false",
		"n > 1 ? is_ours : is_ours", "has(meeting.place) && is_ours",
		"is_ours && !has(meeting.place)", "false" };
	struct fixture f = with_meeting();
	for (size_t i = 0; i < UB_COUNT(texts); i++)
		cr_expect(needs(&f, texts[i]), "%s", texts[i]);
	fixture_free(&f);
}

Test(program_needs, nothing_where_it_may_be_true_without)
{
	static const char *const texts[] = { "true", "n > 1", "meeting.customer || n > 1", "is_any",
		"!meeting.customer", "meeting.private", "meeting.customer ? n > 1 : true",
		"n > 1 ? is_ours : n > 2", "!has(meeting.place)", "meeting.customer == false",
		"people.exists(p, meeting.customer)", "people.all(p, meeting.customer)",
		"meeting.customer != (n > 1)" };
	struct fixture f = with_meeting();
	for (size_t i = 0; i < UB_COUNT(texts); i++)
		cr_expect_not(needs(&f, texts[i]), "%s", texts[i]);
	fixture_free(&f);
}
