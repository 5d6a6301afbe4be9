/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include <string.h>

#include "rules-private.h"

/* Directories of files become a rule set, or a list of all their mistakes. */

/* ---- one file ---- */

static bool read_format(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	(void)type, (void)out;
	if (node->kind == UB_YAML_SCALAR && ub_text_is(node->text, "1"))
		return true;
	struct ub_diag *diag = ub_error(
	    reader->diags, "unknown-format", ub_yaml_first_line(node), "this is not a format that is known");
	ub_diag_set_help(reader->diags, diag, "write `format: 1`");
	return false;
}

static const struct ub_yaml_type format_number = { .shape = UB_YAML_INT, .min = 1, .max = 1 };
const struct ub_yaml_type ub_rules_format_type = {
	.shape = UB_YAML_CUSTOM, .read = read_format, UB_YAML_ANY_OF(&format_number)
};
static const struct ub_yaml_type definitions_type = UB_YAML_LATER(UB_YAML_MAP_OF, rules_condition_type);
static const struct ub_yaml_type rules_type = UB_YAML_LATER(UB_YAML_LIST_OF, rules_rule_type);
static const struct ub_yaml_type changes_type = UB_YAML_LATER(UB_YAML_LIST_OF, rules_change_type);

static const struct ub_yaml_field file_fields[] = {
	{ "format", &ub_rules_format_type, 0, true, "begin the file with `format: 1`" },
	{ "define", &definitions_type, offsetof(struct rule_file, define), false,
	    "named conditions and values" },
	{ "rules", &rules_type, offsetof(struct rule_file, rules), false, "the rules" },
	{ "change", &changes_type, offsetof(struct rule_file, change), false,
	    "changes to rules of an earlier directory" },
};

const struct ub_yaml_type ub_rules_file_type = { .shape = UB_YAML_FIELDS,
	.noun = "a map with `format`, `define` and `rules`",
	UB_YAML_TABLE(file_fields) };

static void load_rule_file(struct loader *loader, const struct ub_rule_file *file, size_t layer)
{
	const struct ub_yaml_node *root = ub_yaml_parse(loader->arena, &file->source, loader->diags);
	struct rule_file *read = ub_push(loader->arena, &loader->files);
	read->file = file;
	read->layer = layer;
	if (root && root->kind == UB_YAML_MAP && ub_yaml_get(root, "tests") && !ub_yaml_get(root, "rules")) {
		struct ub_place start = { &file->source, 0, 0 };
		struct ub_diag *diag = ub_error(
		    loader->diags, "wrong-kind", start, "this is a file of rule tests, among the rules");
		ub_diag_set_help(loader->diags, diag, "move it into the folder `tests/`");
	} else if (root) {
		ub_yaml_read(&loader->reader, &ub_rules_file_type, root, read);
	} else {
		loader->unread = true;
	}
}

/* Reports two texts of the same name, such as agenda.md and agenda.txt. */
static void report_twice(
    struct loader *loader, const struct ub_rule_file *file, const struct ub_rule_file *first)
{
	struct ub_place place = { &file->source, 0, 0 };
	struct ub_diag *diag = ub_error(loader->diags, "duplicate-template", place,
	    "this directory has another file of this template's name");
	ub_diag_set_help(loader->diags, diag, "delete one of the two, or rename it");
	diag->related = (struct ub_place){ &first->source, 0, 0 };
	diag->related_message = UB_TEXT("the other one is here");
}

static void warn_empty(struct loader *loader, const struct ub_rule_file *file)
{
	if (ub_text_trim(file->source.text).len)
		return;
	struct ub_place place = { &file->source, 0, 0 };
	struct ub_diag *diag = ub_warning(loader->diags, "empty-file", place, "this template is empty");
	ub_diag_set_help(loader->diags, diag, "write its text, or delete the file and what names it");
}

/* `names`: the texts of this directory so far. */
static void add_template(
    struct loader *loader, const struct ub_rule_file *file, struct ub_text name, struct ub_map *names)
{
	size_t dot = name.len;
	while (dot > 0 && name.ptr[dot - 1] != '.')
		dot--;
	if (dot <= 1 || ub_text_find(name, UB_TEXT("/"), 0) != SIZE_MAX)
		return;
	name = ub_text_sub(name, 0, dot - 1);
	const struct ub_rule_file *first = ub_map_put(names, name, (void *)file);
	if (first)
		report_twice(loader, file, first);
	warn_empty(loader, file);
	ub_template_set_add(loader->templates, name, &file->source, loader->diags);
}

/* ---- which file is what ---- */

static bool cut(struct ub_text *text, struct ub_text prefix)
{
	if (!ub_text_starts(*text, prefix))
		return false;
	*text = ub_text_sub(*text, prefix.len, text->len);
	return true;
}

static void add_holidays(struct ub_ruleset *set, const struct ub_rule_file *file)
{
	struct ub_text name = file->path;
	if (cut(&name, UB_TEXT("holidays/")) && ub_text_ends(name, UB_TEXT(".ics")))
		ub_map_put(set->holiday_files, ub_text_sub(name, 0, name.len - strlen(".ics")), (void *)file);
}

static void load_layer_rules(struct loader *loader, size_t layer)
{
	const struct ub_rule_layer *from = &loader->input->layers[layer];
	for (size_t i = 0; i < from->n_files; i++) {
		const struct ub_rule_file *file = &from->files[i];
		bool top = ub_text_find(file->path, UB_TEXT("/"), 0) == SIZE_MAX;
		if (top && ub_text_ends(file->path, UB_TEXT(".yaml")))
			load_rule_file(loader, file, layer);
		else
			rules_warn_not_read(loader, file);
	}
}

static void load_layer_templates(struct loader *loader, struct ub_ruleset *set, size_t layer)
{
	const struct ub_rule_layer *from = &loader->input->layers[layer];
	struct ub_map *names = ub_map_new(loader->arena);
	for (size_t i = 0; i < from->n_files; i++) {
		struct ub_text name = from->files[i].path;
		add_holidays(set, &from->files[i]);
		if (rules_is_template(&from->files[i]) && cut(&name, UB_TEXT("templates/")))
			add_template(loader, &from->files[i], name, names);
	}
}

/* ---- the whole ---- */

static const void *find_zone(void *zones, struct ub_text name)
{
	return ub_cal_zone_find(zones, name);
}

static int32_t zone_offset(const void *zone, int64_t instant)
{
	return ub_cal_offset(zone, instant);
}

/* What expressions are checked against. A file that could not be read may define names. */
static void make_language(struct loader *loader)
{
	const struct ub_rules_input *input = loader->input;
	struct ub_arena *arena = loader->arena;
	struct ub_cel_zones *zones = UB_NEW(arena, struct ub_cel_zones);
	*zones = (struct ub_cel_zones){ (void *)input->zones, find_zone, zone_offset };
	struct ub_cel_config config = {
		.zones = input->zones ? zones : NULL, .strict = true, .lacks_names = loader->unread
	};
	loader->env = ub_cel_env_new(arena, &config);
	ub_facts_declare(loader->env, input->fields, input->n_fields, arena);
	loader->templates = ub_template_set_new(loader->env, arena);
	loader->people = ub_cel_type_parse(loader->env, arena, UB_TEXT("list(person)"));
	loader->colleagues = ub_cel_type_parse(loader->env, arena, UB_TEXT("list(colleague)"));
}

static void start(
    struct loader *loader, const struct ub_rules_input *input, struct ub_diags *diags, struct ub_arena *arena)
{
	*loader = (struct loader){ .arena = arena,
		.diags = diags,
		.input = input,
		.places = ub_map_new(arena),
		.definitions = ub_map_new(arena),
		.changed = ub_map_new(arena) };
	loader->reader = (struct ub_yaml_reader){ arena, diags, loader };
}

static const struct ub_rule *finish_rule(struct loader *loader, struct loaded_rule *loaded, size_t index)
{
	struct ub_rule_item *items = UB_NEW_ARRAY(loader->arena, struct ub_rule_item, loaded->n_items);
	for (size_t i = 0; i < loaded->n_items; i++)
		items[i] = loaded->items[i].item;
	loaded->rule.items = items;
	loaded->rule.n_items = loaded->n_items;
	loaded->rule.amends = loaded->amends;
	loaded->rule.n_amends = loaded->n_amends;
	loaded->rule.index = index;
	return &loaded->rule;
}

static bool rule_needs_customer(const struct ub_rule *rule)
{
	if (!rule->enabled || rule->subject != UB_FOR_MEETING)
		return true;
	for (size_t i = 0; i < rule->when.n; i++) {
		const struct ub_cel_program *part = rule->when.items[i].program;
		if (part && ub_cel_program_needs(part, UB_TEXT("meeting"), UB_TEXT("customer")))
			return true;
	}
	return false;
}

static void collect(struct loader *loader, struct ub_ruleset *set, struct loaded_rule *loaded)
{
	rules_settle_instances(loader, loaded);
	size_t *n = loaded->rule.subject == UB_FOR_ACCOUNT ? &set->n_account_rules
		    : loaded->rule.subject == UB_FOR_TEAM  ? &set->n_team_rules
							   : &set->n_rules;
	size_t index;
	const struct ub_rule **list = ub_rules_of(set, loaded->rule.subject, &index);
	list[index] = finish_rule(loader, loaded, index);
	set->amends |= loaded->n_amends && loaded->rule.enabled;
	set->needs_customer &= rule_needs_customer(list[index]);
	*n = index + 1;
}

/* Collects the rules in the order in which they are tried, the last directory's first. */
static void collect_rules(struct loader *loader, struct ub_ruleset *set)
{
	set->needs_customer = true;
	set->rules = UB_NEW_ARRAY(loader->arena, const struct ub_rule *, loader->rules.n);
	set->account_rules = UB_NEW_ARRAY(loader->arena, const struct ub_rule *, loader->rules.n);
	set->team_rules = UB_NEW_ARRAY(loader->arena, const struct ub_rule *, loader->rules.n);
	for (size_t layer = loader->input->n_layers; layer-- > 0;)
		for (size_t i = 0; i < loader->rules.n; i++) {
			struct loaded_rule *loaded = loader->rules.items[i];
			if (loaded->layer == layer && rules_is_tried(loaded))
				collect(loader, set, loaded);
		}
}

/* Names of fields are never computed, so that what is read stands in some file by its name. */
static bool names_history(const struct ub_rule_file *file)
{
	static const char *const names[] = { "last_meeting", "next_meeting", "seen" };
	bool found = false;
	for (size_t i = 0; i < UB_COUNT(names); i++)
		found |= ub_text_find(file->source.text, ub_text(names[i]), 0) != SIZE_MAX;
	return found && !ub_text_starts(file->path, UB_TEXT("tests/"));
}

static bool reads_history(const struct ub_rules_input *input)
{
	for (size_t i = 0; i < input->n_layers; i++)
		for (size_t j = 0; j < input->layers[i].n_files; j++)
			if (names_history(&input->layers[i].files[j]))
				return true;
	return false;
}

/* Whether the reader of the files has reported a file that cannot be read. */
static bool lacks_files(const struct ub_diags *diags)
{
	for (size_t i = 0; i < diags->list.n; i++)
		if (strcmp(diags->list.items[i].code, "cannot-read") == 0)
			return true;
	return false;
}

const struct ub_ruleset *ub_rules_load(
    const struct ub_rules_input *input, struct ub_diags *diags, struct ub_arena *arena)
{
	size_t errors_before = diags->errors;
	struct loader loader;
	struct ub_ruleset *set = UB_NEW(arena, struct ub_ruleset);
	start(&loader, input, diags, arena);
	loader.unread = lacks_files(diags);
	for (size_t i = 0; i < input->n_layers; i++)
		load_layer_rules(&loader, i);
	make_language(&loader);
	set->holiday_files = ub_map_new(arena);
	set->env = loader.env;
	set->templates = loader.templates;
	rules_load_definitions(&loader);
	for (size_t i = 0; i < input->n_layers; i++)
		load_layer_templates(&loader, set, i);
	ub_template_set_check(loader.templates, diags);
	rules_apply_changes(&loader);
	for (size_t i = 0; i < loader.files.n; i++)
		rules_load_file(&loader, &loader.files.items[i]);
	rules_check_names(&loader);
	for (size_t i = 0; i < loader.rules.n; i++)
		rules_check_rule(&loader, loader.rules.items[i]);
	if (diags->errors != errors_before)
		return NULL;
	collect_rules(&loader, set);
	set->reads_history = reads_history(input);
	if (input->find_idle)
		rules_warn_about_idle(&loader, set);
	return set;
}
