/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The way on which colleagues get items.
 */
#include "upbeat/deliver.h"

static struct ub_delivery by_itself(const struct ub_settings *settings, enum ub_invites invites)
{
	if (invites == UB_INVITES_SENT)
		return (struct ub_delivery){ UB_WAY_SCHEDULE, "the server sends invitations" };
	if (invites == UB_INVITES_UNKNOWN)
		return (struct ub_delivery){
			UB_WAY_UNKNOWN,
			"whether the server sends invitations is found out with the first item that has any"
		};
	if (settings->service.secret.path.len)
		return (struct ub_delivery){ UB_WAY_COPIES,
			"the server sends no invitations, and there is a service account" };
	if (settings->mail.host.len)
		return (struct ub_delivery){
			UB_WAY_MAIL,
			"the server sends no invitations, and there is no service account, but a mail server"
		};
	return (struct ub_delivery){ UB_WAY_OWNER, "the server sends no invitations, and there is no service "
						   "account to write copies, nor a mail server" };
}

struct ub_delivery ub_deliver_by(const struct ub_settings *settings, enum ub_invites invites)
{
	switch (settings->deliver) {
	case UB_DELIVER_SCHEDULE:
		return (struct ub_delivery){ UB_WAY_SCHEDULE, "the settings say so" };
	case UB_DELIVER_COPIES:
		return (struct ub_delivery){ UB_WAY_COPIES, "the settings say so" };
	case UB_DELIVER_MAIL:
		return (struct ub_delivery){ UB_WAY_MAIL, "the settings say so" };
	case UB_DELIVER_OWNER:
		return (struct ub_delivery){ UB_WAY_OWNER, "the settings say so" };
	default:
		return by_itself(settings, invites);
	}
}

const char *ub_way_word(enum ub_way way)
{
	static const char *const words[] = {
		[UB_WAY_UNKNOWN] = "unknown",
		[UB_WAY_SCHEDULE] = "schedule",
		[UB_WAY_COPIES] = "copies",
		[UB_WAY_MAIL] = "mail",
		[UB_WAY_OWNER] = "owner",
	};
	return words[way];
}

const char *ub_way_text(enum ub_way way)
{
	static const char *const texts[] = {
		[UB_WAY_UNKNOWN] = "nobody knows yet how colleagues get items",
		[UB_WAY_SCHEDULE] = "colleagues are invited by the server",
		[UB_WAY_COPIES] = "colleagues get copies of items, which the service account writes",
		[UB_WAY_MAIL] = "colleagues are invited by mail",
		[UB_WAY_OWNER] = "colleagues do not see the items that they are invited to",
	};
	return texts[way];
}
