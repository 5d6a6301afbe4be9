/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_GLANCE_H
#define UPBEAT_GLANCE_H

/*
 * glance: what the lines of a calendar object tell without being read. Most of what a calendar gets concerns
 * nobody but its owner, and the names of its lines show that (RFC 5545 3.1).
 */

#include "upbeat/base.h"

/* The lines of a lone object that count. */
enum ub_glance_line {
	UB_GLANCE_UID,
	UB_GLANCE_SUMMARY,
	UB_GLANCE_DTSTART,
	UB_GLANCE_DTEND,
	UB_GLANCE_DUE,
	UB_GLANCE_STATUS,
	UB_GLANCE_TRANSP,
	UB_GLANCE_CLASS,
	UB_GLANCE_PRODID, /* of the calendar */
	UB_GLANCE_LINES
};

/* The texts point into the object. */
struct ub_glance {
	bool task; /* it is a VTODO, and no VEVENT */
	struct ub_text uid;
	struct ub_text lines[UB_GLANCE_LINES]; /* as they stand, with folds; empty: not there */
};

/*
 * Whether an object is for certain a lone one: one event or one task with a UID, in whose lines are no
 * people, no recurrence, no parent, none of Upbeat's marks, and nothing by which it is read in a way of its
 * own. Time zones and alarms may have any line but marks. False: it may be another one, or is not written
 * plainly enough to tell. What two readers might take in two ways is never plain.
 */
UB_MUST_USE bool ub_glance_is_lone(struct ub_text object, struct ub_glance *glance);
/* An object that has the lines that count and no others, made of the glance at a lone one: a glance at it
 * finds the same. In the arena. */
struct ub_text ub_glance_brief(const struct ub_glance *glance, struct ub_arena *arena);

#endif
