/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor-private.h"

#include "upbeat/http.h"
#include "upbeat/settings.h"
#include "upbeat/tls.h"

enum { DRIFT = 60, DRIFT_BAD = 900 }; /* seconds */

static const struct ub_text root = { "/", 1 };

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

static void look_at_certificate(struct doctor *doctor)
{
	const struct ub_settings *settings = doctor->settings;
	struct ub_text why;
	ub_instant until;
	const char *name = ub_text_cstr(doctor->arena, settings->upstream.name);
	const char *ca =
	    settings->upstream.ca.path.len ? ub_text_cstr(doctor->arena, settings->upstream.ca.path) : NULL;
	struct ub_tls *tls = ub_tls_client(ca, name, &why, doctor->arena);
	if (tls && ub_tls_other_until(tls, ub_text_cstr(doctor->arena, settings->upstream.host),
		       settings->upstream.port, &until, &why, doctor->arena))
		doctor_certificate(doctor, "server", "the server", until);
	else
		doctor_tell(doctor, UB_DOCTOR_BAD, "server",
		    "name the authority that vouches for it: `upstream_tls: {ca: FILE}`, or its own name: "
		    "`upstream_tls: {name: NAME}`",
		    "its certificate is not accepted: %.*s", UB_ARGS(why));
	ub_tls_free(&tls);
}

/* Whose credentials can be used again after the request that they came with. */
static void look_at_sign_in(struct doctor *doctor)
{
	struct ub_response response;
	const struct ub_request request = { .method = "PROPFIND",
		.target = root,
		.depth = "0",
		.content_type = "application/xml; charset=utf-8",
		.body = ub_dav_collection_query };
	bool asks = ub_client_send(doctor->client, &request, &response, doctor->arena) == UB_OUTCOME_DENIED;
	struct ub_text ways = response.authenticate;
	struct ub_text lower = ub_text_lower(doctor->arena, ways);
	bool reusable = ub_text_find(lower, UB_TEXT("basic"), 0) != SIZE_MAX ||
			ub_text_find(lower, UB_TEXT("bearer"), 0) != SIZE_MAX;
	if (!asks)
		doctor_tell(doctor, UB_DOCTOR_NOTE, "sign-in",
		    "call this with --user NAME and --password-file FILE to learn more",
		    "the server asks nobody for a password at / (status %d)", response.status);
	else if (reusable)
		doctor_tell(doctor, UB_DOCTOR_GOOD, "sign-in", NULL,
		    "the server takes %.*s: Upbeat can act for whoever comes", UB_ARGS(ways));
	else
		doctor_tell(doctor,
		    doctor->settings->service.secret.path.len ? UB_DOCTOR_GOOD : UB_DOCTOR_BAD, "sign-in",
		    "name a service account: `service`, upbeat.conf(5)",
		    "the server takes %.*s, which is good for one request alone", UB_ARGS(ways));
}

bool doctor_server(struct doctor *doctor)
{
	struct ub_response response;
	const struct ub_request request = { .method = "OPTIONS", .target = root };
	if (doctor->settings->upstream.base.len == 0)
		return false;
	if (doctor->settings->upstream.tls)
		look_at_certificate(doctor);
	if (ub_client_send(doctor->client, &request, &response, doctor->arena) == UB_OUTCOME_AGAIN &&
	    response.status == 0) {
		doctor_tell(doctor, UB_DOCTOR_BAD, "server",
		    "look whether the server runs, and whether `upstream` has its address",
		    "%.*s is not reached: %.*s", UB_ARGS(doctor->settings->upstream.base),
		    UB_ARGS(response.error));
		return false;
	}
	doctor_tell(doctor, response.status < 500 ? UB_DOCTOR_GOOD : UB_DOCTOR_BAD, "server",
	    response.status < 500 ? NULL : "look into the server's own log",
	    "%.*s answers with status %d%s%.*s", UB_ARGS(doctor->settings->upstream.base), response.status,
	    response.dav.len ? ", and says that it can " : "", UB_ARGS(response.dav));
	look_at_clock(doctor, &response);
	look_at_sign_in(doctor);
	return true;
}
