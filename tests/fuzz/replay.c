/* SPDX-License-Identifier: Apache-2.0 */

/* Stands in for libFuzzer where the compiler has none: gives each named file to the fuzzer once. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

static int replay(const char *name)
{
	FILE *file = fopen(name, "rb");
	if (!file) {
		perror(name);
		return 1;
	}
	size_t size = 0, room = 1 << 20;
	uint8_t *bytes = malloc(room);
	while (bytes && (size += fread(bytes + size, 1, room - size, file)) == room)
		bytes = realloc(bytes, room *= 2);
	fclose(file);
	if (!bytes)
		abort();
	/* Memory of the exact size, so that a read past the end is found. */
	uint8_t *exact = realloc(bytes, size ? size : 1);
	LLVMFuzzerTestOneInput(exact ? exact : bytes, size);
	free(exact ? exact : bytes);
	return 0;
}

int main(int argc, char **argv)
{
	int failed = 0;
	for (int i = 1; i < argc; i++)
		failed |= replay(argv[i]);
	return failed;
}
