/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

struct ub_text ub_plan_family(const struct ub_rule *rule)
{
	return rule->group.len ? rule->group : rule->name;
}

/* The parts of a key, each after its length. So two different keys never give the same text. */
static struct ub_buf key_text(
    const struct ub_item_key *key, const char *purpose, unsigned generation, struct ub_arena *arena)
{
	struct ub_buf text = UB_BUF(arena);
	ub_buf_printf(&text, "upbeat 1 %s %u", purpose, generation);
	const struct ub_text parts[] = { key->meeting_uid, key->owner, key->family, key->item };
	for (size_t i = 0; i < UB_COUNT(parts); i++)
		ub_buf_printf(&text, " %zu:%.*s", parts[i].len, UB_ARGS(parts[i]));
	return text;
}

struct ub_text ub_plan_instance_name(const struct ub_event *event, struct ub_arena *arena)
{
	if (!event->is_instance)
		return UB_TEXT_NONE;
	struct ub_civil c = ub_cal_civil(ub_cal_utc(), event->instance);
	return ub_textf(
	    arena, "%04d%02d%02dT%02d%02d%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

static struct ub_text before_stop(struct ub_text mark)
{
	size_t stop = ub_text_find(mark, UB_TEXT("."), 0);
	return stop == SIZE_MAX ? mark : ub_text_sub(mark, 0, stop);
}

struct ub_text ub_plan_mark_instance(struct ub_text mark)
{
	size_t stop = ub_text_find(mark, UB_TEXT("."), 0);
	return stop == SIZE_MAX ? UB_TEXT_NONE : ub_text_sub(mark, stop + 1, mark.len);
}

bool ub_plan_mark_instant(struct ub_text mark, ub_instant *at)
{
	struct ub_text name = ub_plan_mark_instance(mark);
	static const struct {
		size_t from, to;
	} parts[] = { { 0, 4 }, { 4, 6 }, { 6, 8 }, { 9, 11 }, { 11, 13 }, { 13, 15 } };
	int64_t values[UB_COUNT(parts)];
	if (name.len != sizeof("20261208T103000Z") - 1)
		return false;
	for (size_t i = 0; i < UB_COUNT(parts); i++)
		if (!ub_text_to_int(ub_text_sub(name, parts[i].from, parts[i].to), &values[i]))
			return false;
	struct ub_civil civil = { .year = (int)values[0],
		.month = (int)values[1],
		.day = (int)values[2],
		.hour = (int)values[3],
		.minute = (int)values[4],
		.second = (int)values[5] };
	if (!ub_cal_civil_valid(civil))
		return false;
	*at = ub_cal_instant(ub_cal_utc(), civil);
	return true;
}

bool ub_plan_same_item(struct ub_text mark, struct ub_text other)
{
	return ub_text_eq(before_stop(mark), before_stop(other));
}

struct ub_text plan_item_mark(const struct ub_item_key *key, struct ub_arena *arena)
{
	struct ub_buf text = key_text(key, "item", 0, arena);
	struct ub_text digest = ub_digest(arena, ub_buf_text(&text), 15);
	return key->instance.len ? ub_textf(arena, "%.*s.%.*s", UB_ARGS(digest), UB_ARGS(key->instance))
				 : digest;
}

struct ub_text plan_amend_mark(const struct ub_item_key *key, struct ub_arena *arena)
{
	struct ub_buf text = key_text(key, "amend", 0, arena);
	return ub_digest(arena, ub_buf_text(&text), 15);
}

struct ub_text ub_plan_rule_mark(struct ub_text family, struct ub_arena *arena)
{
	return ub_digest(arena, ub_textf(arena, "upbeat 1 rule %.*s", UB_ARGS(family)), 9);
}

/* A UUID of version 8, "custom": 122 bits of the digest (RFC 9562 5.8). */
struct ub_text plan_uid(const struct ub_item_key *key, unsigned generation, struct ub_arena *arena)
{
	struct ub_buf text = key_text(key, "uid", generation, arena);
	if (key->instance.len)
		ub_buf_printf(&text, " %zu:%.*s", key->instance.len, UB_ARGS(key->instance));
	unsigned char digest[UB_SHA256_SIZE];
	ub_sha256(ub_buf_text(&text), digest);
	digest[6] = (unsigned char)((digest[6] & 0x0f) | 0x80);
	digest[8] = (unsigned char)((digest[8] & 0x3f) | 0x80);
	struct ub_buf uid = UB_BUF(arena);
	for (size_t i = 0; i < 16; i++)
		ub_buf_printf(&uid, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", digest[i]);
	return ub_buf_text(&uid);
}

struct ub_text plan_name(struct ub_text uid, struct ub_arena *arena)
{
	return ub_textf(arena, "%.*s.ics", UB_ARGS(uid));
}

bool plan_former_key(
    struct ub_item_key *key, const struct ub_rule *rule, struct ub_texts former_uids, size_t i)
{
	size_t uid = i / (rule->was.n + 1), name = i % (rule->was.n + 1);
	if (uid > former_uids.n)
		return false;
	if (uid > 0)
		key->meeting_uid = former_uids.items[uid - 1];
	if (name > 0)
		key->family = rule->was.items[name - 1];
	return true;
}

/* The marks of the item under earlier names, each with the present one. */
static void add_former_marks(struct ub_map *present, const struct ub_rule *rule, struct ub_item_key key,
    struct ub_texts former_uids, struct ub_arena *arena)
{
	if (rule->was.n + former_uids.n == 0)
		return;
	struct ub_text *mark = UB_NEW(arena, struct ub_text);
	struct ub_item_key former = key;
	key.family = ub_plan_family(rule);
	*mark = plan_item_mark(&key, arena);
	for (size_t i = 1; former = key, plan_former_key(&former, rule, former_uids, i); i++)
		ub_map_put(present, plan_item_mark(&former, arena), mark);
}

struct ub_text *ub_plan_present_marks(const struct ub_ruleset *rules, struct ub_text meeting_uid,
    struct ub_texts former_uids, struct ub_text owner, const struct ub_existing *existing, size_t n,
    struct ub_arena *arena)
{
	struct ub_text *marks = UB_NEW_ARRAY(arena, struct ub_text, n);
	struct ub_map *present = ub_map_new(arena);
	struct ub_item_key key = { .meeting_uid = meeting_uid, .owner = owner };
	for (size_t r = 0; n && r < rules->n_rules; r++)
		for (size_t i = 0; i < rules->rules[r]->n_items; i++) {
			key.item = rules->rules[r]->items[i].name;
			add_former_marks(present, rules->rules[r], key, former_uids, arena);
		}
	for (size_t i = 0; i < n; i++) {
		const struct ub_text *mark = ub_map_get(present, before_stop(existing[i].item_mark));
		marks[i] = mark ? *mark : before_stop(existing[i].item_mark);
	}
	return marks;
}

static void add_name(struct ub_texts *names, const struct ub_item_key *key, struct ub_arena *arena)
{
	*ub_push(arena, names) = plan_name(plan_uid(key, 1, arena), arena);
}

static void add_rule_names(struct ub_texts *names, const struct ub_rule *rule, const size_t *before,
    struct ub_item_key key, struct ub_arena *arena)
{
	for (size_t i = 0; i < rule->n_items; i++) {
		if (before && before[rule->index] >= (size_t)rule->items[i].most_instances)
			continue;
		key.item = rule->items[i].name;
		key.family = ub_plan_family(rule);
		for (size_t k = 0; plan_former_key(&key, rule, (struct ub_texts){ 0 }, k); k++)
			add_name(names, &key, arena);
	}
}

static void add_names(struct ub_texts *names, const struct ub_ruleset *rules, const size_t *before,
    struct ub_item_key key, struct ub_arena *arena)
{
	for (size_t i = 0; i < rules->n_rules; i++)
		add_rule_names(names, rules->rules[i], before, key, arena);
}

bool ub_plan_is_a_turn(const struct ub_ruleset *rules, const size_t *before)
{
	for (size_t r = 0; r < rules->n_rules; r++)
		for (size_t i = 0; i < rules->rules[r]->n_items && rules->rules[r]->enabled; i++)
			if (before[r] < (size_t)rules->rules[r]->items[i].most_instances)
				return true;
	return false;
}

struct ub_texts ub_plan_names(const struct ub_ruleset *rules, struct ub_text meeting_uid,
    struct ub_text owner, struct ub_turns turns, struct ub_arena *arena)
{
	struct ub_texts names = { 0 };
	struct ub_item_key key = { .meeting_uid = meeting_uid, .owner = owner };
	if (turns.n == 0)
		add_names(&names, rules, NULL, key, arena);
	for (size_t i = 0; i < turns.n; i++) {
		key.instance = turns.items[i].instance;
		add_names(&names, rules, turns.items[i].before, key, arena);
	}
	return names;
}

static void add_marks(struct ub_texts *marks, const struct ub_rule *const *rules, size_t n,
    struct ub_text name, struct ub_arena *arena)
{
	for (size_t i = 0; i < n; i++) {
		const struct ub_rule *rule = rules[i];
		if (!ub_text_eq(rule->name, name) && !ub_text_eq(rule->group, name))
			continue;
		*ub_push(arena, marks) = ub_plan_rule_mark(ub_plan_family(rule), arena);
		for (size_t k = 0; k < rule->was.n; k++)
			*ub_push(arena, marks) = ub_plan_rule_mark(rule->was.items[k], arena);
	}
}

struct ub_texts ub_plan_marks_of(const struct ub_ruleset *rules, struct ub_text name, struct ub_arena *arena)
{
	struct ub_texts marks = { 0 };
	*ub_push(arena, &marks) = ub_plan_rule_mark(name, arena);
	add_marks(&marks, rules->rules, rules->n_rules, name, arena);
	add_marks(&marks, rules->account_rules, rules->n_account_rules, name, arena);
	add_marks(&marks, rules->team_rules, rules->n_team_rules, name, arena);
	return marks;
}
