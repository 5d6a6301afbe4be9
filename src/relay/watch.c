/* SPDX-License-Identifier: Apache-2.0 */
#include "relay-private.h"

/* A calendar object may come with one of these media types or with none. A body with any other type is no
 * calendar object. */
static const char *const calendar_types[] = {
	"text/calendar",
	"application/calendar+xml",
	"application/calendar+json",
};
static const char *const unknown_types[] = {
	"application/octet-stream",
	"application/x-www-form-urlencoded", /* curl --data-binary @FILE */
	"text/plain",
};

static const struct {
	const char *method;
	enum ub_write write;
} writes[] = {
	{ "PUT", UB_WRITE_PUT },
	{ "DELETE", UB_WRITE_DELETE },
	{ "MOVE", UB_WRITE_MOVE },
	{ "COPY", UB_WRITE_COPY },
};

/* Requests that change nothing and may be sent twice (RFC 9110 9.2.1, RFC 4918 9.1, RFC 3253 3.6). */
static const char *const safe_methods[] = { "GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT", "SEARCH" };

bool relay_method_is_safe(struct ub_text method)
{
	for (size_t i = 0; i < UB_COUNT(safe_methods); i++)
		if (ub_text_is(method, safe_methods[i]))
			return true;
	return false;
}

static bool is_one_of(struct ub_text type, const char *const *types, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ub_http_media_type_is(type, types[i]))
			return true;
	return false;
}

static bool is_calendar(struct ub_text type)
{
	return is_one_of(type, calendar_types, UB_COUNT(calendar_types));
}

static bool may_be_calendar(struct ub_text type)
{
	return type.len == 0 || is_calendar(type) || is_one_of(type, unknown_types, UB_COUNT(unknown_types));
}

static struct ub_text path_of(struct ub_text target)
{
	struct ub_text path;
	(void)ub_text_split(&target, '?', &path);
	return path;
}

static struct ub_text query_of(struct ub_text target)
{
	return ub_text_sub(target, path_of(target).len, target.len);
}

static bool concerns_us(const struct ub_http_head *head)
{
	struct ub_text path = path_of(head->target), type = ub_http_value(head, "Content-Type");
	if (ub_text_ends_nocase(path, UB_TEXT(".ics")))
		return true;
	if (ub_text_ends_nocase(path, UB_TEXT(".vcf")))
		return is_calendar(type);
	return may_be_calendar(type);
}

static enum ub_write write_of(struct ub_text method)
{
	for (size_t i = 0; i < UB_COUNT(writes); i++)
		if (ub_text_eq_nocase(method, ub_text(writes[i].method)))
			return writes[i].write;
	return UB_WRITE_NONE;
}

/* A POST adds a member (RFC 5995) to the collection itself, or to a URL of the server's that has add-member
 * or add_member in its query. */
static bool adds_member(const struct ub_http_head *head)
{
	struct ub_text query = query_of(head->target), type = ub_http_value(head, "Content-Type");
	bool asked = ub_text_find(query, UB_TEXT("add-member"), 0) != SIZE_MAX ||
		     ub_text_find(query, UB_TEXT("add_member"), 0) != SIZE_MAX;
	return is_calendar(type) || (asked && may_be_calendar(type));
}

static struct watch watch_post(const struct ub_http_head *head)
{
	struct ub_text override = ub_http_value(head, "X-HTTP-Method-Override");
	if (override.len > 0) {
		enum ub_write write = write_of(override);
		return (struct watch){ write, write != UB_WRITE_NONE, write == UB_WRITE_PUT };
	}
	if (!adds_member(head))
		return (struct watch){ UB_WRITE_NONE, false, false };
	return (struct watch){ UB_WRITE_ADD_MEMBER, false, true };
}

struct watch relay_watch(const struct ub_http_head *head)
{
	if (ub_text_is(head->method, "POST"))
		return watch_post(head);
	for (size_t i = 0; i < UB_COUNT(writes); i++) {
		if (!ub_text_is(head->method, writes[i].method))
			continue;
		bool put = writes[i].write == UB_WRITE_PUT;
		if (put ? !concerns_us(head) : ub_text_ends_nocase(path_of(head->target), UB_TEXT(".vcf")))
			break;
		return (struct watch){ writes[i].write, false, put };
	}
	return (struct watch){ UB_WRITE_NONE, false, false };
}
