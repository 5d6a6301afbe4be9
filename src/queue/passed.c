/* SPDX-License-Identifier: Apache-2.0 */
#include "passed.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* One meeting with its texts, in one piece of memory, which the next one in its place takes over. */
struct kept {
	struct ub_passed_meeting meeting;
	size_t room; /* bytes of texts */
	char texts[];
};

struct ub_passed {
	pthread_mutex_t mutex;
	struct kept *ring[UB_PASSED_MAX];
	uint64_t hashes[UB_PASSED_MAX]; /* of what is_same() compares, as most differ */
	size_t next;                    /* the place that is taken next: the oldest one */
};

struct ub_passed *queue_passed_new(void)
{
	struct ub_passed *passed = calloc(1, sizeof(*passed));
	if (!passed || pthread_mutex_init(&passed->mutex, NULL) != 0)
		abort();
	return passed;
}

void queue_passed_free(struct ub_passed **passed)
{
	for (size_t i = 0; i < UB_PASSED_MAX; i++)
		free((*passed)->ring[i]);
	pthread_mutex_destroy(&(*passed)->mutex);
	free(*passed);
	*passed = NULL;
}

static struct ub_text put(char **at, struct ub_text text)
{
	struct ub_text copy = ub_text_n(*at, text.len);
	if (text.len)
		memcpy(*at, text.ptr, text.len);
	*at += text.len;
	return copy;
}

/* Room for `texts` bytes in the place, and some for longer ones. */
static struct kept *make_room(struct kept **place, size_t texts)
{
	if (*place && (*place)->room >= texts)
		return *place;
	free(*place);
	*place = malloc(sizeof(**place) + 2 * texts);
	if (!*place)
		abort();
	(*place)->room = 2 * texts;
	return *place;
}

static void copy(const struct ub_passed_meeting *meeting, struct kept **place)
{
	struct kept *kept = make_room(place, meeting->uid.len + meeting->owner.len + meeting->href.len +
						 meeting->title.len + meeting->why.len);
	char *at = kept->texts;
	kept->meeting = *meeting;
	kept->meeting.uid = put(&at, meeting->uid);
	kept->meeting.owner = put(&at, meeting->owner);
	kept->meeting.href = put(&at, meeting->href);
	kept->meeting.title = put(&at, meeting->title);
	kept->meeting.why = put(&at, meeting->why);
}

static uint64_t hash_of(const struct ub_passed_meeting *meeting)
{
	return ub_text_hash(meeting->uid) * 31 + ub_text_hash(meeting->owner);
}

static bool is_same(const struct kept *kept, const struct ub_passed_meeting *meeting)
{
	return kept && ub_text_eq(kept->meeting.uid, meeting->uid) &&
	       ub_text_eq(kept->meeting.owner, meeting->owner) &&
	       (meeting->uid.len || ub_text_eq(kept->meeting.href, meeting->href));
}

void queue_passed_keep(struct ub_passed *passed, const struct ub_passed_meeting *meeting)
{
	pthread_mutex_lock(&passed->mutex);
	size_t at = 0;
	uint64_t hash = hash_of(meeting);
	while (at < UB_PASSED_MAX && (passed->hashes[at] != hash || !is_same(passed->ring[at], meeting)))
		at++;
	if (at == UB_PASSED_MAX) {
		at = passed->next;
		passed->next = (at + 1) % UB_PASSED_MAX;
	}
	copy(meeting, &passed->ring[at]);
	passed->hashes[at] = hash;
	pthread_mutex_unlock(&passed->mutex);
}

struct ub_passed_meetings queue_passed_list(struct ub_passed *passed, struct ub_arena *arena)
{
	struct ub_passed_meetings list = { 0 };
	pthread_mutex_lock(&passed->mutex);
	for (size_t i = 0; i < UB_PASSED_MAX; i++) {
		if (!passed->ring[i])
			continue;
		struct ub_passed_meeting *meeting = ub_push(arena, &list);
		*meeting = passed->ring[i]->meeting;
		meeting->uid = ub_text_copy(arena, meeting->uid);
		meeting->owner = ub_text_copy(arena, meeting->owner);
		meeting->href = ub_text_copy(arena, meeting->href);
		meeting->title = ub_text_copy(arena, meeting->title);
		meeting->why = ub_text_copy(arena, meeting->why);
	}
	pthread_mutex_unlock(&passed->mutex);
	return list;
}
