/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What is remembered of when people are busy: where that was learnt, or why it is not known. Only the engine
 * that asked remembers it, and what somebody is busy with is nobody else's business.
 */
#include "explain-busy.h"

#include "upbeat/json.h"

struct ub_busy_people explain_busy(const struct ub_snapshot *snapshot, struct ub_text principal,
    const struct ub_decision *decision, struct ub_arena *arena)
{
	struct ub_sought sought = ub_decide_sought(decision->plan, arena);
	struct ub_busy_people people = { 0 };
	for (size_t i = 0; i < sought.people.n; i++) {
		struct ub_busy_person *person = ub_push(arena, &people);
		if (!ub_freebusy_known(snapshot->freebusy, principal, sought.people.items[i], person, arena))
			*person = (struct ub_busy_person){ .address = sought.people.items[i],
				.words = UB_TEXT("the server was not asked since the engine was started") };
	}
	return people;
}

static bool was_asked(const struct ub_busy_person *person)
{
	return person->asked != 0;
}

void explain_busy_print(const struct ub_busy_people *people, const struct ub_zone *zone, struct ub_buf *out)
{
	for (size_t i = 0; i < people->n; i++) {
		const struct ub_busy_person *person = &people->items[i];
		bool known = was_asked(person) && person->state == UB_FREEBUSY_KNOWN;
		ub_buf_str(out, "  ");
		ub_buf_shown(out, person->address);
		ub_buf_str(out, known ? ": by " : was_asked(person) ? ": not known: " : ": ");
		ub_buf_shown(out, person->words);
		if (was_asked(person))
			ub_cal_format(out, UB_TEXT(", %F %T"), zone, person->asked, UB_ENGLISH);
		ub_buf_char(out, '\n');
	}
}

json_t *explain_busy_array(
    const struct ub_busy_people *people, const struct ub_zone *zone, struct ub_arena *arena)
{
	json_t *array = ub_json_array();
	for (size_t i = 0; i < people->n; i++) {
		const struct ub_busy_person *person = &people->items[i];
		bool known = was_asked(person) && person->state == UB_FREEBUSY_KNOWN;
		json_t *object = ub_json_object();
		ub_json_set(object, "address", ub_json_text(person->address));
		ub_json_set(object, "known", ub_json_flag(known));
		ub_json_set(object, known ? "by" : "why", ub_json_text(person->words));
		if (was_asked(person))
			ub_json_set(object, "asked", ub_json_instant(arena, zone, person->asked));
		ub_json_add(array, object);
	}
	return array;
}
