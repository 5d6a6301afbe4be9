/* SPDX-License-Identifier: Apache-2.0 */
#include "revision.h"

#include <criterion/criterion.h>

#include "fixture.h"

const struct ub_person carl = { .email = { "carl@ours.example", 17 }, .name = { "Carl", 4 } };

struct ub_ical_writing writing_at(struct desk *desk, const char *now)
{
	return (struct ub_ical_writing){ .zones = desk->zones, .now = fixture_instant(now) };
}

struct ub_text written_as(struct desk *desk, const struct ub_item *item, bool task_as_event)
{
	struct ub_ical_writing writing = writing_at(desk, "2026-11-02T09:00:00Z");
	writing.task_as_event = task_as_event;
	return ub_ical_write(item, &writing, desk->arena);
}

const struct ub_ical *parsed(struct desk *desk, struct ub_text text)
{
	const struct ub_ical *ical = ub_ical_parse(desk->arena, text, &desk->refusal);
	cr_assert_not_null(ical, "%.*s: %.*s", UB_ARGS(desk->refusal.message), UB_ARGS(text));
	return ical;
}

bool has(struct ub_text text, const char *part)
{
	return ub_text_find(text, ub_text(part), 0) != SIZE_MAX;
}

void move(struct ub_item *item, int64_t seconds)
{
	item->start += seconds;
	item->end += seconds;
	item->due += seconds;
}

struct ub_people people_of(struct desk *desk, const struct ub_person *a, const struct ub_person *b)
{
	const struct ub_person **people = UB_NEW_ARRAY(desk->arena, const struct ub_person *, 2);
	people[0] = a;
	people[1] = b;
	return (struct ub_people){ people, b ? 2 : 1, 2 };
}

struct ub_text unfolded(struct desk *desk, const struct ub_item *item)
{
	return replaced(desk, written_as(desk, item, false), "\r\n ", "");
}

struct ub_text revised(
    struct desk *desk, struct ub_text text, const struct ub_item *item, unsigned may_write, unsigned *written)
{
	struct ub_ical_writing writing = writing_at(desk, "2026-11-05T09:00:00Z");
	const struct ub_ical_revision revision =
	    ub_ical_revise(parsed(desk, text), item, may_write, &writing, desk->arena);
	cr_assert_not(revision.overlap);
	cr_assert_not_null(ub_ical_read(revision.text, desk->zones, desk->arena, &desk->refusal), "%.*s",
	    UB_ARGS(revision.text));
	*written = revision.written;
	return revision.text;
}

struct ub_text changed(struct desk *desk, struct ub_text text, const struct ub_item *item, unsigned expected)
{
	unsigned written;
	struct ub_text revision = revised(desk, text, item, UB_PROPERTY_ALL, &written);
	cr_assert_eq(written, expected, "%x: %.*s", written, UB_ARGS(revision));
	return ub_text_find(revision, UB_TEXT("\r\n "), 0) == SIZE_MAX
		   ? revision
		   : replaced(desk, revision, "\r\n ", "");
}
