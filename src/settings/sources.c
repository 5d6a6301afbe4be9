/* SPDX-License-Identifier: Apache-2.0 */
#include "settings-private.h"

static const struct ub_yaml_word field_types[] = {
	{ "string", UB_FIELD_STRING, "a text" },
	{ "int", UB_FIELD_INT, "a whole number" },
	{ "double", UB_FIELD_DOUBLE, "a number" },
	{ "bool", UB_FIELD_BOOL, "true or false" },
	{ "date", UB_FIELD_DATE, "a day like 2026-11-12" },
};

enum audience { INTERNAL, CUSTOMER };
static const struct ub_yaml_word audiences[] = {
	{ "internal", INTERNAL, "for our own people only" },
	{ "customer", CUSTOMER, "may be shown to customers" },
};

/* A field is declared as `NAME: type`, or as `NAME: {type: ..., audience: ...}`. */
struct declaration {
	struct ub_text name;
	struct {
		int type, audience;
	} is;
};

static const struct ub_yaml_type type_field_type = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(field_types) };
static const struct ub_yaml_type type_audience = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(audiences) };
static const struct ub_yaml_field long_fields[] = {
	{ "type", &type_field_type, offsetof(struct declaration, is.type) - offsetof(struct declaration, is),
	    true, "what its values are" },
	{ "audience", &type_audience,
	    offsetof(struct declaration, is.audience) - offsetof(struct declaration, is), false,
	    "who may see it; internal if not said" },
};
static const struct ub_yaml_type type_long = FIELDS(long_fields);

static bool read_declaration(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	if (node->kind == UB_YAML_LIST)
		return ub_yaml_expected(reader, node, type->noun);
	return ub_yaml_read(reader, node->kind == UB_YAML_MAP ? &type_long : &type_field_type, node, out);
}

static const struct ub_yaml_type *const declaration_forms[] = { &type_field_type, &type_long };
static const struct ub_yaml_type type_declaration = { .shape = UB_YAML_CUSTOM,
	.noun = "a type like `string`",
	.read = read_declaration,
	.any_of = declaration_forms,
	.n_any_of = UB_COUNT(declaration_forms) };
/* Whether expressions can write the name: account.fields.NAME. */
static bool is_name(struct ub_text text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		if (!letter && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return text.len > 0;
}

static bool check_names(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	bool good = true;
	(void)type, (void)out;
	for (size_t i = 0; i < node->n; i++)
		if (!is_name(node->entries[i].key->text))
			good =
			    ub_yaml_expected(reader, node->entries[i].key, "a name of letters, digits and _");
	return good;
}

static const struct ub_yaml_type type_declarations = { .shape = UB_YAML_MAP_OF,
	.item = &type_declaration,
	.item_size = sizeof(struct declaration),
	.item_offset = offsetof(struct declaration, is),
	.key_offset = offsetof(struct declaration, name),
	.check = check_names };

struct source {
	struct ub_text source;
	struct ub_settings_path path;
	int64_t refresh, timeout, max_age, max_loss, priority;
	UB_VEC(struct declaration) fields;
};

static const struct ub_yaml_word yaml_word[] = { { "yaml", 0, "an account file" } };
static const struct ub_yaml_type type_yaml_name = { .shape = UB_YAML_TEXT, UB_YAML_WORDS(yaml_word) };
static const struct ub_yaml_type type_plugin_name = { .shape = UB_YAML_CUSTOM,
	.noun = "the name of a source like `yaml` or `csv`",
	.read = settings_read_plugin_name,
	.pattern = "^(?!yaml$)[a-z0-9][a-z0-9-]*$" };

static const struct ub_yaml_type type_priority = { .shape = UB_YAML_INT, .min = -1000, .max = 1000 };

static bool read_percent(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_text number = node->text;
	int64_t percent = -1;
	if (ub_text_ends(number, UB_TEXT("%")))
		number.len--;
	else
		number.len = 0;
	if (!ub_text_to_int(number, &percent) || percent < 0 || percent > 100)
		return ub_yaml_expected(reader, node, type->noun);
	*(int64_t *)out = percent;
	return true;
}

static const struct ub_yaml_type type_percent = { .shape = UB_YAML_CUSTOM,
	.noun = "a percentage like `25%`",
	.read = read_percent,
	.pattern = "^[0-9]{1,3}%$" };

#define SOURCE(member) offsetof(struct source, member)
#define SOURCE_FIELDS                                                                                        \
	{ "priority", &type_priority, SOURCE(priority), false,                                               \
		"whose word holds where several sources know an account; 0 if not said" },                   \
	    { "refresh", &settings_type_seconds, SOURCE(refresh), false,                                     \
		    "how long until it is looked at again" },                                                \
	    { "max_age", &settings_type_seconds, SOURCE(max_age), false,                                     \
		    "how old it may be to say how customers are doing" },                                    \
	    { "max_loss", &type_percent, SOURCE(max_loss), false,                                            \
		    "how many accounts may go at once, as `25%`" },                                          \
	{                                                                                                    \
		"fields", &type_declarations, SOURCE(fields), false,                                         \
		    "fields of its own that accounts have, with their types"                                 \
	}
static const struct ub_yaml_field yaml_fields[] = {
	{ "source", &type_yaml_name, SOURCE(source), true, "the kind of source" },
	{ "path", &settings_type_path, SOURCE(path), true, "the file" },
	SOURCE_FIELDS,
};
static const struct ub_yaml_field plugin_fields[] = {
	{ "source", &type_plugin_name, SOURCE(source), true, "the plugin" },
	{ "timeout", &settings_type_seconds, SOURCE(timeout), false,
	    "how long it may take; 60s if not said" },
	SOURCE_FIELDS,
};
static const struct ub_yaml_type type_yaml_source = FIELDS(yaml_fields);
static const struct ub_yaml_type type_plugin_source = {
	.shape = UB_YAML_FIELDS, UB_YAML_TABLE(plugin_fields), .open = true
};

const char *ub_settings_source_key(size_t i)
{
	return i < UB_COUNT(plugin_fields) ? plugin_fields[i].name : NULL;
}

/* Which of the two forms the map has. One that names no source is read as the common one. */
static const struct ub_yaml_type *form_of(const struct ub_yaml_node *node)
{
	const struct ub_yaml_node *name = node->kind == UB_YAML_MAP ? ub_yaml_get(node, "source") : NULL;
	return !name || ub_text_is(name->text, "yaml") ? &type_yaml_source : &type_plugin_source;
}

static bool read_source(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct source raw = { .max_loss = UB_ACCOUNTS_LOSS_PERCENT };
	(void)type;
	if (!ub_yaml_read(reader, form_of(node), node, &raw))
		return false;
	struct ub_account_field_decl *fields =
	    UB_NEW_ARRAY(reader->arena, struct ub_account_field_decl, raw.fields.n);
	for (size_t i = 0; i < raw.fields.n; i++) {
		const struct declaration *from = &raw.fields.items[i];
		fields[i] = (struct ub_account_field_decl){ from->name, (enum ub_field_type)from->is.type,
			from->is.audience == CUSTOMER };
	}
	*(struct ub_settings_source *)out = (struct ub_settings_source){
		.source = raw.source,
		.source_place = ub_yaml_get(node, "source")->place,
		.file = raw.path,
		.refresh = raw.refresh,
		.timeout = raw.timeout,
		.max_age = raw.max_age,
		.max_loss = raw.max_loss,
		.priority = raw.priority,
		.node = node,
		.fields = fields,
		.n_fields = raw.fields.n,
		.place = node->place,
	};
	return true;
}

static const struct ub_yaml_type *const source_forms[] = { &type_yaml_source, &type_plugin_source };
static const struct ub_yaml_type type_source = { .shape = UB_YAML_CUSTOM,
	.noun = "an account source",
	.read = read_source,
	.any_of = source_forms,
	.n_any_of = UB_COUNT(source_forms) };
/* ---- all of them ---- */

static const struct ub_account_field_decl *find_field(
    const struct ub_account_field_decl *fields, size_t n, struct ub_text name)
{
	for (size_t i = 0; i < n; i++)
		if (ub_text_eq(fields[i].name, name))
			return &fields[i];
	return NULL;
}

static bool same_fields(const struct ub_yaml_reader *reader, const struct ub_settings_source *source,
    const struct ub_settings_source *first)
{
	for (size_t i = 0; i < source->n_fields; i++) {
		const struct ub_account_field_decl *field = &source->fields[i];
		const struct ub_account_field_decl *other =
		    find_field(first->fields, first->n_fields, field->name);
		if (!other || (other->type == field->type && other->customer == field->customer))
			continue;
		struct ub_diag *diag = ub_error(reader->diags, "field-differs", source->place,
		    "this source declares the field `%.*s` otherwise than another one", UB_ARGS(field->name));
		diag->related = first->place;
		diag->related_message = UB_TEXT("the other one");
		return false;
	}
	return true;
}

/* A field that several sources declare must be the same in all of them. */
static bool check_sources(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct sources *sources = out;
	bool good = true;
	(void)type, (void)node;
	for (size_t i = 1; i < sources->n; i++)
		for (size_t j = 0; j < i; j++)
			good &= same_fields(reader, &sources->items[i], &sources->items[j]);
	return good;
}

void settings_fill_sources(struct ub_arena *arena, struct ub_settings *settings, const struct sources *from)
{
	UB_VEC(struct ub_account_field_decl) fields = { 0 };
	for (size_t i = 0; i < from->n; i++) {
		const struct ub_settings_source *source = &from->items[i];
		for (size_t f = 0; f < source->n_fields; f++)
			if (!find_field(fields.items, fields.n, source->fields[f].name))
				*ub_push(arena, &fields) = source->fields[f];
	}
	settings->sources = from->items;
	settings->n_sources = from->n;
	settings->fields = fields.items;
	settings->n_fields = fields.n;
}

const struct ub_yaml_type settings_type_sources = { .shape = UB_YAML_LIST_OF,
	.item = &type_source,
	.item_size = sizeof(struct ub_settings_source),
	.check = check_sources };
