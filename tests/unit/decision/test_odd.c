/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include "calendar.h"
TestSuite(odd, .init = calendar_set_up, .fini = calendar_tear_down);
