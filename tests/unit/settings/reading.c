/* SPDX-License-Identifier: Apache-2.0 */
#include "reading.h"

#include "upbeat/sys.h"

struct reading *read_settings(const char *path, const char *text)
{
	struct ub_arena *arena = ub_arena_new();
	struct reading *r = UB_NEW(arena, struct reading);
	r->arena = arena;
	r->zones = ub_cal_zones_new(ub_sys_zone_source(NULL));
	r->source = (struct ub_source){ ub_text(path), ub_text(text) };
	r->diags = UB_DIAGS(arena);
	r->settings = ub_settings_read(arena, &r->source, r->zones, &r->diags);
	return r;
}

void finish(struct reading **r)
{
	struct ub_arena *arena = (*r)->arena;
	ub_cal_zones_free(&(*r)->zones);
	*r = NULL;
	ub_arena_free(&arena);
}

const char *printed(struct reading *r)
{
	struct ub_buf out = UB_BUF(r->arena);
	ub_diags_sort(&r->diags);
	ub_diags_print(&r->diags, &out, false);
	return ub_buf_cstr(&out);
}
