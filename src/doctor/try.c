/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a server does with what is written, which nothing tells but a write: an event, a to-do and an
 * invitation to the service account are stored in the user's calendar, looked for, and taken away again.
 */
#include "doctor-private.h"

#include <string.h>
#include <time.h>

#include "upbeat/http.h"
#include "upbeat/limits.h"
#include "upbeat/settings.h"
#include "upbeat/sys.h"

enum { AHEAD = 28 * 24 * 3600, PAUSE_MS = 200, PATIENCE_MS = 10000 };

static const char try[] = "try";

struct trial {
	struct doctor *doctor;
	struct ub_caller caller;
	struct ub_text mark;  /* begins the UIDs and names of all that is written here */
	struct ub_texts made; /* the hrefs of what was stored */
};

/* Who is invited: the service account, in a calendar of its own. */
struct guest {
	struct ub_caller caller;
	struct ub_identity identity;
	struct ub_text calendar;
};

/* ---- one object ---- */

static void add_time(struct ub_buf *out, const char *name, ub_instant time)
{
	ub_buf_printf(out, "%s:", name);
	ub_cal_format(out, UB_TEXT("%Y%m%dT%H%M%SZ"), ub_cal_utc(), time, UB_ENGLISH);
	ub_buf_str(out, "\r\n");
}

/* `guest`: the address of who is invited; empty: nobody. */
static struct ub_text text_of(
    const struct trial *trial, const char *component, const char *name, struct ub_text guest)
{
	struct ub_buf out = UB_BUF(trial->doctor->arena);
	ub_instant start = trial->doctor->input->now + AHEAD;
	bool task = strcmp(component, "VTODO") == 0;
	ub_buf_printf(&out,
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Upbeat//doctor//EN\r\nBEGIN:%s\r\n"
	    "UID:%.*s-%s\r\nSUMMARY:Upbeat tries the server: this goes by itself\r\n",
	    component, UB_ARGS(trial->mark), name);
	add_time(&out, "DTSTAMP", trial->doctor->input->now);
	add_time(&out, "DTSTART", start);
	add_time(&out, task ? "DUE" : "DTEND", start + 900);
	if (!task)
		ub_buf_str(&out, "TRANSP:TRANSPARENT\r\n");
	if (guest.len)
		ub_buf_printf(&out,
		    "ORGANIZER:mailto:%.*s\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:%.*s\r\n"
		    "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:%.*s\r\n",
		    UB_ARGS(trial->doctor->identity.owner), UB_ARGS(trial->doctor->identity.owner),
		    UB_ARGS(guest));
	ub_buf_printf(&out, "END:%s\r\nEND:VCALENDAR\r\n", component);
	return ub_buf_text(&out);
}

static bool store(
    struct trial *trial, const char *component, const char *name, struct ub_text guest, struct ub_text *why)
{
	struct doctor *doctor = trial->doctor;
	struct ub_response response;
	const struct ub_request request = { .method = "PUT",
		.target = ub_textf(
		    doctor->arena, "%.*s%.*s-%s.ics", UB_ARGS(doctor->calendar), UB_ARGS(trial->mark), name),
		.authorization = trial->caller.authorization,
		.content_type = "text/calendar; charset=utf-8",
		.body = text_of(trial, component, name, guest),
		.create_only = true };
	enum ub_outcome outcome = ub_client_send(doctor->client, &request, &response, doctor->arena);
	if (outcome == UB_OUTCOME_OK || outcome == UB_OUTCOME_UNCERTAIN)
		*ub_push(doctor->arena, &trial->made) = request.target;
	*why = doctor_why(doctor, &response);
	return outcome == UB_OUTCOME_OK;
}

/* False: it may still be there. */
static bool take_away(struct doctor *doctor, const struct ub_caller *caller, struct ub_text href)
{
	struct ub_response response;
	const struct ub_request request = {
		.method = "DELETE", .target = href, .authorization = caller->authorization
	};
	enum ub_outcome outcome = ub_client_send(doctor->client, &request, &response, doctor->arena);
	return outcome == UB_OUTCOME_OK || outcome == UB_OUTCOME_GONE;
}

/* ---- changes ---- */

static bool report(struct trial *trial, struct ub_text href, const char *depth, struct ub_text body,
    const struct ub_caller *caller, struct ub_response *response)
{
	const struct ub_request request = { .method = "REPORT",
		.target = href,
		.authorization = caller->authorization,
		.depth = depth,
		.content_type = "application/xml; charset=utf-8",
		.body = body };
	return ub_client_send(trial->doctor->client, &request, response, trial->doctor->arena) ==
	       UB_OUTCOME_OK;
}

/* The token as the calendar stands; empty: there is none. */
static struct ub_text token_of(struct trial *trial)
{
	struct doctor *doctor = trial->doctor;
	struct ub_response response;
	struct ub_dav_state state;
	const struct ub_request request = { .method = "PROPFIND",
		.target = doctor->calendar,
		.authorization = trial->caller.authorization,
		.depth = "0",
		.content_type = "application/xml; charset=utf-8",
		.body = ub_dav_state_query };
	bool told = ub_client_send(doctor->client, &request, &response, doctor->arena) == UB_OUTCOME_OK &&
		    ub_dav_read_state(response.body, &state, doctor->arena);
	return told ? state.token : UB_TEXT_NONE;
}

static bool is_of_trial(const struct trial *trial, struct ub_text href)
{
	return ub_text_find(href, trial->mark, 0) != SIZE_MAX;
}

/* Whether the server tells what was stored since the token. */
static void try_changes(struct trial *trial, struct ub_text token)
{
	struct ub_arena *arena = trial->doctor->arena;
	struct ub_response response;
	struct ub_dav_changes changes = { 0 };
	bool told = false;
	if (token.len &&
	    report(trial, trial->doctor->calendar, "0", ub_dav_sync_query(token, UB_SYNC_CHANGES, arena),
		&trial->caller, &response) &&
	    ub_dav_read_changes(response.body, &changes, arena))
		for (size_t i = 0; i < changes.n; i++)
			told = told || is_of_trial(trial, changes.items[i].href);
	if (told)
		doctor_tell(trial->doctor, UB_DOCTOR_GOOD, try, NULL, "sync-collection has told of it");
	else
		doctor_tell(trial->doctor, UB_DOCTOR_NOTE, try, NULL,
		    "sync-collection has not told of it: whole calendars are listed instead");
}

/* ---- an invitation ---- */

static bool find_guest(struct trial *trial, struct ub_text authorization, struct guest *guest)
{
	struct doctor *doctor = trial->doctor;
	struct ub_identities *identities = doctor->input->snapshot->identities;
	int64_t now = ub_sys_monotonic_ms() / 1000;
	guest->caller = (struct ub_caller){ .client = doctor->client,
		.user = doctor->settings->service.user,
		.principal = ub_http_principal(authorization, doctor->arena),
		.authorization = authorization };
	return authorization.len &&
	       ub_identity_calendar(identities, &guest->caller, now, &guest->calendar, doctor->arena) ==
		   UB_OUTCOME_OK &&
	       ub_identity_of(identities, &guest->caller, guest->calendar, doctor->settings->org, now,
		   &guest->identity, doctor->arena) == UB_OUTCOME_OK &&
	       guest->identity.owner.len && !ub_text_eq(guest->identity.owner, doctor->identity.owner);
}

/* What the guest has of the trial there, an href; empty: nothing. */
static struct ub_text find(struct trial *trial, const struct guest *guest, struct ub_text collection)
{
	struct ub_arena *arena = trial->doctor->arena;
	struct ub_response response;
	struct ub_dav_members members = { 0 };
	struct ub_text uid = ub_textf(arena, "%.*s-invitation", UB_ARGS(trial->mark));
	if (collection.len == 0 ||
	    !report(trial, collection, "1", ub_dav_uid_query(uid, arena), &guest->caller, &response) ||
	    !ub_dav_read_members(response.body, &members, arena))
		return UB_TEXT_NONE;
	for (size_t i = 0; i < members.n; i++)
		if (members.items[i].etag.len)
			return members.items[i].href;
	return UB_TEXT_NONE;
}

static bool arrives(struct trial *trial, const struct guest *guest, struct ub_text collection, int64_t until)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000 };
	bool there = find(trial, guest, collection).len > 0;
	while (!there && ub_sys_monotonic_ms() < until) {
		nanosleep(&pause, NULL);
		there = find(trial, guest, collection).len > 0;
	}
	return there;
}

/* Servers leave with the guest what the organizer has deleted, as called off, and messages about it. */
static void clear_guest(struct trial *trial, const struct guest *guest, struct ub_text collection)
{
	struct ub_text last = UB_TEXT_NONE, href;
	while ((href = find(trial, guest, collection)).len && !ub_text_eq(href, last)) {
		if (!take_away(trial->doctor, &guest->caller, href))
			doctor_tell(trial->doctor, UB_DOCTOR_WARNING, try, "delete it by hand",
			    "%.*s could not be taken away", UB_ARGS(href));
		last = href;
	}
}

static void try_invitation(struct trial *trial, const struct guest *guest)
{
	struct doctor *doctor = trial->doctor;
	struct ub_text why;
	if (!store(trial, "VEVENT", "invitation", guest->identity.owner, &why)) {
		doctor_tell(doctor, UB_DOCTOR_WARNING, try, "look into the server's own log",
		    "an event that invites somebody cannot be stored: %.*s", UB_ARGS(why));
		return;
	}
	int64_t until = ub_sys_monotonic_ms() + PATIENCE_MS;
	bool has = doctor->identity.outbox.len && doctor->identity.inbox.len
		       ? arrives(trial, guest, guest->calendar, until)
		       : find(trial, guest, guest->calendar).len > 0;
	if (has)
		doctor_tell(doctor, UB_DOCTOR_GOOD, try, NULL,
		    "the server invites: %.*s had the event in the calendar", UB_ARGS(guest->identity.owner));
	else if (find(trial, guest, guest->identity.inbox).len)
		doctor_tell(doctor, UB_DOCTOR_WARNING, try,
		    "have the server put invitations into calendars by itself, see upbeat-servers(7)",
		    "the server invites, but who is invited has the message in the inbox alone");
	else
		doctor_tell(doctor, UB_DOCTOR_NOTE, try, "see `deliver` and `mail`, upbeat.conf(5)",
		    "the server invites nobody: colleagues get copies by the service account, or mails");
}

static void note_no_guest(struct trial *trial)
{
	doctor_tell(trial->doctor, UB_DOCTOR_NOTE, try,
	    "name a service account that has a calendar of its own",
	    "whether the server invites people was not tried: there is nobody to invite");
}

/* ---- all ---- */

static void try_events(struct trial *trial)
{
	const struct timespec second = { .tv_sec = 1, .tv_nsec = PAUSE_MS * 1000000 };
	struct ub_text token = token_of(trial), why;
	nanosleep(&second, NULL); /* SOGo's tokens are times, in whole seconds */
	bool stored = store(trial, "VEVENT", "event", UB_TEXT_NONE, &why);
	if (!stored) {
		doctor_tell(trial->doctor, UB_DOCTOR_BAD, try, "look into the server's own log",
		    "an event cannot be stored: %.*s", UB_ARGS(why));
		return;
	}
	doctor_tell(trial->doctor, UB_DOCTOR_GOOD, try, NULL, "an event can be stored");
	try_changes(trial, token);
	stored = store(trial, "VTODO", "task", UB_TEXT_NONE, &why);
	doctor_tell(trial->doctor, stored ? UB_DOCTOR_GOOD : UB_DOCTOR_NOTE, try, NULL,
	    stored ? "a to-do can be stored" : "no to-do can be stored: they are events of a whole day");
}

static void clear(struct trial *trial)
{
	for (size_t i = 0; i < trial->made.n; i++)
		if (!take_away(trial->doctor, &trial->caller, trial->made.items[i]))
			doctor_tell(trial->doctor, UB_DOCTOR_WARNING, try, "delete it by hand",
			    "%.*s could not be taken away", UB_ARGS(trial->made.items[i]));
}

void doctor_try(struct doctor *doctor, struct ub_text service)
{
	uint64_t random;
	struct guest guest;
	struct trial trial = { .doctor = doctor,
		.caller = { .client = doctor->client, .authorization = doctor->input->authorization } };
	if (!doctor->input->tries || doctor->calendar.len == 0)
		return;
	ub_sys_random(&random, sizeof(random));
	trial.mark = ub_textf(doctor->arena, "upbeat-doctor-%016llx", (unsigned long long)random);
	try_events(&trial);
	bool invites = trial.made.n > 0 && doctor->identity.owner.len && find_guest(&trial, service, &guest);
	if (invites)
		try_invitation(&trial, &guest);
	else if (trial.made.n > 0)
		note_no_guest(&trial);
	clear(&trial);
	if (invites) {
		clear_guest(&trial, &guest, guest.calendar);
		clear_guest(&trial, &guest, guest.identity.inbox);
	}
}
