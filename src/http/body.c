/* SPDX-License-Identifier: Apache-2.0 */
#include "http-private.h"

/* The place of the next byte in the chunked framing (RFC 9112 7.1). */
enum {
	SIZE_FIRST,
	SIZE,
	SIZE_SPACE, /* white space that an extension must follow */
	EXTENSION,
	SIZE_LF,
	DATA,
	DATA_CR,
	DATA_LF,
	TRAILER_FIRST, /* at the beginning of a line after the last chunk */
	TRAILER_NAME,
	TRAILER_VALUE,
	TRAILER_LF,
	LAST_LF,
	COMPLETE,
	WRONG,
};

void ub_http_body_start(struct ub_http_body *body, const struct ub_http_head *head)
{
	*body = (struct ub_http_body){ .framing = head->framing };
	if (head->framing == UB_HTTP_LENGTH)
		body->left = head->content_length;
}

static unsigned after_size(char c)
{
	if (c == ';')
		return EXTENSION;
	return c == '\r' ? SIZE_LF : c == ' ' || c == '\t' ? SIZE_SPACE : WRONG;
}

static unsigned add_size_digit(struct ub_http_body *body, char c)
{
	if (!http_is(c, HTTP_HEX))
		return body->state == SIZE_FIRST ? WRONG : after_size(c);
	if (body->left >> 56)
		return WRONG; /* nobody has so many bytes */
	body->left = body->left * 16 + http_hex_value(c);
	return SIZE;
}

static unsigned within_space(char c)
{
	return c == ' ' || c == '\t' ? SIZE_SPACE : c == ';' ? EXTENSION : WRONG;
}

static unsigned within_line(char c, unsigned state, unsigned at_end)
{
	return c == '\r' ? at_end : http_is(c, HTTP_FIELD) ? state : WRONG;
}

/* ---- trailers ---- */

/* Fields that say how long a message is, where it goes, who sends it or what is to be done. Who puts trailers
 * and fields together (RFC 9110 6.5.2) would act by what nobody before him has looked at. */
static const char *const not_trailers[] = { "alt-svc", "authorization", "connection", "content-encoding",
	"content-length", "content-range", "content-type", "cookie", "depth", "destination", "expect",
	"forwarded", "host", "if", "if-match", "if-none-match", "if-schedule-tag-match", "keep-alive",
	"location", "max-forwards", "overwrite", "proxy-authenticate", "proxy-authorization",
	"proxy-connection", "range", "set-cookie", "te", "trailer", "transfer-encoding", "upgrade",
	"www-authenticate", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-user",
	"x-http-method", "x-http-method-override", "x-method-override", "x-real-ip", "x-remote-user" };

/* Of a name that comes in pieces nothing is kept but a digest (FNV-1a). An underscore is read as a hyphen
 * (RFC 3875 4.1.18). */
static uint32_t digest(uint32_t before, char c)
{
	unsigned char byte = (unsigned char)(c == '_' ? '-' : c >= 'A' && c <= 'Z' ? c | 0x20 : c);
	return ((before ? before : 2166136261u) ^ byte) * 16777619u;
}

static bool may_be_trailer(uint32_t name)
{
	for (size_t i = 0; i < UB_COUNT(not_trailers); i++) {
		uint32_t other = 0;
		for (const char *c = not_trailers[i]; *c; c++)
			other = digest(other, *c);
		if (name == other)
			return false;
	}
	return true;
}

static unsigned trailer_name(struct ub_http_body *body, char c)
{
	if (body->state == TRAILER_FIRST)
		body->name = 0;
	if (http_is(c, HTTP_TOKEN)) {
		body->name = digest(body->name, c);
		return TRAILER_NAME;
	}
	if (body->state == TRAILER_FIRST)
		return c == '\r' ? LAST_LF : WRONG;
	return c == ':' && may_be_trailer(body->name) ? TRAILER_VALUE : WRONG;
}

/* ---- chunks ---- */

/* The state after one byte of framing. */
static unsigned step(struct ub_http_body *body, char c)
{
	switch (body->state) {
	case SIZE_FIRST:
	case SIZE:
		return add_size_digit(body, c);
	case SIZE_SPACE:
		return within_space(c);
	case EXTENSION:
		return within_line(c, EXTENSION, SIZE_LF);
	case SIZE_LF:
		return c != '\n' ? WRONG : body->left > 0 ? DATA : TRAILER_FIRST;
	case DATA_CR:
		return c == '\r' ? DATA_LF : WRONG;
	case DATA_LF:
		return c == '\n' ? SIZE_FIRST : WRONG;
	case TRAILER_FIRST:
	case TRAILER_NAME:
		return trailer_name(body, c);
	case TRAILER_VALUE:
		return within_line(c, TRAILER_VALUE, TRAILER_LF);
	case TRAILER_LF:
		return c == '\n' ? TRAILER_FIRST : WRONG;
	case LAST_LF:
		return c == '\n' ? COMPLETE : WRONG;
	default:
		return WRONG;
	}
}

/* One limit is for a chunk's line, up to its LF, another for all the trailers together. */
static bool within_limits(struct ub_http_body *body, unsigned before)
{
	bool line_ended = before == SIZE_LF || before == DATA_LF;
	body->seen = line_ended ? 0 : body->seen + 1;
	return body->seen <= (body->state < TRAILER_FIRST ? UB_HTTP_CHUNK_LINE_MAX : UB_HTTP_TRAILERS_MAX);
}

/* Walks over framing until content, the end of the body or the end of the bytes comes. */
static enum ub_http_result next_chunk(struct ub_http_body *body, struct ub_text bytes, size_t *used)
{
	while (*used < bytes.len && body->state != DATA) {
		unsigned before = body->state;
		body->state = step(body, bytes.ptr[(*used)++]);
		if (body->state == COMPLETE)
			return UB_HTTP_DONE;
		if (body->state == WRONG)
			return UB_HTTP_BAD;
		if (!within_limits(body, before)) {
			body->state = WRONG;
			return UB_HTTP_TOO_LARGE;
		}
	}
	return UB_HTTP_MORE;
}

static void take_content(
    struct ub_http_body *body, struct ub_text bytes, size_t *used, struct ub_text *content)
{
	size_t here = bytes.len - *used;
	if (here > body->left)
		here = (size_t)body->left;
	*content = ub_text_n(bytes.ptr + *used, here);
	*used += here;
	body->left -= here;
}

enum ub_http_result ub_http_body_next(
    struct ub_http_body *body, struct ub_text bytes, size_t *used, struct ub_text *content)
{
	enum ub_http_result result = UB_HTTP_MORE;
	*used = 0;
	*content = UB_TEXT_NONE;
	switch (body->framing) {
	case UB_HTTP_NO_BODY:
		return UB_HTTP_DONE;
	case UB_HTTP_LENGTH:
		take_content(body, bytes, used, content);
		return body->left == 0 ? UB_HTTP_DONE : UB_HTTP_MORE;
	case UB_HTTP_UNTIL_CLOSE:
		*content = bytes;
		*used = bytes.len;
		return UB_HTTP_MORE;
	case UB_HTTP_CHUNKED:
		result = next_chunk(body, bytes, used);
		if (result == UB_HTTP_MORE && body->state == DATA) {
			take_content(body, bytes, used, content);
			if (body->left == 0)
				body->state = DATA_CR;
		}
		break;
	}
	return result;
}

enum ub_http_result ub_http_body_skip(struct ub_http_body *body, struct ub_text bytes, size_t *used)
{
	enum ub_http_result result;
	struct ub_text content;
	size_t piece;
	*used = 0;
	do {
		result = ub_http_body_next(body, ub_text_sub(bytes, *used, bytes.len), &piece, &content);
		*used += piece;
	} while (result == UB_HTTP_MORE && *used < bytes.len);
	return result;
}
