/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "rules-private.h"

/* Items of a rule, the list in `create:`: upbeat-rules(5), "Items". */

static const struct ub_yaml_word prefer_words[] = {
	{ "earliest", UB_PREFER_EARLIEST, "the first slot of the window" },
	{ "latest", UB_PREFER_LATEST, "the last slot of the window" },
	{ "same-time", UB_PREFER_SAME_TIME, "the time of day of the last one" },
};

static const struct ub_yaml_word shown_as_words[] = {
	{ "todo", UB_SHOWN_AS_TODO, "a to-do, where the calendar takes it" },
	{ "event", UB_SHOWN_AS_EVENT, "an all-day event that is free" },
};

static const struct ub_yaml_word title_follows_words[] = {
	{ "auto", UB_TITLE_AUTO, "unless that costs answers" },
	{ "yes", UB_TITLE_FOLLOWS, "whatever the server makes of it" },
	{ "no", UB_TITLE_STAYS, "the item keeps its first title" },
};

static const struct ub_yaml_word late_words[] = {
	{ "next-free", UB_LATE_NEXT_FREE, "as early as still useful" },
	{ "skip", UB_LATE_SKIP, "no item" },
};

static const struct ub_yaml_word full_words[] = {
	{ "earlier", UB_FULL_EARLIER, "the nearest slot before the window" },
	{ "later", UB_FULL_LATER, "the nearest slot after the window" },
	{ "skip", UB_FULL_SKIP, "no item" },
	{ "overlap", UB_FULL_OVERLAP, "in the window all the same" },
};

static const struct ub_yaml_word free_words[] = {
	{ "attendees", UB_FREE_ATTENDEES, "everybody's busy times are avoided" },
	{ "owner", UB_FREE_OWNER, "the owner's busy times are avoided" },
	{ "nobody", UB_FREE_NOBODY, "busy times are not looked at" },
};

static const struct ub_yaml_word counts_as_words[] = {
	{ "prep", UB_COUNTS_PREP, "a meeting is prepared in it" },
	{ "agenda", UB_COUNTS_AGENDA, "the to-do to send the customer the agenda" },
	{ "follow-up", UB_COUNTS_FOLLOW_UP, "the to-do to follow a meeting up" },
	{ "review", UB_COUNTS_REVIEW, "an account is met in it at its rhythm" },
	{ "none", UB_COUNTS_NOT, "not in reports" },
};

const char *ub_rules_counts_as(enum ub_counts_as counts_as)
{
	for (size_t i = 0; i < UB_COUNT(counts_as_words) && counts_as != UB_COUNTS_NOT; i++)
		if (counts_as_words[i].value == (int)counts_as)
			return counts_as_words[i].name;
	return "";
}

static bool refuse(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	(void)type, (void)out;
	struct ub_diag *diag = ub_error(reader->diags, "conflict", ub_yaml_first_line(node),
	    "this is a key of a rule for accounts, not of an item");
	ub_diag_set_help(reader->diags, diag,
	    "put it beside `for: account`: all items of such a rule go by the same periods");
	return false;
}

static const struct ub_yaml_type prefer_type = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(prefer_words) };
static const struct ub_yaml_type late_type = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(late_words) };
static const struct ub_yaml_type full_type = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(full_words) };
static const struct ub_yaml_type free_type = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(free_words) };
static const struct ub_yaml_type shown_as_type = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(shown_as_words) };
static const struct ub_yaml_type title_follows_type = { .shape = UB_YAML_CHOICE,
	UB_YAML_WORDS(title_follows_words) };
static const struct ub_yaml_type counts_as_type = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(counts_as_words) };
static const struct ub_yaml_type reminders_type = { .shape = UB_YAML_ONE_OR_LIST_OF,
	.item = &rules_reminder_type,
	.item_size = sizeof(struct ub_reminder),
	.check = rules_check_short_list };
static const struct ub_yaml_type categories_type = { .shape = UB_YAML_ONE_OR_LIST_OF,
	.item = &ub_yaml_type_text,
	.item_size = sizeof(struct ub_text),
	.check = rules_check_short_list };
static const struct ub_yaml_type sections_type = { .shape = UB_YAML_ONE_OR_LIST_OF,
	.item = &rules_body_type,
	.item_size = sizeof(const struct ub_template *),
	.check = rules_check_short_list };
const struct ub_yaml_type rules_sections_cases_type = UB_CASES_OF(sections_type);
static const struct ub_yaml_type refused_type = {
	.shape = UB_YAML_CUSTOM, .read = refuse, .refused = true, UB_YAML_ANY_OF(&ub_yaml_type_node)
};

static const struct ub_yaml_type instances_cases_type = UB_CASES_OF(rules_instances_type);
static const struct ub_yaml_type prefer_cases_type = UB_CASES_OF(prefer_type);
static const struct ub_yaml_type late_cases_type = UB_CASES_OF(late_type);
static const struct ub_yaml_type full_cases_type = UB_CASES_OF(full_type);
static const struct ub_yaml_type free_cases_type = UB_CASES_OF(free_type);
static const struct ub_yaml_type counts_as_cases_type = UB_CASES_OF(counts_as_type);
static const struct ub_yaml_type shown_as_cases_type = UB_CASES_OF(shown_as_type);
static const struct ub_yaml_type title_follows_cases_type = UB_CASES_OF(title_follows_type);
static const struct ub_yaml_type html_cases_type = UB_CASES_OF(ub_yaml_type_bool);
static const struct ub_yaml_type busy_cases_type = UB_CASES_OF(ub_yaml_type_bool);
static const struct ub_yaml_type reminders_cases_type = UB_CASES_OF(reminders_type);
static const struct ub_yaml_type categories_cases_type = UB_CASES_OF(categories_type);
const struct ub_yaml_type rules_duration_cases_type = UB_CASES_OF(rules_duration_type);
static const struct ub_yaml_type point_cases_type = UB_CASES_OF(rules_point_type);
static const struct ub_yaml_type title_cases_type = UB_CASES_OF(rules_title_type);
static const struct ub_yaml_type body_cases_type = UB_CASES_OF(rules_body_type);
const struct ub_yaml_type rules_people_cases_type = UB_CASES_OF(rules_people_type);
const struct ub_yaml_type rules_rhythm_cases_type = UB_CASES_OF(rules_rhythm_type);

/* The values that the table reads. */
struct item_text {
	struct ub_text event, task;
	struct ub_rule_item item;
	struct window_cases between;
	const struct ub_yaml_node *ignored;
};

#define ITEM(member)  offsetof(struct item_text, item.member)
#define PLACE(member) offsetof(struct item_text, member)

/* All fields but the id. */
#define ITEM_FIELDS(title_required)                                                                          \
	{ "title", &title_cases_type, ITEM(title), title_required, "what the calendar shows; a template" },  \
	    { "between", &rules_window_cases_type, PLACE(between), false, "the window for the event" },      \
	    { "at", &point_cases_type, ITEM(at), false, "when the event begins" },                           \
	    { "prefer", &prefer_cases_type, ITEM(prefer), false, "which slot of the window" },               \
	    { "late", &late_cases_type, ITEM(late), false, "what to do when the window has passed" },        \
	    { "full", &full_cases_type, ITEM(full), false, "what to do when the window is full" },           \
	    { "free", &free_cases_type, ITEM(free), false, "whose busy times to avoid" },                    \
	    { "duration", &rules_duration_cases_type, ITEM(duration), false, "how long the event takes" },   \
	    { "due", &point_cases_type, ITEM(due), false, "when the to-do is due" },                         \
	    { "latest", &point_cases_type, ITEM(latest), false, "the to-do is due no later than this" },     \
	    { "attendees", &rules_people_cases_type, ITEM(attendees), false,                                 \
		    "who is invited; `none` for nobody" },                                                   \
	    { "agenda", &body_cases_type, ITEM(agenda), false, "the template of the description" },          \
	    { "sections", &rules_sections_cases_type, ITEM(sections), false,                                 \
		    "templates appended to the agenda" },                                                    \
	    { "mail", &body_cases_type, ITEM(mail), false, "the template of a text for the customer" },      \
	    { "reminders", &reminders_cases_type, ITEM(reminders), false,                                    \
		    "how long before, or when to remind" },                                                  \
	    { "categories", &categories_cases_type, ITEM(categories), false, "categories of the item" },     \
	    { "busy", &busy_cases_type, ITEM(busy), false, "whether the time counts as taken" },             \
	    { "all_day", &ub_yaml_type_bool, ITEM(all_day), false, "whether the event is the day's" },       \
	    { "shown_as", &shown_as_cases_type, ITEM(shown_as), false, "how the to-do is written" },         \
	    { "title_follows", &title_follows_cases_type, ITEM(title_follows), false,                        \
		    "whether its title is kept up to date" },                                                \
	    { "html", &html_cases_type, ITEM(html), false, "whether its text stands as HTML, too" },         \
	    { "instances", &instances_cases_type, ITEM(instances), false,                                    \
		    "how many instances of a series, or periods, get it" },                                  \
	    { "counts_as", &counts_as_cases_type, ITEM(counts_as), false, "what a report takes it for" },    \
	    { "needs", &rules_needs_type, ITEM(needs), false, "the item exists only with these items" },     \
	    { "every", &refused_type, PLACE(ignored), false, "stands in a rule for accounts" },              \
	{                                                                                                    \
		"satisfied_by", &refused_type, PLACE(ignored), false, "stands in a rule for accounts"        \
	}

static const struct ub_yaml_field item_fields[] = {
	{ "event", &ub_yaml_type_text, PLACE(event), false, "the id of an event" },
	{ "task", &ub_yaml_type_text, PLACE(task), false, "the id of a to-do" },
	ITEM_FIELDS(true),
};

const struct ub_yaml_type rules_item_type = {
	.shape = UB_YAML_FIELDS, .noun = "an item: `event: NAME` or `task: NAME`", UB_YAML_TABLE(item_fields)
};

/* The fields that a `change` may give. The item keeps its id, and the values of all other fields. */
static const struct ub_yaml_field changed_item_fields[] = { ITEM_FIELDS(false) };
const struct ub_yaml_type rules_changed_item_type = { .shape = UB_YAML_FIELDS,
	UB_YAML_TABLE(changed_item_fields) };

/* The keys that each kind of item may have. */
static const struct rule_of_keys {
	const char *key;
	bool event, task;
} kinds[] = {
	{ "between", true, false },
	{ "at", true, false },
	{ "prefer", true, false },
	{ "late", true, true },
	{ "full", true, false },
	{ "free", true, false },
	{ "duration", true, false },
	{ "attendees", true, false },
	{ "busy", true, false },
	{ "all_day", true, false },
	{ "due", false, true },
	{ "latest", false, true },
	{ "shown_as", false, true },
};

static void report_wrong_kind(struct loader *loader, const struct ub_yaml_node *key, bool task)
{
	struct ub_diag *diag = ub_error(loader->diags, "wrong-kind", key->place, "`%.*s` is for %s",
	    UB_ARGS(key->text), task ? "events, not tasks" : "tasks, not events");
	ub_diag_set_help(
	    loader->diags, diag, "take it out, or begin the item with `%s:`", task ? "event" : "task");
}

static void check_keys_of_kind(struct loader *loader, const struct ub_yaml_node *node, bool task)
{
	for (size_t i = 0; i < node->n; i++) {
		const struct ub_yaml_node *key = node->entries[i].key;
		for (size_t k = 0; k < UB_COUNT(kinds); k++)
			if (ub_text_is(key->text, kinds[k].key) && !(task ? kinds[k].task : kinds[k].event))
				report_wrong_kind(loader, key, task);
	}
}

static void report_missing(
    struct loader *loader, const struct loaded_item *item, const char *what, const char *help)
{
	struct ub_diag *diag = ub_error(loader->diags, "missing-key", item->item.place, "%s `%.*s` has no %s",
	    item->item.task ? "task" : "event", UB_ARGS(item->item.name), what);
	ub_diag_set_help(loader->diags, diag, "%s", help);
}

/* Whether the window certainly ends before it begins. Seconds compare with seconds and days with days,
 * whatever the clock. Points with different units or different anchors do not compare. */
static bool is_reversed(const struct ub_point *from, const struct ub_point *to)
{
	bool same = from->anchor == to->anchor && ub_text_eq(from->item, to->item);
	if (same && from->after != to->after && from->span.n && to->span.n)
		return from->after;
	if (!same || from->span.unit != to->span.unit || from->after != to->after)
		return false;
	return from->after ? from->span.n > to->span.n : from->span.n < to->span.n;
}

/* Whether the window has no length. A window at a number of business days has the length of the day. */
static bool is_empty(const struct ub_point *from, const struct ub_point *to)
{
	return from->anchor == to->anchor && ub_text_eq(from->item, to->item) && from->after == to->after &&
	       from->span.n == to->span.n && from->span.unit == to->span.unit && from->span.n > 0 &&
	       from->span.unit != UB_BUSINESS_DAYS;
}

/* Both ends have cases with the same conditions. */
static void check_window(struct loader *loader, const struct ub_rule_item *item)
{
	for (size_t i = 0; i < item->between_from.n && i < item->between_to.n; i++) {
		const struct ub_case *from = &item->between_from.items[i], *to = &item->between_to.items[i];
		bool empty = is_empty(&from->use.point, &to->use.point);
		if (!empty && !is_reversed(&from->use.point, &to->use.point))
			continue;
		struct ub_diag *diag = ub_error(loader->diags, "reversed-window", from->place,
		    empty ? "the window has no length" : "the window ends before it begins");
		ub_diag_set_help(loader->diags, diag,
		    empty ? "for a time of day that is fixed, write `at:`" : "the earlier point comes first");
	}
}

/* A day has a length of its own, and is not searched for. */
static void check_all_day(struct loader *loader, const struct loaded_item *item)
{
	static const char *const keys[] = { "between", "duration" };
	for (size_t i = 0; i < UB_COUNT(keys); i++) {
		const struct ub_yaml_node *node = ub_yaml_get(item->node, keys[i]);
		if (!node)
			continue;
		struct ub_diag *diag = ub_error(loader->diags, "conflict", ub_yaml_first_line(node),
		    "an event that is all day has no `%s`", keys[i]);
		ub_diag_set_help(loader->diags, diag, "write `at: POINT` for the day, and nothing else");
	}
}

static void check_event_times(struct loader *loader, const struct loaded_item *item)
{
	const struct ub_yaml_node *between = ub_yaml_get(item->node, "between");
	const struct ub_yaml_node *at = ub_yaml_get(item->node, "at");
	check_window(loader, &item->item);
	bool by_period = loader->rule->rule.subject != UB_FOR_MEETING;
	if (!between && !at && (!by_period || item->item.all_day))
		report_missing(loader, item, "time", "add `between: [FROM, TO]` or `at: POINT`");
	if (between && at) {
		struct ub_diag *diag = ub_error(loader->diags, "conflict", ub_yaml_first_line(at),
		    "an event has `between` or `at`, not both");
		ub_diag_set_help(loader->diags, diag, "take one of the two out");
		diag->related = ub_yaml_first_line(between);
		diag->related_message = UB_TEXT("`between` is here");
	}
	if (item->item.all_day)
		check_all_day(loader, item);
	else if (!ub_yaml_get(item->node, "duration"))
		report_missing(loader, item, "duration", "add `duration: 30m`");
}

static void check_item(struct loader *loader, const struct loaded_item *item)
{
	check_keys_of_kind(loader, item->node, item->item.task);
	if (!item->item.task)
		check_event_times(loader, item);
	else if (!ub_yaml_get(item->node, "due"))
		report_missing(loader, item, "due time", "add `due: 1 day before start`");
}

/* ---- the list ---- */

/* Reads kind and id of the item first, as values of other items refer to them. */
static bool read_identity(struct loader *loader, const struct ub_yaml_node *node, struct loaded_item *item)
{
	const struct ub_yaml_node *event = ub_yaml_get(node, "event"), *task = ub_yaml_get(node, "task");
	item->node = node;
	item->name_node = event ? event : task;
	if (!item->name_node || (event && task)) {
		struct ub_diag *diag =
		    ub_error(loader->diags, event ? "conflict" : "missing-key", ub_yaml_first_line(node),
			"%s", event ? "an item is an event or a task" : "this item has no id");
		ub_diag_set_help(loader->diags, diag, "begin it with one of `event: NAME` and `task: NAME`");
		return false;
	}
	item->item.task = task != NULL;
	item->item.place = item->name_node->place;
	item->item.name = item->name_node->text;
	return rules_check_name(&loader->reader, item->name_node, true);
}

static bool is_new(struct loader *loader, const struct loaded_rule *rule, const struct loaded_item *item)
{
	for (size_t i = 0; i < rule->n_items; i++) {
		const struct loaded_item *other = &rule->items[i];
		if (!ub_text_eq(other->item.name, item->item.name))
			continue;
		struct ub_diag *diag = ub_error(loader->diags, "duplicate-item", item->item.place,
		    "this rule has an item `%.*s` already", UB_ARGS(item->item.name));
		ub_diag_set_help(loader->diags, diag, "give one of the two another id");
		diag->related = other->item.place;
		diag->related_message = UB_TEXT("first given here");
		return false;
	}
	return true;
}

static bool read_values(struct loader *loader, struct loaded_item *item)
{
	struct item_text text = { 0 };
	bool good = ub_yaml_read(&loader->reader, &rules_item_type, item->node, &text);
	struct ub_rule_item *out = &text.item;
	out->place = item->item.place;
	out->task = item->item.task;
	out->name = item->item.name;
	out->between_from = text.between.from;
	out->between_to = text.between.to;
	item->item = *out;
	check_item(loader, item);
	return good;
}

static bool check_list_node(struct loader *loader, const struct ub_yaml_node *list)
{
	if (list->broken)
		return false;
	if (list->kind != UB_YAML_LIST || list->n == 0)
		return ub_yaml_expected_kind(&loader->reader, list, UB_YAML_LIST, "a list of items");
	if (list->n <= UB_RULE_ITEMS_MAX)
		return true;
	ub_error(loader->diags, "too-many", ub_yaml_first_line(list), "more than %d items in a rule",
	    UB_RULE_ITEMS_MAX);
	return false;
}

bool rules_load_items(struct loader *loader, struct loaded_rule *rule, const struct ub_yaml_node *list)
{
	bool good = true;
	if (!check_list_node(loader, list))
		return false;
	rule->items = UB_NEW_ARRAY(loader->arena, struct loaded_item, list->n);
	for (size_t i = 0; i < list->n; i++) {
		struct loaded_item item = { 0 };
		const struct ub_yaml_node *node = list->items[i];
		bool map = node->kind == UB_YAML_MAP && !node->broken;
		if (!map)
			good &= ub_yaml_expected(&loader->reader, node, rules_item_type.noun);
		else if (read_identity(loader, node, &item) && is_new(loader, rule, &item))
			rule->items[rule->n_items++] = item;
		else
			good = false;
	}
	loader->rule = rule;
	for (size_t i = 0; i < rule->n_items; i++)
		good &= read_values(loader, &rule->items[i]);
	return good;
}
