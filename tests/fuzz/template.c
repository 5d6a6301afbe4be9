/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The input is a template, then any number of further ones that it may include, each after a line "=== NAME".
 * The template is compiled as one of a rule directory, as a title, and as Mustache for data of unknown shape.
 * Compiled templates are rendered, with the input itself as a stranger's text.
 */
#include <assert.h>

#include "fuzz.h"
#include "tmpl/fixture.h"

static const struct ub_text mark = { "\n=== ", 5 };

/* Cuts the next template off *rest, with its name. The first template has no name. */
static struct ub_text cut(struct ub_text *rest, struct ub_text *name)
{
	size_t line = ub_text_find(*rest, UB_TEXT("\n"), 0);
	if (name->len) {
		*name = ub_text_sub(*rest, 0, line);
		*rest = ub_text_sub(*rest, line == SIZE_MAX ? rest->len : line + 1, rest->len);
	}
	size_t end = ub_text_find(*rest, mark, 0);
	struct ub_text text = ub_text_sub(*rest, 0, end == SIZE_MAX ? rest->len : end + 1);
	*rest = ub_text_sub(*rest, end == SIZE_MAX ? rest->len : end + mark.len, rest->len);
	return text;
}

static void add_all(struct fixture *f, struct ub_text input)
{
	struct ub_text rest = input, name = UB_TEXT_NONE;
	for (size_t n = 0; n < 4 && (n == 0 || rest.len); n++) {
		struct ub_source *source = UB_NEW(f->arena, struct ub_source);
		source->text = cut(&rest, &name);
		source->name = n % 2 ? UB_TEXT("t.html") : UB_TEXT("t.md");
		ub_template_set_add(f->set, name.len ? name : UB_TEXT("t"), source, &f->diags);
		name = UB_TEXT("?");
	}
}

static void render(struct fixture *f, const struct ub_template *tmpl, bool line)
{
	struct ub_buf out = UB_BUF(f->arena);
	struct ub_text why;
	if (!tmpl || !ub_template_render(tmpl, &tmpl, line ? 0 : 1, 17, f->activation, &out, &why))
		return;
	assert(ub_text_utf8_valid(ub_buf_text(&out)));
	assert(out.len <= (line ? UB_TEMPLATE_LINE_MAX : UB_TEMPLATE_OUTPUT_MAX + 16));
	assert(!line || ub_text_find(ub_buf_text(&out), UB_TEXT("\n"), 0) == SIZE_MAX);
}

static void try_directory(struct ub_text input, bool open)
{
	struct fixture f = fixture_new();
	if (open)
		ub_template_set_open(f.set);
	if (ub_text_utf8_valid(input))
		ub_cel_bind_name(f.activation, UB_TEXT("title"), ub_cel_string(input));
	add_all(&f, input);
	render(&f, fixture_use(&f, "t"), false);
	fixture_messages(&f.diags);
	fixture_free(&f);
}

static void try_title(struct ub_text input)
{
	struct fixture f = fixture_new();
	if (ub_text_utf8_valid(input))
		ub_cel_bind_name(f.activation, UB_TEXT("title"), ub_cel_string(input));
	struct ub_source source = { UB_TEXT("rules.yaml"), input };
	render(&f, ub_template_compile(f.set, source.text, fixture_place, &source, &f.diags), true);
	fixture_messages(&f.diags);
	fixture_free(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct ub_text input = ub_text_n((const char *)bytes, size);
	if (size > UB_TEMPLATE_SIZE_MAX + 1)
		return 0;
	try_directory(input, false);
	try_directory(input, true);
	try_title(input);
	return 0;
}
