/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YEAR_H
#define YEAR_H

/*
 * A year of reviews, simulated: the world in which accounts do well and badly, meetings are held and users
 * change their minds; the desks, on each of which the product decides about one account for one owner; and
 * what is checked of them, which goes by the world alone and computes periods by itself.
 */

#include <pthread.h>

#include "pass-private.h"
#include "upbeat/sys.h"

enum { ACCOUNTS = 200, OWNERS = 20, DAYS = 364, A_DAY = 3, HOLD_DAYS = 7 };
enum { OWNER_CHANGES = 120, GONE = 200, OUTAGE = 250, OUTAGE_ENDS = 255 }; /* days */
enum { FICKLE = 20 }; /* one account of so many is well and ill by turns */
#define DAY        INT64_C(86400)
#define FIRST_DAY  ub_cal_day(2027, 1, 4) /* a Monday */
#define COLLECTION "/u%zu/calendar/"

/* ---- the world ---- */

enum executive { CEO = 1, CFO = 2 };

/* A meeting with a customer. Of a series, each time at which it stands. */
struct occasion {
	UB_VEC(ub_instant) times;
	int64_t length;
	struct ub_text uid, href, text;
	int owner;           /* in whose calendar it is */
	unsigned executives; /* of the customer's, who come along */
	int colleague;       /* of ours, who comes along; -1: nobody */
	bool theirs;         /* the customer invites */
	ub_instant booked;
	bool is_series, called_off;
	ub_instant off; /* when it was called off */
};

struct customer {
	struct ub_account account;
	enum ub_health health; /* what is true, whatever sources say */
	int owner;             /* of the owners */
	bool gone, met;        /* met: a meeting has come or gone on this day */
	ub_day changed;        /* when its health or owner changed last */
	/* Whose rhythm is to be in force, whose was before, and since which day: see follow(). */
	enum ub_health rhythm, former;
	ub_day since;
	ub_day replanned; /* when the rhythm or the owner changed last */
	bool held;        /* a return to a slower rhythm waits */
	UB_VEC(struct occasion) occasions;
};

struct world {
	struct ub_snapshot *snapshot;
	const struct ub_zone *zone;
	struct ub_arena *arena;
	struct ub_store *store;
	uint64_t seed, aside;
	ub_day day;
	ub_instant now; /* six in the morning, UTC, on that day */
	struct customer customers[ACCOUNTS];
	struct ub_text owners[OWNERS];
	size_t meetings, series, called_off, health_changes, busy, moved, deleted;
	size_t held, spared; /* returns that had to wait, and those of them that never came */
};

void world_begin(struct world *world, uint64_t seed);
void world_end(struct world *world);
/* What happens in the world on the next day. */
void world_turn(struct world *world);
/* Between 0 and n - 1, the same for each run with the seed. */
size_t chance(struct world *world, size_t n);
/* The same for what reports are about: when and where meetings are does not depend on it. */
size_t aside(struct world *world, size_t n);
/* A meeting with the customer is put down for that day, now, if its owner is free. */
void arrange(struct world *world, size_t customer, ub_day day, bool series);
bool is_outage(const struct world *world);
ub_instant at_hour(const struct world *world, ub_day day, int hour);
/* A weekday that is no holiday, from `from` on. */
ub_day working_day(const struct world *world, ub_day from);
bool is_taken(struct world *world, struct ub_text person, struct ub_interval time, bool items_too);
void take(struct world *world, int owner, struct ub_text uid, struct ub_interval time);

/* ---- desks ---- */

struct card { /* an item */
	struct ub_arena *arena;
	struct ub_text href;
};

struct desk {
	size_t customer;
	int owner;
	const struct ub_rule *rule;
	bool look; /* something has changed */
	UB_VEC(struct ub_existing) items;
	UB_VEC(struct card) cards; /* as many */
	ub_instant look_again;
	UB_VEC(ub_instant) without; /* periods that a note of the last decision says have no item */
	UB_VEC(ub_instant) told;    /* the same of all decisions */
	bool crowded;               /* a note says that a day had to be overfull */
	struct ub_arena *arena;     /* of the last decision */
};

struct desks {
	UB_VEC(struct desk) list;
	struct world *world;
	size_t decisions, created, moved, removed, again;
	size_t faults;
	struct ub_map *deleted; /* UIDs that users have deleted */
};

void desks_begin(struct desks *desks, struct world *world);
void desks_end(struct desks *desks);
/* What users do to reviews on this day. */
void users_turn(struct desks *desks);
/* Decides on each desk on which something has changed, and on a seventh of the others. */
void desks_decide(struct desks *desks);
/* A mistake of the product. */
void fault(struct desks *desks, const struct desk *desk, const char *format, ...) UB_FORMAT(3, 4);
bool is_review(const struct ub_existing *existing);
bool is_cadence(const struct desk *desk);
/* Everything that stands, as a digest. */
struct ub_text desks_digest(const struct desks *desks, struct ub_arena *arena);

/* ---- checks ---- */

struct period {
	ub_day first, end; /* the day after the last one */
	ub_instant from, until;
};

/* The period of that day, in the rhythm of that health. */
struct period period_of(const struct world *world, enum ub_health health, ub_day day);

struct tally {
	size_t periods, reviewed, met, deleted, moved, no_time, changed, crowded_days, user_crowded_days,
	    answered;
	size_t most_a_day;
	size_t by_rhythm[3][2]; /* quarter, month, week: periods, and those that were kept */
};

void check_day(struct desks *desks, struct tally *tally);

#endif
