/* SPDX-License-Identifier: Apache-2.0 */
#include "cli-private.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "upbeat/configuration.h"

/* `file` is below the top of the sources, or of the build for a page that is written when building. */
struct manual {
	const char *name, *word, *section, *file;
};

static const struct manual manuals[] = {
	{ "upbeat", "commands", "1", "src/cli/upbeat.1" },
	{ "upbeat.conf", "settings", "5", "src/settings/upbeat.conf.5" },
	{ "upbeat-rules", "rules", "5", "src/rules/upbeat-rules.5" },
	{ "upbeat-servers", "servers", "7", "src/settings/upbeat-servers.7" },
	{ "upbeat-diagnostics", "diagnostics", "7", "src/cli/upbeat-diagnostics.7" },
	{ "upbeat-plugin", "plugins", "3", "src/directory/upbeat-plugin.3" },
};

void cli_topics(struct ub_buf *out)
{
	for (size_t i = 0; i < UB_COUNT(manuals); i++)
		ub_buf_printf(out, "%s ", manuals[i].word);
}

static const struct manual *find_manual(const char *topic)
{
	for (size_t i = 0; i < UB_COUNT(manuals); i++)
		if (strcmp(topic, manuals[i].name) == 0 || strcmp(topic, manuals[i].word) == 0)
			return &manuals[i];
	return NULL;
}

/* The page of the tree that the program was built in; NULL: the program is installed. The rules stand at the
 * top of the tree. In a build outside of the sources they are a link into the sources. */
static const char *page_of_tree(struct ub_arena *arena, const struct manual *manual)
{
	const char *rules = ub_snapshot_shipped_rules(arena);
	size_t top = strlen(rules) - strlen("rules");
	const char *built = ub_textf(arena, "%.*s%s", (int)top, rules, manual->file).ptr;
	const char *source = ub_textf(arena, "%s/../%s", rules, manual->file).ptr;
	return access(built, R_OK) == 0 ? built : access(source, R_OK) == 0 ? source : NULL;
}

static int show(const struct manual *manual, const char *page)
{
	if (page) {
		execlp("man", "man", "-l", page, (char *)NULL);
		execlp("mandoc", "mandoc", "-a", page, (char *)NULL);
	} else {
		execlp("man", "man", manual->section, manual->name, (char *)NULL);
	}
	cli_complain(
	    "cannot run man: %s%s%s", strerror(errno), page ? "; the manual is " : "", page ? page : "");
	return UB_EXIT_FINDINGS;
}

int cli_manual(struct ub_arena *arena, const char *topic)
{
	const struct manual *manual = find_manual(topic);
	if (manual)
		return show(manual, page_of_tree(arena, manual));
	struct ub_text words[UB_COUNT(manuals)];
	for (size_t i = 0; i < UB_COUNT(manuals); i++)
		words[i] = ub_text(manuals[i].word);
	struct ub_text meant = ub_suggest(ub_text(topic), words, UB_COUNT(manuals));
	cli_complain("there is no help on `%s`%s%.*s%s (upbeat help lists what there is)", topic,
	    meant.len ? "; did you mean `" : "", UB_ARGS(meant), meant.len ? "`?" : "");
	return UB_EXIT_USAGE;
}
