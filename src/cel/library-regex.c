/* SPDX-License-Identifier: Apache-2.0 */
#include "library-private.h"

#include "door.h"

/* The function of the regex extension that replaces. */

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

/* What one match may cost: its text, as often as the replacement names groups. */
static bool charge_match(struct ub_cel_call *call, struct ub_text with, const struct cel_door_span *match)
{
	return ub_cel_charge(call, 1 + with.len * (1 + match->to - match->from) / 16);
}

/* Replaces the first `left` matches. An empty match right behind another one is none. */
static struct ub_cel_value replace_in(struct ub_cel_call *call, const struct ub_cel_regex *regex,
    struct ub_text text, struct ub_text with, uint64_t left)
{
	struct cel_door_span spans[CEL_DOOR_SPANS] = { 0 };
	struct ub_buf out = UB_BUF(call->arena);
	size_t groups = cel_door_regex_groups(regex), at = 0, copied = 0, last = SIZE_MAX;
	groups = groups < CEL_DOOR_SPANS ? groups : CEL_DOOR_SPANS - 1;
	if (!is_replacement(with, groups))
		return ub_cel_fail(call, "bad-pattern",
		    "this is not a replacement: behind a backslash stands another one, or the number of a "
		    "group that the pattern has");
	while (left > 0 && at <= text.len) {
		if (!ub_cel_charge(call, (text.len - at) / 16))
			return ub_cel_fail_cost(call);
		if (!cel_door_regex_find(regex, text.ptr, text.len, at, spans, groups + 1))
			break;
		bool empty = spans->from == spans->to;
		if (!empty || spans->from != last) {
			if (!charge_match(call, with, spans))
				return ub_cel_fail_cost(call);
			ub_buf_add(&out, ub_text_sub(text, copied, spans->from));
			add_replacement(&out, with, text, spans);
			copied = last = spans->to;
			left--;
		}
		at = spans->to;
		if (empty && at == text.len)
			break;
		if (empty)
			cel_utf8_next(text, &at);
	}
	ub_buf_add(&out, ub_text_sub(text, copied, text.len));
	return cel_new_string(call, ub_buf_text(&out));
}

struct ub_cel_value cel_regex_replace(struct ub_cel_call *call, args_t args, size_t n)
{
	struct ub_text why;
	uint64_t left = n > 3 && args[3].i >= 0 ? (uint64_t)args[3].i : UINT64_MAX;
	if (call->code->prepared)
		return replace_in(
		    call, call->code->prepared, ub_cel_text(args[0]), ub_cel_text(args[2]), left);
	if (!cel_charge_pattern(call, args[1]))
		return ub_cel_fail_cost(call);
	struct ub_cel_regex *regex = cel_regex_once(call->arena, ub_cel_text(args[1]), &why);
	if (!regex)
		return ub_cel_fail(
		    call, "bad-pattern", "this is not a regular expression: %.*s", UB_ARGS(why));
	struct ub_cel_value replaced =
	    replace_in(call, regex, ub_cel_text(args[0]), ub_cel_text(args[2]), left);
	cel_regex_free(regex);
	return replaced;
}

static const struct ub_cel_function table[] = {
	{ "regex.replace", "(string, string, string) -> string", cel_regex_replace },
	{ "regex.replace", "(string, string, string, int) -> string", cel_regex_replace },
};

const struct library cel_library_regex = { table, UB_COUNT(table) };
