/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `upbeat explain UID`: what is remembered of a meeting, and what the rules make of it now.
 */
#include "control-private.h"
#include "explain-busy.h"
#include "explain-copies.h"
#include "explain-mails.h"
#include "made.h"
#include "upbeat/deliver.h"
#include "upbeat/json.h"

/* What is remembered of a meeting. */
struct meeting {
	const struct ub_telling *telling;
	struct ub_arena *arena;
	const struct ub_zone *zone;
	struct ub_text uid;
	struct ub_text instance; /* as in control_explain_meeting() */
	struct ub_store_seens seens;
	struct ub_store_items items;
	struct ub_known_jobs jobs;
	struct explain_copies copies;
	struct ub_store_mails mails;
	struct ub_busy_people busy; /* of whom the items' times depend on */
	struct ub_texts joined;     /* addresses of who comes by a copy of his own */
};

static void look(struct meeting *meeting)
{
	const struct ub_control_input *daemon = meeting->telling->daemon;
	if (ub_store_seens(daemon->store, ub_organization, meeting->uid, meeting->arena, &meeting->seens) !=
	    UB_STORE_OK)
		meeting->seens.n = 0;
	if (ub_store_items(daemon->store, ub_organization, meeting->uid, meeting->arena, &meeting->items) !=
	    UB_STORE_OK)
		meeting->items.n = 0;
	meeting->jobs = ub_queue_jobs(daemon->queue, meeting->arena);
	meeting->copies = explain_copies(daemon->store, meeting->uid, &meeting->jobs, meeting->arena);
	meeting->mails = explain_mails(daemon->store, meeting->uid, meeting->arena);
}

/* The copy whose owner has the items; otherwise the first one. */
static const struct ub_store_seen *copy_with_items(const struct meeting *meeting)
{
	for (size_t i = 0; i < meeting->seens.n; i++)
		for (size_t j = 0; j < meeting->items.n; j++)
			if (made_stands(&meeting->items.items[j]) &&
			    ub_text_eq(meeting->items.items[j].owner, meeting->seens.items[i].owner))
				return &meeting->seens.items[i];
	return &meeting->seens.items[0];
}

static bool concerns(const struct meeting *meeting, const struct ub_job *job)
{
	for (size_t i = 0; i < meeting->seens.n; i++)
		if (ub_text_eq(job->key.href, meeting->seens.items[i].href))
			return true;
	return false;
}

/* Noon of the instance's day, which is in that day for everybody near. */
static ub_instant instance_asked_for(const struct meeting *meeting)
{
	ub_day day;
	if (!ub_cal_parse_date(meeting->instance, &day))
		return 0;
	return ub_cal_day_start(meeting->zone, day) + INT64_C(12) * 3600;
}

/* Decides again with the items that the store knows, with when people are taken, and with the account's other
 * meetings. Where the items stand now, only their server knows; what it said of people is remembered. */
static void decide(struct meeting *meeting, const struct ub_store_seen *seen, struct ub_decision *decision)
{
	size_t n;
	struct ub_existing *existing = made_existing(&meeting->items, seen->owner, &n, meeting->arena);
	struct ub_decide_input input = { .snapshot = meeting->telling->snapshot,
		.text = seen->text,
		.watched = meeting->telling->watched,
		.owner = seen->owner,
		.existing = existing,
		.n_existing = meeting->telling->snapshot->without_rules ? 0 : n,
		.titles_ask_again =
		    ub_identities_titles_ask_again(meeting->telling->snapshot->identities, NULL),
		.explain = true,
		.only_instance = instance_asked_for(meeting),
		.now = ub_sys_now() };
	const struct ub_key owners = { .upstream = seen->upstream, .principal = seen->principal };
	ub_decide_form(input.snapshot->settings, meeting->telling->daemon->store, &owners, input.now * 1000,
	    &input.form, meeting->arena);
	ub_decide(&input, decision, meeting->arena);
	meeting->busy = explain_busy(input.snapshot, seen->principal, decision, meeting->arena);
	const struct ub_taken taken = { .store = meeting->telling->daemon->store, .server = &meeting->busy };
	if (decision->facts && !ub_decide_as_known(&taken, &input, decision, meeting->arena))
		input.joined.n = 0;
	for (size_t i = 0; i < input.joined.n; i++)
		*ub_push(meeting->arena, &meeting->joined) = input.joined.items[i].address;
}

/* ---- for people ---- */

static void heading(const struct meeting *meeting, const char *text)
{
	const struct ub_telling *telling = meeting->telling;
	ub_buf_printf(telling->out, "\n%s%s%s\n", telling->colour ? "\033[1m" : "", text,
	    telling->colour ? "\033[0m" : "");
}

static void print_time(const struct meeting *meeting, int64_t milliseconds)
{
	ub_cal_format(
	    meeting->telling->out, UB_TEXT("%F %T"), meeting->zone, milliseconds / 1000, UB_ENGLISH);
}

/* Whether the copy's owner is invited to what is made beside another copy, which does not name him, or not
 * throughout. */
static bool has_joined(const struct meeting *meeting, const struct ub_store_seen *seen)
{
	return ub_texts_have(meeting->joined, seen->owner);
}

static void print_copies(const struct meeting *meeting, const struct ub_store_seen *chosen)
{
	struct ub_buf *out = meeting->telling->out;
	heading(meeting, "As it was last seen");
	for (size_t i = 0; i < meeting->seens.n; i++) {
		const struct ub_store_seen *seen = &meeting->seens.items[i];
		ub_buf_str(out, "  ");
		ub_buf_shown(out, seen->href);
		ub_buf_str(out, ", of ");
		ub_buf_shown(out, seen->owner);
		ub_buf_str(out, ", ");
		print_time(meeting, seen->changed);
		if (seen == chosen && meeting->seens.n > 1)
			ub_buf_str(out, " (the one explained)");
		if (has_joined(meeting, seen))
			ub_buf_str(out, " (invites him to what the one explained has)");
		ub_buf_char(out, '\n');
	}
}

/* What becomes of an item that does not just go along with its meeting. */
static const char *remark_on(const struct ub_decision *decision, const struct ub_store_item *item)
{
	const char *reason = decision->plan->not_eligible;
	if (!reason && made_is_users_own(item))
		return " (its marks are gone, so all of it counts as its user's: it stays as it is until the "
		       "meeting is called off)";
	if (!reason || !made_stands(item))
		return "";
	return ub_text_is(ub_text(reason), "past") ? " (it stays as it is)"
						   : " (it was over or changed by hand, and stays)";
}

static void print_items(const struct meeting *meeting, const struct ub_decision *decision)
{
	struct ub_buf *out = meeting->telling->out;
	heading(meeting, "What was made for it");
	for (size_t i = 0; i < meeting->items.n; i++) {
		const struct ub_store_item *item = &meeting->items.items[i];
		made_print(item, meeting->zone, remark_on(decision, item), out);
	}
	if (meeting->items.n == 0)
		ub_buf_str(out, "  nothing\n");
}

static void print_delivery(const struct meeting *meeting)
{
	const struct ub_snapshot *snapshot = meeting->telling->snapshot;
	const struct ub_delivery delivery =
	    ub_deliver_by(snapshot->settings, ub_freebusy_invites(snapshot->freebusy, NULL));
	if (meeting->items.n == 0)
		return;
	heading(meeting, "How colleagues get what they are invited to");
	ub_buf_printf(meeting->telling->out, "  %s: %s\n", delivery.why, ub_way_text(delivery.way));
	explain_copies_print(&meeting->copies, meeting->telling->out);
	explain_mails_print(&meeting->mails, meeting->zone, meeting->telling->out);
}

static void print_busy(const struct meeting *meeting)
{
	if (meeting->busy.n)
		heading(meeting, "When people are busy");
	explain_busy_print(&meeting->busy, meeting->zone, meeting->telling->out);
}

static void print_keys(const struct meeting *meeting)
{
	struct ub_buf *out = meeting->telling->out;
	bool first = true;
	for (size_t i = 0; i < meeting->jobs.n; i++) {
		const struct ub_job *job = &meeting->jobs.items[i].job;
		if (!concerns(meeting, job))
			continue;
		if (first)
			heading(meeting, "What is to be looked at");
		first = false;
		ub_buf_str(out, "  ");
		ub_buf_shown(out, job->key.href);
		ub_buf_printf(out, ": %s", ub_store_job_state_word(job->state));
		if (job->reason.len) {
			ub_buf_str(out, ", ");
			ub_buf_shown(out, job->reason);
		}
		ub_buf_char(out, '\n');
	}
}

static void print_unseen(const struct meeting *meeting)
{
	struct ub_buf *out = meeting->telling->out;
	ub_buf_str(out, "No meeting is known with the UID `");
	ub_buf_shown(out, meeting->uid);
	ub_buf_str(out,
	    "` or with that in its title. It may have no customer and no\n"
	    "rule that asks for something, and have been looked at long ago; or it was stored past Upbeat,\n"
	    "or before Upbeat was there");
	if (meeting->jobs.n)
		ub_buf_printf(out, "; or it is not looked at yet: %zu key%s (upbeat status tells which)",
		    meeting->jobs.n, meeting->jobs.n == 1 ? " waits" : "s wait");
	ub_buf_str(out, ".\n`upbeat explain FILE.ics` explains a file with it.\n");
}

/* ---- for programs ---- */

static json_t *instant(const struct meeting *meeting, int64_t milliseconds)
{
	return ub_json_instant(meeting->arena, meeting->zone, milliseconds / 1000);
}

static json_t *copies_array(const struct meeting *meeting)
{
	json_t *array = ub_json_array();
	for (size_t i = 0; i < meeting->seens.n; i++) {
		const struct ub_store_seen *seen = &meeting->seens.items[i];
		json_t *object = ub_json_object();
		ub_json_set(object, "href", ub_json_text(seen->href));
		ub_json_set(object, "owner", ub_json_text(seen->owner));
		ub_json_set(object, "principal", ub_json_text(seen->principal));
		ub_json_set(object, "seen", instant(meeting, seen->changed));
		ub_json_set(object, "joined", ub_json_flag(has_joined(meeting, seen)));
		ub_json_add(array, object);
	}
	return array;
}

static json_t *keys_array(const struct meeting *meeting)
{
	json_t *array = ub_json_array();
	for (size_t i = 0; i < meeting->jobs.n; i++) {
		const struct ub_job *job = &meeting->jobs.items[i].job;
		if (!concerns(meeting, job))
			continue;
		json_t *object = ub_json_object();
		ub_json_set(object, "href", ub_json_text(job->key.href));
		ub_json_set(object, "principal", ub_json_text(job->key.principal));
		ub_json_set(object, "state", ub_json_word(ub_store_job_state_word(job->state)));
		ub_json_set(object, "why", ub_json_text(job->reason));
		ub_json_add(array, object);
	}
	return array;
}

static json_t *store_object(const struct meeting *meeting)
{
	json_t *object = ub_json_object();
	ub_json_set(object, "copies", copies_array(meeting));
	ub_json_set(object, "items", made_array(&meeting->items));
	ub_json_set(object, "colleagues", explain_copies_array(&meeting->copies));
	ub_json_set(object, "mails", explain_mails_array(&meeting->mails, meeting->zone, meeting->arena));
	ub_json_set(object, "keys", keys_array(meeting));
	return object;
}

static int tell_json(const struct meeting *meeting, const struct ub_decision *decision)
{
	json_t *object = decision ? ub_decision_object(decision, meeting->arena) : ub_json_object();
	ub_json_set(object, "uid", ub_json_text(meeting->uid));
	ub_json_set(object, "seen", ub_json_flag(decision != NULL));
	ub_json_set(object, "store", store_object(meeting));
	ub_json_set(object, "busy", explain_busy_array(&meeting->busy, meeting->zone, meeting->arena));
	ub_json_set(object, "rules_in_force", ub_json_flag(!meeting->telling->snapshot->without_rules));
	ub_json_print(object, meeting->telling->out);
	return decision ? 0 : 1;
}

int control_explain_meeting(
    const struct ub_telling *telling, struct ub_text meeting_uid, struct ub_text instance)
{
	struct meeting meeting = { .telling = telling,
		.arena = telling->out->arena,
		.zone = telling->snapshot->org->standard.zone,
		.uid = meeting_uid,
		.instance = instance };
	struct ub_decision decision;
	look(&meeting);
	if (meeting.seens.n == 0) {
		if (telling->json)
			return tell_json(&meeting, NULL);
		print_unseen(&meeting);
		return 1;
	}
	const struct ub_store_seen *seen = copy_with_items(&meeting);
	decide(&meeting, seen, &decision);
	if (telling->json)
		return tell_json(&meeting, &decision);
	if (telling->snapshot->without_rules)
		ub_buf_str(telling->out, "There are no rules until their mistakes are mended (upbeat status "
					 "shows them), and what\nwas made stays as it is.\n\n");
	ub_decision_print(&decision, telling->out, telling->colour);
	print_copies(&meeting, seen);
	print_items(&meeting, &decision);
	print_delivery(&meeting);
	print_busy(&meeting);
	print_keys(&meeting);
	return 0;
}
