/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <criterion/criterion.h>
#include <unistd.h>

#include "upbeat/sys.h"

void write_data(const char *path, const char *text)
{
	if (text)
		write_file(path, text);
	else
		unlink(path);
}

static void hold_accounts(struct world *world)
{
	ub_accounts_release(&world->accounts);
	world->accounts = ub_directory_accounts(world->directory);
}

static void read_settings(struct world *world, const char *sources)
{
	struct ub_arena *arena = world->arena;
	world->text = (struct ub_source){ ub_textf(arena, "%s/u.yaml", world->folder),
		ub_textf(arena,
		    "listen: 127.0.0.1:1\nupstream: http://127.0.0.1:2\n"
		    "organization: {domains: [ours.example]}\naccounts: [{%s}]\n",
		    sources) };
	world->settings = ub_settings_read(arena, &world->text, world->zones, &world->diags);
}

struct world *open_world(const char *sources, const char *data, const char *more)
{
	struct ub_arena *arena = ub_arena_new();
	struct world *world = UB_NEW(arena, struct world);
	world->arena = arena;
	make_folder(world->folder);
	world->data = ub_textf(arena, "%s/data", world->folder).ptr;
	world->more = ub_textf(arena, "%s/more", world->folder).ptr;
	world->diags = UB_DIAGS(arena);
	world->zones = ub_cal_zones_new(ub_sys_zone_source(NULL));
	read_settings(world, sources);
	write_data(world->data, data);
	write_data(world->more, more);
	world->directory = ub_directory_open(world->settings, ub_cal_utc(), NULL, &world->diags);
	hold_accounts(world);
	return world;
}

void close_world(struct world *world)
{
	struct ub_arena *arena = world->arena;
	ub_accounts_release(&world->accounts);
	ub_directory_close(&world->directory);
	ub_cal_zones_free(&world->zones);
	unlink(world->data);
	unlink(world->more);
	unlink(kept_file(world, 0));
	unlink(kept_file(world, 1));
	cr_assert_eq(rmdir(world->folder), 0);
	ub_arena_free(&arena);
}

bool look(struct world *world, enum ub_refresh refresh)
{
	world->diags = UB_DIAGS(world->arena);
	bool news = ub_directory_refresh(world->directory, refresh, &world->diags);
	hold_accounts(world);
	return news;
}

void open_again(struct world *world)
{
	struct ub_directory *present = world->directory;
	const struct ub_directory_start start = { .present = present };
	world->diags = UB_DIAGS(world->arena);
	world->settings = ub_settings_read(world->arena, &world->text, world->zones, &world->diags);
	world->directory = ub_directory_open(world->settings, ub_cal_utc(), &start, &world->diags);
	ub_directory_close(&present);
	hold_accounts(world);
}

const char *kept_file(struct world *world, size_t source)
{
	return ub_textf(world->arena, "%s/kept-%zu", world->folder, source).ptr;
}

void restart(struct world *world, const char *sources)
{
	const struct ub_directory_start start = { .kept =
						      ub_textf(world->arena, "%s/kept", world->folder).ptr };
	ub_accounts_release(&world->accounts);
	ub_directory_close(&world->directory);
	world->diags = UB_DIAGS(world->arena);
	if (sources)
		read_settings(world, sources);
	world->directory = ub_directory_open(world->settings, ub_cal_utc(), &start, &world->diags);
	hold_accounts(world);
}

const char *said(struct world *world)
{
	struct ub_buf out = UB_BUF(world->arena);
	ub_diags_print(&world->diags, &out, false);
	return ub_buf_cstr(&out);
}

struct ub_source_report report_of(struct world *world, size_t source)
{
	struct ub_source_report *reports;
	cr_assert_lt(source, ub_directory_reports(world->directory, world->arena, &reports));
	return reports[source];
}

const struct ub_account *account_of(struct world *world, const char *id)
{
	return ub_accounts_find(world->accounts, ub_text(id));
}
