/* SPDX-License-Identifier: Apache-2.0 */
#include "freebusy-private.h"

#include "upbeat/sys.h"

bool look_has_time(const struct look *look)
{
	return ub_sys_monotonic_ms() < look->until;
}

enum ub_outcome look_send(struct look *look, const struct ub_request *request, struct ub_response *response)
{
	struct ub_request ours = *request;
	const struct ub_caller *caller = look->question->caller;
	int64_t left = look->until - ub_sys_monotonic_ms();
	*response = (struct ub_response){ .error = UB_TEXT("it took too long") };
	if (left <= 0)
		return UB_OUTCOME_AGAIN;
	ours.timeout_ms = left < UB_CLIENT_TIMEOUT_MS ? left : UB_CLIENT_TIMEOUT_MS;
	ours.host = caller->host;
	ours.authorization = caller->authorization;
	enum ub_outcome outcome = ub_client_send(caller->client, &ours, response, look->arena);
	/* Nothing is written here, and so nothing is uncertain. */
	return outcome == UB_OUTCOME_UNCERTAIN ? UB_OUTCOME_AGAIN : outcome;
}

struct ub_text look_why(struct look *look, enum ub_outcome outcome, const struct ub_response *response)
{
	if (response->status == 0)
		return ub_textf(look->arena, "asking the server failed: %.*s", UB_ARGS(response->error));
	if (outcome == UB_OUTCOME_OK)
		return ub_textf(look->arena, "the server's answer (%d) cannot be read", response->status);
	return ub_textf(look->arena, "the server does not say (%d)", response->status);
}

struct ub_text look_shown(struct look *look, struct ub_text said)
{
	struct ub_buf out = UB_BUF(look->arena);
	ub_buf_shown(&out, ub_text_sub(said, 0, UB_FREEBUSY_SHOWN_MAX));
	return ub_buf_text(&out);
}

bool look_may_pass(enum ub_outcome outcome)
{
	return outcome == UB_OUTCOME_AGAIN || outcome == UB_OUTCOME_DENIED;
}

struct ub_text look_time(struct look *look, ub_instant instant)
{
	struct ub_buf out = UB_BUF(look->arena);
	ub_cal_format(&out, UB_TEXT("%Y%m%dT%H%M%SZ"), ub_cal_utc(), instant, UB_ENGLISH);
	return ub_buf_text(&out);
}

struct ub_text look_range_element(struct look *look)
{
	return ub_textf(look->arena, "<C:time-range start=\"%.*s\" end=\"%.*s\"/>",
	    UB_ARGS(look_time(look, look->range.start)), UB_ARGS(look_time(look, look->range.end)));
}

bool look_is_shut(const struct look *look, const struct way *way)
{
	return way->shut_since && look->begun - way->shut_since < UB_FREEBUSY_SHUT_MS;
}

void look_went(struct way *way)
{
	way->failing_since = way->shut_since = 0;
}

void look_failed(const struct look *look, struct way *way, bool passing, struct ub_text why)
{
	/* Of a failure long ago nobody knows whether the server has failed ever since. */
	if (!way->failing_since || look->begun - way->failing_since > UB_FREEBUSY_SHUT_MS)
		way->failing_since = look->begun;
	if (!passing || look->begun - way->failing_since >= UB_FREEBUSY_WAIT_MS) {
		way->shut_since = look->begun;
		way->why = why;
	}
}
