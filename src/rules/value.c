/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "rules-private.h"

/*
 * Values of an item's fields: one literal, or a list of cases, each with an `if` and a literal `use`. The
 * same reader reads a literal in both places, so that mistakes show when rules are loaded.
 */

/* ---- literals ---- */

static bool report_time(
    const struct ub_yaml_reader *reader, const struct ub_yaml_node *node, const struct ub_time_error *error)
{
	struct ub_place place = ub_yaml_place(node, error->at, error->at + error->len);
	struct ub_diag *diag = ub_error(reader->diags, "bad-time", place, "%.*s", UB_ARGS(error->message));
	if (error->help.len)
		ub_diag_set_help(reader->diags, diag, "%.*s", UB_ARGS(error->help));
	return false;
}

static bool is_text(const struct ub_yaml_node *node)
{
	return node->kind == UB_YAML_SCALAR && ub_text_trim(node->text).len != 0;
}

static bool read_span(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_time_error error;
	if (!is_text(node))
		return ub_yaml_expected(reader, node, type->noun);
	return ub_cal_parse_span(reader->arena, node->text, out, &error) || report_time(reader, node, &error);
}

/* Reads a length of clock time. Business days have none. */
static bool read_length(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct ub_span *span = out;
	int64_t seconds;
	if (!read_span(reader, type, node, out))
		return false;
	if (ub_cal_span_seconds(*span, &seconds) && seconds >= type->min && seconds <= type->max)
		return true;
	if (span->unit == UB_BUSINESS_DAYS)
		ub_diag_set_help(reader->diags,
		    ub_error(reader->diags, "bad-time", node->place, "a business day has no length"),
		    "write it in m, h or d");
	else
		ub_error(reader->diags, "bad-time", node->place, "`%.*s` is too %s for %s",
		    UB_ARGS(node->text), seconds < type->min ? "short" : "long", type->noun);
	return false;
}

static bool read_point(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_time_error error;
	if (!is_text(node))
		return ub_yaml_expected(reader, node, type->noun);
	if (!ub_cal_parse_point(reader->arena, node->text, out, &error))
		return report_time(reader, node, &error);
	if (rules_check_point(reader->context, node, out))
		return true;
	*(struct ub_point *)out = (struct ub_point){ 0 }; /* reported: not to be found in a circle, too */
	return false;
}

static bool read_own_point(
    const struct ub_yaml_reader *reader, const struct ub_yaml_node *node, struct ub_point *point)
{
	struct ub_time_error error;
	if (!ub_cal_parse_point(reader->arena, node->text, point, &error)) {
		if (ub_text_starts(error.help, UB_TEXT("write for example")))
			error.help =
			    UB_TEXT("write for example `10m`, `8m before end`, `24 hours before start`");
		return report_time(reader, node, &error);
	}
	if (rules_check_point(reader->context, node, point))
		return true;
	*point = (struct ub_point){ 0 };
	return false;
}

/* A length alone counts back from the item itself. Everything else is a point, and its mistakes are told as
 * those of a point, of which a length is the beginning. */
static bool read_reminder(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_reminder *reminder = out;
	struct ub_time_error error;
	if (!is_text(node))
		return ub_yaml_expected(reader, node, type->noun);
	reminder->by_point = !ub_cal_parse_span(reader->arena, node->text, &reminder->before, &error);
	return reminder->by_point ? read_own_point(reader, node, &reminder->point)
				  : read_length(reader, type, node, &reminder->before);
}

static const struct ub_yaml_type instance_count_type = { .shape = UB_YAML_INT,
	.noun = "a number of instances like `2`, or `all`",
	.min = 1,
	.max = UB_RULE_INSTANCES_MAX };

static struct ub_place map_node(void *data, size_t at, size_t len)
{
	return ub_yaml_place(data, at, at + len);
}

static bool read_title(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct loader *loader = reader->context;
	if (!is_text(node))
		return ub_yaml_expected(reader, node, type->noun);
	const struct ub_template *title =
	    ub_template_compile(loader->templates, node->text, map_node, (void *)node, reader->diags);
	*(const struct ub_template **)out = title;
	return title != NULL;
}

static bool read_body(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct loader *loader = reader->context;
	if (!is_text(node))
		return ub_yaml_expected(reader, node, type->noun);
	const struct ub_template *body =
	    ub_template_use(loader->templates, node->text, node->place, reader->diags);
	*(const struct ub_template **)out = body;
	if (!body || ub_template_format(body) == UB_FORMAT_TEXT)
		return body != NULL;
	struct ub_diag *diag = ub_error(reader->diags, "wrong-kind", node->place,
	    "the template `%.*s` is HTML, calendars show text", UB_ARGS(node->text));
	ub_diag_set_help(
	    reader->diags, diag, "name its file `*.md`, or say `format: text` in its front matter");
	return false;
}

static bool check_people(
    const struct ub_yaml_reader *reader, const struct ub_yaml_node *node, const struct ub_cel_type *type)
{
	struct loader *loader = reader->context;
	if (ub_cel_type_known(loader->people, type))
		return true;
	struct ub_diag *diag = ub_error(reader->diags, "wrong-type", ub_yaml_first_line(node),
	    "this must be a list of people, it is of type %.*s",
	    UB_ARGS(ub_cel_type_text(reader->arena, type)));
	if (ub_text_is(type->name, "person") || ub_text_is(type->name, "colleague"))
		ub_diag_set_help(reader->diags, diag, "write `[%.*s]`", UB_ARGS(ub_text_trim(node->text)));
	else
		ub_diag_set_help(
		    reader->diags, diag, "write `meeting.internal`, `team(\"NAME\")`, or `none` for nobody");
	return false;
}

/* Whether the text is an address such as `anna@ours.example`, and no expression. */
static bool is_address(struct ub_text text)
{
	return ub_text_find(text, UB_TEXT("@"), 0) != SIZE_MAX &&
	       ub_text_find(text, UB_TEXT("\""), 0) == SIZE_MAX &&
	       ub_text_find(text, UB_TEXT("'"), 0) == SIZE_MAX;
}

static bool read_people(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct loader *loader = reader->context;
	const struct ub_cel_program **people = out;
	*people = NULL;
	if (node->kind == UB_YAML_SCALAR && ub_text_is(ub_text_trim(node->text), "none"))
		return true;
	if (!is_text(node) || is_address(node->text)) {
		size_t before = reader->diags->list.n;
		ub_yaml_expected(reader, node, type->noun);
		if (reader->diags->list.n > before)
			ub_diag_set_help(reader->diags, &reader->diags->list.items[before],
			    "for certain people, make a team of the settings and write `team(\"NAME\")`");
		return false;
	}
	/* Without an expected type, a list(colleague) stays one, and does not become a list(person). */
	const struct ub_cel_program *program = rules_compile_expression(loader, node, NULL);
	if (!program || !check_people(reader, node, ub_cel_program_type(program)))
		return false;
	*people = program;
	return true;
}

static bool read_instances(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct loader *loader = reader->context;
	bool for_series = !loader->rule || loader->rule->rule.subject == UB_FOR_MEETING;
	int64_t number;
	if (node->kind == UB_YAML_SCALAR && ub_text_is(node->text, "all")) {
		*(int *)out = UB_RULE_INSTANCES_MAX;
		return true;
	}
	(void)type;
	size_t before = reader->diags->list.n;
	if (ub_yaml_read(reader, &instance_count_type, node, &number)) {
		*(int *)out = (int)number;
		return true;
	}
	if (ub_text_to_int(node->text, &number) && reader->diags->list.n > before)
		ub_diag_set_help(reader->diags, &reader->diags->list.items[before], "%s",
		    number > 0   ? "write `all` for each instance or period within 60 days"
		    : for_series ? "to make nothing for series, say `unless: meeting.series` in the rule"
				 : "to make nothing, take the item out");
	return false;
}

static bool read_rhythm(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_every *every = out;
	struct ub_time_error error;
	if (!is_text(node))
		return ub_yaml_expected(reader, node, type->noun);
	if (!ub_cal_parse_every(reader->arena, node->text, every, &error))
		return report_time(reader, node, &error);
	int32_t most = every->unit == UB_EVERY_WEEK ? UB_RULE_RHYTHM_WEEKS : UB_RULE_RHYTHM_MONTHS;
	if (every->unit != UB_EVERY_DAY && every->n <= most)
		return true;
	struct ub_diag *diag = ub_error(reader->diags, "bad-time", node->place,
	    every->unit == UB_EVERY_DAY ? "a rhythm goes by weeks at least"
					: "`%.*s` is too long for a rhythm",
	    UB_ARGS(node->text));
	ub_diag_set_help(
	    reader->diags, diag, "write `week`, `2 weeks`, `month`, `quarter`, `half-year` or `year`");
	return false;
}

/* ---- cases ---- */

static const struct ub_yaml_field case_fields[] = { UB_CASE_FIELDS(ub_yaml_type_node) };

static const struct ub_yaml_type case_type = {
	.shape = UB_YAML_FIELDS, .noun = "a case with `if` and `use`", UB_YAML_TABLE(case_fields)
};

static bool are_cases(const struct ub_yaml_node *node)
{
	return node->kind == UB_YAML_LIST && node->n != 0 && node->items[0]->kind == UB_YAML_MAP;
}

/* Whether `if` and `use` stand there without the dash of a list. True: the mistake has been reported. */
static bool is_lone_case(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node)
{
	return node->kind == UB_YAML_MAP && ub_yaml_get(node, "use") &&
	       !ub_yaml_expected_kind(reader, node, UB_YAML_LIST, "a list of cases");
}

static bool check_count(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node)
{
	if (node->n <= UB_RULE_CASES_MAX)
		return true;
	ub_error(
	    reader->diags, "too-many", ub_yaml_first_line(node), "more than %d cases", UB_RULE_CASES_MAX);
	return false;
}

/* Warns of cases after one that always holds. */
static void warn_unreachable(const struct ub_yaml_reader *reader, const struct ub_yaml_node *list)
{
	for (size_t i = 0; i + 1 < list->n; i++) {
		if (list->items[i]->kind != UB_YAML_MAP || ub_yaml_get(list->items[i], "if"))
			continue;
		struct ub_diag *diag =
		    ub_warning(reader->diags, "unreachable", ub_yaml_first_line(list->items[i + 1]),
			"this case is never reached: the one before it has no `if`");
		diag->related = ub_yaml_first_line(list->items[i]);
		diag->related_message = UB_TEXT("this one always holds");
		return;
	}
}

static bool read_case(const struct ub_yaml_reader *reader, const struct ub_yaml_type *literal,
    const struct ub_yaml_node *node, struct ub_case *out)
{
	struct case_text text = { 0 };
	bool good = ub_yaml_read(reader, &case_type, node, &text);
	out->when = text.when.program;
	out->place = ub_yaml_first_line(text.use ? text.use : node);
	return text.use && ub_yaml_read(reader, literal, text.use, &out->use) && good;
}

bool rules_read_cases(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_cases *cases = out;
	bool listed = are_cases(node), good = true;
	if (listed && !check_count(reader, node))
		return false;
	struct ub_case *items = UB_NEW_ARRAY(reader->arena, struct ub_case, listed ? node->n : 1);
	*cases = (struct ub_cases){ items, listed ? node->n : 1 };
	if (!listed && is_lone_case(reader, node))
		return false;
	if (!listed) {
		items[0].place = ub_yaml_first_line(node);
		return ub_yaml_read(reader, type->item, node, &items[0].use);
	}
	for (size_t i = 0; i < node->n; i++)
		good &= read_case(reader, type->item, node->items[i], &items[i]);
	warn_unreachable(reader, node);
	return good;
}

/* ---- windows: pairs of points ---- */

static bool read_window(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, struct ub_case *from, struct ub_case *to)
{
	if (node->kind != UB_YAML_LIST || node->n != 2)
		return ub_yaml_expected(reader, node, type->noun);
	from->place = ub_yaml_first_line(node->items[0]);
	to->place = ub_yaml_first_line(node->items[1]);
	bool good = ub_yaml_read(reader, type->item, node->items[0], &from->use.point);
	return ub_yaml_read(reader, type->item, node->items[1], &to->use.point) && good;
}

static bool read_window_case(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, struct ub_case *from, struct ub_case *to)
{
	struct case_text text = { 0 };
	bool good = ub_yaml_read(reader, &case_type, node, &text);
	from->when = to->when = text.when.program;
	return text.use && read_window(reader, type, text.use, from, to) && good;
}

static bool read_windows(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct window_cases *windows = out;
	bool listed = are_cases(node), good = true;
	size_t n = listed ? node->n : 1;
	if (listed && !check_count(reader, node))
		return false;
	struct ub_case *from = UB_NEW_ARRAY(reader->arena, struct ub_case, n);
	struct ub_case *to = UB_NEW_ARRAY(reader->arena, struct ub_case, n);
	*windows = (struct window_cases){ { from, n }, { to, n } };
	for (size_t i = 0; i < n; i++)
		good &= listed ? read_window_case(reader, type, node->items[i], &from[i], &to[i])
			       : read_window(reader, type, node, from, to);
	if (listed)
		warn_unreachable(reader, node);
	return good;
}

/* ---- types ---- */

/* A whole number and the beginning of a unit. */
#define LENGTH_PATTERN "^\\s*[0-9]+\\s*[a-z]"

const struct ub_yaml_type rules_span_type = { .shape = UB_YAML_CUSTOM,
	.noun = "a reminder like `10m`",
	.pattern = LENGTH_PATTERN,
	.min = 0,
	.max = UB_RULE_REMINDER_MAX,
	.read = read_length };

const struct ub_yaml_type rules_reminder_type = { .shape = UB_YAML_CUSTOM,
	.noun = "a reminder like `10m` or `8m before end`",
	.min = 0,
	.max = UB_RULE_REMINDER_MAX,
	.read = read_reminder };

const struct ub_yaml_type rules_duration_type = { .shape = UB_YAML_CUSTOM,
	.noun = "a duration like `30m`",
	.pattern = LENGTH_PATTERN,
	.min = 1,
	.max = UB_RULE_DURATION_MAX,
	.read = read_length };

const struct ub_yaml_type rules_point_type = { .shape = UB_YAML_CUSTOM,
	.noun = "a point in time like `2 business days before start`",
	.read = read_point };

const struct ub_yaml_type rules_title_type = {
	.shape = UB_YAML_CUSTOM, .noun = "a title", .read = read_title
};

const struct ub_yaml_type rules_body_type = {
	.shape = UB_YAML_CUSTOM, .noun = "the name of a template", .read = read_body
};

const struct ub_yaml_type rules_people_type = { .shape = UB_YAML_CUSTOM,
	.noun = "an expression for people like `meeting.internal`, or `none`",
	.read = read_people };

const struct ub_yaml_type rules_rhythm_type = {
	.shape = UB_YAML_CUSTOM, .noun = "a rhythm like `month` or `2 weeks`", .read = read_rhythm
};

static const struct ub_yaml_word all_words[] = { { "all", 0, "each instance within 60 days" } };
static const struct ub_yaml_type all_type = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(all_words) };
const struct ub_yaml_type rules_instances_type = {
	.shape = UB_YAML_CUSTOM, .read = read_instances, UB_YAML_ANY_OF(&instance_count_type, &all_type)
};

static const struct ub_yaml_type window_type = {
	.shape = UB_YAML_LIST_OF, .item = &rules_point_type, .min = 2, .max = 2
};
const struct ub_yaml_type rules_window_cases_type = { .shape = UB_YAML_CUSTOM,
	.noun = "two points in time: [3 business days before start, 2 business days before start]",
	.read = read_windows,
	.item = &rules_point_type,
	UB_OR_CASES(window_type) };
