/* SPDX-License-Identifier: Apache-2.0 */
#include "sqlite-private.h"

/* What a file with PRAGMA user_version 0 gets; SCHEMA is its number. Times are in milliseconds. */
const char sql_schema[] =
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
    "CREATE INDEX seen_meeting ON seen(organization, meeting_uid, href, upstream);";

#define KEY_COLUMNS                                                                                          \
	"id, lease, kind, upstream, href, principal, collection, state, put, due, again, attempts, "         \
	"crashes, reason"
#define ITEM_COLUMNS                                                                                         \
	"organization, meeting_uid, identity, rule, id, owner, generation, upstream, uid, href, etag, "      \
	"base, state, changed"
#define SEEN_COLUMNS                                                                                         \
	"organization, meeting_uid, upstream, href, collection, principal, owner, etag, schedule_tag, "      \
	"text, meeting_end, changed"

const char *const sql_statements[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[KEY_FIND] =
	    "SELECT " KEY_COLUMNS " FROM key WHERE kind = ? AND upstream = ? AND href = ? AND principal = ?",
	[KEY_ADD] = "INSERT INTO key(kind, upstream, href, principal, collection, state, put, due, again, "
		    "lease, attempts,"
		    " crashes, reason) VALUES(?, ?, ?, ?, ?, 0, ?, ?, ?, 0, 0, 0, '')",
	[KEY_SET] =
	    "UPDATE key SET lease = ?, state = ?, put = ?, due = ?, again = ?, attempts = ?, crashes = ?,"
	    " reason = ? WHERE id = ?",
	[KEY_DROP] = "DELETE FROM key WHERE id = ?",
	[KEY_FORGET] = "DELETE FROM key WHERE id = ? AND lease = ? AND put = ? AND state <> 1",
	[KEY_DUE] = "SELECT " KEY_COLUMNS " FROM key WHERE due <= ? ORDER BY due, id LIMIT 1",
	[KEY_HURRY] = "UPDATE key SET due = ?1 WHERE state = 0 AND due > ?1",
	[KEY_WAKE] = "UPDATE key SET state = 0, due = ? WHERE state = 2 AND upstream = ? AND principal = ?",
	[KEY_WAITING] = "SELECT DISTINCT principal FROM key WHERE state IN (0, 2) AND upstream = ?",
	[KEY_UNTRIED] = "SELECT 1 FROM key WHERE upstream = ? AND principal = ? AND id <> ? AND put <= ?"
			" AND attempts <= 1 AND (state = 0 AND attempts = 0 OR state = 1 AND attempts = 1)"
			" LIMIT 1",
	[KEY_ALL] = "SELECT " KEY_COLUMNS " FROM key ORDER BY due, id",
	[LEASE_RAN_OUT] = "SELECT " KEY_COLUMNS " FROM key WHERE state = 1 AND due <= ? LIMIT 1",
	[LEASE_ALL] =
	    "SELECT count(*), ifnull(max(crashes), 0), ifnull(min(due), 0) FROM key WHERE state = 1",
	[LEASE_NEW] = "INSERT INTO lease DEFAULT VALUES",
	[LEASE_FORGET] = "DELETE FROM lease WHERE id < ?",
	[CLAIM_HOLDER] = "SELECT key.id, key.due FROM claim JOIN key ON key.id = claim.key"
			 " WHERE organization = ? AND meeting_uid = ?",
	[CLAIM_SET] = "INSERT OR REPLACE INTO claim(organization, meeting_uid, key) VALUES(?, ?, ?)",
	[CLAIM_DROP] = "DELETE FROM claim WHERE key = ?",
	[ITEM_PUT] =
	    "INSERT OR REPLACE INTO item(" ITEM_COLUMNS ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ITEM_LIST] =
	    "SELECT " ITEM_COLUMNS " FROM item WHERE organization = ?1 AND (?2 = '' OR meeting_uid = ?2)"
	    " ORDER BY meeting_uid, identity",
	[ITEM_PRUNE] =
	    "DELETE FROM item WHERE changed < ? AND NOT EXISTS (SELECT 1 FROM seen"
	    " WHERE seen.organization = item.organization AND seen.meeting_uid = item.meeting_uid)",
	[ALIAS_PUT] = "INSERT OR REPLACE INTO alias(upstream, href, target) VALUES(?, ?, ?)",
	[ALIAS_GET] = "SELECT target FROM alias WHERE upstream = ? AND href = ?",
	[SEEN_PUT] =
	    "INSERT OR REPLACE INTO seen(" SEEN_COLUMNS ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[SEEN_GET] = "SELECT " SEEN_COLUMNS " FROM seen WHERE organization = ? AND upstream = ? AND href = ?",
	[SEEN_DROP] = "DELETE FROM seen WHERE organization = ? AND upstream = ? AND href = ?",
	[SEEN_LIST] =
	    "SELECT " SEEN_COLUMNS " FROM seen WHERE organization = ?1 AND (?2 = '' OR meeting_uid = ?2)"
	    " ORDER BY meeting_uid, href, upstream",
	[SEEN_PRUNE] = "DELETE FROM seen WHERE meeting_end < ?",
};
