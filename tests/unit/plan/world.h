/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_PLAN_WORLD_H
#define UPBEAT_TESTS_PLAN_WORLD_H

#include "plan-private.h"

/*
 * A small organization, ours.example: anna and ben work in Berlin, nora in New York, Mon-Fri 09:00-17:30.
 * Anna has a meeting, "Roadmap", on Thursday 2026-11-12 14:00-15:00 in Berlin, with ben, nora,
 * cto@acme.example and a recorder. Each test changes its own part of this.
 */
struct world {
	struct ub_arena *arena;
	struct ub_zones *zones;
	const struct ub_zone *berlin, *new_york;
	struct ub_working_hours office;
	struct ub_org_person people[1]; /* nora's settings */
	struct ub_org org;
	struct ub_party parties[5]; /* anna, ben, nora, cto, recorder */
	struct ub_event event;
	struct ub_account *account; /* NULL: none */
	struct ub_text owner;
	ub_instant now; /* Monday 2026-11-02 12:00 */
	const struct ub_ruleset *rules;
	struct ub_existing *existing;
	size_t n_existing;
	const struct ub_busy *busy; /* none, unless a test sets some */
	size_t n_busy;
	int64_t brought_forward;
	struct ub_form form; /* of the owner's clients */
	bool explain, titles_ask_again;
};

struct world *world_new(void);
void world_free(struct world **world);

/* A civil time in Berlin. */
ub_instant world_at(const struct world *world, const char *text);
void world_meet(struct world *world, const char *start, int minutes);
/* Loads rules from the text below "format: 1\nrules:\n". A mistake in them fails the test. */
void world_rules(struct world *world, const char *text);
/* The same with two templates, "agenda" and "section" (of weight 2, "Role play"). */
void world_rules_and_agenda(struct world *world, const char *text, const char *agenda);
struct ub_plan *world_plan(struct world *world);
/* Makes the items that exist after the plan was carried out. */
void world_apply(struct world *world, const struct ub_plan *plan);
/* The printed plan, without facts. */
const char *world_words(struct world *world, const struct ub_plan *plan);
/* The item of that id. Without one, the test fails. */
const struct ub_item *world_item(const struct ub_plan *plan, const char *id);
/* The text of the note on an item, or NULL. */
const struct ub_note *world_note(const struct ub_plan *plan, const char *id);

#endif
