/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which versions of objects were looked at lately. A table of numbers suffices: whatever takes another one's
 * place costs one more look.
 */
#include "pass-private.h"

#include <stdlib.h>

struct ub_looks {
	_Atomic uint64_t numbers[UB_LOOKS_KEPT];
};

struct ub_looks *ub_looks_new(void)
{
	struct ub_looks *looks = calloc(1, sizeof(*looks));
	if (!looks)
		abort();
	return looks;
}

void ub_looks_free(struct ub_looks **looks)
{
	free(*looks);
	*looks = NULL;
}

uint64_t pass_version(struct ub_text href, struct ub_text etag)
{
	/* By the golden ratio, as otherwise the two hashes could cancel each other. */
	return ub_text_hash(href) * UINT64_C(0x9e3779b97f4a7c15) + ub_text_hash(etag);
}

/* Another number after each loss: what the store was told of the object may be lost with it. */
static uint64_t number_of(const struct ub_store *store, struct ub_text href, struct ub_text etag)
{
	return pass_version(href, etag) + ub_store_losses(store) * UINT64_C(0xd1b54a32d192ed03);
}

void ub_looks_note(
    struct ub_looks *looks, const struct ub_store *store, struct ub_text href, struct ub_text etag)
{
	uint64_t number = number_of(store, href, etag);
	if (etag.len)
		looks->numbers[number % UB_LOOKS_KEPT] = number;
}

void pass_note_look(struct ub_pass *pass, struct ub_text href, struct ub_text etag)
{
	if (pass->looks)
		ub_looks_note(pass->looks, pass->store, href, etag);
}

bool pass_has_looked(struct ub_pass *pass, struct ub_text href, struct ub_text etag)
{
	uint64_t number = number_of(pass->store, href, etag);
	return pass->looks && etag.len && pass->looks->numbers[number % UB_LOOKS_KEPT] == number;
}
