/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_RELAY_H
#define UPBEAT_RELAY_H

/*
 * relay: the transparent proxy. Every byte passes as it came. Exceptions are hop-by-hop fields, the HTTP
 * version, Expect where a body is held, and bodies that the engine amends. Before a write that may concern
 * the engine is forwarded, the engine is told. The write waits for its confirmation, but at most
 * UB_RELAY_COMMIT_MS: traffic first.
 */

#include "upbeat/sys.h"
#include "upbeat/tls.h"

/* The variable by which a successor finds its relay, see successor_path. */
#define UB_RELAY_PREDECESSOR "UPBEAT_PREDECESSOR"

struct ub_networks;

/* A place that clients come to. */
struct ub_relay_listen {
	struct ub_text host; /* an address or a name; no brackets */
	uint16_t port;       /* 0: any free port, which the log tells */
	const char *path;    /* of a unix socket, which is there in place of an address; NULL: none is */
	unsigned mode;       /* of the unix socket */
	int fd;     /* a socket that listens already and stays the caller's, in their place; 0: none */
	bool plain; /* clients speak plain HTTP, though there are certificates */
	/* Who begins each connection with a PROXY header, which says for whom; NULL: nobody does. */
	const struct ub_networks *proxies;
};

/* What clients and the upstream may take; 0: the default. */
struct ub_relay_limits {
	int64_t idle_ms;    /* until a client's next request */
	int64_t head_ms;    /* from the first byte of a request's head to its last */
	int64_t pause_ms;   /* between bytes of a body, either way */
	int64_t connect_ms; /* until an address of the upstream has taken a connection */
	int64_t answer_ms;  /* until the first byte of the answer */
	int64_t total_ms;   /* for a request with its answer */
	int64_t engine_ms;  /* that a ready engine may confirm nothing while writes wait; then it is ended */
	int64_t rate;       /* bytes a second at which a body comes, on an average, after UB_RELAY_GRACE_MS */
	uint32_t clients;   /* in all; as many as files may be open for if not said */
	/* connections from one address, unless it is a front's; half of all if not said */
	uint32_t of_address;
	uint32_t requests; /* at one server at once, */
	uint32_t waiting;  /* and how many more may wait for a place there, no longer than connect_ms */
};

/* A server that requests go on to. */
struct ub_relay_server {
	struct ub_text host; /* an address or a name; no brackets */
	uint16_t port;
	const char *socket; /* the path of its unix socket, which is there in place of an address; or NULL */
	const char *name;   /* for whom its certificate has to be; NULL: it speaks plain HTTP */
};

/* An upstream: a server, or several that are equal, of which each has any request. */
struct ub_relay_upstream {
	const struct ub_relay_server *servers; /* from 1 to UB_SERVERS_MAX, all with TLS or all without */
	size_t n_servers;
	const char *ca;              /* PEM file of the authorities that vouch for them; NULL: the system's */
	const struct ub_text *hosts; /* the names by which clients ask for it; none: any name */
	size_t n_hosts;
	struct ub_text path; /* canonical: it has what lies under that; empty: everything */
};

struct ub_relay_options {
	const struct ub_relay_listen *listens; /* UB_LISTENS_MAX at most */
	size_t n_listens;
	/* Whose word on its own clients is passed on: Forwarded, X-Forwarded-*, X-Remote-User and the like.
	 * Of others it is dropped. NULL: nobody where clients have certificates; else whoever connects from
	 * this very machine without TLS, where no PROXY header is awaited. */
	const struct ub_networks *forwarded_from;
	/* From 1 to UB_UPSTREAMS_MAX. The engine is told of requests that go to the first, and of no others.
	 */
	const struct ub_relay_upstream *upstreams;
	size_t n_upstreams;
	/* Certificates for clients, which speak TLS then; 0: they speak plain HTTP. Read again at SIGHUP. */
	const struct ub_tls_pair *tls;
	size_t n_tls;
	/* Whether they have to say who they are, which the upstream is told (RFC 9440). Read again at SIGHUP.
	 */
	struct ub_tls_clients clients;
	struct ub_text user_field; /* tells the upstream the common name, too; empty: none does */
	bool confined;             /* gives up rights once the places are bound: ub_sys_confine() */
	unsigned threads;          /* 0: as many as there are processors that it may use */
	/*
	 * The engine is a program that is started with the relay's socket at UB_WIRE_ENGINE_FD, started again
	 * when it ends, and killed with the relay. (A new program rather than a mere fork begins with clean
	 * memory, without the locks of threads and without the clients' connections.) argv NULL: there is no
	 * engine, and every write goes on at once.
	 */
	const char *engine_path; /* without a slash: looked for in PATH */
	char *const *engine_argv;
	char *const *engine_argv_after_crash; /* for an engine that replaces a crashed one; NULL: the same */
	/* The listening control socket; each engine finds it at UB_WIRE_CONTROL_FD. 0: there is none. */
	int control_fd;
	/*
	 * At SIGUSR2 a successor is started, the program at this path, which finds a socket to this relay at
	 * the file descriptor that UB_RELAY_PREDECESSOR in its environment names. It takes over the listening
	 * sockets; this relay lets its open exchanges end. argv NULL: the signal does nothing.
	 */
	const char *successor_path;
	char *const *successor_argv;
	int predecessor_fd; /* that socket, which stays the caller's; 0: this relay is no successor */
	/* Called with `claim_context` by the thread that runs the relay. claim: the predecessor has let go of
	 * what an engine needs; *control_fd is the control socket from now on. False: to be tried again.
	 * release: this relay has a successor, and its engine has ended. */
	bool (*claim)(void *context, int *control_fd);
	void (*release)(void *context);
	void *claim_context;
	/* Called at SIGHUP with `hangup_context` by the thread that runs the relay, besides passing the
	 * signal on to the engine. NULL: nothing is to be done. */
	void (*hangup)(void *context);
	void *hangup_context;
	struct ub_relay_limits limits;
};

/*
 * Runs until SIGTERM or SIGINT, then lets the open exchanges end within UB_RELAY_DRAIN_MS. SIGHUP is passed
 * on to the engine. `signals` comes from ub_sys_signals_open. Returns the exit status: 0, or 1 after one line
 * in the log that says why the relay could not start.
 */
UB_MUST_USE int ub_relay_run(const struct ub_relay_options *options, int signals, struct ub_log *log);

/* Whether a relay could listen there now: 0; the errno by which it could not; -1: the host is no address, and
 * no name of one. Unless 0, *why says so in a few words, in the arena. May block while a name is resolved. */
UB_MUST_USE int ub_relay_try_listen(
    struct ub_text host, uint16_t port, struct ub_text *why, struct ub_arena *arena);

#endif
