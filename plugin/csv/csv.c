/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Accounts from a CSV file (RFC 4180) with a header row: upbeat.conf(5), "CSV".
 */
#include "csv.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX     (256u * 1024 * 1024)
#define MISTAKES_MAX 20 /* rows of the wrong length that are told; then the file is given up */

struct source {
	char *path;
	struct ub_plugin_place place; /* where the settings name it */
	char delimiter;
	struct table_columns columns;
	struct stat seen; /* of the last look; zeros: there was no file */
};

static const struct ub_plugin_option options[] = {
	{ "path", UB_PLUGIN_OPTION_PATH, true, "the file" },
	{ "columns", UB_PLUGIN_OPTION_MAP, false, "the names of the columns of fields" },
	{ "delimiter", UB_PLUGIN_OPTION_TEXT, false, "what separates cells: a comma if not said" },
};

/* ---- open and close ---- */

static void close_source(void *opened)
{
	struct source *source = opened;
	table_free_columns(&source->columns);
	free(source->path);
	free(source);
}

static bool take_delimiter(
    struct source *source, struct ub_plugin_host *host, const struct ub_plugin_setting *setting)
{
	const char *value = strcmp(setting->value, "tab") == 0 ? "\t" : setting->value;
	source->delimiter = value[0];
	if (value[1] == '\0' && strchr(",;|\t:", value[0]))
		return true;
	host->error(host, setting->place, "cells cannot be separated by this",
	    "`delimiter` is a comma, a semicolon, a colon, `|` or `tab`");
	return false;
}

static bool take_setting(
    struct source *source, struct ub_plugin_host *host, const struct ub_plugin_setting *setting)
{
	if (strcmp(setting->name, "delimiter") == 0)
		return take_delimiter(source, host, setting);
	if (strcmp(setting->name, "path") == 0) {
		free(source->path);
		source->path = table_copy(setting->value);
		source->place = setting->place;
	}
	table_take_setting(&source->columns, setting);
	return true;
}

static void *open_source(struct ub_plugin_host *host, const struct ub_plugin_setting *settings, size_t n)
{
	struct source *source = table_array(NULL, 1, sizeof(*source));
	bool good = true;
	*source = (struct source){ .delimiter = ',' };
	for (size_t i = 0; i < n; i++)
		good &= take_setting(source, host, &settings[i]);
	good = table_check_columns(&source->columns, host) && good;
	if (good)
		return source;
	close_source(source);
	return NULL;
}

/* ---- the file ---- */

/* Replacing or writing the file changes at least one of these. */
static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static bool has_changed(void *opened)
{
	const struct source *source = opened;
	struct stat now;
	if (stat(source->path, &now) < 0)
		memset(&now, 0, sizeof(now));
	return !same_file(&now, &source->seen);
}

static void fail_to_read(
    const struct source *source, struct ub_plugin_host *host, const char *why, const char *help)
{
	char message[PATH_MAX + 100];
	snprintf(message, sizeof(message), "cannot read the accounts in %s: %s", source->path, why);
	host->error(host, source->place, message, help);
}

/* Reads all of the open file; NULL: reported. */
static char *read_all(const struct source *source, int fd, size_t *len, struct ub_plugin_host *host)
{
	size_t size = (size_t)source->seen.st_size, done = 0;
	char *bytes = table_array(NULL, size + 1, 1);
	for (ssize_t n; done < size; done += (size_t)n) {
		n = read(fd, bytes + done, size - done);
		if (n == 0)
			break;
		if (n < 0) {
			fail_to_read(source, host, strerror(errno),
			    "have somebody look at the disk or share that it is on");
			free(bytes);
			return NULL;
		}
	}
	*len = done;
	return bytes;
}

/* The same. A file that is being written gives half of its accounts, and looks sound. */
static char *read_whole(struct source *source, int fd, size_t *len, struct ub_plugin_host *host)
{
	struct stat after;
	char *bytes = read_all(source, fd, len, host);
	if (!bytes || (fstat(fd, &after) == 0 && same_file(&source->seen, &after)))
		return bytes;
	fail_to_read(source, host, "it is being written",
	    "this goes away by itself; it cannot happen if a new file is made and then renamed");
	memset(&source->seen, 0, sizeof(source->seen));
	free(bytes);
	return NULL;
}

static char *read_open(struct source *source, int fd, size_t *len, struct ub_plugin_host *host)
{
	if (fstat(fd, &source->seen) < 0)
		fail_to_read(
		    source, host, strerror(errno), "have somebody look at the disk or share that it is on");
	else if (!S_ISREG(source->seen.st_mode))
		fail_to_read(source, host, "it is no regular file",
		    "`path` is the file itself, no directory, pipe or device");
	else if (source->seen.st_size > (off_t)FILE_MAX)
		fail_to_read(source, host, "it is longer than 256 MiB",
		    "leave out columns that nobody needs, or make several sources of it");
	else
		return read_whole(source, fd, len, host);
	return NULL;
}

static char *read_file(struct source *source, size_t *len, struct ub_plugin_host *host)
{
	memset(&source->seen, 0, sizeof(source->seen));
	int fd = open(source->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		fail_to_read(source, host, errno == ENOENT ? "there is no such file" : strerror(errno),
		    "put the file there, where this program may read it; until then, what was read before "
		    "stays");
		return NULL;
	}
	char *bytes = read_open(source, fd, len, host);
	close(fd);
	return bytes;
}

/* ---- its accounts ---- */

static void check_length(struct csv_file *file, const struct table_row *row, size_t n_columns)
{
	struct ub_plugin_place place = row->place;
	if (row->n == n_columns)
		return;
	if (row->n > n_columns) /* the first cell that is too many */
		place = row->cells[n_columns].place;
	table_fail(&file->table, place,
	    row->n > n_columns ? "put a cell that has a separator in it in quotes"
			       : "an empty cell has its separator, too",
	    "row %zu has %zu cells, and the header has %zu", row->number, row->n, n_columns);
}

static void give_rows(struct csv_file *file, const struct table_column *columns, size_t n_columns)
{
	struct table_row row = { 0 };
	size_t mistakes = 0;
	while (mistakes < MISTAKES_MAX && !file->table.host->stopping(file->table.host) &&
	       csv_next(file, &row)) {
		check_length(file, &row, n_columns);
		if (!file->table.failed) {
			table_give_rows(&file->table, columns, &row, 1);
			continue;
		}
		/* The rows after this one may have mistakes, too. */
		file->table.failed = false;
		mistakes++;
	}
	file->table.failed |= mistakes > 0;
	free(row.cells);
}

/* A header that is one cell was split at the wrong sign. */
static bool report_delimiter(struct csv_file *file, const struct table_row *header)
{
	const struct table_cell *head = &header->cells[0];
	bool semicolon = memchr(head->text, ';', head->len), tab = memchr(head->text, '\t', head->len);
	if (header->n > 1 || (!semicolon && !tab))
		return false;
	table_fail(&file->table, header->place,
	    semicolon ? "say `delimiter: \";\"` in the settings" : "say `delimiter: tab` in the settings",
	    "there is one column alone: the cells are not separated by `%c`", file->delimiter);
	return true;
}

static void give_accounts(struct csv_file *file, const struct table_columns *columns)
{
	struct table_row header = { 0 };
	struct table_column *known = NULL;
	if (csv_begin(file) && csv_next(file, &header)) {
		if (!report_delimiter(file, &header))
			known = table_read_header(&file->table, columns, &header);
	} else if (!file->table.failed)
		table_fail(&file->table, (struct ub_plugin_place){ file->table.document, 0, 0 },
		    "the first row names the columns: id,name,domains,health",
		    "the file is empty: it has not even a header");
	if (known)
		give_rows(file, known, header.n);
	free(known);
	free(header.cells);
}

static enum ub_plugin_result read_source(void *opened, struct ub_plugin_host *host)
{
	struct source *source = opened;
	struct csv_file file = { .table.host = host, .delimiter = source->delimiter };
	char *bytes = read_file(source, &file.len, host);
	if (!bytes)
		return UB_PLUGIN_FAILED;
	file.table.document = host->document(host, source->path, bytes, file.len);
	host->as_of(host, source->seen.st_mtim.tv_sec);
	file.bytes = bytes;
	file.plain = table_array(NULL, file.len + 1, 1);
	give_accounts(&file, &source->columns);
	free(file.plain);
	free(bytes);
	return file.table.failed ? UB_PLUGIN_FAILED : UB_PLUGIN_DONE;
}

const struct ub_plugin ub_plugin = {
	.abi = UB_PLUGIN_ABI,
	.size = sizeof(struct ub_plugin),
	.options = options,
	.n_options = sizeof(options) / sizeof(options[0]),
	.open = open_source,
	.changed = has_changed,
	.read = read_source,
	.close = close_source,
};
