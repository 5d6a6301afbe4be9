/* SPDX-License-Identifier: Apache-2.0 */
#include "ical-private.h"

/* The numbers of a part of a recurrence rule, each once. */

bool ub_ical_numbers_have(const struct numbers *numbers, int number)
{
	for (size_t i = 0; i < numbers->n; i++)
		if (numbers->items[i] == number)
			return true;
	return false;
}

bool ub_ical_numbers_add(struct numbers *numbers, int64_t number)
{
	if (ub_ical_numbers_have(numbers, (int)number))
		return true;
	if (numbers->n == UB_COUNT(numbers->items))
		return false;
	numbers->items[numbers->n++] = (int16_t)number;
	return true;
}
