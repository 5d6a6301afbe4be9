/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "directory_test.h"
#include "upbeat/sys.h"

static const struct ub_account_field_decl fields[] = {
	{ UB_TEXT("started"), UB_FIELD_DATE, false },
	{ UB_TEXT("seats"), UB_FIELD_INT, false },
	{ UB_TEXT("language"), UB_FIELD_STRING, true },
	{ UB_TEXT("ratio"), UB_FIELD_DOUBLE, false },
	{ UB_TEXT("pilot"), UB_FIELD_BOOL, false },
};

static void add_source(struct files *files, size_t i, const char *text)
{
	struct ub_settings_source *source = &files->settings.sources[i];
	files->paths[i] = ub_textf(files->arena, "%s/%zu.yaml", files->folder, i).ptr;
	source->source = UB_TEXT("yaml");
	source->file.path = ub_text(files->paths[i]);
	source->fields = fields;
	source->max_loss = 100;
	source->n_fields = UB_COUNT(fields);
	if (text)
		write_file(files->paths[i], text);
}

struct files *start(const char *first, const char *second)
{
	struct ub_arena *arena = ub_arena_new();
	struct files *files = UB_NEW(arena, struct files);
	files->arena = arena;
	files->zones = ub_cal_zones_new(ub_sys_zone_source(NULL));
	files->diags = UB_DIAGS(arena);
	make_folder(files->folder);
	files->settings.n_sources = second ? 2 : 1;
	files->settings.sources = UB_NEW_ARRAY(arena, struct ub_settings_source, 2);
	add_source(files, 0, first);
	if (second)
		add_source(files, 1, second);
	files->directory = ub_directory_open(
	    &files->settings, ub_cal_zone_find(files->zones, UB_TEXT("Europe/Berlin")), NULL, &files->diags);
	files->accounts = ub_directory_accounts(files->directory);
	return files;
}

bool refresh(struct files *files)
{
	bool news = ub_directory_refresh(files->directory, UB_REFRESH_ALL, &files->diags);
	ub_accounts_release(&files->accounts);
	files->accounts = ub_directory_accounts(files->directory);
	return news;
}

void finish(struct files **files)
{
	struct files *mine = *files;
	struct ub_arena *arena = mine->arena;
	*files = NULL;
	ub_accounts_release(&mine->accounts);
	ub_directory_close(&mine->directory);
	ub_cal_zones_free(&mine->zones);
	ub_arena_free(&arena);
}

const char *printed(struct files *files)
{
	struct ub_buf out = UB_BUF(files->arena);
	ub_diags_sort(&files->diags);
	ub_diags_print(&files->diags, &out, false);
	return ub_buf_cstr(&out);
}
