/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_REFERENCE_H
#define UPBEAT_TESTS_REFERENCE_H

/*
 * HTTP/1.1 messages as RFC 9112 has them, and as strictly as Upbeat takes them, read once more by other code:
 * slow, simple, and from bytes that are all there. The code shares nothing with src/http but its limits.
 */

#include "upbeat/base.h"

enum reference_result { REFERENCE_WHOLE, REFERENCE_PART, REFERENCE_REFUSED };

struct reference_message {
	size_t head; /* bytes of the head */
	size_t all;  /* bytes of the message, the empty line before it among them */
	struct ub_text method, target;
	int status;
	size_t fields;
	enum { REFERENCE_NONE, REFERENCE_LENGTH, REFERENCE_CHUNKS, REFERENCE_REST } framing;
	struct ub_text content; /* in the arena; of a body that is not whole, as far as it is known */
};

/* Reads the head at the beginning of `bytes`. */
enum reference_result reference_head(
    struct ub_text bytes, bool request, bool to_head, struct reference_message *message);
/* Reads the body behind the head. REFERENCE_WHOLE: message->all is known. A body up to the end of the
 * connection is never whole. */
enum reference_result reference_body(
    struct ub_text bytes, struct reference_message *message, struct ub_arena *arena);

#endif
