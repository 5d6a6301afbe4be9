/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_DAV_H
#define UPBEAT_DAV_H

/*
 * dav: the engine asks the CalDAV server on a user's behalf. Here are single HTTP requests, over libcurl, and
 * the few WebDAV bodies (RFC 4918, RFC 4791) that the engine needs to understand.
 */

#include "upbeat/base.h"

/* To be called once in a process, in main, before there are threads. */
void ub_dav_init(void);
void ub_dav_cleanup(void);

/* ---- one request ---- */

/* How a request ended, for those who decide what to do next. */
enum ub_outcome {
	UB_OUTCOME_OK,        /* 2xx */
	UB_OUTCOME_GONE,      /* 404, 410 */
	UB_OUTCOME_CONFLICT,  /* 409, 412, 423: somebody else was first, or the UID is taken */
	UB_OUTCOME_DENIED,    /* 401: these credentials are no (longer) good */
	UB_OUTCOME_REFUSED,   /* 403 and any other 3xx, 4xx: asking again will not help */
	UB_OUTCOME_AGAIN,     /* nothing was done: not reached, 429, 503, or a read that failed */
	UB_OUTCOME_UNCERTAIN, /* a write whose answer did not come, or 5xx: look before doing anything */
};

/* In words for people, without a full stop: "server not reached or busy". A literal. */
const char *ub_outcome_text(enum ub_outcome outcome);

/* Keeps one connection open. One thread at a time may use a client. */
struct ub_client;

/* `base` is the scheme and the authority of the upstream, "http://127.0.0.1:5232", or a unix socket,
 * "http://unix:/run/dav.sock"; it is copied. Never NULL. */
struct ub_client *ub_client_new(const char *base);
/* Another server that is equal, UB_SERVERS_MAX at most. Requests go to the server that was last reached; the
 * others are tried if that one cannot be reached. */
void ub_client_add(struct ub_client *client, const char *base);
/* Sets *client to NULL; NULL is allowed. */
void ub_client_free(struct ub_client **client);
/* For bases with "https": a server's certificate has to be of `name` (a host's name, or an address without
 * brackets; NULL: of the host in its base), and those in the PEM file at `ca` have to vouch for it (NULL: the
 * system's). Both are copied. */
void ub_client_trust(struct ub_client *client, const char *name, const char *ca);
/* The upstream has what lies under `path` alone, "/dav"; empty: everything. The path is copied. */
void ub_client_under(struct ub_client *client, struct ub_text path);
/* The path at which the upstream begins, with its slash at the end: "/dav/". The client's. */
struct ub_text ub_client_root(const struct ub_client *client);
/* From now on a request that the server sends elsewhere for good (301, 308) is sent there, once, whatever its
 * method: at the same upstream, by the path alone. Servers show what is somebody else's under another path.
 * Otherwise redirects are outcomes. */
void ub_client_follow(struct ub_client *client, bool follows);

struct ub_request {
	const char *method;
	struct ub_text target;        /* path and query, sent as they are (RFC 9112 3.2.1); others: REFUSED */
	struct ub_text host;          /* the public Host; empty: the upstream's own */
	struct ub_text authorization; /* the field's value; empty: none */
	const char *depth;            /* "0", "1" or NULL */
	const char *content_type;     /* or NULL */
	struct ub_text body;
	int64_t timeout_ms;      /* shorter than UB_CLIENT_TIMEOUT_MS; 0: that */
	bool create_only;        /* If-None-Match: * */
	struct ub_text if_match; /* an entity tag; empty: none */
};

struct ub_response {
	int status; /* 0: no answer */
	struct ub_text body, etag, content_type, location, schedule_tag;
	struct ub_text dav, authenticate; /* all DAV and WWW-Authenticate fields, with commas between */
	int64_t date;                     /* in seconds since 1970; 0: not said */
	struct ub_text error;             /* why there was no answer, for a log line */
};

/* Sends one request and waits for its answer, bounded by UB_CLIENT_TIMEOUT_MS and UB_CLIENT_BODY_MAX. The
 * response is made in `arena`. All copies of the credentials that this function makes are wiped. */
UB_MUST_USE enum ub_outcome ub_client_send(struct ub_client *client, const struct ub_request *request,
    struct ub_response *response, struct ub_arena *arena);

/* ---- WebDAV bodies ---- */

/* What a collection says of itself and of the user who asks (RFC 5397, RFC 3744, RFC 4791 5.2.3). */
struct ub_dav_collection {
	struct ub_text principal; /* DAV:current-user-principal, an href; empty: none or unauthenticated */
	struct ub_text owner;     /* DAV:owner, an href; empty: not given */
	struct ub_text display_name;
	bool calendar;    /* a calendar collection */
	bool groupdav;    /* and one of GroupDAV, too, the protocol before CalDAV */
	bool takes_tasks; /* VTODO is in the supported-calendar-component-set, or there is none */
};

/* What a principal says of itself (RFC 4791 6.2.1, RFC 6638 2.1.1, 2.2.1, 2.4.1). */
struct ub_dav_principal {
	struct ub_text *addresses; /* the mailto: ones, lower case, without the scheme; the preferred first */
	size_t n_addresses;
	struct ub_text *homes; /* calendar-home-set hrefs */
	size_t n_homes;
	struct ub_text inbox;  /* schedule-inbox-URL, an href; empty: not given */
	struct ub_text outbox; /* schedule-outbox-URL, likewise */
	struct ub_text display_name;
};

/* A member of a collection. The collection itself is one of its members. */
struct ub_dav_member {
	struct ub_text href;  /* a path, as the server writes it */
	struct ub_text etag;  /* empty: the member is a collection, or the server gave none */
	struct ub_text owner; /* DAV:owner, an href; empty: not given */
	bool calendar, collection;
	bool holds_events; /* VEVENT is a component of its members, as far as is said */
	bool takes_events; /* the same, and the user may add members */
	bool transparent;  /* what it holds takes nobody's time (RFC 6638 9.1) */
};

struct ub_dav_members {
	struct ub_dav_member *items;
	size_t n, cap;
};

/* A calendar object in the answer to a calendar-query or a calendar-multiget (RFC 4791 7.8, 7.9). */
struct ub_dav_object {
	struct ub_text href; /* a path, as the server writes it */
	struct ub_text data; /* its calendar-data; empty: the server gave none, whatever the reason */
	struct ub_text etag; /* empty: the server gave none */
	bool gone;           /* the server says that it is not there */
};

struct ub_dav_objects {
	struct ub_dav_object *items;
	size_t n, cap;
};

/* What the answer to a POST at a scheduling outbox says of one recipient (RFC 6638 5.4). */
struct ub_dav_recipient {
	struct ub_text address; /* lower case, without mailto: */
	struct ub_text status;  /* the request-status (RFC 5545 3.8.8.3): "2.0;Success" */
	struct ub_text data;    /* calendar-data; may be empty */
};

struct ub_dav_recipients {
	struct ub_dav_recipient *items;
	size_t n, cap;
};

/* What a collection says of its present state: two texts, of which each is another one after a change of a
 * member. */
struct ub_dav_state {
	struct ub_text token; /* DAV:sync-token (RFC 6578 4); empty: the server has no sync-collection */
	struct ub_text tag;   /* calendarserver.org's getctag; empty: not given */
};

/* A member of a collection that has changed, or how it is now. */
struct ub_dav_change {
	struct ub_text href; /* a path, as the server writes it */
	struct ub_text etag; /* empty: the server gave none, or the member is gone */
	bool gone;
};

struct ub_dav_changes {
	struct ub_dav_change *items;
	size_t n, cap;
	struct ub_text token; /* DAV:sync-token; empty: none */
	bool more;            /* there are further changes after the token (RFC 6578 3.6) */
};

/* The request bodies for PROPFIND, Depth: 0; of the members, Depth: 1. */
extern const struct ub_text ub_dav_collection_query;
extern const struct ub_text ub_dav_principal_query;
extern const struct ub_text ub_dav_members_query;
extern const struct ub_text ub_dav_inbox_query;
extern const struct ub_text ub_dav_state_query; /* Depth: 0 */
extern const struct ub_text ub_dav_etags_query; /* Depth: 1; read as changes */

/* The body of a REPORT, Depth: 1, for the members of a calendar that have an event with that UID (RFC 4791
 * 7.8.6), in `arena`; the answer is read as that of a list of members. A server may find more, since the UID
 * may also be a part of another one. */
struct ub_text ub_dav_uid_query(struct ub_text uid, struct ub_arena *arena);

/* The bodies of REPORTs, in `arena`, whose answers are read as changes: what has changed after the token, at
 * most so many members (RFC 6578 3.2), Depth: 0; how the members at these hrefs are (RFC 4791 7.9),
 * Depth: 1. `texts`: their texts, too; the answer is then read as objects. */
struct ub_text ub_dav_sync_query(struct ub_text token, size_t most, struct ub_arena *arena);
struct ub_text ub_dav_multiget_query(
    const struct ub_text *hrefs, size_t n, bool texts, struct ub_arena *arena);

/* Read a 207 body. False: the body is no XML, no multistatus of one resource, or more than is taken. */
UB_MUST_USE bool ub_dav_read_collection(
    struct ub_text body, struct ub_dav_collection *out, struct ub_arena *arena);
UB_MUST_USE bool ub_dav_read_principal(
    struct ub_text body, struct ub_dav_principal *out, struct ub_arena *arena);
/* *calendar: the schedule-default-calendar-URL of a scheduling inbox (RFC 6638 9.2), an href; empty: none. */
UB_MUST_USE bool ub_dav_read_inbox(struct ub_text body, struct ub_text *calendar, struct ub_arena *arena);
UB_MUST_USE bool ub_dav_read_state(struct ub_text body, struct ub_dav_state *out, struct ub_arena *arena);
/* Members of which is said neither how they are nor that they are gone, and collections, are left out. */
UB_MUST_USE bool ub_dav_read_changes(struct ub_text body, struct ub_dav_changes *out, struct ub_arena *arena);
UB_MUST_USE bool ub_dav_read_members(struct ub_text body, struct ub_dav_members *out, struct ub_arena *arena);
UB_MUST_USE bool ub_dav_read_recipients(
    struct ub_text body, struct ub_dav_recipients *out, struct ub_arena *arena);
UB_MUST_USE bool ub_dav_read_objects(struct ub_text body, struct ub_dav_objects *out, struct ub_arena *arena);

#endif
