/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folder.h"
#include "leaks.h"
#include "sqlite-private.h"

static char folder[FOLDER_PATH];
static const char *path;
static struct ub_arena *arena;
static struct ub_store *store;
static struct ub_text why;

static struct ub_store *open_store(void)
{
	return ub_store_sqlite_open(path, 0, arena, &why);
}

static void setup(void)
{
	arena = ub_arena_new();
	path = ub_textf(arena, "%s/db", make_folder(folder)).ptr;
	store = open_store();
	cr_assert(store, "%.*s", UB_ARGS(why));
}

static void teardown(void)
{
	ub_store_close(&store);
	ub_arena_free(&arena);
	ub_leak_check();
}

TestSuite(sqlite, .init = setup, .fini = teardown);

static const struct ub_key key = { UB_KEY_OBJECT, { "http://up", 9 }, { "/a/c/1.ics", 10 }, { "anna", 4 },
	{ "/a/c/", 5 } };

/* A change of the file by somebody else, while no daemon has it. */
static void meddle(const char *sql)
{
	sqlite3 *db;
	ub_store_close(&store);
	cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

static void is_refused(const char *because)
{
	cr_assert_null(store = open_store());
	cr_assert_neq(ub_text_find(why, ub_text(because), 0), SIZE_MAX, "%.*s", UB_ARGS(why));
	cr_assert(ub_text_starts(why, ub_text(path)), "%.*s", UB_ARGS(why));
}

static void reopen(void)
{
	ub_store_close(&store);
	store = open_store();
	cr_assert(store, "%.*s", UB_ARGS(why));
}

Test(sqlite, keeps_keys_items_and_meetings_over_a_restart)
{
	struct ub_store_item item = { .organization = UB_TEXT("o"),
		.meeting_uid = UB_TEXT("m"),
		.identity = UB_TEXT("i"),
		.href = UB_TEXT("/a/c/2.ics"),
		.generation = 3,
		.state = UB_ITEM_EXISTS,
		.changed = 7,
		.outcome = { .kind = UB_OUTCOME_TASK,
		    .counts_as = UB_TEXT("agenda"),
		    .account = UB_TEXT("acme"),
		    .occasion_start = 1,
		    .occasion_end = 2,
		    .start = 3,
		    .end = 4,
		    .made = 5,
		    .completed = 6,
		    .gone = 8,
		    .moved_along = 10,
		    .declined = UB_TEXT("b@ours.example 9") } };
	struct ub_store_seen seen = { .organization = UB_TEXT("o"),
		.meeting_uid = UB_TEXT("m"),
		.upstream = UB_TEXT("u"),
		.href = UB_TEXT("/a/c/1.ics"),
		.text = UB_TEXT("BEGIN:VCALENDAR"),
		.end = 9 };
	struct ub_jobs jobs;
	struct ub_store_items items;
	cr_assert_eq(ub_store_put(store, &key, 1, 5, 50), UB_STORE_OK);
	cr_assert_eq(ub_store_put_item(store, &item), UB_STORE_OK);
	cr_assert_eq(ub_store_put_seen(store, &seen), UB_STORE_OK);
	reopen();
	cr_assert_eq(ub_store_jobs(store, arena, &jobs), UB_STORE_OK);
	cr_assert(
	    jobs.n == 1 && jobs.items[0].due == 50 && ub_text_is(jobs.items[0].key.collection, "/a/c/"));
	cr_assert_eq(ub_store_items(store, UB_TEXT("o"), UB_TEXT("m"), arena, &items), UB_STORE_OK);
	cr_assert(
	    items.n == 1 && items.items[0].generation == 3 && ub_text_is(items.items[0].href, "/a/c/2.ics"));
	const struct ub_store_outcome *outcome = &items.items[0].outcome;
	cr_expect(ub_text_is(outcome->counts_as, "agenda") && ub_text_is(outcome->account, "acme"));
	cr_expect(outcome->kind == UB_OUTCOME_TASK && outcome->occasion_start == 1 &&
		  outcome->occasion_end == 2 && outcome->start == 3 && outcome->end == 4 &&
		  outcome->made == 5 && outcome->completed == 6 && outcome->gone == 8);
	cr_expect(outcome->moved_along == 10 && ub_text_is(outcome->declined, "b@ours.example 9"));
	cr_assert_eq(ub_store_seen(store, UB_TEXT("o"), UB_TEXT("u"), UB_TEXT("/a/c/1.ics"), arena, &seen),
	    UB_STORE_OK);
	cr_assert(ub_text_is(seen.text, "BEGIN:VCALENDAR") && seen.end == 9);
}

Test(sqlite, keeps_leases_until_it_is_told_how_the_last_daemon_ended)
{
	struct ub_job job;
	cr_assert_eq(ub_store_put(store, &key, 1, 0, 0), UB_STORE_OK);
	cr_assert_eq(ub_store_take(store, 10, 1000, arena, &job), UB_STORE_OK);
	reopen();
	cr_assert_eq(ub_store_take(store, 10, 1000, arena, &job), UB_STORE_NONE);
	cr_assert_eq(ub_store_recover(store, true, 10), UB_STORE_OK);
	reopen();
	cr_assert_eq(ub_store_recover(store, true, 10), UB_STORE_OK);
	cr_assert_eq(ub_store_take(store, 10, 1000, arena, &job), UB_STORE_OK);
	cr_assert_eq(job.crashes, 1);
}

Test(sqlite, keeps_its_files_from_others)
{
	const char *const ends[] = { "", "-wal", "-shm" };
	cr_assert_eq(ub_store_put(store, &key, 1, 0, 0), UB_STORE_OK);
	for (size_t i = 0; i < UB_COUNT(ends); i++) {
		struct stat status;
		cr_assert_eq(stat(ub_textf(arena, "%s%s", path, ends[i]).ptr, &status), 0, "%s", ends[i]);
		cr_assert_eq(status.st_mode & 0777, 0600, "%s: %o", ends[i], status.st_mode & 0777);
	}
}

Test(sqlite, is_one_daemons_at_a_time)
{
	cr_assert_null(open_store());
	cr_assert_neq(
	    ub_text_find(why, UB_TEXT("in use by another daemon"), 0), SIZE_MAX, "%.*s", UB_ARGS(why));
	ub_store_close(&store);
	cr_assert(store = open_store());
}

Test(sqlite, says_why_it_cannot_be_opened)
{
	struct ub_store *none = ub_store_sqlite_open("/no/such/directory/db", 0, arena, &why);
	cr_assert_null(none);
	cr_assert_neq(ub_text_find(why, UB_TEXT("No such file"), 0), SIZE_MAX, "%.*s", UB_ARGS(why));
	cr_assert_null(none = ub_store_sqlite_open(folder, 0, arena, &why), "a directory is no store");
	ub_store_close(&store);
	unlink(path);
	FILE *file = fopen(path, "w");
	for (int i = 0; i < 1000; i++)
		fputs("this is no database ", file);
	fclose(file);
	cr_assert_null(store = open_store());
	cr_assert_neq(ub_text_find(why, UB_TEXT("not a database"), 0), SIZE_MAX, "%.*s", UB_ARGS(why));
}

Test(sqlite, keeps_texts_with_any_bytes)
{
	static const char bytes[] = "\0a'\"\xff;--";
	struct ub_key odd = key;
	struct ub_job job;
	odd.href = ub_text_n(bytes, sizeof(bytes));
	cr_assert_eq(ub_store_put(store, &odd, 1, 0, 0), UB_STORE_OK);
	reopen();
	cr_assert_eq(ub_store_take(store, 0, 1000, arena, &job), UB_STORE_OK);
	cr_assert(ub_text_eq(job.key.href, odd.href));
}

Test(sqlite, leaves_another_programs_database_as_it_is)
{
	struct stat before, after;
	ub_store_close(&store);
	unlink(path);
	meddle("CREATE TABLE song(title)");
	stat(path, &before);
	is_refused("the database of another program");
	stat(path, &after);
	cr_assert(before.st_mtim.tv_nsec == after.st_mtim.tv_nsec && before.st_size == after.st_size);
	meddle("DROP TABLE song; PRAGMA application_id = 1");
	is_refused("the database of another program");
}

Test(sqlite, refuses_a_schema_of_another_number)
{
	meddle("PRAGMA user_version = 19");
	is_refused("its schema has the number 19, this program knows 18");
	meddle("PRAGMA user_version = 18");
	reopen();
}

Test(sqlite, takes_an_empty_file)
{
	ub_store_close(&store);
	unlink(path);
	fclose(fopen(path, "w"));
	reopen();
}

Test(sqlite, waits_for_a_predecessor_that_is_about_to_end)
{
	pid_t predecessor = fork();
	if (predecessor == 0) {
		usleep(200000);
		_exit(0);
	}
	/* The child holds the lock, too, until it ends. */
	ub_store_close(&store);
	cr_assert_null(open_store());
	store = ub_store_sqlite_open(path, 5000, arena, &why);
	cr_assert(store, "%.*s", UB_ARGS(why));
	waitpid(predecessor, NULL, 0);
}

/* ---- the schema ---- */

static const char version_1[] =
    "CREATE TABLE key(id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, upstream TEXT NOT NULL,"
    " href TEXT NOT NULL, principal TEXT NOT NULL, collection TEXT NOT NULL, state INTEGER NOT NULL,"
    " put INTEGER NOT NULL, due INTEGER NOT NULL, again INTEGER NOT NULL, lease INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL, crashes INTEGER NOT NULL, reason TEXT NOT NULL,"
    " UNIQUE(kind, upstream, href, principal));"
    "CREATE INDEX key_due ON key(due, id);"
    "CREATE INDEX key_leased ON key(due) WHERE state = 1;"
    "CREATE INDEX key_waiting ON key(upstream, principal) WHERE state = 2;"
    "CREATE INDEX key_first ON key(upstream, principal) WHERE attempts <= 1;"
    "CREATE TABLE claim(organization TEXT, meeting_uid TEXT, key INTEGER NOT NULL,"
    " PRIMARY KEY(organization, meeting_uid)) WITHOUT ROWID;"
    "CREATE INDEX claim_key ON claim(key);"
    "CREATE TABLE lease(id INTEGER PRIMARY KEY AUTOINCREMENT);"
    "CREATE TABLE item(organization TEXT, meeting_uid TEXT, identity TEXT, rule TEXT, id TEXT, owner TEXT,"
    " generation INTEGER, upstream TEXT, uid TEXT, href TEXT, etag TEXT, base TEXT, state INTEGER,"
    " changed INTEGER, PRIMARY KEY(organization, meeting_uid, identity)) WITHOUT ROWID;"
    "CREATE TABLE alias(upstream TEXT, href TEXT, target TEXT, PRIMARY KEY(upstream, href)) WITHOUT ROWID;"
    "CREATE TABLE seen(organization TEXT, meeting_uid TEXT, upstream TEXT, href TEXT, collection TEXT,"
    " principal TEXT, owner TEXT, etag TEXT, schedule_tag TEXT, text TEXT, meeting_end INTEGER,"
    " changed INTEGER, PRIMARY KEY(organization, upstream, href));"
    "CREATE INDEX seen_meeting ON seen(organization, meeting_uid, href, upstream);"
    "PRAGMA application_id = 1433428581; PRAGMA user_version = 1;"
    "INSERT INTO seen(organization, upstream, href, principal, changed)"
    " VALUES('default', 'http://up', '/a/c/m.ics', 'anna', 5);"
    "INSERT INTO key VALUES(1, 0, 'http://up', '/a/c/1.ics', 'anna', '', 2, 70, 9, 9, 0, 1, 0, 'waits');"
    "INSERT INTO key VALUES(2, 0, 'http://up', '/a/c/2.ics', 'nobody', '', 2, 70, 9, 9, 0, 1, 0, 'waits');"
    "INSERT INTO alias VALUES('http://up', 'x', 'y');";

Test(sqlite, brings_the_file_of_an_earlier_version_up_to_date)
{
	struct ub_jobs jobs;
	ub_store_close(&store);
	unlink(path);
	meddle(version_1);
	cr_assert_null(store = ub_store_sqlite_read(path, arena, &why));
	cr_assert_neq(ub_text_find(why, UB_TEXT("earlier version"), 0), SIZE_MAX, "%.*s", UB_ARGS(why));
	store = open_store();
	cr_assert(store, "%.*s", UB_ARGS(why));
	cr_assert_eq(ub_store_knows(store, UB_TEXT("http://up"), UB_TEXT("anna")), UB_STORE_OK);
	cr_assert_eq(ub_store_knows(store, UB_TEXT("http://up"), UB_TEXT("nobody")), UB_STORE_NONE);
	cr_assert_eq(ub_store_recover(store, false, 100), UB_STORE_OK);
	cr_assert_eq(ub_store_expire(store, 100 + UB_CREDENTIAL_MS, arena, &jobs), UB_STORE_OK);
	cr_assert_eq(jobs.n, 1);
	cr_assert(ub_text_is(jobs.items[0].key.principal, "nobody"));
	cr_assert_eq(ub_store_jobs(store, arena, &jobs), UB_STORE_OK);
	cr_assert_eq(jobs.n, 1);
	cr_assert_eq(jobs.items[0].expires, 70 + UB_WAIT_MS);
	struct ub_store_seen seen;
	const struct ub_text up = UB_TEXT("http://up"), href = UB_TEXT("/a/c/m.ics");
	cr_assert_eq(ub_store_seen(store, UB_TEXT("default"), up, href, arena, &seen), UB_STORE_OK);
	cr_assert(seen.account.len == 0 && seen.changed == 5);
	const struct ub_text sink = UB_TEXT("hook");
	const struct ub_store_event event = { .id = UB_TEXT("1"), .text = UB_TEXT("{}") };
	struct ub_store_events events;
	cr_assert_eq(ub_store_set_sinks(store, &sink, 1, arena), UB_STORE_OK);
	cr_assert_eq(ub_store_put_item_event(store, NULL, &event), UB_STORE_OK);
	cr_assert_eq(ub_store_events(store, sink, 10, arena, &events), UB_STORE_OK);
	cr_assert(events.n == 1 && events.items[0].number == 1);
	reopen();
}

/* What version 5 knew of meetings with an account is known on, but not since when. */
Test(sqlite, knows_the_meetings_that_an_earlier_version_has_seen)
{
	static const char *const statements[] = {
		"DROP TABLE mail; DROP TABLE copy; DROP TABLE client; DROP TABLE rhythm; DROP TABLE sync; "
		"DROP TABLE meeting; "
		"DROP TABLE "
		"period;"
		"DROP INDEX item_at; DROP INDEX item_of;"
		"ALTER TABLE seen ADD COLUMN guests TEXT NOT NULL DEFAULT '';",
		"ALTER TABLE item DROP COLUMN kind;", "ALTER TABLE item DROP COLUMN counts_as;",
		"ALTER TABLE item DROP COLUMN account;", "ALTER TABLE item DROP COLUMN occasion_start;",
		"ALTER TABLE item DROP COLUMN occasion_end;", "ALTER TABLE item DROP COLUMN beginning;",
		"ALTER TABLE item DROP COLUMN ending;", "ALTER TABLE item DROP COLUMN made;",
		"ALTER TABLE item DROP COLUMN completed;", "ALTER TABLE item DROP COLUMN gone;",
		"DROP INDEX principal_address;", "ALTER TABLE principal DROP COLUMN address;",
		"ALTER TABLE principal DROP COLUMN claimed;", "ALTER TABLE item DROP COLUMN declined;",
		"ALTER TABLE item DROP COLUMN moved_along;",
		"ALTER TABLE key DROP COLUMN version; DROP INDEX appointment_of_item;",
		"INSERT INTO seen(organization, meeting_uid, upstream, href, owner, account, guests,"
		" meeting_start, meeting_end) VALUES('o', 'm', 'u', '/1', 'anna', 'acme', 'cto', 5, 9),"
		" ('o', 'm', 'u', '/2', 'ben', 'acme', 'cto', 5, 9), ('o', 'n', 'u', '/3', 'ben', '', '', 5, "
		"9);"
		"INSERT INTO item(organization, meeting_uid, identity, state) VALUES('o', 'm', 'i', 0);",
		"PRAGMA user_version = 5;"
	};
	struct ub_store_meetings meetings;
	struct ub_store_items items;
	ub_store_close(&store);
	for (size_t i = 0; i < UB_COUNT(statements); i++)
		meddle(statements[i]);
	store = open_store();
	cr_assert(store, "%.*s", UB_ARGS(why));
	cr_assert_eq(ub_store_all_meetings(store, UB_TEXT("o"), arena, &meetings), UB_STORE_OK);
	cr_assert_eq(meetings.n, 1);
	cr_expect(
	    ub_text_is(meetings.items[0].account, "acme") && ub_text_is(meetings.items[0].guests, "cto"));
	cr_expect(meetings.items[0].start == 5 && meetings.items[0].end == 9);
	cr_expect_eq(meetings.items[0].first_seen, 0);
	cr_assert_eq(ub_store_items(store, UB_TEXT("o"), UB_TEXT("m"), arena, &items), UB_STORE_OK);
	cr_expect(items.n == 1 && items.items[0].outcome.made == 0);
}

/* In version 10 a period was known by its beginning. */
Test(sqlite, keeps_the_periods_that_an_earlier_version_knew)
{
	const struct ub_store_period quarter = {
		.organization = UB_TEXT("o"), .uid = UB_TEXT("u"), .end = 90
	};
	struct ub_store_periods periods;
	ub_store_close(&store);
	meddle("ALTER TABLE key DROP COLUMN version; DROP INDEX appointment_of_item; DROP TABLE mail; DROP "
	       "TABLE copy; DROP TABLE client; "
	       "DROP TABLE rhythm; "
	       "DROP TABLE period; CREATE TABLE "
	       "period(organization "
	       "TEXT, uid TEXT, "
	       "beginning INTEGER,"
	       " ending INTEGER NOT NULL, account TEXT NOT NULL, name TEXT NOT NULL, owner TEXT NOT NULL,"
	       " health TEXT NOT NULL, first_seen INTEGER NOT NULL,"
	       " PRIMARY KEY(organization, uid, beginning)) WITHOUT ROWID;"
	       "INSERT INTO period VALUES('o', 'u', 0, 30, 'acme', 'Acme', 'anna', 'red', 5);"
	       "PRAGMA user_version = 10;");
	store = open_store();
	cr_assert(store, "%.*s", UB_ARGS(why));
	cr_assert_eq(ub_store_put_period(store, UB_TEXT("o"), UB_TEXT("u"), &quarter, 40), UB_STORE_OK);
	cr_assert_eq(ub_store_periods(store, UB_TEXT("o"), arena, &periods), UB_STORE_OK);
	cr_assert_eq(periods.n, 2);
	cr_expect(periods.items[0].end == 30 && periods.items[0].first_seen == 5);
	cr_expect(ub_text_is(periods.items[0].health, "red") && ub_text_is(periods.items[0].owner, "anna"));
	cr_expect_eq(periods.items[1].end, 90);
}

/* Version 11 knew no rhythms. */
Test(sqlite, keeps_rhythms_in_the_file_of_an_earlier_version)
{
	const struct ub_store_rhythm rhythm = { .organization = UB_TEXT("o"),
		.uid = UB_TEXT("u"),
		.every = UB_TEXT("week"),
		.former = UB_TEXT("quarter"),
		.wording = UB_TEXT("w"),
		.since = 5 };
	struct ub_store_rhythm found;
	ub_store_close(&store);
	meddle("ALTER TABLE key DROP COLUMN version; DROP INDEX appointment_of_item; DROP TABLE mail; DROP "
	       "TABLE copy; DROP TABLE client; "
	       "DROP TABLE rhythm; "
	       "PRAGMA user_version = 11;");
	store = open_store();
	cr_assert(store, "%.*s", UB_ARGS(why));
	cr_assert_eq(ub_store_rhythm(store, rhythm.organization, rhythm.uid, arena, &found), UB_STORE_NONE);
	cr_assert_eq(ub_store_put_rhythm(store, &rhythm), UB_STORE_OK);
	reopen();
	cr_assert_eq(ub_store_rhythm(store, rhythm.organization, rhythm.uid, arena, &found), UB_STORE_OK);
	cr_expect(ub_text_is(found.every, "week") && ub_text_is(found.former, "quarter") && found.since == 5);
}

/* In version 17 the table was in the order of events. */
Test(sqlite, knows_when_an_earlier_version_took_people)
{
	struct ub_store_appointments found;
	const struct ub_text o = UB_TEXT("o"), u = UB_TEXT("u");
	ub_store_close(&store);
	meddle(
	    "DROP TABLE appointment;"
	    "CREATE TABLE appointment(organization TEXT, uid TEXT, person TEXT, meeting_uid TEXT NOT NULL,"
	    " upstream TEXT NOT NULL, href TEXT NOT NULL, item INTEGER NOT NULL, beginning INTEGER NOT NULL,"
	    " ending INTEGER NOT NULL, PRIMARY KEY(organization, uid, person)) WITHOUT ROWID;"
	    "CREATE INDEX appointment_of ON appointment(organization, person, ending);"
	    "CREATE INDEX appointment_at ON appointment(organization, upstream, href);"
	    "CREATE INDEX appointment_of_item ON appointment(organization, person, ending) WHERE item = 1;"
	    "INSERT INTO appointment VALUES('o', 'e', 'anna', 'm', 'u', '/e', 1, 5, 9),"
	    " ('o', 'e', 'ben', 'm', 'u', '/e', 0, 5, 9), ('p', 'e', 'anna', 'n', 'u', '/e', 0, 6, 7);"
	    "PRAGMA user_version = 17;");
	store = open_store();
	cr_assert(store, "%.*s", UB_ARGS(why));
	cr_assert_eq(ub_store_appointments(store, o, UB_TEXT("anna"), 0, 99, arena, &found), UB_STORE_OK);
	cr_assert_eq(found.n, 1);
	cr_expect(found.items[0].item && found.items[0].start == 5 && found.items[0].end == 9);
	cr_expect(ub_text_is(found.items[0].meeting_uid, "m"));
	cr_expect_eq(ub_store_item_stands(store, o, UB_TEXT("anna"), 8, 9), UB_STORE_OK);
	cr_expect_eq(ub_store_item_stands(store, o, UB_TEXT("ben"), 8, 9), UB_STORE_NONE);
	cr_assert_eq(ub_store_copy_appointments(store, o, u, UB_TEXT("/e"), arena, &found), UB_STORE_OK);
	cr_expect_eq(found.n, 2);
	const struct ub_store_appointment same = { .organization = o,
		.uid = UB_TEXT("e"),
		.person = UB_TEXT("ben"),
		.meeting_uid = UB_TEXT("m"),
		.upstream = u,
		.href = UB_TEXT("/e"),
		.start = 5,
		.end = 9 };
	bool changed;
	cr_assert_eq(
	    ub_store_put_appointment(store, &same, &same.person, 1, false, arena, &changed), UB_STORE_OK);
	cr_expect_not(changed);
	cr_assert_eq(ub_store_forget_appointments(store, o, u, UB_TEXT("/e")), UB_STORE_OK);
	cr_assert_eq(
	    ub_store_copy_appointments(store, UB_TEXT("p"), u, UB_TEXT("/e"), arena, &found), UB_STORE_OK);
	cr_expect_eq(found.n, 1);
}

/* SQLite's plan for frequent queries, in a file that the store has made. A scan of all keys would hold up
 * everybody's writes. */
static struct ub_text plan_of(const char *sql)
{
	struct ub_buf plan = UB_BUF(arena);
	sqlite3 *db;
	sqlite3_stmt *statement;
	ub_store_close(&store);
	cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
	cr_assert_eq(
	    sqlite3_prepare_v2(db, ub_textf(arena, "EXPLAIN QUERY PLAN %s", sql).ptr, -1, &statement, NULL),
	    SQLITE_OK, "%s", sqlite3_errmsg(db));
	while (sqlite3_step(statement) == SQLITE_ROW)
		ub_buf_printf(&plan, "%s\n", (const char *)sqlite3_column_text(statement, 3));
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return ub_buf_text(&plan);
}

Test(sqlite, asks_by_an_index_whatever_is_asked_often)
{
	static const struct {
		enum statement statement;
		const char *index;
	} asked[] = {
		{ KEY_DUE, "key_due" },
		{ KEY_WAKE, "key_principal" },
		{ KEY_WAITING, "key_principal" },
		{ KEY_WAITS, "key_principal" },
		{ KEY_VOUCH, "key_doubtful_of" },
		{ KEY_UNTRIED, "key_first" },
		{ KEY_STRANGERS, "key_doubtful" },
		{ KEY_TRIM_ONE, "key_doubtful_of" },
		{ KEY_TRIM_ALL, "key_doubtful" },
		{ KEY_EXPIRED, "key_expires" },
		{ KEY_EXPIRE, "key_expires" },
		{ LEASE_RAN_OUT, "key_leased" },
		{ LEASE_ALL, "key_leased" },
		{ PRINCIPAL_BY_HREF, "principal_href" },
		{ ITEM_AT, "item_at" },
		{ ITEM_UIDS, "item_of" },
		{ MEETING_OF_UID, "PRIMARY KEY" },
		{ MEETING_OF_ACCOUNT, "meeting_of_account" },
		{ MEETING_LIST, "PRIMARY KEY" },
		{ PERIOD_DROP, "PRIMARY KEY" },
		{ RHYTHM_GET, "PRIMARY KEY" },
		{ APPOINTMENTS_BY_EVENT, "sqlite_autoindex_appointment" },
		{ APPOINTMENTS_OF, "appointment_of" },
		{ APPOINTMENT_DROP, "sqlite_autoindex_appointment" },
		{ APPOINTMENT_OF_ITEM, "appointment_of_item" },
		{ APPOINTMENTS_AT, "appointment_at" },
		{ APPOINTMENT_FORGET, "appointment_at" },
	};
	for (size_t i = 0; i < UB_COUNT(asked); i++) {
		struct ub_text plan = plan_of(sql_statements[asked[i].statement]);
		cr_expect_neq(ub_text_find(plan, ub_text(asked[i].index), 0), SIZE_MAX, "%s:\n%.*s",
		    sql_statements[asked[i].statement], UB_ARGS(plan));
		cr_expect_eq(ub_text_find(plan, UB_TEXT("TEMP B-TREE"), 0), SIZE_MAX, "%s:\n%.*s",
		    sql_statements[asked[i].statement], UB_ARGS(plan));
	}
}
