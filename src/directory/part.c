/* SPDX-License-Identifier: Apache-2.0 */
#include "directory-private.h"

#include <string.h>

/* The accounts that a source gave, which live as long as somebody holds them. */

static void drop_said(void *dropped)
{
	part_drop_said(dropped);
}

struct part *part_new(void)
{
	struct ub_arena *arena = ub_arena_new();
	struct part *part = UB_NEW(arena, struct part);
	part->arena = arena;
	part->holders = 1;
	part->as_of = UB_INSTANT_NONE;
	ub_arena_defer(arena, drop_said, part);
	return part;
}

struct part *part_hold(struct part *part)
{
	part->holders++;
	return part;
}

void part_release(struct part **part)
{
	struct part *mine = *part;
	*part = NULL;
	if (!mine || --mine->holders > 0)
		return;
	struct ub_arena *arena = mine->arena; /* the part itself is in this arena */
	ub_arena_free(&arena);
}

void part_note(struct part *part, struct ub_text said)
{
	part->said = said;
	ub_sha256(said, part->digest);
}

void part_drop_said(struct part *part)
{
	part->said = UB_TEXT_NONE;
	ub_arena_free(&part->said_arena);
}

bool part_says_same(const struct part *a, const struct part *b)
{
	return memcmp(a->digest, b->digest, sizeof(a->digest)) == 0;
}

const struct ub_settings_source *part_settings(struct part *part, const struct ub_settings_source *settings)
{
	struct ub_arena *arena = part->arena;
	struct ub_settings_source *copy = UB_NEW(arena, struct ub_settings_source);
	struct ub_account_field_decl *fields =
	    UB_NEW_ARRAY(arena, struct ub_account_field_decl, settings->n_fields);
	*copy = *settings;
	copy->file.path = ub_text_copy(arena, settings->file.path);
	for (size_t i = 0; i < settings->n_fields; i++) {
		fields[i] = settings->fields[i];
		fields[i].name = ub_text_copy(arena, fields[i].name);
	}
	copy->fields = fields;
	if (settings->place.source) {
		struct ub_source *source = UB_NEW(arena, struct ub_source);
		source->name = ub_text_copy(arena, settings->place.source->name);
		source->text = ub_text_copy(arena, settings->place.source->text);
		copy->place.source = copy->source_place.source = source;
		copy->file.place.source = settings->file.place.source ? source : NULL;
	}
	copy->node = NULL;
	return copy;
}
