/* SPDX-License-Identifier: Apache-2.0 */
#include "settings-private.h"

/* Warnings of entries about people that none of our people can be meant by. */

/* Whether some text matches both patterns, in which `*` stands for anything. meet[i][j] says so of the
 * patterns from their bytes i and j on. */
static bool patterns_meet(struct ub_arena *arena, struct ub_text a, struct ub_text b)
{
	size_t width = b.len + 1;
	bool *meet = UB_NEW_ARRAY(arena, bool, (a.len + 1) * width);
	for (size_t i = a.len + 1; i-- > 0;)
		for (size_t j = b.len + 1; j-- > 0;) {
			bool *here = &meet[i * width + j];
			bool more_a = i < a.len, more_b = j < b.len;
			bool star_a = more_a && a.ptr[i] == '*', star_b = more_b && b.ptr[j] == '*';
			if (!more_a && !more_b)
				*here = true;
			else if (star_a || star_b)
				*here = (more_a && here[width]) || (more_b && here[1]);
			else
				*here = more_a && more_b && a.ptr[i] == b.ptr[j] && here[width + 1];
		}
	return meet[0];
}

/* Whether an address of that pattern may be in one of our domains, or below it. */
static bool may_be_ours(
    struct ub_arena *arena, const struct organization *organization, struct ub_text pattern)
{
	struct ub_text domain = pattern, local;
	while (ub_text_find(domain, UB_TEXT("@"), 0) != SIZE_MAX)
		ub_text_split(&domain, '@', &local);
	for (size_t i = 0; i < organization->domains.n; i++) {
		struct ub_text ours = organization->domains.items[i];
		if (patterns_meet(arena, domain, ours) ||
		    patterns_meet(arena, domain, ub_textf(arena, "*.%.*s", UB_ARGS(ours))))
			return true;
	}
	return false;
}

static void check_one(const struct ub_yaml_reader *reader, const struct organization *organization,
    const struct ub_yaml_node *node, const char *what)
{
	if (!node || node->kind != UB_YAML_SCALAR)
		return;
	struct ub_text pattern = ub_text_lower(reader->arena, node->text);
	if (may_be_ours(reader->arena, organization, pattern))
		return;
	struct ub_buf domains = UB_BUF(reader->arena);
	for (size_t i = 0; i < organization->domains.n; i++)
		ub_buf_printf(&domains, "%s`%.*s`", i ? ", " : "", UB_ARGS(organization->domains.items[i]));
	struct ub_diag *diag =
	    ub_warning(reader->diags, "matches-nobody", node->place, "`%.*s` %s", UB_ARGS(node->text), what);
	ub_diag_set_help(reader->diags, diag, "our addresses are those in `domains`: %.*s, and below",
	    UB_ARGS(ub_buf_text(&domains)));
}

void settings_warn_of_nobody(const struct ub_yaml_reader *reader, const struct organization *organization,
    const struct ub_yaml_node *node)
{
	const struct ub_yaml_node *people = ub_yaml_get(node, "people"), *teams = ub_yaml_get(node, "teams");
	if (organization->domains.n == 0)
		return;
	for (size_t i = 0; people && people->kind == UB_YAML_LIST && i < people->n; i++)
		if (people->items[i]->kind == UB_YAML_MAP)
			check_one(reader, organization, ub_yaml_get(people->items[i], "match"),
			    "matches none of our addresses");
	for (size_t i = 0; teams && teams->kind == UB_YAML_MAP && i < teams->n; i++) {
		const struct ub_yaml_node *team = teams->entries[i].value;
		for (size_t k = 0; team->kind == UB_YAML_LIST && k < team->n; k++)
			check_one(reader, organization, team->items[k],
			    "is none of our addresses: nobody is invited by it");
	}
}
