/* SPDX-License-Identifier: Apache-2.0 */
#include "ruletest-private.h"

/* ---- one property ---- */

static bool same_set(struct ub_texts a, struct ub_texts b)
{
	for (size_t i = 0; i < a.n; i++)
		if (!ub_texts_have(b, a.items[i]))
			return false;
	return a.n == b.n;
}

/* A reminder is seen as "10 minutes, at 2026-11-10 08:50". The wish has one of the two, or both. */
static bool is_told(struct ub_text wish, struct ub_texts seen)
{
	for (size_t i = 0; i < seen.n; i++) {
		struct ub_text value = seen.items[i];
		size_t comma = ub_text_find(value, UB_TEXT(", at "), 0);
		if (ub_text_eq(wish, value) ||
		    (comma != SIZE_MAX && (ub_text_eq(wish, ub_text_sub(value, 0, comma)) ||
					      ub_text_eq(wish, ub_text_sub(value, comma + 2, value.len)))))
			return true;
	}
	return false;
}

static bool all_told(struct ub_texts wishes, struct ub_texts seen)
{
	for (size_t i = 0; i < wishes.n; i++)
		if (!is_told(wishes.items[i], seen))
			return false;
	return true;
}

static bool contains(struct ub_texts values, struct ub_text part)
{
	return values.n && ub_text_find(values.items[0], part, 0) != SIZE_MAX;
}

static bool fits(const struct wish *wish, struct ub_texts seen)
{
	switch (wish->how) {
	case WISH_NONE:
		return true;
	case WISH_IS:
		return same_set(wish->values, seen);
	case WISH_COUNT:
		return wish->count >= 0 && seen.n == (size_t)wish->count;
	case WISH_REMINDERS:
		return wish->values.n == seen.n && all_told(wish->values, seen);
	case WISH_HOLDS:
		break;
	}
	for (size_t i = 0; i < wish->values.n; i++)
		if (!contains(seen, wish->values.items[i]))
			return false;
	for (size_t i = 0; i < wish->lacks.n; i++)
		if (contains(seen, wish->lacks.items[i]))
			return false;
	return true;
}

static size_t count_differences(const struct expectation *expectation, const struct seen *seen)
{
	size_t n = 0;
	for (size_t i = 0; i < N_PROPERTIES; i++)
		n += !fits(&expectation->wishes[i], seen->values[i]);
	return n;
}

/* ---- in words ---- */

static struct ub_text join(struct ub_texts values, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < values.n; i++)
		ub_buf_printf(&out, "%s%.*s", i ? ", " : "", UB_ARGS(values.items[i]));
	return out.len ? ub_buf_text(&out) : UB_TEXT("none");
}

/* Describes only the parts of the wish that are not met. */
static struct ub_text describe_parts(const struct wish *wish, struct ub_texts seen, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < wish->values.n; i++)
		if (!contains(seen, wish->values.items[i]))
			ub_buf_printf(
			    &out, "%swith `%.*s`", out.len ? ", " : "", UB_ARGS(wish->values.items[i]));
	for (size_t i = 0; i < wish->lacks.n; i++)
		if (contains(seen, wish->lacks.items[i]))
			ub_buf_printf(
			    &out, "%swithout `%.*s`", out.len ? ", " : "", UB_ARGS(wish->lacks.items[i]));
	return ub_buf_text(&out);
}

static void add_difference(struct comparing *comparing, struct ub_test_failure *failure,
    enum property property, const struct wish *wish, struct ub_texts seen)
{
	struct ub_arena *arena = comparing->arena;
	struct ub_test_difference *difference = ub_push(arena, &failure->differences);
	difference->property = ub_text(ruletest_property_names[property]);
	difference->got = join(seen, arena);
	if (wish->how == WISH_COUNT) {
		difference->expected = ub_textf(arena, "%lld", (long long)wish->count);
		if (seen.n)
			difference->got = ub_textf(arena, "%zu: %.*s", seen.n, UB_ARGS(difference->got));
		else
			difference->got = UB_TEXT("0");
	} else if (wish->how == WISH_HOLDS) {
		difference->expected = describe_parts(wish, seen, arena);
	} else {
		difference->expected = join(wish->values, arena);
	}
}

static struct ub_test_failure *fail(struct comparing *comparing, struct ub_place place, struct ub_text item)
{
	struct ub_test_failure *failure = ub_push(comparing->arena, &comparing->result->failures);
	*failure = comparing->base;
	failure->place = place;
	failure->item = ub_text_copy(comparing->arena, item);
	return failure;
}

/* The decision's reason why an item is missing: a note about the item, else the reason why the rule does not
 * apply. */
static struct ub_text explain(struct comparing *comparing, struct ub_text id)
{
	const struct ub_plan *plan = comparing->decision->plan;
	struct ub_text name = ruletest_rule_part(id);
	struct ub_arena *arena = comparing->arena;
	if (plan->not_eligible)
		return ub_textf(
		    arena, "there is nothing for it: %s", ub_facts_not_eligible_text(plan->not_eligible));
	for (size_t i = 0; i < plan->notes.n; i++)
		if (ub_text_eq(plan->notes.items[i].item, id))
			return ub_text_copy(arena, plan->notes.items[i].text);
	for (size_t i = 0; i < plan->n_matches; i++) {
		const struct ub_match *match = &plan->matches[i];
		if (match->verdict == UB_YES || !ub_text_eq(match->rule->name, name))
			continue;
		return ub_textf(arena, "rule %.*s: %s: %.*s", UB_ARGS(name),
		    match->verdict == UB_NO ? "no" : "cannot tell", UB_ARGS(ub_rules_why(match)));
	}
	return UB_TEXT_NONE;
}

/* ---- what is expected ---- */

/* The nearest item that no other expectation has taken. NULL: no item of that name is left. */
static struct seen *nearest(struct comparing *comparing, const struct expectation *expectation)
{
	struct seen *best = NULL;
	size_t least = SIZE_MAX;
	for (size_t i = 0; i < comparing->seen.n; i++) {
		struct seen *seen = &comparing->seen.items[i];
		size_t differences = count_differences(expectation, seen);
		if (seen->taken || !ub_text_eq(seen->id, expectation->item) || differences >= least)
			continue;
		best = seen;
		least = differences;
	}
	return best;
}

static struct ub_text list_seen(const struct comparing *comparing)
{
	struct ub_buf out = UB_BUF(comparing->arena);
	for (size_t i = 0; i < comparing->seen.n; i++)
		ub_buf_printf(&out, "%s%.*s", i ? ", " : "", UB_ARGS(comparing->seen.items[i].id));
	return ub_buf_text(&out);
}

/* All of them are taken that are as expected. */
static void expect_many(struct comparing *comparing, const struct expectation *expectation)
{
	int64_t n = 0;
	for (size_t i = 0; i < comparing->seen.n; i++) {
		struct seen *seen = &comparing->seen.items[i];
		if (seen->taken || !ub_text_eq(seen->id, expectation->item) ||
		    count_differences(expectation, seen))
			continue;
		seen->taken = true;
		n++;
	}
	if (n != expectation->times)
		fail(comparing, expectation->place, expectation->item)->text = ub_textf(comparing->arena,
		    "there are %lld like this, and not %lld", (long long)n, (long long)expectation->times);
}

static void expect(struct comparing *comparing, const struct expectation *expectation)
{
	if (expectation->times) {
		expect_many(comparing, expectation);
		return;
	}
	struct seen *seen = nearest(comparing, expectation);
	if (!seen) {
		struct ub_text others = list_seen(comparing);
		struct ub_test_failure *failure = fail(comparing, expectation->place, expectation->item);
		failure->text = others.len ? ub_textf(comparing->arena,
						 "there is no such item; there are: %.*s", UB_ARGS(others))
					   : UB_TEXT("there is no such item, and no other");
		failure->why = explain(comparing, expectation->item);
		return;
	}
	seen->taken = true;
	if (count_differences(expectation, seen) == 0)
		return;
	struct ub_test_failure *failure = fail(comparing, expectation->place, expectation->item);
	for (size_t i = 0; i < N_PROPERTIES; i++)
		if (!fits(&expectation->wishes[i], seen->values[i]))
			add_difference(
			    comparing, failure, (enum property)i, &expectation->wishes[i], seen->values[i]);
}

/* ---- what is not ---- */

/* An addition has one property besides its kind. */
static struct ub_text describe_addition(const struct seen *seen, struct ub_arena *arena)
{
	for (size_t i = 0; i < N_PROPERTIES; i++)
		if (i != PROPERTY_KIND && seen->values[i].n)
			return ub_textf(arena, "%.*s: %.*s", UB_ARGS(seen->values[PROPERTY_KIND].items[0]),
			    UB_ARGS(join(seen->values[i], arena)));
	return seen->values[PROPERTY_KIND].items[0];
}

static void refuse_item(struct comparing *comparing, const struct seen *seen, struct ub_place place)
{
	struct ub_test_failure *failure = fail(comparing, place, seen->id);
	if (seen->added) {
		failure->text = ub_textf(comparing->arena, "it is added to the meeting: %.*s",
		    UB_ARGS(describe_addition(seen, comparing->arena)));
		return;
	}
	struct ub_texts when =
	    seen->values[PROPERTY_START].n ? seen->values[PROPERTY_START] : seen->values[PROPERTY_DUE];
	failure->text = ub_textf(comparing->arena, "there is such an item: `%.*s`, %s%.*s",
	    UB_ARGS(join(seen->values[PROPERTY_TITLE], comparing->arena)),
	    seen->values[PROPERTY_START].n ? "" : "due ", UB_ARGS(join(when, comparing->arena)));
}

/* A rule that only contributes to other rules' items has no items to find, so its match is what is
 * refused. */
static void refuse_rule(struct comparing *comparing, const struct named *pattern)
{
	const struct ub_plan *plan = comparing->decision->plan;
	for (size_t i = 0; i < plan->n_matches; i++) {
		const struct ub_match *match = &plan->matches[i];
		struct ub_text any = ub_textf(comparing->arena, "%.*s/*", UB_ARGS(match->rule->name));
		bool makes_any = match->rule->n_items + match->rule->n_amends > 0;
		if (match->verdict == UB_YES && !makes_any && ub_text_eq(any, pattern->id))
			fail(comparing, pattern->place, pattern->id)->text = UB_TEXT("the rule applies");
	}
}

static void reject(struct comparing *comparing, const struct named *pattern)
{
	for (size_t i = 0; i < comparing->seen.n; i++)
		if (ruletest_pattern_fits(pattern->id, comparing->seen.items[i].id) &&
		    (!pattern->instance.len ||
			ub_texts_have(comparing->seen.items[i].values[PROPERTY_INSTANCE], pattern->instance)))
			refuse_item(comparing, &comparing->seen.items[i], pattern->place);
	refuse_rule(comparing, pattern);
}

/* ---- what cannot be told ---- */

static bool is_undecided(const struct ub_plan *plan, struct ub_text pattern)
{
	for (size_t i = 0; i < plan->notes.n; i++)
		if (plan->notes.items[i].kind == UB_NOTE_UNDECIDED &&
		    ruletest_pattern_fits(pattern, plan->notes.items[i].item))
			return true;
	for (size_t i = 0; i < plan->n_matches; i++) {
		const struct ub_rule *rule = plan->matches[i].rule;
		struct ub_text rest = pattern, name = pattern;
		ub_text_split(&rest, '/', &name);
		if (plan->matches[i].verdict == UB_CANNOT_TELL &&
		    (ub_text_is(pattern, "*") || ub_text_eq(rule->name, name)))
			return true;
	}
	return false;
}

void ruletest_compare_step(struct comparing *comparing)
{
	const struct step *step = comparing->step;
	if (comparing->decision->refused) { /* otherwise `reject` would pass */
		fail(comparing, step->place, UB_TEXT("meeting"))->text = ub_textf(
		    comparing->arena, "it cannot be read: %.*s", UB_ARGS(comparing->decision->refused_text));
		return;
	}
	for (size_t i = 0; i < step->expect.n; i++)
		expect(comparing, &step->expect.items[i]);
	for (size_t i = 0; step->only && i < comparing->seen.n; i++)
		if (!comparing->seen.items[i].taken)
			refuse_item(comparing, &comparing->seen.items[i], step->place);
	for (size_t i = 0; i < step->reject.n; i++)
		reject(comparing, &step->reject.items[i]);
	for (size_t i = 0; i < step->undecided.n; i++)
		if (!is_undecided(comparing->decision->plan, step->undecided.items[i].id))
			fail(comparing, step->undecided.items[i].place, step->undecided.items[i].id)->text =
			    UB_TEXT("the rules can tell");
}
