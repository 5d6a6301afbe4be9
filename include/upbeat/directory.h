/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_DIRECTORY_H
#define UPBEAT_DIRECTORY_H

/*
 * directory: accounts. Sources give what they know of customers. A snapshot of all accounts is immutable,
 * counted, and swapped whole when a source has something new. A decision never waits for a source: the
 * snapshot is at hand.
 */

#include "upbeat/base.h"
#include "upbeat/cal.h"
#include "upbeat/facts.h"
#include "upbeat/settings.h"

/* The sources, and the present snapshot. Any number of threads may use a directory. */
struct ub_directory;
/* A snapshot: all accounts as they were read at one time. */
struct ub_accounts;

struct ub_directory_start {
	struct ub_directory *present; /* NULL: none */
	bool without_plugins; /* for a process that nothing may end: sources of plugins are left out */
	/* Where it is noted that a plugin is at work, so that another process knows if that was the end of
	 * this one; the beginning of paths. NULL: it is not noted. */
	const char *marks;
	/* A plugin that two processes have ended at is left out; else marks are forgotten. */
	bool minds_marks;
	/* Where the last good reading of each source is kept for the next process; the beginning of paths.
	 * NULL: nowhere. */
	const char *kept;
};

/*
 * Reads all sources of the settings, and waits up to UB_SOURCE_OPEN_MS for those that take their time. Dates
 * are midnights of `zone`. Settings and zone must outlive the
 * directory and its snapshots. Problems go to `diags`, with file and line, and what is sound is there even
 * so: a field that cannot be read is absent; a source that cannot be read has the accounts that it has in the
 * `present` directory, else those that an earlier process has kept, and none without. `start` may be NULL.
 * Never NULL.
 */
struct ub_directory *ub_directory_open(const struct ub_settings *settings, const struct ub_zone *zone,
    const struct ub_directory_start *start, struct ub_diags *diags);
/* Removes what is kept of sources from this number on; `kept` is as in struct ub_directory_start. */
void ub_directory_forget(const char *kept, size_t from);
/* Sets *directory to NULL. NULL is allowed. Snapshots that are held stay. */
void ub_directory_close(struct ub_directory **directory);
/* Looks at the sources that are due, or at all of them, and reads those that have something new. A source
 * that cannot be read keeps what it had. Waits up to UB_SOURCE_WAIT_MS. True: there is a new snapshot. One
 * thread calls this, when it is time. */
enum ub_refresh {
	UB_REFRESH_DUE,
	UB_REFRESH_ALL,
	UB_REFRESH_FORCED, /* all, and also what lacks more accounts than may go */
};
bool ub_directory_refresh(struct ub_directory *directory, enum ub_refresh refresh, struct ub_diags *diags);
/* Milliseconds until the next look. The same thread. */
int64_t ub_directory_wait(const struct ub_directory *directory);

/* What there is to say of a source. */
struct ub_source_report {
	struct ub_text source; /* "csv" */
	size_t accounts;       /* that it gave when it could be read last */
	size_t people;         /* the same of those whose account it does not name */
	/* When they held: a file's own time, else when they were read, or were seen last to be as they were
	 * read; UB_INSTANT_NONE: never. */
	ub_instant as_of;
	bool stale; /* that is longer ago than `max_age` */
	bool kept;  /* the accounts were read before this process began, and the source has not answered since
		     */
	bool failed; /* the last look failed, so that the accounts are those of before */
	ub_instant failed_since;
	struct ub_text problem; /* why: one line */
};

/* Reports of all sources, in the order of the settings, in the arena. Any thread. Returns how many. */
size_t ub_directory_reports(
    struct ub_directory *directory, struct ub_arena *arena, struct ub_source_report **reports);

/* The present snapshot, held for the caller. */
struct ub_accounts *ub_directory_accounts(struct ub_directory *directory);
/* Lets go of a snapshot, which the last holder frees. Sets *accounts to NULL. NULL is allowed. */
void ub_accounts_release(struct ub_accounts **accounts);

/* How accounts are read that stand elsewhere than in a source: in rule tests. */
struct ub_accounts_reading {
	struct ub_arena *arena;
	struct ub_diags *diags;
	const struct ub_zone *zone; /* whose midnights dates are */
	const struct ub_account_field_decl *fields;
	size_t n_fields;
};
struct ub_yaml_node;
struct ub_yaml_type;

/* For schemas: a file of accounts, the list in the file, and an account of a test, which may be
 * like another account. */
extern const struct ub_yaml_type ub_accounts_file_type, ub_account_list_type, ub_account_type;

/* Reads a list as in an account file. The result is held for the caller. NULL: there is no list,
 * which is reported. */
struct ub_accounts *ub_accounts_read(
    const struct ub_accounts_reading *reading, const struct ub_yaml_node *list);
/*
 * Reads one account: what `node` says goes over what *account has. `like: ID` begins with the account ID of
 * `accounts`, which may be NULL. No field is required. False: something was reported.
 */
bool ub_account_read(const struct ub_accounts_reading *reading, const struct ub_yaml_node *node,
    const struct ub_accounts *accounts, struct ub_account *account);
/* An account of which nothing is known. */
struct ub_account ub_account_unknown(void);

/* Whether each source has been read, and without an error. Otherwise an account that is not there, or an
 * owner, may just not have been read. */
bool ub_accounts_whole(const struct ub_accounts *accounts);
size_t ub_accounts_count(const struct ub_accounts *accounts);
/* Account i in the order of the sources; i < ub_accounts_count(). Accounts live as long as the snapshot. */
const struct ub_account *ub_accounts_at(const struct ub_accounts *accounts, size_t i);
/* Where account i says whose it is; without an owner, where the account is. In a file of its source, which
 * lives as long as the snapshot. */
struct ub_place ub_accounts_owner_place(const struct ub_accounts *accounts, size_t i);
/* The account with this id. NULL: there is none. */
const struct ub_account *ub_accounts_find(const struct ub_accounts *accounts, struct ub_text id);

enum ub_account_match_kind {
	UB_MATCH_NONE,
	UB_MATCH_ADDRESS,     /* a guest is one of the account's stakeholders */
	UB_MATCH_DOMAIN,      /* a guest's domain is one of the account's, or below one of them */
	UB_MATCH_REGISTRABLE, /* both domains are below one registrable domain (public suffix list) */
};

struct ub_account_match {
	enum ub_account_match_kind kind;
	const struct ub_account *account; /* NULL: none */
	struct ub_text by;                /* the guest's address or domain */
	const struct ub_account **others; /* further accounts that guests belong to */
	size_t n_others;
};

/*
 * The account of a meeting, found by the addresses of its guests (ub_facts_guests). Each guest belongs to the
 * account that lists the address as a stakeholder's, else to the one of the longest domain, else to the one
 * that alone has the registrable domain. Domains of free mail and public suffixes match nothing. The account
 * of most guests is the meeting's; of equals the one that matched best, else the first in the sources. The
 * order of the guests does not matter.
 */
struct ub_account_match ub_accounts_match(
    const struct ub_accounts *accounts, struct ub_texts guests, struct ub_arena *arena);

#endif
