/* SPDX-License-Identifier: Apache-2.0 */
#include "cel-private.h"

/* The names that rules and templates know, and who may see what they hold: upbeat-rules(5), "Facts". */

#define INTERNAL .audience = UB_CEL_INTERNAL
/* Data of an account that a source need not have. Where an author asks whether there is an account at all,
 * the author has thought of the data's absence too. */
#define MAY_LACK INTERNAL, .may_be_absent = true, .guard = "has_account"

static const struct ub_cel_decl person_fields[PERSON_FIELDS] = {
	[PERSON_EMAIL] = { .name = "email", .type = "string" },
	[PERSON_NAME] = { .name = "name", .type = "string" },
	[PERSON_DOMAIN] = { .name = "domain", .type = "string" },
	[PERSON_INTERNAL] = { .name = "internal", .type = "bool" },
	[PERSON_ROLE] = { .name = "role", .type = "string", .words = "required chair optional none" },
	[PERSON_STATUS] = { .name = "status",
	    .type = "string",
	    .words = "needs-action accepted declined tentative delegated" },
	[PERSON_KIND] = { .name = "kind", .type = "string", .words = "person room resource group bot" },
	[PERSON_OPTIONAL] = { .name = "optional", .type = "bool" },
	[PERSON_TEAMS] = { .name = "teams", .type = "list(string)" },
	[PERSON_POSITION] = { .name = "position", .type = "string" },
	[PERSON_TITLE] = { .name = "title", .type = "string", INTERNAL },
	[PERSON_PERSONA] = { .name = "persona", .type = "string", INTERNAL },
	[PERSON_CONCERNS] = { .name = "concerns", .type = "list(string)", INTERNAL },
	[PERSON_EXECUTIVE] = { .name = "executive", .type = "bool", INTERNAL },
	[PERSON_CHAMPION] = { .name = "champion", .type = "bool", INTERNAL },
	[PERSON_ECONOMIC_BUYER] = { .name = "economic_buyer", .type = "bool", INTERNAL },
};

static const struct ub_cel_decl meeting_fields[MEETING_FIELDS] = {
	[MEETING_UID] = { .name = "uid", .type = "string" },
	[MEETING_TITLE] = { .name = "title", .type = "string" },
	[MEETING_DESCRIPTION] = { .name = "description", .type = "string" },
	[MEETING_OWN_TEXT] = { .name = "own_text", .type = "string" },
	[MEETING_LOCATION] = { .name = "location", .type = "string" },
	[MEETING_CONFERENCE] = { .name = "conference", .type = "string" },
	[MEETING_START] = { .name = "start", .type = "timestamp" },
	[MEETING_END] = { .name = "end", .type = "timestamp" },
	[MEETING_DURATION] = { .name = "duration", .type = "duration" },
	[MEETING_ALL_DAY] = { .name = "all_day", .type = "bool" },
	[MEETING_TIME_ZONE] = { .name = "time_zone", .type = "string" },
	[MEETING_REPEATS] = { .name = "repeats", .type = "string", .words = "day week month year other" },
	[MEETING_OCCURRENCE] = { .name = "occurrence", .type = "timestamp" },
	[MEETING_SERIES] = { .name = "series", .type = "bool" },
	[MEETING_INSTANCE] = { .name = "instance", .type = "timestamp" },
	[MEETING_FIRST] = { .name = "first", .type = "bool" },
	[MEETING_PREVIOUS] = { .name = "previous", .type = "timestamp", .may_be_absent = true },
	[MEETING_ORGANIZER] = { .name = "organizer", .type = "person" },
	[MEETING_ATTENDEES] = { .name = "attendees", .type = "list(person)" },
	[MEETING_INTERNAL] = { .name = "internal", .type = "list(colleague)" },
	[MEETING_EXTERNAL] = { .name = "external", .type = "list(person)" },
	[MEETING_CUSTOMER] = { .name = "customer", .type = "bool" },
	[MEETING_ORGANIZED_BY_US] = { .name = "organized_by_us", .type = "bool" },
	[MEETING_STATUS] = { .name = "status", .type = "string", .words = "tentative confirmed cancelled" },
	[MEETING_PRIVATE] = { .name = "private", .type = "bool" },
	[MEETING_CLASS] = { .name = "class", .type = "string", .words = "public confidential private" },
	[MEETING_CATEGORIES] = { .name = "categories", .type = "list(string)" },
	[MEETING_CALENDAR] = { .name = "calendar", .type = "string" },
	[MEETING_URL] = { .name = "url", .type = "string" },
};

static const struct ub_cel_decl account_fields[ACCOUNT_FIELDS] = {
	[ACCOUNT_ID] = { .name = "id", .type = "string", MAY_LACK },
	[ACCOUNT_NAME] = { .name = "name", .type = "string" },
	[ACCOUNT_DOMAINS] = { .name = "domains", .type = "list(string)" },
	[ACCOUNT_HEALTH] = { .name = "health", .type = "string", MAY_LACK, .words = "green yellow red" },
	[ACCOUNT_SCORE] = { .name = "score", .type = "double", MAY_LACK },
	[ACCOUNT_TIER] = { .name = "tier", .type = "string", MAY_LACK },
	[ACCOUNT_STAGE] = { .name = "stage", .type = "string", MAY_LACK },
	[ACCOUNT_RENEWAL] = { .name = "renewal", .type = "timestamp", MAY_LACK },
	[ACCOUNT_OWNER] = { .name = "owner", .type = "colleague", MAY_LACK },
	[ACCOUNT_TEAM] = { .name = "team", .type = "list(colleague)", MAY_LACK },
	[ACCOUNT_STAKEHOLDERS] = { .name = "stakeholders", .type = "list(person)", MAY_LACK },
	[ACCOUNT_TICKETS] = { .name = "tickets", .type = "list(ticket)", MAY_LACK },
	[ACCOUNT_FEATURE_REQUESTS] = { .name = "feature_requests",
	    .type = "list(feature_request)",
	    MAY_LACK },
	[ACCOUNT_INSIGHTS] = { .name = "insights", .type = "list(insight)", MAY_LACK },
	[ACCOUNT_ACTIONS] = { .name = "actions", .type = "list(action)", MAY_LACK },
	[ACCOUNT_RISKS] = { .name = "risks", .type = "list(risk)", MAY_LACK },
	[ACCOUNT_LAST_MEETING] = { .name = "last_meeting", .type = "timestamp", MAY_LACK },
	[ACCOUNT_NEXT_MEETING] = { .name = "next_meeting", .type = "timestamp", MAY_LACK },
	[ACCOUNT_SEEN] = { .name = "seen", .type = "seen", MAY_LACK },
	[ACCOUNT_LANGUAGE] = { .name = "language", .type = "string" },
	[ACCOUNT_BACKGROUND] = { .name = "background", .type = "string", MAY_LACK },
	[ACCOUNT_INCUMBENT] = { .name = "incumbent", .type = "string", MAY_LACK },
	[ACCOUNT_COMPETITORS] = { .name = "competitors", .type = "list(string)", MAY_LACK },
	[ACCOUNT_PARENT] = { .name = "parent", .type = "string", MAY_LACK },
	[ACCOUNT_AS_OF] = { .name = "as_of", .type = "timestamp", MAY_LACK },
	[ACCOUNT_HEALTH_SINCE] = { .name = "health_since", .type = "timestamp", MAY_LACK },
	[ACCOUNT_MANAGER] = { .name = "manager", .type = "colleague", MAY_LACK },
	[ACCOUNT_LOAD] = { .name = "load", .type = "int", MAY_LACK },
	[ACCOUNT_SHARED_TICKETS] = { .name = "shared_tickets", .type = "list(shared)" },
	[ACCOUNT_SHARED_REQUESTS] = { .name = "shared_requests", .type = "list(shared)" },
	[ACCOUNT_SHARED_ACTIONS] = { .name = "shared_actions", .type = "list(shared)" },
	/* Declared elsewhere: the type depends on the settings. */
	[ACCOUNT_FIELDS_DECLARED] = { .name = "fields", .type = "account_fields" },
};

static const struct ub_cel_decl seen_fields[SEEN_FIELDS] = {
	[SEEN_MEETINGS] = { .name = "meetings", .type = "int", INTERNAL },
	[SEEN_PEOPLE] = { .name = "people", .type = "list(string)", INTERNAL },
	[SEEN_EXECUTIVES] = { .name = "executives", .type = "list(string)", INTERNAL },
	[SEEN_COLLEAGUES] = { .name = "colleagues", .type = "list(string)", INTERNAL },
};

/* What a source lists with `audience: customer`, and so may stand in texts for customers. */
static const struct ub_cel_decl shared_fields[SHARED_FIELDS] = {
	[SHARED_ID] = { .name = "id", .type = "string" },
	[SHARED_TITLE] = { .name = "title", .type = "string" },
	[SHARED_OWNER] = { .name = "owner", .type = "string" },
	[SHARED_STATUS] = { .name = "status", .type = "string" },
	[SHARED_DATE] = { .name = "date", .type = "timestamp", .may_be_absent = true },
};

static const struct ub_cel_decl org_fields[ORG_FIELDS] = {
	[ORG_DOMAINS] = { .name = "domains", .type = "list(string)" },
	[ORG_TIME_ZONE] = { .name = "time_zone", .type = "string" },
	[ORG_LANGUAGE] = { .name = "language", .type = "string" },
	[ORG_TEAMS] = { .name = "teams", .type = "list(string)" },
	[ORG_CUSTOMERS] = { .name = "customers", .type = "string", .words = "anybody known-accounts" },
	[ORG_PROFILE] = { .name = "profile", .type = "string", .words = "light standard full" },
};

static const struct ub_cel_decl team_fields[TEAM_FIELDS] = {
	[TEAM_NAME] = { .name = "name", .type = "string" },
	[TEAM_MEMBERS] = { .name = "members", .type = "list(colleague)" },
	[TEAM_LEAD] = { .name = "lead", .type = "colleague" },
};

/* What an account source lists. The date's name says what happened then. */
static const struct note_type {
	const char *name, *date;
	size_t n_fields;
} note_types[] = {
	{ "ticket", "opened", NOTE_CARRIED },
	{ "feature_request", "since", NOTE_CARRIED },
	{ "insight", "since", NOTE_CARRIED },
	{ "action", "due", NOTE_FIELDS },
	{ "risk", "since", NOTE_CARRIED },
};

static void declare_object(
    struct ub_cel_env *env, const char *name, const char *shown, const struct ub_cel_decl *fields, size_t n)
{
	ub_cel_declare_fields(env, ub_cel_declare_object(env, name, NULL, shown), fields, n);
}

static void declare_note(struct ub_cel_env *env, const struct note_type *type)
{
	struct ub_cel_decl const fields[NOTE_FIELDS] = {
		[NOTE_ID] = { .name = "id", .type = "string", INTERNAL },
		[NOTE_TITLE] = { .name = "title", .type = "string", INTERNAL },
		[NOTE_SEVERITY] = { .name = "severity", .type = "string", INTERNAL },
		[NOTE_OWNER] = { .name = "owner", .type = "string", INTERNAL },
		[NOTE_STATUS] = { .name = "status", .type = "string", INTERNAL },
		[NOTE_DATE] = { .name = type->date, .type = "timestamp", INTERNAL, .may_be_absent = true },
		[NOTE_CARRIED] = { .name = "carried", .type = "int", INTERNAL, .may_be_absent = true },
	};
	declare_object(env, type->name, "title", fields, type->n_fields);
}

static const char *field_type(enum ub_field_type type)
{
	static const char *const names[] = {
		[UB_FIELD_STRING] = "string",
		[UB_FIELD_INT] = "int",
		[UB_FIELD_DOUBLE] = "double",
		[UB_FIELD_BOOL] = "bool",
		[UB_FIELD_DATE] = "timestamp",
	};
	return names[type];
}

bool ub_facts_account_may_lack(struct ub_text path)
{
	static const enum account_field fields[] = { ACCOUNT_TIER, ACCOUNT_STAGE, ACCOUNT_RENEWAL,
		ACCOUNT_LAST_MEETING, ACCOUNT_NEXT_MEETING, ACCOUNT_BACKGROUND, ACCOUNT_INCUMBENT,
		ACCOUNT_PARENT, ACCOUNT_MANAGER };
	struct ub_text word;
	if (!ub_text_split(&path, '.', &word) || !ub_text_is(word, "account"))
		return false;
	for (size_t i = 0; i < UB_COUNT(fields); i++)
		if (ub_text_is(path, account_fields[fields[i]].name))
			return true;
	return ub_text_starts(path, UB_TEXT("fields."));
}

static void declare_account_fields(
    struct ub_cel_env *env, const struct ub_account_field_decl *fields, size_t n, struct ub_arena *arena)
{
	const struct ub_cel_type *object = ub_cel_declare_object(env, "account_fields", NULL, NULL);
	ub_cel_help_with_fields(env, object,
	    UB_TEXT("fields are declared in the settings with the account source: `fields: {NAME: string}`"));
	for (size_t i = 0; i < n; i++) {
		struct ub_cel_decl const decl = {
			.name = ub_text_cstr(arena, fields[i].name),
			.type = field_type(fields[i].type),
			.audience = fields[i].customer ? UB_CEL_PUBLIC : UB_CEL_INTERNAL,
			.may_be_absent = true,
			.guard = "has_account",
		};
		ub_cel_declare_fields(env, object, &decl, 1);
	}
}

static void declare_account(struct ub_cel_env *env, const struct ub_account_field_decl *fields,
    size_t n_fields, struct ub_arena *arena)
{
	const struct ub_text help =
	    UB_TEXT("fields of your own are `account.fields.NAME`, declared in the settings with the account "
		    "source: `fields: {NAME: string}`");
	const struct ub_cel_type *account = ub_cel_declare_object(env, "account", NULL, "name");
	struct ub_cel_decl declared = account_fields[ACCOUNT_FIELDS_DECLARED];
	if (n_fields != SIZE_MAX) {
		declare_account_fields(env, fields, n_fields, arena);
	} else {
		declared.type = "map(string, dyn)";
		declared.audience = UB_CEL_INTERNAL;
		declared.may_be_absent = true;
		declared.guard = "has_account";
	}
	ub_cel_declare_fields(env, account, account_fields, ACCOUNT_FIELDS_DECLARED);
	ub_cel_declare_fields(env, account, &declared, 1);
	ub_cel_help_with_fields(env, account, help);
}

void ub_facts_declare(struct ub_cel_env *env, const struct ub_account_field_decl *fields, size_t n_fields,
    struct ub_arena *arena)
{
	static const struct ub_cel_decl variables[] = {
		{ .name = "meeting", .type = "meeting" },
		{ .name = "account", .type = "account" },
		{ .name = "has_account", .type = "bool" },
		{ .name = "accounts", .type = "list(account)" },
		{ .name = "today", .type = "timestamp" },
		{ .name = "org", .type = "organization" },
		{ .name = "team", .type = "team" },
	};
	declare_object(env, "person", "name", person_fields, PERSON_FIELDS);
	ub_cel_declare_object(env, "colleague", ub_cel_find_object(env, UB_TEXT("person")), NULL);
	declare_object(env, "meeting", "title", meeting_fields, MEETING_FIELDS);
	for (size_t i = 0; i < UB_COUNT(note_types); i++)
		declare_note(env, &note_types[i]);
	declare_object(env, "shared", "title", shared_fields, SHARED_FIELDS);
	declare_object(env, "seen", NULL, seen_fields, SEEN_FIELDS);
	declare_object(env, "organization", NULL, org_fields, ORG_FIELDS);
	declare_object(env, "team", "name", team_fields, TEAM_FIELDS);
	declare_account(env, fields, n_fields, arena);
	facts_declare_functions(env);
	for (size_t i = 0; i < UB_COUNT(variables); i++)
		ub_cel_declare(env, &variables[i]);
}
