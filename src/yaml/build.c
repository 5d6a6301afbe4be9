/* SPDX-License-Identifier: Apache-2.0 */
#include "yaml-private.h"

/* A map with this many keys gets an index. */
#define INDEX_FROM 8

struct builder {
	struct ub_arena *arena;
	const struct ub_source *source;
	const struct ub_place *mended;
	size_t n_mended;
	struct ub_diags *diags;
	struct door *door;
	size_t nodes;
	bool stopped; /* nothing more can be read: libyaml has an error, or a limit is reached */
	struct event *error;
};

static struct ub_yaml_node *build_node(struct builder *builder, const struct event *event, size_t depth);

static struct ub_place place_of(const struct builder *builder, size_t from, size_t to)
{
	return (struct ub_place){ builder->source, from, to > from ? to - from : 0 };
}

static void next(struct builder *builder, struct event *event)
{
	ub_yaml_door_next(builder->door, event);
	if (event->kind != EVENT_ERROR)
		return;
	builder->stopped = true;
	*builder->error = *event;
}

/* ---- what is refused though libyaml takes it ---- */

/* Whether a part of the scalar was blanked. */
static bool is_mended(const struct builder *builder, const struct event *event)
{
	size_t to = event->to > event->from ? event->to : event->from + 1;
	for (size_t i = 0; i < builder->n_mended; i++) {
		const struct ub_place *place = &builder->mended[i];
		if (event->from < place->at + place->len && place->at < to)
			return event->kind == EVENT_SCALAR;
	}
	return false;
}

/* Reports a value that YAML took for something else than text. The report covers the rest
 * of the value's line. */
static void refuse(struct builder *builder, struct ub_yaml_node *node, const char *code, const char *message)
{
	struct ub_text text = builder->source->text;
	struct ub_place place = ub_yaml_value_on_line(builder->source, node->place.at);
	if (place.at > node->place.at)
		place = node->place;
	struct ub_diag *diag = ub_error(builder->diags, code, place, "%s", message);
	ub_yaml_help_to_quote(builder->diags, diag, ub_text_sub(text, place.at, place.at + place.len));
	node->broken = true;
}

static void check_properties(struct builder *builder, const struct event *event, struct ub_yaml_node *node)
{
	struct ub_text text = builder->source->text;
	bool standard = ub_text_starts(ub_text_sub(text, event->from, text.len), UB_TEXT("!!"));
	if (event->tagged && standard) {
		struct ub_diag *diag =
		    ub_error(builder->diags, "yaml-tag", node->place, "YAML tags are not used here");
		ub_diag_set_help(
		    builder->diags, diag, "take it out: what a value is, is said by the key it belongs to");
		node->broken = true;
	} else if (event->tagged) {
		refuse(builder, node, "yaml-tag", "unquoted, `!` starts a YAML tag");
	} else if (event->anchored) {
		refuse(builder, node, "yaml-anchor", "unquoted, `&` starts a YAML anchor");
	} else if (event->kind == EVENT_ALIAS) {
		refuse(builder, node, "yaml-alias", "unquoted, `*` starts a YAML alias");
	}
}

static bool is_braces(const struct builder *builder, size_t at)
{
	return ub_text_starts(ub_text_sub(builder->source->text, at, at + 2), UB_TEXT("{{"));
}

/* ---- keys ---- */

/* The index holds the number of each entry plus one. */
static const struct ub_yaml_entry *find_entry(
    const struct ub_yaml_entry *entries, size_t n, const struct ub_map *index, struct ub_text key)
{
	size_t number = index ? (size_t)(uintptr_t)ub_map_get(index, key) : 0;
	if (index)
		return number ? &entries[number - 1] : NULL;
	for (size_t i = 0; i < n; i++)
		if (ub_text_eq(entries[i].key->text, key))
			return &entries[i];
	return NULL;
}

const struct ub_yaml_node *ub_yaml_get(const struct ub_yaml_node *map, const char *key)
{
	const struct ub_yaml_entry *entry = find_entry(map->entries, map->n, map->index, ub_text(key));
	return entry ? entry->value : NULL;
}

/* Reports a key that cannot be a key. */
static bool check_key(struct builder *builder, const struct ub_yaml_node *key)
{
	struct ub_diag *diag = NULL;
	if (key->broken)
		return false;
	if (key->kind != UB_YAML_SCALAR) {
		diag = ub_error(builder->diags, "yaml-key", key->place, "a key must be a text");
		ub_diag_set_help(builder->diags, diag, "a text that starts with a bracket needs quotes");
	} else if (key->style == UB_YAML_PLAIN && ub_text_is(key->text, "<<")) {
		diag =
		    ub_error(builder->diags, "yaml-merge", key->place, "YAML merge keys are not used here");
		ub_diag_set_help(builder->diags, diag, "write the keys out");
	} else if (key->text.len == 0) {
		diag = ub_error(builder->diags, "yaml-key", key->place, "a key is missing before the colon");
	}
	return !diag;
}

static void report_duplicate(
    struct builder *builder, const struct ub_yaml_node *key, const struct ub_yaml_entry *first)
{
	struct ub_diag *diag = ub_error(
	    builder->diags, "duplicate-key", key->place, "`%.*s` is given twice", UB_ARGS(key->text));
	ub_diag_set_help(builder->diags, diag, "delete one of the two");
	diag->related = first->key->place;
	diag->related_message = UB_TEXT("first given here");
}

/* ---- lists and maps ---- */

/* The shape is that of a UB_VEC, for ub_push. */
struct entries {
	struct ub_yaml_entry *items;
	size_t n, cap;
	struct ub_map *index;
};

static void index_entry(struct builder *builder, struct entries *entries)
{
	if (entries->n == INDEX_FROM) {
		entries->index = ub_map_new(builder->arena);
		for (size_t i = 0; i + 1 < entries->n; i++)
			ub_map_put(entries->index, entries->items[i].key->text, (void *)(uintptr_t)(i + 1));
	}
	if (entries->index)
		ub_map_put(
		    entries->index, entries->items[entries->n - 1].key->text, (void *)(uintptr_t)entries->n);
}

static void add_entry(struct builder *builder, struct entries *entries, const struct ub_yaml_node *key,
    const struct ub_yaml_node *value)
{
	const struct ub_yaml_entry *first = find_entry(entries->items, entries->n, entries->index, key->text);
	if (first) {
		report_duplicate(builder, key, first);
		return;
	}
	*ub_push(builder->arena, entries) = (struct ub_yaml_entry){ key, value };
	index_entry(builder, entries);
}

/* A flow list or map ends at its bracket. A block list or map ends where its last part ends. */
static void end_place(struct ub_yaml_node *node, const struct event *end, const struct ub_yaml_node *last)
{
	char first = node->place.source->text.ptr[node->place.at];
	bool flow = first == '{' || first == '[';
	size_t to = flow || !last ? end->to : last->place.at + last->place.len;
	node->place.len = to > node->place.at ? to - node->place.at : 0;
}

static void build_map(struct builder *builder, struct ub_yaml_node *node, size_t depth)
{
	struct entries entries = { 0 };
	const struct ub_yaml_node *last = NULL;
	struct event event;
	for (next(builder, &event); !builder->stopped && event.kind != EVENT_END; next(builder, &event)) {
		const struct ub_yaml_node *key = build_node(builder, &event, depth);
		if (builder->stopped)
			break;
		next(builder, &event);
		last = builder->stopped ? NULL : build_node(builder, &event, depth);
		if (last && check_key(builder, key))
			add_entry(builder, &entries, key, last);
		if (builder->stopped)
			break;
	}
	node->entries = entries.items;
	node->n = entries.n;
	node->index = entries.index;
	end_place(node, &event, last);
}

static void build_list(struct builder *builder, struct ub_yaml_node *node, size_t depth)
{
	UB_VEC(const struct ub_yaml_node *) items = { 0 };
	struct event event;
	for (next(builder, &event); !builder->stopped && event.kind != EVENT_END; next(builder, &event)) {
		*ub_push(builder->arena, &items) = build_node(builder, &event, depth);
		if (builder->stopped)
			break;
	}
	node->items = items.items;
	node->n = items.n;
	end_place(node, &event, items.n ? items.items[items.n - 1] : NULL);
}

/* To YAML, `{{ x }}` without quotes is a map in a map. */
static void build_braces(struct builder *builder, struct ub_yaml_node *node, size_t depth)
{
	struct ub_diags unheard = UB_DIAGS(builder->arena), *heard = builder->diags;
	builder->diags = &unheard;
	build_map(builder, node, depth);
	builder->diags = heard;
	if (!builder->stopped)
		refuse(builder, node, "yaml-braces", "unquoted, `{` starts a YAML map");
}

static void stop(
    struct builder *builder, struct ub_place place, const char *code, const char *what, size_t max)
{
	ub_error(builder->diags, code, place, "%s; %zu are allowed", what, max);
	builder->stopped = true;
}

static bool within_limits(struct builder *builder, const struct ub_yaml_node *node, size_t depth)
{
	struct ub_place place = { builder->source, node->place.at, 1 };
	if (depth > UB_YAML_DEPTH_MAX)
		stop(builder, place, "too-deep", "too many lists and maps within each other",
		    UB_YAML_DEPTH_MAX);
	else if (++builder->nodes > UB_YAML_NODES_MAX)
		stop(builder, place, "too-many-values", "too many values in one file", UB_YAML_NODES_MAX);
	return !builder->stopped;
}

/* Never NULL. `depth` is the depth of the list or map around the node. */
static struct ub_yaml_node *build_node(struct builder *builder, const struct event *event, size_t depth)
{
	struct ub_yaml_node *node = UB_NEW(builder->arena, struct ub_yaml_node);
	node->place = place_of(builder, event->from, event->to);
	node->text = event->text;
	node->style = event->style;
	node->kind = event->kind == EVENT_LIST  ? UB_YAML_LIST
		     : event->kind == EVENT_MAP ? UB_YAML_MAP
						: UB_YAML_SCALAR;
	node->broken = is_mended(builder, event);
	if (!within_limits(builder, node, depth + (node->kind != UB_YAML_SCALAR)))
		return node;
	check_properties(builder, event, node);
	if (event->kind == EVENT_LIST)
		build_list(builder, node, depth + 1);
	else if (event->kind == EVENT_MAP && is_braces(builder, event->from))
		build_braces(builder, node, depth + 1);
	else if (event->kind == EVENT_MAP)
		build_map(builder, node, depth + 1);
	else if (node->style == UB_YAML_PLAIN && !node->broken)
		node->broken = !ub_yaml_check_comment(node, builder->diags) ||
			       !ub_yaml_check_dashes(node, builder->diags);
	return node;
}

/* ---- the file ---- */

static void report_second_document(struct builder *builder, const struct event *event)
{
	struct ub_diag *diag = ub_error(builder->diags, "yaml-documents",
	    place_of(builder, event->from, event->to), "a second YAML document begins here");
	ub_diag_set_help(builder->diags, diag, "put it in a file of its own");
}

static struct ub_yaml_node *build_root(struct builder *builder)
{
	struct ub_yaml_node *root = NULL;
	struct event event;
	for (next(builder, &event); !builder->stopped && event.kind != EVENT_STREAM_END;
	     next(builder, &event)) {
		if (event.kind == EVENT_DOCUMENT && root) {
			report_second_document(builder, &event);
			return root;
		}
		if (event.kind != EVENT_DOCUMENT && event.kind != EVENT_DOCUMENT_END)
			root = build_node(builder, &event, 0);
		if (builder->stopped)
			break;
	}
	return builder->stopped ? NULL : root;
}

const struct ub_yaml_node *ub_yaml_build(struct ub_arena *arena, const struct ub_source *source,
    struct ub_text text, const struct ub_place *mended, size_t n_mended, struct ub_diags *diags,
    struct event *error)
{
	struct builder builder = { .arena = arena,
		.source = source,
		.mended = mended,
		.n_mended = n_mended,
		.diags = diags,
		.door = ub_yaml_door_open(arena, text),
		.error = error };
	struct ub_yaml_node *root = build_root(&builder);
	ub_yaml_door_close(&builder.door);
	return root;
}
