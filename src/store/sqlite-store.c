/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The SQLite store: the table of its functions.
 */
#include "sqlite-private.h"

static const struct ub_store_ops ops = {
	.name = "sqlite",
	.close = sqlite_close,
	.problem = sqlite_problem,
	.keep = sqlite_keep,
	.unkept = sqlite_unkept,
	.losses = sqlite_losses,
	.put = sqlite_put,
	.recover = sqlite_recover,
	.take = sqlite_take,
	.blame = sqlite_blame,
	.reads = sqlite_reads,
	.extend = sqlite_extend,
	.claim = sqlite_claim,
	.settle = sqlite_settle,
	.requeue = sqlite_requeue,
	.forget = sqlite_forget,
	.hand_over = sqlite_hand_over,
	.expire = sqlite_expire,
	.strangers = sqlite_strangers,
	.heard = sqlite_heard,
	.knows = sqlite_knows,
	.put_login = sqlite_put_login,
	.login = sqlite_login,
	.put_owner = sqlite_put_owner,
	.owners = sqlite_owners,
	.href_of = sqlite_href_of,
	.wake = sqlite_wake,
	.principals = sqlite_principals,
	.waiting = sqlite_waiting,
	.waits = sqlite_waits,
	.untried = sqlite_untried,
	.next_due = sqlite_next_due,
	.jobs = sqlite_jobs,
	.put_item = sqlite_put_item,
	.items = sqlite_items,
	.item_at = sqlite_item_at,
	.put_alias = sqlite_put_alias,
	.alias = sqlite_alias,
	.put_seen = sqlite_put_seen,
	.seen = sqlite_seen,
	.forget_seen = sqlite_forget_seen,
	.seens = sqlite_seens,
	.seens_due = sqlite_seens_due,
	.seen_looked = sqlite_seen_looked,
	.item_uids = sqlite_item_uids,
	.meetings = sqlite_meetings,
	.change_meetings = sqlite_change_meetings,
	.put_period = sqlite_put_period,
	.periods = sqlite_periods,
	.rename_series = sqlite_rename_series,
	.put_rhythm = sqlite_put_rhythm,
	.rhythm = sqlite_rhythm,
	.forget_rhythm = sqlite_forget_rhythm,
	.event_appointments = sqlite_event_appointments,
	.change_appointments = sqlite_change_appointments,
	.appointments = sqlite_appointments,
	.item_stands = sqlite_item_stands,
	.copy_appointments = sqlite_copy_appointments,
	.forget_appointments = sqlite_forget_appointments,
	.put_sync = sqlite_put_sync,
	.sync = sqlite_sync,
	.note_client = sqlite_note_client,
	.clients = sqlite_clients,
	.places = sqlite_places,
	.remembers = sqlite_remembers,
	.objects = sqlite_objects,
	.put_copy = sqlite_put_copy,
	.copy = sqlite_copy,
	.copy_at = sqlite_copy_at,
	.copies = sqlite_copies,
	.put_mail = sqlite_put_mail,
	.note_mail = sqlite_note_mail,
	.mails = sqlite_mails,
	.mails_due = sqlite_mails_due,
	.count_mails = sqlite_count_mails,
	.set_sinks = sqlite_set_sinks,
	.sinks = sqlite_sinks,
	.events = sqlite_events,
	.events_done = sqlite_events_done,
	.prune = sqlite_prune,
	.is_lost = sqlite_is_lost,
};

struct ub_store *ub_store_sqlite_open(
    const char *path, int64_t patience, struct ub_arena *arena, struct ub_text *why)
{
	struct ub_store *store = sql_open(&ops, path, patience, arena, why);
	if (store)
		sqlite_mark_appointments(store);
	return store;
}

struct ub_store *ub_store_sqlite_read(const char *path, struct ub_arena *arena, struct ub_text *why)
{
	return sql_open_to_read(&ops, path, arena, why);
}
