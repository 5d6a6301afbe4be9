/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "leaks.h"
#include "yaml_test.h"

TestSuite(read, .fini = ub_leak_check);

enum colour { RED = 1, GREEN };

struct pair {
	struct ub_text name;
	int64_t number;
};

struct thing {
	struct ub_text title, note;
	bool busy;
	int64_t count;
	int colour;
	UB_VEC(struct ub_text) tags, owners;
	UB_VEC(struct pair) pairs;
	UB_VEC(struct thing) parts;
	const struct ub_yaml_node *later;
	size_t length;
};

static const struct ub_yaml_word colours[] = { { "red", RED, NULL }, { "green", GREEN, NULL } };
static const struct ub_yaml_type colour_type = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(colours) };
static const struct ub_yaml_type count_type = { .shape = UB_YAML_INT, .min = 1, .max = 9 };
static const struct ub_yaml_type pairs_type = { .shape = UB_YAML_MAP_OF,
	.item = &count_type,
	.item_size = sizeof(struct pair),
	.item_offset = offsetof(struct pair, number),
	.key_offset = offsetof(struct pair, name) };

static bool read_length(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	if (node->kind != UB_YAML_SCALAR)
		return ub_yaml_expected(reader, node, type->noun);
	*(size_t *)out = node->text.len;
	return true;
}

static const struct ub_yaml_type length_type = {
	.shape = UB_YAML_CUSTOM, .noun = "a text to measure", .read = read_length
};

static bool check_thing(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct thing *thing = out;
	(void)type;
	if (!thing->busy || thing->count)
		return true;
	ub_error(reader->diags, "busy-without-count", node->place, "busy needs a count");
	return false;
}

static const struct ub_yaml_type thing_type, parts_type;
static const struct ub_yaml_field thing_fields[] = {
	{ "title", &ub_yaml_type_text, offsetof(struct thing, title), true, "what calendars show" },
	{ "note", &ub_yaml_type_any_text, offsetof(struct thing, note), false, NULL },
	{ "busy", &ub_yaml_type_bool, offsetof(struct thing, busy), false, NULL },
	{ "count", &count_type, offsetof(struct thing, count), false, NULL },
	{ "colour", &colour_type, offsetof(struct thing, colour), false, NULL },
	{ "tags", &ub_yaml_type_texts, offsetof(struct thing, tags), false, NULL },
	{ "owners", &ub_yaml_type_text_or_list, offsetof(struct thing, owners), false, NULL },
	{ "pairs", &pairs_type, offsetof(struct thing, pairs), false, NULL },
	{ "parts", &parts_type, offsetof(struct thing, parts), false, NULL },
	{ "later", &ub_yaml_type_node, offsetof(struct thing, later), false, NULL },
	{ "length", &length_type, offsetof(struct thing, length), false, NULL },
};
static const struct ub_yaml_type thing_type = {
	.shape = UB_YAML_FIELDS, UB_YAML_TABLE(thing_fields), .check = check_thing
};
static const struct ub_yaml_type parts_type = {
	.shape = UB_YAML_LIST_OF, .item = &thing_type, .item_size = sizeof(struct thing)
};

static bool read_thing(struct reading *r, struct thing *thing)
{
	struct ub_yaml_reader reader = { r->arena, &r->diags, NULL };
	return ub_yaml_read(&reader, &thing_type, r->root, thing);
}

Test(read, fills_a_struct_by_the_types_of_its_fields)
{
	struct thing thing = { .note = UB_TEXT("default") };
	struct reading *r =
	    READ("title: no\nbusy: yes\ncount: '7'\ncolour: green\ntags: [1e3, b]\nowners: anna\n"
		 "pairs: {x: 1, y: 2}\nlater: {any: thing}\nlength: four\n"
		 "parts:\n  - title: inner\n    parts: [{title: innermost}]\n");
	cr_assert(read_thing(r, &thing), "%s", printed(r));
	SAME(thing.title, "no");
	SAME(thing.note, "default");
	cr_assert(thing.busy && thing.count == 7 && thing.colour == GREEN && thing.length == 4);
	cr_assert(thing.tags.n == 2 && thing.owners.n == 1 && thing.pairs.n == 2 && thing.parts.n == 1);
	SAME(thing.tags.items[0], "1e3");
	SAME(thing.pairs.items[1].name, "y");
	cr_assert_eq(thing.pairs.items[1].number, 2);
	SAME(thing.parts.items[0].parts.items[0].title, "innermost");
	cr_assert_eq(thing.later->kind, UB_YAML_MAP);
	finish(&r);
}

/* A file with one mistake, the mistake's code, and a part of the output. */
static const struct {
	const char *file, *code, *says;
} mistakes[] = {
	{ "titel: x\n", "unknown-key", "help: did you mean `title`?" },
	{ "title: x\nnonsense: y\n", "unknown-key", "help: it can be `title`, `note`," },
	{ "note: x\n", "missing-key", "help: title: what calendars show" },
	{ "title: [x]\n", "wrong-value", "expected a text, found a list" },
	{ "title: {x: y}\n", "wrong-value", "expected a text, found a map" },
	{ "title:\n", "wrong-value", "expected a text, found nothing" },
	{ "title: ''\n", "wrong-value", "expected a text, found nothing" },
	{ "title: x\nbusy: maybe\n", "wrong-value", "expected `yes` or `no`, found `maybe`" },
	{ "title: x\ncount: 1.5\n", "wrong-value", "expected a whole number, found `1.5`" },
	{ "title: x\ncount: 10\n", "out-of-range", "10 is not between 1 and 9" },
	{ "title: x\ncolour: gren\n", "unknown-word", "help: did you mean `green`?" },
	{ "title: x\ncolour: mauve\n", "unknown-word", "help: it can be `red` or `green`" },
	{ "title: x\ntags: a\n", "wrong-value", "help: a list of one is written in brackets: [...]" },
	{ "title: x\ntags:\n", "wrong-value", "help: indent the lines that belong to it" },
	{ "title: x\ntags:\n  -a\n  -b\n", "wrong-value", "help: put a blank after each `-`" },
	{ "title = x\n", "wrong-value", "help: put a colon and a blank between key and value" },
	{ "title: x\ntags: [a, [b]]\n", "wrong-value", "a.yaml:2:11: " },
	{ "title: x\npairs: [a]\n", "wrong-value", "expected a map of `name: value`, found a list" },
	{ "title: x\nlength: [a]\n", "wrong-value", "expected a text to measure, found a list" },
	{ "title: x\nbusy: yes\n", "busy-without-count", "busy needs a count" },
	{ "- x\n", "wrong-value", "expected a map of `key: value`, found a list" },
};

Test(read, tells_each_mistake_once)
{
	for (size_t i = 0; i < UB_COUNT(mistakes); i++) {
		struct reading *r = read_text(mistakes[i].file, strlen(mistakes[i].file));
		struct thing thing = { 0 };
		cr_expect(!read_thing(r, &thing), "%s", mistakes[i].file);
		cr_expect_eq(r->diags.list.n, 1, "%s: %s", mistakes[i].file, printed(r));
		cr_expect_eq(count(r, mistakes[i].code), 1, "%s: %s", mistakes[i].file, printed(r));
		cr_expect(
		    strstr(printed(r), mistakes[i].says) != NULL, "%s: %s", mistakes[i].file, printed(r));
		finish(&r);
	}
}

Test(read, goes_on_after_a_mistake_and_keeps_what_is_sound)
{
	struct reading *r = READ("title: x\ncount: many\ntags: [a, [b], c]\ncolour: green\n");
	struct thing thing = { 0 };
	cr_assert(!read_thing(r, &thing));
	cr_assert_eq(r->diags.errors, 2);
	cr_assert(thing.colour == GREEN && thing.tags.n == 2);
	finish(&r);
}

Test(read, says_nothing_more_of_what_could_not_be_read)
{
	struct reading *r = READ("title: !x && y\ntags: [*@a, b]\n");
	struct thing thing = { 0 };
	size_t before = r->diags.list.n;
	cr_assert_eq(before, 2, "%s", printed(r));
	cr_assert(!read_thing(r, &thing));
	cr_assert_eq(r->diags.list.n, before);
	cr_assert_eq(thing.tags.n, 1);
	finish(&r);
}
