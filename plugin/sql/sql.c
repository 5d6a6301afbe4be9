/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Accounts from a query of a database, SQLite or PostgreSQL: upbeat.conf(5), "SQL".
 */
#include "sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Of the time that the source has, this is the statement's: its error comes before the host's "no answer". */
#define STATEMENT_SHARE(timeout) ((timeout) / 4 * 3)

static const struct ub_plugin_option options[] = {
	{ "path", UB_PLUGIN_OPTION_PATH, false, "the SQLite file" },
	{ "connection", UB_PLUGIN_OPTION_TEXT, false,
	    "the connection string of PostgreSQL, without a password" },
	{ "password_file", UB_PLUGIN_OPTION_PATH, false, "the file with PostgreSQL's password" },
	{ "query", UB_PLUGIN_OPTION_TEXT, true, "the SELECT that gives the accounts" },
	{ "columns", UB_PLUGIN_OPTION_MAP, false, "the names of the columns of fields" },
};

/* ---- open and close ---- */

static void close_source(void *opened)
{
	struct sql_source *source = opened;
	table_free_columns(&source->columns);
	sql_forget_stamp(source);
	free(source->path);
	free(source->connection);
	free(source->password_file);
	free(source->query);
	free(source->label);
	free(source);
}

static void take_setting(struct sql_source *source, const struct ub_plugin_setting *setting)
{
	const struct {
		const char *name;
		char **text;
		struct ub_plugin_place *place;
	} texts[] = {
		{ "path", &source->path, &source->place },
		{ "connection", &source->connection, &source->place },
		{ "password_file", &source->password_file, &source->password_place },
		{ "query", &source->query, NULL },
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strcmp(texts[i].name, setting->name) != 0)
			continue;
		*texts[i].text = table_copy(setting->value);
		if (texts[i].place)
			*texts[i].place = setting->place;
	}
	if (strcmp(setting->name, "timeout") == 0)
		source->timeout = STATEMENT_SHARE(strtoll(setting->value, NULL, 10) * 1000);
	table_take_setting(&source->columns, setting);
}

static bool check_place(const struct sql_source *source, struct ub_plugin_host *host)
{
	if (!source->path != !source->connection)
		return true;
	host->error(host, source->place,
	    source->path ? "there are two databases: `path` and `connection`" : "there is no database to ask",
	    "say `path` of a SQLite file, or `connection` of PostgreSQL, like `host=db.example dbname=crm`");
	return false;
}

static bool check_password_file(const struct sql_source *source, struct ub_plugin_host *host)
{
	struct stat file;
	if (source->password_file && source->path) {
		host->error(host, source->password_place, "a SQLite file has no password",
		    "take `password_file` away");
		return false;
	}
	if (source->password_file && stat(source->password_file, &file) == 0 &&
	    (file.st_mode & (S_IRWXG | S_IRWXO)))
		host->warning(
		    host, source->password_place, "other users can read the password", "chmod 600 the file");
	return true;
}

static bool check(struct sql_source *source, struct ub_plugin_host *host)
{
	bool good = table_check_columns(&source->columns, host);
	if (!check_place(source, host))
		return false;
	good &= check_password_file(source, host);
	if (source->connection)
		return sql_check_connection(source, host) && good;
	source->label = table_copy(source->path);
	return good;
}

static void *open_source(struct ub_plugin_host *host, const struct ub_plugin_setting *settings, size_t n)
{
	struct sql_source *source = table_array(NULL, 1, sizeof(*source));
	*source = (struct sql_source){ 0 };
	for (size_t i = 0; i < n; i++)
		take_setting(source, &settings[i]);
	if (check(source, host))
		return source;
	close_source(source);
	return NULL;
}

/* ---- reading ---- */

static bool has_changed(void *opened)
{
	const struct sql_source *source = opened;
	return source->connection || sql_sqlite_changed(source);
}

static enum ub_plugin_result read_source(void *opened, struct ub_plugin_host *host)
{
	struct sql_source *source = opened;
	struct sql_reading reading = {
		.source = source, .host = host, .deadline = sql_milliseconds() + source->timeout
	};
	if (source->path) {
		sql_stamp_sqlite(source);
		sql_read_sqlite(&reading);
	} else {
		sql_read_postgresql(&reading);
	}
	if (!reading.failed)
		sql_give(&reading);
	if (reading.failed)
		sql_forget_stamp(source);
	free(reading.cells);
	free(reading.text);
	return reading.failed ? UB_PLUGIN_FAILED : UB_PLUGIN_DONE;
}

const struct ub_plugin ub_plugin = {
	.abi = UB_PLUGIN_ABI,
	.size = sizeof(struct ub_plugin),
	.options = options,
	.n_options = sizeof(options) / sizeof(options[0]),
	.refresh = 300,
	.open = open_source,
	.changed = has_changed,
	.read = read_source,
	.close = close_source,
};
