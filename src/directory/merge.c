/* SPDX-License-Identifier: Apache-2.0 */
#include "directory-private.h"

/*
 * One account of what several sources say of it. Each field is that of the first source which says it, and a
 * list is taken whole: two half lists of stakeholders would be told from none.
 */

static void merge_text(struct ub_text *into, struct ub_text from)
{
	if (into->len == 0)
		*into = from;
}

static void merge_texts(struct ub_texts *into, struct ub_texts from)
{
	if (into->n == 0)
		*into = from;
}

static void merge_notes(struct ub_account_notes *into, struct ub_account_notes from)
{
	if (into->n == 0)
		*into = from;
}

static struct ub_account_field *find_field(struct ub_account_field *fields, size_t n, struct ub_text name)
{
	for (size_t i = 0; i < n; i++)
		if (ub_text_eq(fields[i].decl->name, name))
			return &fields[i];
	return NULL;
}

static void merge_fields(struct ub_account *into, const struct ub_account *from, struct ub_arena *arena)
{
	struct ub_account_field *fields =
	    UB_NEW_ARRAY(arena, struct ub_account_field, into->n_fields + from->n_fields);
	size_t n = into->n_fields;
	for (size_t i = 0; i < n; i++)
		fields[i] = into->fields[i];
	for (size_t i = 0; i < from->n_fields; i++) {
		struct ub_account_field *has = find_field(fields, n, from->fields[i].decl->name);
		if (!has)
			fields[n++] = from->fields[i];
		else if (!has->given)
			*has = from->fields[i];
	}
	into->fields = fields;
	into->n_fields = n;
}

/* How the customer is doing, of one source and its day. */
static void merge_health(struct ub_account *into, const struct ub_account *from)
{
	if (into->health_stale)
		return;
	if (into->health == UB_HEALTH_UNKNOWN && !into->has_score) {
		into->as_of = from->as_of;
		into->health_stale = from->health_stale;
	}
	if (into->health == UB_HEALTH_UNKNOWN) {
		into->health = from->health;
		into->health_since = from->health_since;
	}
	if (!into->has_score) {
		into->has_score = from->has_score;
		into->score = from->score;
	}
}

void directory_merge_account(struct ub_account *into, const struct ub_account *from, struct ub_arena *arena)
{
	merge_text(&into->name, from->name);
	merge_texts(&into->domains, from->domains);
	merge_health(into, from);
	merge_text(&into->parent, from->parent);
	merge_text(&into->tier, from->tier);
	merge_text(&into->stage, from->stage);
	merge_text(&into->language, from->language);
	merge_text(&into->background, from->background);
	merge_text(&into->incumbent, from->incumbent);
	merge_texts(&into->competitors, from->competitors);
	merge_text(&into->owner, from->owner);
	merge_texts(&into->team, from->team);
	merge_text(&into->manager, from->manager);
	if (into->renewal == UB_INSTANT_NONE)
		into->renewal = from->renewal;
	if (into->n_stakeholders == 0) {
		into->stakeholders = from->stakeholders;
		into->n_stakeholders = from->n_stakeholders;
	}
	merge_notes(&into->tickets, from->tickets);
	merge_notes(&into->feature_requests, from->feature_requests);
	merge_notes(&into->insights, from->insights);
	merge_notes(&into->actions, from->actions);
	merge_notes(&into->risks, from->risks);
	merge_fields(into, from, arena);
}

struct ub_account directory_offered_account(const struct offer *offer, size_t i)
{
	struct ub_account account = offer->part->accounts.items[i];
	account.as_of = offer->as_of;
	if (!offer->stale || (account.health == UB_HEALTH_UNKNOWN && !account.has_score))
		return account;
	account.health_stale = true;
	account.health = UB_HEALTH_UNKNOWN;
	account.health_since = UB_INSTANT_NONE;
	account.has_score = false;
	account.score = 0;
	return account;
}
