/* SPDX-License-Identifier: Apache-2.0 */
#include "ruletest-private.h"

/* Names of rules and items in tests. The rules and items have to exist. */

static const struct ub_ruleset *rules_of(const struct ub_yaml_reader *reader)
{
	const struct loading *loading = reader->context;
	return loading->input->snapshot->rules;
}

static const struct ub_rule *rule_named(const struct ub_ruleset *rules, struct ub_text name)
{
	for (size_t i = 0; i < ub_rules_number(rules); i++)
		if (ub_text_eq(ub_rules_at(rules, i)->name, name))
			return ub_rules_at(rules, i);
	return NULL;
}

static struct ub_texts rule_names(const struct ub_ruleset *rules, struct ub_arena *arena)
{
	struct ub_texts names = { 0 };
	for (size_t i = 0; i < ub_rules_number(rules); i++)
		*ub_push(arena, &names) = ub_rules_at(rules, i)->name;
	return names;
}

/* Warns of a rule that is switched off: that such a rule does not apply tells nothing. There is no error, as
 * a later directory may switch off a rule that an earlier one tests. */
static void warn_off(
    const struct ub_yaml_reader *reader, const struct ub_yaml_node *node, struct ub_text name)
{
	const struct ub_rule *rule = rule_named(rules_of(reader), name);
	if (!rule || rule->enabled)
		return;
	struct ub_diag *diag = ub_warning(reader->diags, "switched-off", ub_yaml_first_line(node),
	    "rule `%.*s` is switched off, so it makes nothing, whatever the meeting", UB_ARGS(name));
	ub_diag_set_help(reader->diags, diag, "leave it out, or switch the rule on");
}

/* The ids that a place allows. */
enum ids {
	IDS_ITEMS, /* items beside the meeting */
	IDS_ALL,   /* additions to the meeting itself, too */
};

static struct ub_text id_of(const struct ub_rule *rule, struct ub_text name, struct ub_arena *arena)
{
	return ub_textf(arena, "%.*s/%.*s", UB_ARGS(rule->name), UB_ARGS(name));
}

static struct ub_texts list_ids(const struct ub_ruleset *rules, enum ids which, struct ub_arena *arena)
{
	struct ub_texts ids = { 0 };
	for (size_t i = 0; i < ub_rules_number(rules); i++) {
		const struct ub_rule *rule = ub_rules_at(rules, i);
		for (size_t k = 0; k < rule->n_items; k++)
			*ub_push(arena, &ids) = id_of(rule, rule->items[k].name, arena);
		for (size_t k = 0; which == IDS_ALL && k < rule->n_amends; k++)
			*ub_push(arena, &ids) = id_of(rule, rule->amends[k].name, arena);
	}
	return ids;
}

static bool report(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node, const char *code,
    const char *what, struct ub_text name, struct ub_texts names)
{
	struct ub_diag *diag = ub_error(
	    reader->diags, code, ub_yaml_first_line(node), "there is no %s `%.*s`", what, UB_ARGS(name));
	struct ub_text meant = ub_suggest(name, names.items, names.n);
	if (meant.len)
		ub_diag_set_help(reader->diags, diag, "did you mean `%.*s`?", UB_ARGS(meant));
	else if (ub_text_find(name, UB_TEXT(" on "), 0) != SIZE_MAX)
		ub_diag_set_help(reader->diags, diag,
		    "of several, one is told by the day of its instance, as in `RULE/ITEM on 2026-11-09`");
	else if (ub_text_find(name, UB_TEXT("/"), 0) == SIZE_MAX)
		ub_diag_set_help(reader->diags, diag, "an item is named RULE/ITEM");
	return false;
}

struct ub_text ruletest_rule_part(struct ub_text id)
{
	struct ub_text rest = id, rule = id;
	ub_text_split(&rest, '/', &rule);
	return rule;
}

struct ub_text ruletest_take_instance(struct ub_text *id, struct ub_arena *arena)
{
	size_t at = ub_text_find(*id, UB_TEXT(" on "), 0);
	ub_day day;
	if (at == SIZE_MAX || !ub_cal_parse_date(ub_text_trim(ub_text_sub(*id, at + 4, id->len)), &day))
		return UB_TEXT_NONE;
	*id = ub_text_trim(ub_text_sub(*id, 0, at));
	return ruletest_shown_day(arena, day);
}

static bool check_id(
    const struct ub_yaml_reader *reader, enum ids which, const struct ub_yaml_node *node, struct ub_text id)
{
	struct ub_texts ids = list_ids(rules_of(reader), which, reader->arena);
	struct ub_texts names = rule_names(rules_of(reader), reader->arena);
	struct ub_text rule = ruletest_rule_part(id);
	if (ub_texts_have(ids, id))
		return true;
	bool named = ub_text_find(id, UB_TEXT("/"), 0) != SIZE_MAX;
	if (named && !ub_texts_have(names, rule))
		return report(reader, node, "unknown-rule", "rule", rule, names);
	return report(reader, node, "unknown-item", "item", id, ids);
}

static bool is_text(
    const struct ub_yaml_reader *reader, const struct ub_yaml_type *type, const struct ub_yaml_node *node)
{
	return (node->kind == UB_YAML_SCALAR && node->text.len) || ub_yaml_expected(reader, node, type->noun);
}

static bool read_made(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	if (!is_text(reader, type, node) || !check_id(reader, IDS_ALL, node, node->text))
		return false;
	*(struct ub_text *)out = node->text;
	return true;
}

static bool read_named_item(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_text id = node->text;
	*(struct named *)out = (struct named){ .id = id, .place = ub_yaml_first_line(node) };
	if (!is_text(reader, type, node))
		return false;
	ruletest_take_instance(&id, reader->arena);
	return check_id(reader, IDS_ITEMS, node, id);
}

static bool is_open(struct ub_text pattern)
{
	return ub_text_is(pattern, "*") || ub_text_ends(pattern, UB_TEXT("/*"));
}

bool ruletest_pattern_fits(struct ub_text pattern, struct ub_text id)
{
	if (!is_open(pattern))
		return ub_text_eq(pattern, id);
	return ub_text_starts(id, ub_text_sub(pattern, 0, pattern.len - 1));
}

static bool read_pattern(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_text text = node->text;
	if (!is_text(reader, type, node))
		return false;
	struct ub_text instance = ruletest_take_instance(&text, reader->arena);
	*(struct named *)out =
	    (struct named){ .id = text, .instance = instance, .place = ub_yaml_first_line(node) };
	if (ub_text_is(text, "*"))
		return true;
	struct ub_texts names = rule_names(rules_of(reader), reader->arena);
	struct ub_text rule = is_open(text) ? ub_text_sub(text, 0, text.len - 2) : ruletest_rule_part(text);
	warn_off(reader, node, rule);
	if (!is_open(text))
		return check_id(reader, IDS_ALL, node, text);
	return ub_texts_have(names, rule) || report(reader, node, "unknown-rule", "rule", rule, names);
}

static const struct ub_yaml_type type_named_item = {
	.shape = UB_YAML_CUSTOM, .noun = "an item like `prep/prep`", .read = read_named_item
};
static const struct ub_yaml_type type_pattern = { .shape = UB_YAML_CUSTOM,
	.noun = "an item like `prep/prep`, or `prep/*` for all of a rule",
	.read = read_pattern };
const struct ub_yaml_type ruletest_type_made = {
	.shape = UB_YAML_CUSTOM, .noun = "an item like `prep/prep`", .read = read_made
};
const struct ub_yaml_type ruletest_type_items = {
	.shape = UB_YAML_ONE_OR_LIST_OF, .item = &type_named_item, .item_size = sizeof(struct named)
};
const struct ub_yaml_type ruletest_type_patterns = {
	.shape = UB_YAML_ONE_OR_LIST_OF, .item = &type_pattern, .item_size = sizeof(struct named)
};

/* ---- moves: {prep/prep: 2026-11-10 09:00} ---- */

static bool read_move(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct loading *loading = reader->context;
	struct ub_text time;
	(void)type;
	return ub_yaml_read(reader, &ruletest_type_time, node, &time) &&
	       ub_cal_parse_time(time, ruletest_zone(loading->file), out);
}

static bool check_moves(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	bool good = true;
	(void)type, (void)out;
	for (size_t i = 0; i < node->n; i++) {
		struct ub_text id = node->entries[i].key->text;
		ruletest_take_instance(&id, reader->arena);
		good &= check_id(reader, IDS_ITEMS, node->entries[i].key, id);
	}
	return good;
}

static const struct ub_yaml_type *const move_forms[] = { &ruletest_type_time };
static const struct ub_yaml_type type_move = {
	.shape = UB_YAML_CUSTOM, .read = read_move, .any_of = move_forms, .n_any_of = 1
};
const struct ub_yaml_type ruletest_type_moves = { .shape = UB_YAML_MAP_OF,
	.noun = "a map like `{prep/prep: 2026-11-10 09:00}`",
	.item = &type_move,
	.item_size = sizeof(struct move),
	.item_offset = offsetof(struct move, start),
	.key_offset = offsetof(struct move, item),
	.check = check_moves };
