/* SPDX-License-Identifier: Apache-2.0 */
/* `upbeat explain UID`: what is remembered of a meeting, and what the rules make of it now. */
#include "control-private.h"
#include "upbeat/http.h"
#include "upbeat/json.h"

struct recall {
	const struct ub_telling *telling;
	struct ub_arena *arena;
	const struct ub_zone *zone;
	struct ub_text uid;
	struct ub_store_seens seens;
	struct ub_store_items items;
	struct ub_known_jobs jobs;
};

static const struct {
	const char *word, *shown;
	enum ub_existing_state existing;
} item_states[] = {
	[UB_ITEM_EXISTS] = { "exists", "stands", UB_EXISTING_STANDS },
	[UB_ITEM_UNCERTAIN] = { "uncertain", "may stand: the server has not answered", UB_EXISTING_STANDS },
	[UB_ITEM_DELETED] = { "deleted", "deleted by its user: it stays away", UB_EXISTING_DELETED },
	[UB_ITEM_REMOVED] = { "removed", "removed", UB_EXISTING_REMOVED },
	[UB_ITEM_REMOVING] = { "removing", "about to be removed", UB_EXISTING_STANDS },
};

static void look(struct recall *recall)
{
	const struct ub_control_input *daemon = recall->telling->daemon;
	if (ub_store_seens(daemon->store, ub_organization, recall->uid, recall->arena, &recall->seens) !=
	    UB_STORE_OK)
		recall->seens.n = 0;
	if (ub_store_items(daemon->store, ub_organization, recall->uid, recall->arena, &recall->items) !=
	    UB_STORE_OK)
		recall->items.n = 0;
	recall->jobs = ub_queue_jobs(daemon->queue, recall->arena);
}

/* Of several people's copies, that whose owner has the items; else the first. */
static const struct ub_store_seen *copy_with_items(const struct recall *recall)
{
	for (size_t i = 0; i < recall->seens.n; i++)
		for (size_t j = 0; j < recall->items.n; j++)
			if (item_states[recall->items.items[j].state].existing == UB_EXISTING_STANDS &&
			    ub_text_eq(recall->items.items[j].owner, recall->seens.items[i].owner))
				return &recall->seens.items[i];
	return &recall->seens.items[0];
}

static bool concerns(const struct recall *recall, const struct ub_job *job)
{
	for (size_t i = 0; i < recall->seens.n; i++)
		if (ub_text_eq(job->key.href, recall->seens.items[i].href))
			return true;
	return false;
}

/* Where the items stand now only their server knows; that they were made, the store does. */
static void decide(
    const struct recall *recall, const struct ub_store_seen *seen, struct ub_decision *decision)
{
	struct ub_existing *existing = UB_NEW_ARRAY(recall->arena, struct ub_existing, recall->items.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < recall->items.n; i++) {
		const struct ub_store_item *item = &recall->items.items[i];
		if (!ub_text_eq(item->owner, seen->owner) || recall->telling->snapshot->without_rules)
			continue;
		existing[n++] = (struct ub_existing){ .uid = item->uid,
			.name =
			    ub_text_sub(item->href, ub_http_href_collection(item->href).len, item->href.len),
			.generation = item->generation,
			.item_mark = item->identity,
			.state = item_states[item->state].existing };
	}
	struct ub_decide_input input = { .snapshot = recall->telling->snapshot,
		.text = seen->text,
		.owner = seen->owner,
		.existing = existing,
		.n_existing = n,
		.explain = true,
		.now = ub_sys_now() };
	ub_decide(&input, decision, recall->arena);
}

/* ---- for people ---- */

static void heading(const struct recall *recall, const char *text)
{
	const struct ub_telling *telling = recall->telling;
	ub_buf_printf(telling->out, "\n%s%s%s\n", telling->colour ? "\033[1m" : "", text,
	    telling->colour ? "\033[0m" : "");
}

static void print_time(const struct recall *recall, int64_t milliseconds)
{
	ub_cal_format(recall->telling->out, UB_TEXT("%F %T"), recall->zone, milliseconds / 1000, UB_ENGLISH);
}

static void print_copies(const struct recall *recall, const struct ub_store_seen *chosen)
{
	struct ub_buf *out = recall->telling->out;
	heading(recall, "As it was last seen");
	for (size_t i = 0; i < recall->seens.n; i++) {
		const struct ub_store_seen *seen = &recall->seens.items[i];
		ub_buf_str(out, "  ");
		ub_buf_shown(out, seen->href);
		ub_buf_str(out, ", of ");
		ub_buf_shown(out, seen->owner);
		ub_buf_str(out, ", ");
		print_time(recall, seen->changed);
		if (seen == chosen && recall->seens.n > 1)
			ub_buf_str(out, " (the one explained)");
		ub_buf_char(out, '\n');
	}
}

static void print_items(const struct recall *recall)
{
	struct ub_buf *out = recall->telling->out;
	heading(recall, "What was made for it");
	for (size_t i = 0; i < recall->items.n; i++) {
		const struct ub_store_item *item = &recall->items.items[i];
		ub_buf_str(out, "  ");
		ub_buf_shown(out, item->id.len ? item->id : UB_TEXT("(an item)"));
		ub_buf_printf(out, ": %s, ", item_states[item->state].shown);
		ub_buf_shown(out, item->href);
		ub_buf_str(out, ", of ");
		ub_buf_shown(out, item->owner);
		ub_buf_char(out, '\n');
	}
	if (recall->items.n == 0)
		ub_buf_str(out, "  nothing\n");
}

static void print_keys(const struct recall *recall)
{
	struct ub_buf *out = recall->telling->out;
	bool first = true;
	for (size_t i = 0; i < recall->jobs.n; i++) {
		const struct ub_job *job = &recall->jobs.items[i].job;
		if (!concerns(recall, job))
			continue;
		if (first)
			heading(recall, "What is to be looked at");
		first = false;
		ub_buf_str(out, "  ");
		ub_buf_shown(out, job->key.href);
		ub_buf_printf(out, ": %s", ub_job_state_word(job->state));
		if (job->reason.len) {
			ub_buf_str(out, ", ");
			ub_buf_shown(out, job->reason);
		}
		ub_buf_char(out, '\n');
	}
}

static void print_unseen(const struct recall *recall)
{
	struct ub_buf *out = recall->telling->out;
	ub_buf_str(out, "No meeting with the UID `");
	ub_buf_shown(out, recall->uid);
	ub_buf_str(out, "` has been seen. It may be no meeting with a customer that any rule asks for\n"
			"something, or it was stored past Upbeat, or before Upbeat was there");
	if (recall->jobs.n)
		ub_buf_printf(out, "; or it is not looked at yet: %zu key%s (upbeat status tells which)",
		    recall->jobs.n, recall->jobs.n == 1 ? " waits" : "s wait");
	ub_buf_str(out, ".\n`upbeat explain FILE.ics` explains a file with it.\n");
}

/* ---- for programs ---- */

static json_t *instant(const struct recall *recall, int64_t milliseconds)
{
	return ub_json_instant(recall->arena, recall->zone, milliseconds / 1000);
}

static json_t *copies_array(const struct recall *recall)
{
	json_t *array = ub_json_must(json_array());
	for (size_t i = 0; i < recall->seens.n; i++) {
		const struct ub_store_seen *seen = &recall->seens.items[i];
		json_t *object = ub_json_must(json_object());
		ub_json_set(object, "href", ub_json_text(seen->href));
		ub_json_set(object, "owner", ub_json_text(seen->owner));
		ub_json_set(object, "principal", ub_json_text(seen->principal));
		ub_json_set(object, "seen", instant(recall, seen->changed));
		ub_json_add(array, object);
	}
	return array;
}

static json_t *made_array(const struct recall *recall)
{
	json_t *array = ub_json_must(json_array());
	for (size_t i = 0; i < recall->items.n; i++) {
		const struct ub_store_item *item = &recall->items.items[i];
		json_t *object = ub_json_must(json_object());
		ub_json_set(object, "id", ub_json_text(item->id));
		ub_json_set(object, "state", ub_json_must(json_string(item_states[item->state].word)));
		ub_json_set(object, "href", ub_json_text(item->href));
		ub_json_set(object, "owner", ub_json_text(item->owner));
		ub_json_set(object, "uid", ub_json_text(item->uid));
		ub_json_add(array, object);
	}
	return array;
}

static json_t *keys_array(const struct recall *recall)
{
	json_t *array = ub_json_must(json_array());
	for (size_t i = 0; i < recall->jobs.n; i++) {
		const struct ub_job *job = &recall->jobs.items[i].job;
		if (!concerns(recall, job))
			continue;
		json_t *object = ub_json_must(json_object());
		ub_json_set(object, "href", ub_json_text(job->key.href));
		ub_json_set(object, "principal", ub_json_text(job->key.principal));
		ub_json_set(object, "state", ub_json_must(json_string(ub_job_state_word(job->state))));
		ub_json_set(object, "why", ub_json_text(job->reason));
		ub_json_add(array, object);
	}
	return array;
}

static json_t *store_object(const struct recall *recall)
{
	json_t *object = ub_json_must(json_object());
	ub_json_set(object, "copies", copies_array(recall));
	ub_json_set(object, "items", made_array(recall));
	ub_json_set(object, "keys", keys_array(recall));
	return object;
}

static int tell_json(const struct recall *recall, const struct ub_decision *decision)
{
	json_t *object = decision ? ub_explain_object(decision, recall->arena) : ub_json_must(json_object());
	ub_json_set(object, "uid", ub_json_text(recall->uid));
	ub_json_set(object, "seen", ub_json_must(json_boolean(decision != NULL)));
	ub_json_set(object, "store", store_object(recall));
	ub_json_set(
	    object, "rules_in_force", ub_json_must(json_boolean(!recall->telling->snapshot->without_rules)));
	ub_json_print(object, recall->telling->out);
	return decision ? 0 : 1;
}

int control_explain_meeting(const struct ub_telling *telling, struct ub_text meeting_uid)
{
	struct recall recall = { .telling = telling,
		.arena = telling->out->arena,
		.zone = telling->snapshot->org->standard.zone,
		.uid = meeting_uid };
	struct ub_decision decision;
	look(&recall);
	if (recall.seens.n == 0) {
		if (telling->json)
			return tell_json(&recall, NULL);
		print_unseen(&recall);
		return 1;
	}
	const struct ub_store_seen *seen = copy_with_items(&recall);
	decide(&recall, seen, &decision);
	if (telling->json)
		return tell_json(&recall, &decision);
	if (telling->snapshot->without_rules)
		ub_buf_str(telling->out, "There are no rules until their mistakes are mended (upbeat status "
					 "shows them), and what\nwas made stays as it is.\n\n");
	ub_explain_print(&decision, telling->out, telling->colour);
	print_copies(&recall, seen);
	print_items(&recall);
	print_keys(&recall);
	return 0;
}
