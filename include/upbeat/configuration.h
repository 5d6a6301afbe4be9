/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CONFIGURATION_H
#define UPBEAT_CONFIGURATION_H

/*
 * configuration: reads everything that administrators write into a snapshot, and says which snapshot is in
 * force while the daemon runs.
 */

#include "upbeat/base.h"
#include "upbeat/facts.h"
#include "upbeat/rules.h"
#include "upbeat/sys.h"

/* The organization under which the store keeps what belongs to it. */
extern const struct ub_text ub_organization;

/* ---- snapshot: settings, rules, holidays, zones, accounts; immutable, counted, swapped whole ---- */

struct ub_settings;
struct ub_directory;

struct ub_snapshot {
	const struct ub_settings *settings; /* never NULL: without a settings file, the defaults */
	const struct ub_org *org;
	const struct ub_ruleset *rules;
	struct ub_directory *directory; /* the accounts; NULL: no source is configured */
	/* The first one of the accounts' in the diagnostics, and the first one after them. */
	size_t account_findings[2];
	size_t account_errors;              /* what was wrong with them when they were read */
	size_t secret_errors;               /* what was wrong with the files of secrets then */
	const struct ub_rule_layer *layers; /* the rule directories as they were read */
	size_t n_layers;
	/* The rules have a mistake, and `rules` is empty. A plan made with them would take away what
	 * stands. */
	bool without_rules;
	ub_instant loaded; /* when all was read, in seconds since 1970 */
	struct ub_zones *zones;
	/* Found out with these settings, and freed with them: */
	struct ub_identities *identities;
	struct ub_freebusy *freebusy;
	struct ub_arena *arena; /* of all this, the snapshot itself included */
	_Atomic unsigned holders;
};

struct ub_snapshot_input {
	const char *settings_path; /* NULL: no settings file */
	/* instead of the rule directories of the settings; NULL: those, or else the shipped directory */
	const char *rules_path;
	const char *last_rules_path;  /* instead of the last of those directories; NULL: it stays */
	const char *above_rules_path; /* above the last of those directories; NULL: none */
	/* The upstream as ub_settings_bases() has it, whatever the settings say by now: that of a relay that
	 * runs, whose clients' credentials are for this upstream alone. NULL: as the settings say. */
	const char *upstream;
	/* Rule directories below rules_path, the lowest first. */
	const char *const *over;
	size_t n_over;
	/* The organization's domains, where no settings file names them: */
	const char *const *domains;
	size_t n_domains;
	const char *time_zone;           /* the organization's, likewise; NULL: UTC */
	bool find_idle;                  /* as in struct ub_rules_input */
	bool without_plugins;            /* as in struct ub_directory_start */
	bool looks_at_secrets;           /* whether the secrets that the settings name can be read */
	bool looks_at_certificates;      /* whether the certificates that the settings name are good */
	bool marks_plugins, minds_marks; /* marks are used, and minded, as there */
	/* The snapshot in force, whose accounts stay if their source cannot be read now; NULL: none. */
	const struct ub_snapshot *present;
	/* A mistake in rules or holidays makes a snapshot without_rules, and not none. */
	bool may_lack_rules;
};

/*
 * Reads everything. All problems of all files go to `diags`; the sources that they point to last as long as
 * the arena of `diags`. The caller holds the snapshot once. NULL: there was an error, and nothing is half
 * loaded. There are two exceptions: of accounts with mistakes the sound ones are used, and
 * input->may_lack_rules allows mistakes in rules. Blocks while it reads files.
 */
UB_MUST_USE struct ub_snapshot *ub_snapshot_load(
    const struct ub_snapshot_input *input, struct ub_diags *diags);
/* Holds the snapshot once more, and returns it. Any thread. */
struct ub_snapshot *ub_snapshot_hold(struct ub_snapshot *snapshot);
/* Whether there are accounts or teams, and rules for them. */
bool ub_snapshot_plans_ahead(const struct ub_snapshot *snapshot);
/* Gives one hold back; the last holder frees the snapshot. Sets *snapshot to NULL. Any thread. */
void ub_snapshot_release(struct ub_snapshot **snapshot);

/* The directory of the shipped rules: that of the build tree if the program runs from one, otherwise where
 * they were installed. In `arena`. */
const char *ub_snapshot_shipped_rules(struct ub_arena *arena);

/* Reads a file of at most `limit` bytes into `arena`. NULL: the problem is reported at `place`, which may be
 * of no source. */
const struct ub_source *ub_snapshot_read_source(
    struct ub_arena *arena, const char *path, size_t limit, struct ub_place place, struct ub_diags *diags);

/* ---- the snapshot that is in force ---- */

struct ub_configuration;

/* What the last reload came to. */
struct ub_reload {
	struct ub_arena *arena; /* NULL: there was no reload yet */
	ub_instant when;
	bool failed;                    /* the snapshot loaded before stays in force */
	struct ub_text plain, coloured; /* the diagnostics as `check` shows them */
	struct json_t *findings;        /* the same for programs */
};

struct ub_configuration_input {
	/* what the first snapshot was loaded from, and each later one is */
	struct ub_snapshot_input snapshot;
	/* problems of the first snapshot; looked at when it is without_rules */
	struct ub_diags *diags;
	struct ub_log *log;
	/* Called when another snapshot is in force. Any thread. */
	void (*changed)(void *context);
	void *context;
};

/* Takes over one hold of the first snapshot. `input` must outlive the configuration. Never NULL. No thread
 * runs yet. */
struct ub_configuration *ub_configuration_new(
    struct ub_snapshot *snapshot, const struct ub_configuration_input *input);
/* Frees the configuration, whose thread has ended; sets *configuration to NULL. */
void ub_configuration_free(struct ub_configuration **configuration);
/* The snapshot that is in force, held for the caller. Any thread. */
struct ub_snapshot *ub_configuration_snapshot(struct ub_configuration *configuration);

/*
 * Starts the thread that keeps the snapshot up to date, so that no pass and no write waits for that. The
 * thread reads everything again when told to. It looks at the account sources when they are due. While
 * mistakes keep the rules away, it looks every UB_MEND_MS whether they are mended. Problems go to the log.
 */
void ub_configuration_start(struct ub_configuration *configuration);
/* Ends that thread, if there is one, and waits for it. */
void ub_configuration_stop(struct ub_configuration *configuration);
/* Tells the thread to read settings, rules, holidays, zones and accounts again, soon. The result is a new
 * snapshot; with any mistake in it, the present one stays. Any thread. */
void ub_configuration_reload(struct ub_configuration *configuration);
/* Tells the thread to look at all account sources, and waits until it has, so many milliseconds at most.
 * `force`: whatever they lack is to be believed. False: it has not yet. Any thread. */
bool ub_configuration_refresh(struct ub_configuration *configuration, bool force, int64_t milliseconds);
/* Calls `show` with what the last reload came to, which does not change meanwhile. Any thread. */
void ub_configuration_show_reload(struct ub_configuration *configuration,
    void (*show)(void *context, const struct ub_reload *reload), void *context);

#endif
