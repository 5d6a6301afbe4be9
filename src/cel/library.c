/* SPDX-License-Identifier: Apache-2.0 */
#include "library-private.h"

size_t cel_text_find(struct ub_text text, struct ub_text needle, size_t from)
{
	if (from > text.len)
		return SIZE_MAX;
	if (needle.len == 0)
		return from;
	/* For short texts the simple search is the faster one. */
	if ((text.len - from) * needle.len < 4096)
		return ub_text_find(text, needle, from);
	const char *found = memmem(text.ptr + from, text.len - from, needle.ptr, needle.len);
	return found ? (size_t)(found - text.ptr) : SIZE_MAX;
}

struct ub_cel_value cel_fail_overload(struct ub_cel_call *call)
{
	return ub_cel_fail(call, "no-such-overload", "`%.*s` cannot be applied to these values",
	    UB_ARGS(call->code->node->name));
}

struct ub_cel_value cel_new_string(struct ub_cel_call *call, struct ub_text text)
{
	return ub_cel_charge(call, text.len / 16) ? ub_cel_string(text) : ub_cel_fail_cost(call);
}

struct ub_cel_value cel_new_bytes(struct ub_cel_call *call, struct ub_text bytes)
{
	return ub_cel_charge(call, bytes.len / 16) ? ub_cel_bytes(bytes) : ub_cel_fail_cost(call);
}

#define NANOS 1000000000

struct ub_cel_value cel_new_duration(struct ub_cel_call *call, int64_t seconds, int64_t nanos)
{
	seconds += nanos / NANOS;
	nanos %= NANOS;
	if (seconds > 0 && nanos < 0) {
		seconds--;
		nanos += NANOS;
	} else if (seconds < 0 && nanos > 0) {
		seconds++;
		nanos -= NANOS;
	}
	if (!cel_time_duration_fits(seconds, nanos))
		return ub_cel_fail(call, "out-of-range", "the duration is out of range");
	return ub_cel_duration(seconds, (int32_t)nanos);
}

struct ub_cel_value cel_new_timestamp(struct ub_cel_call *call, int64_t seconds, int64_t nanos)
{
	seconds += nanos / NANOS;
	nanos %= NANOS;
	if (nanos < 0) {
		seconds--;
		nanos += NANOS;
	}
	if (seconds < TIMESTAMP_MIN || seconds > TIMESTAMP_MAX)
		return ub_cel_fail(call, "out-of-range", "the timestamp is out of range");
	return ub_cel_timestamp(seconds, (int32_t)nanos);
}
