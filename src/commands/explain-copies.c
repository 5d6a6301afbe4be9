/* SPDX-License-Identifier: Apache-2.0 */
#include "explain-copies.h"

#include "upbeat/json.h"

struct explain_copies explain_copies(struct ub_store *store, struct ub_text meeting_uid,
    const struct ub_known_jobs *jobs, struct ub_arena *arena)
{
	struct explain_copies copies = { .jobs = jobs };
	if (ub_store_copies(store, ub_organization, meeting_uid, arena, &copies.copies) != UB_STORE_OK)
		copies.copies.n = 0;
	return copies;
}

/* Why the copy is not as it should be. Empty: it is, or nobody knows. */
static struct ub_text problem_of(const struct explain_copies *copies, const struct ub_store_copy *copy)
{
	for (size_t i = 0; i < copies->jobs->n && copy->problem.len == 0; i++) {
		const struct ub_job *job = &copies->jobs->items[i].job;
		if (job->key.kind == UB_KEY_COPY && ub_text_eq(job->key.href, copy->item) &&
		    ub_text_eq(ub_store_copy_person(&job->key), copy->person))
			return job->reason;
	}
	return copy->problem;
}

static const char *state_of(const struct ub_store_copy *copy, bool problem)
{
	switch (copy->state) {
	case UB_COPY_STANDS:
		return problem ? " has a copy that is behind, at " : " has a copy at ";
	case UB_COPY_DECLINED:
		return " has declined it, or deleted his copy";
	case UB_COPY_REMOVED:
		return " has no copy any more";
	case UB_COPY_SERVERS:
		return " has it from the server, at ";
	default:
		return problem ? " has no copy" : " is to get a copy";
	}
}

void explain_copies_print(const struct explain_copies *copies, struct ub_buf *out)
{
	for (size_t i = 0; i < copies->copies.n; i++) {
		const struct ub_store_copy *copy = &copies->copies.items[i];
		struct ub_text problem = problem_of(copies, copy);
		ub_buf_str(out, "  ");
		ub_buf_shown(out, copy->person);
		ub_buf_str(out, state_of(copy, problem.len));
		if (copy->state == UB_COPY_STANDS || copy->state == UB_COPY_SERVERS)
			ub_buf_shown(out, copy->href);
		if (problem.len) {
			ub_buf_str(out, ": ");
			ub_buf_shown(out, problem);
		}
		ub_buf_str(out, "\n    of ");
		ub_buf_shown(out, copy->item);
		ub_buf_char(out, '\n');
	}
}

json_t *explain_copies_array(const struct explain_copies *copies)
{
	json_t *array = ub_json_array();
	for (size_t i = 0; i < copies->copies.n; i++) {
		const struct ub_store_copy *copy = &copies->copies.items[i];
		json_t *object = ub_json_object();
		ub_json_set(object, "person", ub_json_text(copy->person));
		ub_json_set(object, "item", ub_json_text(copy->item));
		ub_json_set(object, "href", ub_json_text(copy->href));
		ub_json_set(object, "state", ub_json_word(ub_store_copy_state_word(copy->state)));
		ub_json_set(object, "why", ub_json_text(problem_of(copies, copy)));
		ub_json_add(array, object);
	}
	return array;
}
