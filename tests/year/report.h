/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YEAR_REPORT_H
#define YEAR_REPORT_H

/*
 * The report of the year. Meetings stand on a server in memory, whose users do to preps and to-dos what users
 * do, and the product's own passes look at all of that. What the report then says is compared with a count
 * that goes by the world, the server's objects and what users did, and by nothing that the store remembers.
 */

#include "upbeat/report.h"
#include "year.h"

/* ---- server.c: calendars in memory, in the place of the HTTP client ---- */

struct object {
	struct ub_text href;
	struct ub_text text; /* empty: it is gone */
	unsigned version;
};

void server_begin(void);
void server_end(void);
/* Stores an object as its user's client does. An empty text deletes it. */
void server_put(struct ub_text href, struct ub_text text);
size_t server_count(void);
/* In the order in which they were first put; i < server_count(). */
const struct object *server_at(size_t i);

/* ---- objects.c: what stands in a calendar object, read line by line ---- */

/* The value of the first such line of the event or to-do. Empty: there is none. */
struct ub_text value_of(struct ub_text object, const char *name);
/* The same as a time. 0: there is none. */
ub_instant time_of(const struct world *world, struct ub_text object, const char *name);
/* The object with another such line, in the place of the first one. */
struct ub_text with_line(
    struct ub_text object, const char *name, struct ub_text line, struct ub_arena *arena);
/* "20270301T090000Z" */
struct ub_text utc_text(ub_instant at, struct ub_arena *arena);

/* ---- diary.c: what users do, and what the passes make of it ---- */

enum errand_kind { ERRAND_PREP, ERRAND_AGENDA, ERRAND_FOLLOW_UP };

/* An item that Upbeat has made for a meeting, and what its user does to it. */
struct errand {
	size_t object; /* on the server */
	enum errand_kind kind;
	size_t customer, occasion;
	ub_instant meeting;   /* when that begins */
	ub_day when;          /* the evening on which the user does something; 0: never */
	bool deletes;         /* or else he moves a prep, and completes a to-do */
	ub_instant moved_to;  /* of a prep */
	ub_instant deleted;   /* 0: it is not */
	ub_instant completed; /* of a to-do; 0: it is not */
	struct ub_text last;  /* the text of what its user has deleted */
};

struct diary {
	UB_VEC(struct errand) errands;
	size_t looked; /* objects up to here are known */
	size_t passes;
	size_t deleted, moved, completed;
};

/* Has a pass look at what the owner's client has just stored or deleted, and at all that follows. */
void look_at(struct world *world, int owner, struct ub_text href);
/* Has the series looked at of which an instance has come near. */
void diary_morning(struct world *world);
/* What users do when the day's meetings are over. */
void diary_evening(struct world *world, struct diary *diary);

/* ---- notes.c: what a pass remembers of the items on desks ---- */

void note_made(struct world *world, const struct desk *desk, const struct ub_item *item, struct ub_text href);
/* It stands now as it does, by the product's doing or its user's. */
void note_standing(struct world *world, const struct ub_existing *existing, struct ub_text href);
/* Its user has deleted it. */
void note_deleted(struct world *world, struct ub_text href);
/* The product has removed it. */
void note_removed(struct world *world, struct ub_text href);

/* ---- book.c: what the report is to say ---- */

/* A period in which an account was to be met. */
struct due_period {
	size_t customer;
	int owner;
	enum ub_health health;
	ub_instant from, until;
};

struct book {
	UB_VEC(struct due_period) over;
	struct due_period open[ACCOUNTS]; /* until = 0: there is none */
	size_t compared;                  /* figures */
};

/* Takes down in which periods accounts are to be met. */
void book_day(const struct world *world, struct book *book);
/* Compares the report of this day with the count: each figure, in all and by every group, of the year so far
 * and of its last part. Prints both, too, if `print`. */
void book_compare(struct desks *desks, const struct diary *diary, struct book *book, bool print);

#endif
