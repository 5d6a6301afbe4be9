/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_EVENTS_H
#define UPBEAT_EVENTS_H

/*
 * events: tells others what Upbeat has made, changed and removed. An event is stored together with the item
 * that it tells of, and waits in the store until each sink of the settings has taken it. Nobody waits for a
 * sink.
 */

#include "upbeat/base.h"
#include "upbeat/cal.h"
#include "upbeat/store.h"

struct ub_configuration;
struct ub_log;
struct ub_snapshot;

/* ---- what is told ---- */

enum ub_event_what { UB_EVENT_CREATED, UB_EVENT_CHANGED, UB_EVENT_REMOVED };

/* What happened to an item. Texts that are not known are empty, times UB_INSTANT_NONE. */
struct ub_happening {
	enum ub_event_what what;
	ub_instant now;
	const struct ub_zone *zone; /* of the times that are told: the owner's */
	struct ub_text item;        /* "rule/item" */
	bool known;                 /* kind and times are known: */
	bool task;
	bool all_day;
	ub_instant start, end, due;
	struct ub_text title; /* empty also if it is not public */
	struct ub_text owner; /* address */
	struct ub_text uid, href;
	struct ub_text meeting; /* the UID of the meeting; empty: the item is an account's */
	struct ub_text account; /* id; empty: of no account */
	struct ub_text why;     /* one sentence, no full stop */
	/* Of a change: tells it from other changes of the item at the same time. */
	struct ub_text version;
};

/* Makes the event in `arena`: upbeat.conf(5), "EVENTS". The same item has one id for being created, and one
 * for being removed. */
struct ub_store_event ub_events_make(const struct ub_happening *happening, struct ub_arena *arena);

/* ---- who is told ---- */

struct ub_events_input {
	struct ub_configuration *configuration;
	struct ub_store *store;
	struct ub_log *log;
	bool minds_marks; /* a sink that two processes have ended at is left out */
};

struct ub_events;

/* Tells the store which sinks there are, and starts the thread that delivers. `input` is copied; what it
 * points to must outlive the thread. Never NULL. */
struct ub_events *ub_events_start(const struct ub_events_input *input);
/* Ends the thread. What waits stays in the store. Sets *events to NULL; NULL is allowed. */
void ub_events_stop(struct ub_events **events);

/* What there is to say of a sink. */
struct ub_sink_report {
	struct ub_text name, sink;
	struct ub_store_sink counts; /* without its name */
	bool failed;                 /* it does not take events now */
	ub_instant failed_since;
	struct ub_text problem; /* the last one, of whenever: one line; empty: none since the start */
};

/* Reports of all sinks, in the order of the settings, in the arena. Any thread. Returns how many. */
size_t ub_events_reports(struct ub_events *events, struct ub_arena *arena, struct ub_sink_report **reports);

/* Opens the snapshot's sinks, waits up to UB_SINK_OPEN_MS for each, and closes them again. Nothing is
 * delivered. What is wrong goes to `diags`. */
void ub_events_check(const struct ub_snapshot *snapshot, struct ub_diags *diags);

#endif
