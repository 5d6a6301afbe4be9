/* SPDX-License-Identifier: Apache-2.0 */
#include "library-private.h"

#include "door.h"

/* Functions that take a pattern: matches(), and those of the regex extension. */

typedef const struct ub_cel_value *args_t;

static bool is_group(struct ub_text with, size_t at, size_t groups)
{
	return with.ptr[at] >= '0' && with.ptr[at] <= '9' && (size_t)(with.ptr[at] - '0') <= groups;
}

/* Whether each backslash stands before another one, or before the digit of a group that the pattern has. */
static bool is_replacement(struct ub_text with, size_t groups)
{
	for (size_t i = 0; i < with.len; i++)
		if (with.ptr[i] == '\\' &&
		    (++i == with.len || (with.ptr[i] != '\\' && !is_group(with, i, groups))))
			return false;
	return true;
}

static void add_replacement(
    struct ub_buf *out, struct ub_text with, struct ub_text text, const struct cel_door_span *spans)
{
	for (size_t i = 0; i < with.len; i++) {
		const struct cel_door_span *group;
		if (with.ptr[i] != '\\' || with.ptr[++i] == '\\') {
			ub_buf_char(out, with.ptr[i]);
			continue;
		}
		group = &spans[with.ptr[i] - '0'];
		ub_buf_add(out, ub_text_sub(text, group->from, group->to));
	}
}

/* The matches of a pattern in a text, one after another. */
struct matches {
	struct ub_cel_call *call;
	const struct ub_cel_regex *regex;
	struct ub_text text;
	struct cel_door_span spans[CEL_DOOR_SPANS]; /* of the match that was found last, and of its groups */
	size_t groups;                              /* those of the pattern, as far as spans can have them */
	size_t at, last;                            /* where the search goes on; where the last match ended */
	bool over;                                  /* the evaluation may cost no more */
};

static struct matches matches_in(
    struct ub_cel_call *call, const struct ub_cel_regex *regex, struct ub_text text)
{
	size_t groups = cel_regex_groups(regex);
	return (struct matches){ .call = call,
		.regex = regex,
		.text = text,
		.groups = groups < CEL_DOOR_SPANS ? groups : CEL_DOOR_SPANS - 1,
		.last = SIZE_MAX };
}

/* An empty match right behind another one is none. */
static bool next_match(struct matches *matches)
{
	struct ub_text text = matches->text;
	const struct cel_door_span *match = matches->spans;
	while (matches->at <= text.len) {
		matches->over = !ub_cel_charge(matches->call, 1 + (text.len - matches->at) / 16);
		if (matches->over || !cel_door_regex_find(matches->regex, text.ptr, text.len, matches->at,
					 matches->spans, matches->groups + 1))
			return false;
		bool empty = match->from == match->to, counts = !empty || match->from != matches->last;
		matches->at = matches->last = match->to;
		if (empty && matches->at < text.len)
			cel_utf8_next(text, &matches->at);
		else if (empty)
			matches->at++;
		if (counts)
			return true;
	}
	return false;
}

/* Cost of compiling a pattern, and of each character in it. */
#define PATTERN_COST           200
#define PATTERN_CHARACTER_COST 50

/* What a function does with the pattern, which is its second argument. */
typedef struct ub_cel_value use_fn(
    struct ub_cel_call *call, const struct ub_cel_regex *regex, args_t args, size_t n);

static struct ub_cel_value with_pattern(struct ub_cel_call *call, args_t args, size_t n, use_fn *use)
{
	struct ub_text why;
	if (call->code->prepared)
		return use(call, call->code->prepared, args, n);
	if (!ub_cel_charge(call, PATTERN_COST + (size_t)args[1].aux * PATTERN_CHARACTER_COST))
		return ub_cel_fail_cost(call);
	struct kept_regex *kept = call->code->kept;
	struct ub_cel_regex *regex = cel_regex_take(kept, call->arena, ub_cel_text(args[1]), &why);
	if (!regex)
		return ub_cel_fail(
		    call, "bad-pattern", "this is not a regular expression: %.*s", UB_ARGS(why));
	struct ub_cel_value value = use(call, regex, args, n);
	cel_regex_keep(kept, regex);
	return value;
}

static struct ub_cel_value is_found_in(
    struct ub_cel_call *call, const struct ub_cel_regex *regex, args_t args, size_t n)
{
	(void)n;
	if (!ub_cel_charge(call, args[0].aux / 16))
		return ub_cel_fail_cost(call);
	return ub_cel_bool(cel_regex_search(regex, ub_cel_text(args[0])));
}

struct ub_cel_value cel_string_matches(struct ub_cel_call *call, args_t args, size_t n)
{
	return with_pattern(call, args, n, is_found_in);
}

/* ---- replacing ---- */

static struct ub_cel_value replace_in(
    struct ub_cel_call *call, const struct ub_cel_regex *regex, args_t args, size_t n)
{
	struct ub_text text = ub_cel_text(args[0]), with = ub_cel_text(args[2]);
	uint64_t left = n > 3 && args[3].i >= 0 ? (uint64_t)args[3].i : UINT64_MAX;
	struct matches matches = matches_in(call, regex, text);
	const struct cel_door_span *match = matches.spans;
	struct ub_buf out = UB_BUF(call->arena);
	size_t copied = 0;
	if (!is_replacement(with, matches.groups))
		return ub_cel_fail(call, "bad-pattern",
		    "this is not a replacement: behind a backslash stands another one, or the number of a "
		    "group that the pattern has");
	for (; left > 0 && next_match(&matches); left--) {
		/* Its text may be copied as often as the replacement names groups. */
		if (!ub_cel_charge(call, with.len * (1 + match->to - match->from) / 16))
			return ub_cel_fail_cost(call);
		ub_buf_add(&out, ub_text_sub(text, copied, match->from));
		add_replacement(&out, with, text, match);
		copied = match->to;
	}
	if (matches.over)
		return ub_cel_fail_cost(call);
	ub_buf_add(&out, ub_text_sub(text, copied, text.len));
	return cel_new_string(call, ub_buf_text(&out));
}

struct ub_cel_value cel_regex_replace(struct ub_cel_call *call, args_t args, size_t n)
{
	return with_pattern(call, args, n, replace_in);
}

/* ---- extracting ---- */

/* What a match gives: its group, if the pattern has one, else all of it. An empty group gives nothing. */
static bool extracted(const struct matches *matches, struct ub_text *out)
{
	const struct cel_door_span *span = &matches->spans[matches->groups];
	*out = ub_text_sub(matches->text, span->from, span->to);
	return matches->groups == 0 || out->len > 0;
}

static struct ub_cel_value fail_groups(struct ub_cel_call *call)
{
	return ub_cel_fail(call, "bad-pattern",
	    "of more than one group nobody can say which to extract; `(?:` begins a group that does not "
	    "count");
}

static struct ub_cel_value extract_from(
    struct ub_cel_call *call, const struct ub_cel_regex *regex, args_t args, size_t n)
{
	struct matches matches = matches_in(call, regex, ub_cel_text(args[0]));
	struct ub_text text;
	(void)n;
	if (matches.groups > 1)
		return fail_groups(call);
	bool found = next_match(&matches);
	if (matches.over)
		return ub_cel_fail_cost(call);
	return found && extracted(&matches, &text) ? ub_cel_optional(call->arena, ub_cel_string(text))
						   : ub_cel_optional_none();
}

struct ub_cel_value cel_regex_extract(struct ub_cel_call *call, args_t args, size_t n)
{
	return with_pattern(call, args, n, extract_from);
}

static struct ub_cel_value extract_all_from(
    struct ub_cel_call *call, const struct ub_cel_regex *regex, args_t args, size_t n)
{
	struct matches matches = matches_in(call, regex, ub_cel_text(args[0]));
	struct {
		struct ub_cel_value *items;
		size_t n, cap;
	} found = { 0 };
	struct ub_text text;
	(void)n;
	if (matches.groups > 1)
		return fail_groups(call);
	while (next_match(&matches))
		if (extracted(&matches, &text))
			*ub_push(call->arena, &found) = ub_cel_string(text);
	return matches.over ? ub_cel_fail_cost(call) : ub_cel_list(call->arena, found.items, found.n);
}

struct ub_cel_value cel_regex_extract_all(struct ub_cel_call *call, args_t args, size_t n)
{
	return with_pattern(call, args, n, extract_all_from);
}

static const struct ub_cel_function table[] = {
	{ "regex.extract", "(string, string) -> optional_type(string)", cel_regex_extract },
	{ "regex.extractAll", "(string, string) -> list(string)", cel_regex_extract_all },
	{ "regex.replace", "(string, string, string) -> string", cel_regex_replace },
	{ "regex.replace", "(string, string, string, int) -> string", cel_regex_replace },
};

const struct library cel_library_regex = { table, UB_COUNT(table) };
