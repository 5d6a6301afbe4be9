/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Loads a snapshot: settings first, then the rule directories that they name, holidays, zones and accounts.
 */
#include "configuration-private.h"

#include <stdatomic.h>

#include "upbeat/directory.h"
#include "upbeat/ical.h"
#include "upbeat/freebusy.h"
#include "upbeat/identity.h"
#include "upbeat/settings.h"

const struct ub_text ub_organization = { "default", sizeof("default") - 1 };

static const struct ub_place nowhere = { 0 };

/* A snapshot that is being loaded. */
struct loading {
	const struct ub_snapshot_input *input;
	struct ub_snapshot *snapshot;
	struct ub_arena *arena;
	struct ub_diags *diags;
	struct ub_settings *settings;
	struct ub_rule_layer *layers;
	size_t n_layers;
	bool lacks_a_file; /* one of the files cannot be read */
};

static void release_zones(void *zones)
{
	struct ub_zones *mine = zones;
	ub_cal_zones_free(&mine);
}

static void release_identities(void *identities)
{
	struct ub_identities *mine = identities;
	ub_identities_free(&mine);
}

static void release_freebusy(void *freebusy)
{
	struct ub_freebusy *mine = freebusy;
	ub_freebusy_free(&mine);
}

static void keep_upstream(struct loading *loading)
{
	struct ub_settings_upstream *said = &loading->settings->upstream;
	struct ub_text bases = ub_text(loading->input->upstream);
	if (bases.len == 0 || ub_text_eq(bases, ub_settings_bases(said, loading->arena)))
		return;
	snapshot_needs_restart(loading->diags, "upstream");
	ub_settings_set_bases(said, bases, loading->arena);
}

void snapshot_needs_restart(struct ub_diags *diags, const char *key)
{
	ub_warning(diags, "needs-restart", nowhere, "`%s` has changed: that takes a restart", key);
}

static bool load_settings(struct loading *loading)
{
	const struct ub_snapshot_input *input = loading->input;
	struct ub_snapshot *snapshot = loading->snapshot;
	if (input->settings_path) {
		const struct ub_source *source = ub_snapshot_read_source(
		    loading->arena, input->settings_path, UB_SETTINGS_MAX, nowhere, loading->diags);
		if (!source)
			return false;
		loading->settings = ub_settings_read(loading->arena, source, snapshot->zones, loading->diags);
	} else {
		loading->settings = ub_settings_default(loading->arena, snapshot->zones);
	}
	keep_upstream(loading);
	struct ub_org *org = loading->settings->org;
	for (size_t i = 0; i < input->n_domains; i++)
		*ub_push(loading->arena, &org->domains) =
		    ub_text_lower(loading->arena, ub_text(input->domains[i]));
	if (input->time_zone)
		org->standard.zone = ub_cal_zone_find(snapshot->zones, ub_text(input->time_zone));
	if (!org->standard.zone) {
		ub_error(loading->diags, "unknown-time-zone", nowhere, "there is no time zone `%s`",
		    input->time_zone);
		org->standard.zone = ub_cal_utc();
	}
	snapshot->settings = loading->settings;
	snapshot->org = org;
	return true;
}

static void load_layer(struct loading *loading, size_t i, const char *path, struct ub_place place)
{
	const char *instead = i + 1 == loading->n_layers ? loading->input->last_rules_path : NULL;
	loading->lacks_a_file |= !snapshot_read_layer(loading->arena, instead ? instead : path,
	    instead ? nowhere : place, &loading->layers[i], loading->diags);
}

static void make_layers(struct loading *loading, size_t n)
{
	loading->n_layers = n;
	loading->layers = UB_NEW_ARRAY(loading->arena, struct ub_rule_layer, n + 1); /* one may go above */
}

/* Reads the rule directories that the settings name. */
static void load_named_layers(struct loading *loading)
{
	const struct ub_settings *settings = loading->settings;
	make_layers(loading, settings->n_rules);
	for (size_t i = 0; i < settings->n_rules; i++)
		load_layer(loading, i, ub_text_cstr(loading->arena, settings->rules[i].path),
		    settings->rules[i].place);
}

static void load_present_layers(struct loading *loading)
{
	const struct ub_snapshot_input *input = loading->input;
	const char *path = input->rules_path;
	if (!path && loading->settings->n_rules) {
		load_named_layers(loading);
		return;
	}
	if (!path)
		path = ub_snapshot_shipped_rules(loading->arena);
	make_layers(loading, input->n_over + 1);
	for (size_t i = 0; i < loading->n_layers; i++)
		load_layer(loading, i, i < input->n_over ? input->over[i] : path, nowhere);
}

static void load_layers(struct loading *loading)
{
	load_present_layers(loading);
	if (loading->input->above_rules_path)
		load_layer(loading, loading->n_layers++, loading->input->above_rules_path, nowhere);
	loading->snapshot->layers = loading->layers;
	loading->snapshot->n_layers = loading->n_layers;
}

static void load_rules(struct loading *loading, size_t n_layers)
{
	const struct ub_settings *settings = loading->settings;
	struct ub_rules_input input = { .layers = loading->layers,
		.n_layers = n_layers,
		.fields = settings->fields,
		.n_fields = loading->input->settings_path ? settings->n_fields : SIZE_MAX,
		.zones = loading->snapshot->zones,
		.find_idle = loading->input->find_idle };
	loading->snapshot->rules = ub_rules_load(&input, loading->diags, loading->arena);
}

/* The names of the holiday calendars in all layers, each once. */
static void know_holidays(const struct loading *loading, struct ub_texts *known)
{
	for (size_t i = 0; i < loading->n_layers; i++) {
		const struct ub_rule_layer *layer = &loading->layers[i];
		for (size_t f = 0; f < layer->n_files; f++) {
			struct ub_text file = layer->files[f].path;
			if (!ub_text_starts(file, UB_TEXT("holidays/")))
				continue;
			struct ub_text name = ub_text_sub(file, 9, file.len - 4);
			if (!ub_texts_have(*known, name))
				*ub_push(loading->arena, known) = name;
		}
	}
}

/* The holiday calendar of a name: holidays/NAME.ics of the last layer that has one. */
static const struct ub_source *named_holidays(
    struct loading *loading, const struct ub_settings_holidays *wanted)
{
	struct ub_text path = ub_textf(loading->arena, "holidays/%.*s.ics", UB_ARGS(wanted->name));
	for (size_t i = loading->n_layers; i-- > 0;) {
		const struct ub_rule_layer *layer = &loading->layers[i];
		for (size_t f = 0; f < layer->n_files; f++) {
			if (ub_text_eq(layer->files[f].path, path))
				return &layer->files[f].source;
		}
	}
	struct ub_diag *diag = ub_error(loading->diags, "no-holidays", wanted->place,
	    "there is no %.*s in any rule directory", UB_ARGS(path));
	struct ub_texts known = { 0 };
	know_holidays(loading, &known);
	struct ub_text meant = ub_suggest(wanted->name, known.items, known.n);
	if (meant.len)
		ub_diag_set_help(loading->diags, diag, "did you mean `%.*s`?", UB_ARGS(meant));
	return NULL;
}

/* Nobody sees that items will come on days off before they do. So authors are told, who may say `[]`. */
static void miss_holidays(struct loading *loading)
{
	struct ub_place place = loading->settings->lacks_holidays;
	struct ub_texts known = { 0 };
	if (!loading->input->find_idle || !place.source)
		return;
	struct ub_diag *diag =
	    ub_warning(loading->diags, "holidays-unnamed", place, "without `holidays`, nobody has a day off");
	know_holidays(loading, &known);
	struct ub_buf list = UB_BUF(loading->arena);
	for (size_t i = 0; i < known.n; i++)
		ub_buf_printf(&list, "%s%.*s", i ? ", " : "", UB_ARGS(known.items[i]));
	ub_diag_set_help(loading->diags, diag, "name calendars like `holidays: [de]`%s%.*s",
	    known.n ? "; there are " : "", UB_ARGS(ub_buf_text(&list)));
}

static void load_holidays(struct loading *loading)
{
	const struct ub_settings *settings = loading->settings;
	for (size_t i = 0; i < settings->n_holidays; i++) {
		const struct ub_settings_holidays *wanted = &settings->holidays[i];
		const struct ub_source *source =
		    wanted->is_path
			? ub_snapshot_read_source(loading->arena, ub_text_cstr(loading->arena, wanted->name),
			      UB_RULE_FILE_MAX, wanted->place, loading->diags)
			: named_holidays(loading, wanted);
		struct ub_ical_refusal refusal;
		if (source &&
		    !ub_ical_read_holidays(source->text, loading->arena, wanted->into, NULL, &refusal))
			ub_error(loading->diags, refusal.code, wanted->place, "%.*s: line %zu: %.*s",
			    UB_ARGS(source->name), refusal.line, UB_ARGS(refusal.message));
	}
}

static void close_directory(void *directory)
{
	struct ub_directory *mine = directory;
	ub_directory_close(&mine);
}

/* Where readings are kept for the next engine: beside its store. NULL: nowhere. */
static const char *kept_path(const struct loading *loading)
{
	const struct ub_settings *settings = loading->settings;
	bool keeps = loading->input->marks_plugins && !loading->input->without_plugins &&
		     settings->store == UB_STORE_SQLITE;
	return keeps ? ub_textf(loading->arena, "%.*s.accounts", UB_ARGS(settings->store_path)).ptr : NULL;
}

/* The accounts of which something is to be told. */
struct found {
	size_t n;
	const struct ub_account *first;
	size_t at; /* of the first */
};

typedef bool account_test(const struct loading *loading, const struct ub_account *account);

static struct found find_accounts(
    const struct loading *loading, const struct ub_accounts *accounts, account_test *test)
{
	struct found found = { 0 };
	for (size_t i = 0; i < ub_accounts_count(accounts); i++) {
		const struct ub_account *account = ub_accounts_at(accounts, i);
		if (test(loading, account) && found.n++ == 0) {
			found.first = account;
			found.at = i;
		}
	}
	return found;
}

static bool is_strangers(const struct loading *loading, const struct ub_account *account)
{
	return account->owner.len && ub_org_is_guest(loading->snapshot->org, account->owner);
}

/* Reviews of an account are in its owner's calendar, and strangers have none here. */
static void warn_of_owners(const struct loading *loading)
{
	struct ub_accounts *accounts = ub_directory_accounts(loading->snapshot->directory);
	struct found found = find_accounts(loading, accounts, is_strangers);
	if (found.n) {
		struct ub_diag *diag =
		    ub_warning(loading->diags, "owner-not-ours", loading->settings->sources[0].source_place,
			"the owners of %zu of %zu accounts are none of us: `%.*s` of `%.*s` first", found.n,
			ub_accounts_count(accounts), UB_ARGS(found.first->owner), UB_ARGS(found.first->id));
		ub_diag_set_help(loading->diags, diag,
		    "correct the address, or add its domain to `domains` of the organization");
	}
	ub_accounts_release(&accounts);
}

static bool is_ours(const struct loading *loading, const struct ub_account *account)
{
	for (size_t i = 0; i < account->domains.n; i++)
		if (ub_org_is_ours(loading->snapshot->org,
			ub_textf(loading->arena, "x@%.*s", UB_ARGS(account->domains.items[i]))))
			return true;
	return false;
}

/* A list of customers often has the company itself in it. It would have reviews like a customer. */
static void warn_of_ourselves(const struct loading *loading)
{
	struct ub_accounts *accounts = ub_directory_accounts(loading->snapshot->directory);
	struct found found = find_accounts(loading, accounts, is_ours);
	if (found.n) {
		struct ub_diag *diag =
		    ub_warning(loading->diags, "account-ours", loading->settings->sources[0].source_place,
			"a domain of %zu of %zu accounts is ours, where nobody is a customer: `%.*s` first",
			found.n, ub_accounts_count(accounts), UB_ARGS(found.first->id));
		ub_diag_set_help(loading->diags, diag, "take it out of what the source gives");
	}
	ub_accounts_release(&accounts);
}

static bool has_no_owner(const struct loading *loading, const struct ub_account *account)
{
	(void)loading;
	return account->owner.len == 0;
}

static void release_accounts(void *held)
{
	struct ub_accounts *accounts = held;
	ub_accounts_release(&accounts);
}

/* Without an owner, nobody has an account's reviews. */
static void warn_of_no_owners(const struct loading *loading)
{
	const struct ub_snapshot *snapshot = loading->snapshot;
	struct ub_accounts *accounts = ub_directory_accounts(snapshot->directory);
	struct found found = find_accounts(loading, accounts, has_no_owner);
	if (found.n && snapshot->rules && snapshot->rules->n_account_rules) {
		struct ub_diag *diag =
		    ub_warning(loading->diags, "no-owner", ub_accounts_owner_place(accounts, found.at),
			"%zu of %zu accounts have no owner, and no reviews: `%.*s` first", found.n,
			ub_accounts_count(accounts), UB_ARGS(found.first->id));
		ub_diag_set_help(loading->diags, diag, "name the address of one of us as its `owner`");
	}
	/* The finding's place is in what the source gave. */
	ub_arena_defer(loading->diags->arena, release_accounts, accounts);
}

static void load_accounts(struct loading *loading)
{
	struct ub_snapshot *snapshot = loading->snapshot;
	const struct ub_snapshot_input *input = loading->input;
	const char *kept = kept_path(loading);
	if (loading->settings->n_sources == 0) {
		ub_directory_forget(kept, 0);
		return;
	}
	const struct ub_directory_start start = {
		.present = input->present ? input->present->directory : NULL,
		.without_plugins = input->without_plugins,
		.marks =
		    input->marks_plugins
			? ub_textf(loading->arena, "%.*s.source", UB_ARGS(loading->settings->control)).ptr
			: NULL,
		.minds_marks = input->minds_marks,
		.kept = kept,
	};
	size_t errors = loading->diags->errors;
	snapshot->account_findings[0] = loading->diags->list.n;
	snapshot->directory =
	    ub_directory_open(loading->settings, snapshot->org->standard.zone, &start, loading->diags);
	warn_of_ourselves(loading);
	warn_of_owners(loading);
	warn_of_no_owners(loading);
	snapshot->account_errors = loading->diags->errors - errors;
	snapshot->account_findings[1] = loading->diags->list.n;
	ub_arena_defer(loading->arena, close_directory, snapshot->directory);
}

static void do_without_rules(struct loading *loading)
{
	load_rules(loading, 0);
	loading->snapshot->without_rules = true;
}

static struct ub_snapshot *new_snapshot(void)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_snapshot *snapshot = UB_NEW(arena, struct ub_snapshot);
	snapshot->arena = arena;
	atomic_init(&snapshot->holders, 1);
	snapshot->zones = ub_cal_zones_new(ub_sys_zone_source(NULL));
	ub_arena_defer(arena, release_zones, snapshot->zones);
	snapshot->identities = ub_identities_new();
	ub_arena_defer(arena, release_identities, snapshot->identities);
	snapshot->freebusy = ub_freebusy_new();
	ub_arena_defer(arena, release_freebusy, snapshot->freebusy);
	snapshot->loaded = ub_sys_now();
	return snapshot;
}

static void release_held(void *held)
{
	struct ub_snapshot *snapshot = held;
	ub_snapshot_release(&snapshot);
}

struct ub_snapshot *ub_snapshot_load(const struct ub_snapshot_input *input, struct ub_diags *diags)
{
	struct ub_snapshot *snapshot = new_snapshot();
	struct loading loading = {
		.input = input, .snapshot = snapshot, .arena = snapshot->arena, .diags = diags
	};
	size_t errors = diags->errors;
	if (input->present)
		ub_identities_learn_from(snapshot->identities, input->present->identities);
	bool settings = load_settings(&loading);
	bool sound = diags->errors == errors;
	if (settings) {
		errors = diags->errors;
		load_layers(&loading);
		/* Rules would report as missing, at many places, what stands in a file that could not be
		 * read. */
		if (!loading.lacks_a_file)
			load_rules(&loading, loading.n_layers);
		load_holidays(&loading);
		miss_holidays(&loading);
		if (diags->errors > errors && input->may_lack_rules)
			do_without_rules(&loading);
		else
			sound = sound && diags->errors == errors;
	}
	/* A mistake in the accounts is no reason to refuse: the sound ones are used. */
	if (settings)
		load_accounts(&loading);
	/* Nor is a mistake in a secret's file. */
	size_t before = diags->errors;
	if (settings && input->looks_at_secrets)
		snapshot_check_secrets(loading.settings, diags);
	snapshot->secret_errors = diags->errors - before;
	if (settings && input->looks_at_certificates)
		snapshot_check_certificates(loading.settings, diags);
	/* Diagnostics point into the sources, so that the snapshot's memory has to last as long as they
	 * do. */
	if (diags->list.n)
		ub_arena_defer(diags->arena, release_held, ub_snapshot_hold(snapshot));
	if (!sound)
		ub_snapshot_release(&snapshot);
	return snapshot;
}

struct ub_snapshot *ub_snapshot_hold(struct ub_snapshot *snapshot)
{
	atomic_fetch_add(&snapshot->holders, 1);
	return snapshot;
}

bool ub_snapshot_plans_ahead(const struct ub_snapshot *snapshot)
{
	const struct ub_ruleset *rules = snapshot->rules;
	return !snapshot->without_rules && ((snapshot->directory && rules->n_account_rules) ||
					       (snapshot->org->n_teams && rules->n_team_rules));
}

void ub_snapshot_release(struct ub_snapshot **snapshot)
{
	struct ub_snapshot *mine = *snapshot;
	*snapshot = NULL;
	if (!mine || atomic_fetch_sub(&mine->holders, 1) > 1)
		return;
	struct ub_arena *arena = mine->arena; /* the snapshot itself is in it */
	ub_arena_free(&arena);
}
