/* SPDX-License-Identifier: Apache-2.0 */
#include "rules-private.h"

/* The kind of a file in a rule directory, by its name. */

bool rules_is_template(const struct ub_rule_file *file)
{
	struct ub_text path = file->path;
	return ub_text_starts(path, UB_TEXT("templates/")) &&
	       (ub_text_ends(path, UB_TEXT(".md")) || ub_text_ends(path, UB_TEXT(".txt")) ||
		   ub_text_ends(path, UB_TEXT(".html")));
}

static bool is_nearly_yaml(struct ub_text path)
{
	return ub_text_ends_nocase(path, UB_TEXT(".yml")) || ub_text_ends_nocase(path, UB_TEXT(".yaml")) ||
	       ub_text_ends_nocase(path, UB_TEXT(".yaml.txt"));
}

/* The help for a file that is not read because of its name. NULL: the file is read, or nobody would expect
 * that. */
static const char *help_to_name(struct ub_text path)
{
	struct ub_text file = path, folder;
	bool top = ub_text_split(&file, '/', &folder) && !file.ptr;
	if (top)
		return is_nearly_yaml(path) ? "name it `*.yaml`" : NULL;
	if (file.len == 0)
		return "rule files stand beside it, texts in `templates/`, tests in `tests/`, calendars in "
		       "`holidays/`";
	if (ub_text_is(folder, "templates") && ub_text_ends(file, UB_TEXT("/")))
		return "templates stand in `templates/` itself, not in folders below it";
	if (ub_text_is(folder, "templates"))
		return ub_text_starts(file, UB_TEXT(".")) ? NULL : "name it `*.md`, `*.txt` or `*.html`";
	if (ub_text_is(folder, "holidays"))
		return ub_text_ends(file, UB_TEXT(".ics")) ? NULL : "name it `*.ics`";
	return ub_text_is(folder, "tests") && ub_text_ends(file, UB_TEXT(".yml")) ? "name it `*.yaml`" : NULL;
}

void rules_warn_not_read(struct loader *loader, const struct ub_rule_file *file)
{
	const char *help = rules_is_template(file) ? NULL : help_to_name(file->path);
	if (!help)
		return;
	struct ub_place place = { &file->source, 0, 0 };
	struct ub_diag *diag = ub_warning(loader->diags, "not-read", place, "this %s is not read",
	    ub_text_ends(file->path, UB_TEXT("/")) ? "folder" : "file");
	ub_diag_set_help(loader->diags, diag, "%s", help);
}
