/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What `upbeat status` tells of the service account, and of callers whom it alone can serve.
 */
#include "control-private.h"
#include "upbeat/json.h"

static const char red[] = "\033[31m", plain[] = "\033[0m";

static void print_account(
    const struct ub_telling *telling, const struct ub_queue_service *service, const char *label)
{
	struct ub_buf *out = telling->out;
	bool bad = service->word == UB_SERVICE_REFUSED || service->word == UB_SERVICE_UNREADABLE;
	bool coloured = bad && telling->colour;
	if (service->word == UB_SERVICE_NONE)
		return;
	ub_buf_str(out, label);
	if (service->name.len) {
		ub_buf_shown(out, service->name);
		ub_buf_str(out, ": ");
	}
	ub_buf_printf(out, "%s%s%s", coloured ? red : "", ub_queue_service_word_text(service->word),
	    coloured ? plain : "");
	if (service->why.len) {
		ub_buf_str(out, ": ");
		ub_buf_shown(out, service->why);
	}
	ub_buf_char(out, '\n');
}

static void print_callers(const struct ub_telling *telling, bool served, const char *label)
{
	struct ub_buf *out = telling->out;
	const struct ub_queue_unusable unusable = ub_queue_unusable(telling->daemon->queue, out->arena);
	size_t n = unusable.names.n;
	if (n == 0)
		return;
	ub_buf_printf(out, "%s%zu user%s whose sign-in cannot be used again: ", label, n, n == 1 ? "" : "s");
	for (size_t i = 0; i < n && i < UB_UNUSABLE_SHOWN; i++) {
		ub_buf_str(out, i ? ", " : "");
		ub_buf_shown(out, unusable.names.items[i]);
	}
	if (n > UB_UNUSABLE_SHOWN || unusable.more)
		ub_buf_str(out, " and more");
	ub_buf_str(
	    out, served ? "; the service account acts for them\n" : "; a service account would serve them\n");
}

/* Which calendars cannot be looked at; that all can goes without saying. */
static void print_polls(const struct ub_telling *telling, const char *label)
{
	struct ub_buf *out = telling->out;
	const struct ub_queue_polled polled = ub_queue_polled(telling->daemon->queue, out->arena);
	if (polled.failing.n == 0)
		return;
	ub_buf_printf(out, "%s%zu of %zu calendars in `poll` cannot be looked at: ", label, polled.failing.n,
	    polled.calendars);
	for (size_t i = 0; i < polled.failing.n && i < UB_UNUSABLE_SHOWN; i++) {
		ub_buf_str(out, i ? "; " : "");
		ub_buf_shown(out, polled.failing.items[i].calendar);
		ub_buf_str(out, ": ");
		ub_buf_shown(out, polled.failing.items[i].why);
	}
	ub_buf_str(out, polled.failing.n > UB_UNUSABLE_SHOWN ? " and more\n" : "\n");
}

void control_print_service(const struct ub_telling *telling, const char *label, const char *callers_label)
{
	struct ub_queue_service service = ub_queue_service(telling->daemon->queue, telling->out->arena);
	print_account(telling, &service, label);
	print_polls(telling, label);
	print_callers(telling, service.word == UB_SERVICE_ACCEPTED, callers_label);
}

static json_t *polls(const struct ub_telling *telling)
{
	const struct ub_queue_polled polled = ub_queue_polled(telling->daemon->queue, telling->out->arena);
	json_t *object = ub_json_object(), *failing = ub_json_array();
	for (size_t i = 0; i < polled.failing.n; i++) {
		json_t *one = ub_json_object();
		ub_json_set(one, "calendar", ub_json_text(polled.failing.items[i].calendar));
		ub_json_set(one, "why", ub_json_text(polled.failing.items[i].why));
		ub_json_add(failing, one);
	}
	ub_json_set(object, "calendars", ub_json_number(polled.calendars));
	ub_json_set(object, "failing", failing);
	return object;
}

json_t *control_service(const struct ub_telling *telling)
{
	struct ub_queue_service service = ub_queue_service(telling->daemon->queue, telling->out->arena);
	if (service.word == UB_SERVICE_NONE)
		return ub_json_null();
	json_t *object = ub_json_object();
	ub_json_set(object, "user", ub_json_text(service.name));
	ub_json_set(object, "state", ub_json_word(ub_queue_service_word_text(service.word)));
	ub_json_set(object, "why", ub_json_text(service.why));
	ub_json_set(object, "poll", polls(telling));
	return object;
}

json_t *control_unusable(const struct ub_telling *telling)
{
	const struct ub_queue_unusable unusable =
	    ub_queue_unusable(telling->daemon->queue, telling->out->arena);
	json_t *array = ub_json_array();
	for (size_t i = 0; i < unusable.names.n; i++)
		ub_json_add(array, ub_json_text(unusable.names.items[i]));
	return array;
}
