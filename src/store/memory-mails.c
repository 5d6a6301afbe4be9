/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What colleagues are told of items by mail, in the memory store.
 */
#include "memory-private.h"

#include <stdlib.h>

static const size_t mail_texts[] = {
	offsetof(struct ub_store_mail, organization),
	offsetof(struct ub_store_mail, upstream),
	offsetof(struct ub_store_mail, item),
	offsetof(struct ub_store_mail, person),
	offsetof(struct ub_store_mail, uid),
	offsetof(struct ub_store_mail, meeting_uid),
	offsetof(struct ub_store_mail, owner),
	offsetof(struct ub_store_mail, name),
	offsetof(struct ub_store_mail, version),
	offsetof(struct ub_store_mail, id),
	offsetof(struct ub_store_mail, title),
	offsetof(struct ub_store_mail, text),
	offsetof(struct ub_store_mail, object),
	offsetof(struct ub_store_mail, problem),
};
static const struct shape mail_shape = { sizeof(struct ub_store_mail), mail_texts, UB_COUNT(mail_texts) };

int memory_compare_mails(const void *left, const void *right)
{
	const struct ub_store_mail *a = left, *b = right;
	const struct ub_text *const of_a[] = { &a->organization, &a->upstream, &a->item, &a->person };
	const struct ub_text *const of_b[] = { &b->organization, &b->upstream, &b->item, &b->person };
	return record_compare_texts(of_a, of_b, UB_COUNT(of_a));
}

/* False: there is no room. */
static bool replace(struct memory *memory, struct ub_store_mail *former, const struct ub_store_mail *next)
{
	if (!former && memory->mails.n >= UB_STORE_MEMORY_MAX)
		return false;
	struct ub_store_mail *fresh = record_new(&mail_shape, next, 0);
	if (former)
		record_set_remove(&memory->mails, former);
	free(former);
	record_set_add(&memory->mails, fresh);
	return true;
}

enum ub_store_result memory_put_mail(struct ub_store *store, const struct ub_store_mail *mail)
{
	struct memory *memory = memory_lock(store);
	struct ub_store_mail next, *former = record_set_get(&memory->mails, mail);
	bool news = store_next_mail(former, mail, &next);
	bool room = !news || replace(memory, former, &next);
	memory_unlock(memory);
	return !room ? UB_STORE_FULL : news ? UB_STORE_OK : UB_STORE_NONE;
}

enum ub_store_result memory_note_mail(struct ub_store *store, const struct ub_store_mail *mail)
{
	struct memory *memory = memory_lock(store);
	struct ub_store_mail *found = record_set_get(&memory->mails, mail);
	bool there = found && ub_text_eq(found->id, mail->id);
	if (there)
		(void)replace(memory, found, mail);
	memory_unlock(memory);
	return there ? UB_STORE_OK : UB_STORE_NONE;
}

enum ub_store_result memory_mails(struct ub_store *store, struct ub_text organization,
    struct ub_text meeting_uid, struct ub_arena *arena, struct ub_store_mails *mails)
{
	struct memory *memory = memory_lock(store);
	for (size_t i = 0; i < memory->mails.n; i++) {
		const struct ub_store_mail *mail = memory->mails.items[i];
		if (ub_text_eq(mail->organization, organization) &&
		    (meeting_uid.len == 0 || ub_text_eq(mail->meeting_uid, meeting_uid)))
			record_out(&mail_shape, mail, arena, ub_push(arena, mails));
	}
	memory_unlock(memory);
	return UB_STORE_OK;
}

static int by_due(const void *left, const void *right)
{
	const struct ub_store_mail *a = left, *b = right;
	if (a->due != b->due)
		return a->due < b->due ? -1 : 1;
	return memory_compare_mails(a, b);
}

enum ub_store_result memory_mails_due(
    struct ub_store *store, int64_t now, size_t max, struct ub_arena *arena, struct ub_store_mails *mails)
{
	struct memory *memory = memory_lock(store);
	for (size_t i = 0; i < memory->mails.n; i++) {
		const struct ub_store_mail *mail = memory->mails.items[i];
		if (mail->state == UB_MAIL_WAITING && mail->due <= now)
			record_out(&mail_shape, mail, arena, ub_push(arena, mails));
	}
	memory_unlock(memory);
	if (mails->n)
		qsort(mails->items, mails->n, sizeof(*mails->items), by_due);
	mails->n = mails->n < max ? mails->n : max;
	return UB_STORE_OK;
}

enum ub_store_result memory_count_mails(struct ub_store *store, struct ub_mail_counts *counts)
{
	struct memory *memory = memory_lock(store);
	for (size_t i = 0; i < memory->mails.n; i++)
		counts->of[((const struct ub_store_mail *)memory->mails.items[i])->state]++;
	memory_unlock(memory);
	return UB_STORE_OK;
}

void memory_prune_mails(struct memory *memory, int64_t before)
{
	for (size_t i = memory->mails.n; i > 0; i--) {
		struct ub_store_mail *mail = memory->mails.items[i - 1];
		if (mail->expires >= before)
			continue;
		record_set_remove(&memory->mails, mail);
		free(mail);
	}
}
