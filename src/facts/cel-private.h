/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_FACTS_CEL_PRIVATE_H
#define UPBEAT_FACTS_CEL_PRIVATE_H

#include "upbeat/cel.h"
#include "facts-private.h"

/* The fields of the object types, by index. They are declared and bound in this order. */

enum person_field {
	PERSON_EMAIL,
	PERSON_NAME,
	PERSON_DOMAIN,
	PERSON_INTERNAL,
	PERSON_ROLE,
	PERSON_STATUS,
	PERSON_KIND,
	PERSON_OPTIONAL,
	PERSON_TEAMS,
	PERSON_POSITION,
	PERSON_TITLE,
	PERSON_PERSONA,
	PERSON_CONCERNS,
	PERSON_EXECUTIVE,
	PERSON_CHAMPION,
	PERSON_ECONOMIC_BUYER,
	PERSON_FIELDS
};

enum meeting_field {
	MEETING_UID,
	MEETING_TITLE,
	MEETING_DESCRIPTION,
	MEETING_OWN_TEXT,
	MEETING_LOCATION,
	MEETING_CONFERENCE,
	MEETING_START,
	MEETING_END,
	MEETING_DURATION,
	MEETING_ALL_DAY,
	MEETING_TIME_ZONE,
	MEETING_REPEATS,
	MEETING_OCCURRENCE,
	MEETING_SERIES,
	MEETING_INSTANCE,
	MEETING_FIRST,
	MEETING_PREVIOUS,
	MEETING_ORGANIZER,
	MEETING_ATTENDEES,
	MEETING_INTERNAL,
	MEETING_EXTERNAL,
	MEETING_CUSTOMER,
	MEETING_ORGANIZED_BY_US,
	MEETING_STATUS,
	MEETING_PRIVATE,
	MEETING_CLASS,
	MEETING_CATEGORIES,
	MEETING_CALENDAR,
	MEETING_URL,
	MEETING_FIELDS
};

enum account_field {
	ACCOUNT_ID,
	ACCOUNT_NAME,
	ACCOUNT_DOMAINS,
	ACCOUNT_HEALTH,
	ACCOUNT_SCORE,
	ACCOUNT_TIER,
	ACCOUNT_STAGE,
	ACCOUNT_RENEWAL,
	ACCOUNT_OWNER,
	ACCOUNT_TEAM,
	ACCOUNT_STAKEHOLDERS,
	ACCOUNT_TICKETS,
	ACCOUNT_FEATURE_REQUESTS,
	ACCOUNT_INSIGHTS,
	ACCOUNT_ACTIONS,
	ACCOUNT_RISKS,
	ACCOUNT_LAST_MEETING,
	ACCOUNT_NEXT_MEETING,
	ACCOUNT_SEEN,
	ACCOUNT_LANGUAGE,
	ACCOUNT_BACKGROUND,
	ACCOUNT_INCUMBENT,
	ACCOUNT_COMPETITORS,
	ACCOUNT_PARENT,
	ACCOUNT_AS_OF,
	ACCOUNT_HEALTH_SINCE,
	ACCOUNT_MANAGER,
	ACCOUNT_LOAD,
	ACCOUNT_SHARED_TICKETS,
	ACCOUNT_SHARED_REQUESTS,
	ACCOUNT_SHARED_ACTIONS,
	ACCOUNT_FIELDS_DECLARED,
	ACCOUNT_FIELDS
};

/* NOTE_CARRIED: actions alone. */
enum note_field {
	NOTE_ID,
	NOTE_TITLE,
	NOTE_SEVERITY,
	NOTE_OWNER,
	NOTE_STATUS,
	NOTE_DATE,
	NOTE_CARRIED,
	NOTE_FIELDS
};

enum shared_field { SHARED_ID, SHARED_TITLE, SHARED_OWNER, SHARED_STATUS, SHARED_DATE, SHARED_FIELDS };

enum seen_field { SEEN_MEETINGS, SEEN_PEOPLE, SEEN_EXECUTIVES, SEEN_COLLEAGUES, SEEN_FIELDS };

enum org_field {
	ORG_DOMAINS,
	ORG_TIME_ZONE,
	ORG_LANGUAGE,
	ORG_TEAMS,
	ORG_CUSTOMERS,
	ORG_PROFILE,
	ORG_FIELDS
};

enum team_field { TEAM_NAME, TEAM_MEMBERS, TEAM_LEAD, TEAM_FIELDS };

/* The context of an activation, which the functions work on. */
struct binding {
	const struct ub_facts *facts;
	struct ub_arena *arena;
	const struct ub_cel_env *env;
	const struct ub_cel_type *person, *colleague;
	struct ub_map *values; /* a person's value by address, so that each person is one object */
};

/* ---- bind-people.c ---- */

struct ub_cel_value facts_text_list_value(struct ub_texts texts, struct ub_arena *arena);
/* One object for each address, however often it is asked for. */
struct ub_cel_value facts_person_value(struct binding *binding, const struct ub_person *person);
/* For a meeting without an organizer. */
struct ub_cel_value facts_nobody_value(struct binding *binding);
struct ub_cel_value facts_people_value(struct binding *binding, struct ub_people people);
/* The people at these addresses who are ours, each once. */
struct ub_cel_value facts_colleagues_value(struct binding *binding, struct ub_texts addresses);
/* One of ours, such as an owner. Absent: nobody of ours has that address. */
struct ub_cel_value facts_colleague_value(struct binding *binding, struct ub_text address);

/* ---- bind-account.c ---- */

/* The customer: by name and domains always, and with its data where the guests belong to one account. */
struct ub_cel_value facts_account_value(struct binding *binding);
/* Each account that guests belong to, with its data. */
struct ub_cel_value facts_accounts_value(struct binding *binding);

/* ---- functions.c ---- */

void facts_declare_functions(struct ub_cel_env *env);

#endif
