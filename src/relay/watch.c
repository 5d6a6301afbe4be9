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

static bool is_safe(struct ub_text method)
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

static struct watch watch_method(const struct ub_http_head *head)
{
	struct watch watch = { .safe = is_safe(head->method) };
	if (ub_text_is(head->method, "POST")) {
		watch.hold = adds_member(head);
		watch.write = watch.hold ? UB_WRITE_ADD_MEMBER : UB_WRITE_NONE;
	}
	for (size_t i = 0; i < UB_COUNT(writes); i++) {
		if (!ub_text_is(head->method, writes[i].method))
			continue;
		bool put = writes[i].write == UB_WRITE_PUT;
		if (put ? !concerns_us(head) : ub_text_ends_nocase(path_of(head->target), UB_TEXT(".vcf")))
			break;
		watch.write = writes[i].write;
		watch.hold = put;
	}
	return watch;
}

/* ---- methods in fields ---- */

/* Fields by which servers, or the frameworks that they are made with, take another method than the one in the
 * request line. */
static const struct ub_text overrides[] = {
	{ "x-http-method-override", 22 },
	{ "x-http-method", 13 },
	{ "x-method-override", 17 },
};

static bool is_override(const struct ub_http_field *field)
{
	for (size_t i = 0; i < UB_COUNT(overrides); i++)
		if (field->name.len == overrides[i].len && ub_http_same_variable(field->name, overrides[i]))
			return field->value.len > 0;
	return false;
}

static bool is_word(struct ub_text text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c != '-' && ((c | 0x20) < 'a' || (c | 0x20) > 'z'))
			return false;
	}
	return true;
}

/* Some servers go by such a field and others do not: the request must be harmless either way. The answer to
 * HEAD has no body, which the method in the request line alone says (RFC 9112 6.3). */
static const char *problem_of(struct ub_text method, struct ub_text override)
{
	bool head = ub_text_is(method, "HEAD"), to_head = ub_text_eq_nocase(override, UB_TEXT("HEAD"));
	if (head != to_head || !is_word(override) || !ub_http_method_is_served(override))
		return "a field with a method that is not served here";
	return NULL;
}

static void watch_override(struct ub_text method, struct ub_text override, struct watch *watch)
{
	enum ub_write write = write_of(override);
	watch->problem = problem_of(method, override);
	watch->safe = false;
	if (write == UB_WRITE_NONE)
		return;
	watch->write = write;
	watch->overridden = true;
	watch->hold = write == UB_WRITE_PUT;
}

struct watch relay_watch(const struct ub_http_head *head)
{
	struct watch watch = watch_method(head);
	const struct ub_http_field *override = NULL;
	for (size_t i = 0; i < head->n; i++) {
		const struct ub_http_field *field = &head->fields[i];
		if (!is_override(field))
			continue;
		if (!override)
			watch_override(head->method, field->value, &watch);
		else if (!ub_text_eq_nocase(override->value, field->value))
			watch.problem = "fields with different methods";
		override = field;
	}
	return watch;
}
