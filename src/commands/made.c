/* SPDX-License-Identifier: Apache-2.0 */
#include "made.h"

#include "upbeat/http.h"
#include "upbeat/json.h"

static const struct {
	const char *word, *shown;
	enum ub_existing_state existing;
} states[] = {
	[UB_ITEM_EXISTS] = { "exists", "stands", UB_EXISTING_STANDS },
	[UB_ITEM_UNCERTAIN] = { "uncertain", "may stand: the server has not answered", UB_EXISTING_STANDS },
	[UB_ITEM_DELETED] = { "deleted", "deleted by its user: it stays away", UB_EXISTING_DELETED },
	[UB_ITEM_REMOVED] = { "removed", "removed", UB_EXISTING_REMOVED },
	[UB_ITEM_REMOVING] = { "removing", "about to be removed", UB_EXISTING_STANDS },
};

bool made_stands(const struct ub_store_item *item)
{
	return states[item->state].existing == UB_EXISTING_STANDS;
}

struct ub_existing *made_existing(
    const struct ub_store_items *items, struct ub_text owner, size_t *n, struct ub_arena *arena)
{
	struct ub_existing *existing = UB_NEW_ARRAY(arena, struct ub_existing, items->n + 1);
	*n = 0;
	for (size_t i = 0; i < items->n; i++) {
		const struct ub_store_item *item = &items->items[i];
		if (!ub_text_eq(item->owner, owner))
			continue;
		struct ub_existing *one = &existing[(*n)++];
		*one = (struct ub_existing){ .uid = item->uid,
			.name =
			    ub_text_sub(item->href, ub_http_href_collection(item->href).len, item->href.len),
			.generation = item->generation,
			.item_mark = item->identity,
			.state = states[item->state].existing,
			.moved_along = item->outcome.moved_along != 0 };
		one->declines =
		    ub_existing_declines(one, item->outcome.declined, owner, item->changed / 1000, arena);
	}
	return existing;
}

enum ub_store_result made_of_account(struct ub_store *store, const struct ub_ruleset *rules,
    const struct ub_rule *rule, struct ub_text id, struct ub_arena *arena, struct ub_store_items *items)
{
	struct ub_texts uids = ub_cadence_former_uids(rules, rule, id, arena);
	enum ub_store_result result = UB_STORE_OK;
	*ub_push(arena, &uids) = ub_cadence_uid(rule, id, arena);
	for (size_t i = 0; i < uids.n && result == UB_STORE_OK; i++) {
		struct ub_store_items some = { 0 };
		result = ub_store_items(store, ub_organization, uids.items[i], arena, &some);
		for (size_t k = 0; k < some.n; k++)
			*ub_push(arena, items) = some.items[k];
	}
	return result;
}

bool made_is_users_own(const struct ub_store_item *item)
{
	return item->state == UB_ITEM_EXISTS && ub_text_is(item->base, UB_STORE_BASE_LOST);
}

/* Whether the item is not where it was, and may stand elsewhere. */
static bool is_missing(const struct ub_store_item *item)
{
	return item->state == UB_ITEM_EXISTS && item->outcome.gone;
}

static const char *shown(const struct ub_store_item *item)
{
	return is_missing(item) ? "missing: it could not be looked for elsewhere" : states[item->state].shown;
}

void made_print(
    const struct ub_store_item *item, const struct ub_zone *zone, const char *remark, struct ub_buf *out)
{
	ub_instant at;
	ub_buf_str(out, "  ");
	ub_buf_shown(out, item->id.len ? item->id : UB_TEXT("(an item)"));
	if (ub_plan_mark_instant(item->identity, &at)) /* for which instance */
		ub_cal_format(out, UB_TEXT(" for %F"), zone, at, UB_ENGLISH);
	ub_buf_printf(out, ": %s, ", shown(item));
	ub_buf_shown(out, item->href);
	ub_buf_str(out, ", of ");
	ub_buf_shown(out, item->owner);
	ub_buf_printf(out, "%s\n", remark);
}

static json_t *object_of(const struct ub_store_item *item)
{
	json_t *object = ub_json_object();
	struct ub_text instance = ub_plan_mark_instance(item->identity);
	ub_json_set(object, "id", ub_json_text(item->id));
	const char *word = is_missing(item) ? "missing" : states[item->state].word;
	ub_json_set(object, "state", ub_json_word(word));
	ub_json_set(object, "href", ub_json_text(item->href));
	ub_json_set(object, "owner", ub_json_text(item->owner));
	ub_json_set(object, "uid", ub_json_text(item->uid));
	if (instance.len)
		ub_json_set(object, "instance", ub_json_text(instance));
	if (item->state == UB_ITEM_EXISTS)
		ub_json_set(object, "marked", ub_json_flag(!made_is_users_own(item)));
	return object;
}

json_t *made_array(const struct ub_store_items *items)
{
	json_t *array = ub_json_array();
	for (size_t i = 0; i < items->n; i++)
		ub_json_add(array, object_of(&items->items[i]));
	return array;
}
