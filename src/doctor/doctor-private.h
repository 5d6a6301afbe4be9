/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_DOCTOR_PRIVATE_H
#define UPBEAT_DOCTOR_PRIVATE_H

#include "upbeat/doctor.h"
#include "upbeat/identity.h"

struct doctor {
	const struct ub_doctor_input *input;
	const struct ub_settings *settings;
	struct ub_client *client;
	struct ub_doctor_lines *lines;
	/* The user's calendar for reviews; empty: none was found. */
	struct ub_text calendar;
	struct ub_identity identity; /* of the calendar */
	struct ub_arena *arena;
};

/* tell.c. `help` is a literal, or NULL. */
void doctor_tell(struct doctor *doctor, enum ub_doctor_word word, const char *what, const char *help,
    const char *format, ...) UB_FORMAT(5, 6);
/* Why there was no good answer: the reason, or the status. */
struct ub_text doctor_why(struct doctor *doctor, const struct ub_response *response);

/* machine.c: what needs no server: certificates, the store, the daemon and its places. */
void doctor_machine(struct doctor *doctor);
/* daemon.c: whether the daemon runs, or else could. */
void doctor_daemon(struct doctor *doctor);
/* Tells how long a certificate is good. `of`: whose it is. */
void doctor_certificate(struct doctor *doctor, const char *what, const char *of, ub_instant until);
/* server.c: whether the server answers, and what it says to somebody who has not signed in. False: it does
 * not answer, so that nothing more can be asked. */
UB_MUST_USE bool doctor_server(struct doctor *doctor);
/* server.c: whose credentials can be used again after the request that they came with. */
void doctor_sign_in(struct doctor *doctor);
/* user.c: what the server can do for the user. */
void doctor_user(struct doctor *doctor);
/* service.c: whether the service account can do what it is for. */
void doctor_service(struct doctor *doctor);
/* try.c: what comes of what is written, if that is wanted and the user has a calendar. `service`: what the
 * service account, which is invited, signs in with; empty: there is none. */
void doctor_try(struct doctor *doctor, struct ub_text service);
/* mail.c: whether the mail server takes mails, where there is one. */
void doctor_mail(struct doctor *doctor);

#endif
