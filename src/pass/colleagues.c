/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Who of those who are invited to an item is to get it from somebody.
 */
#include "pass-private.h"

bool pass_is_to_get(const struct ub_pass *pass, const struct ub_event *event, const struct ub_party *party)
{
	return party->address.len && ub_org_is_ours(pass->snapshot->org, party->address) &&
	       !ub_text_eq(party->address, event->organizer->address);
}
