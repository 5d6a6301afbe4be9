/* SPDX-License-Identifier: Apache-2.0 */
#include "facts-private.h"

/* The words that rules see. */

const char *facts_repeats_word(enum ub_repeats repeats)
{
	static const char *const words[] = {
		[UB_REPEATS_NOT] = "",
		[UB_REPEATS_DAY] = "day",
		[UB_REPEATS_WEEK] = "week",
		[UB_REPEATS_MONTH] = "month",
		[UB_REPEATS_YEAR] = "year",
		[UB_REPEATS_OTHER] = "other",
	};
	return words[repeats];
}

const char *facts_event_status_word(enum ub_status status)
{
	static const char *const words[] = {
		[UB_STATUS_NONE] = "",
		[UB_STATUS_TENTATIVE] = "tentative",
		[UB_STATUS_CONFIRMED] = "confirmed",
		[UB_STATUS_CANCELLED] = "cancelled",
	};
	return words[status];
}

const char *ub_facts_class_word(enum ub_class class)
{
	static const char *const words[] = {
		[UB_CLASS_PUBLIC] = "public",
		[UB_CLASS_CONFIDENTIAL] = "confidential",
		[UB_CLASS_PRIVATE] = "private",
	};
	return words[class];
}

const char *facts_answer_word(enum ub_partstat status)
{
	static const char *const words[] = {
		[UB_PARTSTAT_NEEDS_ACTION] = "needs-action",
		[UB_PARTSTAT_ACCEPTED] = "accepted",
		[UB_PARTSTAT_DECLINED] = "declined",
		[UB_PARTSTAT_TENTATIVE] = "tentative",
		[UB_PARTSTAT_DELEGATED] = "delegated",
	};
	return words[status];
}

const char *facts_role_word(enum ub_role role)
{
	static const char *const words[] = {
		[UB_ROLE_REQUIRED] = "required",
		[UB_ROLE_CHAIR] = "chair",
		[UB_ROLE_OPTIONAL] = "optional",
		[UB_ROLE_NONE] = "none",
	};
	return words[role];
}

const char *ub_facts_health_word(enum ub_health health)
{
	static const char *const words[] = {
		[UB_HEALTH_UNKNOWN] = "",
		[UB_HEALTH_GREEN] = "green",
		[UB_HEALTH_YELLOW] = "yellow",
		[UB_HEALTH_RED] = "red",
	};
	return words[health];
}

const char *facts_customers_word(enum ub_customers customers)
{
	static const char *const words[] = {
		[UB_CUSTOMERS_ANYBODY] = "anybody",
		[UB_CUSTOMERS_KNOWN_ACCOUNTS] = "known-accounts",
	};
	return words[customers];
}

const char *facts_profile_word(enum ub_profile profile)
{
	static const char *const words[] = {
		[UB_PROFILE_STANDARD] = "standard",
		[UB_PROFILE_LIGHT] = "light",
		[UB_PROFILE_FULL] = "full",
	};
	return words[profile];
}
