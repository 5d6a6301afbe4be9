/* SPDX-License-Identifier: Apache-2.0 */

/* Turns a file into a tree, visits every place in it, and reads it as settings. Nothing may crash, hang, or
 * point outside of the file. */
#include <stdlib.h>

#include "fuzz.h"
#include "upbeat/settings.h"
#include "upbeat/yaml.h"

static void require(bool so)
{
	if (!so)
		abort();
}

static void check_place(struct ub_place place)
{
	require(place.source && place.at <= place.source->text.len);
	require(place.len <= place.source->text.len - place.at);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* A letter of the text is found at its place in the file, unless an escape stands for it. */
static void check_letter(const struct ub_yaml_node *node, size_t at)
{
	struct ub_place place = ub_yaml_place(node, at, at + 1);
	check_place(place);
	require(place.at >= node->place.at);
	if (is_letter(node->text.ptr[at])) {
		char there = place.source->text.ptr[place.at];
		require(there == node->text.ptr[at] || there == '\\');
	}
}

static void check_scalar(const struct ub_yaml_node *node, struct ub_diags *diags)
{
	size_t step = 1 + node->text.len / 500;
	check_place(ub_yaml_place(node, node->text.len, node->text.len));
	for (size_t at = 0; at < node->text.len && !node->broken; at += step)
		check_letter(node, at);
	ub_yaml_check_expression(node, diags);
}

static void check_node(const struct ub_yaml_node *node, struct ub_diags *diags)
{
	check_place(node->place);
	if (node->kind == UB_YAML_SCALAR)
		check_scalar(node, diags);
	for (size_t i = 0; node->kind == UB_YAML_LIST && i < node->n; i++)
		check_node(node->items[i], diags);
	for (size_t i = 0; node->kind == UB_YAML_MAP && i < node->n; i++) {
		check_node(node->entries[i].key, diags);
		check_node(node->entries[i].value, diags);
		require(ub_yaml_get(node, ub_text_cstr(diags->arena, node->entries[i].key->text)) ==
			    node->entries[i].value ||
			ub_text_find(node->entries[i].key->text, ub_text_n("", 1), 0) != SIZE_MAX);
	}
}

static struct ub_text no_zone(void *context, struct ub_arena *arena, struct ub_text name)
{
	(void)context, (void)arena, (void)name;
	return (struct ub_text){ NULL, 0 };
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_zones *zones = ub_cal_zones_new((struct ub_zone_source){ .load = no_zone });
	struct ub_source source = { UB_TEXT("fuzz.yaml"), ub_text_n((const char *)bytes, size) };
	struct ub_diags diags = UB_DIAGS(arena);
	struct ub_buf out = UB_BUF(arena);
	const struct ub_yaml_node *root = ub_yaml_parse(arena, &source, &diags);
	require(root || diags.errors);
	if (root)
		check_node(root, &diags);
	require(ub_settings_read(arena, &source, zones, &diags)->org != NULL);
	for (size_t i = 0; i < diags.list.n; i++)
		check_place(diags.list.items[i].place);
	ub_diags_sort(&diags);
	ub_diags_print(&diags, &out, false);
	ub_cal_zones_free(&zones);
	ub_arena_free(&arena);
	return 0;
}
