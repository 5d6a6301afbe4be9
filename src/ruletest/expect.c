/* SPDX-License-Identifier: Apache-2.0 */
#include "ruletest-private.h"

/* The expectation of an item. Each property becomes a wish, in the form in which the property will be
 * seen. */

const char *const ruletest_property_names[N_PROPERTIES] = {
	[PROPERTY_KIND] = "kind",
	[PROPERTY_TITLE] = "title",
	[PROPERTY_START] = "start",
	[PROPERTY_END] = "end",
	[PROPERTY_DURATION] = "duration",
	[PROPERTY_DUE] = "due",
	[PROPERTY_INSTANCE] = "instance",
	[PROPERTY_ATTENDEES] = "attendees",
	[PROPERTY_AGENDA] = "agenda",
	[PROPERTY_MAIL] = "mail",
	[PROPERTY_DESCRIPTION] = "description",
	[PROPERTY_REMINDERS] = "reminders",
	[PROPERTY_CATEGORIES] = "categories",
	[PROPERTY_BUSY] = "busy",
	[PROPERTY_LATE] = "late",
	[PROPERTY_AUDIT] = "audit",
	[PROPERTY_WHY] = "why",
};

static bool expect_one(const struct ub_yaml_reader *reader, struct wish *wish, struct ub_text value)
{
	wish->how = WISH_IS;
	*ub_push(reader->arena, &wish->values) = value;
	return true;
}

static const struct ub_yaml_word kinds[] = {
	{ "event", 0, "an event" },
	{ "task", 0, "a to-do" },
	{ "attendee", 0, "somebody who is added to the meeting itself" },
	{ "category", 0, "a category that is added to it" },
	{ "agenda", 0, "a text that is added to it" },
	{ "reminder", 0, "a reminder that is added to it" },
};
static const struct ub_yaml_type kind_word = { .shape = UB_YAML_TEXT, UB_YAML_WORDS(kinds) };

static bool read_kind(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_text word;
	(void)type;
	return ub_yaml_read(reader, &kind_word, node, &word) && expect_one(reader, out, word);
}

static bool read_flag(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	bool flag;
	(void)type;
	return ub_yaml_read(reader, &ub_yaml_type_bool, node, &flag) &&
	       expect_one(reader, out, flag ? UB_TEXT("yes") : UB_TEXT("no"));
}

static bool read_time(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct loading *loading = reader->context;
	const struct ub_zone *zone = ruletest_zone(loading->file);
	struct ub_text time;
	ub_instant instant;
	(void)type;
	return ub_yaml_read(reader, &ruletest_type_time, node, &time) &&
	       ub_cal_parse_time(time, zone, &instant) &&
	       expect_one(reader, out, ruletest_shown_time(reader->arena, zone, instant));
}

static bool read_day(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	ub_day day;
	(void)type;
	return ub_yaml_read(reader, &ruletest_type_day, node, &day) &&
	       expect_one(reader, out, ruletest_shown_day(reader->arena, day));
}

static bool read_length(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	int64_t seconds;
	(void)type;
	return ub_yaml_read(reader, &ruletest_type_length, node, &seconds) &&
	       expect_one(reader, out, ruletest_shown_length(reader->arena, seconds));
}

/* ---- texts ---- */

static const struct ub_yaml_field holds_fields[] = {
	{ "contains", &ub_yaml_type_text_or_list, offsetof(struct wish, values), false,
	    "what it has in it, all of it" },
	{ "lacks", &ub_yaml_type_text_or_list, offsetof(struct wish, lacks), false,
	    "what it has nowhere in it" },
};
static const struct ub_yaml_type type_holds = { .shape = UB_YAML_FIELDS, UB_YAML_TABLE(holds_fields) };

static bool read_text(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct wish *wish = out;
	if (node->kind == UB_YAML_MAP) {
		wish->how = WISH_HOLDS;
		return ub_yaml_read(reader, &type_holds, node, wish);
	}
	if (node->kind != UB_YAML_SCALAR)
		return ub_yaml_expected(reader, node, type->noun);
	return expect_one(reader, wish, ub_text_trim(node->text));
}

/* ---- lists ---- */

static bool read_addresses(
    const struct ub_yaml_reader *reader, const struct ub_yaml_node *node, struct wish *wish)
{
	static const struct ub_yaml_type addresses = { .shape = UB_YAML_ONE_OR_LIST_OF,
		.item = &ruletest_type_address,
		.item_size = sizeof(struct ub_text) };
	wish->how = WISH_IS;
	return ub_yaml_read(reader, &addresses, node, &wish->values);
}

static bool read_attendees(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct wish *wish = out;
	(void)type;
	bool scalar = node->kind == UB_YAML_SCALAR;
	if (!scalar || (!ub_text_to_int(node->text, &wish->count) && !ub_text_is(node->text, "none")))
		return read_addresses(reader, node, wish);
	wish->how = WISH_COUNT;
	return true;
}

/* Reads `10m`, `-52m` (after the item's own time), or the time at which it reminds. */
static bool read_reminder(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct loading *loading = reader->context;
	const struct ub_zone *zone = ruletest_zone(loading->file);
	struct ub_text text = node->kind == UB_YAML_SCALAR ? ub_text_trim(node->text) : UB_TEXT_NONE;
	bool after = ub_text_starts(text, UB_TEXT("-"));
	struct ub_span span;
	struct ub_time_error error;
	int64_t seconds;
	ub_instant at;
	if (ub_cal_parse_time(text, zone, &at)) {
		*(struct ub_text *)out =
		    ub_textf(reader->arena, "at %.*s", UB_ARGS(ruletest_shown_time(reader->arena, zone, at)));
		return true;
	}
	if (!ub_cal_parse_span(reader->arena, ub_text_sub(text, after, text.len), &span, &error) ||
	    !ub_cal_span_seconds(span, &seconds))
		return ub_yaml_expected(reader, node, type->noun);
	*(struct ub_text *)out = ruletest_shown_length(reader->arena, after ? -seconds : seconds);
	return true;
}

static bool read_reminders(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	static const struct ub_yaml_type reminder = { .shape = UB_YAML_CUSTOM,
		.noun = "a length of time like `45m`, or a time like `2026-11-12 14:00`",
		.read = read_reminder };
	static const struct ub_yaml_type reminders = {
		.shape = UB_YAML_ONE_OR_LIST_OF, .item = &reminder, .item_size = sizeof(struct ub_text)
	};
	struct wish *wish = out;
	(void)type;
	wish->how = WISH_REMINDERS;
	return ub_yaml_read(reader, &reminders, node, &wish->values);
}

static bool read_categories(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct wish *wish = out;
	(void)type;
	wish->how = WISH_IS;
	return ub_yaml_read(reader, &ub_yaml_type_text_or_list, node, &wish->values);
}

/* ---- the table ---- */

#define WISH(reader, words, ...)                                                                             \
	{                                                                                                    \
		.shape = UB_YAML_CUSTOM, .read = (reader), .noun = (words), __VA_ARGS__                      \
	}
#define FORMS(array) .any_of = (array), .n_any_of = UB_COUNT(array)
static const struct ub_yaml_type *const kind_forms[] = { &kind_word };
static const struct ub_yaml_type *const flag_forms[] = { &ub_yaml_type_bool };
static const struct ub_yaml_type *const text_forms[] = { &ub_yaml_type_any_text, &type_holds };
static const struct ub_yaml_type *const list_forms[] = { &ub_yaml_type_text_or_list };

static const struct ub_yaml_type wish_kind = WISH(read_kind, NULL, FORMS(kind_forms));
static const struct ub_yaml_type wish_flag = WISH(read_flag, NULL, FORMS(flag_forms));
static const struct ub_yaml_type wish_time = WISH(read_time, NULL);
static const struct ub_yaml_type wish_day = WISH(read_day, NULL);
static const struct ub_yaml_type wish_length = WISH(read_length, NULL);
static const struct ub_yaml_type wish_text =
    WISH(read_text, "a text, or a map like `{contains: ..., lacks: ...}`", FORMS(text_forms));
static const struct ub_yaml_type wish_attendees =
    WISH(read_attendees, "a number, or a list of people", FORMS(list_forms));
static const struct ub_yaml_type wish_reminders = WISH(read_reminders, NULL, FORMS(list_forms));
static const struct ub_yaml_type wish_categories = WISH(read_categories, NULL, FORMS(list_forms));

static const struct ub_yaml_type type_times = { .shape = UB_YAML_INT, .min = 1, .max = 10000 };

#define OF(property) offsetof(struct expectation, wishes[property])
static const struct ub_yaml_field fields[] = {
	{ "item", &ruletest_type_made, offsetof(struct expectation, item), true,
	    "which item or addition, as RULE/ITEM" },
	{ "times", &type_times, offsetof(struct expectation, times), false,
	    "how many there are like this, those that are over among them" },
	{ "kind", &wish_kind, OF(PROPERTY_KIND), false, "an event, a task, or what is added to the meeting" },
	{ "title", &wish_text, OF(PROPERTY_TITLE), false, "its title" },
	{ "start", &wish_time, OF(PROPERTY_START), false, "when it begins" },
	{ "end", &wish_time, OF(PROPERTY_END), false, "when it ends" },
	{ "duration", &wish_length, OF(PROPERTY_DURATION), false, "how long it is" },
	{ "due", &wish_time, OF(PROPERTY_DUE), false, "when the task is due" },
	{ "instance", &wish_day, OF(PROPERTY_INSTANCE), false,
	    "the day on which the series has the instance that it is for" },
	{ "attendees", &wish_attendees, OF(PROPERTY_ATTENDEES), false,
	    "who is invited, or how many, the organizer among them" },
	{ "agenda", &wish_text, OF(PROPERTY_AGENDA), false, "its agenda" },
	{ "mail", &wish_text, OF(PROPERTY_MAIL), false, "the text for the customer" },
	{ "description", &wish_text, OF(PROPERTY_DESCRIPTION), false, "the whole description" },
	{ "reminders", &wish_reminders, OF(PROPERTY_REMINDERS), false,
	    "how long before it reminds (`-5m`: after), or when" },
	{ "categories", &wish_categories, OF(PROPERTY_CATEGORIES), false, "its categories" },
	{ "busy", &wish_flag, OF(PROPERTY_BUSY), false, "whether it takes up time" },
	{ "late", &wish_flag, OF(PROPERTY_LATE), false, "whether its usual time had passed" },
	{ "audit", &wish_flag, OF(PROPERTY_AUDIT), false, "whether its rule is only watched" },
	{ "why", &wish_text, OF(PROPERTY_WHY), false, "the line that says why it is there" },
};
static const struct ub_yaml_type type_fields = { .shape = UB_YAML_FIELDS,
	.noun = "an item like `{item: prep/prep, duration: 30m}`",
	UB_YAML_TABLE(fields) };

/* An id alone expects that the item exists. */
static bool read_expectation(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct expectation *expectation = out;
	(void)type;
	expectation->place = ub_yaml_first_line(node);
	if (node->kind == UB_YAML_SCALAR)
		return ub_yaml_read(reader, &ruletest_type_made, node, &expectation->item);
	return ub_yaml_read(reader, &type_fields, node, expectation);
}

static const struct ub_yaml_type *const expectation_forms[] = { &ruletest_type_made, &type_fields };
static const struct ub_yaml_type type_expectation = {
	.shape = UB_YAML_CUSTOM, .read = read_expectation, FORMS(expectation_forms)
};
const struct ub_yaml_type ruletest_type_expectations = {
	.shape = UB_YAML_LIST_OF, .item = &type_expectation, .item_size = sizeof(struct expectation)
};
