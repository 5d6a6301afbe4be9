/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_IDENTITY_H
#define UPBEAT_IDENTITY_H

/*
 * identity: who is asking, and whose the calendar is. The ORGANIZER of an item that Upbeat makes must be an
 * address of the collection's owner. Servers accept an item stored by an assistant or a colleague, but invite
 * nobody (RFC 6638 3.2.1).
 */

#include "upbeat/dav.h"
#include "upbeat/facts.h"

struct ub_settings_upstream;

/* A client for the upstream, which checks its certificate as the settings say. The caller frees it. */
struct ub_client *ub_identity_client(const struct ub_settings_upstream *upstream, struct ub_arena *arena);
/* The same for one of its servers alone. */
struct ub_client *ub_identity_client_of(
    const struct ub_settings_upstream *upstream, size_t server, struct ub_arena *arena);

/* Whose credentials and connection a pass acts with: a user of the server, or the service account. */
struct ub_caller {
	struct ub_client *client;
	/* the user's name in the credentials; empty: they carry none */
	struct ub_text user;
	struct ub_text principal;     /* ub_http_principal(); empty: the service account */
	struct ub_text authorization; /* the value of Authorization, as the client sent it */
	/* the Host field of the client's request; empty: none is sent on */
	struct ub_text host;
	/* The credentials are the service account's, which owns nothing: all that it does, it does for the
	 * owner. */
	bool service;
	/* Of the service account: the canonical href of the principal that it acts for; empty: whoever owns
	 * the collection. */
	struct ub_text behalf;
};

struct ub_identity {
	bool calendar;    /* the collection is a calendar */
	bool takes_tasks; /* the collection takes VTODO (RFC 4791 5.2.3) */
	bool groupdav;    /* the collection is one of GroupDAV's, too, as SOGo's are */
	/* The caller is the owner, or the service account that acts for the owner. */
	bool acts_for_owner;
	struct ub_text owner; /* the owner's address in lower case; empty: nobody knows */
	/* Canonical hrefs of principals; empty: the server does not say. */
	struct ub_text owner_href, caller_href;
	struct ub_text calendar_name; /* DAV:displayname; may be empty */
	/* Of the owner, as his principal says (RFC 4791 6.2.1, RFC 6638 2.1.1, 2.4.1); none: it does not. */
	struct ub_texts homes;     /* where his calendars are: hrefs as the server writes them */
	struct ub_texts addresses; /* all of them, in lower case */
	struct ub_text outbox;     /* to which he sends questions about others; an href */
	struct ub_text inbox;      /* where he has the messages that invite him; an href */
};

/* Identities that were found out, remembered for UB_IDENTITY_SECONDS. Any thread. */
struct ub_identities;

/* Never NULL. */
struct ub_identities *ub_identities_new(void);
/* Sets *identities to NULL; NULL is allowed. No other thread may use it any more. */
void ub_identities_free(struct ub_identities **identities);

/*
 * Whose the collection at `href` is. The owner is DAV:owner (RFC 3744 5.1), or else the principal that the
 * caller is or acts for if its calendar-home-set (RFC 4791 6.2.1) holds the collection. The address comes
 * from calendar-user-address-set (RFC 6638 2.4.1), the organization's own where there are several; or else
 * from the pattern of the settings. `now`: seconds on a monotonic clock. The texts of *out are in `arena`.
 * Not UB_OUTCOME_OK: the server did not tell. Blocks while the server is asked.
 */
UB_MUST_USE enum ub_outcome ub_identity_of(struct ub_identities *identities, const struct ub_caller *caller,
    struct ub_text href, const struct ub_org *org, int64_t now, struct ub_identity *out,
    struct ub_arena *arena);

/* What was last found out, without asking the server; it may be out of date. False: nothing was. */
UB_MUST_USE bool ub_identity_known(struct ub_identities *identities, struct ub_text principal,
    struct ub_text host, struct ub_text href, struct ub_identity *out, struct ub_arena *arena);

/* ---- the server's habits ---- */

/* What the server does with what is written, as far as was found out by what came of a write. */
enum ub_habit {
	UB_HABIT_TITLES, /* whoever has accepted an event has not accepted another title, and is asked anew */
	UB_HABIT_MESSAGES, /* whatever is written of an event is a message to all who are invited */
	UB_HABITS          /* how many there are */
};

/* Remembers whether the server has the habit. True: that is news. */
bool ub_identities_learn(struct ub_identities *identities, enum ub_habit habit, bool there);
/* Remembers what `from` knows of habits. */
void ub_identities_learn_from(struct ub_identities *identities, struct ub_identities *from);
/* Whether anything was found out of the habit; *there: whether the server has it. */
UB_MUST_USE bool ub_identities_knows(struct ub_identities *identities, enum ub_habit habit, bool *there);
/* Whether the server has UB_HABIT_TITLES. Until that is found out, SOGo is taken to have it, which is known
 * by collections of GroupDAV's: in `calendar`, or NULL: in any that was found out. */
bool ub_identities_titles_ask_again(struct ub_identities *identities, const struct ub_identity *calendar);

/* Who the credentials speak for (RFC 5397), as the server writes the principal's href: asked at the root,
 * then at the well-known place (RFC 6764 6). *response is the last answer. Texts are in `arena`.
 * UB_OUTCOME_GONE: the server does not say. Blocks while the server is asked. */
UB_MUST_USE enum ub_outcome ub_identity_self(const struct ub_caller *caller, struct ub_text *principal,
    struct ub_response *response, struct ub_arena *arena);

/*
 * Who the caller is to the server, or whom he acts for, and where that one's calendars are (RFC 5397, RFC
 * 4791 6.2.1, RFC 6764 6). *user is the principal's href as the server writes it. All texts are in `arena`;
 * *response is the last answer, which tells more of a failure. UB_OUTCOME_GONE: the server does not say.
 * Blocks while the server is asked.
 */
UB_MUST_USE enum ub_outcome ub_identity_homes(const struct ub_caller *caller, struct ub_text *user,
    struct ub_dav_principal *principal, struct ub_response *response, struct ub_arena *arena);

/*
 * The calendar into which a user's items go that belong to no meeting: the one that the server puts
 * invitations into (schedule-default-calendar-URL, RFC 6638 9.2), or else the first one of his homes; it has
 * to be his own and to take events. *href is canonical, with its slash, in `arena`. `now`: seconds on a
 * monotonic clock. UB_OUTCOME_GONE: he has none, or the server does not say. Blocks while the server is
 * asked.
 */
UB_MUST_USE enum ub_outcome ub_identity_calendar(struct ub_identities *identities,
    const struct ub_caller *caller, int64_t now, struct ub_text *href, struct ub_arena *arena);

/*
 * The calendars of a user's homes that are his own, the first UB_DAV_CALENDARS_MAX of them. `user`: the href
 * of his principal. *hrefs are canonical, with their slashes, in `arena`. A home that is refused is left out.
 * Not UB_OUTCOME_OK: the server does not say. Blocks while the server is asked.
 */
UB_MUST_USE enum ub_outcome ub_identity_calendars(
    const struct ub_caller *caller, struct ub_text user, struct ub_texts *hrefs, struct ub_arena *arena);

/* Whom the service account is to act for. At least one text is there. */
struct ub_whom {
	struct ub_text login;   /* the name that he signs in with; empty: not known */
	struct ub_text address; /* in lower case; empty: as the settings' pattern makes it of the login */
	struct ub_text pattern; /* the settings' path of a principal; empty: like the service account's */
};

/*
 * Finds the principal of somebody by the service account: the server is asked who has the address (RFC 3744
 * 9.4), and if nobody is found, the principal is looked for where the pattern says. Addresses that a
 * principal has must be the wanted one. *href is canonical, in `arena`. UB_OUTCOME_GONE: there is nobody.
 * Remembered like identities. Blocks while the server is asked.
 */
UB_MUST_USE enum ub_outcome ub_identity_find(struct ub_identities *identities, const struct ub_caller *caller,
    const struct ub_whom *whom, const struct ub_org *org, int64_t now, struct ub_text *href,
    struct ub_arena *arena);

/* The name that a principal most likely logs in with, for one who was not heard of: the last segment of its
 * href, decoded, in `arena`. */
struct ub_text ub_identity_login_of(struct ub_text href, struct ub_arena *arena);

#endif
