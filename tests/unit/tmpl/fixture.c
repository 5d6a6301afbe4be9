/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

const char *fixture_codes(struct ub_diags *diags)
{
	struct ub_buf out = UB_BUF(diags->arena);
	ub_diags_sort(diags);
	for (size_t i = 0; i < diags->list.n; i++) {
		const struct ub_diag *diag = &diags->list.items[i];
		size_t line, column;
		ub_place_line_column(diag->place, &line, &column);
		ub_buf_printf(&out, "%s%zu:%zu %s", i ? ", " : "", line, column, diag->code);
	}
	return ub_buf_cstr(&out);
}

const char *fixture_messages(struct ub_diags *diags)
{
	struct ub_buf out = UB_BUF(diags->arena);
	ub_diags_sort(diags);
	ub_diags_print(diags, &out, false);
	return ub_buf_cstr(&out);
}

const struct ub_source *fixture_source(struct ub_arena *arena, const char *name, const char *text)
{
	struct ub_source *source = UB_NEW(arena, struct ub_source);
	source->name = ub_text(name);
	source->text = ub_text(text);
	return source;
}

const char *fixture_repeat(struct ub_arena *arena, const char *piece, size_t n)
{
	struct ub_buf out = UB_BUF(arena);
	for (size_t i = 0; i < n; i++)
		ub_buf_str(&out, piece);
	return ub_buf_cstr(&out);
}

static void declare(struct fixture *f)
{
	static const struct ub_cel_decl person[] = {
		{ .name = "name", .type = "string" },
		{ .name = "email", .type = "string" },
		{ .name = "notes", .type = "list(string)" },
		{ .name = "persona", .type = "string", .audience = UB_CEL_INTERNAL },
	};
	static const struct ub_cel_decl account[] = {
		{ .name = "name", .type = "string" },
		{ .name = "health",
		    .type = "string",
		    .audience = UB_CEL_INTERNAL,
		    .may_be_absent = true,
		    .guard = "has_account" },
	};
	static const struct ub_cel_decl variables[] = {
		{ .name = "title", .type = "string" },
		{ .name = "n", .type = "int" },
		{ .name = "yes", .type = "bool" },
		{ .name = "no", .type = "bool" },
		{ .name = "names", .type = "list(string)" },
		{ .name = "people", .type = "list(person)" },
		{ .name = "none", .type = "list(person)" },
		{ .name = "account", .type = "account" },
		{ .name = "has_account", .type = "bool" },
		{ .name = "start", .type = "timestamp" },
	};
	ub_cel_declare_fields(
	    f->env, ub_cel_declare_object(f->env, "person", NULL, "name"), person, UB_COUNT(person));
	ub_cel_declare_fields(
	    f->env, ub_cel_declare_object(f->env, "account", NULL, "name"), account, UB_COUNT(account));
	for (size_t i = 0; i < UB_COUNT(variables); i++)
		ub_cel_declare(f->env, &variables[i]);
}

static void bind(struct fixture *f, const char *name, struct ub_cel_value value)
{
	ub_cel_bind_name(f->activation, ub_text(name), value);
}

static struct ub_cel_value person(struct fixture *f, const char *name, const char *email, const char *note)
{
	struct ub_cel_value *fields = UB_NEW_ARRAY(f->arena, struct ub_cel_value, 4);
	struct ub_cel_value *notes = UB_NEW(f->arena, struct ub_cel_value);
	*notes = ub_cel_string(ub_text(note));
	fields[0] = ub_cel_string(ub_text(name));
	fields[1] = ub_cel_string(ub_text(email));
	fields[2] = ub_cel_list(f->arena, notes, note ? 1 : 0);
	fields[3] = ub_cel_string(UB_TEXT("blunt"));
	return ub_cel_object(f->arena, ub_cel_find_object(f->env, UB_TEXT("person")), fields);
}

static void bind_all(struct fixture *f)
{
	struct ub_cel_value *people = UB_NEW_ARRAY(f->arena, struct ub_cel_value, 2);
	struct ub_cel_value *account = UB_NEW_ARRAY(f->arena, struct ub_cel_value, 2);
	people[0] = person(f, "Ann", "ann@acme.example", "reads everything");
	people[1] = person(f, "Bob", "bob@acme.example", NULL);
	account[0] = ub_cel_string(UB_TEXT("Acme"));
	account[1] = ub_cel_absent();
	bind(f, "people", ub_cel_list(f->arena, people, 2));
	bind(f, "none", ub_cel_list(f->arena, NULL, 0));
	bind(f, "account", ub_cel_object(f->arena, ub_cel_find_object(f->env, UB_TEXT("account")), account));
	bind(f, "n", ub_cel_int(4));
	bind(f, "yes", ub_cel_bool(true));
	bind(f, "no", ub_cel_bool(false));
	bind(f, "has_account", ub_cel_bool(false));
	bind(f, "start", ub_cel_timestamp(0, 0));
	fixture_set_title(f, "Roadmap");
	fixture_set_names(f, "x", 2);
}

struct fixture fixture_new(void)
{
	struct fixture f = { .arena = ub_arena_new() };
	f.env = ub_cel_env_new(f.arena, NULL);
	declare(&f);
	f.set = ub_template_set_new(f.env, f.arena);
	f.diags = UB_DIAGS(f.arena);
	f.activation = ub_cel_activation_new(f.arena, f.env);
	bind_all(&f);
	return f;
}

void fixture_free(struct fixture *f)
{
	ub_arena_free(&f->arena);
}

void fixture_set_title(struct fixture *f, const char *title)
{
	bind(f, "title", ub_cel_string(ub_text(title)));
}

void fixture_set_names(struct fixture *f, const char *name, size_t n)
{
	struct ub_cel_value *names = UB_NEW_ARRAY(f->arena, struct ub_cel_value, n);
	for (size_t i = 0; i < n; i++)
		names[i] = ub_cel_string(ub_text(name));
	bind(f, "names", ub_cel_list(f->arena, names, n));
}

void fixture_add(struct fixture *f, const char *file, const char *text)
{
	struct ub_text name = ub_text(file);
	while (name.len && name.ptr[name.len - 1] != '.')
		name.len--;
	name.len -= name.len > 0;
	ub_template_set_add(f->set, name, fixture_source(f->arena, file, text), &f->diags);
}

const struct ub_template *fixture_use(struct fixture *f, const char *name)
{
	ub_template_set_check(f->set, &f->diags);
	return ub_template_use(f->set, ub_text(name), (struct ub_place){ 0 }, &f->diags);
}

const char *fixture_render(struct fixture *f, const struct ub_template *tmpl, int64_t minutes)
{
	struct ub_buf out = UB_BUF(f->arena);
	struct ub_text why;
	if (!tmpl)
		return fixture_messages(&f->diags);
	if (!ub_template_render(tmpl, NULL, 0, minutes, f->activation, &out, &why))
		ub_buf_printf(&out, "cannot tell: %.*s", UB_ARGS(why));
	return ub_buf_cstr(&out);
}

/* The place of a title, as if the title stood in a rule file. */
struct ub_place fixture_place(void *data, size_t at, size_t len)
{
	return (struct ub_place){ data, at, len };
}

const struct ub_template *fixture_compile(struct fixture *f, const char *text)
{
	const struct ub_source *source = fixture_source(f->arena, "rules.yaml", text);
	return ub_template_compile(f->set, source->text, fixture_place, (void *)source, &f->diags);
}
