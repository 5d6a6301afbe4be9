/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_FUZZ_H
#define UPBEAT_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Each fuzzer defines this. The function uses the bytes, aborts if the result is wrong, and returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif
