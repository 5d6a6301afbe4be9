/* SPDX-License-Identifier: Apache-2.0 */
#include "http-private.h"

#include <string.h>

/* What the fields that decide about framing have said so far. */
struct framing_fields {
	unsigned hosts, lengths, codings;
	bool close, keep_alive;
};

/* ---- finding the end of a head ---- */

static enum ub_http_result bad(struct ub_http_scan *scan, const char *problem)
{
	scan->problem = problem;
	return UB_HTTP_BAD;
}

static enum ub_http_result too_large(struct ub_http_scan *scan, const char *problem)
{
	scan->problem = problem;
	return UB_HTTP_TOO_LARGE;
}

/* A line has ended at scan->at, where its LF stands. True: that was the end of the head. */
static bool is_last_line(struct ub_http_scan *scan, bool may_skip)
{
	bool empty = scan->at - 1 == scan->line;
	scan->after_cr = false;
	scan->line = scan->at + 1;
	if (empty && may_skip && scan->at == 1) {
		scan->start = scan->line;
		return false;
	}
	return empty;
}

/* Names a byte that is neither plain text of a line nor the CR of its end. */
static enum ub_http_result stray(struct ub_http_scan *scan, char c)
{
	return bad(scan, c == '\n' ? "a bare LF" : c == '\0' ? "a NUL" : "a control character");
}

/* The place of the first byte from `at` on that is no text of a line, or `end`. */
static size_t skip_text(const char *bytes, size_t at, size_t end)
{
	while (at < end && http_is(bytes[at], HTTP_FIELD))
		at++;
	return at;
}

/* Every byte is looked at once, in whatever pieces the bytes come. A head is refused as soon as a wrong byte
 * has come. */
static enum ub_http_result find_end(struct ub_http_scan *scan, struct ub_text bytes, bool may_skip)
{
	for (;; scan->at++) {
		size_t most = scan->start + UB_HTTP_HEAD_MAX, end = bytes.len < most ? bytes.len : most;
		if (!scan->after_cr)
			scan->at = skip_text(bytes.ptr, scan->at, end);
		if (scan->at == end)
			break;
		char c = bytes.ptr[scan->at];
		if (!scan->after_cr && c != '\r')
			return stray(scan, c);
		if (!scan->after_cr) {
			scan->after_cr = true;
			continue;
		}
		if (c != '\n')
			return bad(scan, "a bare CR");
		if (is_last_line(scan, may_skip)) {
			scan->at++;
			return UB_HTTP_DONE;
		}
	}
	if (scan->at - scan->start >= UB_HTTP_HEAD_MAX)
		return too_large(scan, "the head is too long");
	return UB_HTTP_MORE;
}

/* ---- fields ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *read_length(struct ub_http_head *head, struct ub_text value)
{
	if (value.len == 0 || value.len > UB_HTTP_LENGTH_DIGITS)
		return "a Content-Length that is no number";
	head->content_length = 0;
	for (size_t i = 0; i < value.len; i++) {
		if (!is_digit(value.ptr[i]))
			return "a Content-Length that is no number";
		head->content_length = head->content_length * 10 + (uint64_t)(value.ptr[i] - '0');
	}
	return NULL;
}

/* name, address or [address], and maybe a port (RFC 9110 7.2) */
static bool valid_host(struct ub_text host)
{
	size_t i = 0;
	if (host.len > 0 && host.ptr[0] == '[') {
		for (i = 1; i < host.len && (http_is(host.ptr[i], HTTP_HOST) || host.ptr[i] == ':'); i++)
			;
		if (i == host.len || host.ptr[i++] != ']')
			return false;
	} else {
		while (i < host.len && http_is(host.ptr[i], HTTP_HOST))
			i++;
	}
	bool named = i > 0;
	if (i < host.len && host.ptr[i] == ':')
		for (i++; i < host.len && is_digit(host.ptr[i]); i++)
			;
	return named && i == host.len;
}

static const char *note_host(
    struct ub_http_head *head, struct framing_fields *found, const struct ub_http_field *field)
{
	if (found->hosts++ > 0)
		return "more than one Host";
	head->host = field->value;
	return valid_host(field->value) ? NULL : "a Host that is none";
}

/* Some parsers take a tab, or what stands behind a value, for a part of it: `chunked ` is no coding that they
 * know. */
static const char *look_around(const struct ub_http_field *field)
{
	const char *colon = field->name.ptr + field->name.len, *end = field->line.ptr + field->line.len - 2;
	bool tab = memchr(colon, '\t', (size_t)(end - colon)) != NULL;
	return tab || field->value.ptr + field->value.len < end
		   ? "white space about a value that decides about framing"
		   : NULL;
}

static const char *note_length(
    struct ub_http_head *head, struct framing_fields *found, const struct ub_http_field *field)
{
	const char *problem = look_around(field);
	if (problem)
		return problem;
	return found->lengths++ > 0 ? "more than one Content-Length" : read_length(head, field->value);
}

static const char *note_coding(
    struct ub_http_head *head, struct framing_fields *found, const struct ub_http_field *field)
{
	(void)head;
	if (found->codings++ > 0 || !ub_text_eq_nocase(field->value, UB_TEXT("chunked")))
		return "a transfer coding other than chunked";
	return look_around(field);
}

static const char *note_connection(
    struct ub_http_head *head, struct framing_fields *found, const struct ub_http_field *field)
{
	(void)head;
	found->close |= ub_http_list_has(field->value, "close");
	found->keep_alive |= ub_http_list_has(field->value, "keep-alive");
	return NULL;
}

static const struct {
	struct ub_text name;
	const char *(*note)(
	    struct ub_http_head *head, struct framing_fields *found, const struct ub_http_field *field);
} framing_names[] = {
	{ { "host", 4 }, note_host },
	{ { "connection", 10 }, note_connection },
	{ { "content-length", 14 }, note_length },
	{ { "transfer-encoding", 17 }, note_coding },
};

bool ub_http_same_variable(struct ub_text name, struct ub_text wanted)
{
	if (name.len != wanted.len)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i] == '_' ? '-' : name.ptr[i];
		if (c != wanted.ptr[i] && (c | 0x20) != (wanted.ptr[i] | 0x20))
			return false;
	}
	return true;
}

static const char *note_field(
    struct ub_http_head *head, struct framing_fields *found, const struct ub_http_field *field)
{
	for (size_t i = 0; i < UB_COUNT(framing_names); i++) {
		struct ub_text name = framing_names[i].name;
		if (!ub_http_same_variable(field->name, name))
			continue;
		if (!ub_text_eq_nocase(field->name, name))
			return "an underscore in the name of a field that decides about framing";
		return framing_names[i].note(head, found, field);
	}
	return NULL;
}

static const char *split_field(struct ub_text line, struct ub_http_field *field)
{
	size_t name = 0, from, to = line.len - 2;
	if (line.ptr[0] == ' ' || line.ptr[0] == '\t')
		return "a folded line";
	while (http_is(line.ptr[name], HTTP_TOKEN))
		name++;
	if (line.ptr[name] != ':')
		return http_is(line.ptr[name], HTTP_TARGET) || line.ptr[name] == '\r'
			   ? "a field without a name"
			   : "white space before a colon";
	if (name == 0)
		return "a field without a name";
	for (from = name + 1; from < to && (line.ptr[from] == ' ' || line.ptr[from] == '\t'); from++)
		;
	while (to > from && (line.ptr[to - 1] == ' ' || line.ptr[to - 1] == '\t'))
		to--;
	*field = (struct ub_http_field){
		.line = line,
		.name = ub_text_n(line.ptr, name),
		.value = ub_text_n(line.ptr + from, to - from),
	};
	return NULL;
}

/* Reads the lines after the start line. find_end has made sure that all of them end in CRLF. */
static enum ub_http_result read_fields(
    struct ub_http_scan *scan, struct ub_text lines, struct ub_http_head *head, struct framing_fields *found)
{
	while (lines.len > 2) {
		const char *lf = memchr(lines.ptr, '\n', lines.len);
		size_t len = (size_t)(lf - lines.ptr) + 1;
		if (head->n == UB_HTTP_FIELDS_MAX)
			return too_large(scan, "too many fields");
		struct ub_http_field *field = &head->fields[head->n++];
		const char *problem = split_field(ub_text_n(lines.ptr, len), field);
		if (!problem)
			problem = note_field(head, found, field);
		if (problem)
			return bad(scan, problem);
		lines = ub_text_sub(lines, len, lines.len);
	}
	return UB_HTTP_DONE;
}

/* ---- start lines ---- */

static enum ub_http_result read_version(struct ub_http_scan *scan, struct ub_text text, int *minor)
{
	if (ub_text_is(text, "HTTP/1.1") || ub_text_is(text, "HTTP/1.0")) {
		*minor = text.ptr[7] - '0';
		return UB_HTTP_DONE;
	}
	bool version = text.len == 8 && memcmp(text.ptr, "HTTP/", 5) == 0 && is_digit(text.ptr[5]) &&
		       text.ptr[6] == '.' && is_digit(text.ptr[7]);
	if (!version)
		return bad(scan, "a start line that is none");
	scan->problem = "neither HTTP/1.1 nor HTTP/1.0";
	return UB_HTTP_VERSION;
}

static enum ub_http_result read_request_line(struct ub_http_scan *scan, struct ub_http_head *head)
{
	struct ub_text rest = head->start, piece;
	if (rest.len > UB_HTTP_START_MAX) {
		scan->problem = "a request line that is too long";
		return UB_HTTP_LONG_LINE;
	}
	if (!ub_text_split(&rest, ' ', &head->method) || !ub_text_split(&rest, ' ', &head->target))
		return bad(scan, "a start line that is none");
	if (head->method.len == 0 || head->method.len > UB_HTTP_METHOD_MAX ||
	    !http_all(head->method, HTTP_TOKEN))
		return bad(scan, "a method that is none");
	if (head->target.len == 0 || !http_all(head->target, HTTP_TARGET))
		return bad(scan, "a request target that is none");
	if (!ub_text_split(&rest, ' ', &piece) || rest.ptr)
		return bad(scan, "a start line that is none");
	return read_version(scan, piece, &head->minor);
}

static enum ub_http_result read_status_line(struct ub_http_scan *scan, struct ub_http_head *head)
{
	struct ub_text line = head->start;
	if (line.len < 12 || line.ptr[8] != ' ' || (line.len > 12 && line.ptr[12] != ' '))
		return bad(scan, "a status line that is none");
	for (size_t i = 9; i < 12; i++) {
		if (!is_digit(line.ptr[i]))
			return bad(scan, "a status that is no number");
		head->status = head->status * 10 + (line.ptr[i] - '0');
	}
	if (head->status < 100)
		return bad(scan, "a status that is no number");
	return read_version(scan, ub_text_sub(line, 0, 8), &head->minor);
}

/* Of a target like http://authority/path, the authority must be the Host: a server that goes by one must not
 * see another site than a server that goes by the other (RFC 9112 3.2.2). */
static bool absolute_target_agrees(const struct ub_http_head *head)
{
	static const struct ub_text schemes[] = { { "http://", 7 }, { "https://", 8 } };
	for (size_t i = 0; i < UB_COUNT(schemes); i++) {
		size_t from = schemes[i].len, to = from;
		if (!ub_text_eq_nocase(ub_text_sub(head->target, 0, from), schemes[i]))
			continue;
		while (to < head->target.len && !strchr("/?#", head->target.ptr[to]))
			to++;
		return head->host.len > 0 &&
		       ub_text_eq_nocase(ub_text_sub(head->target, from, to), head->host);
	}
	return false;
}

/* A tunnel would lead past the proxy, and a trace would show what fronts add to requests, also to a script
 * that may not see it. */
bool ub_http_method_is_served(struct ub_text method)
{
	static const struct ub_text refused[] = { { "CONNECT", 7 }, { "TRACE", 5 }, { "TRACK", 5 } };
	for (size_t i = 0; i < UB_COUNT(refused); i++)
		if (ub_text_eq_nocase(method, refused[i]))
			return false;
	return true;
}

static bool valid_target(const struct ub_http_head *head)
{
	if (head->target.ptr[0] == '/')
		return true;
	if (ub_text_is(head->target, "*"))
		return ub_text_is(head->method, "OPTIONS");
	return absolute_target_agrees(head);
}

/* ---- whole heads ---- */

static enum ub_http_result scan_head(struct ub_http_scan *scan, struct ub_text bytes, bool request,
    struct ub_http_head *head, struct framing_fields *found)
{
	enum ub_http_result result = find_end(scan, bytes, request);
	if (result != UB_HTTP_DONE)
		return result;
	memset(head, 0, offsetof(struct ub_http_head, fields));
	head->method = head->target = head->host = UB_TEXT_NONE;
	head->n = 0;
	head->bytes = ub_text_sub(bytes, scan->start, scan->at);
	size_t end = ub_text_find(head->bytes, UB_TEXT("\r\n"), 0);
	head->start = ub_text_sub(head->bytes, 0, end);
	result = request ? read_request_line(scan, head) : read_status_line(scan, head);
	if (result != UB_HTTP_DONE)
		return result;
	result = read_fields(scan, ub_text_sub(head->bytes, end + 2, head->bytes.len), head, found);
	if (result != UB_HTTP_DONE)
		return result;
	if (found->codings > 0 && found->lengths > 0)
		return bad(scan, "both Transfer-Encoding and Content-Length");
	if (found->codings > 0 && head->minor == 0)
		return bad(scan, "a transfer coding in HTTP/1.0");
	head->close = head->minor == 0 ? !found->keep_alive : found->close;
	return UB_HTTP_DONE;
}

enum ub_http_result ub_http_scan_request(
    struct ub_http_scan *scan, struct ub_text bytes, struct ub_http_head *head)
{
	struct framing_fields found = { 0 };
	enum ub_http_result result = scan_head(scan, bytes, true, head, &found);
	if (result != UB_HTTP_DONE)
		return result;
	if (found.hosts == 0 && head->minor > 0)
		return bad(scan, "no Host");
	if (!ub_http_method_is_served(head->method)) {
		scan->problem = "a method that is not served here";
		return UB_HTTP_METHOD;
	}
	if (!valid_target(head))
		return bad(scan, "a request target that is not served here");
	head->framing = found.codings ? UB_HTTP_CHUNKED : found.lengths ? UB_HTTP_LENGTH : UB_HTTP_NO_BODY;
	return UB_HTTP_DONE;
}

static enum ub_http_framing response_framing(
    const struct ub_http_head *head, const struct framing_fields *found, bool to_head)
{
	if (to_head || head->status < 200 || head->status == 204 || head->status == 304)
		return UB_HTTP_NO_BODY;
	if (found->codings)
		return UB_HTTP_CHUNKED;
	return found->lengths ? UB_HTTP_LENGTH : UB_HTTP_UNTIL_CLOSE;
}

enum ub_http_result ub_http_scan_response(
    struct ub_http_scan *scan, struct ub_text bytes, bool to_head, struct ub_http_head *head)
{
	struct framing_fields found = { 0 };
	enum ub_http_result result = scan_head(scan, bytes, false, head, &found);
	if (result != UB_HTTP_DONE)
		return result;
	head->framing = response_framing(head, &found, to_head);
	head->close |= head->framing == UB_HTTP_UNTIL_CLOSE;
	return UB_HTTP_DONE;
}

/* ---- copying ---- */

static struct ub_text moved(struct ub_text text, const char *from, const char *to)
{
	return text.len > 0 ? ub_text_n(to + (text.ptr - from), text.len) : UB_TEXT_NONE;
}

void ub_http_head_copy(struct ub_http_head *copy, const struct ub_http_head *head, char *bytes)
{
	const char *from = head->bytes.ptr;
	memcpy(bytes, from, head->bytes.len);
	memcpy(copy, head, offsetof(struct ub_http_head, fields));
	copy->bytes = moved(head->bytes, from, bytes);
	copy->start = moved(head->start, from, bytes);
	copy->method = moved(head->method, from, bytes);
	copy->target = moved(head->target, from, bytes);
	copy->host = moved(head->host, from, bytes);
	copy->n = head->n;
	for (size_t i = 0; i < head->n; i++)
		copy->fields[i] = (struct ub_http_field){
			.line = moved(head->fields[i].line, from, bytes),
			.name = moved(head->fields[i].name, from, bytes),
			.value = moved(head->fields[i].value, from, bytes),
		};
}

/* ---- looking things up ---- */

const struct ub_http_field *ub_http_field(const struct ub_http_head *head, const char *name)
{
	struct ub_text wanted = ub_text(name);
	for (size_t i = 0; i < head->n; i++)
		if (ub_text_eq_nocase(head->fields[i].name, wanted))
			return &head->fields[i];
	return NULL;
}

struct ub_text ub_http_value(const struct ub_http_head *head, const char *name)
{
	const struct ub_http_field *field = ub_http_field(head, name);
	return field ? field->value : UB_TEXT_NONE;
}

bool ub_http_list_has(struct ub_text list, const char *token)
{
	struct ub_text element, wanted = ub_text(token);
	while (ub_text_split(&list, ',', &element))
		if (ub_text_eq_nocase(ub_text_trim(element), wanted))
			return true;
	return false;
}

bool ub_http_media_type_is(struct ub_text content_type, const char *type)
{
	struct ub_text essence;
	(void)ub_text_split(&content_type, ';', &essence);
	return ub_text_eq_nocase(ub_text_trim(essence), ub_text(type));
}
