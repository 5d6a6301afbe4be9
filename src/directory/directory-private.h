/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_DIRECTORY_PRIVATE_H
#define UPBEAT_DIRECTORY_PRIVATE_H

#include "upbeat/directory.h"

/* ---- sources ---- */

/* What one source gave at one time. Immutable and counted; everything is in its arena. */
struct part {
	struct ub_arena *arena;
	_Atomic unsigned holders;
	struct {
		struct ub_account *items;
		size_t n, cap;
	} accounts;
	struct ub_place *places; /* of each account, where there is a file to point to */
};

/* A kind of source. */
struct source_ops {
	const char *name;
	/* A text, in the arena, that changes whenever there may be something new. */
	const char *(*stamp)(const struct ub_settings_source *settings, struct ub_arena *arena);
	/* Fills the part. What is wrong is reported; false: there is nothing to use. */
	bool (*read)(const struct ub_settings_source *settings, const struct ub_zone *zone, struct part *part,
	    struct ub_diags *diags);
};

extern const struct source_ops yaml_source;

/* ---- part.c ---- */

struct part *part_new(void);
struct part *part_hold(struct part *part);
void part_release(struct part **part);

/* ---- account.c ---- */

/* Reads the accounts of a file. False: it is nothing that accounts could be read from (reported). */
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
	/* To the account's number in items, plus one. */
	struct ub_map *by_id, *by_address, *by_domain, *by_registrable;
};

/* The part of a domain that somebody registered ("acme.co.uk" of "eu.acme.co.uk"); empty: it is a public
 * suffix itself. */
struct ub_text registrable_domain(struct ub_text domain, struct ub_arena *arena);

/* A snapshot of the parts, which it holds from now on. What two accounts both claim goes to `diags`. */
struct ub_accounts *index_accounts(struct part *const *parts, size_t n, struct ub_diags *diags);

#endif
