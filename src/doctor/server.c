/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor-private.h"

#include "upbeat/settings.h"
#include "upbeat/tls.h"

enum { DRIFT = 60, DRIFT_BAD = 900 }; /* seconds */

static void look_at_clock(struct doctor *doctor, const struct ub_response *response)
{
	int64_t ahead = doctor->input->now - response->date;
	int64_t off = ahead < 0 ? -ahead : ahead;
	if (response->date == 0)
		return;
	if (off <= DRIFT)
		doctor_tell(doctor, UB_DOCTOR_GOOD, "clock", NULL, "this machine and the server agree");
	else
		doctor_tell(doctor, off > DRIFT_BAD ? UB_DOCTOR_BAD : UB_DOCTOR_WARNING, "clock",
		    "have both machines set their clocks by NTP", "this machine is %lld s %s the server",
		    (long long)off, ahead < 0 ? "behind" : "ahead of");
}

/* Who is not reached is told of with the others. */
static void look_at_certificate(struct doctor *doctor, const struct ub_settings_server *server)
{
	const struct ub_settings_upstream *upstream = &doctor->settings->upstream;
	struct ub_text why;
	ub_instant until;
	const char *host = ub_text_cstr(doctor->arena, server->host);
	const char *name = upstream->name.len ? ub_text_cstr(doctor->arena, upstream->name) : host;
	const char *ca = upstream->ca.path.len ? ub_text_cstr(doctor->arena, upstream->ca.path) : NULL;
	struct ub_tls *tls = ub_tls_client(ca, name, &why, doctor->arena);
	const char *of = upstream->n_servers > 1 ? host : "the server";
	enum ub_tls_look look =
	    tls ? ub_tls_other_until(tls, host, server->port, &until, &why, doctor->arena) : UB_TLS_REFUSED;
	if (look == UB_TLS_ACCEPTED)
		doctor_certificate(doctor, "server", of, until);
	else if (look == UB_TLS_REFUSED)
		doctor_tell(doctor, UB_DOCTOR_BAD, "server",
		    "name the authority that vouches for it: `upstream_tls: {ca: FILE}`, or its own name: "
		    "`upstream_tls: {name: NAME}`",
		    "the certificate of %s is not accepted: %.*s", of, UB_ARGS(why));
	ub_tls_free(&tls);
}

/* What one server says of itself. False: it is not reached. */
static bool look_at_server(struct doctor *doctor, const struct ub_settings_upstream *upstream, size_t i,
    const char *key, struct ub_response *response)
{
	struct ub_text base = upstream->servers[i].base;
	struct ub_client *client = ub_identity_client_of(upstream, i, doctor->arena);
	const struct ub_request request = { .method = "OPTIONS", .target = ub_client_root(client) };
	enum ub_outcome outcome = ub_client_send(client, &request, response, doctor->arena);
	bool reached = outcome != UB_OUTCOME_AGAIN || response->status != 0;
	if (!reached)
		doctor_tell(doctor, UB_DOCTOR_BAD, "server",
		    ub_textf(
			doctor->arena, "look whether the server runs, and whether `%s` has its address", key)
			.ptr,
		    "%.*s is not reached: %.*s", UB_ARGS(base), UB_ARGS(response->error));
	else
		doctor_tell(doctor, response->status < 500 ? UB_DOCTOR_GOOD : UB_DOCTOR_BAD, "server",
		    response->status < 500 ? NULL : "look into the server's own log",
		    "%.*s answers with status %d%s%.*s", UB_ARGS(base), response->status,
		    response->dav.len ? ", and says that it can " : "", UB_ARGS(response->dav));
	ub_client_free(&client);
	return reached;
}

/* Looks at each of an upstream's servers by itself. *response: of the last that is reached. False: none
 * is. */
static bool look_at_upstream(struct doctor *doctor, const struct ub_settings_upstream *upstream,
    const char *key, struct ub_response *response)
{
	bool reached = false;
	for (size_t i = 0; i < upstream->n_servers; i++) {
		struct ub_response said;
		if (!look_at_server(doctor, upstream, i, key, &said))
			continue;
		*response = said;
		reached = true;
	}
	return reached;
}

bool doctor_server(struct doctor *doctor)
{
	const struct ub_settings *settings = doctor->settings;
	struct ub_response response, other;
	for (size_t i = 0; settings->upstream.tls && i < settings->upstream.n_servers; i++)
		look_at_certificate(doctor, &settings->upstream.servers[i]);
	for (size_t i = 0; i < settings->n_others; i++)
		(void)look_at_upstream(doctor, &settings->others[i], "other_upstreams", &other);
	if (!look_at_upstream(doctor, &settings->upstream, "upstream", &response))
		return false;
	look_at_clock(doctor, &response);
	return true;
}

/* A sign-in page for browsers stands before the server, or another server is named. At the root of a calendar
 * server there may be a page, too. */
static void tell_of_page(struct doctor *doctor, struct ub_text target, int status)
{
	doctor_tell(doctor, doctor->calendar.len ? UB_DOCTOR_BAD : UB_DOCTOR_WARNING, "sign-in",
	    "look whether `upstream` is the CalDAV server itself: a sign-in page before it has to let "
	    "calendar "
	    "clients pass; --user NAME and --password-file FILE tell more",
	    "a question about calendars is answered with a page for people at %.*s (status %d)",
	    UB_ARGS(target), status);
}

/* Some servers ask for credentials in calendars alone. */
void doctor_sign_in(struct doctor *doctor)
{
	struct ub_text target = doctor->calendar.len ? doctor->calendar : ub_client_root(doctor->client);
	struct ub_response response;
	const struct ub_request request = { .method = "PROPFIND",
		.target = target,
		.depth = "0",
		.content_type = "application/xml; charset=utf-8",
		.body = ub_dav_collection_query };
	enum ub_outcome outcome = ub_client_send(doctor->client, &request, &response, doctor->arena);
	struct ub_dav_collection collection;
	struct ub_text ways = response.authenticate;
	struct ub_text lower = ub_text_lower(doctor->arena, ways);
	bool reusable = ub_text_find(lower, UB_TEXT("basic"), 0) != SIZE_MAX ||
			ub_text_find(lower, UB_TEXT("bearer"), 0) != SIZE_MAX;
	if (outcome == UB_OUTCOME_OK && !ub_dav_read_collection(response.body, &collection, doctor->arena))
		tell_of_page(doctor, target, response.status);
	else if (outcome != UB_OUTCOME_DENIED)
		doctor_tell(doctor, UB_DOCTOR_NOTE, "sign-in",
		    "call this with --user NAME and --password-file FILE to learn more",
		    "the server asks nobody for a password at %.*s (status %d)", UB_ARGS(target),
		    response.status);
	else if (reusable)
		doctor_tell(doctor, UB_DOCTOR_GOOD, "sign-in", NULL,
		    "the server takes %.*s: Upbeat can act for whoever comes", UB_ARGS(ways));
	else
		doctor_tell(doctor,
		    doctor->settings->service.secret.path.len ? UB_DOCTOR_GOOD : UB_DOCTOR_BAD, "sign-in",
		    "name a service account: `service`, upbeat.conf(5)",
		    "the server takes %.*s, which is good for one request alone", UB_ARGS(ways));
}
