/* SPDX-License-Identifier: Apache-2.0 */
#include "plugins-private.h"

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

/* What a module may be. */
struct kind {
	const char *symbol; /* that the module defines then */
	const char *noun;
	const char *built_in; /* one that needs no module; NULL: there is none */
	/* Its ABI number; whether it has all functions. */
	unsigned (*abi)(const void *plugin);
	bool (*is_whole)(const void *plugin);
};

static unsigned source_abi(const void *plugin)
{
	const struct ub_plugin *source = plugin;
	return source->abi;
}

static bool is_whole_source(const void *plugin)
{
	const struct ub_plugin *source = plugin;
	return source->size >= sizeof(*source) && source->open && source->read && source->close;
}

static unsigned sink_abi(const void *plugin)
{
	const struct ub_plugin_sink *sink = plugin;
	return sink->abi;
}

static bool is_whole_sink(const void *plugin)
{
	const struct ub_plugin_sink *sink = plugin;
	return sink->size >= sizeof(*sink) && sink->open && sink->deliver && sink->close;
}

static const struct kind source_kind = { "ub_plugin", "account source", "yaml", source_abi, is_whole_source };
static const struct kind sink_kind = { "ub_plugin_sink", "event sink", NULL, sink_abi, is_whole_sink };

/* ---- what there is ---- */

struct names {
	struct ub_text *items;
	size_t n, cap;
};

static bool is_of_kind(const struct kind *kind, const char *file)
{
	void *module = dlopen(file, RTLD_LAZY | RTLD_LOCAL);
	bool is = module && dlsym(module, kind->symbol);
	if (module)
		dlclose(module);
	return is;
}

/* The plugins of the kind that there are. */
static struct names known_names(const struct kind *kind, struct ub_arena *arena)
{
	const char *top = ub_sys_build_tree(arena, UB_PLUGIN_TREE);
	const char *folder = top ? ub_textf(arena, "%s/" UB_PLUGIN_TREE, top).ptr : UB_PLUGIN_DIR;
	const struct ub_text suffix = top ? UB_TEXT_NONE : UB_TEXT(".so");
	struct names names = { 0 };
	struct ub_text *found;
	size_t n = 0;
	if (kind->built_in)
		*ub_push(arena, &names) = ub_text(kind->built_in);
	if (ub_sys_list_directory(arena, folder, suffix, &found, &n) != UB_FILE_OK)
		return names;
	for (size_t i = 0; i < n; i++) {
		struct ub_text name = ub_text_sub(found[i], 0, found[i].len - suffix.len);
		if (is_of_kind(kind, plugin_file(arena, name)))
			*ub_push(arena, &names) = name;
	}
	return names;
}

static void report_unknown(const struct kind *kind, struct ub_text name, const char *file,
    struct ub_place place, struct ub_diags *diags)
{
	struct ub_diag *diag =
	    ub_error(diags, "no-plugin", place, "there is no %s `%.*s`", kind->noun, UB_ARGS(name));
	struct names names = known_names(kind, diags->arena);
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

/* ---- loading ---- */

/* What is wrong with a module as a plugin of the kind. NULL: nothing. */
static const char *fault_of(const struct kind *kind, const void *plugin, struct ub_arena *arena)
{
	if (!plugin)
		return ub_textf(arena, "it does not define `%s`, and so is no %s", kind->symbol, kind->noun)
		    .ptr;
	if (kind->abi(plugin) != UB_PLUGIN_ABI)
		return ub_textf(arena, "it was made for the plugin ABI %u, and this is ABI %u",
		    kind->abi(plugin), UB_PLUGIN_ABI)
		    .ptr;
	if (!kind->is_whole(plugin))
		return ub_textf(arena, "its `%s` lacks functions that an %s has", kind->symbol, kind->noun)
		    .ptr;
	return NULL;
}

static const void *load(
    const struct kind *kind, struct ub_text name, struct ub_place place, struct ub_diags *diags)
{
	const char *file = plugin_file(diags->arena, name);
	if (access(file, F_OK) != 0) {
		report_unknown(kind, name, file, place, diags);
		return NULL;
	}
	void *module = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	const void *plugin = module ? dlsym(module, kind->symbol) : NULL;
	const char *fault = module ? fault_of(kind, plugin, diags->arena) : dlerror();
	if (!fault)
		return plugin;
	struct ub_diag *diag =
	    ub_error(diags, "bad-plugin", place, "cannot load the plugin `%.*s`: %s", UB_ARGS(name), fault);
	ub_diag_set_help(diags, diag, "compile %s with the header upbeat/plugin.h of this version", file);
	if (module)
		dlclose(module);
	return NULL;
}

const struct ub_plugin *ub_plugins_source(struct ub_text name, struct ub_place place, struct ub_diags *diags)
{
	return load(&source_kind, name, place, diags);
}

const struct ub_plugin_sink *ub_plugins_sink(
    struct ub_text name, struct ub_place place, struct ub_diags *diags)
{
	return load(&sink_kind, name, place, diags);
}

void ub_plugins_tell_of_crashes(struct ub_text name, struct ub_place place, struct ub_diags *diags)
{
	struct ub_diag *diag = ub_error(diags, "plugin-crashed", place,
	    "the engine has ended %d times while the plugin `%.*s` was at work, so it is left out",
	    UB_STORE_CRASHES_MAX, UB_ARGS(name));
	ub_diag_set_help(diags, diag, "replace the plugin, and have the daemon read its settings again");
}

static struct ub_text shown(struct ub_arena *arena, const char *text)
{
	struct ub_buf buf = UB_BUF(arena);
	ub_buf_shown(&buf, ub_text(text));
	return ub_buf_text(&buf);
}

void ub_plugins_report(struct ub_diags *diags, enum ub_severity severity, const char *code,
    struct ub_place place, const char *message, const char *help)
{
	struct ub_diag *diag =
	    ub_diag_add(diags, severity, code, place, "%.*s", UB_ARGS(shown(diags->arena, message)));
	if (help)
		ub_diag_set_help(diags, diag, "%.*s", UB_ARGS(shown(diags->arena, help)));
}
