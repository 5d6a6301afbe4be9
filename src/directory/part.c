/* SPDX-License-Identifier: Apache-2.0 */
#include "directory-private.h"

/* The accounts that a source gave, which live as long as somebody holds them. */

struct part *part_new(void)
{
	struct ub_arena *arena = ub_arena_new();
	struct part *part = UB_NEW(arena, struct part);
	part->arena = arena;
	part->holders = 1;
	part->as_of = UB_INSTANT_NONE;
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
