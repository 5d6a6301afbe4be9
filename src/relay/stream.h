/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_RELAY_STREAM_H
#define UPBEAT_RELAY_STREAM_H

/*
 * What bytes pass by, whatever they mean: time-outs, sockets, memory, and one message on its way.
 */

#include <stddef.h>
#include <sys/uio.h>

#include "upbeat/http.h"
#include "upbeat/relay.h"
#include "upbeat/tls.h"

/* What a link or a timer is a member of. */
#define OWNER(member_at, type, member) ((type *)(void *)((char *)(member_at)-offsetof(type, member)))

/* ---- time-outs: timers.c ---- */

/* All timers of a kind run equally long. So the one started last ends last, and the list of a kind is always
 * in order. */
enum timer_kind {
	/* What is waited for. The timer is a connection's, unless a line says otherwise. */
	TIMER_IDLE,    /* a client's next request */
	TIMER_HEAD,    /* a request's head, from its first byte */
	TIMER_BODY,    /* the client's next bytes of a body */
	TIMER_COMMIT,  /* the engine's confirmation */
	TIMER_LATE,    /* the same, of an engine that is late with an earlier one */
	TIMER_CONNECT, /* a connection to the upstream, and before that a place there */
	TIMER_ANSWER,  /* the upstream's first byte */
	TIMER_STREAM,  /* the next bytes of an answer, either way */
	TIMER_LINGER,  /* the end of the client's side */
	TIMER_PACE,    /* the next look how an exchange goes on, whose it is */
	TIMER_POOL,    /* the next use of an idle upstream connection, whose it is */
	TIMER_MISSED,  /* a write that no engine has confirmed, whose it is */
	TIMER_KINDS,
};

struct timer {
	struct timer *previous, *next; /* NULL: not running */
	int64_t due : 56; /* and the kind takes no room of its own: each connection has a timer */
	enum timer_kind kind : 8;
};

struct timers {
	struct timer lists[TIMER_KINDS]; /* each is the head of a ring */
	int64_t durations[TIMER_KINDS];
};

/* The limits with the defaults filled in, but for those of clients. */
struct ub_relay_limits relay_limits(const struct ub_relay_limits *given);
void relay_timers_init(struct timers *timers, const struct ub_relay_limits *limits);
void relay_timer_start(struct timers *timers, struct timer *timer, enum timer_kind kind, int64_t now);
/* Starts the timer, unless it runs for the same kind already. */
void relay_timer_ensure(struct timers *timers, struct timer *timer, enum timer_kind kind, int64_t now);
void relay_timer_stop(struct timer *timer);
/* Stops a timer that is due and returns it; NULL: none is due. */
struct timer *relay_timers_expired(struct timers *timers, int64_t now);
/* Milliseconds until the next timer is due; -1: no timer runs. */
int relay_timers_wait(const struct timers *timers, int64_t now);

/* ---- sockets: link.c ---- */

enum link_kind { LINK_LISTENER, LINK_NOTES, LINK_ENGINE, LINK_CLIENT, LINK_UPSTREAM };

/* Connections are read and written by relay_link_read and relay_link_write alone: whether by TLS is nobody
 * else's business. */
struct link {
	struct ub_tls_channel *tls; /* NULL: bytes pass as they are */
	int fd;                     /* -1: closed */
	enum link_kind kind : 8;
	bool readable : 1, writable : 1; /* as far as is known */
	bool ended : 1;   /* the other side has ended, or the connection broke; there may be unread bytes */
	bool watched : 1; /* by relay_link_watch() */
	bool read_writes : 1; /* reading goes on when the socket is writable: a handshake */
	bool cut : 1;         /* the other side is to see that something is missing */
};

enum io {
	IO_SOME,
	IO_WAIT,
	IO_END,
	IO_BROKEN,
	IO_FULL, /* no room to read into */
};

/* The socket is watched edge-triggered, for all its life. */
bool relay_link_watch(struct link *link, int epoll_fd);
/* From now on bytes pass by TLS. */
void relay_link_secure(struct link *link, struct ub_tls *tls);
/* Takes the handshake further. IO_SOME: it is done, or there is none. */
enum io relay_link_shake(struct link *link);
/* Whether a handshake is still to be done. */
bool relay_link_is_new(const struct link *link);
/* Why the TLS of a broken link broke; NULL: it has none, or that was not it. */
const char *relay_link_problem(const struct link *link);
enum io relay_link_read(struct link *link, void *out, size_t size, size_t *n);
/* Of a link without TLS: what waits to be read, which stays there. */
enum io relay_link_peek(struct link *link, void *out, size_t size, size_t *n);
enum io relay_link_write(struct link *link, const struct iovec *pieces, int count, size_t *n);
/* Tells the other side that nothing more comes. False: that cannot be said any more. */
UB_MUST_USE bool relay_link_end(struct link *link);
/* Asks the kernel. True: nothing waits to be read, neither bytes nor the end. */
bool relay_link_is_quiet(struct link *link);
/* Closing will reset the connection, by which the other side sees that something is missing. */
void relay_link_cut_off(struct link *link);
/* `epoll_fd` watches the link, unless nobody does. */
void relay_link_close(struct link *link, int epoll_fd);

/* ---- memory: buffer.c ---- */

/*
 * A buffer is one block of UB_RELAY_BUFFER bytes or a larger piece of memory. Blocks that nobody uses are
 * kept for the next user. Buffers carry credentials: what was written is wiped before another user gets the
 * block.
 */
struct buffer {
	char *ptr; /* NULL: the buffer has no memory */
	size_t cap, start, end;
	size_t touched; /* bytes from the beginning that have been written to, to be wiped */
};

struct blocks {
	void *free;
	unsigned n;
	unsigned spare; /* the fewest unused blocks that there were since the last trim */
	size_t large;   /* bytes in buffers larger than a block */
};

/* The buffer has at least `cap` bytes afterwards, and keeps its contents. */
void relay_buffer_reserve(struct blocks *blocks, struct buffer *buffer, size_t cap);
void relay_buffer_release(struct blocks *blocks, struct buffer *buffer);
/* Makes room at the end, if need be by moving the contents to the beginning. False: the buffer is full. */
bool relay_buffer_room(struct blocks *blocks, struct buffer *buffer);
struct ub_text relay_buffer_text(const struct buffer *buffer);
/* Makes room for `n` more bytes behind the end. */
void relay_buffer_more(struct blocks *blocks, struct buffer *buffer, size_t n);
/* There must be room. */
void relay_buffer_add(struct buffer *buffer, struct ub_text text);
/* Notes that the bytes up to the end were written. To be called before the end moves back. */
void relay_buffer_touch(struct buffer *buffer);
/* Frees the blocks that nobody has needed since this was last called. */
void relay_blocks_trim(struct blocks *blocks);
/* Gives back the free end of malloc()'s arena for this thread, which malloc_trim() leaves alone. */
void relay_arena_trim(void);
void relay_blocks_free(struct blocks *blocks);

/* ---- one message on its way: flow.c ---- */

struct flow {
	struct ub_http_scan scan;
	struct buffer raw;  /* bytes as they came, from raw.start on not yet passed on */
	struct buffer head; /* what goes before them: the rewritten head */
	struct ub_http_body body;
	size_t ready;  /* bytes of raw that belong to the message's body */
	size_t sent;   /* how many of these are passed on already, and kept */
	uint64_t come; /* bytes that have come since the message began */
	bool keep;     /* the message may have to be passed on once more */
	bool complete; /* the end of the message was seen */
};

enum io relay_flow_fill(struct blocks *blocks, struct flow *flow, struct link *from);
/* Finds out how much of raw belongs to the body. At its end (UB_HTTP_DONE) the flow is complete. */
enum ub_http_result relay_flow_track(struct flow *flow);
/* Writes what there is. IO_SOME: nothing is left to be written. */
enum io relay_flow_drain(struct flow *flow, struct link *to);
bool relay_flow_drained(const struct flow *flow);
/* The kept message will be passed on once more. */
void relay_flow_rewind(struct flow *flow);
void relay_flow_unkeep(struct flow *flow);
/* On to the next message of the connection, which raw may hold already. */
void relay_flow_next(struct blocks *blocks, struct flow *flow);
void relay_flow_release(struct blocks *blocks, struct flow *flow);

#endif
