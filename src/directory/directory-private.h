/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_DIRECTORY_PRIVATE_H
#define UPBEAT_DIRECTORY_PRIVATE_H

#include "upbeat/directory.h"

/* ---- sources ---- */

/* The accounts that one source gave at one time. A part is immutable and counted, and everything is in its
 * arena. */
struct part {
	struct ub_arena *arena;
	_Atomic unsigned holders;
	struct {
		struct ub_account *items;
		size_t n, cap;
	} accounts;
	struct ub_place *places; /* of each account; NULL: the source has no file */
};

/* A kind of source. */
struct source_ops {
	const char *name;
	/* A text, in the arena. A new text tells that the source may have news. */
	const char *(*stamp)(const struct ub_settings_source *settings, struct ub_arena *arena);
	/* Fills the part. Mistakes are reported. False: the source has nothing that can be used. */
	bool (*read)(const struct ub_settings_source *settings, const struct ub_zone *zone, struct part *part,
	    struct ub_diags *diags);
};

extern const struct source_ops yaml_source;

/* ---- part.c ---- */

struct part *part_new(void);
struct part *part_hold(struct part *part);
void part_release(struct part **part);

/* ---- account.c ---- */

/* Reads the accounts of a file. False: the file holds no accounts, which has been reported. */
bool read_accounts(const struct ub_source *source, const struct ub_settings_source *settings,
    const struct ub_zone *zone, struct part *part, struct ub_diags *diags);

/* ---- match.c ---- */

struct ub_accounts {
	struct ub_arena *arena;
	_Atomic unsigned holders;
	struct part **parts; /* held */
	size_t n_parts;
	const struct ub_account **items; /* of all parts, ids distinct */
	size_t n;
	/* From the key to the account's number in `items`, plus one. */
	struct ub_map *by_id, *by_address, *by_domain, *by_registrable;
};

/* The registered part of a domain ("acme.co.uk" of "eu.acme.co.uk"). Empty: the domain is itself a public
 * suffix. */
struct ub_text registrable_domain(struct ub_text domain, struct ub_arena *arena);

/* Makes a snapshot, which holds the parts from now on. Conflicts between accounts go to `diags`. */
struct ub_accounts *index_accounts(struct part *const *parts, size_t n, struct ub_diags *diags);

#endif
