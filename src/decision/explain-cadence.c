/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A decision about an account in words and as JSON: its periods, and what would change it.
 */
#include "upbeat/decision.h"
#include "upbeat/json.h"

static const char *const health_words[] = { "unknown", "green", "yellow", "red" };

static const struct ub_zone *zone_of(const struct ub_decision *decision)
{
	return decision->facts->meeting.zone;
}

/* ---- in words ---- */

static void head(struct ub_buf *out, const char *text, bool colour)
{
	ub_buf_printf(out, colour ? "\033[1m%s\033[0m\n" : "%s\n", text);
}

static struct ub_text days(
    const struct ub_decision *decision, struct ub_interval time, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	ub_cal_format(&out, UB_TEXT("%F"), zone_of(decision), time.start, UB_ENGLISH);
	ub_buf_str(&out, " to ");
	ub_cal_format(&out, UB_TEXT("%F"), zone_of(decision), time.end - 1, UB_ENGLISH);
	return ub_buf_text(&out);
}

static void print_period(
    const struct ub_decision *decision, const struct ub_decided_period *period, struct ub_buf *out)
{
	static const char *const words[] = { [UB_PERIOD_PLANNED] = "planned",
		[UB_PERIOD_SATISFIED] = "a meeting takes its place: ",
		[UB_PERIOD_EMPTY] = "nothing, as the notes say",
		[UB_PERIOD_LATER] = "nothing ahead: it is over, or not its turn yet (`instances`)",
		[UB_PERIOD_UNDECIDED] = "nobody can tell" };
	ub_buf_printf(
	    out, "  %.*s  %s", UB_ARGS(days(decision, period->time, out->arena)), words[period->state]);
	if (period->state == UB_PERIOD_SATISFIED)
		ub_cal_format(out, UB_TEXT("%a %F %R"), zone_of(decision), period->met.start, UB_ENGLISH);
	ub_buf_char(out, '\n');
}

static void print_every(const struct ub_case *rhythm, bool alone, struct ub_buf *out)
{
	ub_buf_str(out, "  ");
	ub_cal_print_every(out, rhythm->use.rhythm);
	if (rhythm->when)
		ub_buf_printf(out, ", if %.*s", UB_ARGS(ub_text_trim(ub_cel_program_text(rhythm->when))));
	else if (!alone)
		ub_buf_str(out, ", otherwise");
	ub_buf_char(out, '\n');
}

static void print_changes(
    const struct ub_rule *rule, const struct ub_decision *decision, struct ub_buf *out, bool colour)
{
	head(out, "\nWhat would change it", colour);
	for (size_t i = 0; i < rule->every.n; i++)
		print_every(&rule->every.items[i], rule->every.n == 1, out);
	if (rule->satisfied_by.n == 0)
		ub_buf_str(
		    out, "  a meeting with the account takes the place of what is planned for its period\n");
	for (size_t i = 0; i < rule->satisfied_by.n; i++)
		ub_buf_printf(out, "  a meeting takes the place of what is planned for its period, if %.*s\n",
		    UB_ARGS(ub_text_trim(ub_cel_program_text(rule->satisfied_by.items[i].program))));
	if (decision->look_again == UB_INSTANT_NONE)
		return;
	ub_buf_str(out, "  time alone, from ");
	ub_cal_format(out, UB_TEXT("%a %F"), zone_of(decision), decision->look_again, UB_ENGLISH);
	ub_buf_str(out, " on\n");
}

static void print_waiting(const struct ub_decision *decision, struct ub_buf *out)
{
	ub_buf_str(out, "  It stays ");
	ub_cal_print_every(out, decision->rhythm.every);
	ub_buf_str(out, " until ");
	ub_cal_format(out, UB_TEXT("%a %F"), zone_of(decision), decision->waits_until, UB_ENGLISH);
	ub_buf_str(out, ", and returns to ");
	ub_cal_print_every(out, decision->waiting);
	ub_buf_str(out, " then, if nothing changes before:\n  it was that until ");
	ub_cal_format(out, UB_TEXT("%a %F"), zone_of(decision), decision->rhythm.since, UB_ENGLISH);
	ub_buf_str(out, " (organization.rhythm_hold_days in upbeat.conf(5))\n");
}

void ub_cadence_print(
    const struct ub_rule *rule, const struct ub_decision *decision, struct ub_buf *out, bool colour)
{
	struct ub_buf title = UB_BUF(out->arena);
	ub_buf_printf(&title, "Rule %.*s", UB_ARGS(rule->name));
	if (decision->recurs == UB_YES) {
		ub_buf_str(&title, ", ");
		ub_cal_print_every(&title, decision->rhythm.every);
	}
	head(out, ub_buf_cstr(&title), colour);
	if (decision->waiting.n)
		print_waiting(decision, out);
	for (size_t i = 0; i < decision->periods.n; i++)
		print_period(decision, &decision->periods.items[i], out);
	ub_buf_char(out, '\n');
	ub_plan_print(decision->plan, NULL, out, colour);
	print_changes(rule, decision, out, colour);
}

void ub_cadence_print_account(
    const struct ub_account *account, struct ub_text owner, struct ub_buf *out, bool colour)
{
	head(out, "Account", colour);
	ub_buf_str(out, "  ");
	ub_buf_shown(out, account->name);
	ub_buf_str(out, " (");
	ub_buf_shown(out, account->id);
	ub_buf_printf(out, "), health %s\n", health_words[account->health]);
	if (owner.len)
		ub_buf_printf(out, "  in the calendar of %.*s\n", UB_ARGS(owner));
	else
		ub_buf_str(out, "  in nobody's calendar: the account has no owner\n");
	ub_buf_char(out, '\n');
}

/* ---- as JSON ---- */

static json_t *every_text(struct ub_every every, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	ub_cal_print_every(&out, every);
	return ub_json_text(ub_buf_text(&out));
}

static json_t *period_object(
    const struct ub_decision *decision, const struct ub_decided_period *period, struct ub_arena *arena)
{
	static const char *const words[] = { [UB_PERIOD_PLANNED] = "planned",
		[UB_PERIOD_SATISFIED] = "satisfied",
		[UB_PERIOD_EMPTY] = "empty",
		[UB_PERIOD_LATER] = "later",
		[UB_PERIOD_UNDECIDED] = "cannot-tell" };
	json_t *object = ub_json_object();
	ub_json_set(object, "start", ub_json_instant(arena, zone_of(decision), period->time.start));
	ub_json_set(object, "end", ub_json_instant(arena, zone_of(decision), period->time.end));
	ub_json_set(object, "state", ub_json_word(words[period->state]));
	if (period->state == UB_PERIOD_SATISFIED)
		ub_json_set(object, "meeting", ub_json_instant(arena, zone_of(decision), period->met.start));
	return object;
}

static json_t *cases(const struct ub_rule *rule, struct ub_arena *arena)
{
	json_t *array = ub_json_array();
	for (size_t i = 0; i < rule->every.n; i++) {
		const struct ub_case *rhythm = &rule->every.items[i];
		json_t *object = ub_json_object();
		if (rhythm->when)
			ub_json_set(
			    object, "if", ub_json_text(ub_text_trim(ub_cel_program_text(rhythm->when))));
		ub_json_set(object, "use", every_text(rhythm->use.rhythm, arena));
		ub_json_add(array, object);
	}
	return array;
}

static json_t *waiting_object(const struct ub_decision *decision, struct ub_arena *arena)
{
	json_t *object = ub_json_object();
	ub_json_set(object, "every", every_text(decision->waiting, arena));
	ub_json_set(object, "until", ub_json_instant(arena, zone_of(decision), decision->waits_until));
	return object;
}

json_t *ub_cadence_object(
    const struct ub_rule *rule, const struct ub_decision *decision, struct ub_arena *arena)
{
	json_t *object = ub_decision_object(decision, arena), *periods = ub_json_array();
	json_object_del(object, "facts");
	json_object_del(object, "amendments");
	for (size_t i = 0; i < decision->periods.n; i++)
		ub_json_add(periods, period_object(decision, &decision->periods.items[i], arena));
	ub_json_set(object, "rule", ub_json_text(rule->name));
	if (decision->recurs == UB_YES)
		ub_json_set(object, "every", every_text(decision->rhythm.every, arena));
	if (decision->waiting.n)
		ub_json_set(object, "waiting", waiting_object(decision, arena));
	ub_json_set(object, "cases", cases(rule, arena));
	ub_json_set(object, "periods", periods);
	if (decision->look_again != UB_INSTANT_NONE)
		ub_json_set(
		    object, "look_again", ub_json_instant(arena, zone_of(decision), decision->look_again));
	return object;
}

json_t *ub_cadence_account(const struct ub_account *account, struct ub_text owner)
{
	json_t *object = ub_json_object();
	ub_json_set(object, "id", ub_json_text(account->id));
	ub_json_set(object, "name", ub_json_text(account->name));
	if (account->health != UB_HEALTH_UNKNOWN)
		ub_json_set(object, "health", ub_json_word(health_words[account->health]));
	if (owner.len)
		ub_json_set(object, "owner", ub_json_text(owner));
	return object;
}
