/* SPDX-License-Identifier: Apache-2.0 */

/* A frame from the other process: read within its bounds, and what was read is written, read and written
 * again the same. (Not as it came: earlier versions have fewer texts, later ones more.) */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "upbeat/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	/* An earlier version's frame of any size becomes longer by the lengths of the texts that it lacks. */
	static unsigned char again[UB_WIRE_FRAME_MAX + 64], third[sizeof(again)];
	struct ub_wire_frame frame, same;
	if (size > UB_WIRE_FRAME_MAX || ub_wire_decode(bytes, size, &frame) != UB_WIRE_OK)
		return 0;
	size_t n = ub_wire_encode(&frame, again, sizeof(again));
	if (n == 0 || ub_wire_decode(again, n, &same) != UB_WIRE_OK)
		abort();
	if (ub_wire_encode(&same, third, sizeof(third)) != n || memcmp(third, again, n) != 0)
		abort();
	if (same.kind != frame.kind || same.id.slot != frame.id.slot)
		abort();
	return 0;
}
