/* SPDX-License-Identifier: Apache-2.0 */
#include "directory-private.h"

#include "upbeat/yaml.h"

/*
 * The values that a plugin gives become the nodes that a file would have given, and go to the one reader of
 * accounts. The nodes of one account live until that account is read, so that a hundred thousand accounts
 * need no tree of a hundred thousand.
 */

/* A list or map that is not whole yet. */
struct level {
	struct ub_yaml_node *node;
	const struct ub_yaml_node *key; /* map: the key whose value comes next */
	UB_VEC(const struct ub_yaml_node *) items;
	UB_VEC(struct ub_yaml_entry) entries;
};

struct tree {
	struct tree_input input;
	struct ub_arena *arena; /* of the nodes of one account */
	struct level levels[UB_YAML_DEPTH_MAX];
	size_t depth;
	UB_VEC(const struct ub_source *) documents;
	struct ub_buf said; /* all that was given, piece by piece */
	struct ub_map *ids; /* of the accounts so far, to the number of the account plus one */
	bool broken;        /* the plugin does not give trees, which is reported */
	bool twice;         /* two accounts have one id, which is reported */
};

struct tree *tree_new(const struct tree_input *input)
{
	struct ub_arena *arena = input->part->arena;
	struct tree *tree = UB_NEW(arena, struct tree);
	tree->input = *input;
	tree->arena = ub_arena_new();
	input->part->said_arena = ub_arena_new();
	tree->said = UB_BUF(input->part->said_arena);
	tree->ids = ub_map_new(arena);
	*ub_push(arena, &tree->documents) = NULL;
	*ub_push(arena, &tree->documents) = input->settings;
	return tree;
}

void tree_free(struct tree **tree)
{
	ub_arena_free(&(*tree)->arena);
	*tree = NULL;
}

/* ---- documents ---- */

size_t tree_document(struct tree *tree, struct ub_text name, struct ub_text text)
{
	struct ub_arena *arena = tree->input.part->arena;
	struct ub_source *source = UB_NEW(arena, struct ub_source);
	*source = (struct ub_source){ ub_text_copy(arena, name), ub_text_copy(arena, text) };
	*ub_push(arena, &tree->documents) = source;
	return tree->documents.n - 1;
}

struct ub_place tree_place(const struct tree *tree, struct ub_plugin_place place)
{
	if (place.document == 0 || place.document >= tree->documents.n)
		return tree->input.source;
	const struct ub_source *source = tree->documents.items[place.document];
	size_t at = place.at < source->text.len ? place.at : source->text.len;
	size_t rest = source->text.len - at;
	return (struct ub_place){ source, at, place.len < rest ? place.len : rest };
}

/* ---- nodes ---- */

static void break_tree(struct tree *tree, struct ub_place place, const char *what)
{
	if (!tree->broken) {
		struct ub_diag *diag = ub_error(tree->input.reading->diags, "bad-plugin", place,
		    "the plugin gives no sound accounts: %s", what);
		ub_diag_set_help(
		    tree->input.reading->diags, diag, "this is a fault of the plugin: tell its author");
	}
	tree->broken = true;
}

static bool same_key(const struct level *level, struct ub_text key)
{
	for (size_t i = 0; i < level->entries.n; i++)
		if (ub_text_eq(level->entries.items[i].key->text, key))
			return true;
	return false;
}

/* The next account, whose nodes are not needed any more when this returns. */
static void take_account(struct tree *tree, const struct ub_yaml_node *node)
{
	struct part *part = tree->input.part;
	size_t before = part->accounts.n;
	if (directory_is_people(node))
		directory_read_people(tree->input.reading, node, part);
	else
		directory_read_account(tree->input.reading, node, part);
	if (part->accounts.n == before)
		return;
	struct ub_text id = part->accounts.items[before].id;
	uintptr_t first = (uintptr_t)ub_map_get(tree->ids, id);
	if (!first) {
		ub_map_put(tree->ids, id, (void *)(uintptr_t)(before + 1));
		return;
	}
	struct ub_diags *diags = tree->input.reading->diags;
	struct ub_diag *diag = ub_error(
	    diags, "account-twice", node->place, "there is another account with the id `%.*s`", UB_ARGS(id));
	ub_diag_set_help(diags, diag, "the accounts that were read before stay until one of the two is gone");
	diag->related = part->places.items[first - 1];
	part->accounts.n = part->places.n = before;
	diag->related_message = UB_TEXT("the other one");
	tree->twice = true;
}

static void take_value(struct tree *tree, const struct ub_yaml_node *node)
{
	struct level *level = tree->depth ? &tree->levels[tree->depth - 1] : NULL;
	if (!level)
		break_tree(tree, node->place, "a text or list stands where an account should");
	else if (level->node->kind == UB_YAML_LIST)
		*ub_push(tree->arena, &level->items) = node;
	else if (level->key)
		*ub_push(tree->arena, &level->entries) = (struct ub_yaml_entry){ level->key, node };
	else
		break_tree(tree, node->place, "a value has no key");
	if (level)
		level->key = NULL;
}

static struct ub_yaml_node *new_node(struct tree *tree, enum ub_yaml_kind kind, struct ub_plugin_place place)
{
	struct ub_yaml_node *node = UB_NEW(tree->arena, struct ub_yaml_node);
	node->kind = kind;
	node->style = UB_YAML_DOUBLE_QUOTED; /* so that an empty text is a text */
	node->place = tree_place(tree, place);
	return node;
}

/* One line a piece, so that a person can read it; the length says where a text with lines of its own ends. */
static void note(struct tree *tree, const char *what, struct ub_text text)
{
	ub_buf_printf(&tree->said, "%s %zu ", what, text.len);
	ub_buf_add(&tree->said, text);
	ub_buf_char(&tree->said, '\n');
}

void tree_begin(struct tree *tree, bool map, struct ub_plugin_place place)
{
	struct ub_yaml_node *node = new_node(tree, map ? UB_YAML_MAP : UB_YAML_LIST, place);
	if (tree->depth == UB_YAML_DEPTH_MAX)
		break_tree(tree, node->place, "lists and maps are nested too deeply");
	if (tree->depth == 0 && !map)
		break_tree(tree, node->place, "a list stands where an account should");
	if (tree->broken)
		return;
	note(tree, map ? "{" : "[", UB_TEXT_NONE);
	tree->levels[tree->depth++] = (struct level){ .node = node };
}

void tree_end(struct tree *tree, bool map)
{
	if (tree->broken)
		return;
	struct level *level = tree->depth ? &tree->levels[tree->depth - 1] : NULL;
	if (!level || (level->node->kind == UB_YAML_MAP) != map || level->key) {
		break_tree(tree, tree->input.source, "a list or map ends that was not begun so");
		return;
	}
	note(tree, map ? "}" : "]", UB_TEXT_NONE);
	struct ub_yaml_node *node = level->node;
	node->items = level->items.items;
	node->entries = level->entries.items;
	node->n = map ? level->entries.n : level->items.n;
	tree->depth--;
	if (tree->depth > 0) {
		take_value(tree, node);
		return;
	}
	take_account(tree, node);
	ub_arena_reset(tree->arena);
}

void tree_scalar(struct tree *tree, bool key, struct ub_text text, struct ub_plugin_place place)
{
	if (tree->broken)
		return;
	struct ub_yaml_node *node = new_node(tree, UB_YAML_SCALAR, place);
	node->text = ub_text_copy(key ? tree->arena : tree->input.part->arena, text);
	if (!ub_text_utf8_valid(text)) {
		break_tree(tree, node->place, "a text is not UTF-8");
		return;
	}
	note(tree, key ? "key" : "text", text);
	if (!key) {
		take_value(tree, node);
		return;
	}
	struct level *level = tree->depth ? &tree->levels[tree->depth - 1] : NULL;
	if (!level || level->node->kind != UB_YAML_MAP || level->key || same_key(level, text))
		break_tree(tree, node->place, "a key stands outside of a map, or twice");
	else
		level->key = node;
}

/* Takes the next piece off: what it is, and its text. */
static bool next_piece(struct ub_text *said, struct ub_text *what, struct ub_text *text)
{
	struct ub_text digits;
	int64_t len;
	if (!ub_text_split(said, ' ', what) || !ub_text_split(said, ' ', &digits) ||
	    !ub_text_to_int(digits, &len) || len < 0 || (size_t)len >= said->len || said->ptr[len] != '\n')
		return false;
	*text = ub_text_sub(*said, 0, (size_t)len);
	*said = ub_text_sub(*said, (size_t)len + 1, said->len);
	return true;
}

bool tree_replay(struct tree *tree, struct ub_text said)
{
	const struct ub_plugin_place nowhere = { 0 };
	struct ub_text what, text;
	while (said.len > 0) {
		if (!next_piece(&said, &what, &text))
			return false;
		bool map = ub_text_is(what, "{") || ub_text_is(what, "}");
		if (ub_text_is(what, "{") || ub_text_is(what, "["))
			tree_begin(tree, map, nowhere);
		else if (ub_text_is(what, "}") || ub_text_is(what, "]"))
			tree_end(tree, map);
		else
			tree_scalar(tree, ub_text_is(what, "key"), text, nowhere);
	}
	return true;
}

bool tree_finish(struct tree *tree)
{
	if (tree->depth > 0)
		break_tree(tree, tree->input.source, "an account does not end");
	part_note(tree->input.part, ub_buf_text(&tree->said));
	return !tree->broken && !tree->twice;
}
