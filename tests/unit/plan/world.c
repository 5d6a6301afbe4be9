/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include <string.h>

#include "upbeat/sys.h"
#include "world.h"

static struct ub_when when(const struct ub_zone *zone, ub_instant instant)
{
	return (struct ub_when){ .given = true, .civil = ub_cal_civil(zone, instant), .zone = zone };
}

static void set_people(struct world *world)
{
	static const char *const addresses[] = { "anna@ours.example", "ben@ours.example",
		"nora@us.ours.example", "cto@acme.example", "notes@recorder.example" };
	for (size_t i = 0; i < UB_COUNT(addresses); i++)
		world->parties[i] = (struct ub_party){ .address = ub_text(addresses[i]) };
	world->event.organizer = &world->parties[0];
	world->event.attendees = world->parties;
	world->event.n_attendees = UB_COUNT(addresses);
}

static void set_organization(struct world *world)
{
	struct ub_org *org = &world->org;
	struct ub_time_error error;
	cr_assert(ub_cal_parse_hours(world->arena, UB_TEXT("Mon-Fri 09:00-17:30"), &world->office, &error));
	*ub_push(world->arena, &org->domains) = UB_TEXT("ours.example");
	*ub_push(world->arena, &org->not_customers) = UB_TEXT("*@recorder.example");
	org->zones = world->zones;
	org->language = UB_TEXT("en");
	org->standard =
	    (struct ub_org_person){ UB_TEXT("*"), world->berlin, &world->office, NULL, org->language };
	world->people[0] = (struct ub_org_person){ UB_TEXT("*@us.ours.example"), world->new_york,
		&world->office, NULL, org->language };
	org->people = world->people;
	org->n_people = 1;
}

struct world *world_new(void)
{
	struct ub_arena *arena = ub_arena_new();
	struct world *world = UB_NEW(arena, struct world);
	world->arena = arena;
	world->zones = ub_cal_zones_new(ub_sys_zone_source(NULL));
	world->berlin = ub_cal_zone_find(world->zones, UB_TEXT("Europe/Berlin"));
	world->new_york = ub_cal_zone_find(world->zones, UB_TEXT("America/New_York"));
	cr_assert(world->berlin && world->new_york);
	set_organization(world);
	set_people(world);
	world->event.uid = UB_TEXT("m1@acme.example");
	world->event.summary = UB_TEXT("Roadmap");
	world->owner = world->parties[0].address;
	world->now = world_at(world, "2026-11-02 12:00");
	world_meet(world, "2026-11-12 14:00", 60);
	return world;
}

void world_free(struct world **world)
{
	struct ub_arena *arena = (*world)->arena;
	ub_cal_zones_free(&(*world)->zones);
	ub_arena_free(&arena);
	*world = NULL;
}

ub_instant world_at(const struct world *world, const char *text)
{
	ub_instant instant;
	cr_assert(ub_cal_parse_time(ub_text(text), world->berlin, &instant), "%s", text);
	return instant;
}

void world_meet(struct world *world, const char *start, int minutes)
{
	ub_instant at = world_at(world, start);
	world->event.start = when(world->berlin, at);
	world->event.end = when(world->berlin, at + minutes * 60);
}

void world_rules(struct world *world, const char *text)
{
	world_rules_and_agenda(world, text, NULL);
}

void world_rules_and_agenda(struct world *world, const char *text, const char *agenda)
{
	struct ub_arena *arena = world->arena;
	struct ub_rule_file *files = UB_NEW_ARRAY(arena, struct ub_rule_file, 3);
	files[0].path = files[0].source.name = UB_TEXT("test.yaml");
	files[0].source.text = ub_textf(arena, "format: 1\nrules:\n%s", text);
	files[1].path = files[1].source.name = UB_TEXT("templates/agenda.md");
	files[1].source.text = ub_text(agenda);
	files[2].path = files[2].source.name = UB_TEXT("templates/section.md");
	files[2].source.text =
	    UB_TEXT("## Role play {weight=2}\n{{ minutes }} minutes with {{ account.name }}\n");
	struct ub_rule_layer *layer = UB_NEW(arena, struct ub_rule_layer);
	*layer = (struct ub_rule_layer){ UB_TEXT("rules"), files, agenda ? 3 : 1 };
	struct ub_rules_input input = {
		.layers = layer, .n_layers = 1, .n_fields = SIZE_MAX, .zones = world->zones
	};
	struct ub_diags diags = UB_DIAGS(arena);
	world->rules = ub_rules_load(&input, &diags, arena);
	struct ub_buf out = UB_BUF(arena);
	ub_diags_print(&diags, &out, false);
	cr_assert(world->rules, "%s", ub_buf_cstr(&out));
}

struct ub_plan *world_plan(struct world *world)
{
	struct ub_facts_input facts = { .event = &world->event,
		.org = &world->org,
		.account = world->account,
		.owner = world->owner,
		.now = world->now };
	struct ub_plan_input input = { .rules = world->rules,
		.facts = ub_facts_make(&facts, world->arena),
		.existing = world->existing,
		.n_existing = world->n_existing,
		.busy = world->busy,
		.n_busy = world->n_busy,
		.form = world->form,
		.explain = world->explain,
		.titles_ask_again = world->titles_ask_again,
		.brought_forward = world->brought_forward };
	return ub_plan_make(&input, world->arena);
}

void world_apply(struct world *world, const struct ub_plan *plan)
{
	world->existing = UB_NEW_ARRAY(world->arena, struct ub_existing, plan->items.n);
	world->n_existing = plan->items.n;
	for (size_t i = 0; i < plan->items.n; i++) {
		const struct ub_item *item = &plan->items.items[i];
		struct ub_event *event = UB_NEW(world->arena, struct ub_event);
		event->component = item->kind == UB_ITEM_TASK ? UB_COMPONENT_TASK : UB_COMPONENT_EVENT;
		event->summary = item->title;
		event->marks.base = UB_TEXT("base");
		world->existing[i] = (struct ub_existing){ .uid = item->uid,
			.name = item->name,
			.generation = item->generation,
			.item_mark = item->marks.item,
			.event = event,
			.start = item->start,
			.end = item->end,
			.due = item->due };
	}
}

const char *world_words(struct world *world, const struct ub_plan *plan)
{
	struct ub_buf out = UB_BUF(world->arena);
	ub_plan_print(plan, NULL, &out, false);
	return ub_buf_cstr(&out);
}

const struct ub_item *world_item(const struct ub_plan *plan, const char *id)
{
	for (size_t i = 0; i < plan->items.n; i++)
		if (ub_text_is(plan->items.items[i].id, id))
			return &plan->items.items[i];
	const struct ub_note *note = world_note(plan, id);
	cr_assert(false, "no item %s: %.*s", id, note ? (int)note->text.len : 0, note ? note->text.ptr : "");
	return NULL;
}

const struct ub_note *world_note(const struct ub_plan *plan, const char *id)
{
	for (size_t i = 0; i < plan->notes.n; i++)
		if (ub_text_is(plan->notes.items[i].item, id))
			return &plan->notes.items[i];
	return NULL;
}
