/* SPDX-License-Identifier: Apache-2.0 */
#include "cel-private.h"

/* The functions that rules have besides CEL's own: upbeat-rules(5), "Functions". */

static struct ub_cel_value call_days(struct ub_cel_call *call, const struct ub_cel_value *args, size_t n)
{
	(void)n;
	if (args[0].i > UB_DAYS_MAX || args[0].i < -UB_DAYS_MAX)
		return ub_cel_fail(call, "out-of-range", "days() takes at most %d days", UB_DAYS_MAX);
	return ub_cel_duration(args[0].i * 86400, 0);
}

static struct ub_cel_value call_business_days(
    struct ub_cel_call *call, const struct ub_cel_value *args, size_t n)
{
	(void)n;
	const struct binding *binding = call->context;
	const struct ub_org *org = binding->facts->org;
	const struct ub_person *owner = binding->facts->meeting.owner;
	const struct ub_org_person *works = owner ? ub_org_person(org, owner->email) : &org->standard;
	struct ub_work_calendar calendar = { works->zone, works->hours, works->holidays };
	int64_t count = args[1].i;
	if (count > UB_SPAN_MAX || count < -UB_SPAN_MAX)
		return ub_cel_fail(call, "out-of-range", "businessDays() takes at most %d days", UB_SPAN_MAX);
	struct ub_span span = { .n = (int32_t)(count < 0 ? -count : count), .unit = UB_BUSINESS_DAYS };
	int64_t result;
	if (!ub_cal_shift(&calendar, args[0].i, span, count >= 0, &result))
		return ub_cel_fail(call, "out-of-range", "there is no such business day");
	return ub_cel_timestamp(result, 0);
}

static struct ub_cel_value format_date(
    struct ub_cel_call *call, const struct ub_cel_value *args, const struct ub_zone *zone)
{
	const struct binding *binding = call->context;
	struct ub_text pattern = ub_cel_text(args[1]);
	struct ub_time_error error;
	if (!ub_cal_check_pattern(call->arena, pattern, &error))
		return ub_cel_fail(call, "bad-pattern", "%.*s", UB_ARGS(error.message));
	struct ub_buf out = UB_BUF(call->arena);
	ub_cal_format(&out, pattern, zone, args[0].i, ub_cal_language(binding->facts->language));
	return ub_cel_string(ub_buf_text(&out));
}

static struct ub_cel_value call_date(struct ub_cel_call *call, const struct ub_cel_value *args, size_t n)
{
	(void)n;
	const struct binding *binding = call->context;
	return format_date(call, args, binding->facts->zone);
}

static struct ub_cel_value call_date_in_zone(
    struct ub_cel_call *call, const struct ub_cel_value *args, size_t n)
{
	(void)n;
	const struct binding *binding = call->context;
	struct ub_text name = ub_cel_text(args[2]);
	const struct ub_zones *zones = binding->facts->org->zones;
	const struct ub_zone *zone = ub_text_is(name, "UTC") ? ub_cal_utc()
				     : zones                 ? ub_cal_zone_find(zones, name)
							     : NULL;
	if (!zone)
		return ub_cel_fail(call, "no-such-zone", "there is no time zone `%.*s`", UB_ARGS(name));
	return format_date(call, args, zone);
}

/* A pattern that shows no part of the time would show the same for all times. */
static struct ub_cel_complaint check_date(
    struct ub_arena *arena, const struct ub_cel_zones *zones, size_t i, struct ub_text literal)
{
	struct ub_time_error error;
	if (i == 1 && !ub_cal_check_pattern(arena, literal, &error))
		return (struct ub_cel_complaint){ "bad-pattern", error.message, error.help };
	if (i == 1 && ub_text_find(literal, UB_TEXT("%"), 0) == SIZE_MAX)
		return (struct ub_cel_complaint){ "bad-pattern",
			UB_TEXT("this pattern shows nothing of the time"),
			UB_TEXT("write for example \"%-d %B, %H:%M\"; upbeat-rules(5) lists the letters") };
	if (i == 2 && zones && !ub_text_is(literal, "UTC") && !zones->find(zones->user, literal))
		return (struct ub_cel_complaint){ "unknown-zone",
			ub_textf(arena, "there is no time zone `%.*s`", UB_ARGS(literal)),
			UB_TEXT("zones are named as in the tz database: \"Europe/Berlin\"") };
	return (struct ub_cel_complaint){ 0 };
}

static struct ub_cel_value no_such_team(
    struct ub_cel_call *call, const struct ub_org *org, struct ub_text name)
{
	struct ub_texts names = { NULL, 0, 0 };
	for (size_t i = 0; i < org->n_teams; i++)
		*ub_push(call->arena, &names) = org->teams[i].name;
	struct ub_text near = ub_suggest(name, names.items, names.n);
	if (near.len)
		return ub_cel_fail(call, "no-such-team", "there is no team `%.*s` (did you mean `%.*s`?)",
		    UB_ARGS(name), UB_ARGS(near));
	return ub_cel_fail(call, "no-such-team", "there is no team `%.*s`", UB_ARGS(name));
}

static struct ub_cel_value call_team(struct ub_cel_call *call, const struct ub_cel_value *args, size_t n)
{
	(void)n;
	struct binding *binding = call->context;
	const struct ub_org *org = binding->facts->org;
	struct ub_text name = ub_cel_text(args[0]);
	const struct ub_team *team = ub_org_team(org, name);
	return team ? facts_colleagues_value(binding, team->members) : no_such_team(call, org, name);
}

static struct ub_cel_value call_ours(struct ub_cel_call *call, const struct ub_cel_value *args, size_t n)
{
	(void)n;
	struct binding *binding = call->context;
	const struct ub_cel_list *list = args[0].list;
	struct ub_texts addresses = { NULL, 0, 0 };
	if (!ub_cel_charge(call, list->n))
		return ub_cel_fail_cost(call);
	for (size_t i = 0; i < list->n; i++)
		*ub_push(call->arena, &addresses) = ub_cel_text(list->items[i].object->fields[PERSON_EMAIL]);
	return facts_colleagues_value(binding, addresses);
}

void facts_declare_functions(struct ub_cel_env *env)
{
	static const struct ub_cel_function functions[] = {
		{ .name = "days", .signature = "(int) -> duration", .function = call_days },
		{ .name = "businessDays",
		    .signature = "(timestamp, int) -> timestamp",
		    .function = call_business_days,
		    .not_constant = true },
		{ .name = "date",
		    .signature = "(timestamp, string) -> string",
		    .function = call_date,
		    .check = check_date,
		    .not_constant = true },
		{ .name = "date",
		    .signature = "(timestamp, string, string) -> string",
		    .function = call_date_in_zone,
		    .check = check_date,
		    .not_constant = true },
		{ .name = "team",
		    .signature = "(string) -> list(colleague)",
		    .function = call_team,
		    .not_constant = true },
		{ .name = "ours",
		    .signature = "(list(person)) -> list(colleague)",
		    .function = call_ours,
		    .shallow = true,
		    .not_constant = true },
	};
	ub_cel_declare_functions(env, functions, UB_COUNT(functions));
}
