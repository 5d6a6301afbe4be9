/* SPDX-License-Identifier: Apache-2.0 */
#include "directory-private.h"

#include <math.h>

#include "upbeat/yaml.h"

/* The account file of upbeat.conf(5). An unsound value is reported and left out, and the rest of the account
 * is used. To rules an absent value is "cannot tell", which creates nothing and undoes nothing. */

/* ---- an account ---- */

#define STAKEHOLDER(member) offsetof(struct ub_stakeholder, member)
static const struct ub_yaml_field stakeholder_fields[] = {
	{ "email", &directory_type_address, STAKEHOLDER(email), true, "their address" },
	{ "name", &ub_yaml_type_text, STAKEHOLDER(name), false, "their name" },
	{ "title", &ub_yaml_type_text, STAKEHOLDER(title), false, "what they are there" },
	{ "persona", &ub_yaml_type_text, STAKEHOLDER(persona), false, "how they are; internal" },
	{ "concerns", &ub_yaml_type_texts, STAKEHOLDER(concerns), false, "what they worry about; internal" },
	{ "executive", &ub_yaml_type_bool, STAKEHOLDER(executive), false, "whether they are an executive" },
	{ "champion", &ub_yaml_type_bool, STAKEHOLDER(champion), false, "whether they speak for us" },
	{ "economic_buyer", &ub_yaml_type_bool, STAKEHOLDER(economic_buyer), false,
	    "whether they decide on the money" },
};
static const struct ub_yaml_type type_stakeholder = { .shape = UB_YAML_FIELDS,
	UB_YAML_TABLE(stakeholder_fields) };
const struct ub_yaml_type directory_stakeholders_type = {
	.shape = UB_YAML_LIST_OF, .item = &type_stakeholder, .item_size = sizeof(struct ub_stakeholder)
};

/* An account as written in the file. */
struct written {
	struct ub_account account;
	UB_VEC(struct ub_stakeholder) stakeholders;
	double score;
	struct ub_account_history history;
	const struct ub_yaml_node *fields, *like;
};

#define ACCOUNT(member) offsetof(struct written, account.member)
#define ACCOUNT_FIELDS(id_required, name_required)                                                           \
	{ "id", &ub_yaml_type_text, ACCOUNT(id), id_required, "a name for it that never changes" },          \
	    { "name", &ub_yaml_type_text, ACCOUNT(name), name_required, "what people call it" },             \
	    { "parent", &ub_yaml_type_text, ACCOUNT(parent), false,                                          \
		    "the id of the account that it is part of" },                                            \
	    { "domains", &directory_type_domains, ACCOUNT(domains), false,                                   \
		    "the domains of its people's addresses" },                                               \
	    { "health", &directory_type_health, ACCOUNT(health), false, "how the customer is doing" },       \
	    { "health_since", &directory_type_date, ACCOUNT(health_since), false,                            \
		    "since when it has that health" },                                                       \
	    { "score", &directory_type_number, offsetof(struct written, score), false,                       \
		    "the same as a number" },                                                                \
	    { "tier", &ub_yaml_type_text, ACCOUNT(tier), false, "how important it is, in your own words" },  \
	    { "stage", &ub_yaml_type_text, ACCOUNT(stage), false,                                            \
		    "where the relation stands, in your own words" },                                        \
	    { "language", &ub_yaml_type_text, ACCOUNT(language), false,                                      \
		    "the language of texts for the customer" },                                              \
	    { "background", &ub_yaml_type_text, ACCOUNT(background), false,                                  \
		    "who they are and how it came about, in a sentence or two" },                            \
	    { "incumbent", &ub_yaml_type_text, ACCOUNT(incumbent), false,                                    \
		    "the product that they have now, instead of ours or beside it" },                        \
	    { "competitors", &ub_yaml_type_texts, ACCOUNT(competitors), false,                               \
		    "who else is in talks with them" },                                                      \
	    { "renewal", &directory_type_date, ACCOUNT(renewal), false, "when the contract ends" },          \
	    { "owner", &directory_type_address, ACCOUNT(owner), false, "whose account it is, one of us" },   \
	    { "team", &directory_type_addresses, ACCOUNT(team), false, "who works on it, all of us" },       \
	    { "manager", &directory_type_address, ACCOUNT(manager), false,                                   \
		    "who coaches its owner, one of us" },                                                    \
	    { "stakeholders", &directory_stakeholders_type, offsetof(struct written, stakeholders), false,   \
		    "who matters there" },                                                                   \
	    { "tickets", &directory_notes_opened, ACCOUNT(tickets), false, "open tickets" },                 \
	    { "feature_requests", &directory_notes_since, ACCOUNT(feature_requests), false,                  \
		    "what they asked for" },                                                                 \
	    { "insights", &directory_notes_since, ACCOUNT(insights), false,                                  \
		    "what their use of the product shows" },                                                 \
	    { "actions", &directory_notes_due, ACCOUNT(actions), false, "what was agreed to be done" },      \
	    { "risks", &directory_notes_since, ACCOUNT(risks), false, "what may go wrong" },                 \
	{                                                                                                    \
		"fields", &type_declared, offsetof(struct written, fields), false,                           \
		    "fields that the settings declare for this source"                                       \
	}
static const struct ub_yaml_type type_declared = UB_YAML_LATER(UB_YAML_MAP_OF, ub_yaml_type_any_text);
static const struct ub_yaml_type type_id = { .shape = UB_YAML_NODE, UB_YAML_ANY_OF(&ub_yaml_type_text) };
static const struct ub_yaml_field account_fields[] = { ACCOUNT_FIELDS(true, true) };
/* What several sources say of an account makes one, so that not each of them needs its name. */
static const struct ub_yaml_field part_fields[] = { ACCOUNT_FIELDS(true, false) };
/* The fields of an account in a test, which may name another account in `like`, and say what calendars would
 * say. */
static const struct ub_yaml_type type_load = { .shape = UB_YAML_INT, .min = 0, .max = 1000000 };
#define HISTORY(member) offsetof(struct written, history.member)
static const struct ub_yaml_type type_met = { .shape = UB_YAML_INT, .min = 0, .max = 1000000 };
#define SEEN(member) offsetof(struct ub_account_history, member)
static const struct ub_yaml_field seen_fields[] = {
	{ "meetings", &type_met, SEEN(meetings), false, "how many other meetings were held" },
	{ "people", &ub_yaml_type_texts, SEEN(people), false, "addresses of the guests who came" },
	{ "executives", &ub_yaml_type_texts, SEEN(executives), false,
	    "those of them of the last 90 days who are executives" },
	{ "colleagues", &ub_yaml_type_texts, SEEN(colleagues), false, "who of us was there" },
};
static const struct ub_yaml_type type_seen = { .shape = UB_YAML_FIELDS, UB_YAML_TABLE(seen_fields) };
static const struct ub_yaml_field loose_fields[] = {
	ACCOUNT_FIELDS(false, false),
	{ "last_meeting", &directory_type_time, HISTORY(last_meeting), false,
	    "when the last meeting with it began" },
	{ "next_meeting", &directory_type_time, HISTORY(next_meeting), false,
	    "when the next meeting with it begins" },
	{ "seen", &type_seen, offsetof(struct written, history), false, "other meetings that were held" },
	{ "as_of", &directory_type_date, offsetof(struct written, account.as_of), false,
	    "the day that the data is of" },
	{ "load", &type_load, offsetof(struct written, account.load), false,
	    "how many accounts its owner has" },
	{ "like", &type_id, offsetof(struct written, like), false, "the account to begin with" },
};
static const struct ub_yaml_type type_part = { .shape = UB_YAML_FIELDS, UB_YAML_TABLE(part_fields) };
static const struct ub_yaml_type type_account = { .shape = UB_YAML_FIELDS, UB_YAML_TABLE(account_fields) };
const struct ub_yaml_type ub_account_type = { .shape = UB_YAML_FIELDS, UB_YAML_TABLE(loose_fields) };

/* ---- declared fields ---- */

static const struct ub_yaml_type type_int = { .shape = UB_YAML_INT, .min = INT64_MIN, .max = INT64_MAX };

static bool read_field(
    const struct ub_yaml_reader *reader, const struct ub_yaml_node *node, struct ub_account_field *field)
{
	bool truth = false, good = false;
	switch (field->decl->type) {
	case UB_FIELD_STRING:
		good = ub_yaml_read(reader, &ub_yaml_type_any_text, node, &field->string);
		break;
	case UB_FIELD_INT:
		good = ub_yaml_read(reader, &type_int, node, &field->integer);
		break;
	case UB_FIELD_DOUBLE:
		good = ub_yaml_read(reader, &directory_type_number, node, &field->number);
		break;
	case UB_FIELD_BOOL:
		good = ub_yaml_read(reader, &ub_yaml_type_bool, node, &truth);
		field->integer = truth;
		break;
	case UB_FIELD_DATE:
		good = ub_yaml_read(reader, &directory_type_date, node, &field->integer);
		break;
	}
	field->given = good;
	return good;
}

static void report_undeclared(
    const struct ub_yaml_reader *reader, const struct ub_yaml_node *key, const struct ub_account *account)
{
	struct ub_text *names = UB_NEW_ARRAY(reader->arena, struct ub_text, account->n_fields);
	for (size_t i = 0; i < account->n_fields; i++)
		names[i] = account->fields[i].decl->name;
	struct ub_diag *diag =
	    ub_error(reader->diags, "unknown-key", key->place, "unknown field `%.*s`", UB_ARGS(key->text));
	struct ub_text meant = ub_suggest(key->text, names, account->n_fields);
	if (meant.len)
		ub_diag_set_help(reader->diags, diag, "did you mean `%.*s`?", UB_ARGS(meant));
	else
		ub_diag_set_help(
		    reader->diags, diag, "declare it in the settings, under `fields` of this source");
}

static void read_declared(
    const struct ub_yaml_reader *reader, const struct ub_yaml_node *node, struct ub_account *account)
{
	if (node->kind != UB_YAML_MAP) {
		ub_yaml_expected(reader, node, "a map of `field: value`");
		return;
	}
	for (size_t i = 0; i < node->n; i++) {
		size_t at = 0;
		while (at < account->n_fields &&
		       !ub_text_eq(account->fields[at].decl->name, node->entries[i].key->text))
			at++;
		if (at < account->n_fields)
			read_field(reader, node->entries[i].value, &account->fields[at]);
		else
			report_undeclared(reader, node->entries[i].key, account);
	}
}

/* The values of an account that further keys change. */
static struct written begin(const struct ub_account *account)
{
	const struct ub_account_history unknown = {
		.last_meeting = UB_INSTANT_NONE, .next_meeting = UB_INSTANT_NONE, .meetings = -1
	}; /* not said */
	struct written written = { .account = *account, .score = account->has_score ? account->score : NAN };
	written.history = account->history ? *account->history : unknown;
	if (written.history.meetings == (written.history.last_meeting != UB_INSTANT_NONE))
		written.history.meetings = -1; /* as it follows from the rest */
	written.stakeholders.items = account->stakeholders;
	written.stakeholders.n = written.stakeholders.cap = account->n_stakeholders;
	return written;
}

/* What was written of other meetings. NULL: nothing. */
static const struct ub_account_history *finish_history(
    const struct ub_yaml_reader *reader, const struct ub_account_history *written)
{
	size_t people = written->people.n + written->executives.n + written->colleagues.n;
	if (written->last_meeting == UB_INSTANT_NONE && written->next_meeting == UB_INSTANT_NONE &&
	    written->meetings < 0 && people == 0)
		return NULL;
	struct ub_account_history *history = UB_NEW(reader->arena, struct ub_account_history);
	*history = *written;
	if (written->meetings < 0)
		history->meetings = written->last_meeting != UB_INSTANT_NONE;
	return history;
}

/* The account that was written, with all declared fields. */
static struct ub_account finish(const struct ub_yaml_reader *reader, struct written *written)
{
	const struct reading *reading = reader->context;
	struct ub_account *account = &written->account;
	const struct ub_account_field *before = account->fields;
	account->history = finish_history(reader, &written->history);
	account->has_score = !isnan(written->score);
	account->score = account->has_score ? written->score : 0;
	account->stakeholders = written->stakeholders.items;
	account->n_stakeholders = written->stakeholders.n;
	account->n_fields = reading->n_fields;
	account->fields = UB_NEW_ARRAY(reader->arena, struct ub_account_field, account->n_fields);
	for (size_t i = 0; i < account->n_fields; i++) {
		if (before)
			account->fields[i] = before[i];
		account->fields[i].decl = &reading->fields[i];
	}
	if (written->fields)
		read_declared(reader, written->fields, account);
	return *account;
}

struct ub_account ub_account_unknown(void)
{
	return (struct ub_account){
		.renewal = UB_INSTANT_NONE, .as_of = UB_INSTANT_NONE, .health_since = UB_INSTANT_NONE
	};
}

static void read_one(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, struct part *part)
{
	struct ub_account unknown = ub_account_unknown();
	struct written written = begin(&unknown);
	size_t before = reader->diags->errors;
	ub_yaml_read(reader, type, node, &written);
	part->faulty |= reader->diags->errors > before;
	if (written.account.id.len == 0)
		return;
	*ub_push(reader->arena, &part->places) = node->place;
	*ub_push(reader->arena, &part->accounts) = finish(reader, &written);
}

static bool read_list(const struct ub_yaml_reader *reader, const struct ub_yaml_node *list, struct part *part)
{
	if (list->kind != UB_YAML_LIST)
		return ub_yaml_expected_kind(reader, list, UB_YAML_LIST, "a list of accounts");
	for (size_t i = 0; i < list->n; i++)
		read_one(reader, &type_account, list->items[i], part);
	return true;
}

/* ---- the file ---- */

struct file {
	const struct ub_yaml_node *accounts;
};

const struct ub_yaml_type ub_account_list_type = UB_YAML_LATER(UB_YAML_LIST_OF, type_account);
static const struct ub_yaml_field file_fields[] = {
	{ "accounts", &ub_account_list_type, offsetof(struct file, accounts), true, "the list of accounts" },
};
const struct ub_yaml_type ub_accounts_file_type = { .shape = UB_YAML_FIELDS, UB_YAML_TABLE(file_fields) };

bool directory_read_accounts(const struct ub_source *source, const struct ub_settings_source *settings,
    const struct ub_zone *zone, struct part *part, struct ub_diags *diags)
{
	struct reading reading = { zone, settings->fields, settings->n_fields };
	struct ub_yaml_reader reader = { part->arena, diags, &reading };
	struct file file = { 0 };
	const struct ub_yaml_node *root = ub_yaml_parse(part->arena, source, diags);
	if (!root)
		return false;
	ub_yaml_read(&reader, &ub_accounts_file_type, root, &file);
	if (!file.accounts)
		return false;
	return read_list(&reader, file.accounts, part);
}

void directory_read_account(
    const struct ub_accounts_reading *wanted, const struct ub_yaml_node *node, struct part *part)
{
	struct reading reading = { wanted->zone, wanted->fields, wanted->n_fields };
	struct ub_yaml_reader reader = { wanted->arena, wanted->diags, &reading };
	read_one(&reader, &type_part, node, part);
}

/* ---- of a test ---- */

struct ub_accounts *ub_accounts_read(
    const struct ub_accounts_reading *wanted, const struct ub_yaml_node *list)
{
	struct reading reading = { wanted->zone, wanted->fields, wanted->n_fields };
	struct part *part = part_new();
	struct ub_yaml_reader reader = { part->arena, wanted->diags, &reading };
	struct ub_accounts *accounts = NULL;
	const struct offer offer = { part, UB_INSTANT_NONE, false };
	if (read_list(&reader, list, part))
		accounts = directory_index_accounts(&offer, 1, wanted->diags);
	part_release(&part);
	return accounts;
}

static bool begin_like(const struct ub_accounts_reading *wanted, const struct ub_yaml_node *like,
    const struct ub_accounts *accounts, struct ub_account *account)
{
	const struct ub_account *found =
	    accounts && like->kind == UB_YAML_SCALAR ? ub_accounts_find(accounts, like->text) : NULL;
	if (found) {
		*account = *found;
		return true;
	}
	UB_VEC(struct ub_text) ids = { 0 };
	for (size_t i = 0; accounts && i < accounts->n; i++)
		*ub_push(wanted->arena, &ids) = accounts->items[i]->id;
	struct ub_diag *diag = ub_error(wanted->diags, "no-account", ub_yaml_first_line(like),
	    "there is no account `%.*s`", UB_ARGS(like->text));
	struct ub_text meant = ub_suggest(like->text, ids.items, ids.n);
	if (meant.len)
		ub_diag_set_help(wanted->diags, diag, "did you mean `%.*s`?", UB_ARGS(meant));
	else
		ub_diag_set_help(wanted->diags, diag, "it is the id of one under `accounts` of this file");
	return false;
}

bool ub_account_read(const struct ub_accounts_reading *wanted, const struct ub_yaml_node *node,
    const struct ub_accounts *accounts, struct ub_account *account)
{
	struct reading reading = { wanted->zone, wanted->fields, wanted->n_fields };
	struct ub_yaml_reader reader = { wanted->arena, wanted->diags, &reading };
	const struct ub_yaml_node *like = node->kind == UB_YAML_MAP ? ub_yaml_get(node, "like") : NULL;
	if (like && !begin_like(wanted, like, accounts, account))
		return false;
	struct written written = begin(account);
	size_t errors = wanted->diags->errors;
	if (!ub_yaml_read(&reader, &ub_account_type, node, &written))
		return false;
	*account = finish(&reader, &written);
	if (account->name.len == 0)
		account->name = account->id;
	return wanted->diags->errors == errors;
}
