/* SPDX-License-Identifier: Apache-2.0 */
#include "cal-private.h"

#include <stdatomic.h>
#include <stdlib.h>

/* SLOTS is a power of two with room to spare, so that probing ends soon. */
#define SLOTS (2 * UB_ZONES_MAX)

/* A zone, and the arena that the zone lives in. */
struct loaded {
	struct ub_arena *arena;
	const struct ub_zone *zone;
};

/*
 * A hash table that only grows. A slot is filled once, by compare-and-swap, and never changed. The thread
 * that loses the race for a slot drops its own copy of the zone and takes the winner's.
 */
struct ub_zones {
	struct ub_zone_source source;
	_Atomic(struct loaded *) *slots;
	atomic_size_t *n;
};

struct ub_zones *ub_cal_zones_new(struct ub_zone_source source)
{
	struct ub_zones *zones = calloc(1, sizeof *zones);
	if (!zones)
		abort();
	zones->source = source;
	zones->slots = calloc(SLOTS, sizeof *zones->slots);
	zones->n = calloc(1, sizeof *zones->n);
	if (!zones->slots || !zones->n)
		abort();
	return zones;
}

static void drop(struct loaded *loaded)
{
	struct ub_arena *arena = loaded->arena; /* the arena holds `loaded` itself */
	ub_arena_free(&arena);
}

void ub_cal_zones_free(struct ub_zones **zones)
{
	if (!*zones)
		return;
	for (size_t i = 0; i < SLOTS; i++) {
		struct loaded *loaded = atomic_load_explicit(&(*zones)->slots[i], memory_order_relaxed);
		if (loaded)
			drop(loaded);
	}
	free((*zones)->slots);
	free((*zones)->n);
	free(*zones);
	*zones = NULL;
}

static struct loaded *load(const struct ub_zones *zones, struct ub_text name)
{
	struct ub_arena *bytes_arena = ub_arena_new(), *arena = ub_arena_new();
	struct loaded *loaded = UB_NEW(arena, struct loaded);
	struct ub_text bytes = zones->source.load(zones->source.context, bytes_arena, name);
	loaded->arena = arena;
	if (bytes.ptr)
		loaded->zone = ub_cal_zone_from_tzif(arena, name, bytes);
	ub_arena_free(&bytes_arena);
	if (loaded->zone)
		return loaded;
	drop(loaded);
	return NULL;
}

static const struct ub_zone *by_name(const struct ub_zones *zones, struct ub_text name)
{
	struct loaded *mine = NULL;
	for (size_t probe = ub_text_hash(name);; probe++) {
		_Atomic(struct loaded *) *slot = &zones->slots[probe % SLOTS];
		struct loaded *there = atomic_load(slot);
		if (!there) {
			if (!mine && atomic_load(zones->n) < UB_ZONES_MAX)
				mine = load(zones, name);
			if (!mine)
				return NULL;
			if (atomic_compare_exchange_strong(slot, &there, mine)) {
				atomic_fetch_add(zones->n, 1);
				return mine->zone;
			}
		}
		if (ub_text_eq(there->zone->name, name)) {
			if (mine)
				drop(mine);
			return there->zone;
		}
	}
}

static bool name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '+' || c == '-';
}

/* Whether a name is plain enough to be asked for, and means the same on every machine. */
static bool name_sound(struct ub_text name)
{
	static const char *const refused[] = { "localtime", "posixrules", "leapseconds" };
	if (name.len == 0 || name.len > UB_ZONE_NAME_MAX)
		return false;
	for (size_t i = 0; i < UB_COUNT(refused); i++)
		if (ub_text_is(name, refused[i]))
			return false;
	if (ub_text_starts(name, UB_TEXT("right/")) || ub_text_starts(name, UB_TEXT("posix/")))
		return false;
	struct ub_text rest = name, piece;
	while (ub_text_split(&rest, '/', &piece)) {
		if (piece.len == 0)
			return false;
		for (size_t i = 0; i < piece.len; i++)
			if (!name_char(piece.ptr[i]))
				return false;
	}
	return true;
}

static const struct ub_zone *known(const struct ub_zones *zones, struct ub_text name)
{
	if (ub_text_is(name, "UTC") || ub_text_is(name, "Etc/UTC"))
		return ub_cal_utc();
	return name_sound(name) ? by_name(zones, name) : NULL;
}

/* "/vendor/version/Europe/Berlin", or just "/Europe/Berlin": the longest tail that is a name counts. */
static const struct ub_zone *behind_prefix(const struct ub_zones *zones, struct ub_text tzid)
{
	const struct ub_zone *zone = NULL;
	struct ub_text piece;
	for (int depth = 0; depth < 6 && !zone && ub_text_split(&tzid, '/', &piece) && tzid.ptr; depth++)
		zone = known(zones, tzid);
	return zone;
}

const char *ub_cal_zone_of_windows(struct ub_text windows)
{
	const struct windows_zone *zone = bsearch(
	    &windows, cal_windows_zones, cal_n_windows_zones, sizeof(*cal_windows_zones), ub_text_cmp_name);
	return zone ? zone->name : NULL;
}

/* Names of UTC, in any case, that neither the database nor CLDR's table of Windows zones has: Exchange's (in
 * its web services and as its zones are shown), and what libraries print. */
static bool names_utc(struct ub_text tzid)
{
	static const char *const names[] = { "UTC", "Z", "tzone://Microsoft/Utc", "Microsoft/Utc",
		"Coordinated Universal Time", "(UTC) Coordinated Universal Time",
		"(UTC+00:00) Coordinated Universal Time", "(GMT) Coordinated Universal Time", "(UTC) UTC",
		"Universal Time", "UTC+0", "UTC+00", "UTC+00:00", "UTC+0000", "UTC-00:00", "UTC0",
		"GMT+00:00", "GMT+0000", "+00:00", "+0000" };
	for (size_t i = 0; i < UB_COUNT(names); i++)
		if (ub_text_eq_nocase(tzid, ub_text(names[i])))
			return true;
	return false;
}

/* Reads "GMT+0100", "UTC-5", "+01:00": whole hours ahead of UTC. */
static bool names_hours(struct ub_text tzid, int64_t *hours)
{
	struct ub_text word = ub_text_sub(tzid, 0, 3), rest = tzid;
	if (ub_text_eq_nocase(word, UB_TEXT("UTC")) || ub_text_eq_nocase(word, UB_TEXT("GMT")))
		rest = ub_text_sub(tzid, 3, tzid.len);
	if (rest.len > 3 && ub_text_ends(rest, UB_TEXT(":00")))
		rest = ub_text_sub(rest, 0, rest.len - 3);
	else if (rest.len == 5 && ub_text_ends(rest, UB_TEXT("00")))
		rest = ub_text_sub(rest, 0, 3);
	return rest.len >= 2 && rest.len <= 3 && (rest.ptr[0] == '+' || rest.ptr[0] == '-') &&
	       ub_text_to_int(rest, hours);
}

const struct ub_zone *ub_cal_zone_find(const struct ub_zones *zones, struct ub_text tzid)
{
	tzid = ub_text_trim(tzid);
	if (names_utc(tzid))
		return ub_cal_utc();
	if (tzid.len && tzid.ptr[0] == '/')
		return behind_prefix(zones, tzid);
	const char *name = ub_cal_zone_of_windows(tzid);
	return known(zones, name ? ub_text(name) : tzid);
}

/* The database has a zone for each number of hours, whose name has the opposite sign. */
const struct ub_zone *ub_cal_zone_of_hours(const struct ub_zones *zones, struct ub_text tzid)
{
	int64_t hours;
	if (!names_hours(tzid, &hours))
		return NULL;
	struct ub_arena *arena = ub_arena_new();
	const char *sign = hours > 0 ? "-" : "+";
	const struct ub_zone *zone = known(zones, ub_textf(arena, "Etc/GMT%s%d", sign, abs((int)hours)));
	ub_arena_free(&arena);
	return zone;
}
