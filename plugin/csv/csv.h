/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_CSV_H
#define UPBEAT_CSV_H

/* What the files of this plugin share. */

#include "../table/table.h"

/* ---- records.c: RFC 4180 ---- */

struct csv_file {
	struct table table;
	const char *bytes;
	size_t len, at;
	char *plain; /* as long as `bytes`: where the texts of cells with doubled quotes are */
	char delimiter;
	size_t rows; /* that were read */
};

/* Begins with a file's text, which may say what the delimiter is. False: it cannot be read as CSV, which was
 * reported. */
bool csv_begin(struct csv_file *file);
/* Reads the next row that has anything in it. False: there is none, or file->table.failed. */
bool csv_next(struct csv_file *file, struct table_row *row);

#endif
