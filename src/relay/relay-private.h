/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_RELAY_PRIVATE_H
#define UPBEAT_RELAY_PRIVATE_H

/*
 * Each thread runs one loop. Loops share `struct shared` and nothing else. A loop has connections to clients,
 * each with the upstream connection of its present exchange, and idle upstream connections.
 *
 * A connection goes through phases. Each phase is a function that does what can be done without waiting, and
 * says how to go on. Sockets are watched edge-triggered, once and for all their life: a link remembers what
 * the kernel said of its socket until a read or a write says otherwise.
 *
 * The way of a request, by files: loop.c accepts the client and turns; conn.c reads the head and runs the
 * phases; request.c has the engine told (announce.c, principal.c, polls.c) and holds a body; replace-body.c
 * puts the engine's body in its place; exchange.c sends the request over a connection of upstream.c to the
 * server that site.c has found and admit.c has a place at, and passes the answer on, or refuse.c answers.
 * rewrite.c writes the heads, edge.c says how. flow.c, buffer.c, link.c and timers.c are what all use.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "stream.h"
#include "upbeat/glance.h"
#include "upbeat/http.h"
#include "upbeat/net.h"
#include "upbeat/relay.h"
#include "upbeat/tls.h"
#include "upbeat/wire.h"

#include "quota.h"
#include "rewrite.h"

/* ---- what concerns the engine: watch.c ---- */

struct watch {
	enum ub_write write;
	bool overridden;     /* a field says so, not the method */
	bool hold;           /* the body goes on only when all of it has come */
	bool safe;           /* nothing changes by the request, and it may be sent twice */
	const char *problem; /* why the request is not passed on; NULL: it is */
};

struct watch relay_watch(const struct ub_http_head *head);

/* ---- where a name leads: resolve.c ---- */

struct addresses {
	struct sockaddr_storage list[UB_RELAY_ADDRESSES_MAX];
	socklen_t lengths[UB_RELAY_ADDRESSES_MAX];
	unsigned n;
};

struct resolver;
/* Looks the server's name up once. A thread looks up a name (not a number) again from time to time. */
struct resolver *relay_resolver_new(const struct ub_relay_server *server, struct ub_log *log);
void relay_resolver_free(struct resolver **resolver);
void relay_resolver_get(struct resolver *resolver, struct addresses *addresses);
/* The addresses do not answer: the name is looked up again soon. */
void relay_resolver_doubt(struct resolver *resolver);

struct loop;
struct conn;
struct exchange;
struct listener;
struct shared;
struct server;
struct line;
struct admission;

/* ---- the upstreams, and which of them has a request: site.c ---- */

struct site {
	const struct ub_relay_upstream *options;
	struct server *servers;
	struct line *line; /* for places at them: admit.c */
	unsigned n, first; /* servers, and how many other sites have before */
	bool secure;       /* they speak TLS */
	bool engine;       /* the engine is told of its requests */
};

/* What all threads know of one server. */
struct server {
	const struct ub_relay_server *options;
	const struct site *site;
	struct resolver *resolver;
	struct ub_tls *tls; /* NULL: bytes pass as they are */
	char *authority;    /* by which it is reached, without the port that is its scheme's */
	/* No address has answered: until then others are tried first. Milliseconds on the monotonic clock. */
	_Atomic int64_t down_until;
	_Atomic uint32_t requests; /* at the server now */
};

/* Makes shared->sites and shared->servers. False: *why, in the arena, says what is wrong with the trust in
 * them. relay_sites_close() is due in either case. */
UB_MUST_USE bool relay_sites_open(struct shared *shared, struct ub_text *why, struct ub_arena *arena);
/* The server's address or socket, for people. */
const char *relay_server_name(const struct server *server);
/* Looks up all names. */
void relay_sites_resolve(struct shared *shared);
void relay_sites_close(struct shared *shared);

enum lead {
	LEAD_ON,         /* to *site */
	LEAD_WELL_KNOWN, /* the client is to ask under the path of *site */
	LEAD_NOWHERE,    /* no upstream has the path */
	LEAD_NO_HOST,    /* no upstream has the host */
	LEAD_ELSEWHERE,  /* the request's destination is at another upstream */
};

/* Which upstream has the request. Uses the loop's arena. */
enum lead relay_site_find(struct loop *loop, const struct ub_http_head *head, const struct site **site);

/* ---- whether servers that are equal take connections: health.c ---- */

struct health;
/* A thread looks from time to time. NULL: no server has an equal. */
struct health *relay_health_start(struct shared *shared);
/* NULL is allowed. */
void relay_health_stop(struct health **health);

/* ---- connections to servers: upstream.c ---- */

/* Requests that wait, the first one first. */
struct waiters {
	struct admission *first, *last;
};

/* What one thread has of one server. */
struct pool {
	struct server *server;
	struct upstream *newest, *oldest; /* idle connections */
	unsigned busy;                    /* connections of exchanges */
	unsigned preferred_address;
	bool persistent;         /* the server was seen to leave connections open after an answer */
	int64_t distrust_until;  /* one that was in use a moment ago has failed: not before then again */
	struct waiters admitted; /* who has waited, and has a place: admit.c */
};

struct upstream {
	struct link link;
	struct pool *pool;
	struct conn *conn;              /* NULL: the connection is idle, in the pool */
	struct upstream *newer, *older; /* in the pool; older: in the list of closed ones, too */
	struct timer timer;
	struct addresses addresses;
	unsigned tried;  /* addresses */
	bool connecting; /* the connection, or its TLS, is being opened */
	bool used;       /* the connection has carried an exchange */
	bool signed_in;  /* the connection has carried credentials */
};

/* Takes the idle connection that was used last; NULL: there is none. Idle connections on which something has
 * come meanwhile are closed: those bytes would be taken for the answer to the next request. Whoever is not
 * signed in gets no connection that has carried credentials: Cyrus' challenge there has no realm, and clients
 * cannot answer it. A request that may not be sent twice gets one only if it was in use a moment ago, and if
 * the server is known to leave connections open. */
struct upstream *relay_upstream_pooled(struct loop *loop, struct pool *pool, struct conn *conn);
/* A connection from the pool has given no answer: for a while, what may not be sent twice gets none. */
void relay_upstream_distrust(struct loop *loop, struct pool *pool);
/* A new connection, open or being opened; NULL: no address takes one, errno says why. */
struct upstream *relay_upstream_open(struct loop *loop, struct pool *pool, struct conn *conn);
/* Tries the next address in the place of one that failed. False: none is left, and the server is down. */
bool relay_upstream_retry(struct loop *loop, struct upstream *upstream);
/* Goes on with connecting. IO_SOME: the connection is open. IO_BROKEN: it is not, and *why says why. */
enum io relay_upstream_connect(struct upstream *upstream, const char **why);
/* The connection goes to its pool. */
void relay_upstream_keep(struct loop *loop, struct upstream *upstream);
void relay_upstream_close(struct loop *loop, struct upstream **upstream);

/* ---- a place at a server: admit.c ---- */

/* Who waits for a place at the servers of one site. All threads share it. */
struct line {
	uint32_t most, most_waiting; /* requests at each server, and those that wait for any of them */
	_Atomic uint32_t waiting;
	pthread_mutex_t lock; /* for what follows, and for `admitted` of the servers' pools */
	struct waiters waiters;
};

/* A request's place, or its wait for one. */
struct admission {
	struct pool *pool;      /* at whose server the request has a place; NULL: at none */
	struct loop *loop;      /* whose request it is */
	struct admission *next; /* who waits */
	uint32_t servers;       /* which it waits for: a bit for each of the site's */
	uint32_t tried;         /* and those that took no connection for it */
	bool waits;
};

/* The server's that the client's next request goes to: the same as before, or else one with a free place and
 * the fewest exchanges; one that is down only if all are. */
struct pool *relay_pool_of(struct conn *conn);
/* The exchange gives its place back to those who wait, or waits no more. */
void relay_admit_leave(struct loop *loop, struct exchange *exchange);
/* No address of the server has taken a connection. True: the request goes to another one that is equal. */
bool relay_admit_elsewhere(struct conn *conn);
/* True: the request has a place at once, and PHASE_CONNECT is next. */
bool relay_admit_at_once(struct conn *conn);
/* True: the request waits from now on. */
bool relay_admit_later(struct conn *conn);
/* The next client of the pool's loop that has waited and has a place now, and is to be run; NULL: none. */
struct conn *relay_admit_next(struct pool *pool);

/* ---- connections ---- */

enum phase {
	PHASE_PROXY,    /* a proxy is to say for whom it speaks */
	PHASE_HEAD,     /* between requests, or in a request's head */
	PHASE_HOLD,     /* the body is awaited */
	PHASE_PARK,     /* the engine is awaited */
	PHASE_ADMIT,    /* a place at a server is awaited */
	PHASE_CONNECT,  /* the upstream is awaited */
	PHASE_EXCHANGE, /* bytes pass both ways */
	PHASE_REFUSE,   /* the relay answers by itself */
	PHASE_LINGER,   /* the relay has ended the connection, the client has not */
};

enum step {
	STEP_AGAIN, /* another phase, or more to do */
	STEP_NEXT,  /* the request is over, answered or refused */
	STEP_WAIT,  /* for an event or a timer */
	STEP_CLOSE, /* the client's connection is of no more use */
};

/* A copy of a request's head, for as long as its body is held: the buffer in which the head came goes on with
 * the body. */
struct held_head {
	struct ub_http_head head;
	char bytes[]; /* the head as it came, a secret */
};

/* A request by which a client looks for changes, and of which the engine is to be told. */
struct poll {
	bool due;              /* the request is one */
	size_t place;          /* in shared->polls */
	uint64_t before, mark; /* what stands there, and what is to */
};

/* One request and its answer, from the request's first byte on. */
struct exchange {
	struct flow request, response;
	const struct site *site; /* NULL: nobody has the request yet */
	struct admission admission;
	struct watch watch;
	struct held_head *held; /* NULL: the body is not held, or has gone on */
	size_t announced_len;
	unsigned char *announced; /* the frame that announced the write, a secret; NULL: none */
	bool committed;           /* the engine has confirmed the write */
	bool amended;             /* the engine has given the body another form */
	bool patient;             /* nothing waits for the engine to hear of the answer */
	uint32_t engine;          /* which engine the frame was sent to; 0: none */
	/* The body, in brief, of a write that goes ahead of the engine, which hears of it with the answer;
	 * empty: it does not. */
	struct buffer ahead;
	unsigned char *principal; /* the frame that tells who asks, a secret; NULL: none */
	size_t principal_len;
	bool awaited; /* keys may wait for who asks */
	unsigned bucket;
	struct poll poll;
	char *host;                /* of the request, at the edge; NULL: not needed */
	int64_t began, body_since; /* the time at which the request began, and the body that is awaited */
	uint64_t body_from;        /* what had come before that body */
	struct timer pace;         /* until the next look whether the exchange is too slow */
	struct conn *conn;         /* whose it is */
	int minor;
	unsigned interim; /* the number of 1xx answers so far */
	bool hold;
	bool to_head, safe;
	bool signed_in;  /* the request has credentials */
	bool keep_alive; /* the client's connection goes on afterwards */
	bool expects;    /* Expect: 100-continue goes to the upstream */
	bool continued;  /* the relay itself has said 100 Continue */
	bool reused;     /* the upstream's connection has carried another exchange before */
	bool fresh;      /* the upstream's connection must be a new one */
	bool abandoned;  /* the upstream takes no more of the request */
	bool answered;   /* the final answer's head was seen */
	bool reusable;   /* the upstream keeps its connection open afterwards */
};

/* Who the client is by its certificate. */
struct identity {
	const char *user; /* the common name */
	char fields[];    /* what tells the upstream */
};

/* Most connections are idle: what they have is kept small. */
struct conn {
	struct link client;
	struct loop *loop;
	struct conn *next;         /* in the list of the free, of the closed, or in a queue */
	struct exchange *exchange; /* NULL: the client asks nothing */
	struct upstream *upstream;
	struct identity *identity; /* made for the first request; NULL: no certificate was shown */
	struct timer timer;
	uint32_t slot, generation;
	struct ub_net_address peer; /* the client */
	uint8_t listener;           /* by which the client has come: which of the loop's */
	uint16_t pool;              /* of the server that had the last request, counted from 1; 0: none had */
	enum phase phase : 8;
	bool local : 1;               /* the client has come by a unix socket */
	bool placed : 1, counted : 1; /* among all clients, and among those of its address */
	bool shed : 1;                /* there is no place for the client, which is told so */
	bool front : 1;               /* what it says of its own clients is believed */
	bool queued : 1;
	/* The client authenticates its connection (NTLM): nobody else may use its upstream's. */
	bool bound : 1;
};

/* `slot` is less than loop->n_slots. */
struct conn *relay_conn_at(const struct loop *loop, uint32_t slot);
void relay_conn_accept(
    struct loop *loop, const struct listener *listener, int fd, const struct sockaddr_storage *from);
void relay_conn_run(struct conn *conn);
void relay_conn_expired(struct conn *conn, enum timer_kind kind);
/* Ends the exchange if it is too slow; else it is looked at again in a second. */
void relay_conn_look(struct conn *conn);
/* The engine has confirmed a write. */
void relay_conn_committed(struct loop *loop, struct ub_wire_id id, const struct ub_wire_committed *committed);
void relay_conn_close(struct conn *conn);
bool relay_conn_idle(const struct conn *conn);
/* A parked request goes on, whether or not the engine has confirmed it. */
void relay_conn_go_on(struct conn *conn);

/* ---- who the client is: peer.c ---- */

/* Notes who has connected, whether there is a place for him, and with which phase the connection begins. */
void relay_peer_accept(struct conn *conn, const struct sockaddr_storage *from);
void relay_peer_leave(struct conn *conn);
/* Why there is no place for the client, who is shed, in words. */
const char *relay_peer_shed(const struct conn *conn);
/* The client as it is shown in the log. */
const char *relay_peer_show(const struct conn *conn, char out[UB_NET_SHOWN]);
enum step relay_peer_read_proxy(struct conn *conn);

/* ---- the phases of a request: request.c, exchange.c ---- */

/* Called when a head is complete, in loop->head. */
enum step relay_request_begin(struct conn *conn);
enum step relay_request_hold(struct conn *conn);
enum step relay_exchange_admit(struct conn *conn);
enum step relay_exchange_connect(struct conn *conn);
enum step relay_exchange_stream(struct conn *conn);
/* The request has waited for a place for too long. */
enum step relay_exchange_crowded(struct conn *conn);
/* The held body goes on: the copy of its head is wiped and freed. */
void relay_request_let_go(struct exchange *exchange);
/* The connection's exchange, which begins here if there is none. */
struct exchange *relay_exchange_of(struct conn *conn);
/* Gives back all that the exchange holds, if there is one. */
void relay_exchange_end(struct conn *conn);
/* The same; what has come of the next request begins another exchange. */
void relay_exchange_next(struct conn *conn);

/* ---- what the relay says itself: refuse.c ---- */

/* The relay answers with this status; `why` completes the sentence that explains it, or is NULL. Where the
 * head is not complete yet, the connection ends. */
enum step relay_refuse(struct conn *conn, int status, const char *why);
/* The relay sends the client to another path of the same host, to which a slash is added. */
enum step relay_redirect(struct conn *conn, struct ub_text path);
enum step relay_refuse_send(struct conn *conn);
/* As relay_refuse(), if nothing of an answer has gone to the client yet. Else the connection is cut off. */
enum step relay_give_up(struct conn *conn, int status, const char *why);
/* The answer breaks off, which the client will see. */
void relay_cut_off(struct conn *conn, const char *why);

/* ---- who is too slow: slow.c ---- */

/* A body is awaited from now on. */
void relay_slow_begin(struct conn *conn);
/* TIMER_PACE ends within a second. */
void relay_slow_watch(struct conn *conn);
/* Why the exchange is to end here, in words; NULL: it goes on. */
const char *relay_slow(const struct conn *conn);

/* ---- a body that the engine gives another form: replace-body.c ---- */

/* The held body, if the engine wants to see it and no field of the head depends on the very bytes of the
 * body; else empty. */
struct ub_text relay_amendable(const struct conn *conn, const struct ub_http_head *head);
/* Puts `body` in the place of the held one. */
void relay_amend(struct conn *conn, struct ub_text body);
/*
 * Whether the validators in the answer stand for a text that the client does not have, and would keep the
 * client from fetching that text (RFC 4791 5.3.4, RFC 9110 9.3.4). False when the answer brings the text
 * along (RFC 9110 8.7, RFC 8144 2.3), or when nothing was stored.
 */
bool relay_amend_spoils(const struct exchange *exchange, const struct ub_http_head *head);

/* ---- where no front is before Upbeat: edge.c ---- */

/* Finds out, before the client's first request goes on, who it is by its certificate. */
void relay_edge_identify(struct conn *conn);
void relay_edge_closed(struct conn *conn);
/* Fill in what the head of a request, and of its answer, is rewritten by; nothing is for fronts. */
void relay_edge_request(struct conn *conn, struct rewrite *rewrite, struct ub_text host);
void relay_edge_answer(const struct conn *conn, struct rewrite *rewrite);
void relay_edge_forget(struct exchange *exchange);

/* ---- the engine, as a loop sees it: announce.c ---- */

/* Tells the engine of the write, with the body if the engine may look at it (else empty). True: the write is
 * to wait until the engine has confirmed it. */
bool relay_announce(struct conn *conn, const struct ub_http_head *head, struct ub_text body);
/* Tells the engine of the upstream's answer; head NULL: none came. */
void relay_announce_answer(struct conn *conn, const struct ub_http_head *head);
/* A new engine is ready, and is told of the writes that no engine has confirmed. */
void relay_announce_missed(struct loop *loop);
/* The engine has given its word, or there is another one: it has all that went ahead, and is not late. */
void relay_announce_caught_up(struct loop *loop);
/* A write has waited for the engine in vain. One that has confirmed nothing for long hangs. */
void relay_announce_late(struct loop *loop);
/* The engine has confirmed a write, maybe one that was forwarded before. The engine reads again, so it is
 * told of the writes for which its socket had no room. */
void relay_announce_committed(struct loop *loop, struct ub_wire_id id);
void relay_announce_forget(struct loop *loop, struct exchange *exchange);
/* Puts a frame of n bytes among those that the engine is told next: at the end of the turn, or if it is
 * patient when there is more to tell. False: there is no engine, or it does not keep up. */
UB_MUST_USE bool relay_announce_tell(struct loop *loop, const unsigned char *bytes, size_t n, bool patient);
/* The turn ends: the engine is told what is due. `all`: whatever there is. */
void relay_announce_flush(struct loop *loop, bool all);
/* Milliseconds until there is something to be flushed; -1: there is nothing. */
int64_t relay_announce_wait(const struct loop *loop);
/* It was one of TIMER_MISSED. */
void relay_announce_expired(struct loop *loop, struct timer *timer);

/* ---- who looks for changes: polls.c ---- */

/* Whether the engine is to be told of the request. It is not if it was told lately of the same user and
 * collection. *collection: as in struct ub_wire_principal; points into the head. */
struct poll relay_poll(struct loop *loop, const struct ub_http_head *head, struct ub_text *collection);
/* True for the one loop that is to tell the engine of the poll. */
bool relay_poll_take(struct shared *shared, const struct poll *poll);

/* ---- for whom keys wait: principal.c ---- */

/* If keys may wait for the user who asks, or he looks for changes, the frame that says so is prepared. The
 * engine gets the frame only if the upstream's answer shows that it knows the user. */
void relay_principal_note(struct conn *conn, const struct ub_http_head *head);
void relay_principal_answered(struct conn *conn, int status);
void relay_principal_forget(struct exchange *exchange);
/* The engine has told in which buckets keys wait; empty: no key waits. Called by the main thread. */
void relay_principals_wait(struct shared *shared, struct ub_text buckets);

/* ---- connections that go on when others have had their turn: later.c ---- */

struct queue {
	struct conn *first, *last;
};

/* At the end, unless the connection is in a queue already. */
void relay_later_add(struct queue *queue, struct conn *conn);
/* The first one, which may have been closed meanwhile; NULL: there is none. */
struct conn *relay_later_take(struct queue *queue);

/* ---- the loop: loop.c ---- */

enum note_kind {
	NOTE_ENGINE_READY,
	NOTE_ENGINE_GONE,
	NOTE_DRAIN,
	NOTE_TRIM,      /* memory that nobody uses is to be freed */
	NOTE_HAND_OVER, /* a successor accepts clients from now on */
	NOTE_ADMITTED,  /* by another loop: somebody who has waited has a place */
};

/* What a loop is told by the main thread, or another one, through a pipe. */
struct note {
	enum note_kind kind;
	uint32_t engine; /* of NOTE_ENGINE_READY: which one, counted from 1, */
	int fd;          /* and the socket to it, which is the loop's from now on */
};

enum { RELAY_REFUSALS = 12 }; /* kinds of answers that the relay gives by itself */

/* What all threads use. */
struct shared {
	const struct ub_relay_options *options;
	struct ub_log *log;
	struct ub_tls *tls; /* NULL: bytes pass as they are */
	struct site *sites; /* the engine's first */
	unsigned n_sites;
	struct server *servers; /* of all sites */
	unsigned n_servers;
	bool one_for_all;           /* the only site has all requests */
	_Atomic bool bodies;        /* the engine wants to see bodies */
	_Atomic bool lone_go_ahead; /* as in struct ub_wire_bodies */
	/* When a write had waited for its word in vain, and none has come since; 0: it is not late. */
	_Atomic int64_t engine_late;
	_Atomic bool engine_hangs;     /* it has been late for too long, and is late again */
	struct ub_wire_memory *memory; /* shared with the engine; NULL: there is no such memory */
	_Atomic bool anybody_waits;    /* keys waited when the engine last told */
	/* The buckets in which keys waited then, without those whose users were heard of since. */
	_Atomic uint64_t waiting[UB_WIRE_WAITING_BYTES / 8];
	/* How many seconds apart polls of one user and collection are told; 0: none is. */
	_Atomic uint32_t poll_every;
	_Atomic uint64_t polls[UB_RELAY_POLLS]; /* whose poll was told last, and when: see polls.c */
	uint32_t clients_max; /* of one loop: each client must find a descriptor for its upstream */
	struct quota quota;
	int finished_fd; /* an eventfd, by which a loop says that it has come to its end */
	/* 0 or 1: the engine must not take the ids of one relay for those of the one before it. */
	unsigned range;
};

struct listener {
	struct link link;
	const struct ub_relay_listen *place;
};

struct loop {
	struct shared *shared;
	unsigned index;
	pthread_t thread;
	int epoll_fd, notes_fd;     /* notes_fd is the main thread's end of the pipe */
	struct listener *listeners; /* one for each place that clients come to */
	struct link notes;
	struct link engine_link;
	uint32_t engine;           /* which engine is ready, counted from 1; 0: none */
	struct ub_wire_outbox out; /* what the engine is told next */
	int64_t tell_at;           /* when, at the latest; 0: at the end of the turn */
	size_t ahead;              /* bytes of writes that went ahead since the engine last had all */
	bool accepting, draining;
	/* by a successor, whose engine is to know of the writes that no engine has confirmed */
	bool replaced;
	int64_t now, drain_until, accept_at;
	struct ub_relay_limits limits;
	struct timers timers;
	struct blocks blocks;
	struct conn **slots; /* in pieces of UB_RELAY_SLOTS, which stay where they are */
	uint32_t n_slots, open;
	struct conn *free_conns, *closed_conns;
	struct queue later;      /* those who have had enough of this turn */
	struct queue handshakes; /* those whose TLS is to go on, which takes long */
	struct upstream *closed_upstreams;
	struct pool *pools;  /* one for each of shared->servers */
	_Atomic bool called; /* somebody in pools[...].admitted may go on */
	unsigned pooled;     /* idle connections in all pools */
	unsigned turns;      /* at choosing among equal servers */
	unsigned n_missed;
	struct ub_log_pace connect_pace, answer_pace, engine_pace, full_pace, tls_pace, proxy_pace, cut_pace,
	    crowd_pace;
	struct ub_log_pace refused_pace[RELAY_REFUSALS];
	struct ub_arena *arena;   /* for one step of one connection */
	struct ub_http_head head; /* of the message at hand, for one step of one connection */
	unsigned char *wire;      /* UB_WIRE_FRAME_MAX bytes for one frame, wiped after use */
	unsigned char *heard;     /* UB_WIRE_FRAME_MAX bytes for what the engine says */
};

/* `listen_fds`: one for each place of the options; they are the loop's. */
struct loop *relay_loop_new(struct shared *shared, unsigned index, const int *listen_fds);
void relay_loop_free(struct loop **loop);
UB_MUST_USE bool relay_loop_start(struct loop *loop);

/* ---- what other threads tell a loop: notes.c ---- */

/* Any thread. */
void relay_loop_tell(struct loop *loop, const struct note *note);

/* ---- the places that clients come to: listen.c ---- */

/* Binds a socket for each of `n` threads, and sets fds[0], fds[UB_LISTENS_MAX] and so on. False: *why, in the
 * arena. */
UB_MUST_USE bool relay_listen(
    const struct ub_relay_listen *place, unsigned n, int *fds, struct ub_arena *arena, struct ub_text *why);
/* Clients may come from now on. */
UB_MUST_USE bool relay_listen_begin(const struct ub_relay_listen *place, int fd);
/* Where the place is, for people; the port is that of the socket. */
struct ub_text relay_listen_show(const struct ub_relay_listen *place, int fd, struct ub_arena *arena);
/* Takes the name of a unix socket away. */
void relay_listen_remove(const struct ub_relay_listen *place, struct ub_arena *arena);

#endif
