/* SPDX-License-Identifier: Apache-2.0 */

/* Has the plugin `csv` read a file of any bytes, some of its columns mapped and some of its fields declared.
 * The first byte says which delimiter. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "plugin.h"

static void write_all(int file, const uint8_t *bytes, size_t size)
{
	if (ftruncate(file, 0) != 0 || pwrite(file, bytes, size, 0) != (ssize_t)size)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static int file = -1;
	static const char *const delimiters[] = { ",", ";", "tab" };
	char path[40];
	if (file < 0)
		file = memfd_create("csv", MFD_CLOEXEC);
	if (file < 0 || size < 1)
		return 0;
	write_all(file, bytes + 1, size - 1);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	const struct ub_plugin_setting settings[] = {
		{ "path", NULL, path, { 0, 0, 0 } },
		{ "delimiter", NULL, delimiters[bytes[0] % 3], { 0, 0, 0 } },
		{ "columns", "health", "State", { 0, 0, 0 } },
		{ "fields", "paying", "bool", { 0, 0, 0 } },
		{ "fields", "seats", "int", { 0, 0, 0 } },
	};
	/* Without a column `State` the file would never be more than its header. */
	const size_t n = bytes[0] & 0x80 ? 2 : sizeof(settings) / sizeof(settings[0]);
	struct ub_plugin_host *host = fuzz_host();
	void *source = ub_plugin.open(host, settings, n);
	fuzz_check(ub_plugin.read(source, host));
	ub_plugin.close(source);
	return 0;
}
