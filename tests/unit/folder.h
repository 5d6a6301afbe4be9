/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_FOLDER_H
#define UPBEAT_TESTS_FOLDER_H

/* The room that a folder's path takes. */
#define FOLDER_PATH 128

/* Makes a new, empty folder, writes its path and returns it. The folder goes with all that is in it when the
 * program has run its cases, whether they passed, failed or crashed. Aborts the case when there can be none.
 */
const char *make_folder(char path[FOLDER_PATH]);

/* Makes one that becomes the working directory. */
void enter_folder(void);

/* Writes a file with that text, in the place of what stood there. Aborts the case when that cannot be done.
 */
void write_file(const char *path, const char *text);

#endif
