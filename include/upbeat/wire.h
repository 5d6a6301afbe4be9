/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_WIRE_H
#define UPBEAT_WIRE_H

/*
 * wire: what the relay and the engine tell each other, and what people ask the engine. One frame is one
 * message of a SOCK_SEQPACKET socket; the engine finds its end of the pair with the relay at the file
 * descriptor UB_WIRE_ENGINE_FD, and the listening control socket at UB_WIRE_CONTROL_FD. All ends are the same
 * program on the same machine, yet nothing of a frame is believed: a length that does not fit makes it no
 * frame.
 *
 * relay to engine                       engine to relay
 *   WRITE     a write is about to be      READY      settings and rules are read; sent once
 *             forwarded                   AMENDS     whether any rule amends meetings: told when it changes
 *   ANSWERED  upstream has answered it    COMMITTED  the key of that write is safe: let it go, with another
 *   HELLO     which engine it is;                    body where it has one
 *             sent first              WAITING    for whom keys wait: told each second while some do
 *   PRINCIPAL one of them was heard
 *             of; each once a telling
 *
 * client of the control socket          engine to client
 *   ASK       what is to be told           REPLY      what there is to tell, piece by piece
 *
 * A frame is: version (1 byte), kind (1), flags (2), id (4 + 4), status (2), number of texts (1), 0 (1); then
 * that many lengths (4 each), then the texts themselves, nothing behind them. Integers are in network byte
 * order. New kinds take free numbers; a receiver skips kinds that it does not know (32-47: the control
 * socket).
 */

#include "upbeat/base.h"

#define UB_WIRE_ENGINE_FD  3
#define UB_WIRE_CONTROL_FD 4

/* Addresses one exchange at the relay: a connection slot, and which of its exchanges. The engine gives it
 * back as it came. */
struct ub_wire_id {
	uint32_t slot, generation;
};

enum ub_wire_kind {
	UB_WIRE_WRITE = 1,
	UB_WIRE_ANSWERED = 2,
	UB_WIRE_READY = 3,
	UB_WIRE_COMMITTED = 4,
	UB_WIRE_HELLO =
	    5, /* its id: how many engines were before it; seconds since 1970, of the relay's start */
	UB_WIRE_AMENDS = 16,
	UB_WIRE_ASK = 32,
	UB_WIRE_REPLY = 33,
	UB_WIRE_WAITING = 48,
	UB_WIRE_PRINCIPAL = 49,
};

/* What a write does, after any X-HTTP-Method-Override. */
enum ub_write {
	UB_WRITE_NONE, /* does not concern the engine */
	UB_WRITE_PUT,
	UB_WRITE_DELETE,
	UB_WRITE_MOVE,
	UB_WRITE_COPY,
	UB_WRITE_ADD_MEMBER, /* a POST that makes a new resource in a collection (RFC 5995) */
};

struct ub_wire_write {
	enum ub_write write;
	bool overridden;       /* the method that was sent is POST, X-HTTP-Method-Override says `write` */
	struct ub_text method; /* as sent */
	struct ub_text target; /* as sent */
	struct ub_text href;   /* canonical: ub_http_href_canonical */
	struct ub_text destination;   /* MOVE, COPY: canonical; else empty */
	struct ub_text host;          /* as sent */
	struct ub_text authorization; /* the field's value, a secret; empty: none */
	/* Of a body that the engine may amend, at most UB_WIRE_BODY_MAX bytes; empty: it goes as it came. */
	struct ub_text body;
	struct ub_text if_match; /* as sent; empty: none */
};

/* Status 0: no answer came; whether the write was done is not known. */
struct ub_wire_answered {
	int status;
	bool amended; /* the body that the engine gave was sent, and not the client's */
	struct ub_text etag, schedule_tag, location; /* as sent; empty: none */
};

enum ub_ask {
	UB_ASK_STATUS = 1,
	UB_ASK_EXPLAIN = 2, /* the meeting whose UID is the subject */
	/* Not asked but told: */
	UB_ASK_REMOVAL = 3,  /* what becomes of an item that is to be removed, as JSON */
	UB_ASK_BACKFILL = 4, /* hrefs to be looked at, as a JSON list; answered by how many keys are left */
};

struct ub_wire_ask {
	enum ub_ask ask;
	bool json, colour; /* how it is to be told */
	struct ub_text subject;
	struct ub_text authorization; /* of whom to act for, a secret; empty: nobody */
};

struct ub_wire_reply {
	bool more;  /* another frame follows */
	int status; /* of the last frame: the exit status of who asked */
	struct ub_text text;
};

/* Whose keys wait, as a set of buckets: others may fall into the same one. */
struct ub_wire_waiting {
	struct ub_text buckets; /* UB_WIRE_WAITING_BYTES bytes; empty: nobody's */
};
/* The number of a principal's bucket: bit n % 8 of byte n / 8 stands for bucket n. */
unsigned ub_wire_bucket(struct ub_text principal);

/* A request that the upstream has answered as one of somebody it knows. */
struct ub_wire_principal {
	struct ub_text authorization; /* a secret */
	struct ub_text host;
};

/* The texts point to where the frame was decoded from or what it was made of. */
struct ub_wire_frame {
	enum ub_wire_kind kind;
	struct ub_wire_id id;
	union {
		struct ub_wire_write write;
		struct ub_wire_answered answered;
		struct ub_wire_committed {
			struct ub_text body; /* to be forwarded instead; empty: the body stays as it is */
		} committed;
		bool amends;
		struct ub_wire_ask ask;
		struct ub_wire_reply reply;
		struct ub_wire_waiting waiting;
		struct ub_wire_principal principal;
	};
};

/* The bytes of a frame in `out`; 0 when there are more than `size`. Writes and principals hold a secret: wipe
 * `out` after use (explicit_bzero). */
UB_MUST_USE size_t ub_wire_encode(const struct ub_wire_frame *frame, unsigned char *out, size_t size);

enum ub_wire_result {
	UB_WIRE_OK,
	UB_WIRE_NONE,    /* nothing there now */
	UB_WIRE_UNKNOWN, /* a frame of a kind that we do not know: skip it */
	UB_WIRE_FULL,    /* the other side does not keep up; the frame was not sent */
	UB_WIRE_INVALID, /* not a frame, or too large to be one */
	UB_WIRE_CLOSED,  /* the other side is gone */
};

UB_MUST_USE enum ub_wire_result ub_wire_decode(
    const unsigned char *bytes, size_t n, struct ub_wire_frame *frame);

/* Neither blocks. UB_WIRE_FRAME_MAX bytes at `scratch` are used and, by ub_wire_send, wiped; what
 * ub_wire_receive gave points into them: wipe them when done. */
UB_MUST_USE enum ub_wire_result ub_wire_send(
    int fd, const struct ub_wire_frame *frame, unsigned char *scratch);
/* The same with bytes that ub_wire_encode made; they stay. */
UB_MUST_USE enum ub_wire_result ub_wire_send_bytes(int fd, const unsigned char *bytes, size_t n);
UB_MUST_USE enum ub_wire_result ub_wire_receive(int fd, struct ub_wire_frame *frame, unsigned char *scratch);
/* The same, but waiting for the other side until `deadline` (ub_sys_monotonic_ms) has passed: then FULL or
 * NONE. */
UB_MUST_USE enum ub_wire_result ub_wire_send_until(
    int fd, const struct ub_wire_frame *frame, unsigned char *scratch, int64_t deadline);
UB_MUST_USE enum ub_wire_result ub_wire_receive_until(
    int fd, struct ub_wire_frame *frame, unsigned char *scratch, int64_t deadline);

/* ---- the control socket ---- */

/*
 * The listening socket at `path`, for the daemon's user alone (mode 0600), close-on-exec and well above the
 * numbers that an engine inherits. One that a dead daemon left behind is replaced; a living daemon that has
 * it is waited for, at most `patience` milliseconds, for it may be ending. -1: *why says in the arena why
 * there can be none; what is no socket is left alone.
 */
UB_MUST_USE int ub_wire_control_listen(
    const char *path, int64_t patience, struct ub_arena *arena, struct ub_text *why);
/* Takes the socket's name away and closes it. */
void ub_wire_control_close(int fd, const char *path, struct ub_arena *arena);
/* A connection to the daemon; -1: *why. */
UB_MUST_USE int ub_wire_control_connect(const char *path, struct ub_arena *arena, struct ub_text *why);

#endif
