/* SPDX-License-Identifier: Apache-2.0 */
#include "ruletest-private.h"

#include "upbeat/ical.h"
#include "upbeat/settings.h"
#include "upbeat/sys.h"

/* Files of tests become tests. Each step of a test becomes whole: values that a step does not give are those
 * of the step before. */

static const struct ub_place nowhere = { 0 };

/* ---- a step ---- */

static bool read_event(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct loading *loading = reader->context;
	struct ub_text from = node->place.source->name, name;
	struct ub_ical_refusal refusal;
	if (!ub_yaml_read(reader, &ub_yaml_type_text, node, &name))
		return false;
	(void)type;
	while (from.len && from.ptr[from.len - 1] != '/')
		from.len--;
	const char *path = ub_textf(reader->arena, "%.*s%.*s", UB_ARGS(from), UB_ARGS(name)).ptr;
	const struct ub_source *source =
	    ub_snapshot_read_source(reader->arena, path, UB_RULE_FILE_MAX, node->place, reader->diags);
	if (!source)
		return false;
	*(struct ub_text *)out = source->text;
	ub_sys_reading_begin(loading->input->watched);
	bool readable = ub_ical_read(source->text, loading->file->snapshot.zones, reader->arena, &refusal);
	ub_sys_reading_end(loading->input->watched);
	if (readable)
		return true;
	ub_error(reader->diags, "bad-event", node->place, "%s cannot be read as a calendar object: %.*s",
	    path, UB_ARGS(refusal.message));
	return false;
}

static bool read_expect(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct step *step = out;
	step->expects = true;
	(void)type;
	return ub_yaml_read(reader, &ruletest_type_expectations, node, &step->expect);
}

static bool read_expect_only(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct step *step = out;
	if (step->expects) {
		struct ub_diag *diag = ub_error(reader->diags, "conflict", ub_yaml_first_line(node),
		    "there is `expect` and `expect_only`");
		ub_diag_set_help(reader->diags, diag, "put all items into `expect_only`");
		return false;
	}
	step->only = true;
	return read_expect(reader, type, node, out);
}

static const struct ub_yaml_field hand_fields[] = {
	{ "deletes", &ruletest_type_items, offsetof(struct hand, deletes), false, "items that they delete" },
	{ "moves", &ruletest_type_moves, offsetof(struct hand, moves), false,
	    "items that they move, and where to" },
};
static const struct ub_yaml_type type_hand = { .shape = UB_YAML_FIELDS, UB_YAML_TABLE(hand_fields) };
static const struct ub_yaml_type *const expect_forms[] = { &ruletest_type_expectations };
static const struct ub_yaml_type type_expect = {
	.shape = UB_YAML_CUSTOM, .read = read_expect, .any_of = expect_forms, .n_any_of = 1
};
static const struct ub_yaml_type type_expect_only = {
	.shape = UB_YAML_CUSTOM, .read = read_expect_only, .any_of = expect_forms, .n_any_of = 1
};
static const struct ub_yaml_type *const event_forms[] = { &ub_yaml_type_text };
static const struct ub_yaml_type type_event = {
	.shape = UB_YAML_CUSTOM, .read = read_event, .any_of = event_forms, .n_any_of = 1
};

#define STEP_FIELDS(member)                                                                                  \
	{ "at", &ruletest_type_time, member(at), false, "when the rules are asked" },                        \
	    { "on", &ruletest_type_on, member(place), false, "that day, at the time of the step before" },   \
	    { "after", &ruletest_type_after, member(place), false, "how long after the step before" },       \
	    { "meeting", &ruletest_type_meeting, member(meeting), false,                                     \
		    "the meeting, or what changes in it" },                                                  \
	    { "event", &type_event, member(event), false, "a file with a meeting instead" },                 \
	    { "account", &ruletest_type_account, member(place), false, "what is known of the customer" },    \
	    { "team", &ruletest_type_team, member(place), false, "a team of the settings instead" },         \
	    { "met", &ruletest_type_met, member(met), false, "without a meeting: those with the account" },  \
	    { "busy", &ruletest_type_busy, member(busy), false, "when people are busy" },                    \
	    { "gone", &ub_yaml_type_bool, member(gone), false, "whether the meeting was deleted" },          \
	    { "user", &type_hand, member(user), false, "what somebody does to the items before" },           \
	    { "expect", &type_expect, member(place), false, "items that stand after it" },                   \
	    { "expect_only", &type_expect_only, member(place), false, "all items that stand after it" },     \
	    { "reject", &ruletest_type_patterns, member(reject), false, "items that do not" },               \
	{                                                                                                    \
		"undecided", &ruletest_type_patterns, member(undecided), false,                              \
		    "items of which the rules cannot tell"                                                   \
	}

#define OF_STEP(member) offsetof(struct step, member)
static const struct ub_yaml_field step_fields[] = { STEP_FIELDS(OF_STEP) };
static const struct ub_yaml_type type_step = { .shape = UB_YAML_FIELDS, UB_YAML_TABLE(step_fields) };

/* The step that the next one begins with. */
static struct step next_step(const struct step *before)
{
	struct step step = *before;
	step.user = (struct hand){ 0 };
	step.expects = step.only = false;
	step.expect = (struct expectations){ 0 };
	step.reject = step.undecided = (struct named_list){ 0 };
	return step;
}

/* ---- a test ---- */

/* The step comes first, so that the offsets in STEP_FIELDS fit. */
struct written_test {
	struct step step;
	struct ub_text name;
	const struct ub_yaml_node *steps;
};

static const struct ub_yaml_type type_steps = UB_YAML_LATER(UB_YAML_LIST_OF, type_step);
static const struct ub_yaml_field test_fields[] = {
	{ "name", &ub_yaml_type_text, offsetof(struct written_test, name), true,
	    "what is tested, in a sentence" },
	STEP_FIELDS(OF_STEP),
	{ "steps", &type_steps, offsetof(struct written_test, steps), false, "one look after another" },
};
static const struct ub_yaml_type type_test = { .shape = UB_YAML_FIELDS, UB_YAML_TABLE(test_fields) };

static bool complain_missing(
    struct loading *loading, const struct ub_yaml_node *node, const char *what, const char *help)
{
	struct ub_diag *diag =
	    ub_error(loading->diags, "missing-key", ub_yaml_first_line(node), "%s is missing", what);
	ub_diag_set_help(loading->diags, diag, "%s", help);
	return false;
}

/* `meeting` beside `event` is a mistake, as nobody knows which of the two is meant. */
static bool check_step(struct loading *loading, const struct ub_yaml_node *node, const struct step *step)
{
	const struct ub_yaml_node *event = ub_yaml_get(node, "event");
	if (event && ub_yaml_get(node, "meeting")) {
		ub_error(
		    loading->diags, "conflict", ub_yaml_first_line(event), "there is `meeting` and `event`");
		return false;
	}
	if (step->team && (event || ub_yaml_get(node, "meeting") || ub_yaml_get(node, "account"))) {
		ub_error(loading->diags, "conflict", ub_yaml_first_line(node),
		    "there is a `team`, and a meeting or an account");
		return false;
	}
	if (step->at.len == 0)
		return complain_missing(
		    loading, node, "`at`", "at: when the rules are asked, like `2026-11-02 09:00`");
	if (!ruletest_is_by_period(step) && step->event.len == 0 && step->meeting.start.len == 0)
		return complain_missing(loading, node, "the meeting",
		    "name one with `meeting: {start: ...}` or `event: FILE.ics`; rules for accounts need an "
		    "`account` alone, and rules for teams a `team`");
	if (step->met.n && (step->team || !ruletest_is_by_period(step))) {
		const struct ub_yaml_node *met = ub_yaml_get(node, "met");
		struct ub_diag *diag =
		    ub_error(loading->diags, "conflict", ub_yaml_first_line(met ? met : node),
			step->team ? "`met` stands in a test of rules for teams"
				   : "`met` stands in a test of rules for meetings");
		ub_diag_set_help(loading->diags, diag, "%s",
		    step->team ? "take it out: no meeting is a team's"
			       : "of other meetings with the account, say `account: {last_meeting: ...}`");
		return false;
	}
	if (!step->only && step->expect.n + step->reject.n + step->undecided.n == 0)
		return complain_missing(loading, node, "what is expected",
		    step->expects ? "`expect: []` allows anything; `expect_only: []` allows nothing"
				  : "name items with `expect`, `expect_only` or `reject`");
	return true;
}

/* `meeting` replaces the file of an earlier step, and a file replaces the `meeting`. */
static void settle_meeting(const struct ub_yaml_node *node, struct step *step)
{
	if (ub_yaml_get(node, "event"))
		step->meeting = (struct meeting){ 0 };
	else if (ub_yaml_get(node, "meeting"))
		step->event = UB_TEXT_NONE;
}

/* A step says its time once. */
static bool check_times(struct loading *loading, const struct ub_yaml_node *node)
{
	static const char *const keys[] = { "at", "on", "after" };
	const struct ub_yaml_node *first = NULL;
	for (size_t i = 0; i < UB_COUNT(keys); i++) {
		const struct ub_yaml_node *value = ub_yaml_get(node, keys[i]);
		if (value && first) {
			ub_error(loading->diags, "conflict", ub_yaml_first_line(value),
			    "a step says its time once, with `at`, `on` or `after`");
			return false;
		}
		first = first ? first : value;
	}
	return true;
}

static bool read_step(struct loading *loading, const struct ub_yaml_node *node, struct step *step)
{
	step->place = ub_yaml_first_line(node);
	if (node->kind == UB_YAML_MAP && !check_times(loading, node))
		return false;
	if (!ub_yaml_read(&loading->reader, &type_step, node, step))
		return false;
	step->place = ub_yaml_first_line(node);
	settle_meeting(node, step);
	return check_step(loading, node, step);
}

static void read_steps(
    struct loading *loading, const struct ub_yaml_node *steps, struct test *test, const struct step *first)
{
	const struct step *before = first;
	test->numbered = true;
	if (steps->kind != UB_YAML_LIST)
		ub_yaml_expected_kind(&loading->reader, steps, UB_YAML_LIST, "a list of steps");
	else if (steps->n == 0)
		ub_error(loading->diags, "wrong-value", ub_yaml_first_line(steps), "there is no step in it");
	for (size_t i = 0; steps->kind == UB_YAML_LIST && i < steps->n; i++) {
		struct step *step = UB_NEW(loading->arena, struct step);
		*step = next_step(before);
		if (read_step(loading, steps->items[i], step) &&
		    (i == 0 || ruletest_check_clock(loading, before, step)))
			*ub_push(loading->arena, &test->steps) = *step;
		before = step;
	}
}

static void refuse_outside_steps(struct loading *loading, const struct ub_yaml_node *node)
{
	static const char *const keys[] = { "expect", "expect_only", "reject", "undecided", "user" };
	for (size_t i = 0; i < UB_COUNT(keys); i++) {
		const struct ub_yaml_node *value = ub_yaml_get(node, keys[i]);
		if (!value)
			continue;
		struct ub_diag *diag = ub_error(loading->diags, "conflict", ub_yaml_first_line(value),
		    "`%s` stands beside `steps`", keys[i]);
		ub_diag_set_help(loading->diags, diag, "put it into the step that it is for");
	}
}

/* Two tests of a file may not share a name, as a report of a failed test only has the name. */
static void check_name(struct loading *loading, const struct test *test)
{
	for (size_t i = 0; test->name.len && i < loading->tests.n; i++) {
		const struct test *other = loading->tests.items[i];
		if (other->file != test->file || !ub_text_eq(other->name, test->name))
			continue;
		struct ub_diag *diag = ub_error(loading->diags, "duplicate-test", test->place,
		    "this file has a test of this name already");
		ub_diag_set_help(loading->diags, diag, "give one of the two another name");
		diag->related = other->place;
		diag->related_message = UB_TEXT("the other one is here");
		return;
	}
}

static void read_test(struct loading *loading, const struct ub_yaml_node *node)
{
	struct written_test written = { 0 };
	bool good = ub_yaml_read(&loading->reader, &type_test, node, &written);
	if (node->kind != UB_YAML_MAP)
		return;
	struct test *test = UB_NEW(loading->arena, struct test);
	*test =
	    (struct test){ .name = written.name, .place = ub_yaml_first_line(node), .file = loading->file };
	const struct ub_yaml_node *name = ub_yaml_get(node, "name");
	if (name)
		test->place = ub_yaml_first_line(name);
	check_name(loading, test);
	written.step.place = test->place;
	settle_meeting(node, &written.step);
	if (written.steps) {
		refuse_outside_steps(loading, node);
		read_steps(loading, written.steps, test, &written.step);
	} else if (good && check_step(loading, node, &written.step)) {
		*ub_push(loading->arena, &test->steps) = written.step;
	}
	*ub_push(loading->arena, &loading->tests) = test;
}

/* ---- a file ---- */

struct written_file {
	const struct ub_yaml_node *organization, *accounts, *tests;
};

static const struct ub_yaml_type type_organization = { .shape = UB_YAML_NODE,
	UB_YAML_ANY_OF(&ub_settings_organization_type) };
static const struct ub_yaml_type type_tests = UB_YAML_LATER(UB_YAML_LIST_OF, type_test);
static const struct ub_yaml_field file_fields[] = {
	{ "format", &ub_rules_format_type, 0, true, "begin the file with `format: 1`" },
	{ "organization", &type_organization, offsetof(struct written_file, organization), false,
	    "who is one of us, as in the settings" },
	{ "accounts", &ub_account_list_type, offsetof(struct written_file, accounts), false,
	    "customers, as in an account file" },
	{ "tests", &type_tests, offsetof(struct written_file, tests), true, "the tests" },
};
const struct ub_yaml_type ub_ruletest_file_type = {
	.shape = UB_YAML_FIELDS, .noun = "a map with `format` and `tests`", UB_YAML_TABLE(file_fields)
};

/* Adds the holidays that the organization of a test names. */
static void bring_holidays(struct loading *loading, const struct ub_settings *settings)
{
	const struct ub_ruleset *rules = loading->input->snapshot->rules;
	for (size_t i = 0; i < settings->n_holidays; i++) {
		const struct ub_settings_holidays *wanted = &settings->holidays[i];
		const struct ub_rule_file *file =
		    wanted->is_path ? NULL : ub_map_get(rules->holiday_files, wanted->name);
		const struct ub_source *source = file ? &file->source : NULL;
		struct ub_ical_refusal refusal;
		if (wanted->is_path)
			source = ub_snapshot_read_source(loading->arena,
			    ub_text_cstr(loading->arena, wanted->name), UB_RULE_FILE_MAX, wanted->place,
			    loading->diags);
		else if (!file)
			ub_error(loading->diags, "no-holidays", wanted->place,
			    "there is no holidays/%.*s.ics in any rule directory", UB_ARGS(wanted->name));
		if (source &&
		    !ub_ical_read_holidays(source->text, loading->arena, wanted->into, NULL, &refusal))
			ub_error(loading->diags, refusal.code, wanted->place, "%.*s: line %zu: %.*s",
			    UB_ARGS(source->name), refusal.line, UB_ARGS(refusal.message));
	}
}

static void read_organization(struct loading *loading, const struct ub_yaml_node *node)
{
	struct ub_snapshot *snapshot = &loading->file->snapshot;
	struct ub_settings *settings =
	    ub_settings_organization(loading->arena, node, snapshot->zones, loading->diags);
	bring_holidays(loading, settings);
	snapshot->org = settings->org;
}

static void release_accounts(void *accounts)
{
	struct ub_accounts *mine = accounts;
	ub_accounts_release(&mine);
}

static void read_accounts(struct loading *loading, const struct ub_yaml_node *node)
{
	const struct ub_settings *settings = loading->input->snapshot->settings;
	struct ub_accounts_reading reading = { loading->arena, loading->diags, ruletest_zone(loading->file),
		settings->fields, settings->n_fields };
	loading->file->accounts = ub_accounts_read(&reading, node);
	if (loading->file->accounts)
		ub_arena_defer(loading->arena, release_accounts, loading->file->accounts);
}

static void read_tests(struct loading *loading, const struct ub_yaml_node *list)
{
	if (list->kind != UB_YAML_LIST) {
		ub_yaml_expected_kind(&loading->reader, list, UB_YAML_LIST, "a list of tests");
		return;
	}
	for (size_t i = 0; i < list->n; i++)
		read_test(loading, list->items[i]);
}

static void load_file(struct loading *loading, const struct ub_source *source)
{
	const struct ub_snapshot *snapshot = loading->input->snapshot;
	struct written_file written = { 0 };
	struct test_file *file = UB_NEW(loading->arena, struct test_file);
	file->source = source;
	file->watched = loading->input->watched;
	file->snapshot = (struct ub_snapshot){ .settings = snapshot->settings,
		.org = snapshot->org,
		.rules = snapshot->rules,
		.zones = snapshot->zones };
	loading->file = file;
	const struct ub_yaml_node *root = ub_yaml_parse(loading->arena, source, loading->diags);
	if (root && root->kind == UB_YAML_MAP && ub_yaml_get(root, "rules") && !ub_yaml_get(root, "tests")) {
		struct ub_place start = { source, 0, 0 };
		struct ub_diag *diag =
		    ub_error(loading->diags, "wrong-kind", start, "this is a file of rules, among the tests");
		ub_diag_set_help(loading->diags, diag, "move it out of the folder `tests/`");
	} else if (root) {
		ub_yaml_read(&loading->reader, &ub_ruletest_file_type, root, &written);
	}
	if (written.organization)
		read_organization(loading, written.organization);
	const struct ub_texts *domains = &file->snapshot.org->domains;
	loading->domain = domains->n ? domains->items[0] : UB_TEXT(UB_RULETEST_DOMAIN);
	if (written.accounts)
		read_accounts(loading, written.accounts);
	if (written.tests)
		read_tests(loading, written.tests);
}

/* ---- a directory ---- */

static void load_directory(struct loading *loading, const char *directory)
{
	struct ub_text *names;
	size_t n;
	const char *path = ub_textf(loading->arena, "%s/tests", directory).ptr;
	enum ub_file_result result =
	    ub_sys_list_directory(loading->arena, path, UB_TEXT(".yaml"), &names, &n);
	if (result == UB_FILE_MISSING)
		n = 0;
	else if (result != UB_FILE_OK)
		ub_error(loading->diags, "cannot-read", nowhere, "cannot read the tests in %s: %s", path,
		    ub_file_result_text(result));
	for (size_t i = 0; result == UB_FILE_OK && i < n; i++) {
		const struct ub_source *source = ub_snapshot_read_source(loading->arena,
		    ub_textf(loading->arena, "%s/%.*s", path, UB_ARGS(names[i])).ptr, UB_RULE_FILE_MAX,
		    nowhere, loading->diags);
		if (source)
			load_file(loading, source);
	}
	if (n == 0 && result != UB_FILE_FAILED) {
		struct ub_diag *diag =
		    ub_warning(loading->diags, "no-tests", nowhere, "there are no tests in %s", path);
		ub_diag_set_help(loading->diags, diag, "files of tests end in .yaml");
	}
}

bool ruletest_load_tests(struct loading *loading)
{
	size_t errors = loading->diags->errors;
	loading->reader = (struct ub_yaml_reader){ loading->arena, loading->diags, loading };
	for (size_t i = 0; i < loading->input->n_directories; i++)
		load_directory(loading, loading->input->directories[i]);
	return loading->diags->errors == errors;
}
