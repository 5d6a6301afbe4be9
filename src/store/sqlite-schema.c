/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The tables of the SQLite store, how older files become newer ones, and every statement.
 */
#include "sqlite-private.h"

/* Finds keys by their principal, and doubtful keys in the order in which they go. */
#define INDEXES_SINCE_2                                                                                      \
	"CREATE INDEX key_principal ON key(upstream, principal, state);"                                     \
	"CREATE INDEX key_doubtful ON key(doubt DESC, put, id) WHERE doubt > 0;"                             \
	"CREATE INDEX key_doubtful_of ON key(upstream, principal, put, id) WHERE doubt > 0;"                 \
	"CREATE INDEX key_expires ON key(expires);"

#define TABLES_SINCE_2                                                                                       \
	"CREATE TABLE principal(upstream TEXT, principal TEXT, href TEXT NOT NULL, heard INTEGER NOT NULL,"  \
	" PRIMARY KEY(upstream, principal)) WITHOUT ROWID;"                                                  \
	"CREATE INDEX principal_href ON principal(upstream, href, heard);"

#define TABLES_SINCE_3                                                                                       \
	"CREATE TABLE appointment(organization TEXT, uid TEXT, person TEXT, meeting_uid TEXT NOT NULL,"      \
	" upstream TEXT NOT NULL, href TEXT NOT NULL, item INTEGER NOT NULL, beginning INTEGER NOT NULL,"    \
	" ending INTEGER NOT NULL, PRIMARY KEY(organization, uid, person)) WITHOUT ROWID;"                   \
	"CREATE INDEX appointment_of ON appointment(organization, person, ending);"                          \
	"CREATE INDEX appointment_at ON appointment(organization, upstream, href);"

#define INDEXES_SINCE_4 "CREATE INDEX seen_due ON seen(look_again) WHERE look_again > 0;"

#define TABLES_SINCE_6                                                                                       \
	"CREATE TABLE meeting(organization TEXT, meeting_uid TEXT, instance TEXT, account TEXT NOT NULL,"    \
	" name TEXT NOT NULL, owner TEXT NOT NULL, guests TEXT NOT NULL, executives TEXT NOT NULL,"          \
	" ours TEXT NOT NULL, beginning INTEGER NOT NULL, ending INTEGER NOT NULL,"                          \
	" first_seen INTEGER NOT NULL, called_off INTEGER NOT NULL,"                                         \
	" PRIMARY KEY(organization, meeting_uid, instance)) WITHOUT ROWID;"                                  \
	"CREATE INDEX meeting_of_account ON meeting(organization, account, ending) WHERE called_off = 0;"    \
	"CREATE INDEX item_at ON item(organization, upstream, href, changed);"                               \
	"CREATE INDEX item_of ON item(organization, owner, meeting_uid, state);"

/* Since version 11, a period that is over stays beside one that begins with it and is longer. */
#define PERIODS_BY(key)                                                                                      \
	"CREATE TABLE period(organization TEXT, uid TEXT, beginning INTEGER, ending INTEGER NOT NULL,"       \
	" account TEXT NOT NULL, name TEXT NOT NULL, owner TEXT NOT NULL, health TEXT NOT NULL,"             \
	" first_seen INTEGER NOT NULL, PRIMARY KEY(organization, uid, " key ")) WITHOUT ROWID;"
#define PERIODS_SINCE_6  PERIODS_BY("beginning")
#define PERIODS_SINCE_11 PERIODS_BY("beginning, ending")

/* Which events wait, and how far each sink is. */
#define TABLES_SINCE_5                                                                                       \
	"CREATE TABLE event(number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL,"                     \
	" text TEXT NOT NULL);"                                                                              \
	"CREATE TABLE sink(name TEXT PRIMARY KEY, position INTEGER NOT NULL, delivered INTEGER NOT NULL,"    \
	" refused INTEGER NOT NULL, dropped INTEGER NOT NULL) WITHOUT ROWID;"

/* In whose calendars accounts can be planned. */
#define COLUMNS_SINCE_7                                                                                      \
	"ALTER TABLE principal ADD COLUMN address TEXT NOT NULL DEFAULT '';"                                 \
	"ALTER TABLE principal ADD COLUMN claimed INTEGER NOT NULL DEFAULT 0;"                               \
	"CREATE INDEX principal_address ON principal(upstream, address);"

#define TABLES_SINCE_10                                                                                      \
	"CREATE TABLE sync(upstream TEXT, collection TEXT, token TEXT NOT NULL, tag TEXT NOT NULL,"          \
	" known TEXT NOT NULL, refused INTEGER NOT NULL, looked INTEGER NOT NULL,"                           \
	" PRIMARY KEY(upstream, collection)) WITHOUT ROWID;"

/* How often rules plan for accounts. */
#define TABLES_SINCE_12                                                                                      \
	"CREATE TABLE rhythm(organization TEXT, uid TEXT, every TEXT NOT NULL, former TEXT NOT NULL,"        \
	" wording TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY(organization, uid)) WITHOUT ROWID;"

/* By which clients users come. */
#define TABLES_SINCE_13                                                                                      \
	"CREATE TABLE client(upstream TEXT, principal TEXT, client TEXT, seen INTEGER NOT NULL,"             \
	" PRIMARY KEY(upstream, principal, client)) WITHOUT ROWID;"

/* What colleagues have of items. */
#define TABLES_SINCE_14                                                                                      \
	"CREATE TABLE copy(organization TEXT, upstream TEXT, item TEXT, person TEXT, uid TEXT NOT NULL,"     \
	" meeting_uid TEXT NOT NULL, owner TEXT NOT NULL, href TEXT NOT NULL, etag TEXT NOT NULL,"           \
	" source TEXT NOT NULL, state INTEGER NOT NULL, problem TEXT NOT NULL, changed INTEGER NOT NULL,"    \
	" PRIMARY KEY(organization, upstream, item, person)) WITHOUT ROWID;"                                 \
	"CREATE INDEX copy_of ON copy(organization, meeting_uid);"                                           \
	"CREATE INDEX copy_at ON copy(organization, upstream, href, changed);"

/* At which version of an object engines have died. */
#define COLUMNS_SINCE_15 "ALTER TABLE key ADD COLUMN version TEXT NOT NULL DEFAULT '';"

/* What colleagues are told of items by mail. */
#define TABLES_SINCE_16                                                                                      \
	"CREATE TABLE mail(organization TEXT, upstream TEXT, item TEXT, person TEXT, uid TEXT NOT NULL,"     \
	" meeting_uid TEXT NOT NULL, owner TEXT NOT NULL, name TEXT NOT NULL, kind INTEGER NOT NULL,"        \
	" version TEXT NOT NULL, id TEXT NOT NULL, sequence INTEGER NOT NULL, title TEXT NOT NULL,"          \
	" text TEXT NOT NULL, object TEXT NOT NULL, made INTEGER NOT NULL, expires INTEGER NOT NULL,"        \
	" state INTEGER NOT NULL, reached INTEGER NOT NULL, due INTEGER NOT NULL,"                           \
	" attempts INTEGER NOT NULL, problem TEXT NOT NULL, sent INTEGER NOT NULL,"                          \
	" PRIMARY KEY(organization, upstream, item, person)) WITHOUT ROWID;"                                 \
	"CREATE INDEX mail_of ON mail(organization, meeting_uid);"                                           \
	"CREATE INDEX mail_due ON mail(due) WHERE state = 0;"

/* When items take people: few of all that does. */
#define INDEXES_SINCE_17                                                                                     \
	"CREATE INDEX appointment_of_item ON appointment(organization, person, ending) WHERE item = 1;"

#define APPOINTMENT_COLUMNS "organization, uid, person, meeting_uid, upstream, href, item, beginning, ending"

/* When people are taken: most of what is stored. Rows are added at the end of the table, and an index has the
 * columns alone that tell most rows apart, as each page that a commit writes costs as much as some rows. */
#define TABLES_SINCE_18                                                                                      \
	"CREATE TABLE appointment(id INTEGER PRIMARY KEY, organization TEXT NOT NULL, uid TEXT NOT NULL,"    \
	" person TEXT NOT NULL, meeting_uid TEXT NOT NULL, upstream TEXT NOT NULL, href TEXT NOT NULL,"      \
	" item INTEGER NOT NULL, beginning INTEGER NOT NULL, ending INTEGER NOT NULL,"                       \
	" UNIQUE(uid, person, organization));"                                                               \
	"CREATE INDEX appointment_of ON appointment(person, ending);"                                        \
	"CREATE INDEX appointment_of_item ON appointment(person, ending) WHERE item = 1;"                    \
	"CREATE INDEX appointment_at ON appointment(href);"

/* The schema of a new file, of version SCHEMA. Times are in milliseconds since 1970. */
const char sql_schema[] =
    "CREATE TABLE key(id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, upstream TEXT NOT NULL,"
    " href TEXT NOT NULL, principal TEXT NOT NULL, collection TEXT NOT NULL, state INTEGER NOT NULL,"
    " put INTEGER NOT NULL, due INTEGER NOT NULL, again INTEGER NOT NULL, lease INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL, crashes INTEGER NOT NULL, reason TEXT NOT NULL,"
    " doubt INTEGER NOT NULL, failures INTEGER NOT NULL, expires INTEGER NOT NULL,"
    " UNIQUE(kind, upstream, href, principal));"
    "CREATE INDEX key_due ON key(due, id);"
    "CREATE INDEX key_leased ON key(due) WHERE state = 1;"
    "CREATE INDEX key_first ON key(upstream, principal) WHERE attempts <= 1;" INDEXES_SINCE_2 TABLES_SINCE_2
    "CREATE TABLE claim(organization TEXT, meeting_uid TEXT, key INTEGER NOT NULL,"
    " PRIMARY KEY(organization, meeting_uid)) WITHOUT ROWID;"
    "CREATE INDEX claim_key ON claim(key);"
    "CREATE TABLE lease(id INTEGER PRIMARY KEY AUTOINCREMENT);"
    "CREATE TABLE item(organization TEXT, meeting_uid TEXT, identity TEXT, rule TEXT, id TEXT, owner TEXT,"
    " generation INTEGER, upstream TEXT, uid TEXT, href TEXT, etag TEXT, base TEXT, state INTEGER,"
    " changed INTEGER, kind INTEGER NOT NULL DEFAULT 0, counts_as TEXT NOT NULL DEFAULT '',"
    " account TEXT NOT NULL DEFAULT '', occasion_start INTEGER NOT NULL DEFAULT 0,"
    " occasion_end INTEGER NOT NULL DEFAULT 0, beginning INTEGER NOT NULL DEFAULT 0,"
    " ending INTEGER NOT NULL DEFAULT 0, made INTEGER NOT NULL DEFAULT 0,"
    " completed INTEGER NOT NULL DEFAULT 0, gone INTEGER NOT NULL DEFAULT 0,"
    " declined TEXT NOT NULL DEFAULT '', moved_along INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY(organization, meeting_uid, identity)) WITHOUT ROWID;"
    "CREATE TABLE alias(upstream TEXT, href TEXT, target TEXT, changed INTEGER NOT NULL,"
    " PRIMARY KEY(upstream, href)) WITHOUT ROWID;"
    "CREATE TABLE seen(organization TEXT, meeting_uid TEXT, upstream TEXT, href TEXT, collection TEXT,"
    " principal TEXT, owner TEXT, etag TEXT, schedule_tag TEXT, text TEXT, meeting_end INTEGER,"
    " changed INTEGER, account TEXT NOT NULL DEFAULT '',"
    " meeting_start INTEGER NOT NULL DEFAULT 0, look_again INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY(organization, upstream, href));"
    "CREATE INDEX seen_meeting ON seen(organization, meeting_uid, href, upstream);" INDEXES_SINCE_4
	TABLES_SINCE_5 TABLES_SINCE_6 COLUMNS_SINCE_7 TABLES_SINCE_10 PERIODS_SINCE_11 TABLES_SINCE_12
	    TABLES_SINCE_13 TABLES_SINCE_14 COLUMNS_SINCE_15 TABLES_SINCE_16 TABLES_SINCE_18;

/* Version 1 kept strangers' keys, and aliases that nobody had vouched for. A principal who has a meeting in
 * the store was answered well when it was looked at. */
static const char from_1[] =
    "ALTER TABLE key ADD COLUMN doubt INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE key ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE key ADD COLUMN expires INTEGER NOT NULL DEFAULT 0;"
    "DROP INDEX key_waiting;"
    "DROP TABLE alias;"
    "CREATE TABLE alias(upstream TEXT, href TEXT, target TEXT, changed INTEGER NOT NULL,"
    " PRIMARY KEY(upstream, href)) WITHOUT ROWID;" INDEXES_SINCE_2 TABLES_SINCE_2
    "INSERT INTO principal SELECT upstream, principal, '', max(changed) FROM seen"
    " GROUP BY upstream, principal;"
    "UPDATE key SET doubt = CASE WHEN EXISTS (SELECT 1 FROM principal WHERE principal.upstream = key.upstream"
    " AND principal.principal = key.principal) THEN 1 ELSE 2 END;"
    "UPDATE key SET expires = put + 7776000000 WHERE doubt = 1;";

/* Version 2 knew no appointments. Those of a calendar are known as its objects are looked at again. */
static const char from_2[] = TABLES_SINCE_3;

/* Version 3 knew no account of a meeting. A meeting counts for one once it is looked at again. */
static const char from_3[] =
    "ALTER TABLE seen ADD COLUMN account TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE seen ADD COLUMN guests TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE seen ADD COLUMN meeting_start INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE seen ADD COLUMN look_again INTEGER NOT NULL DEFAULT 0;" INDEXES_SINCE_4;

/* Version 4 told nobody of events. */
static const char from_4[] = TABLES_SINCE_5;

/* Version 5 knew of the meetings with an account by their texts alone, not since when, and nothing of what
 * became of items. */
static const char from_5[] =
    "ALTER TABLE item ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE item ADD COLUMN counts_as TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE item ADD COLUMN account TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE item ADD COLUMN occasion_start INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE item ADD COLUMN occasion_end INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE item ADD COLUMN beginning INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE item ADD COLUMN ending INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE item ADD COLUMN made INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE item ADD COLUMN completed INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE item ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;" TABLES_SINCE_6 PERIODS_SINCE_6
    "INSERT OR IGNORE INTO meeting SELECT organization, meeting_uid, '', account, '', owner, guests, '', '',"
    " meeting_start, meeting_end, 0, 0 FROM seen WHERE account <> '';"
    "DROP INDEX IF EXISTS seen_of_account;"
    "ALTER TABLE seen DROP COLUMN guests;";

/* Version 6 knew nobody's address. An address is known once the accounts of its principal are looked at. */
static const char from_6[] = COLUMNS_SINCE_7;

/* Version 7 forgot who has declined an item. It is known again as the item is looked at. */
static const char from_7[] = "ALTER TABLE item ADD COLUMN declined TEXT NOT NULL DEFAULT '';";

/* Version 8 did not move items along with their meetings that users had moved. */
static const char from_8[] = "ALTER TABLE item ADD COLUMN moved_along INTEGER NOT NULL DEFAULT 0;";

/* Version 9 followed no change that had not gone through it. */
static const char from_9[] = TABLES_SINCE_10;

/* Version 10 knew one period of each beginning. */
static const char from_10[] = "ALTER TABLE period RENAME TO period_of_10;" PERIODS_SINCE_11
			      "INSERT INTO period SELECT * FROM period_of_10;"
			      "DROP TABLE period_of_10;";

/* Version 11 did not know since when an account has its rhythm: its next look at the account tells. */
static const char from_11[] = TABLES_SINCE_12;

/* Version 12 took no note of clients. They are known as they come by. */
static const char from_12[] = TABLES_SINCE_13;

/* Version 13 wrote no copies. */
static const char from_13[] = TABLES_SINCE_14;

/* Version 14 did not know at what its keys were set aside: they are tried again when they are put. */
static const char from_14[] = COLUMNS_SINCE_15;

/* Version 15 sent no mails. */
static const char from_15[] = TABLES_SINCE_16;

/* Version 16 looked through all that takes somebody. */
static const char from_16[] = INDEXES_SINCE_17;

/* Version 17 had all columns that tell a row in each index. */
static const char from_17[] =
    "DROP INDEX appointment_of;"
    "DROP INDEX appointment_of_item;"
    "DROP INDEX appointment_at;"
    "ALTER TABLE appointment RENAME TO appointment_of_17;" TABLES_SINCE_18
    "INSERT INTO appointment(" APPOINTMENT_COLUMNS ") SELECT " APPOINTMENT_COLUMNS " FROM appointment_of_17;"
    "DROP TABLE appointment_of_17;";

const char *const sql_migrations[] = { [1] = from_1,
	[2] = from_2,
	[3] = from_3,
	[4] = from_4,
	[5] = from_5,
	[6] = from_6,
	[7] = from_7,
	[8] = from_8,
	[9] = from_9,
	[10] = from_10,
	[11] = from_11,
	[12] = from_12,
	[13] = from_13,
	[14] = from_14,
	[15] = from_15,
	[16] = from_16,
	[17] = from_17 };

#define KEY_COLUMNS                                                                                          \
	"id, lease, kind, upstream, href, principal, collection, state, put, due, again, attempts, "         \
	"crashes, reason, doubt, failures, expires, version"
#define ITEM_COLUMNS                                                                                         \
	"organization, meeting_uid, identity, rule, id, owner, generation, upstream, uid, href, etag, "      \
	"base, state, changed, kind, counts_as, account, occasion_start, occasion_end, beginning, ending, "  \
	"made, completed, gone, declined, moved_along"
#define SEEN_COLUMNS                                                                                         \
	"organization, meeting_uid, upstream, href, collection, principal, owner, etag, schedule_tag, "      \
	"text, account, meeting_start, meeting_end, changed, look_again"
#define MEETING_COLUMNS                                                                                      \
	"organization, meeting_uid, instance, account, name, owner, guests, executives, ours, beginning, "   \
	"ending, first_seen, called_off"
#define PERIOD_COLUMNS "organization, uid, beginning, ending, account, name, owner, health, first_seen"
#define RHYTHM_COLUMNS "organization, uid, every, former, wording, since"
#define SYNC_COLUMNS   "upstream, collection, token, tag, known, refused, looked"
#define COPY_COLUMNS                                                                                         \
	"organization, upstream, item, person, uid, meeting_uid, owner, href, etag, source, state, "         \
	"problem, changed"
#define MAIL_COLUMNS                                                                                         \
	"organization, upstream, item, person, uid, meeting_uid, owner, name, kind, version, id, sequence, " \
	"title, text, object, made, expires, state, reached, due, attempts, problem, sent"

const char *const sql_statements[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[STEP] = "SAVEPOINT step",
	[STEP_UNDO] = "ROLLBACK TO step",
	[STEP_DONE] = "RELEASE step",
	[KEY_FIND] =
	    "SELECT " KEY_COLUMNS " FROM key WHERE kind = ? AND upstream = ? AND href = ? AND principal = ?",
	[KEY_OF_ID] = "SELECT " KEY_COLUMNS " FROM key WHERE id = ?",
	[KEY_ADD] = "INSERT INTO key(kind, upstream, href, principal, collection, state, put, due, again, "
		    "lease, attempts, crashes, reason, doubt, failures, expires)"
		    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?, 0, ?)",
	[KEY_SET] =
	    "UPDATE key SET lease = ?, state = ?, put = ?, due = ?, again = ?, attempts = ?, crashes = ?,"
	    " reason = ?, doubt = ?, failures = ?, expires = ?, version = ? WHERE id = ?",
	[KEY_DROP] = "DELETE FROM key WHERE id = ?",
	[KEY_FORGET] = "DELETE FROM key WHERE id = ? AND lease = ? AND put = ? AND state <> 1",
	[KEY_DUE] = "SELECT " KEY_COLUMNS " FROM key WHERE due <= ? ORDER BY due, id LIMIT 1",
	[KEY_HURRY] = "UPDATE key SET due = ?1 WHERE state = 0 AND due > ?1",
	[KEY_WAKE] = "UPDATE key SET state = 0, due = ? WHERE state = 2 AND upstream = ? AND principal = ?",
	[KEY_WAKE_ALL] = "UPDATE key SET state = 0, due = ? WHERE state = 2 AND upstream = ? AND doubt < 2",
	[KEY_WAITING] = "SELECT DISTINCT principal FROM key WHERE upstream = ? AND state IN (0, 2)",
	[KEY_WAITS] = "SELECT 1 FROM key WHERE upstream = ? AND principal = ? AND state IN (0, 2) LIMIT 1",
	[KEY_VOUCH] = "UPDATE key INDEXED BY key_doubtful_of SET doubt = 1, expires = put + ?"
		      " WHERE doubt > 0 AND doubt = 2 AND upstream = ? AND principal = ?",
	[KEY_STRANGERS] = "SELECT count(*) FROM key WHERE doubt > 0 AND doubt = 2",
	[KEY_TRIM_ONE] = "DELETE FROM key WHERE state <> 1 AND id IN (SELECT id FROM key WHERE doubt > 0"
			 " AND upstream = ? AND principal = ? ORDER BY put DESC, id DESC LIMIT -1 OFFSET ?)",
	[KEY_TRIM_ALL] = "DELETE FROM key WHERE state <> 1 AND id IN (SELECT id FROM key WHERE doubt > 0"
			 " ORDER BY doubt, put DESC, id DESC LIMIT -1 OFFSET ?)",
	[KEY_EXPIRED] = "SELECT " KEY_COLUMNS " FROM key WHERE expires <= ? AND state <> 1",
	[KEY_EXPIRE] = "DELETE FROM key WHERE expires <= ? AND state <> 1",
	[KEY_RENEW] = "UPDATE key SET expires = ? WHERE doubt > 0 AND doubt = 2",
	[KEY_UNTRIED] = "SELECT 1 FROM key INDEXED BY key_first WHERE upstream = ? AND principal = ? AND id "
			"<> ? AND put <= ?"
			" AND attempts <= 1 AND (state = 0 AND attempts = 0 OR state = 1 AND attempts = 1)"
			" LIMIT 1",
	[KEY_ALL] = "SELECT " KEY_COLUMNS " FROM key ORDER BY due, id",
	[LEASE_RAN_OUT] = "SELECT " KEY_COLUMNS " FROM key WHERE state = 1 AND due <= ? LIMIT 1",
	[LEASE_ALL] =
	    "SELECT count(*), ifnull(max(crashes), 0), ifnull(min(due), 0) FROM key WHERE state = 1",
	[LEASE_IDS] = "SELECT id FROM key WHERE state = 1",
	[LEASE_NEW] = "INSERT INTO lease DEFAULT VALUES",
	[LEASE_FORGET] = "DELETE FROM lease WHERE id < ?",
	[CLAIM_HOLDER] = "SELECT key.id, key.due FROM claim JOIN key ON key.id = claim.key"
			 " WHERE organization = ? AND meeting_uid = ?",
	[CLAIM_SET] = "INSERT OR REPLACE INTO claim(organization, meeting_uid, key) VALUES(?, ?, ?)",
	[CLAIM_DROP] = "DELETE FROM claim WHERE key = ?",
	[ITEM_PUT] =
	    "INSERT OR REPLACE INTO item(" ITEM_COLUMNS ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
	    " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ITEM_AT] = "SELECT " ITEM_COLUMNS " FROM item INDEXED BY item_at"
		    " WHERE organization = ? AND upstream = ? AND href = ? ORDER BY changed DESC LIMIT 1",
	[ITEM_LIST] =
	    "SELECT " ITEM_COLUMNS " FROM item WHERE organization = ?1 AND (?2 = '' OR meeting_uid = ?2)"
	    " ORDER BY meeting_uid, identity",
	[ITEM_UIDS] = "SELECT DISTINCT meeting_uid FROM item INDEXED BY item_of"
		      " WHERE organization = ?1 AND meeting_uid >= ?2"
		      " AND meeting_uid < ?2 || char(1114111) AND owner = ?3 AND state NOT IN (?4, ?5)"
		      " ORDER BY meeting_uid",
	[ITEM_RENAME] =
	    "UPDATE OR REPLACE item SET meeting_uid = ?3 WHERE organization = ?1 AND meeting_uid = ?2",
	[ITEM_PRUNE] =
	    "DELETE FROM item WHERE changed < ? AND NOT EXISTS (SELECT 1 FROM seen"
	    " WHERE seen.organization = item.organization AND seen.meeting_uid = item.meeting_uid)",
	[PRINCIPAL_HEARD] = "SELECT heard FROM principal WHERE upstream = ? AND principal = ?",
	[PRINCIPAL_PUT] = "INSERT INTO principal(upstream, principal, href, heard) VALUES(?, ?, '', ?)"
			  " ON CONFLICT(upstream, principal) DO UPDATE SET heard = excluded.heard",
	[PRINCIPAL_LIST] = "SELECT principal FROM principal WHERE upstream = ?",
	[PRINCIPAL_LOGIN] = "UPDATE principal SET href = ? WHERE upstream = ? AND principal = ?",
	[PRINCIPAL_BY_HREF] = "SELECT principal FROM principal WHERE upstream = ? AND href = ?"
			      " AND principal NOT LIKE '" UB_STORE_BY_ADDRESS "%'"
			      " ORDER BY heard DESC LIMIT 1",
	[PRINCIPAL_OWNER] = "UPDATE principal SET claimed = CASE address WHEN ?1 THEN claimed ELSE ?2 END,"
			    " address = ?1, href = ?3 WHERE upstream = ?4 AND principal = ?5",
	[PRINCIPAL_OWNERS] =
	    "SELECT address, href, principal, claimed, heard FROM principal INDEXED BY principal_address"
	    " WHERE upstream = ?1 AND address >= ?2 AND address <> ''"
	    " AND address <= CASE ?2 WHEN '' THEN char(1114111) ELSE ?2 END",
	[PRINCIPAL_HREF] = "SELECT href FROM principal WHERE upstream = ? AND principal = ? AND href <> ''",
	[PRINCIPAL_PRUNE] = "DELETE FROM principal WHERE heard < ?",
	[ALIAS_PUT] = "INSERT OR REPLACE INTO alias(upstream, href, target, changed) VALUES(?, ?, ?, ?)",
	[ALIAS_GET] = "SELECT target FROM alias WHERE upstream = ? AND href = ?",
	[ALIAS_PRUNE] = "DELETE FROM alias WHERE changed < ?",
	[SEEN_PUT] = "INSERT OR REPLACE INTO seen(" SEEN_COLUMNS
		     ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[SEEN_GET] = "SELECT " SEEN_COLUMNS " FROM seen WHERE organization = ? AND upstream = ? AND href = ?",
	[SEEN_DROP] = "DELETE FROM seen WHERE organization = ? AND upstream = ? AND href = ?",
	[SEEN_LIST] =
	    "SELECT " SEEN_COLUMNS " FROM seen WHERE organization = ?1 AND (?2 = '' OR meeting_uid = ?2)"
	    " ORDER BY meeting_uid, href, upstream",
	[SEEN_DUE] = "SELECT " SEEN_COLUMNS " FROM seen WHERE look_again > 0 AND look_again <= ? LIMIT ?",
	[SEEN_LOOKED] = "UPDATE seen SET look_again = 0 WHERE organization = ? AND upstream = ? AND href = ?"
			" AND look_again = ?",
	[MEETING_PUT] = "INSERT OR REPLACE INTO meeting(" MEETING_COLUMNS
			") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[MEETING_DROP] = "DELETE FROM meeting WHERE organization = ? AND meeting_uid = ? AND instance = ?",
	[MEETING_OF_UID] =
	    "SELECT " MEETING_COLUMNS " FROM meeting WHERE organization = ? AND meeting_uid = ?",
	[MEETING_OF_ACCOUNT] = "SELECT " MEETING_COLUMNS " FROM meeting INDEXED BY meeting_of_account"
			       " WHERE organization = ? AND account = ? AND called_off = 0"
			       " ORDER BY ending, meeting_uid, instance",
	[MEETING_LIST] = "SELECT " MEETING_COLUMNS " FROM meeting WHERE organization = ?"
			 " ORDER BY meeting_uid, instance",
	[MEETING_PRUNE] = "DELETE FROM meeting WHERE ending < ?",
	[PERIOD_SEEN] = "SELECT first_seen FROM period WHERE organization = ? AND uid = ? AND ending > ?"
			" ORDER BY first_seen LIMIT 1",
	[PERIOD_DROP] = "DELETE FROM period WHERE organization = ? AND uid = ? AND ending > ?"
			" AND NOT (beginning = ? AND ending = ?)",
	[PERIOD_PUT] = "INSERT INTO period(" PERIOD_COLUMNS ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"
		       " ON CONFLICT(organization, uid, beginning, ending) DO UPDATE SET"
		       " account = excluded.account, name = excluded.name, owner = excluded.owner,"
		       " health = excluded.health WHERE (account, name, owner, health) IS NOT"
		       " (excluded.account, excluded.name, excluded.owner, excluded.health)",
	[PERIOD_LIST] =
	    "SELECT " PERIOD_COLUMNS " FROM period WHERE organization = ? ORDER BY uid, beginning, ending",
	[PERIOD_RENAME] = "UPDATE OR IGNORE period SET uid = ?3 WHERE organization = ?1 AND uid = ?2",
	[PERIOD_LEAVE] = "DELETE FROM period WHERE organization = ? AND uid = ?",
	[PERIOD_PRUNE] = "DELETE FROM period WHERE ending < ?",
	[RHYTHM_PUT] = "INSERT OR REPLACE INTO rhythm(" RHYTHM_COLUMNS ") VALUES(?, ?, ?, ?, ?, ?)",
	[RHYTHM_GET] = "SELECT " RHYTHM_COLUMNS " FROM rhythm WHERE organization = ? AND uid = ?",
	[RHYTHM_DROP] = "DELETE FROM rhythm WHERE organization = ? AND uid = ?",
	[RHYTHM_RENAME] = "UPDATE OR IGNORE rhythm SET uid = ?3 WHERE organization = ?1 AND uid = ?2",
	[RHYTHM_PRUNE] = "DELETE FROM rhythm WHERE since < ?",
	[SEEN_PRUNE] = "DELETE FROM seen WHERE meeting_end < ?",
	[APPOINTMENT_PUT] =
	    "INSERT INTO appointment(" APPOINTMENT_COLUMNS ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT(uid, person, organization) DO UPDATE SET meeting_uid = excluded.meeting_uid,"
	    " upstream = excluded.upstream, href = excluded.href, item = excluded.item,"
	    " beginning = excluded.beginning, ending = excluded.ending",
	[APPOINTMENT_DROP] = "DELETE FROM appointment WHERE organization = ? AND uid = ? AND person = ?",
	[APPOINTMENTS_BY_EVENT] =
	    "SELECT " APPOINTMENT_COLUMNS " FROM appointment WHERE organization = ? AND uid = ?",
	[APPOINTMENTS_OF] = "SELECT " APPOINTMENT_COLUMNS " FROM appointment INDEXED BY appointment_of"
			    " WHERE organization = ? AND person = ? AND ending > ? AND beginning < ?"
			    " ORDER BY ending",
	[APPOINTMENT_OF_ITEM] = "SELECT 1 FROM appointment INDEXED BY appointment_of_item"
				" WHERE organization = ? AND person = ? AND ending > ? AND beginning < ?"
				" AND item = 1 LIMIT 1",
	[APPOINTMENTS_AT] = "SELECT " APPOINTMENT_COLUMNS " FROM appointment INDEXED BY appointment_at"
			    " WHERE organization = ? AND upstream = ? AND href = ?",
	[APPOINTMENT_FORGET] = "DELETE FROM appointment WHERE organization = ? AND upstream = ? AND href = ?",
	[APPOINTMENT_RENAME] = "UPDATE appointment SET meeting_uid = ?3 WHERE organization = ?1 AND uid IN"
			       " (SELECT uid FROM item WHERE organization = ?1 AND meeting_uid = ?2)",
	[APPOINTMENT_PRUNE] = "DELETE FROM appointment WHERE ending < ?",
	[APPOINTMENT_NAMES] = "SELECT uid, href FROM appointment",
	[SYNC_PUT] = "INSERT OR REPLACE INTO sync(" SYNC_COLUMNS ") VALUES(?, ?, ?, ?, ?, ?, ?)",
	[SYNC_GET] = "SELECT " SYNC_COLUMNS " FROM sync WHERE upstream = ? AND collection = ?",
	[SYNC_PRUNE] = "DELETE FROM sync WHERE looked < ?",
	[CLIENT_NOTE] = "INSERT INTO client(upstream, principal, client, seen) VALUES(?1, ?2, ?3, ?4)"
			" ON CONFLICT(upstream, principal, client) DO UPDATE SET seen = excluded.seen"
			" WHERE excluded.seen >= seen + ?5",
	[CLIENT_LIST] =
	    "SELECT upstream, principal, client, seen FROM client WHERE upstream = ? AND principal = ?"
	    " AND seen >= ?",
	[CLIENT_PRUNE] = "DELETE FROM client WHERE seen < ?",
	[PLACE_LIST] =
	    "SELECT href, etag FROM seen WHERE organization = ?1 AND upstream = ?2 AND href > ?3"
	    " AND href < ?4 AND (meeting_end >= ?5 OR look_again > 0)"
	    " UNION SELECT href, etag FROM item INDEXED BY item_at WHERE organization = ?1 AND upstream = ?2"
	    " AND href > ?3 AND href < ?4 AND uid <> '' AND state NOT IN (?6, ?7)"
	    " AND NOT (state = ?10 AND gone > 0) AND (ending >= ?5 OR ending = 0)"
	    " UNION SELECT href, etag FROM copy INDEXED BY copy_at WHERE organization = ?1 AND upstream = ?2"
	    " AND href > ?3 AND href < ?4 AND state = ?9"
	    " UNION SELECT href, '' FROM appointment INDEXED BY appointment_at WHERE organization = ?1"
	    " AND upstream = ?2 AND href > ?3 AND href < ?4 AND ending >= ?5 AND item = 0 LIMIT 2 * ?8",
	[OBJECT_REMEMBERED] =
	    "SELECT EXISTS (SELECT 1 FROM seen WHERE organization = ?1 AND upstream = ?2 AND href = ?3)"
	    " OR EXISTS (SELECT 1 FROM seen INDEXED BY seen_meeting"
	    " WHERE organization = ?1 AND meeting_uid = ?4)"
	    " OR EXISTS (SELECT 1 FROM item INDEXED BY item_at"
	    " WHERE organization = ?1 AND upstream = ?2 AND href = ?3)"
	    " OR EXISTS (SELECT 1 FROM item WHERE organization = ?1 AND meeting_uid = ?4)"
	    " OR EXISTS (SELECT 1 FROM copy INDEXED BY copy_at"
	    " WHERE organization = ?1 AND upstream = ?2 AND href = ?3)"
	    " OR EXISTS (SELECT 1 FROM key WHERE kind = ?5 AND upstream = ?2 AND href = ?3)",
	[OBJECT_LIST] =
	    "SELECT href, meeting_uid FROM seen UNION ALL SELECT href, meeting_uid FROM item"
	    " UNION ALL SELECT href, '' FROM copy UNION ALL SELECT href, '' FROM key WHERE kind = ?",
	[COPY_PUT] =
	    "INSERT OR REPLACE INTO copy(" COPY_COLUMNS ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[COPY_GET] = "SELECT " COPY_COLUMNS " FROM copy WHERE organization = ? AND upstream = ? AND item = ?"
		     " AND person = ?",
	[COPY_AT] = "SELECT " COPY_COLUMNS " FROM copy INDEXED BY copy_at"
		    " WHERE organization = ? AND upstream = ? AND href = ? ORDER BY changed DESC LIMIT 1",
	[COPY_LIST] =
	    "SELECT " COPY_COLUMNS " FROM copy WHERE organization = ?1 AND (?2 = '' OR meeting_uid = ?2)"
	    " ORDER BY item, person",
	[COPY_PRUNE] = "DELETE FROM copy WHERE changed < ?",
	[MAIL_PUT] = "INSERT OR REPLACE INTO mail(" MAIL_COLUMNS
		     ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[MAIL_GET] = "SELECT " MAIL_COLUMNS " FROM mail WHERE organization = ? AND upstream = ? AND item = ?"
		     " AND person = ?",
	[MAIL_NOTE] =
	    "UPDATE mail SET state = ?6, reached = ?7, due = ?8, attempts = ?9, problem = ?10, sent = ?11"
	    " WHERE organization = ?1 AND upstream = ?2 AND item = ?3 AND person = ?4 AND id = ?5",
	[MAIL_LIST] =
	    "SELECT " MAIL_COLUMNS " FROM mail WHERE organization = ?1 AND (?2 = '' OR meeting_uid = ?2)"
	    " ORDER BY item, person",
	[MAIL_DUE] = "SELECT " MAIL_COLUMNS " FROM mail INDEXED BY mail_due WHERE state = 0 AND due <= ?"
		     " ORDER BY due, item, person LIMIT ?",
	[MAIL_COUNT] = "SELECT state, count(*) FROM mail GROUP BY state",
	[MAIL_PRUNE] = "DELETE FROM mail WHERE expires < ?",
	[EVENT_PUT] = "INSERT INTO event(id, text) SELECT ?, ? WHERE EXISTS (SELECT 1 FROM sink)",
	[EVENT_LIST] = "SELECT number, id, text FROM event"
		       " WHERE number > (SELECT position FROM sink WHERE name = ?) ORDER BY number LIMIT ?",
	[EVENT_TRIM] = "DELETE FROM event WHERE number <= ?",
	[EVENT_DONE] = "DELETE FROM event"
		       " WHERE number <= ifnull((SELECT min(position) FROM sink), 9223372036854775807)",
	[SINK_ADD] = "INSERT OR IGNORE INTO sink(name, position, delivered, refused, dropped)"
		     " SELECT ?, ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'event'), 0), 0, 0, 0",
	[SINK_LIST] = "SELECT name, position, delivered, refused, dropped,"
		      " max(0, ifnull((SELECT max(number) FROM event), 0) - position) FROM sink"
		      " ORDER BY name",
	[SINK_SKIP] = "UPDATE sink SET dropped = dropped + ?1 - position, position = ?1 WHERE position < ?1",
	/* What was dropped while it was on its way was delivered after all. */
	[SINK_DONE] = "UPDATE sink SET delivered = delivered + ?3 - ?2 - ?4, refused = refused + ?4,"
		      " dropped = dropped - (min(position, ?3) - ?2), position = max(position, ?3)"
		      " WHERE name = ?1",
	[SINK_FORGET] = "DELETE FROM sink WHERE name = ?",
};
