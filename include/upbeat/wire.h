/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_WIRE_H
#define UPBEAT_WIRE_H

/*
 * wire: what the relay and the engine tell each other, and what people ask the engine. One message of a
 * SOCK_SEQPACKET socket is one frame, or several that go together, one behind the other. The engine finds its
 * end of the pair with the relay at the file descriptor UB_WIRE_ENGINE_FD, and the listening control socket
 * at UB_WIRE_CONTROL_FD. Each loop of the relay has a socket of its own, which comes with HELLO: what a loop
 * tells is answered there. At UB_WIRE_MEMORY_FD is memory in which the engine shows the relay what it knows,
 * and the relay the engine how crowded servers are. All ends are the same program on the same machine. All
 * the same a frame is checked: if a length does not fit, it is no frame.
 *
 * relay to engine                       engine to relay
 *   HELLO     which engine it is;         READY      settings and rules are read; sent once
 *             sent first                  BODIES     whether it looks at bodies; sent when that changes
 *   WRITE     a write is about to be      COMMITTED  the key of the write is safe, or it needs none: the
 *             forwarded, or went                     write may go on, with the body in this frame, if there
 *             ahead and is done                      is one
 *   ANSWERED  upstream has answered it    HEARD      all that went ahead has come, and more may
 *                                         WAITING    the users whose keys wait; sent each second while there
 *   PRINCIPAL a user whose keys wait                 are any
 *             was heard of; sent once     POLLS      how often it wants to be told of polls; sent when that
 *             after each WAITING; or he              changes
 *             polls a calendar
 *   TLS       what came of reading
 *             certificates again; sent
 *             when they were, and if they
 *             could not be to each engine
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
#define UB_WIRE_MEMORY_FD  5
/* The exit status of an engine that has ended because a reading took too long, and has told its store which
 * key is to blame for that, if any is: no other key that was worked on is to be suspected. */
#define UB_WIRE_EXIT_OVERRUN 4

/* Addresses one exchange at the relay: the slot of its connection, and which of the connection's exchanges it
 * is. The engine gives the id back as it came. */
struct ub_wire_id {
	uint32_t slot, generation;
};

enum ub_wire_kind {
	UB_WIRE_WRITE = 1,
	UB_WIRE_ANSWERED = 2,
	UB_WIRE_READY = 3,
	UB_WIRE_COMMITTED = 4,
	/* its id: the number of engines before; when the relay started, Unix seconds. The sockets of the
	   relay's loops come along, and of those of the relay that it has taken over from. */
	UB_WIRE_HELLO = 5,
	UB_WIRE_PLACE =
	    6, /* from one relay to its successor, with the sockets of a place; see relay/handover.c */
	UB_WIRE_HEARD = 7,
	UB_WIRE_BODIES = 16,
	UB_WIRE_POLLS = 17,
	UB_WIRE_ASK = 32,
	UB_WIRE_REPLY = 33,
	UB_WIRE_WAITING = 48,
	UB_WIRE_PRINCIPAL = 49,
	UB_WIRE_TLS = 50,
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
	bool overridden;              /* the method that was sent is another one, a field says `write` */
	struct ub_text method;        /* as sent */
	struct ub_text target;        /* as sent */
	struct ub_text href;          /* canonical: ub_http_href_canonical */
	struct ub_text destination;   /* MOVE, COPY: canonical; else empty */
	struct ub_text host;          /* as sent */
	struct ub_text authorization; /* the field's value, a secret; empty: none */
	/* A body that the engine may judge and amend, at most UB_WIRE_BODY_MAX bytes; empty: the body goes on
	 * as it came. */
	struct ub_text body;
	struct ub_text if_match; /* as sent; empty: none */
	/* Who the caller is by his certificate, or by a field that a front sets, X-Remote-User or
	 * X-Forwarded-User; empty: neither is there. It proves nothing, and is shown to people alone. */
	struct ub_text remote_user;
	struct ub_text agent; /* User-Agent, as sent; empty: none */
	bool certified;       /* he has shown a certificate */
	/* The write went ahead of the engine, as no rule can want what the body shows, and the server has
	 * stored it with this ETag (empty: none). The body is that of ub_glance_brief(). Neither COMMITTED
	 * nor ANSWERED is due. */
	bool stored;
	struct ub_text etag;
	/* When it was announced: the lower 16 bits of ub_sys_monotonic_ms(). The frame may come later. */
	uint16_t announced;
};

/* Status 0: no answer came, and whether the write was done is not known. */
struct ub_wire_answered {
	int status;
	bool amended;                                /* the engine's body was sent and not the client's */
	struct ub_text etag, schedule_tag, location; /* as sent; empty: none */
};

#define UB_ORDER_USER " --user "

enum ub_ask {
	UB_ASK_STATUS = 1,
	UB_ASK_EXPLAIN = 2, /* a meeting, found by {"text", "owner", "on"}, as JSON: each may be missing */
	/* These two tell something instead of asking: */
	UB_ASK_REMOVAL = 3, /* what becomes of an item that is to be removed, as JSON */
	/* {"objects": hrefs, "accounts": whether all accounts} to be looked at; answered by how many keys are
	   left */
	UB_ASK_BACKFILL = 4,
	/* what is to be done for everybody, in the words of the command line; or with UB_ORDER_USER and a
	   user's name behind them, for him */
	UB_ASK_ORDER = 5,
	UB_ASK_REFRESH = 6, /* that account sources have changed; "force": however much is gone */
};

struct ub_wire_ask {
	enum ub_ask ask;
	bool json, colour; /* the form of the answer */
	struct ub_text subject;
	struct ub_text authorization; /* of the user to act for, a secret; empty: there is none */
};

struct ub_wire_reply {
	bool more;  /* another frame follows */
	int status; /* in the last frame: the exit status for the client */
	struct ub_text text;
};

/* The users whose keys wait, as a set of buckets. Other users may fall into the same bucket. */
struct ub_wire_waiting {
	struct ub_text buckets; /* UB_WIRE_WAITING_BYTES bytes; empty: no keys wait */
};
/* The number of a principal's bucket: bit n % 8 of byte n / 8 stands for bucket n. */
unsigned ub_wire_bucket(struct ub_text principal);

/* The upstream has answered a request in a way that shows that it knows the user. */
struct ub_wire_principal {
	struct ub_text authorization; /* a secret */
	struct ub_text host;
	/* The path of what may be a calendar, as sent, in which he has looked for changes; empty: in none. */
	struct ub_text polled;
	struct ub_text agent; /* User-Agent, as sent; empty: none */
};

/* The texts point into the bytes that the frame was decoded from, or to what it was made of. */
struct ub_wire_frame {
	enum ub_wire_kind kind;
	struct ub_wire_id id;
	size_t size; /* set by ub_wire_receive(), whatever it returns: bytes to be wiped in its scratch */
	union {
		struct ub_wire_write write;
		struct ub_wire_answered answered;
		struct ub_wire_committed {
			struct ub_text body; /* to be forwarded instead; empty: the body stays as it is */
			bool patient;        /* the answer need not be told at once: nothing waits for it */
		} committed;
		struct ub_wire_bodies {
			bool wanted;
			/* No rule wants a lone object (ub_glance_is_lone()) of which nothing is known. */
			bool lone_go_ahead;
		} bodies;
		/* seconds between two polls of one user and calendar, at least; 0: none is told */
		unsigned polls;
		struct ub_wire_ask ask;
		struct ub_wire_reply reply;
		struct ub_wire_waiting waiting;
		struct ub_wire_principal principal;
		struct ub_wire_place {
			struct ub_text name; /* empty: there are no more */
		} place;
		struct ub_wire_tls {
			/* Why certificates are used that were read before; empty: those of the files are. */
			struct ub_text problem;
		} tls;
	};
};

/* Puts the bytes of a frame into `out` and returns their number; 0: they are more than `size`. Writes and
 * principals hold a secret: wipe `out` after use (explicit_bzero). */
UB_MUST_USE size_t ub_wire_encode(const struct ub_wire_frame *frame, unsigned char *out, size_t size);

enum ub_wire_result {
	UB_WIRE_OK,
	UB_WIRE_NONE,    /* no frame is there now */
	UB_WIRE_UNKNOWN, /* a frame of an unknown kind, to be skipped */
	UB_WIRE_FULL,    /* the other side does not keep up; the frame was not sent */
	UB_WIRE_INVALID, /* not a frame, or too large to be one */
	UB_WIRE_CLOSED,  /* the other side is gone */
};

/* The n bytes are one frame. */
UB_MUST_USE enum ub_wire_result ub_wire_decode(
    const unsigned char *bytes, size_t n, struct ub_wire_frame *frame);
/* The first of the n bytes are a frame. *used: how many; all of them when the result is UB_WIRE_INVALID. */
UB_MUST_USE enum ub_wire_result ub_wire_decode_first(
    const unsigned char *bytes, size_t n, struct ub_wire_frame *frame, size_t *used);

/* Sending and receiving do not block. `scratch` has UB_WIRE_FRAME_MAX bytes. ub_wire_send wipes what it has
 * used of them; a received frame points into them, so the caller wipes them after use. */
UB_MUST_USE enum ub_wire_result ub_wire_send(
    int fd, const struct ub_wire_frame *frame, unsigned char *scratch);
/* Sends bytes that ub_wire_encode made, and leaves them as they are. */
UB_MUST_USE enum ub_wire_result ub_wire_send_bytes(int fd, const unsigned char *bytes, size_t n);
UB_MUST_USE enum ub_wire_result ub_wire_receive(int fd, struct ub_wire_frame *frame, unsigned char *scratch);
/* These two wait for the other side until `deadline` (ub_sys_monotonic_ms) has passed; the result is FULL or
 * NONE then. */
UB_MUST_USE enum ub_wire_result ub_wire_send_until(
    int fd, const struct ub_wire_frame *frame, unsigned char *scratch, int64_t deadline);
UB_MUST_USE enum ub_wire_result ub_wire_receive_until(
    int fd, struct ub_wire_frame *frame, unsigned char *scratch, int64_t deadline);

/* ---- several frames that go together: message.c ---- */

/* Frames that have come. */
struct ub_wire_message {
	const unsigned char *rest; /* in the scratch: what was not taken yet */
	size_t left;
	size_t size; /* bytes to be wiped in the scratch */
	/* Open files that have come along, which are the receiver's. */
	int files[UB_WIRE_FILES_MAX];
	size_t n_files;
};
/* Receives a message; does not block. OK, NONE, INVALID or CLOSED. `scratch` as in ub_wire_receive(). */
UB_MUST_USE enum ub_wire_result ub_wire_hear(int fd, struct ub_wire_message *message, unsigned char *scratch);
/* Takes the next frame. NONE: there is none left. INVALID: what is left is none. */
UB_MUST_USE enum ub_wire_result ub_wire_next(struct ub_wire_message *message, struct ub_wire_frame *frame);

/* Frames that are to go together. */
struct ub_wire_outbox {
	unsigned char *bytes; /* UB_WIRE_FRAME_MAX of them, made with the first frame; NULL: not yet */
	size_t n;
};
/* Puts a frame behind the others. False: there is no room for it. */
UB_MUST_USE bool ub_wire_outbox_add(struct ub_wire_outbox *outbox, const struct ub_wire_frame *frame);
/* The same for the bytes of a frame. */
UB_MUST_USE bool ub_wire_outbox_add_bytes(
    struct ub_wire_outbox *outbox, const unsigned char *bytes, size_t n);
/* Sends what there is; does not block. FULL: all of it is still there. Otherwise it is wiped. */
UB_MUST_USE enum ub_wire_result ub_wire_outbox_send(struct ub_wire_outbox *outbox, int fd);
/* Wipes and forgets what there is. */
void ub_wire_outbox_clear(struct ub_wire_outbox *outbox);
/* The same, and frees the bytes. The outbox is as new. */
void ub_wire_outbox_free(struct ub_wire_outbox *outbox);
/* Sends the bytes of a frame, and open files along with it; does not block. */
UB_MUST_USE enum ub_wire_result ub_wire_send_files(
    int fd, const unsigned char *bytes, size_t n, const int *files, size_t n_files);

/* ---- memory that the relay and its engine share: memory.c ---- */

/* What one of the two tells here, the other one sees at once. Any thread. */
struct ub_wire_memory;
/* A file for such memory, close-on-exec, with a number well above those that an engine inherits, in which
 * all objects are found, and no request waits. -1: errno says why there can be none. */
UB_MUST_USE int ub_wire_memory_new(void);
/* NULL: there is no such file. */
UB_MUST_USE struct ub_wire_memory *ub_wire_memory_open(int fd);
/* The file stays open. Sets *memory to NULL; NULL is allowed. */
void ub_wire_memory_close(struct ub_wire_memory **memory);

/*
 * The objects of which the engine remembers something, each by its href and by its UID. The engine adds these
 * names, and the relay asks. A name that was added is found. One that was not is found too, now and then (a
 * Bloom filter).
 */
/* Takes all names out; until ub_wire_objects_complete() all are found. */
void ub_wire_objects_clear(struct ub_wire_memory *memory);
void ub_wire_objects_complete(struct ub_wire_memory *memory);
void ub_wire_objects_add(struct ub_wire_memory *memory, struct ub_text name);
bool ub_wire_objects_have(const struct ub_wire_memory *memory, struct ub_text name);

/* The requests to one upstream. The relay tells the engine. */
struct ub_wire_crowd {
	uint32_t waiting; /* for a place at its servers, now */
	uint64_t refused; /* as there was none, since the relay began */
};
/* `upstream` is its number in the settings: 0 is the CalDAV server, and UB_UPSTREAMS_MAX - 1 the last. */
void ub_wire_crowd_set_waiting(struct ub_wire_memory *memory, size_t upstream, uint32_t waiting);
void ub_wire_crowd_count_refused(struct ub_wire_memory *memory, size_t upstream);
struct ub_wire_crowd ub_wire_crowd_at(const struct ub_wire_memory *memory, size_t upstream);

/* ---- the control socket ---- */

/*
 * Opens the listening socket at `path`, for the daemon's user alone (mode 0600), close-on-exec, with a number
 * well above those that an engine inherits. A socket that a dead daemon left behind is replaced. A living
 * daemon may be ending: it is waited for, at most `patience` milliseconds. A file that is no socket is left
 * alone. -1: *why says in the arena why there can be no socket.
 */
UB_MUST_USE int ub_wire_control_listen(
    const char *path, int64_t patience, struct ub_arena *arena, struct ub_text *why);
/* Takes the socket's name away and closes it. */
void ub_wire_control_close(int fd, const char *path, struct ub_arena *arena);
/* A connection to the daemon; -1: *why. */
UB_MUST_USE int ub_wire_control_connect(const char *path, struct ub_arena *arena, struct ub_text *why);

#endif
