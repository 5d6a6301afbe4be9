/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_RELAY_PRIVATE_H
#define UPBEAT_RELAY_PRIVATE_H

/*
 * One loop a thread, nothing shared between loops but `struct shared`. A loop has connections (to clients),
 * each with the upstream connection of its present exchange, and idle upstream connections.
 *
 * A connection goes through phases; each phase is a function that does what can be done without waiting and
 * says whether to go on. Sockets are watched edge-triggered, once and for all their life: a link remembers
 * what the kernel said until a read or write finds the end of it.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "upbeat/http.h"
#include "upbeat/relay.h"
#include "upbeat/wire.h"

/* ---- time-outs: timers.c ---- */

/* A duration is constant, so what is started last ends last: a list each, in order by itself. */
enum timer_kind {
	TIMER_IDLE,    /* a client between two requests */
	TIMER_HEAD,    /* a request's head, from its first byte */
	TIMER_BODY,    /* the client's next bytes of a body */
	TIMER_COMMIT,  /* the engine's word */
	TIMER_CONNECT, /* a connection to the upstream */
	TIMER_ANSWER,  /* the upstream's first byte */
	TIMER_STREAM,  /* the next bytes of an answer, either way */
	TIMER_LINGER,  /* the client's end */
	TIMER_POOL,    /* an upstream connection between two requests */
	TIMER_MISSED,  /* a write that no engine has confirmed; all others are a client's */
	TIMER_KINDS,
};

struct timer {
	struct timer *previous, *next; /* NULL: not running */
	int64_t due;
	enum timer_kind kind;
	void *owner;
};

struct timers {
	struct timer lists[TIMER_KINDS]; /* each the head of a ring */
	int64_t durations[TIMER_KINDS];
};

void relay_timers_init(struct timers *timers, const struct ub_relay_options *options);
void relay_timer_start(struct timers *timers, struct timer *timer, enum timer_kind kind, int64_t now);
/* As it is when it already runs for that. */
void relay_timer_ensure(struct timers *timers, struct timer *timer, enum timer_kind kind, int64_t now);
void relay_timer_stop(struct timer *timer);
/* One that is due, stopped; NULL: none. */
struct timer *relay_timers_expired(struct timers *timers, int64_t now);
/* Milliseconds to the next one; -1: none runs. */
int relay_timers_wait(const struct timers *timers, int64_t now);

/* ---- sockets: link.c ---- */

enum link_kind { LINK_LISTENER, LINK_NOTES, LINK_CLIENT, LINK_UPSTREAM };

/* All reading and writing of connections goes through relay_link_read and relay_link_write: TLS fits in
 * there. */
struct link {
	int fd; /* -1: closed */
	enum link_kind kind;
	bool readable, writable; /* as far as we know */
	bool ended;              /* the other side has ended, or the connection broke: read on to its end */
};

enum io {
	IO_SOME,
	IO_WAIT,
	IO_END,
	IO_BROKEN,
	IO_FULL, /* no room to read into */
};

/* Edge-triggered, for all its life. */
bool relay_link_watch(struct link *link, int epoll_fd);
enum io relay_link_read(struct link *link, void *out, size_t size, size_t *n);
enum io relay_link_write(struct link *link, const struct iovec *pieces, int count, size_t *n);
/* The kernel is asked: nothing waits there to be read, neither bytes nor the end. */
bool relay_link_is_quiet(struct link *link);
/* The other side is to see that what it got is not all: closing resets the connection. */
void relay_link_cut_off(struct link *link);
void relay_link_close(struct link *link);

/* ---- memory: buffer.c ---- */

/* Blocks of UB_RELAY_BUFFER bytes, kept for use by the next; wiped between uses, as they carry credentials.
 */
struct buffer {
	char *ptr; /* NULL: none taken */
	size_t cap, start, end;
	size_t touched; /* bytes that were ever written, for the wiping */
};

struct blocks {
	void *free;
	unsigned n;
	size_t large; /* bytes in buffers larger than a block */
};

void relay_buffer_reserve(struct blocks *blocks, struct buffer *buffer, size_t cap); /* contents stay */
void relay_buffer_release(struct blocks *blocks, struct buffer *buffer);
/* Room at the end, moving the contents forward if need be; false: full. */
bool relay_buffer_room(struct blocks *blocks, struct buffer *buffer);
struct ub_text relay_buffer_text(const struct buffer *buffer);
/* Room for `n` more bytes; what was sent from its front is forgotten. */
void relay_buffer_more(struct blocks *blocks, struct buffer *buffer, size_t n);
void relay_buffer_add(struct buffer *buffer, struct ub_text text); /* there is room */
/* Bytes up to the end were written: to be called before the end moves back. */
void relay_buffer_touch(struct buffer *buffer);
void relay_blocks_free(struct blocks *blocks);

/* ---- one message on its way: flow.c ---- */

struct flow {
	struct ub_http_scan scan;
	struct buffer raw;  /* as it came; from raw.start on not yet passed on */
	struct buffer head; /* what goes before: the rewritten head */
	struct ub_http_body body;
	size_t ready;  /* bytes of raw that belong to the message's body */
	size_t sent;   /* of these, passed on but kept */
	bool keep;     /* to be able to pass all of it on once more */
	bool complete; /* the end of the message was seen */
};

enum io relay_flow_fill(struct blocks *blocks, struct flow *flow, struct link *from);
/* UB_HTTP_DONE sets complete. */
enum ub_http_result relay_flow_track(struct flow *flow);
/* IO_SOME: nothing is left to be written. */
enum io relay_flow_drain(struct flow *flow, struct link *to);
bool relay_flow_drained(const struct flow *flow);
void relay_flow_rewind(struct flow *flow); /* to pass it on once more */
void relay_flow_unkeep(struct flow *flow);
/* The next message of the same connection may follow in raw. */
void relay_flow_next(struct blocks *blocks, struct flow *flow);
void relay_flow_release(struct blocks *blocks, struct flow *flow);

/* ---- what concerns the engine: watch.c ---- */

struct watch {
	enum ub_write write;
	bool overridden;
	bool hold; /* the body is to be had whole before it goes on */
};

struct watch relay_watch(const struct ub_http_head *head);
bool relay_method_is_safe(struct ub_text method);

/* ---- heads as they go on: rewrite.c ---- */

struct rewrite {
	bool response;
	bool drop_expect; /* the 100 was ours */
	bool drop_coding; /* Transfer-Encoding has no meaning here */
	bool give_length; /* Content-Length in the place of what it had; no trailers */
	uint64_t length;
	bool drop_validators;   /* what is stored is not what was sent (RFC 4791 5.3.4, RFC 9110 9.3.4) */
	const char *connection; /* a field of our own, or NULL */
};

/* At most that many bytes more than the head has. */
enum { RELAY_REWRITE_MORE = 96 };
void relay_rewrite(const struct ub_http_head *head, const struct rewrite *rewrite, struct buffer *out);

/* ---- the upstream ---- */

struct addresses {
	struct sockaddr_storage list[UB_RELAY_ADDRESSES_MAX];
	socklen_t lengths[UB_RELAY_ADDRESSES_MAX];
	unsigned n;
};

struct resolver;
/* Looks the name up once; a name (not a number) is looked up again from time to time by a thread. */
struct resolver *relay_resolver_new(struct ub_text host, uint16_t port, struct ub_log *log);
void relay_resolver_free(struct resolver **resolver);
void relay_resolver_get(struct resolver *resolver, struct addresses *addresses);
void relay_resolver_doubt(struct resolver *resolver); /* the addresses do not answer */

struct loop;
struct conn;

struct upstream {
	struct link link;
	struct conn *conn;              /* NULL: idle */
	struct upstream *newer, *older; /* in the pool; older also in the list of closed ones */
	struct timer timer;
	struct addresses addresses;
	unsigned tried;
	bool connecting;
	bool used; /* has carried an exchange */
};

/* The idle connection used last, or NULL. One on which something has come meanwhile is closed: that would be
 * taken for the answer to the next request. */
struct upstream *relay_upstream_pooled(struct loop *loop, struct conn *conn);
/* A new one, connected or connecting; NULL: no address takes it. */
struct upstream *relay_upstream_open(struct loop *loop, struct conn *conn);
/* After `connecting`: the next address is tried; false: there is none. */
bool relay_upstream_retry(struct loop *loop, struct upstream *upstream);
/* 0, or why connecting failed. */
int relay_upstream_error(struct upstream *upstream);
void relay_upstream_keep(struct loop *loop, struct upstream *upstream);
void relay_upstream_close(struct loop *loop, struct upstream **upstream);

/* ---- connections ---- */

enum phase {
	PHASE_HEAD,     /* between requests, or in a request's head */
	PHASE_HOLD,     /* the body is awaited */
	PHASE_PARK,     /* the engine is awaited */
	PHASE_CONNECT,  /* the upstream is awaited */
	PHASE_EXCHANGE, /* bytes pass both ways */
	PHASE_REFUSE,   /* an answer of our own */
	PHASE_LINGER,   /* we have ended, the client has not */
};

enum step {
	STEP_AGAIN, /* another phase, or more to do */
	STEP_NEXT,  /* the request is over, answered or refused */
	STEP_WAIT,
	STEP_CLOSE,
};

/* A request's head while its body is held: the buffer that the head came in goes on with the body. */
struct held_head {
	struct ub_http_head head;
	char bytes[]; /* of the head: a secret */
};

/* One request and its answer. */
struct exchange {
	struct watch watch;
	struct held_head *held; /* NULL: the body is not held, or has gone on */
	size_t announced_len;
	unsigned char *announced; /* the frame that announced the write: it holds a secret; NULL: none */
	bool committed;           /* the engine has said so */
	bool amended;             /* and has given the body another form */
	uint32_t engine;          /* the engine that it was sent to; 0: none */
	unsigned char *principal; /* the frame that tells of who asks: it holds a secret; NULL: none */
	size_t principal_len;
	unsigned bucket;
	int minor;
	unsigned interim; /* 1xx answers so far */
	bool hold;
	bool to_head, safe;
	bool keep_alive; /* the client's connection goes on afterwards */
	bool expects;    /* Expect: 100-continue goes to the upstream */
	bool continued;  /* or 100 was ours */
	bool reused;     /* on a connection that carried another one before */
	bool fresh;      /* take no pooled connection */
	bool abandoned;  /* the upstream takes no more of the request */
	bool answered;   /* the final answer's head was seen */
	bool reusable;   /* the upstream's connection goes on afterwards */
};

struct conn {
	struct link client;
	struct loop *loop;
	struct conn *next; /* free, closed or to be gone on with */
	bool queued;
	bool bound; /* it authenticates the connection itself (NTLM): its upstream's is nobody else's */
	uint32_t slot, generation;
	enum phase phase;
	struct timer timer;
	struct flow request, response;
	struct exchange exchange;
	struct upstream *upstream;
};

void relay_conn_accept(struct loop *loop, int fd);
void relay_conn_run(struct conn *conn);
void relay_conn_expired(struct conn *conn, enum timer_kind kind);
/* `body`: to be forwarded instead; empty: as it came. */
void relay_conn_committed(struct loop *loop, struct ub_wire_id id, struct ub_text body);
void relay_conn_close(struct conn *conn);
bool relay_conn_idle(const struct conn *conn);
/* A parked request goes on, whether or not the engine has confirmed it. */
void relay_conn_go_on(struct conn *conn);

/* Phases that live elsewhere. */
enum step relay_request_begin(struct conn *conn); /* a request's head is in loop->head */
enum step relay_request_hold(struct conn *conn);
enum step relay_exchange_connect(struct conn *conn);
enum step relay_exchange_stream(struct conn *conn);
/* The body goes on, and its head is not asked for again. */
void relay_request_let_go(struct exchange *exchange);
void relay_exchange_end(struct conn *conn); /* gives back what it holds */
enum step relay_refuse(struct conn *conn, int status, const char *why);
enum step relay_refuse_send(struct conn *conn);

/* ---- a body that the engine gives another form: amend.c ---- */

/* The held body, when the engine wants it and nothing in the head speaks of its very bytes; else empty. */
struct ub_text relay_amendable(const struct conn *conn, const struct ub_http_head *head);
/* Another body in the place of the held one. */
void relay_amend(struct conn *conn, struct ub_text body);
/* Whether the validators in the answer would be of a text that the client has not got (RFC 4791 5.3.4, RFC
 * 9110 9.3.4), so that it has to fetch it. Not where it comes along (RFC 9110 8.7, RFC 8144 2.3), nor where
 * nothing was stored. */
bool relay_amend_spoils(const struct exchange *exchange, const struct ub_http_head *head);

/* ---- the engine, as a loop sees it: announce.c ---- */

/* The write is told, with its body where the engine may amend it (else empty); true: wait for the engine's
 * word.
 */
bool relay_announce(struct conn *conn, const struct ub_http_head *head, struct ub_text body);
/* The upstream's answer is told; head NULL: there was none. */
void relay_announce_answer(struct conn *conn, const struct ub_http_head *head);
/* A new engine is ready: what no engine has confirmed is told. */
void relay_announce_missed(struct loop *loop);
/* The engine has confirmed a write, maybe one that went on without its word; it reads, and is told what it
 * had no room for. */
void relay_announce_committed(struct loop *loop, struct ub_wire_id id);
void relay_announce_forget(struct exchange *exchange);
struct missed;
void relay_announce_expired(struct loop *loop, struct missed *missed);

/* ---- for whom keys wait: principal.c ---- */

/* The request's head may be of one of them; whether the upstream knows him, its answer tells. */
void relay_principal_note(struct conn *conn, const struct ub_http_head *head);
void relay_principal_answered(struct conn *conn, int status);
void relay_principal_forget(struct exchange *exchange);

/* ---- those that go on when others have had their turn: later.c ---- */

void relay_later_add(struct conn *conn);
/* The list of them, which is empty then. */
struct conn *relay_later_take(struct loop *loop);

/* ---- the loop: loop.c ---- */

enum note_kind {
	NOTE_COMMITTED,
	NOTE_ENGINE_READY,
	NOTE_ENGINE_GONE,
	NOTE_DRAIN,
};

/* What the main thread tells a loop; written to its pipe. */
struct note {
	enum note_kind kind;
	struct ub_wire_id id;
	char *body; /* of NOTE_COMMITTED: the receiver's, to free; NULL: none */
	size_t body_len;
};

/* What all threads see. */
struct shared {
	const struct ub_relay_options *options;
	struct ub_log *log;
	struct resolver *resolver;
	int engine_fd;              /* the same number whichever engine there is; -1: there is never one */
	_Atomic uint32_t engine;    /* which engine is ready, counted from 1; 0: none */
	_Atomic bool amends;        /* the engine wants to see bodies */
	_Atomic bool anybody_waits; /* at the last telling */
	_Atomic uint64_t waiting[UB_WIRE_WAITING_BYTES / 8]; /* buckets that were not heard of since */
	uint32_t clients_max; /* of one loop, so that each finds a file descriptor for its upstream */
	int finished_fd;      /* eventfd: a loop has come to its end */
};

/* From the main thread: the buckets as the engine tells them; empty: nobody's. */
void relay_principals_wait(struct shared *shared, struct ub_text buckets);

struct loop {
	struct shared *shared;
	unsigned index;
	pthread_t thread;
	int epoll_fd, notes_fd; /* notes_fd is the main thread's end */
	struct link listener, notes;
	bool accepting, draining;
	int64_t now, drain_until, accept_at;
	struct timers timers;
	struct blocks blocks;
	struct conn **slots;
	uint32_t n_slots, open;
	struct conn *free_conns, *closed_conns, *later_first, *later_last;
	struct upstream *pool_newest, *pool_oldest, *closed_upstreams;
	unsigned pooled, preferred_address;
	unsigned n_missed;
	struct ub_log_pace connect_pace, engine_pace, full_pace;
	struct ub_arena *arena;   /* for one step of one connection */
	struct ub_http_head head; /* the head at hand; never kept */
	unsigned char *wire;      /* UB_WIRE_FRAME_MAX bytes of scratch */
};

struct loop *relay_loop_new(struct shared *shared, unsigned index, int listen_fd);
void relay_loop_free(struct loop **loop);
UB_MUST_USE bool relay_loop_start(struct loop *loop);
void relay_loop_tell(struct loop *loop, const struct note *note); /* from the main thread */

/* ---- the process ---- */

/* The bound, not yet listening sockets of all threads; 0 with errno, and *why, when that cannot be. */
unsigned relay_listen(const struct ub_relay_options *options, unsigned n, int *fds, const char **why);

struct engine {
	const struct ub_relay_options *options;
	struct ub_log *log;
	struct shared *shared;
	pid_t pid;      /* 0: does not run */
	uint32_t count; /* of engines started */
	bool crashed;   /* one died by itself, and none was ready since then */
	ub_instant relay_started;
	int64_t started, start_at;
	int64_t back_off;
};

void relay_engine_start(struct engine *engine);
/* It has said so; only from now on it may die at something that it works on. */
void relay_engine_ready(struct engine *engine);
/* SIGCHLD: true when it was the engine that ended. */
bool relay_engine_reap(struct engine *engine);
/* Ends it: asked, then killed after the milliseconds given. */
void relay_engine_stop(struct engine *engine, int64_t patience);

#endif
