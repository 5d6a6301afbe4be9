/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_CEL_FIXTURE_H
#define UPBEAT_TESTS_CEL_FIXTURE_H

#include "upbeat/cel.h"

/*
 * An environment with people, accounts and a few numbers:
 *
 *	person     name, email; persona (internal)
 *	colleague  a refined person
 *	account    name; health (internal, may be absent);
 *	           owner (a person, internal, absent unless has_account)
 *	variables  n int, s string, t timestamp, people list(person), ours list(colleague),
 *	           account, has_account, any dyn, secret int (internal), maybe int (may be absent),
 *	           twin person
 *	functions  greet(person) -> string, team(string) -> list(colleague),
 *	           only_ours(list(person)) -> list(colleague), context() -> int
 */
struct fixture {
	struct ub_arena *arena;
	struct ub_cel_env *env;
	const struct ub_cel_type *person, *colleague, *account;
	struct ub_cel_activation *activation; /* made when first asked for: after all declarations */
	struct ub_cel_issues issues;
};

struct fixture fixture_new(const struct ub_cel_config *config);
void fixture_free(struct fixture *fixture);

/* NULL: refused, and fixture->issues tells why. */
const struct ub_cel_program *compile(struct fixture *fixture, const char *text);
/* The text must compile. */
const struct ub_cel_program *compiled(struct fixture *fixture, const char *text);
/* All issues as lines "AT+LEN code: message (help)". Empty: the text compiles. */
const char *refusal(struct fixture *fixture, const char *text);

/* The variables' values: n 42, s "weekly sync", people Ann (blunt), Bob (kind); ours Ann; account Acme,
 * healthy and owned by Ann; has_account true; any {"a": 1}; secret 7; maybe absent; t 2026-11-21T12:00:00Z.
 */
struct ub_cel_activation *activation(struct fixture *fixture);
/* Other values of the same variables: all internal ones differ, and no others do. */
struct ub_cel_activation *with_other_internals(struct fixture *fixture);
/* Removes the account's data, except for the name. */
void without_account(struct fixture *fixture);
/* The result as a literal, or "cannot tell: MESSAGE [CODE]" for an error. */
const char *result(struct fixture *fixture, const char *text);
const char *type_name(struct fixture *fixture, const char *text);

#endif
