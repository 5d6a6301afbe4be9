/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "fixture.h"
#include "leaks.h"

/*
 * Random, well-typed programs run over two sets of values that differ only in internal data. A result that
 * the checker calls public must be the same for both.
 */
TestSuite(property, .fini = ub_leak_check, .timeout = 600);

struct generator {
	struct ub_buf out;
	uint64_t state;
	unsigned depth;    /* of the expression, to bring it to an end */
	unsigned n_locals; /* p0, p1, ...: persons of the loops around */
};

static unsigned pick(struct generator *g, unsigned n)
{
	g->state = g->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(g->state >> 33) % n;
}

/*
 * A grammar of templates. Capitals stand for generated text: B bool, I int, S string, P person, L list of
 * persons, D dyn. "@" opens a loop's variable, and each further "@" is its name. The first templates of each
 * kind contain no others.
 */
static const char *const bools[] = { "has_account", "true", "n > 10", "I > I", "S == S", "!B", "B && B",
	"B || B", "L.exists(@, B)", "L.all(@, B)", "L.exists_one(@, B)", "has(account.health)", "P == P",
	"P in L", "D == D", "B ? B : B", "has(P.persona)", "S.contains(S)", "cel.bind(x, S, x == S)" };
static const char *const ints[] = { "n", "3", "secret", "I + I", "size(L)", "size(S)", "B ? I : I",
	"L.map(@, I).size()", "[I, I][0]", "{1: I, 2: I}[1]", "I - I", "cel.bind(x, I, x + I)" };
static const char *const strings[] = { "s", "\"x\"", "account.name", "P.name", "P.persona", "P.email",
	"account.health", "S + S", "string(I)", "B ? S : S", "L.map(@, S).join(\",\")", "greet(P)",
	"account.?health.orValue(S)", "string(D.name)", "string(D.persona)", "string([S, 1, P][2].persona)",
	"\"%s\".format([P])", "\"%s\".format([L])", "optional.of(S).optMap(v, v + S).value()",
	"[?account.?health, ?optional.of(S)].join()", "type(D) == string ? S : S" };
static const char *const persons[] = { "people[0]", "people[1]", "twin", "account.owner", "L[0]", "B ? P : P",
	"[P, P][1]", "optional.of(P).value()", "{\"k\": P}.k" };
static const char *const lists[] = { "people", "ours", "L.filter(@, B)", "L + L", "B ? L : L", "[P, P]",
	"only_ours(L)", "L.map(@, P)" };
static const char *const dyns[] = { "any", "dyn(S)", "dyn(P)", "[dyn(I), P][1]",
	"{\"a\": dyn(I), \"name\": P}", "[S, I, P][I]" };

struct rule {
	char letter;
	const char *const *templates;
	unsigned n, ends;
};

static const struct rule rules[] = {
	{ 'B', bools, UB_COUNT(bools), 3 },
	{ 'I', ints, UB_COUNT(ints), 3 },
	{ 'S', strings, UB_COUNT(strings), 3 },
	{ 'P', persons, UB_COUNT(persons), 3 },
	{ 'L', lists, UB_COUNT(lists), 2 },
	{ 'D', dyns, UB_COUNT(dyns), 1 },
};

static void generate(struct generator *g, const struct rule *rule)
{
	if (rule->letter == 'P' && g->n_locals && pick(g, 2)) {
		ub_buf_printf(&g->out, "p%u", pick(g, g->n_locals));
		return;
	}
	const char *template = rule->templates[pick(g, g->depth >= 5 ? rule->ends : rule->n)];
	unsigned locals = g->n_locals;
	g->depth++;
	ub_buf_char(&g->out, '(');
	for (; *template; template ++) {
		const struct rule *inner = NULL;
		for (size_t i = 0; i < UB_COUNT(rules); i++)
			if (rules[i].letter == *template)
				inner = &rules[i];
		if (inner)
			generate(g, inner);
		else if (*template == '@')
			ub_buf_printf(&g->out, "p%u", g->n_locals++);
		else
			ub_buf_char(&g->out, *template);
	}
	ub_buf_char(&g->out, ')');
	g->n_locals = locals;
	g->depth--;
}

/* The parts of a result that its reader can see. */
static struct ub_text seen(
    struct fixture *f, const struct ub_cel_program *program, struct ub_cel_activation *values)
{
	struct ub_buf out = UB_BUF(f->arena);
	struct ub_cel_value value = ub_cel_eval(program, values, f->arena, NULL);
	if (value.kind == UB_CEL_ERROR)
		ub_buf_str(&out, value.error->code);
	else
		ub_cel_print(&out, value);
	return ub_buf_text(&out);
}

static unsigned long count(void)
{
	const char *n = getenv("UPBEAT_N");
	return n ? strtoul(n, NULL, 10) : 1000;
}

Test(property, what_is_public_does_not_depend_on_internal_data)
{
	unsigned long n = count(), public = 0, well = 0;
	for (unsigned long i = 0; i < n; i++) {
		struct fixture f = fixture_new(NULL);
		struct generator g = { .out = UB_BUF(f.arena), .state = i * 7919 + 1 };
		generate(&g, &rules[pick(&g, UB_COUNT(rules))]);
		const struct ub_cel_program *program = compile(&f, ub_buf_cstr(&g.out));
		if (program) {
			well++;
			if (ub_cel_program_shown_audience(program) == UB_CEL_PUBLIC) {
				struct ub_text one = seen(&f, program, activation(&f));
				struct ub_text other = seen(&f, program, with_other_internals(&f));
				cr_assert(ub_text_eq(one, other), "%s: %.*s, %.*s", ub_buf_cstr(&g.out),
				    UB_ARGS(one), UB_ARGS(other));
				public++;
			}
		}
		fixture_free(&f);
	}
	/* The grammar makes good programs, and enough of either kind. */
	cr_assert(well > n / 10 * 9, "%lu of %lu compile", well, n);
	cr_assert(public > n / 20 && public < well / 2, "%lu of %lu are public", public, n);
}
