/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"
#include "upbeat/directory.h"
#include "upbeat/history.h"

static const char settings[] = "listen: 127.0.0.1:1\nupstream: http://127.0.0.1:2\norganization:\n"
			       "  domains: [ours.example]\n  time_zone: Europe/Berlin\n"
			       "  working_hours: Mon-Fri 09:00-17:30\n  holidays: [./days.ics]\n"
			       "rules: [%s]\n"
			       "accounts: [{source: yaml, path: ./accounts.yaml}]\n";
static const char *const holidays[] = { "20270106", "20270326", "20270506", "20270517", "20271224" };

/* splitmix64 */
static uint64_t next(uint64_t *seed)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

size_t chance(struct world *world, size_t n)
{
	return (size_t)(next(&world->seed) % n);
}

size_t aside(struct world *world, size_t n)
{
	return (size_t)(next(&world->aside) % n);
}

bool is_outage(const struct world *world)
{
	ub_day since = world->day - FIRST_DAY;
	return since >= OUTAGE && since < OUTAGE_ENDS;
}

ub_instant at_hour(const struct world *world, ub_day day, int hour)
{
	struct ub_civil civil = ub_cal_day_civil(day);
	civil.hour = hour;
	return ub_cal_instant(world->zone, civil);
}

static bool is_holiday(ub_day day)
{
	struct ub_civil civil = ub_cal_day_civil(day);
	char name[16];
	snprintf(name, sizeof(name), "%04d%02d%02d", civil.year, civil.month, civil.day);
	for (size_t i = 0; i < UB_COUNT(holidays); i++)
		if (strcmp(holidays[i], name) == 0)
			return true;
	return false;
}

ub_day working_day(const struct world *world, ub_day from)
{
	(void)world;
	while (ub_cal_weekday(from) >= UB_SATURDAY || is_holiday(from))
		from++;
	return from;
}

/* ---- files ---- */

static void put_file(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");
	if (!file || fputs(text, file) < 0 || fclose(file))
		abort();
}

/* Meetings find their account here; reviews are decided about with what the world says of it. */
static const char *accounts_file(const char *folder, struct ub_arena *arena)
{
	const char *path = ub_textf(arena, "%s/accounts.yaml", folder).ptr;
	struct ub_buf text = UB_BUF(arena);
	ub_buf_str(&text, "accounts:\n");
	for (size_t i = 0; i < ACCOUNTS; i++)
		ub_buf_printf(&text,
		    "  - id: a%zu\n    name: Account %zu\n    domains: [a%zu.example]\n"
		    "    owner: u%zu@ours.example\n    stakeholders:\n"
		    "      - {email: cto@a%zu.example, title: CTO}\n"
		    "      - {email: ceo@a%zu.example, title: CEO, executive: true}\n"
		    "      - {email: cfo@a%zu.example, title: CFO, executive: true}\n",
		    i, i, i, i % OWNERS, i, i, i);
	put_file(path, ub_buf_cstr(&text));
	return path;
}

static struct ub_snapshot *load(struct ub_arena *arena)
{
	char folder[] = "/tmp/upbeat-year-XXXXXX";
	struct ub_diags diags = UB_DIAGS(arena);
	struct ub_buf said = UB_BUF(arena), days = UB_BUF(arena);
	if (!mkdtemp(folder))
		abort();
	const char *path = ub_textf(arena, "%s/upbeat.yaml", folder).ptr,
		   *list = ub_textf(arena, "%s/days.ics", folder).ptr;
	ub_buf_str(&days, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n");
	for (size_t i = 0; i < UB_COUNT(holidays); i++)
		ub_buf_printf(&days,
		    "BEGIN:VEVENT\r\nUID:d%zu\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Day off\r\n"
		    "DTSTART;VALUE=DATE:%s\r\nEND:VEVENT\r\n",
		    i, holidays[i]);
	ub_buf_str(&days, "END:VCALENDAR\r\n");
	put_file(list, ub_buf_cstr(&days));
	put_file(path, ub_textf(arena, settings, SRCDIR "/rules").ptr);
	const char *accounts = accounts_file(folder, arena);
	struct ub_snapshot_input input = { .settings_path = path };
	struct ub_snapshot *snapshot = ub_snapshot_load(&input, &diags);
	if (!snapshot) {
		ub_diags_print(&diags, &said, false);
		printf("Bail out! %s\n", ub_buf_cstr(&said));
		exit(1);
	}
	unlink(path), unlink(list), unlink(accounts), rmdir(folder);
	return snapshot;
}

/* ---- who is taken ---- */

bool is_taken(struct world *world, struct ub_text person, struct ub_interval time, bool items_too)
{
	struct ub_store_appointments found = { 0 };
	struct ub_arena *arena = ub_arena_new();
	bool taken = false;
	if (ub_store_appointments(world->store, ub_organization, person, time.start * 1000, time.end * 1000,
		arena, &found) != UB_STORE_OK)
		abort();
	for (size_t i = 0; i < found.n; i++)
		taken |= items_too || !found.items[i].item;
	ub_arena_free(&arena);
	return taken;
}

void take(struct world *world, int owner, struct ub_text uid, struct ub_interval time)
{
	struct ub_arena *arena = ub_arena_new();
	bool changed;
	struct ub_store_appointment event = { .organization = ub_organization,
		.uid = uid,
		.meeting_uid = uid,
		.upstream = UB_TEXT("up"),
		.href = ub_textf(arena, COLLECTION "%.*s.ics", (size_t)owner, UB_ARGS(uid)),
		.start = time.start * 1000,
		.end = time.end * 1000 };
	if (ub_store_put_appointment(world->store, &event, &world->owners[owner], time.start < time.end, true,
		arena, &changed) != UB_STORE_OK)
		abort();
	ub_arena_free(&arena);
}

/* ---- meetings with customers ---- */

static void print_time(struct ub_buf *out, const char *name, struct ub_civil c)
{
	ub_buf_printf(out, "%s;TZID=Europe/Berlin:%04d%02d%02dT%02d%02d00\r\n", name, c.year, c.month, c.day,
	    c.hour, c.minute);
}

/* Everybody who comes but the guest who may decline. */
static void print_people(struct ub_buf *out, const struct customer *customer, const struct occasion *occasion)
{
	static const char *const executives[] = { [CEO] = "ceo", [CFO] = "cfo" };
	for (unsigned i = CEO; i <= CFO; i++)
		if (occasion->executives & i)
			ub_buf_printf(out, "ATTENDEE:mailto:%s@%.*s.example\r\n", executives[i],
			    UB_ARGS(customer->account.id));
}

static void begin_event(
    struct ub_buf *out, const struct customer *customer, const struct occasion *occasion, bool declined)
{
	struct ub_text id = customer->account.id, owner = customer->account.owner;
	ub_buf_printf(out, "BEGIN:VEVENT\r\nUID:%.*s\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:%.*s meeting\r\n",
	    UB_ARGS(occasion->uid), UB_ARGS(customer->account.name));
	if (occasion->theirs)
		ub_buf_printf(out, "ORGANIZER:mailto:cto@%.*s.example\r\n", UB_ARGS(id));
	else
		ub_buf_printf(out, "ORGANIZER:mailto:%.*s\r\n", UB_ARGS(owner));
	ub_buf_printf(out, "ATTENDEE:mailto:%.*s\r\nATTENDEE%s:mailto:cto@%.*s.example\r\nDURATION:PT1H\r\n",
	    UB_ARGS(owner), declined ? ";PARTSTAT=DECLINED" : "", UB_ARGS(id));
	if (occasion->colleague >= 0)
		ub_buf_printf(out, "ATTENDEE:mailto:c%d@ours.example\r\n", occasion->colleague);
	if (!declined)
		print_people(out, customer, occasion);
}

/* Of the times of a series, one in nine is called off, one in nine declined by the guest, one in nine left
 * out. */
static void write_series(struct world *world, struct customer *customer, struct occasion *occasion,
    ub_day first, int hour, int weeks, int count)
{
	struct ub_buf out = UB_BUF(world->arena), more = UB_BUF(world->arena), left = UB_BUF(world->arena);
	struct ub_civil start = ub_cal_day_civil(first);
	start.hour = hour;
	for (int i = 0; i < count; i++) {
		ub_day day = first + 7 * weeks * i;
		struct ub_civil civil = ub_cal_day_civil(day);
		size_t fate = chance(world, 9);
		civil.hour = hour;
		if (fate > 2 || i == 0) {
			*ub_push(world->arena, &occasion->times) = at_hour(world, day, hour);
			continue;
		}
		if (fate == 2) {
			print_time(&left, "EXDATE", civil);
			continue;
		}
		begin_event(&more, customer, occasion, fate == 1);
		print_time(&more, "RECURRENCE-ID", civil);
		print_time(&more, "DTSTART", civil);
		ub_buf_str(&more, fate ? "END:VEVENT\r\n" : "STATUS:CANCELLED\r\nEND:VEVENT\r\n");
	}
	ub_buf_str(&out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n");
	begin_event(&out, customer, occasion, false);
	print_time(&out, "DTSTART", start);
	ub_buf_printf(&out,
	    "RRULE:FREQ=WEEKLY;INTERVAL=%d;COUNT=%d\r\n%.*sEND:VEVENT\r\n%.*sEND:VCALENDAR\r\n", weeks, count,
	    UB_ARGS(ub_buf_text(&left)), UB_ARGS(ub_buf_text(&more)));
	occasion->text = ub_buf_text(&out);
}

static void take_times(struct world *world, const struct occasion *occasion, bool off)
{
	for (size_t i = 0; i < occasion->times.n; i++)
		take(world, occasion->owner, ub_textf(world->arena, "%.*s-%zu", UB_ARGS(occasion->uid), i),
		    (struct ub_interval){
			occasion->times.items[i], occasion->times.items[i] + (off ? 0 : occasion->length) });
}

static void write_one(struct world *world, struct customer *customer, struct occasion *occasion)
{
	struct ub_buf out = UB_BUF(world->arena);
	ub_buf_str(&out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n");
	begin_event(&out, customer, occasion, false);
	print_time(&out, "DTSTART", ub_cal_civil(world->zone, occasion->times.items[0]));
	ub_buf_printf(
	    &out, "%sEND:VEVENT\r\nEND:VCALENDAR\r\n", occasion->called_off ? "STATUS:CANCELLED\r\n" : "");
	occasion->text = ub_buf_text(&out);
}

static struct ub_text href_of(
    struct world *world, const struct customer *customer, const struct occasion *occasion)
{
	return ub_textf(world->arena, COLLECTION "%.*s.ics", (size_t)customer->owner, UB_ARGS(occasion->uid));
}

static void meet(struct world *world, size_t c)
{
	bool series = chance(world, 12) == 0;
	arrange(world, c, working_day(world, world->day + 1 + (ub_day)chance(world, 28)), series);
}

/* Of meetings with nobody but the owner from our side there is no prep call. */
static void choose_people(struct world *world, struct occasion *occasion)
{
	occasion->theirs = aside(world, 6) == 0;
	occasion->executives = (aside(world, 4) == 0 ? CEO : 0) | (aside(world, 6) == 0 ? CFO : 0);
	occasion->colleague = aside(world, 5) ? (int)aside(world, 8) : -1;
}

void arrange(struct world *world, size_t c, ub_day day, bool series)
{
	struct customer *customer = &world->customers[c];
	int hour = 9 + (int)chance(world, 7);
	ub_instant start = at_hour(world, day, hour);
	struct occasion occasion = { .length = 3600,
		.owner = customer->owner,
		.uid = ub_textf(world->arena, "m%zu-%zu", c, customer->occasions.n),
		.booked = world->now };
	if (is_taken(world, customer->account.owner, (struct ub_interval){ start, start + 3600 }, false))
		return;
	choose_people(world, &occasion);
	if (series) {
		write_series(world, customer, &occasion, day, hour, 1 + (int)chance(world, 4),
		    3 + (int)chance(world, 10));
	} else {
		*ub_push(world->arena, &occasion.times) = start;
		write_one(world, customer, &occasion);
	}
	occasion.href = href_of(world, customer, &occasion);
	occasion.is_series = series;
	world->series += series;
	world->meetings++;
	*ub_push(world->arena, &customer->occasions) = occasion;
	take_times(world, &occasion, false);
	server_put(occasion.href, occasion.text);
	look_at(world, occasion.owner, occasion.href);
	customer->met = true;
}

/* Single meetings that are to come are called off now and then. */
static void call_off(struct world *world, struct customer *customer)
{
	for (size_t i = 0; i < customer->occasions.n; i++) {
		struct occasion *occasion = &customer->occasions.items[i];
		if (occasion->called_off || occasion->is_series ||
		    occasion->times.items[0] < world->now + DAY || chance(world, 60))
			continue;
		occasion->called_off = true;
		occasion->off = world->now;
		world->called_off++;
		take_times(world, occasion, true);
		write_one(world, customer, occasion);
		server_put(occasion->href, aside(world, 2) ? occasion->text : UB_TEXT_NONE);
		look_at(world, occasion->owner, occasion->href);
		customer->met = true;
	}
}

/* ---- days ---- */

static void change_health(struct world *world, struct customer *customer)
{
	enum ub_health before = customer->health;
	bool fickle = (customer - world->customers) % FICKLE == 0;
	if (chance(world, fickle ? 4 : 70))
		return;
	bool better = chance(world, 3);
	customer->health =
	    before == UB_HEALTH_YELLOW ? (better ? UB_HEALTH_GREEN : UB_HEALTH_RED) : UB_HEALTH_YELLOW;
	customer->changed = world->day;
	world->health_changes++;
}

/* Which rhythm is to be in force. Whatever is seen of health is answered on its day, but for a return from an
 * ill health's rhythm to the one before it, which waits for HOLD_DAYS. Health goes from green to red. */
static void follow(struct world *world, struct customer *customer)
{
	bool waited = customer->held;
	customer->held = false;
	if (world->day == FIRST_DAY) /* nobody knows what was before */
		customer->rhythm = customer->former = customer->health;
	if (customer->health == customer->rhythm) {
		world->spared += waited;
		return;
	}
	customer->held = customer->health == customer->former && customer->health < customer->rhythm &&
			 world->day < customer->since + HOLD_DAYS;
	if (customer->held) {
		world->held += !waited;
		return;
	}
	customer->former = customer->rhythm;
	customer->rhythm = customer->health;
	customer->since = customer->replanned = world->day;
}

static void be_busy(struct world *world, int owner)
{
	ub_day day = working_day(world, world->day + 1 + (ub_day)chance(world, 10));
	ub_instant start = at_hour(world, day, 9 + (int)chance(world, 7));
	struct ub_interval time = { start, start + 3600 * (1 + (int64_t)chance(world, 3)) };
	if (chance(world, 2) || is_taken(world, world->owners[owner], time, false))
		return;
	take(world, owner, ub_textf(world->arena, "b%d-%zu", owner, world->busy++), time);
}

static void hand_over(struct world *world)
{
	for (size_t i = 7; i < ACCOUNTS; i += 50) {
		struct customer *customer = &world->customers[i];
		customer->owner = (customer->owner + 1) % OWNERS;
		customer->account.owner = world->owners[customer->owner];
		customer->changed = customer->replanned = world->day;
	}
}

void world_turn(struct world *world)
{
	world->day++;
	world->now = ub_cal_day_start(ub_cal_utc(), world->day) + 6 * 3600;
	diary_morning(world);
	for (int i = 0; i < OWNERS; i++)
		be_busy(world, i);
	for (size_t i = 0; i < ACCOUNTS; i++) {
		struct customer *customer = &world->customers[i];
		if (customer->gone)
			continue;
		change_health(world, customer);
		if (chance(world, 40) == 0)
			meet(world, i);
		call_off(world, customer);
	}
	if (world->day - FIRST_DAY == OWNER_CHANGES)
		hand_over(world);
	if (world->day - FIRST_DAY == GONE)
		world->customers[11].gone = true;
	for (size_t i = 0; i < ACCOUNTS; i++) {
		struct customer *customer = &world->customers[i];
		customer->account.health = is_outage(world) ? UB_HEALTH_UNKNOWN : customer->health;
		if (!is_outage(world) && !customer->gone)
			follow(world, customer);
	}
}

void world_begin(struct world *world, uint64_t seed)
{
	*world =
	    (struct world){ .arena = ub_arena_new(), .seed = seed, .aside = ~seed, .day = FIRST_DAY - 1 };
	server_begin();
	world->snapshot = load(world->arena);
	world->store = ub_store_memory_open();
	world->zone = world->snapshot->org->standard.zone;
	for (size_t i = 0; i < OWNERS; i++)
		world->owners[i] = ub_textf(world->arena, "u%zu@ours.example", i);
	for (size_t i = 0; i < ACCOUNTS; i++) {
		struct customer *customer = &world->customers[i];
		*customer = (struct customer){ .account = ub_account_unknown(), .changed = FIRST_DAY };
		customer->owner = (int)(i % OWNERS);
		customer->health = (enum ub_health)(UB_HEALTH_GREEN + chance(world, 8) / 3);
		customer->rhythm = customer->former = customer->health;
		customer->since = customer->replanned = FIRST_DAY;
		customer->account.id = ub_textf(world->arena, "a%zu", i);
		customer->account.name = ub_textf(world->arena, "Account %zu", i);
		customer->account.owner = world->owners[customer->owner];
		if (i % 4 == 0) {
			customer->account.team.items = UB_NEW_ARRAY(world->arena, struct ub_text, 1);
			customer->account.team.items[0] = ub_textf(world->arena, "t%zu@ours.example", i % 5);
			customer->account.team.n = customer->account.team.cap = 1;
		}
	}
}

void world_end(struct world *world)
{
	ub_store_close(&world->store);
	server_end();
	ub_snapshot_release(&world->snapshot);
	ub_arena_free(&world->arena);
}
