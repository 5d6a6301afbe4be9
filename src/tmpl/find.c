/* SPDX-License-Identifier: Apache-2.0 */
#include "tmpl-private.h"

/* The templates of a set by their names. */

struct ub_template *tmpl_at(const struct ub_template_set *set, size_t i)
{
	struct ub_text name;
	return ub_map_at(set->templates, i, &name);
}

/* NAME.LANGUAGE */
static struct ub_template *find_variant(
    const struct ub_template_set *set, struct ub_text name, struct ub_text language)
{
	for (size_t i = 0; i < ub_map_size(set->templates); i++) {
		struct ub_text full = tmpl_at(set, i)->name;
		if (full.len == name.len + 1 + language.len && ub_text_starts(full, name) &&
		    full.ptr[name.len] == '.' &&
		    ub_text_eq_nocase(ub_text_sub(full, name.len + 1, full.len), language))
			return tmpl_at(set, i);
	}
	return NULL;
}

struct ub_template *tmpl_find(const struct ub_template_set *set, struct ub_text name, struct ub_text language)
{
	struct ub_template *found = NULL;
	for (size_t end = language.len; end > 0 && !found; end--)
		if (end == language.len || language.ptr[end] == '-')
			found = find_variant(set, name, ub_text_sub(language, 0, end));
	return found ? found : ub_map_get(set->templates, name);
}

const struct ub_template *ub_template_at(const struct ub_template_set *set, size_t i)
{
	return i < ub_map_size(set->templates) ? tmpl_at(set, i) : NULL;
}

/* "templates/agenda.md" is "agenda". */
static struct ub_text bare_name(struct ub_text path)
{
	static const struct ub_text folder = UB_TEXT("templates/");
	static const struct ub_text ends[] = { UB_TEXT(".md"), UB_TEXT(".txt"), UB_TEXT(".html") };
	if (ub_text_starts(path, folder))
		path = ub_text_sub(path, folder.len, path.len);
	for (size_t i = 0; i < UB_COUNT(ends); i++)
		if (ub_text_ends(path, ends[i]))
			return ub_text_sub(path, 0, path.len - ends[i].len);
	return path;
}

static bool is_file_name(struct ub_text name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] == ' ' || name.ptr[i] == '/' || name.ptr[i] == '\n')
			return false;
	return true;
}

void tmpl_help_with_name(
    const struct ub_template_set *set, struct ub_diags *diags, struct ub_diag *diag, struct ub_text name)
{
	size_t n = ub_map_size(set->templates);
	struct ub_text *names = UB_NEW_ARRAY(diags->arena, struct ub_text, n), bare = bare_name(name);
	for (size_t i = 0; i < n; i++)
		ub_map_at(set->templates, i, &names[i]);
	struct ub_text near = ub_suggest(bare, names, n);
	if (ub_map_get(set->templates, bare))
		ub_diag_set_help(diags, diag,
		    "write `%.*s`: a template is named without its folder and the end of its file's name",
		    UB_ARGS(bare));
	else if (near.len)
		ub_diag_set_help(diags, diag, "did you mean `%.*s`?", UB_ARGS(near));
	else if (is_file_name(bare))
		ub_diag_set_help(diags, diag, "put the text into `templates/%.*s.md`", UB_ARGS(bare));
	else
		ub_diag_set_help(
		    diags, diag, "put the text into a file `templates/NAME.md`, and write its NAME here");
}
