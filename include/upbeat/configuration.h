/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CONFIGURATION_H
#define UPBEAT_CONFIGURATION_H

/*
 * configuration: everything that administrators write, read once into a snapshot; and which snapshot is in
 * force while the daemon runs.
 */

#include "upbeat/base.h"
#include "upbeat/facts.h"
#include "upbeat/rules.h"
#include "upbeat/sys.h"

/* The organisation, as the store keeps what belongs to it apart. */
extern const struct ub_text ub_organization;

/* ---- snapshot: settings, rules, holidays, zones, accounts; immutable, counted, swapped whole ---- */

struct ub_settings;
struct ub_directory;

struct ub_snapshot {
	const struct ub_settings *settings; /* never NULL: without a file, what holds by default */
	const struct ub_org *org;
	const struct ub_ruleset *rules;
	struct ub_directory *directory;     /* accounts; NULL when no source is configured */
	const struct ub_rule_layer *layers; /* the rule directories as they were read */
	size_t n_layers;
	/* They have a mistake, and `rules` is empty: a plan made with it would take away what stands. */
	bool without_rules;
	ub_instant loaded;
	struct ub_zones *zones;
	struct ub_identities *identities; /* found out with these settings: they go with them */
	struct ub_arena *arena;           /* of all this */
	_Atomic unsigned holders;
};

struct ub_snapshot_input {
	const char *settings_path; /* NULL: no settings file */
	const char
	    *rules_path; /* instead of what the settings say; NULL: those, else the shipped directory */
	const char *last_rules_path; /* instead of the last directory of those; NULL: they stay */
	/* The base of the upstream that stays, whatever the settings say by now: of a relay that runs, whose
	 * clients' credentials are for that one alone. NULL: as the settings say. */
	const char *upstream;
	/* Directories below rules_path, the lowest first. */
	const char *const *over;
	size_t n_over;
	/* Of the organisation, where no settings file says it: */
	const char *const *domains;
	size_t n_domains;
	const char *time_zone; /* NULL: UTC */
	bool find_idle;        /* as in struct ub_rules_input */
	/* A mistake in rules or holidays makes a snapshot without_rules, rather than none. */
	bool may_lack_rules;
};

/*
 * Reads everything. All problems of all files go to `diags`; the sources that they point to last as long as
 * the arena of the diagnostics. NULL when there was an error: nothing half-loaded; but for the accounts, of
 * which what is sound is used, and for what input->may_lack_rules allows. The caller holds it once.
 */
UB_MUST_USE struct ub_snapshot *ub_snapshot_load(
    const struct ub_snapshot_input *input, struct ub_diags *diags);
struct ub_snapshot *ub_snapshot_hold(struct ub_snapshot *snapshot);
/* The last holder frees it; sets *snapshot to NULL. */
void ub_snapshot_release(struct ub_snapshot **snapshot);

/* The directory of the shipped rules: that of the build tree when the program is run from one, else where
 * they were installed. */
const char *ub_snapshot_shipped_rules(struct ub_arena *arena);

/* Reads a file; NULL: reported at `place`, which may be of no source. */
const struct ub_source *ub_snapshot_read_source(
    struct ub_arena *arena, const char *path, size_t limit, struct ub_place place, struct ub_diags *diags);

/* ---- the snapshot that is in force ---- */

struct ub_configuration;

/* What the last reload came to. */
struct ub_reload {
	struct ub_arena *arena; /* NULL: there was none yet */
	ub_instant when;
	bool failed;                    /* what was loaded before goes on */
	struct ub_text plain, coloured; /* the diagnostics as `check` shows them */
	struct json_t *findings;        /* the same for programs */
};

struct ub_configuration_input {
	struct ub_snapshot_input snapshot; /* what the first one was loaded from, and is again at a reload */
	struct ub_diags *diags;            /* what was wrong with it; looked at when it is without_rules */
	struct ub_log *log;
	/* Called when another snapshot is in force, by any thread. */
	void (*changed)(void *context);
	void *context;
};

/* Takes over one hold of the first snapshot. `input` outlives it. */
struct ub_configuration *ub_configuration_new(
    struct ub_snapshot *snapshot, const struct ub_configuration_input *input);
/* The thread ended before; sets *configuration to NULL. */
void ub_configuration_free(struct ub_configuration **configuration);
/* The snapshot that is in force, held for the caller. Any thread. */
struct ub_snapshot *ub_configuration_snapshot(struct ub_configuration *configuration);

/*
 * Starts the thread that keeps what is configured fresh, so that no pass and no write waits for any of this:
 * it reads all of it again when told to, and looks every UB_ACCOUNTS_REFRESH_MS whether the account sources
 * have something new. While there are no rules for their mistakes, it looks each UB_MEND_MS whether these are
 * mended. What is wrong goes to the log.
 */
void ub_configuration_start(struct ub_configuration *configuration);
/* Ends that thread. */
void ub_configuration_stop(struct ub_configuration *configuration);
/* Settings, rules, holidays, zones and accounts are to be read again, soon: a new snapshot, or, with any
 * mistake in it, the present one as it is. Any thread. */
void ub_configuration_reload(struct ub_configuration *configuration);
/* Shows what the last reload came to; it does not change meanwhile. Any thread. */
void ub_configuration_show_reload(struct ub_configuration *configuration,
    void (*show)(void *context, const struct ub_reload *reload), void *context);

#endif
