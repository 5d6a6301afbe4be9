/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_COMMANDS_CONTROL_PRIVATE_H
#define UPBEAT_COMMANDS_CONTROL_PRIVATE_H

/*
 * What the files that answer over the control socket share.
 */

#include "upbeat/commands.h"
#include "upbeat/queue.h"

/* How an answer is to be told, and where to. */
struct ub_telling {
	const struct ub_control_input *daemon;
	struct ub_snapshot *snapshot; /* held until the answer is made */
	struct ub_watched *watched;   /* the thread, while it reads objects; may be NULL */
	bool json, colour;
	struct ub_buf *out;
};

/* All return the exit status of the command that asks. */
int control_tell_status(const struct ub_telling *telling);
/* accounts.c: tells of the account sources, a line each; the first one begins with the label. */
void control_print_accounts(const struct ub_telling *telling, const char *label);
struct json_t *control_accounts(const struct ub_telling *telling);
int control_refresh(const struct ub_telling *telling, struct ub_text subject);
/* sinks.c: the same of the event sinks. */
void control_print_sinks(const struct ub_telling *telling, const char *label);
struct json_t *control_sinks(const struct ub_telling *telling);
/* mail.c: the same of mails to colleagues; nothing, and null, without a mail server. */
void control_print_mail(const struct ub_telling *telling, const char *label);
struct json_t *control_mail(const struct ub_telling *telling);
/* service.c: the same of the service account, and of callers whose sign-in cannot be used again. */
void control_print_service(const struct ub_telling *telling, const char *label, const char *callers_label);
struct json_t *control_service(const struct ub_telling *telling);
struct json_t *control_unusable(const struct ub_telling *telling);
/* servers.c: whether servers that are equal answer; nothing, and an empty array, where there is one alone. */
void control_print_servers(const struct ub_telling *telling, const char *label);
struct json_t *control_servers(const struct ub_telling *telling);
/* And how many requests wait for a place at an upstream's servers, or were refused; no line where there are
 * none. */
void control_print_requests(const struct ub_telling *telling, const char *label);
struct json_t *control_requests(const struct ub_telling *telling);
/* explain-meeting.c */
/* `instance`: of a series, the day of the instance that is meant, such as 2026-12-09; empty: the next ones.
 */
int control_explain_meeting(
    const struct ub_telling *telling, struct ub_text meeting_uid, struct ub_text instance);
/* find-meeting.c */
int control_find_meeting(const struct ub_telling *telling, struct ub_text question);
/* orders.c */
int control_take_order(const struct ub_telling *telling, struct ub_text words);
/* control-requests.c: what commands tell the daemon. */
struct ub_wire_ask;
int control_take_removal(const struct ub_telling *telling, struct ub_text subject);
int control_take_backfill(const struct ub_telling *telling, const struct ub_wire_ask *ask);

#endif
