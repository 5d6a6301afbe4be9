/* SPDX-License-Identifier: Apache-2.0 */
#include "directory-private.h"

#include <dlfcn.h>
#include <unistd.h>

#include "upbeat/sys.h"

/*
 * Finds plugins. A build tree has each one in a folder of its own, where libtool puts modules; they are
 * installed side by side.
 */

static const char *file_in_build_tree(struct ub_arena *arena, const char *top, struct ub_text name)
{
	return ub_textf(arena, "%s/" UB_PLUGIN_TREE "/%.*s/.libs/%.*s.so", top, UB_ARGS(name), UB_ARGS(name))
	    .ptr;
}

static const char *plugin_file(struct ub_arena *arena, struct ub_text name)
{
	const char *top = ub_sys_build_tree(arena, UB_PLUGIN_TREE);
	return top ? file_in_build_tree(arena, top, name)
		   : ub_textf(arena, UB_PLUGIN_DIR "/%.*s.so", UB_ARGS(name)).ptr;
}

struct names {
	struct ub_text *items;
	size_t n, cap;
};

/* The sources that there are. */
static struct names known_names(struct ub_arena *arena)
{
	const char *top = ub_sys_build_tree(arena, UB_PLUGIN_TREE);
	const char *folder = top ? ub_textf(arena, "%s/" UB_PLUGIN_TREE, top).ptr : UB_PLUGIN_DIR;
	const struct ub_text suffix = top ? UB_TEXT_NONE : UB_TEXT(".so");
	struct names names = { 0 };
	struct ub_text *found;
	size_t n = 0;
	*ub_push(arena, &names) = UB_TEXT("yaml");
	if (ub_sys_list_directory(arena, folder, suffix, &found, &n) != UB_FILE_OK)
		return names;
	for (size_t i = 0; i < n; i++) {
		struct ub_text name = ub_text_sub(found[i], 0, found[i].len - suffix.len);
		if (access(plugin_file(arena, name), F_OK) == 0)
			*ub_push(arena, &names) = name;
	}
	return names;
}

static void report_unknown(
    struct ub_text name, const char *file, struct ub_place place, struct ub_diags *diags)
{
	struct ub_diag *diag =
	    ub_error(diags, "no-plugin", place, "there is no account source `%.*s`", UB_ARGS(name));
	struct names names = known_names(diags->arena);
	struct ub_text meant = ub_suggest(name, names.items, names.n);
	struct ub_buf all = UB_BUF(diags->arena);
	if (meant.len) {
		ub_diag_set_help(diags, diag, "did you mean `%.*s`?", UB_ARGS(meant));
		return;
	}
	for (size_t i = 0; i < names.n; i++)
		ub_buf_printf(&all, "%s`%.*s`", i ? ", " : "", UB_ARGS(names.items[i]));
	ub_diag_set_help(
	    diags, diag, "there are %.*s; its plugin would be %s", UB_ARGS(ub_buf_text(&all)), file);
}

/* What is wrong with a module as a plugin. NULL: nothing. */
static const char *fault_of(const struct ub_plugin *plugin, struct ub_arena *arena)
{
	if (!plugin)
		return "it does not define `ub_plugin`, and so is no plugin";
	if (plugin->abi != UB_PLUGIN_ABI)
		return ub_textf(arena, "it was made for the plugin ABI %u, and this is ABI %u", plugin->abi,
		    UB_PLUGIN_ABI)
		    .ptr;
	if (plugin->size < sizeof(*plugin) || !plugin->open || !plugin->read || !plugin->close)
		return "its `ub_plugin` lacks functions that an account source has";
	return NULL;
}

const struct ub_plugin *load_plugin(struct ub_text name, struct ub_place place, struct ub_diags *diags)
{
	const char *file = plugin_file(diags->arena, name);
	if (access(file, F_OK) != 0) {
		report_unknown(name, file, place, diags);
		return NULL;
	}
	void *module = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	const struct ub_plugin *plugin = module ? dlsym(module, "ub_plugin") : NULL;
	const char *fault = module ? fault_of(plugin, diags->arena) : dlerror();
	if (!fault)
		return plugin;
	struct ub_diag *diag =
	    ub_error(diags, "bad-plugin", place, "cannot load the plugin `%.*s`: %s", UB_ARGS(name), fault);
	ub_diag_set_help(diags, diag, "compile %s with the header upbeat/plugin.h of this version", file);
	if (module)
		dlclose(module);
	return NULL;
}
