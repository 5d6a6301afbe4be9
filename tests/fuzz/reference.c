/* SPDX-License-Identifier: Apache-2.0 */
#include "reference.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct ub_text crlf = { "\r\n", 2 };

static bool is_token(struct ub_text text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!isalnum((unsigned char)text.ptr[i]) &&
		    (text.ptr[i] == '\0' || !strchr("!#$%&'*+-.^_`|~", text.ptr[i])))
			return false;
	return text.len > 0;
}

static bool is_number(struct ub_text text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	return text.len > 0;
}

/* The text up to the byte, which is taken off, too. False: there is no such byte. */
static bool cut(struct ub_text *rest, char at, struct ub_text *piece)
{
	const char *found = rest->len ? memchr(rest->ptr, at, rest->len) : NULL;
	if (!found)
		return false;
	*piece = ub_text_sub(*rest, 0, (size_t)(found - rest->ptr));
	*rest = ub_text_sub(*rest, piece->len + 1, rest->len);
	return true;
}

/* The length of the lines up to and with the first empty one. */
static enum reference_result find_empty_line(struct ub_text bytes, size_t most, size_t *len)
{
	size_t line = 0;
	for (size_t i = 0; i < bytes.len && i < most; i++) {
		unsigned char c = (unsigned char)bytes.ptr[i];
		bool after_cr = i > 0 && bytes.ptr[i - 1] == '\r';
		if ((c == '\n') != after_cr || (c < ' ' && !strchr("\t\r\n", c)) || c == '\0' || c == 0x7f)
			return REFERENCE_REFUSED;
		if (c != '\n')
			continue;
		*len = i + 1;
		if (i == line + 1)
			return REFERENCE_WHOLE;
		line = i + 1;
	}
	return bytes.len < most ? REFERENCE_PART : REFERENCE_REFUSED;
}

/* ---- the first line ---- */

static bool is_version(struct ub_text text)
{
	return ub_text_is(text, "HTTP/1.1") || ub_text_is(text, "HTTP/1.0");
}

static bool read_request_line(struct ub_text line, struct reference_message *message, int *minor)
{
	struct ub_text rest = line;
	if (line.len > UB_HTTP_START_MAX || !cut(&rest, ' ', &message->method) ||
	    !cut(&rest, ' ', &message->target) || !is_version(rest))
		return false;
	*minor = rest.ptr[7] - '0';
	return is_token(message->method) && message->method.len <= UB_HTTP_METHOD_MAX &&
	       message->target.len > 0 && !memchr(message->target.ptr, '\t', message->target.len);
}

static bool read_status_line(struct ub_text line, struct reference_message *message, int *minor)
{
	struct ub_text number = ub_text_sub(line, 9, 12), behind = ub_text_sub(line, 12, 13);
	if (line.len < 12 || !is_version(ub_text_sub(line, 0, 8)) || line.ptr[8] != ' ' ||
	    !is_number(number) || (behind.len && !ub_text_is(behind, " ")))
		return false;
	*minor = line.ptr[7] - '0';
	message->status = (number.ptr[0] - '0') * 100 + (number.ptr[1] - '0') * 10 + number.ptr[2] - '0';
	return message->status >= 100;
}

/* ---- fields ---- */

struct told {
	struct ub_text host, length, coding;
	unsigned hosts, lengths, codings;
};

static bool is_host(struct ub_text host)
{
	size_t i = 0;
	bool number = host.len && host.ptr[0] == '[';
	for (i = number ? 1 : 0; i < host.len; i++)
		if (!isalnum((unsigned char)host.ptr[i]) && !strchr(number ? "%-._~:" : "%-._~", host.ptr[i]))
			break;
	if (number && (i == host.len || host.ptr[i++] != ']'))
		return false;
	struct ub_text port = ub_text_sub(host, i, host.len);
	return i > 0 && (port.len == 0 || (port.ptr[0] == ':' &&
					      (port.len == 1 || is_number(ub_text_sub(port, 1, port.len)))));
}

/* What the name would be to a server that knows no hyphens. */
static bool is_like(struct ub_text name, const char *wanted)
{
	for (size_t i = 0; i < name.len; i++) {
		int c = name.ptr[i] == '_' ? '-' : tolower((unsigned char)name.ptr[i]);
		if (c != wanted[i])
			return false;
	}
	return wanted[name.len] == '\0';
}

static bool take(
    struct ub_text name, struct ub_text value, const char *wanted, unsigned *n, struct ub_text *into)
{
	if (name.len != strlen(wanted) || !is_like(name, wanted))
		return true;
	*into = value;
	return ++*n == 1 && (!memchr(name.ptr, '_', name.len));
}

static bool read_field(struct ub_text line, struct told *told)
{
	struct ub_text name, value = line;
	if (!cut(&value, ':', &name) || !is_token(name))
		return false;
	struct ub_text around = value;
	while (value.len && (value.ptr[0] == ' ' || value.ptr[0] == '\t'))
		value = ub_text_sub(value, 1, value.len);
	while (value.len && (value.ptr[value.len - 1] == ' ' || value.ptr[value.len - 1] == '\t'))
		value = ub_text_sub(value, 0, value.len - 1);
	bool frames = is_like(name, "content-length") || is_like(name, "transfer-encoding");
	if (frames && (memchr(around.ptr, '\t', around.len) || ub_text_ends(around, UB_TEXT(" "))))
		return false;
	return take(name, value, "host", &told->hosts, &told->host) &&
	       take(name, value, "content-length", &told->lengths, &told->length) &&
	       take(name, value, "transfer-encoding", &told->codings, &told->coding);
}

static bool read_fields(struct ub_text lines, struct told *told, size_t *n)
{
	while (!ub_text_eq(lines, crlf)) {
		size_t end = ub_text_find(lines, crlf, 0);
		if (++*n > UB_HTTP_FIELDS_MAX || !read_field(ub_text_sub(lines, 0, end), told))
			return false;
		lines = ub_text_sub(lines, end + 2, lines.len);
	}
	bool length =
	    told->lengths == 0 || (is_number(told->length) && told->length.len <= UB_HTTP_LENGTH_DIGITS);
	bool coding = told->codings == 0 || ub_text_eq_nocase(told->coding, UB_TEXT("chunked"));
	return length && coding && !(told->lengths && told->codings) &&
	       (told->hosts == 0 || is_host(told->host));
}

/* ---- heads ---- */

static bool is_target(const struct reference_message *message, struct ub_text host)
{
	struct ub_text target = message->target;
	size_t from = ub_text_eq_nocase(ub_text_sub(target, 0, 7), UB_TEXT("http://"))    ? 7
		      : ub_text_eq_nocase(ub_text_sub(target, 0, 8), UB_TEXT("https://")) ? 8
											  : 0;
	if (target.ptr[0] == '/')
		return true;
	if (from == 0)
		return ub_text_is(target, "*") && ub_text_is(message->method, "OPTIONS");
	struct ub_text authority = ub_text_sub(target, from, from + host.len);
	struct ub_text behind = ub_text_sub(target, from + host.len, from + host.len + 1);
	return host.len > 0 && ub_text_eq_nocase(authority, host) &&
	       (behind.len == 0 || strchr("/?#", behind.ptr[0]));
}

static bool is_asked_well(const struct reference_message *message, const struct told *told, int minor)
{
	static const char *const refused[] = { "CONNECT", "TRACE", "TRACK" };
	for (size_t i = 0; i < UB_COUNT(refused); i++)
		if (ub_text_eq_nocase(message->method, ub_text(refused[i])))
			return false;
	return (told->hosts > 0 || minor == 0) && is_target(message, told->host);
}

enum reference_result reference_head(
    struct ub_text bytes, bool request, bool to_head, struct reference_message *message)
{
	*message = (struct reference_message){ 0 };
	size_t empty = request && ub_text_starts(bytes, crlf) ? 2 : 0;
	struct told told = { 0 };
	int minor = 0;
	enum reference_result found =
	    find_empty_line(ub_text_sub(bytes, empty, bytes.len), UB_HTTP_HEAD_MAX, &message->head);
	if (found != REFERENCE_WHOLE)
		return found;
	struct ub_text head = ub_text_sub(bytes, empty, empty + message->head);
	size_t end = ub_text_find(head, crlf, 0);
	struct ub_text line = ub_text_sub(head, 0, end);
	if (!(request ? read_request_line(line, message, &minor) : read_status_line(line, message, &minor)) ||
	    !read_fields(ub_text_sub(head, end + 2, head.len), &told, &message->fields) ||
	    (told.codings && minor == 0) || (request && !is_asked_well(message, &told, minor)))
		return REFERENCE_REFUSED;
	bool none = !request &&
		    (to_head || message->status < 200 || message->status == 204 || message->status == 304);
	message->framing = none           ? REFERENCE_NONE
			   : told.codings ? REFERENCE_CHUNKS
			   : told.lengths ? REFERENCE_LENGTH
			   : request      ? REFERENCE_NONE
					  : REFERENCE_REST;
	message->content = told.length;
	message->all = empty + message->head;
	return REFERENCE_WHOLE;
}

/* ---- bodies ---- */

/* Lines of a chunked body have CRs and LFs at their ends only, and `most` bytes with the CR. */
static enum reference_result next_line(struct ub_text *rest, size_t most, struct ub_text *line)
{
	size_t i = 0;
	while (i < rest->len && (unsigned char)rest->ptr[i] != '\r') {
		unsigned char c = (unsigned char)rest->ptr[i++];
		if ((c < ' ' && c != '\t') || c == 0x7f || i > most)
			return REFERENCE_REFUSED;
	}
	if (i < rest->len && i + 1 > most)
		return REFERENCE_REFUSED;
	*line = ub_text_sub(*rest, 0, i);
	if (i + 1 >= rest->len)
		return REFERENCE_PART;
	if (rest->ptr[i + 1] != '\n')
		return REFERENCE_REFUSED;
	*rest = ub_text_sub(*rest, i + 2, rest->len);
	return REFERENCE_WHOLE;
}

/* "size", or "size ;extension" with or without the space. */
static bool read_size(struct ub_text line, uint64_t *size)
{
	size_t i = 0;
	for (*size = 0; i < line.len && isxdigit((unsigned char)line.ptr[i]); i++) {
		char digit[2] = { line.ptr[i], '\0' };
		if (*size >> 56)
			return false;
		*size = *size * 16 + strtoul(digit, NULL, 16);
	}
	size_t space = i;
	while (space < line.len && (line.ptr[space] == ' ' || line.ptr[space] == '\t'))
		space++;
	return i > 0 && (i == line.len || (space < line.len && line.ptr[space] == ';'));
}

static bool is_trailer(struct ub_text line)
{
	static const char *const heads[] = { "content-length", "transfer-encoding", "trailer", "te",
		"connection", "keep-alive", "upgrade", "proxy-connection", "host", "location", "destination",
		"alt-svc", "authorization", "cookie", "set-cookie", "www-authenticate", "proxy-authenticate",
		"proxy-authorization", "content-type", "content-encoding", "content-range", "range", "depth",
		"overwrite", "expect", "max-forwards", "if", "if-match", "if-none-match",
		"if-schedule-tag-match", "forwarded", "x-forwarded-for", "x-forwarded-host",
		"x-forwarded-proto", "x-forwarded-user", "x-real-ip", "x-remote-user",
		"x-http-method-override", "x-http-method", "x-method-override" };
	struct ub_text name, rest = line;
	if (!cut(&rest, ':', &name) || !is_token(name))
		return false;
	for (size_t i = 0; i < UB_COUNT(heads); i++)
		if (name.len == strlen(heads[i]) && is_like(name, heads[i]))
			return false;
	return true;
}

static enum reference_result read_trailers(struct ub_text *rest)
{
	struct ub_text section = *rest, line;
	for (;;) {
		size_t before = section.len - rest->len;
		size_t most = UB_HTTP_TRAILERS_MAX > before ? UB_HTTP_TRAILERS_MAX - before : 0;
		enum reference_result result = next_line(rest, most, &line);
		if (result != REFERENCE_WHOLE)
			return result;
		if (line.len == 0)
			return REFERENCE_WHOLE;
		if (!is_trailer(line))
			return REFERENCE_REFUSED;
	}
}

static enum reference_result read_chunks(struct ub_text *rest, struct ub_buf *content)
{
	struct ub_text line;
	uint64_t size = 1;
	while (size > 0) {
		enum reference_result result = next_line(rest, UB_HTTP_CHUNK_LINE_MAX, &line);
		if (result != REFERENCE_WHOLE)
			return result;
		if (!read_size(line, &size))
			return REFERENCE_REFUSED;
		struct ub_text data = ub_text_sub(*rest, 0, size < rest->len ? (size_t)size : rest->len);
		ub_buf_add(content, data);
		*rest = ub_text_sub(*rest, data.len, rest->len);
		if (size == 0)
			break;
		struct ub_text end = ub_text_sub(*rest, 0, 2);
		if (data.len < size || end.len < 2)
			return data.len == size && end.len && end.ptr[0] != '\r' ? REFERENCE_REFUSED
										 : REFERENCE_PART;
		if (!ub_text_eq(end, crlf))
			return REFERENCE_REFUSED;
		*rest = ub_text_sub(*rest, 2, rest->len);
	}
	return read_trailers(rest);
}

enum reference_result reference_body(
    struct ub_text bytes, struct reference_message *message, struct ub_arena *arena)
{
	struct ub_buf content = UB_BUF(arena);
	struct ub_text rest = ub_text_sub(bytes, message->all, bytes.len), length = message->content;
	enum reference_result result = REFERENCE_WHOLE;
	uint64_t n = 0;
	for (size_t i = 0; message->framing == REFERENCE_LENGTH && i < length.len; i++)
		n = n * 10 + (uint64_t)(length.ptr[i] - '0');
	message->content = UB_TEXT_NONE;
	switch (message->framing) {
	case REFERENCE_NONE:
		break;
	case REFERENCE_LENGTH:
	case REFERENCE_REST:
		result =
		    message->framing == REFERENCE_LENGTH && n <= rest.len ? REFERENCE_WHOLE : REFERENCE_PART;
		message->content = ub_text_sub(rest, 0, result == REFERENCE_WHOLE ? (size_t)n : rest.len);
		rest = ub_text_sub(rest, message->content.len, rest.len);
		break;
	case REFERENCE_CHUNKS:
		result = read_chunks(&rest, &content);
		message->content = ub_buf_text(&content);
		break;
	}
	message->all = bytes.len - rest.len;
	return result;
}
