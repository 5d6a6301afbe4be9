/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_TESTS_ROLL_H
#define UPBEAT_TESTS_ROLL_H

#include <stdint.h>

/* One of 0 to below - 1, by xorshift: a sequence that every run has again. The seed is not 0. */
static inline uint32_t roll(uint32_t *seed, uint32_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed % below;
}

#endif
