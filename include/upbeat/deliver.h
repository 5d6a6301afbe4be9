/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_DELIVER_H
#define UPBEAT_DELIVER_H

/*
 * deliver: how colleagues get the items that they are invited to, and the mails to them, where that is the
 * way.
 */

#include "upbeat/freebusy.h"
#include "upbeat/ical.h"
#include "upbeat/mail.h"
#include "upbeat/mails.h"
#include "upbeat/settings.h"

/* ---- the way ---- */

enum ub_way {
	UB_WAY_UNKNOWN,  /* nobody knows yet whether the server sends invitations */
	UB_WAY_SCHEDULE, /* as in enum ub_deliver: */
	UB_WAY_COPIES,
	UB_WAY_MAIL,
	UB_WAY_OWNER,
};

struct ub_delivery {
	enum ub_way way;
	const char *why; /* in words, without a full stop */
};

/* The way by the settings, and by what was found out about the server. */
struct ub_delivery ub_deliver_by(const struct ub_settings *settings, enum ub_invites invites);
/* "schedule", "copies" and the like: for programs, and as the settings have them. A literal. */
const char *ub_way_word(enum ub_way way);
/* What colleagues get by it, in words without a full stop: for people. A literal. */
const char *ub_way_text(enum ub_way way);

/* ---- mails ---- */

/* An item in its owner's calendar. */
struct ub_deliver_item {
	const struct ub_org *org;
	struct ub_text organization, upstream, href, meeting_uid, owner;
	const struct ub_ical *ical;
	const struct ub_event *event; /* of `ical` */
};

/*
 * Makes the mail that invites a person to the item, or tells him of a change, for ub_store_put_mail().
 * Another time or another SEQUENCE is a change; a new agenda is none. Of what is larger than
 * UB_MAIL_OBJECT_MAX the object is empty, and the mail is not sent. `former`: the mail that the store has;
 * NULL: none. False: there is nothing to tell, as it is in `former`, or as the item is over. Texts are in the
 * arena, or those given.
 */
UB_MUST_USE bool ub_deliver_invitation(const struct ub_deliver_item *item, struct ub_text person,
    const struct ub_store_mail *former, ub_instant now, struct ub_store_mail *mail, struct ub_arena *arena);
/* Makes the mail that takes `former` back: the whole item, or the person's part in it. False: there is
 * nothing to take back. */
UB_MUST_USE bool ub_deliver_cancellation(const struct ub_store_mail *former, bool whole, ub_instant now,
    struct ub_store_mail *mail, struct ub_arena *arena);
/* Puts the mails that call an item off, to all who were invited to it by mail. False: the store fails. */
UB_MUST_USE bool ub_deliver_call_off(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_text href, ub_instant now, struct ub_arena *arena);
/* The mail as it is sent, in the language of whom it is for. */
struct ub_mail ub_deliver_compose(const struct ub_store_mail *mail, const struct ub_settings_mail *settings,
    const struct ub_org *org, struct ub_arena *arena);

/* ---- the mailer: a thread that sends the mails that wait in the store ---- */

struct ub_configuration;
struct ub_log;

struct ub_mailer_input {
	struct ub_configuration *configuration;
	struct ub_store *store;
	struct ub_log *log;
};

struct ub_mailer;

/* `input` is copied; what it points to must outlive the thread. Never NULL. */
struct ub_mailer *ub_mailer_start(const struct ub_mailer_input *input);
/* Ends the thread. What waits stays in the store. Sets *mailer to NULL; NULL is allowed. */
void ub_mailer_stop(struct ub_mailer **mailer);

/* What there is to say of it. */
struct ub_mailer_report {
	struct ub_mail_counts counts; /* what the store knows; all 0 if it cannot tell */
	uint64_t sent;                /* mails since the start */
	bool failed;                  /* no mail can be sent now */
	ub_instant failed_since;
	struct ub_text problem; /* the last one since the start, in one line; empty: none */
};

/* Any thread. Texts are in the arena. */
struct ub_mailer_report ub_mailer_report(struct ub_mailer *mailer, struct ub_arena *arena);

#endif
