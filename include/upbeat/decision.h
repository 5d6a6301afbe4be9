/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_DECISION_H
#define UPBEAT_DECISION_H

/*
 * decision: the one path from a calendar object's text to a plan, for the daemon as for `explain`, `test` and
 * `plan`; and the plan in words.
 */

#include <jansson.h>

#include "upbeat/configuration.h"
#include "upbeat/ical.h"
#include "upbeat/plan.h"

struct ub_accounts;

struct ub_decide_input {
	const struct ub_snapshot *snapshot;
	struct ub_text text;     /* the calendar object */
	struct ub_text owner;    /* address of the calendar's owner; empty: ub_facts_default_owner() */
	struct ub_text calendar; /* the collection's display name, or empty */
	const struct ub_existing *existing;
	size_t n_existing;
	bool gone; /* `text` is what was last seen of a meeting that does not stand any more */
	ub_instant now;
	/* Instead of what the snapshot's directory says of the customer: */
	struct ub_accounts *accounts;     /* to find the guests' one in; NULL: the directory's */
	const struct ub_account *account; /* this one; NULL: the one found */
	const struct ub_busy *busy;
	size_t n_busy;
	bool explain; /* as in struct ub_plan_input */
};

struct ub_decision {
	const char *refused; /* the reader's diagnosis: not a calendar object that we can read; or NULL */
	struct ub_text refused_text;  /* the same in words */
	const struct ub_event *event; /* NULL when refused */
	const struct ub_facts *facts; /* NULL when refused, and when the event has no start or is none */
	const struct ub_plan *plan;   /* never NULL; its not_eligible says why there is nothing */
};

/* Pure but for the files of the time zones, read when first needed. Everything is made in `arena`. */
void ub_decide(const struct ub_decide_input *input, struct ub_decision *decision, struct ub_arena *arena);

/* The decision in words, for people, and as one JSON object: upbeat(1), "JSON". Both end their last line. */
void ub_explain_print(const struct ub_decision *decision, struct ub_buf *out, bool colour);
void ub_explain_json(const struct ub_decision *decision, struct ub_buf *out);

/* What stands once a plan was carried out, for deciding once more without a server. */
struct ub_existing *ub_existing_after(const struct ub_snapshot *snapshot, const struct ub_plan *plan,
    ub_instant now, size_t *n, struct ub_arena *arena);

/* A decision as a JSON object; what is added to a meeting itself, as a list. */
json_t *ub_explain_object(const struct ub_decision *decision, struct ub_arena *arena);
json_t *ub_explain_amendments(const struct ub_amendments *amendments);

/* Fills in what the text of an item says. Times without a zone are of `floating`. NULL: it cannot be read;
 * `existing` is as it was. */
const struct ub_ical *ub_existing_read(struct ub_text text, const struct ub_zones *zones,
    const struct ub_zone *floating, struct ub_existing *existing, struct ub_arena *arena);

#endif
