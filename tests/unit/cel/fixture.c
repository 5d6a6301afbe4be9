/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <criterion/criterion.h>

static struct ub_cel_value greet(struct ub_cel_call *call, const struct ub_cel_value *args, size_t n)
{
	cr_assert_eq(n, 1);
	return ub_cel_string(
	    ub_textf(call->arena, "Hello %.*s", UB_ARGS(ub_cel_text(args[0].object->fields[0]))));
}

static struct ub_cel_value team(struct ub_cel_call *call, const struct ub_cel_value *args, size_t n)
{
	cr_assert_eq(n, 1);
	return ub_cel_fail(call, "no-such-team", "there is no team %.*s", UB_ARGS(ub_cel_text(args[0])));
}

static struct ub_cel_value only_ours(struct ub_cel_call *call, const struct ub_cel_value *args, size_t n)
{
	cr_assert_eq(n, 1);
	return ub_cel_list(call->arena, args[0].list->items, args[0].list->n ? 1 : 0);
}

static struct ub_cel_value context(struct ub_cel_call *call, const struct ub_cel_value *args, size_t n)
{
	(void)args;
	cr_assert_eq(n, 0);
	return ub_cel_int(*(const int *)call->context);
}

static const struct ub_cel_decl person_fields[] = {
	{ "name", "string" },
	{ "email", "string" },
	{ "persona", "string", UB_CEL_INTERNAL },
};

static const struct ub_cel_decl account_fields[] = {
	{ "name", "string" },
	{ "health", "string", UB_CEL_INTERNAL, .may_be_absent = true },
	{ "owner", "person", UB_CEL_INTERNAL, .may_be_absent = true, .guard = "has_account" },
};

static const struct ub_cel_decl variables[] = {
	{ "n", "int" },
	{ "s", "string" },
	{ "t", "timestamp" },
	{ "people", "list(person)" },
	{ "ours", "list(colleague)" },
	{ "account", "account" },
	{ "has_account", "bool" },
	{ "any", "dyn" },
	{ "secret", "int", UB_CEL_INTERNAL },
	{ "maybe", "int", .may_be_absent = true },
	{ "twin", "person" },
};

static const struct ub_cel_function functions[] = {
	{ "greet", "(person) -> string", greet },
	{ "team", "(string) -> list(colleague)", team, .not_constant = true },
	{ "only_ours", "(list(person)) -> list(colleague)", only_ours, .shallow = true },
	{ "context", "() -> int", context, .not_constant = true },
};

struct fixture fixture_new(const struct ub_cel_config *config)
{
	struct fixture f = { .arena = ub_arena_new() };
	f.env = ub_cel_env_new(f.arena, config);
	f.person = ub_cel_declare_object(f.env, "person", NULL, "email");
	f.colleague = ub_cel_declare_object(f.env, "colleague", f.person, NULL);
	f.account = ub_cel_declare_object(f.env, "account", NULL, "name");
	ub_cel_declare_fields(f.env, f.person, person_fields, UB_COUNT(person_fields));
	ub_cel_declare_fields(f.env, f.account, account_fields, UB_COUNT(account_fields));
	for (size_t i = 0; i < UB_COUNT(variables); i++)
		ub_cel_declare(f.env, &variables[i]);
	ub_cel_declare_functions(f.env, functions, UB_COUNT(functions));
	return f;
}

void fixture_free(struct fixture *f)
{
	ub_arena_free(&f->arena);
}

const struct ub_cel_program *compile(struct fixture *f, const char *text)
{
	f->issues = (struct ub_cel_issues){ 0 };
	return ub_cel_compile(f->env, f->arena, ub_text(text), NULL, &f->issues);
}

const char *refusal(struct fixture *f, const char *text)
{
	struct ub_buf out = UB_BUF(f->arena);
	const struct ub_cel_program *program = compile(f, text);
	cr_assert_eq(program == NULL, f->issues.n > 0, "%s", text);
	for (size_t i = 0; i < f->issues.n; i++) {
		const struct ub_cel_issue *issue = &f->issues.items[i];
		ub_buf_printf(&out, "%s%zu+%zu %s: %.*s", i ? "\n" : "", issue->at, issue->len, issue->code,
		    UB_ARGS(issue->message));
		if (issue->help.len)
			ub_buf_printf(&out, " (%.*s)", UB_ARGS(issue->help));
	}
	return ub_buf_cstr(&out);
}

const struct ub_cel_program *compiled(struct fixture *f, const char *text)
{
	const char *why = refusal(f, text);
	cr_assert(*why == '\0', "%s: %s", text, why);
	return compile(f, text);
}

static struct ub_cel_value new_person(struct fixture *f, const struct ub_cel_type *type, const char *name,
    const char *email, const char *persona)
{
	struct ub_cel_value *fields = UB_NEW_ARRAY(f->arena, struct ub_cel_value, 3);
	fields[0] = ub_cel_string(ub_text(name));
	fields[1] = ub_cel_string(ub_text(email));
	fields[2] = ub_cel_string(ub_text(persona));
	return ub_cel_object(f->arena, type, fields);
}

static struct ub_cel_value new_account(
    struct fixture *f, struct ub_cel_value health, struct ub_cel_value owner)
{
	struct ub_cel_value *fields = UB_NEW_ARRAY(f->arena, struct ub_cel_value, 3);
	fields[0] = ub_cel_string(UB_TEXT("Acme"));
	fields[1] = health;
	fields[2] = owner;
	return ub_cel_object(f->arena, f->account, fields);
}

static void bind(struct ub_cel_activation *values, const char *name, struct ub_cel_value value)
{
	cr_assert(ub_cel_bind_name(values, ub_text(name), value), "%s", name);
}

static struct ub_cel_activation *new_activation(struct fixture *f, const char *const personas[3],
    struct ub_cel_value health, size_t owner, int64_t secret)
{
	struct ub_cel_activation *values = ub_cel_activation_new(f->arena, f->env);
	struct ub_cel_value *people = UB_NEW_ARRAY(f->arena, struct ub_cel_value, 2);
	people[0] = new_person(f, f->colleague, "Ann", "ann@ours.example", personas[0]);
	people[1] = new_person(f, f->person, "Bob", "bob@acme.example", personas[1]);
	struct ub_cel_entry entry = { ub_cel_string(UB_TEXT("a")), ub_cel_int(1) };
	bind(values, "n", ub_cel_int(42));
	bind(values, "s", ub_cel_string(UB_TEXT("weekly sync")));
	bind(values, "t", ub_cel_timestamp(1795262400, 0));
	bind(values, "people", ub_cel_list(f->arena, people, 2));
	bind(values, "ours", ub_cel_list(f->arena, people, 1));
	bind(values, "account", new_account(f, health, people[owner]));
	bind(values, "has_account", ub_cel_bool(true));
	bind(values, "any", ub_cel_map(f->arena, &entry, 1));
	bind(values, "secret", ub_cel_int(secret));
	bind(values, "maybe", ub_cel_absent());
	bind(values, "twin", new_person(f, f->person, "Ann", "ann@ours.example", personas[2]));
	return values;
}

struct ub_cel_activation *activation(struct fixture *f)
{
	if (!f->activation)
		f->activation = new_activation(f, (const char *const[]){ "blunt", "kind", "blunt" },
		    ub_cel_string(UB_TEXT("green")), 0, 7);
	return f->activation;
}

struct ub_cel_activation *with_other_internals(struct fixture *f)
{
	return new_activation(f, (const char *const[]){ "kind", "sly", "sly" }, ub_cel_absent(), 1, 2);
}

void without_account(struct fixture *f)
{
	bind(activation(f), "account", new_account(f, ub_cel_absent(), ub_cel_absent()));
	bind(activation(f), "has_account", ub_cel_bool(false));
}

const char *result(struct fixture *f, const char *text)
{
	struct ub_buf out = UB_BUF(f->arena);
	struct ub_cel_value value = ub_cel_eval(compiled(f, text), activation(f), f->arena, NULL);
	ub_cel_print_literal(&out, value, 0);
	if (value.kind == UB_CEL_ERROR)
		ub_buf_printf(&out, " [%s]", value.error->code);
	return ub_buf_cstr(&out);
}

const char *type_name(struct fixture *f, const char *text)
{
	return ub_text_cstr(f->arena, ub_cel_type_text(f->arena, ub_cel_program_type(compiled(f, text))));
}
