/* SPDX-License-Identifier: Apache-2.0 */
#include "test-private.h"

#include <stdlib.h>

#include <jansson.h>

/* As everywhere, the process ends when memory runs out. */
static json_t *must(json_t *json)
{
	if (!json)
		abort();
	return json;
}

static void set(json_t *object, const char *name, json_t *value)
{
	if (json_object_set_new(object, name, value))
		abort();
}

static void set_text(json_t *object, const char *name, struct ub_text value)
{
	set(object, name, must(json_stringn(value.len ? value.ptr : "", value.len)));
}

static void set_place(json_t *object, struct ub_place place)
{
	size_t line, column;
	ub_place_line_column(place, &line, &column);
	set_text(object, "file", place.source->name);
	set(object, "line", must(json_integer((json_int_t)line)));
	set(object, "column", must(json_integer((json_int_t)column)));
}

static json_t *failure_object(const struct ub_test_failure *failure)
{
	json_t *object = must(json_object());
	json_t *differences = must(json_array());
	set_place(object, failure->place);
	if (failure->step)
		set(object, "step", must(json_integer((json_int_t)failure->step)));
	set_text(object, "at", failure->at);
	set_text(object, "item", failure->item);
	set_text(object, "text", failure->text);
	set_text(object, "why", failure->why);
	for (size_t i = 0; i < failure->differences.n; i++) {
		json_t *difference = must(json_object());
		set_text(difference, "property", failure->differences.items[i].property);
		set_text(difference, "expected", failure->differences.items[i].expected);
		set_text(difference, "got", failure->differences.items[i].got);
		json_array_append_new(differences, difference);
	}
	set(object, "differences", differences);
	return object;
}

static json_t *results_array(const struct ub_test_report *report)
{
	json_t *array = must(json_array());
	for (size_t i = 0; i < report->results.n; i++) {
		const struct ub_test_result *result = &report->results.items[i];
		json_t *object = must(json_object());
		json_t *failures = must(json_array());
		set_text(object, "name", result->name);
		set_place(object, result->place);
		set(object, "passed", must(json_boolean(result->failures.n == 0)));
		for (size_t f = 0; f < result->failures.n; f++)
			json_array_append_new(failures, failure_object(&result->failures.items[f]));
		set(object, "failures", failures);
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *unused_array(const struct ub_test_report *report)
{
	json_t *array = must(json_array());
	for (size_t i = 0; i < report->unused.n; i++) {
		json_t *object = must(json_object());
		set_text(object, "what", ub_text(report->unused.items[i].what));
		set_text(object, "name", report->unused.items[i].name);
		set_place(object, report->unused.items[i].place);
		json_array_append_new(array, object);
	}
	return array;
}

void ub_cli_test_json(const struct ub_test_report *report, struct ub_buf *out)
{
	json_t *object = must(json_object());
	set(object, "passed", must(json_integer((json_int_t)report->passed)));
	set(object, "failed", must(json_integer((json_int_t)report->failed)));
	set(object, "tests", results_array(report));
	set(object, "unused", unused_array(report));
	char *dump = json_dumps(object, JSON_INDENT(2));
	if (!dump)
		abort();
	ub_buf_printf(out, "%s\n", dump);
	free(dump);
	json_decref(object);
}
