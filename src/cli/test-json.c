/* SPDX-License-Identifier: Apache-2.0 */
#include "test-private.h"

#include "upbeat/json.h"

static void set_text(json_t *object, const char *name, struct ub_text value)
{
	ub_json_set(object, name, ub_json_text(value));
}

static void set_place(json_t *object, struct ub_place place)
{
	size_t line, column;
	ub_place_line_column(place, &line, &column);
	set_text(object, "file", place.source->name);
	ub_json_set(object, "line", ub_json_number(line));
	ub_json_set(object, "column", ub_json_number(column));
}

static json_t *failure_object(const struct ub_test_failure *failure)
{
	json_t *object = ub_json_object();
	json_t *differences = ub_json_array();
	set_place(object, failure->place);
	if (failure->step)
		ub_json_set(object, "step", ub_json_number(failure->step));
	set_text(object, "at", failure->at);
	set_text(object, "item", failure->item);
	set_text(object, "text", failure->text);
	set_text(object, "why", failure->why);
	for (size_t i = 0; i < failure->differences.n; i++) {
		json_t *difference = ub_json_object();
		set_text(difference, "property", failure->differences.items[i].property);
		set_text(difference, "expected", failure->differences.items[i].expected);
		set_text(difference, "got", failure->differences.items[i].got);
		ub_json_add(differences, difference);
	}
	ub_json_set(object, "differences", differences);
	return object;
}

static json_t *results_array(const struct ub_test_report *report)
{
	json_t *array = ub_json_array();
	for (size_t i = 0; i < report->results.n; i++) {
		const struct ub_test_result *result = &report->results.items[i];
		json_t *object = ub_json_object();
		json_t *failures = ub_json_array();
		set_text(object, "name", result->name);
		set_place(object, result->place);
		ub_json_set(object, "passed", ub_json_flag(result->failures.n == 0));
		for (size_t f = 0; f < result->failures.n; f++)
			ub_json_add(failures, failure_object(&result->failures.items[f]));
		ub_json_set(object, "failures", failures);
		ub_json_add(array, object);
	}
	return array;
}

static json_t *unused_array(const struct ub_test_report *report)
{
	json_t *array = ub_json_array();
	for (size_t i = 0; i < report->unused.n; i++) {
		json_t *object = ub_json_object();
		set_text(object, "what", ub_text(report->unused.items[i].what));
		set_text(object, "name", report->unused.items[i].name);
		set_place(object, report->unused.items[i].place);
		ub_json_add(array, object);
	}
	return array;
}

void cli_test_json(const struct ub_test_report *report, struct ub_buf *out)
{
	json_t *object = ub_json_object();
	ub_json_set(object, "passed", ub_json_number(report->passed));
	ub_json_set(object, "failed", ub_json_number(report->failed));
	ub_json_set(object, "tests", results_array(report));
	ub_json_set(object, "unused", unused_array(report));
	ub_json_print(object, out);
}
