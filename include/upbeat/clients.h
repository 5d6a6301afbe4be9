/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CLIENTS_H
#define UPBEAT_CLIENTS_H

/*
 * clients: the families of calendar clients, what each of them shows of an item, and the form in which items
 * are written for a user by the clients that he has. What one client does not show is written so that all
 * show it.
 */

#include "upbeat/base.h"

/* Ways to have a text as HTML beside the plain one, each as a bit. STYLED-DESCRIPTION (RFC 9073 6.5) is not
 * among them, as no client is known to show it. */
enum ub_html {
	UB_HTML_ALTREP = 1 << 0,     /* DESCRIPTION;ALTREP="data:text/html,..." (RFC 5545 3.2.1, RFC 2397) */
	UB_HTML_X_ALT_DESC = 1 << 1, /* X-ALT-DESC;FMTTYPE=text/html, as Outlook has it */
	UB_HTML_ALL = (1 << 2) - 1
};

enum ub_shows {
	UB_SHOWS_MAYBE, /* that depends on what the family stands for, or nobody knows */
	UB_SHOWS_NOT,
	UB_SHOWS,
};

/* A family of clients. Texts are literals. */
struct ub_client_family {
	const char *id;   /* for the store: never changed */
	const char *name; /* for people */
	/* A piece of the User-Agent (RFC 9110 10.1.5), and of the PRODID of what it stores; NULL: it is not
	 * known by that. */
	const char *agents[3], *products[3];
	bool tool;           /* it shows nobody a calendar, and does not count */
	enum ub_shows todos; /* VTODO */
	const char *with;    /* the id of the client that shows the to-dos beside it; NULL: none does */
	unsigned html;       /* enum ub_html that it shows in place of the plain text; 0: the text alone */
	bool first_alarm;    /* of several alarms, it reads the first one */
	const char *source;  /* by what all this is known */
};

/* The family that the value of a User-Agent, or a PRODID, is of. What nobody knows is of a family of its own,
 * of which nothing is known. NULL: the text is empty or, of a PRODID, unknown. */
const struct ub_client_family *ub_clients_family_of_agent(struct ub_text agent);
const struct ub_client_family *ub_clients_family_of_product(struct ub_text product);
/* NULL: no family has this id. */
const struct ub_client_family *ub_clients_find_family(struct ub_text id);

/* The clients of one user, each once, in any order. */
struct ub_clients {
	const struct ub_client_family **items;
	size_t n, cap;
};

/* The form in which items are written. */
struct ub_form {
	bool task_as_event; /* a to-do becomes an event of the whole day on which it is due */
	bool kind_settled;  /* what stands as the other kind is rewritten; otherwise it stays */
	unsigned html;      /* enum ub_html */
	bool html_settled;  /* what stands with less or more is brought up to that when its text changes */
	bool nearest_first; /* the alarm that comes last is written first */
	/* Which clients decided: their names; empty: none did. */
	struct ub_text no_todos; /* they show no to-dos */
	struct ub_text html_in;  /* they show HTML; also where others do not, and it is not written */
	struct ub_text plain_in; /* they show no HTML */
	struct ub_text one_alarm;
};

/* The form for somebody with these clients, for whom nothing is settled. Of whom nothing is known, the form
 * is the plain one: to-dos as the rules say, and no HTML. The texts are in `arena`. */
struct ub_form ub_clients_form(const struct ub_clients *clients, struct ub_arena *arena);

#endif
