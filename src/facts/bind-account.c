/* SPDX-License-Identifier: Apache-2.0 */
#include "cel-private.h"

static struct ub_cel_value text_or_absent(struct ub_text text, struct ub_arena *arena)
{
	return text.len ? ub_cel_string(facts_clean_line(text, arena)) : ub_cel_absent();
}

static struct ub_cel_value instant_or_absent(int64_t instant)
{
	return instant == UB_INSTANT_NONE ? ub_cel_absent() : ub_cel_timestamp(instant, 0);
}

static struct ub_cel_value date_or_absent(const struct binding *binding, int64_t date)
{
	return date == UB_INSTANT_NONE ? ub_cel_absent()
				       : ub_cel_timestamp(facts_same_date(binding->facts, date), 0);
}

static struct ub_cel_value note_value(
    const struct binding *binding, const struct ub_cel_type *type, const struct ub_account_note *note)
{
	struct ub_arena *arena = binding->arena;
	struct ub_cel_value *fields = UB_NEW_ARRAY(arena, struct ub_cel_value, NOTE_FIELDS);
	fields[NOTE_ID] = ub_cel_string(facts_clean_line(note->id, arena));
	fields[NOTE_TITLE] = ub_cel_string(facts_clean_line(note->title, arena));
	fields[NOTE_SEVERITY] = ub_cel_string(facts_clean_line(note->severity, arena));
	fields[NOTE_OWNER] = ub_cel_string(facts_clean_line(note->owner, arena));
	fields[NOTE_STATUS] = ub_cel_string(facts_clean_line(note->status, arena));
	fields[NOTE_DATE] = date_or_absent(binding, note->date);
	fields[NOTE_CARRIED] = note->carried < 0 ? ub_cel_absent() : ub_cel_int(note->carried);
	return ub_cel_object(arena, type, fields);
}

static struct ub_cel_value notes_value(
    struct binding *binding, const char *type_name, const struct ub_account_notes *notes)
{
	const struct ub_cel_type *type = ub_cel_find_object(binding->env, ub_text(type_name));
	struct ub_cel_value *items = UB_NEW_ARRAY(binding->arena, struct ub_cel_value, notes->n);
	for (size_t i = 0; i < notes->n; i++)
		items[i] = note_value(binding, type, &notes->items[i]);
	return ub_cel_list(binding->arena, items, notes->n);
}

/* Those of the notes that customers may read of. */
static struct ub_cel_value shared_value(struct binding *binding, const struct ub_account_notes *notes)
{
	const struct ub_cel_type *type = ub_cel_find_object(binding->env, UB_TEXT("shared"));
	struct ub_cel_value *items = UB_NEW_ARRAY(binding->arena, struct ub_cel_value, notes->n);
	size_t n = 0;
	for (size_t i = 0; i < notes->n; i++) {
		const struct ub_account_note *note = &notes->items[i];
		if (!note->shared)
			continue;
		struct ub_cel_value *fields =
		    UB_NEW_ARRAY(binding->arena, struct ub_cel_value, SHARED_FIELDS);
		fields[SHARED_ID] = ub_cel_string(facts_clean_line(note->id, binding->arena));
		fields[SHARED_TITLE] = ub_cel_string(facts_clean_line(note->title, binding->arena));
		fields[SHARED_OWNER] = ub_cel_string(facts_clean_line(note->owner, binding->arena));
		fields[SHARED_STATUS] = ub_cel_string(facts_clean_line(note->status, binding->arena));
		fields[SHARED_DATE] = date_or_absent(binding, note->date);
		items[n++] = ub_cel_object(binding->arena, type, fields);
	}
	return ub_cel_list(binding->arena, items, n);
}

/* Stakeholders outside of the meeting are people, too, but with an unknown answer to the invitation. */
static struct ub_cel_value stakeholders_value(struct binding *binding, const struct ub_account *account)
{
	struct ub_people people = { NULL, 0, 0 };
	for (size_t i = 0; i < account->n_stakeholders; i++) {
		const struct ub_person *person =
		    facts_find_stakeholding_person(binding->facts, &account->stakeholders[i], binding->arena);
		if (person)
			*ub_push(binding->arena, &people) = person;
	}
	return facts_people_value(binding, people);
}

static struct ub_cel_value seen_value(struct binding *binding, const struct ub_account_history *history)
{
	struct ub_cel_value *fields = UB_NEW_ARRAY(binding->arena, struct ub_cel_value, SEEN_FIELDS);
	fields[SEEN_MEETINGS] = ub_cel_int(history->meetings);
	fields[SEEN_PEOPLE] = facts_text_list_value(history->people, binding->arena);
	fields[SEEN_EXECUTIVES] = facts_text_list_value(history->executives, binding->arena);
	fields[SEEN_COLLEAGUES] = facts_text_list_value(history->colleagues, binding->arena);
	return ub_cel_object(binding->arena, ub_cel_find_object(binding->env, UB_TEXT("seen")), fields);
}

static void set_history(
    struct ub_cel_value *fields, struct binding *binding, const struct ub_account_history *history)
{
	if (!history)
		return;
	fields[ACCOUNT_LAST_MEETING] = instant_or_absent(history->last_meeting);
	fields[ACCOUNT_NEXT_MEETING] = instant_or_absent(history->next_meeting);
	fields[ACCOUNT_SEEN] = seen_value(binding, history);
}

static struct ub_cel_value field_value(const struct binding *binding, const struct ub_account_field *field)
{
	if (!field->given)
		return ub_cel_absent();
	switch (field->decl->type) {
	case UB_FIELD_STRING:
		return ub_cel_string(facts_clean_lines(field->string, binding->arena));
	case UB_FIELD_INT:
		return ub_cel_int(field->integer);
	case UB_FIELD_DOUBLE:
		return ub_cel_double(field->number);
	case UB_FIELD_BOOL:
		return ub_cel_bool(field->integer != 0);
	case UB_FIELD_DATE:
		return date_or_absent(binding, field->integer);
	}
	return ub_cel_absent();
}

/* The object of the declared fields, matched by name: the rules may have been loaded with other declarations
 * than the account. */
static struct ub_cel_value declared_value(
    struct binding *binding, const struct ub_cel_type *object, const struct ub_account *account)
{
	size_t n = ub_cel_field_count(object);
	struct ub_cel_value *fields = UB_NEW_ARRAY(binding->arena, struct ub_cel_value, n);
	for (size_t i = 0; i < n; i++)
		fields[i] = ub_cel_absent();
	for (size_t i = 0; account && i < account->n_fields; i++) {
		size_t at = ub_cel_field_index(object, account->fields[i].decl->name);
		if (at != SIZE_MAX)
			fields[at] = field_value(binding, &account->fields[i]);
	}
	return ub_cel_object(binding->arena, object, fields);
}

static struct ub_cel_value undeclared_value(struct binding *binding, const struct ub_account *account)
{
	if (!account)
		return ub_cel_absent();
	UB_VEC(struct ub_cel_entry) entries = { NULL, 0, 0 };
	for (size_t i = 0; i < account->n_fields; i++) {
		const struct ub_account_field *field = &account->fields[i];
		if (field->given)
			*ub_push(binding->arena, &entries) =
			    (struct ub_cel_entry){ ub_cel_string(field->decl->name),
				    field_value(binding, field) };
	}
	return ub_cel_map(binding->arena, entries.items, entries.n);
}

static void set_account(
    struct ub_cel_value *fields, struct binding *binding, const struct ub_account *account)
{
	struct ub_arena *arena = binding->arena;
	fields[ACCOUNT_ID] = ub_cel_string(facts_clean_line(account->id, arena));
	fields[ACCOUNT_HEALTH] = text_or_absent(ub_text(ub_facts_health_word(account->health)), arena);
	fields[ACCOUNT_SCORE] = account->has_score ? ub_cel_double(account->score) : ub_cel_absent();
	fields[ACCOUNT_TIER] = text_or_absent(account->tier, arena);
	fields[ACCOUNT_STAGE] = text_or_absent(account->stage, arena);
	fields[ACCOUNT_RENEWAL] = date_or_absent(binding, account->renewal);
	fields[ACCOUNT_OWNER] = facts_colleague_value(binding, account->owner);
	fields[ACCOUNT_TEAM] = facts_colleagues_value(binding, account->team);
	fields[ACCOUNT_STAKEHOLDERS] = stakeholders_value(binding, account);
	fields[ACCOUNT_TICKETS] = notes_value(binding, "ticket", &account->tickets);
	fields[ACCOUNT_FEATURE_REQUESTS] =
	    notes_value(binding, "feature_request", &account->feature_requests);
	fields[ACCOUNT_INSIGHTS] = notes_value(binding, "insight", &account->insights);
	fields[ACCOUNT_ACTIONS] = notes_value(binding, "action", &account->actions);
	fields[ACCOUNT_RISKS] = notes_value(binding, "risk", &account->risks);
	fields[ACCOUNT_BACKGROUND] = text_or_absent(account->background, arena);
	fields[ACCOUNT_INCUMBENT] = text_or_absent(account->incumbent, arena);
	fields[ACCOUNT_PARENT] = text_or_absent(account->parent, arena);
	fields[ACCOUNT_AS_OF] = instant_or_absent(account->as_of);
	fields[ACCOUNT_HEALTH_SINCE] = date_or_absent(binding, account->health_since);
	fields[ACCOUNT_MANAGER] = facts_colleague_value(binding, account->manager);
	fields[ACCOUNT_LOAD] = account->load > 0 ? ub_cel_int(account->load) : ub_cel_absent();
	fields[ACCOUNT_COMPETITORS] = facts_text_list_value(account->competitors, arena);
	if (account == binding->facts->account)
		set_history(fields, binding, binding->facts->history);
}

/* The customer of that name. NULL: nothing else is known of it. */
static struct ub_cel_value customer_value(
    struct binding *binding, const struct ub_account *account, struct ub_text name, struct ub_texts domains)
{
	static const struct ub_account_notes none;
	const struct ub_facts *facts = binding->facts;
	const struct ub_cel_type *type = ub_cel_find_object(binding->env, UB_TEXT("account"));
	const struct ub_cel_type *declared = ub_cel_find_object(binding->env, UB_TEXT("account_fields"));
	struct ub_cel_value *fields = UB_NEW_ARRAY(binding->arena, struct ub_cel_value, ACCOUNT_FIELDS);
	for (size_t i = 0; i < ACCOUNT_FIELDS; i++)
		fields[i] = ub_cel_absent();
	if (account)
		set_account(fields, binding, account);
	fields[ACCOUNT_NAME] = ub_cel_string(name);
	fields[ACCOUNT_DOMAINS] = facts_text_list_value(domains, binding->arena);
	fields[ACCOUNT_LANGUAGE] = ub_cel_string(facts->customer_language);
	fields[ACCOUNT_SHARED_TICKETS] = shared_value(binding, account ? &account->tickets : &none);
	fields[ACCOUNT_SHARED_REQUESTS] = shared_value(binding, account ? &account->feature_requests : &none);
	fields[ACCOUNT_SHARED_ACTIONS] = shared_value(binding, account ? &account->actions : &none);
	fields[ACCOUNT_FIELDS_DECLARED] =
	    declared ? declared_value(binding, declared, account) : undeclared_value(binding, account);
	return ub_cel_object(binding->arena, type, fields);
}

struct ub_cel_value facts_account_value(struct binding *binding)
{
	const struct ub_facts *facts = binding->facts;
	return customer_value(binding, facts->account, facts->account_name, facts->account_domains);
}

struct ub_cel_value facts_accounts_value(struct binding *binding)
{
	const struct ub_facts *facts = binding->facts;
	struct ub_cel_value *items = UB_NEW_ARRAY(binding->arena, struct ub_cel_value, facts->n_accounts);
	for (size_t i = 0; i < facts->n_accounts; i++)
		items[i] = customer_value(binding, facts->accounts[i],
		    facts_clean_line(facts->accounts[i]->name, binding->arena), facts->accounts[i]->domains);
	return ub_cel_list(binding->arena, items, facts->n_accounts);
}
