/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_HTTP_H
#define UPBEAT_HTTP_H

/*
 * http: HTTP/1.1 messages as they stand on a connection (RFC 9112). A strict scanner reads heads, a tracker
 * finds the end of a body; neither allocates memory. The canonical form of hrefs is here, too.
 *
 * Strict means: a head that two parsers might read differently is refused. A proxy that forwarded it would
 * let one request hide in another.
 */

#include "upbeat/base.h"

struct ub_http_field {
	struct ub_text line;        /* from the name to the CRLF, both included */
	struct ub_text name, value; /* the value without the white space around it */
};

/* How long a message's body is (RFC 9112 6.3). */
enum ub_http_framing {
	UB_HTTP_NO_BODY,
	UB_HTTP_LENGTH,
	UB_HTTP_CHUNKED,
	UB_HTTP_UNTIL_CLOSE, /* responses only */
};

/* The texts point into the scanned bytes. */
struct ub_http_head {
	struct ub_text bytes;          /* all of the head, from the start line to the empty line */
	struct ub_text start;          /* the start line without its CRLF */
	struct ub_text method, target; /* requests */
	int minor;                     /* HTTP/1.minor: 0 or 1 */
	int status;                    /* responses: 100-999 */
	struct ub_text host;           /* requests: empty only with HTTP/1.0 */
	enum ub_http_framing framing;
	uint64_t content_length; /* with UB_HTTP_LENGTH, and what a response to HEAD announces */
	bool close;              /* the connection ends after this message (RFC 9112 9.3) */
	struct ub_http_field fields[UB_HTTP_FIELDS_MAX];
	size_t n;
};

enum ub_http_result {
	UB_HTTP_DONE,
	UB_HTTP_MORE,      /* good as far as it has come */
	UB_HTTP_BAD,       /* 400 */
	UB_HTTP_TOO_LARGE, /* 431 */
	UB_HTTP_VERSION,   /* 505 */
	UB_HTTP_METHOD,    /* 405: no proxy may pass it on */
	UB_HTTP_LONG_LINE, /* 414 */
};

/* How far the scan of a head has come; zeroed before the head begins. */
struct ub_http_scan {
	size_t at, line; /* offsets of the next byte to look at, and of its line */
	size_t start;    /* offset of the start line: 2 after an empty line */
	bool after_cr;
	const char *problem; /* what is wrong, for example "a bare LF"; set unless DONE or MORE */
};

/*
 * `bytes` is all that has come since the message's beginning. With each call there may be more of them, and
 * elsewhere in memory; the scan goes on at the byte where it stopped. UB_HTTP_DONE: the head is filled in,
 * and the body begins head->bytes.len bytes after head->bytes.ptr. (One empty line before a request is
 * skipped: RFC 9112 2.2.)
 */
UB_MUST_USE enum ub_http_result ub_http_scan_request(
    struct ub_http_scan *scan, struct ub_text bytes, struct ub_http_head *head);
/* `to_head`: the response answers a HEAD request. */
UB_MUST_USE enum ub_http_result ub_http_scan_response(
    struct ub_http_scan *scan, struct ub_text bytes, bool to_head, struct ub_http_head *head);

/* Whether requests by that method are passed on. */
bool ub_http_method_is_served(struct ub_text method);

/* A copy whose texts point into `bytes`, which has room for head->bytes.len of them. */
void ub_http_head_copy(struct ub_http_head *copy, const struct ub_http_head *head, char *bytes);

/* The first field of that name (ASCII case does not matter), or NULL. */
const struct ub_http_field *ub_http_field(const struct ub_http_head *head, const char *name);
/* Its value, or the empty text. */
struct ub_text ub_http_value(const struct ub_http_head *head, const char *name);
/* Whether a server that turns names into variables, and so reads Content_Length as Content-Length (RFC
 * 3875 4.1.18), or any other server takes the field's name for `wanted`, which is letters, digits and -. */
bool ub_http_same_variable(struct ub_text name, struct ub_text wanted);
/* Is `token` an element of the comma-separated list? */
bool ub_http_list_has(struct ub_text list, const char *token);
/* Compares the type without its parameters: "Text/Calendar; charset=utf-8" is "text/calendar". */
bool ub_http_media_type_is(struct ub_text content_type, const char *type);

/* ---- who asks ---- */

/*
 * The user whom an Authorization value speaks for, as keys name him: his name (Basic, RFC 7617), or the
 * digest of a bearer token (RFC 6750), since nothing else tells one user's tokens from another's. Empty:
 * there is no value, or its scheme does not let it be used again (Digest, Negotiate).
 */
struct ub_text ub_http_principal(struct ub_text authorization, struct ub_arena *arena);
/*
 * Whether an answer proves that the server accepted the credentials of that very request: 2xx and 304 do. A
 * 401 or 403 says no; a 404, 405, 301, 5xx or no answer (0) says nothing, as a server may give it to anybody.
 * Of all that Upbeat does for a caller (using his credentials, trusting his keys, learning where his paths
 * have moved to) this is the only proof. It holds for methods that a server does not answer to everybody: not
 * for OPTIONS.
 */
UB_MUST_USE bool ub_http_proves_identity(int status);
/* The user name of a Basic Authorization value; empty for any other scheme. */
struct ub_text ub_http_user(struct ub_text authorization, struct ub_arena *arena);

/* Makes the Authorization value of a user and a password (RFC 7617), a secret. */
struct ub_text ub_http_basic(struct ub_text user, struct ub_text password, struct ub_arena *arena);

/* ---- bodies ---- */

struct ub_http_body {
	enum ub_http_framing framing;
	unsigned state; /* the place in the chunked framing */
	uint32_t seen;  /* how many bytes of the chunk's line or of the trailer section have come */
	uint32_t name;  /* the digest of the trailer's name, as far as it has come */
	uint64_t left;  /* of the body or of the chunk */
};

/* Begins with the body that the head has announced. */
void ub_http_body_start(struct ub_http_body *body, const struct ub_http_head *head);
/*
 * Looks at the bytes that come next on the connection. *used: how many of them belong to the body. *content:
 * the next part of them that is content, without chunk sizes, extensions and trailers. UB_HTTP_DONE: the body
 * is complete, and the bytes behind *used belong to another message. UB_HTTP_MORE: call this again with
 * those. Trailers that would change what the head has said (RFC 9110 6.5.1) make a body UB_HTTP_BAD.
 */
UB_MUST_USE enum ub_http_result ub_http_body_next(
    struct ub_http_body *body, struct ub_text bytes, size_t *used, struct ub_text *content);
/* The same for callers who do not want the content: *used covers all of the bytes that belong to the body. */
UB_MUST_USE enum ub_http_result ub_http_body_skip(
    struct ub_http_body *body, struct ub_text bytes, size_t *used);

/* ---- hrefs ---- */

/*
 * The canonical form of a resource's address, for comparing: the path of a request target, of a Destination
 * or of a DAV:href, without scheme, authority, query, fragment and trailing slash. Empty and dot segments are
 * resolved (RFC 3986 5.2.4). Bytes that may stand in a path segment are plain (servers differ in whether they
 * write %40 or @), all others are escaped in upper case; %2F stays, as it is no slash. The root is "/". The
 * result is empty when `href` has no absolute path ("*", a relative one) or is longer than UB_HREF_MAX.
 */
struct ub_text ub_http_href_canonical(struct ub_arena *arena, struct ub_text href);
/* The href of what a resource is in: up to its last slash. */
struct ub_text ub_http_href_collection(struct ub_text href);
/* The bytes of a path's segment without percent-encoding (RFC 3986 2.1). */
struct ub_text ub_http_segment_decode(struct ub_arena *arena, struct ub_text segment);

#endif
