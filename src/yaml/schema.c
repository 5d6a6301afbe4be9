/* SPDX-License-Identifier: Apache-2.0 */
#include "yaml-private.h"

/*
 * The JSON Schema of a type, draft 2020-12. The schema says of a file what the tables say: its keys, which of
 * them have to be there, words, kinds of values. What readers make of a text is for `check`.
 */

/* A type that was met. A type that is met twice, within itself too, is written once, below "$defs". */
struct met {
	const struct ub_yaml_type *type;
	struct ub_text name; /* of the first key that has this type */
	bool shared;
};

struct schema {
	struct ub_arena *arena;
	struct ub_buf *out;
	struct ub_map *names;
	UB_VEC(struct met) met;
};

/* ---- which types there are ---- */

static struct met *find(struct schema *schema, const struct ub_yaml_type *type)
{
	for (size_t i = 0; i < schema->met.n; i++)
		if (schema->met.items[i].type == type)
			return &schema->met.items[i];
	return NULL;
}

static bool is_simple(const struct ub_yaml_type *type)
{
	return !type->n_fields && !type->n_words && !type->n_any_of && !type->item;
}

static struct ub_text new_name(struct schema *schema, struct ub_text wanted)
{
	struct ub_text name = wanted;
	for (unsigned n = 2; ub_map_get(schema->names, name); n++)
		name = ub_textf(schema->arena, "%.*s-%u", UB_ARGS(wanted), n);
	ub_map_put(schema->names, name, schema);
	return name;
}

static void meet(struct schema *schema, const struct ub_yaml_type *type, struct ub_text key)
{
	struct met *known = find(schema, type);
	if (is_simple(type))
		return;
	if (known) {
		if (!known->shared)
			known->name = new_name(schema, known->name);
		known->shared = true;
		return;
	}
	*ub_push(schema->arena, &schema->met) = (struct met){ .type = type, .name = key };
	for (size_t i = 0; i < type->n_fields; i++)
		meet(schema, type->fields[i].type, ub_text(type->fields[i].name));
	for (size_t i = 0; i < type->n_any_of; i++)
		meet(schema, type->any_of[i], key);
	if (type->item && !type->n_any_of)
		meet(schema, type->item, key);
}

/* ---- JSON ---- */

static void put_string(struct ub_buf *out, const char *text)
{
	ub_buf_char(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			ub_buf_char(out, '\\');
		ub_buf_char(out, *text);
	}
	ub_buf_char(out, '"');
}

static void put_words(struct ub_buf *out, const struct ub_yaml_type *type)
{
	bool told = false;
	ub_buf_str(out, "\"enum\":[");
	for (size_t i = 0; i < type->n_words; i++) {
		ub_buf_str(out, i ? "," : "");
		put_string(out, type->words[i].name);
		told |= type->words[i].doc != NULL;
	}
	ub_buf_str(out, "]");
	if (!told)
		return;
	/* "enumDescriptions" is no word of the standard: editors show these texts beside the words. */
	ub_buf_str(out, ",\"enumDescriptions\":[");
	for (size_t i = 0; i < type->n_words; i++) {
		ub_buf_str(out, i ? "," : "");
		put_string(out, type->words[i].doc ? type->words[i].doc : "");
	}
	ub_buf_str(out, "]");
}

static void put_type(struct schema *schema, const struct ub_yaml_type *type, const char *doc);

static void put_required(struct ub_buf *out, const struct ub_yaml_type *type)
{
	size_t n = 0;
	for (size_t i = 0; i < type->n_fields; i++) {
		if (!type->fields[i].required)
			continue;
		ub_buf_str(out, n++ ? "," : ",\"required\":[");
		put_string(out, type->fields[i].name);
	}
	ub_buf_str(out, n ? "]" : "");
}

static void put_fields(struct schema *schema, const struct ub_yaml_type *type)
{
	struct ub_buf *out = schema->out;
	ub_buf_printf(out, "\"type\":\"object\",\"additionalProperties\":%s,\"properties\":{",
	    type->open ? "true" : "false");
	for (size_t i = 0; i < type->n_fields; i++) {
		ub_buf_str(out, i ? ",\n" : "\n");
		put_string(out, type->fields[i].name);
		ub_buf_str(out, ":");
		put_type(schema, type->fields[i].type, type->fields[i].doc);
	}
	ub_buf_str(out, "}");
	put_required(out, type);
}

static void put_list(struct schema *schema, const struct ub_yaml_type *type)
{
	ub_buf_str(schema->out, "\"type\":\"array\",");
	if (type->max)
		ub_buf_printf(schema->out, "\"minItems\":%lld,\"maxItems\":%lld,", (long long)type->min,
		    (long long)type->max);
	ub_buf_str(schema->out, "\"items\":");
	put_type(schema, type->item, NULL);
}

static void put_one_or_list(struct schema *schema, const struct ub_yaml_type *type)
{
	ub_buf_str(schema->out, "\"anyOf\":[");
	put_type(schema, type->item, NULL);
	ub_buf_str(schema->out, ",{");
	put_list(schema, type);
	ub_buf_str(schema->out, "}]");
}

static void put_any_of(struct schema *schema, const struct ub_yaml_type *type)
{
	ub_buf_str(schema->out, "\"anyOf\":[");
	for (size_t i = 0; i < type->n_any_of; i++) {
		ub_buf_str(schema->out, i ? "," : "");
		put_type(schema, type->any_of[i], NULL);
	}
	ub_buf_str(schema->out, "]");
}

static void put_pattern(struct ub_buf *out, const char *pattern)
{
	ub_buf_str(out, "\"type\":\"string\",\"pattern\":");
	put_string(out, pattern);
}

/* A scalar has no type of its own. YAML as editors read it gives a scalar one. */
static void put_scalar(struct schema *schema, const struct ub_yaml_type *type)
{
	if (type->n_words)
		put_words(schema->out, type);
	else if (type->pattern)
		put_pattern(schema->out, type->pattern);
	else
		ub_buf_str(schema->out, "\"type\":[\"string\",\"number\",\"boolean\"]");
}

/* Prints the members that say what the type is, without braces. */
static void put_body(struct schema *schema, const struct ub_yaml_type *type)
{
	switch (type->n_any_of ? UB_YAML_CUSTOM : type->shape) {
	case UB_YAML_TEXT:
	case UB_YAML_CHOICE:
		put_scalar(schema, type);
		break;
	case UB_YAML_BOOL:
		ub_buf_str(schema->out, "\"enum\":[true,false,\"yes\",\"no\"]");
		break;
	case UB_YAML_INT:
		ub_buf_printf(schema->out, "\"type\":\"integer\",\"minimum\":%lld,\"maximum\":%lld",
		    (long long)type->min, (long long)type->max);
		break;
	case UB_YAML_FIELDS:
		put_fields(schema, type);
		break;
	case UB_YAML_LIST_OF:
		put_list(schema, type);
		break;
	case UB_YAML_ONE_OR_LIST_OF:
		put_one_or_list(schema, type);
		break;
	case UB_YAML_MAP_OF:
		ub_buf_str(schema->out, "\"type\":\"object\",\"additionalProperties\":");
		put_type(schema, type->item, NULL);
		break;
	case UB_YAML_NODE:
		break;
	case UB_YAML_CUSTOM:
		if (type->n_any_of)
			put_any_of(schema, type);
		else
			put_scalar(schema, type);
		break;
	}
}

static void put_type(struct schema *schema, const struct ub_yaml_type *type, const char *doc)
{
	const struct met *met = find(schema, type);
	while (type->n_any_of == 1 && !(met && met->shared)) {
		type = type->any_of[0];
		met = find(schema, type);
	}
	bool anything = type->shape == UB_YAML_NODE && !type->n_any_of;
	ub_buf_str(schema->out, "{");
	if (doc) {
		ub_buf_str(schema->out, "\"description\":");
		put_string(schema->out, doc);
		ub_buf_str(schema->out, anything ? "" : ",");
	}
	if (met && met->shared)
		ub_buf_printf(schema->out, "\"$ref\":\"#/$defs/%.*s\"", UB_ARGS(met->name));
	else
		put_body(schema, type);
	ub_buf_str(schema->out, "}");
}

void ub_yaml_schema(const struct ub_yaml_type *type, const char *title, struct ub_buf *out)
{
	struct schema schema = { .arena = out->arena, .out = out, .names = ub_map_new(out->arena) };
	size_t n = 0;
	meet(&schema, type, UB_TEXT("file"));
	ub_buf_str(out, "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\n\"title\":");
	put_string(out, title);
	ub_buf_str(out, ",\n");
	put_body(&schema, type);
	for (size_t i = 0; i < schema.met.n; i++) {
		const struct met *met = &schema.met.items[i];
		if (!met->shared)
			continue;
		ub_buf_str(out, n++ ? ",\n" : ",\n\"$defs\":{\n");
		ub_buf_printf(out, "\"%.*s\":{", UB_ARGS(met->name));
		put_body(&schema, met->type);
		ub_buf_str(out, "}");
	}
	ub_buf_str(out, n ? "}}\n" : "}\n");
}
