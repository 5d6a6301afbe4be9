/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What was told of people's busy times, by whom it was told to; and one look at a time for each caller.
 * Callers do not share answers: what one may see, another may not.
 */
#include "freebusy-private.h"

#include <pthread.h>
#include <stdlib.h>

#include "upbeat/sys.h"

/* An answer. */
struct entry {
	struct ub_busy_person person;
	int64_t asked; /* when the look began, on the monotonic clock, in milliseconds */
};

/* A look that is going on, on its thread's stack. */
struct going {
	struct ub_text principal;
	struct going *next;
};

struct ub_freebusy {
	pthread_mutex_t mutex;
	pthread_cond_t ended; /* a look */
	struct going *going;
	struct ub_arena *arena;
	struct ub_map *entries; /* by the caller's principal and the person's address */
	struct ub_map *ways;    /* by the caller's principal and the owner's address */
	enum ub_invites invites, told;
};

struct ub_freebusy *ub_freebusy_new(void)
{
	struct ub_freebusy *freebusy = calloc(1, sizeof(*freebusy));
	pthread_condattr_t monotonic;
	if (!freebusy || pthread_mutex_init(&freebusy->mutex, NULL) != 0 ||
	    pthread_condattr_init(&monotonic) != 0 ||
	    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) != 0 ||
	    pthread_cond_init(&freebusy->ended, &monotonic) != 0)
		abort();
	pthread_condattr_destroy(&monotonic);
	freebusy->arena = ub_arena_new();
	freebusy->entries = ub_map_new(freebusy->arena);
	freebusy->ways = ub_map_new(freebusy->arena);
	return freebusy;
}

void ub_freebusy_free(struct ub_freebusy **freebusy)
{
	if (!*freebusy)
		return;
	pthread_cond_destroy(&(*freebusy)->ended);
	pthread_mutex_destroy(&(*freebusy)->mutex);
	ub_arena_free(&(*freebusy)->arena);
	free(*freebusy);
	*freebusy = NULL;
}

/* ---- what is remembered ---- */

static struct ub_busy_person copy_person(const struct ub_busy_person *from, struct ub_arena *arena)
{
	struct ub_busy_person to = *from;
	to.address = ub_text_copy(arena, from->address);
	to.words = ub_text_copy(arena, from->words);
	to.times.items = UB_NEW_ARRAY(arena, struct ub_busy_time, from->times.n);
	to.times.cap = from->times.n;
	for (size_t i = 0; i < from->times.n; i++) {
		const struct ub_busy_time *time = &from->times.items[i];
		to.times.items[i] = (struct ub_busy_time){ time->start, time->end,
			ub_text_copy(arena, time->uid), ub_text_copy(arena, time->parent) };
	}
	return to;
}

/* Where it is remembered what that principal was told, or the service account on his behalf. */
static struct ub_text key_of(
    struct ub_text principal, bool service, struct ub_text address, struct ub_arena *arena)
{
	return ub_textf(arena, "%.*s\n%s%.*s", UB_ARGS(principal), service ? "\n" : "", UB_ARGS(address));
}

static struct ways copy_ways(const struct ways *from, struct ub_arena *arena)
{
	struct ways to = *from;
	to.calendars = ub_texts_copy(arena, from->calendars);
	to.own.why = ub_text_copy(arena, from->own.why);
	to.outbox.why = ub_text_copy(arena, from->outbox.why);
	return to;
}

/* Forgetting everything is simpler than ageing each, and costs a look for each later. Under the mutex. */
static void make_room(struct ub_freebusy *freebusy)
{
	if (ub_arena_used(freebusy->arena) <= UB_FREEBUSY_BYTES)
		return;
	ub_arena_reset(freebusy->arena);
	freebusy->entries = ub_map_new(freebusy->arena);
	freebusy->ways = ub_map_new(freebusy->arena);
}

bool ub_freebusy_known(struct ub_freebusy *freebusy, struct ub_text principal, struct ub_text address,
    struct ub_busy_person *answer, struct ub_arena *arena)
{
	pthread_mutex_lock(&freebusy->mutex);
	const struct entry *entry = ub_map_get(freebusy->entries, key_of(principal, false, address, arena));
	if (!entry)
		entry = ub_map_get(freebusy->entries, key_of(principal, true, address, arena));
	if (entry)
		*answer = copy_person(&entry->person, arena);
	pthread_mutex_unlock(&freebusy->mutex);
	return entry != NULL;
}

enum ub_invites ub_freebusy_invites(struct ub_freebusy *freebusy, bool *news)
{
	pthread_mutex_lock(&freebusy->mutex);
	enum ub_invites invites = freebusy->invites;
	if (news) {
		*news = invites != freebusy->told;
		freebusy->told = invites;
	}
	pthread_mutex_unlock(&freebusy->mutex);
	return invites;
}

/* ---- one question ---- */

struct asking {
	struct ub_freebusy *freebusy;
	const struct ub_freebusy_question *question;
	struct ub_interval range;
	struct ub_busy_people *answers; /* those that are there already */
	struct ub_texts missing;        /* the people whose answers are not */
	int64_t begun;                  /* on the monotonic clock, in milliseconds */
	struct ub_arena *arena;
};

/* Whether the server does not tell of the person at all. It is not asked for him again for a while. */
static bool is_kept_back(const struct asking *asking, const struct entry *entry)
{
	return entry->person.state == UB_FREEBUSY_UNKNOWN && entry->person.times.n == 0 &&
	       !ub_text_eq(entry->person.address, asking->question->identity->owner) &&
	       asking->begun - entry->asked < UB_FREEBUSY_SHUT_MS;
}

static bool is_good(const struct asking *asking, const struct entry *entry)
{
	return is_kept_back(asking, entry) ||
	       (entry->asked >= asking->question->since && entry->person.range.start <= asking->range.start &&
		   entry->person.range.end >= asking->range.end);
}

/* Takes what is remembered, under the mutex. */
static void recall(struct asking *asking)
{
	const struct ub_caller *caller = asking->question->caller;
	struct ub_texts missing = { 0 };
	for (size_t i = 0; i < asking->missing.n; i++) {
		struct ub_text address = asking->missing.items[i];
		const struct entry *entry = ub_map_get(asking->freebusy->entries,
		    key_of(caller->principal, caller->service, address, asking->arena));
		if (entry && is_good(asking, entry))
			*ub_push(asking->arena, asking->answers) = copy_person(&entry->person, asking->arena);
		else
			*ub_push(asking->arena, &missing) = address;
	}
	asking->missing = missing;
}

static bool is_going(const struct asking *asking)
{
	for (const struct going *going = asking->freebusy->going; going; going = going->next)
		if (ub_text_eq(going->principal, asking->question->caller->principal))
			return true;
	return false;
}

/* Takes what is remembered or another thread is finding out. True: the rest is now for this thread to look
 * at. Under the mutex. */
static bool wait_for_turn(struct asking *asking)
{
	struct ub_freebusy *freebusy = asking->freebusy;
	struct timespec until = ub_sys_deadline(UB_FREEBUSY_LOOK_MS);
	recall(asking);
	while (asking->missing.n && is_going(asking)) {
		if (pthread_cond_timedwait(&freebusy->ended, &freebusy->mutex, &until) != 0)
			return !is_going(asking);
		recall(asking);
	}
	return asking->missing.n > 0;
}

/* ---- a turn ---- */

/* Looks at all who are missing: the owner in his own calendars, the others by the outbox, or else in theirs.
 */
static struct ub_busy_people look_at_missing(struct asking *asking, struct look *look)
{
	struct ub_busy_people people = { 0 };
	for (size_t i = 0; i < asking->missing.n; i++)
		*ub_push(asking->arena, &people) =
		    (struct ub_busy_person){ .address = asking->missing.items[i],
			    .state = UB_FREEBUSY_UNKNOWN,
			    .words = UB_TEXT_NONE,
			    .range = asking->range,
			    .asked = ub_sys_now() };
	look_at_outbox(look, &people);
	for (size_t i = 0; i < people.n; i++) {
		struct ub_busy_person *person = &people.items[i];
		if (ub_text_eq(person->address, asking->question->identity->owner))
			look_at_own(look, person);
		else if (person->state == UB_FREEBUSY_UNKNOWN)
			look_at_colleague(look, person);
	}
	return people;
}

/* What was found out of the server's ways; all is open where nothing was. Under the mutex. */
static struct ways known_ways(const struct asking *asking, struct ub_text key)
{
	static const struct ways none = { .own = { .why = { "", 0 } }, .outbox = { .why = { "", 0 } } };
	const struct ways *known = ub_map_get(asking->freebusy->ways, key);
	return copy_ways(known ? known : &none, asking->arena);
}

/* Under the mutex. */
static void remember(const struct asking *asking, const struct look *look, struct ub_text ways_key,
    const struct ub_busy_people *people)
{
	struct ub_freebusy *freebusy = asking->freebusy;
	make_room(freebusy);
	struct ub_arena *arena = freebusy->arena;
	const struct ub_caller *caller = asking->question->caller;
	for (size_t i = 0; i < people->n; i++) {
		const struct ub_busy_person *person = &people->items[i];
		struct entry *kept = UB_NEW(arena, struct entry);
		*kept = (struct entry){ copy_person(person, arena), look->begun };
		ub_map_put(freebusy->entries,
		    key_of(caller->principal, caller->service, person->address, arena), kept);
	}
	struct ways *ways = UB_NEW(arena, struct ways);
	*ways = copy_ways(&look->ways, arena);
	ub_map_put(freebusy->ways, ub_text_copy(arena, ways_key), ways);
	if (look->invites != UB_INVITES_UNKNOWN)
		freebusy->invites = look->invites;
}

/* Under the mutex. */
static void leave(struct ub_freebusy *freebusy, const struct going *mine)
{
	struct going **at = &freebusy->going;
	while (*at != mine)
		at = &(*at)->next;
	*at = mine->next;
	pthread_cond_broadcast(&freebusy->ended);
}

/* Takes this thread's turn. The mutex is let go of while the server is asked. */
static void take_turn(struct asking *asking)
{
	struct ub_freebusy *freebusy = asking->freebusy;
	const struct ub_freebusy_question *question = asking->question;
	const struct ub_caller *caller = question->caller;
	struct ub_text ways_key =
	    key_of(caller->principal, caller->service, question->identity->owner, asking->arena);
	struct going mine = { caller->principal, freebusy->going };
	/* What is told from now on is new; a wait for another look may have gone before. */
	int64_t begun = ub_sys_monotonic_ms();
	struct look look = { .question = question,
		.range = asking->range,
		.begun = begun,
		.until = begun + UB_FREEBUSY_LOOK_MS,
		.arena = asking->arena,
		.ways = known_ways(asking, ways_key),
		.knows_invites = freebusy->invites != UB_INVITES_UNKNOWN };
	freebusy->going = &mine;
	pthread_mutex_unlock(&freebusy->mutex);
	struct ub_busy_people people = look_at_missing(asking, &look);
	pthread_mutex_lock(&freebusy->mutex);
	leave(freebusy, &mine);
	remember(asking, &look, ways_key, &people);
	for (size_t i = 0; i < people.n; i++)
		*ub_push(asking->arena, asking->answers) = people.items[i];
}

static void give_up(struct asking *asking)
{
	for (size_t i = 0; i < asking->missing.n; i++)
		*ub_push(asking->arena, asking->answers) =
		    (struct ub_busy_person){ .address = asking->missing.items[i],
			    .state = UB_FREEBUSY_AGAIN,
			    .words = UB_TEXT("the server takes too long for another question"),
			    .range = asking->range,
			    .asked = ub_sys_now() };
}

/* Whole weeks, so that the questions of several meetings have one answer. */
static struct ub_interval whole_weeks(struct ub_interval range)
{
	const ub_instant week = INT64_C(7) * 86400;
	ub_instant end =
	    range.end < range.start + UB_FREEBUSY_REACH ? range.end : range.start + UB_FREEBUSY_REACH;
	return (struct ub_interval){ range.start - range.start % week, end + (week - end % week) % week };
}

void ub_freebusy_ask(struct ub_freebusy *freebusy, const struct ub_freebusy_question *question,
    struct ub_busy_people *answers, struct ub_arena *arena)
{
	struct asking asking = { .freebusy = freebusy,
		.question = question,
		.range = whole_weeks(question->range),
		.answers = answers,
		.missing = question->people,
		.begun = ub_sys_monotonic_ms(),
		.arena = arena };
	*answers = (struct ub_busy_people){ 0 };
	pthread_mutex_lock(&freebusy->mutex);
	if (wait_for_turn(&asking))
		take_turn(&asking);
	else
		give_up(&asking);
	pthread_mutex_unlock(&freebusy->mutex);
}
