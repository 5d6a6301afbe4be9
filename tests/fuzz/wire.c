/* SPDX-License-Identifier: Apache-2.0 */

/* A frame from the other process: read within its bounds, and what was read is written again as it was. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "upbeat/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static unsigned char again[UB_WIRE_FRAME_MAX];
	struct ub_wire_frame frame, same;
	if (size > UB_WIRE_FRAME_MAX || ub_wire_decode(bytes, size, &frame) != UB_WIRE_OK)
		return 0;
	size_t n = ub_wire_encode(&frame, again, sizeof(again));
	if (n == 0 || n > size || ub_wire_decode(again, n, &same) != UB_WIRE_OK)
		abort();
	if (same.kind != frame.kind || same.id.slot != frame.id.slot)
		abort();
	return 0;
}
