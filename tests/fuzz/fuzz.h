/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_FUZZ_H
#define UPBEAT_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* What a fuzzer defines: does something with the bytes, aborts if what comes out is wrong, returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif
