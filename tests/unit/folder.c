/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The folders of a program's cases. Each case has a process of its own, and one that crashes tears nothing
 * down. So the process that runs the cases makes one folder for all of theirs, and removes it when it ends.
 */
#include "folder.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Tells the cases of the folder. */
#define VARIABLE "UPBEAT_UNIT_FOLDER"

static char all[FOLDER_PATH / 2];
static pid_t maker;

__attribute__((constructor)) static void make_all(void)
{
	const char *base = getenv("TMPDIR");
	if (getenv(VARIABLE))
		return;
	maker = getpid();
	snprintf(all, sizeof(all), "%s/upbeat-unit-XXXXXX", base && *base ? base : "/tmp");
	if (!mkdtemp(all) || setenv(VARIABLE, all, 1) != 0)
		abort();
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	(void)status, (void)kind, (void)where;
	return remove(path);
}

/* A case that is forked ends as the maker does. */
__attribute__((destructor)) static void remove_all(void)
{
	if (maker == getpid())
		nftw(all, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *make_folder(char path[FOLDER_PATH])
{
	snprintf(path, FOLDER_PATH, "%s/XXXXXX", getenv(VARIABLE));
	cr_assert(mkdtemp(path), "%s", path);
	return path;
}

void enter_folder(void)
{
	char path[FOLDER_PATH];
	cr_assert(chdir(make_folder(path)) == 0, "%s", path);
}

void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0, "%s", path);
}
