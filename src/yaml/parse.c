/* SPDX-License-Identifier: Apache-2.0 */
#include "yaml-private.h"

#include <string.h>

/*
 * libyaml stops at its first error. To report further errors, the value in which libyaml stumbled is blanked
 * in a copy of the text, and the copy is read again. The copy changes byte for byte, so that places stay. The
 * value becomes a broken node.
 */
struct mending {
	const struct ub_source *source;
	char *text;
	struct ub_place places[UB_YAML_REPAIRS_MAX];
	size_t n;
};

/* False: the place cannot be mended, or was mended in vain. */
static bool mend(struct mending *mending, struct ub_place place)
{
	if (place.len == 0 || mending->n == UB_YAML_REPAIRS_MAX)
		return false;
	for (size_t i = 0; i < mending->n; i++)
		if (place.at < mending->places[i].at + mending->places[i].len &&
		    mending->places[i].at < place.at + place.len)
			return false;
	memset(mending->text + place.at, ' ', place.len);
	mending->text[place.at] = '~';
	mending->places[mending->n++] = place;
	return true;
}

/* Whether the line of the place has a tab that was reported: nobody knows how deep the tab was meant. */
static bool is_known_line(const struct ub_diags *diags, struct ub_place place)
{
	for (size_t i = 0; i < diags->list.n; i++) {
		const struct ub_diag *diag = &diags->list.items[i];
		size_t from = diag->place.at < place.at ? diag->place.at : place.at;
		size_t to = diag->place.at < place.at ? place.at : diag->place.at;
		if (diag->place.source == place.source && strcmp(diag->code, "tab") == 0 &&
		    ub_text_find(ub_text_sub(place.source->text, from, to), UB_TEXT("\n"), 0) == SIZE_MAX)
			return true;
	}
	return false;
}

static void append(struct ub_diags *to, const struct ub_diags *from)
{
	for (size_t i = 0; i < from->list.n; i++) {
		const struct ub_diag *diag = &from->list.items[i];
		if (strcmp(diag->code, "yaml-indentation") == 0 && is_known_line(to, diag->place))
			continue;
		*ub_diag_add(to, diag->severity, diag->code, diag->place, "%s", "") = *diag;
	}
}

static const struct ub_yaml_node *parse_mending(
    struct ub_arena *arena, struct mending *mending, struct ub_diags *diags)
{
	struct ub_text text = { mending->text, mending->source->text.len };
	for (;;) {
		struct event error = { .kind = EVENT_STREAM_END };
		struct ub_diags found = UB_DIAGS(arena);
		const struct ub_yaml_node *root =
		    ub_yaml_build(arena, mending->source, text, mending->places, mending->n, &found, &error);
		struct ub_diags explained = UB_DIAGS(arena);
		bool again = error.kind == EVENT_ERROR &&
			     mend(mending, ub_yaml_explain(mending->source, &error, &explained));
		append(diags, &explained);
		if (again)
			continue;
		append(diags, &found);
		return root;
	}
}

const struct ub_yaml_node *ub_yaml_parse(
    struct ub_arena *arena, const struct ub_source *source, struct ub_diags *diags)
{
	if (!ub_yaml_screen(source, diags))
		return NULL;
	size_t errors = diags->errors;
	struct mending mending = { .source = source, .text = ub_text_cstr(arena, source->text) };
	ub_yaml_replace_tabs(source, mending.text, diags);
	const struct ub_yaml_node *root = parse_mending(arena, &mending, diags);
	struct ub_place start = { source, 0, 0 };
	if (!root && diags->errors == errors)
		ub_error(diags, "empty-file", start, "the file holds nothing");
	return root;
}

bool ub_yaml_is_empty(const struct ub_yaml_node *node)
{
	return node->kind == UB_YAML_SCALAR && node->style == UB_YAML_PLAIN && node->text.len == 0 &&
	       !node->broken;
}
