/* SPDX-License-Identifier: Apache-2.0 */
#include "cel-private.h"

/* The values of people in rules: in the meeting, in the account, in a team. */

struct ub_cel_value facts_text_list_value(struct ub_texts texts, struct ub_arena *arena)
{
	struct ub_cel_value *items = UB_NEW_ARRAY(arena, struct ub_cel_value, texts.n);
	for (size_t i = 0; i < texts.n; i++)
		items[i] = ub_cel_string(texts.items[i]);
	return ub_cel_list(arena, items, texts.n);
}

/* What the account's source says of a guest; without it all is empty and false, but for a title that the
 * invitation tells. */
static void set_stakeholder(
    struct ub_cel_value *fields, const struct ub_person *person, struct ub_arena *arena)
{
	static const struct ub_stakeholder nothing = { .title = { "", 0 }, .persona = { "", 0 } };
	const struct ub_stakeholder *s = person->stakeholder ? person->stakeholder : &nothing;
	struct ub_text title = facts_clean_line(s->title, arena);
	fields[PERSON_TITLE] = ub_cel_string(title.len ? title : person->position);
	fields[PERSON_PERSONA] = ub_cel_string(facts_clean_line(s->persona, arena));
	fields[PERSON_CONCERNS] = facts_text_list_value(s->concerns, arena);
	fields[PERSON_EXECUTIVE] = ub_cel_bool(s->executive);
	fields[PERSON_CHAMPION] = ub_cel_bool(s->champion);
	fields[PERSON_ECONOMIC_BUYER] = ub_cel_bool(s->economic_buyer);
}

static struct ub_cel_value new_person_value(struct binding *binding, const struct ub_person *person)
{
	struct ub_arena *arena = binding->arena;
	struct ub_cel_value *fields = UB_NEW_ARRAY(arena, struct ub_cel_value, PERSON_FIELDS);
	fields[PERSON_EMAIL] = ub_cel_string(person->email);
	fields[PERSON_NAME] = ub_cel_string(person->name);
	fields[PERSON_DOMAIN] = ub_cel_string(person->domain);
	fields[PERSON_INTERNAL] = ub_cel_bool(person->internal);
	fields[PERSON_ROLE] = ub_cel_string(ub_text(facts_role_word(person->role)));
	fields[PERSON_STATUS] = ub_cel_string(ub_text(facts_answer_word(person->status)));
	fields[PERSON_KIND] = ub_cel_string(person->kind);
	fields[PERSON_OPTIONAL] = ub_cel_bool(person->role == UB_ROLE_OPTIONAL);
	fields[PERSON_TEAMS] = facts_text_list_value(person->teams, arena);
	fields[PERSON_POSITION] = ub_cel_string(person->position);
	set_stakeholder(fields, person, arena);
	return ub_cel_object(arena, person->internal ? binding->colleague : binding->person, fields);
}

struct ub_cel_value facts_person_value(struct binding *binding, const struct ub_person *person)
{
	struct ub_cel_value *known = ub_map_get(binding->values, person->email);
	if (known)
		return *known;
	known = UB_NEW(binding->arena, struct ub_cel_value);
	*known = new_person_value(binding, person);
	ub_map_put(binding->values, person->email, known);
	return *known;
}

struct ub_cel_value facts_nobody_value(struct binding *binding)
{
	static const struct ub_person nobody = {
		.email = { "", 0 }, .position = { "", 0 }, .kind = { "person", 6 }
	};
	return new_person_value(binding, &nobody);
}

struct ub_cel_value facts_people_value(struct binding *binding, struct ub_people people)
{
	struct ub_cel_value *items = UB_NEW_ARRAY(binding->arena, struct ub_cel_value, people.n);
	for (size_t i = 0; i < people.n; i++)
		items[i] = facts_person_value(binding, people.items[i]);
	return ub_cel_list(binding->arena, items, people.n);
}

struct ub_cel_value facts_colleagues_value(struct binding *binding, struct ub_texts addresses)
{
	struct ub_people people = { NULL, 0, 0 };
	struct ub_map *seen = ub_map_new(binding->arena);
	for (size_t i = 0; i < addresses.n; i++) {
		const struct ub_person *person =
		    facts_find_person(binding->facts, addresses.items[i], binding->arena);
		if (person && person->internal && ub_facts_comes(person) &&
		    !ub_map_put(seen, person->email, (void *)person))
			*ub_push(binding->arena, &people) = person;
	}
	return facts_people_value(binding, people);
}

struct ub_cel_value facts_colleague_value(struct binding *binding, struct ub_text address)
{
	const struct ub_person *person = facts_find_person(binding->facts, address, binding->arena);
	return person && person->internal ? facts_person_value(binding, person) : ub_cel_absent();
}
