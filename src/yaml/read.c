/* SPDX-License-Identifier: Apache-2.0 */
#include "yaml-private.h"

#include <string.h>

/* A longer list of keys or words is not repeated in a help line. */
#define NAMES_MAX 40

const struct ub_yaml_type ub_yaml_type_any_text = { .shape = UB_YAML_TEXT };
const struct ub_yaml_type ub_yaml_type_bool = { .shape = UB_YAML_BOOL };
const struct ub_yaml_type ub_yaml_type_node = { .shape = UB_YAML_NODE };
const struct ub_yaml_type ub_yaml_type_texts = {
	.shape = UB_YAML_LIST_OF, .item = &ub_yaml_type_text, .item_size = sizeof(struct ub_text)
};
const struct ub_yaml_type ub_yaml_type_text_or_list = {
	.shape = UB_YAML_ONE_OR_LIST_OF, .item = &ub_yaml_type_text, .item_size = sizeof(struct ub_text)
};

static bool check_not_empty(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct ub_text *text = out;
	return text->len > 0 || ub_yaml_expected(reader, node, type->noun ? type->noun : "a text");
}

const struct ub_yaml_type ub_yaml_type_text = { .shape = UB_YAML_TEXT, .check = check_not_empty };

/* ---- words for messages ---- */

static const char *const shape_nouns[] = {
	[UB_YAML_TEXT] = "a text",
	[UB_YAML_BOOL] = "true or false",
	[UB_YAML_INT] = "a whole number",
	[UB_YAML_CHOICE] = "one of its words",
	[UB_YAML_FIELDS] = "a map of `key: value`",
	[UB_YAML_LIST_OF] = "a list",
	[UB_YAML_ONE_OR_LIST_OF] = "a list",
	[UB_YAML_MAP_OF] = "a map of `name: value`",
	[UB_YAML_NODE] = "a value",
	[UB_YAML_CUSTOM] = "another value",
};

static const char *noun_of(const struct ub_yaml_type *type)
{
	return type->noun ? type->noun : shape_nouns[type->shape];
}

bool ub_yaml_has_printed_quotes(struct ub_text text)
{
	static const char *const quotes[] = { "\u2018", "\u2019", "\u201A", "\u201C", "\u201D", "\u201E",
		"\u00AB", "\u00BB", "\u2039", "\u203A" };
	for (size_t i = 0; i < UB_COUNT(quotes); i++)
		if (ub_text_find(text, ub_text(quotes[i]), 0) != SIZE_MAX)
			return true;
	return false;
}

bool ub_yaml_expected(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node, const char *noun)
{
	if (node->broken)
		return false;
	struct ub_text found = ub_textf(reader->arena, "`%.*s`", UB_ARGS(node->text));
	if (node->kind == UB_YAML_LIST)
		found = node->n ? UB_TEXT("a list") : UB_TEXT("an empty list");
	else if (node->kind == UB_YAML_MAP)
		found = node->n ? UB_TEXT("a map") : UB_TEXT("an empty map");
	else if (node->text.len == 0)
		found = UB_TEXT("nothing");
	else if (node->text.len > UB_YAML_SHOWN_MAX || ub_text_find(node->text, UB_TEXT("\n"), 0) != SIZE_MAX)
		found = UB_TEXT("another text");
	struct ub_diag *diag = ub_error(reader->diags, "wrong-value", ub_yaml_first_line(node),
	    "expected %s, found %.*s", noun, UB_ARGS(found));
	if (node->kind == UB_YAML_SCALAR && ub_yaml_has_printed_quotes(node->text))
		ub_diag_set_help(
		    reader->diags, diag, "printed quotes belong to the text: those of YAML are ' and \"");
	return false;
}

/* The one of n names that was meant; empty: none. `names` is an array of structs of `size` bytes that
 * begin with a name. */
static struct ub_text suggest(
    const struct ub_yaml_reader *reader, struct ub_text word, const void *names, size_t size, size_t n)
{
	struct ub_text *texts = UB_NEW_ARRAY(reader->arena, struct ub_text, n);
	for (size_t i = 0; i < n; i++) {
		const char *name;
		memcpy(&name, (const char *)names + i * size, sizeof(name));
		texts[i] = ub_text(name);
	}
	return ub_suggest(word, texts, n);
}

/* The help is "did you mean `x`?", else all the names if these are not many. */
static void help_with_names(const struct ub_yaml_reader *reader, struct ub_diag *diag, struct ub_text word,
    const void *names, size_t size, size_t n)
{
	struct ub_buf all = UB_BUF(reader->arena);
	struct ub_text near = suggest(reader, word, names, size, n);
	if (near.len) {
		ub_diag_set_help(reader->diags, diag, "did you mean `%.*s`?", UB_ARGS(near));
		return;
	}
	for (size_t i = 0; i < n && n <= NAMES_MAX; i++) {
		const char *name;
		memcpy(&name, (const char *)names + i * size, sizeof(name));
		ub_buf_printf(&all, "%s`%s`", i == 0 ? "" : i + 1 < n ? ", " : " or ", name);
	}
	if (all.len)
		ub_diag_set_help(reader->diags, diag, "it can be %.*s", UB_ARGS(ub_buf_text(&all)));
}

/* ---- scalars ---- */

static const struct ub_yaml_word *find_word(const struct ub_yaml_word *words, size_t n, struct ub_text name)
{
	for (size_t i = 0; i < n; i++)
		if (ub_text_is(name, words[i].name))
			return &words[i];
	return NULL;
}

/* The word that the scalar is. NULL: the scalar is none, which is reported. */
static const struct ub_yaml_word *read_word(
    const struct ub_yaml_reader *reader, const struct ub_yaml_type *type, const struct ub_yaml_node *node)
{
	const struct ub_yaml_word *word = find_word(type->words, type->n_words, node->text);
	if (word)
		return word;
	struct ub_diag *diag = ub_error(reader->diags, "unknown-word", ub_yaml_first_line(node),
	    "unknown word `%.*s`", UB_ARGS(node->text));
	help_with_names(reader, diag, node->text, type->words, sizeof(*type->words), type->n_words);
	return NULL;
}

static bool read_text(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	if (node->kind != UB_YAML_SCALAR || ub_yaml_is_empty(node))
		return ub_yaml_expected(reader, node, noun_of(type));
	if (type->n_words && !read_word(reader, type, node))
		return false;
	*(struct ub_text *)out = node->text;
	return true;
}

static bool read_choice(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	if (node->kind != UB_YAML_SCALAR || ub_yaml_is_empty(node))
		return ub_yaml_expected(reader, node, noun_of(type));
	const struct ub_yaml_word *word = read_word(reader, type, node);
	if (word)
		*(int *)out = word->value;
	return word != NULL;
}

static const struct ub_yaml_word truths[] = {
	{ "true", true, NULL },
	{ "false", false, NULL },
	{ "yes", true, NULL },
	{ "no", false, NULL },
};

static bool read_bool(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	bool scalar = node->kind == UB_YAML_SCALAR;
	const struct ub_yaml_word *word = scalar ? find_word(truths, UB_COUNT(truths), node->text) : NULL;
	if (!word)
		return ub_yaml_expected(reader, node, type->noun ? type->noun : "`yes` or `no`");
	*(bool *)out = word->value;
	return true;
}

static bool read_int(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	int64_t value;
	if (node->kind != UB_YAML_SCALAR || !ub_text_to_int(node->text, &value))
		return ub_yaml_expected(reader, node, noun_of(type));
	if (value < type->min || value > type->max) {
		ub_error(reader->diags, "out-of-range", node->place, "%lld is not between %lld and %lld",
		    (long long)value, (long long)type->min, (long long)type->max);
		return false;
	}
	*(int64_t *)out = value;
	return true;
}

static bool read_node(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	(void)reader, (void)type;
	*(const struct ub_yaml_node **)out = node;
	return true;
}

static bool read_custom(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	return type->read(reader, type, node, out);
}

/* ---- lists and maps ---- */

/* The hint for a node that is not the list or map that was expected: what people write when they mean one. */
static const char *meant_by(const struct ub_yaml_node *node, enum ub_yaml_kind kind)
{
	if (node->kind == UB_YAML_MAP)
		return node->n == 0 ? NULL : "begin each entry of the list with `- `";
	if (node->kind == UB_YAML_LIST)
		return node->n ? "a map has no `- ` before its keys" : NULL;
	if (ub_yaml_is_empty(node))
		return "indent the lines that belong to it";
	if (kind == UB_YAML_LIST && ub_text_starts(node->text, UB_TEXT("-")))
		return "put a blank after each `-`";
	if (kind == UB_YAML_LIST)
		return "a list of one is written in brackets: [...]";
	if (ub_text_find(node->text, UB_TEXT("="), 0) != SIZE_MAX ||
	    ub_text_find(node->text, UB_TEXT(":"), 0) != SIZE_MAX)
		return "put a colon and a blank between key and value";
	return NULL;
}

bool ub_yaml_expected_kind(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node,
    enum ub_yaml_kind kind, const char *noun)
{
	size_t before = reader->diags->list.n;
	ub_yaml_expected(reader, node, noun);
	const char *help = node->kind != kind ? meant_by(node, kind) : NULL;
	if (help && reader->diags->list.n > before)
		ub_diag_set_help(reader->diags, &reader->diags->list.items[before], "%s", help);
	return false;
}

static bool is_kind(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, enum ub_yaml_kind kind)
{
	return node->kind == kind || ub_yaml_expected_kind(reader, node, kind, noun_of(type));
}

/* Every UB_VEC has this shape. The vector is copied in and out, since the types of the items differ. */
struct elements {
	char *items;
	size_t n, cap;
};

static void *add_element(const struct ub_yaml_reader *reader, struct elements *to, size_t size)
{
	to->items = ub_vec_grow(reader->arena, to->items, &to->cap, to->n, size);
	return to->items + size * to->n++;
}

static bool read_items(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *const *nodes, size_t n, void *out)
{
	bool good = true;
	struct elements elements = { 0 };
	for (size_t i = 0; i < n; i++) {
		char *element = add_element(reader, &elements, type->item_size);
		if (ub_yaml_read(reader, type->item, nodes[i], element + type->item_offset))
			continue;
		good = false;
		elements.n--;
	}
	memcpy(out, &elements, sizeof(elements));
	return good;
}

static bool read_list(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	if (!is_kind(reader, type, node, UB_YAML_LIST))
		return false;
	return read_items(reader, type, node->items, node->n, out);
}

static bool read_one_or_list(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	if (node->kind == UB_YAML_LIST)
		return read_items(reader, type, node->items, node->n, out);
	return read_items(reader, type, &node, 1, out);
}

static bool read_map(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	bool good = true;
	struct elements elements = { 0 };
	if (!is_kind(reader, type, node, UB_YAML_MAP))
		return false;
	for (size_t i = 0; i < node->n; i++) {
		char *element = add_element(reader, &elements, type->item_size);
		*(struct ub_text *)(void *)(element + type->key_offset) = node->entries[i].key->text;
		if (ub_yaml_read(reader, type->item, node->entries[i].value, element + type->item_offset))
			continue;
		good = false;
		elements.n--;
	}
	memcpy(out, &elements, sizeof(elements));
	return good;
}

/* ---- maps with known keys ---- */

static const struct ub_yaml_field *find_field(const struct ub_yaml_type *type, struct ub_text name)
{
	for (size_t i = 0; i < type->n_fields; i++)
		if (ub_text_is(name, type->fields[i].name))
			return &type->fields[i];
	return NULL;
}

static void report_unknown(
    const struct ub_yaml_reader *reader, const struct ub_yaml_type *type, const struct ub_yaml_node *key)
{
	struct ub_diag *diag = ub_error(
	    reader->diags, "unknown-key", ub_yaml_first_line(key), "unknown key `%.*s`", UB_ARGS(key->text));
	struct ub_yaml_field *fields = UB_NEW_ARRAY(reader->arena, struct ub_yaml_field, type->n_fields);
	size_t n = 0;
	for (size_t i = 0; i < type->n_fields; i++)
		if (!type->fields[i].type->refused)
			fields[n++] = type->fields[i];
	help_with_names(reader, diag, key->text, fields, sizeof(*fields), n);
}

/* Whether an unknown key of the map is this field misspelt: one mistake gets one report. */
static bool is_misspelt(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, const struct ub_yaml_field *field)
{
	for (size_t i = 0; i < node->n; i++) {
		struct ub_text key = node->entries[i].key->text;
		if (!find_field(type, key) &&
		    ub_text_is(
			suggest(reader, key, type->fields, sizeof(*field), type->n_fields), field->name))
			return true;
	}
	return false;
}

/* Whether one key is missing and one key is unknown: then the unknown one is the missing
 * one by a wrong name. */
static bool is_misnamed(const struct ub_yaml_type *type, const struct ub_yaml_node *node)
{
	size_t missing = 0, unknown = 0;
	for (size_t i = 0; i < type->n_fields; i++)
		missing += type->fields[i].required && !ub_yaml_get(node, type->fields[i].name);
	for (size_t i = 0; i < node->n && !type->open; i++)
		unknown += !find_field(type, node->entries[i].key->text);
	return missing == 1 && unknown == 1;
}

static bool report_missing(
    const struct ub_yaml_reader *reader, const struct ub_yaml_type *type, const struct ub_yaml_node *node)
{
	bool good = true;
	for (size_t i = 0; i < type->n_fields; i++) {
		const struct ub_yaml_field *field = &type->fields[i];
		if (!field->required || ub_yaml_get(node, field->name))
			continue;
		good = false;
		if (is_misspelt(reader, type, node, field) || is_misnamed(type, node))
			continue;
		struct ub_diag *diag = ub_error(
		    reader->diags, "missing-key", ub_yaml_first_line(node), "`%s` is missing", field->name);
		if (field->doc)
			ub_diag_set_help(reader->diags, diag, "%s: %s", field->name, field->doc);
	}
	return good;
}

static bool read_fields(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	if (!is_kind(reader, type, node, UB_YAML_MAP))
		return false;
	bool good = report_missing(reader, type, node);
	for (size_t i = 0; i < node->n; i++) {
		const struct ub_yaml_entry *entry = &node->entries[i];
		const struct ub_yaml_field *field = find_field(type, entry->key->text);
		if (!field && type->open)
			continue;
		if (!field)
			report_unknown(reader, type, entry->key);
		good &= field && ub_yaml_read(reader, field->type, entry->value, (char *)out + field->offset);
	}
	return good;
}

static ub_yaml_read_fn *const readers[] = {
	[UB_YAML_TEXT] = read_text,
	[UB_YAML_BOOL] = read_bool,
	[UB_YAML_INT] = read_int,
	[UB_YAML_CHOICE] = read_choice,
	[UB_YAML_FIELDS] = read_fields,
	[UB_YAML_LIST_OF] = read_list,
	[UB_YAML_ONE_OR_LIST_OF] = read_one_or_list,
	[UB_YAML_MAP_OF] = read_map,
	[UB_YAML_NODE] = read_node,
	[UB_YAML_CUSTOM] = read_custom,
};

bool ub_yaml_read(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	if (node->broken)
		return false;
	bool good = readers[type->shape](reader, type, node, out);
	return good && (!type->check || type->check(reader, type, node, out));
}
