/* SPDX-License-Identifier: Apache-2.0 */

/* Reads a frame of the other process within the frame's bounds, writes it, and reads it again: writing it
 * once more must give the same bytes. (The first bytes may differ: earlier versions have fewer texts, later
 * ones have more.) */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "upbeat/wire.h"

/* Frames one behind the other end where the bytes do. */
static void read_all(const uint8_t *bytes, size_t size)
{
	struct ub_wire_message message = { .rest = bytes, .left = size };
	struct ub_wire_frame frame;
	while (ub_wire_next(&message, &frame) != UB_WIRE_NONE)
		if (message.rest > bytes + size || message.left != (size_t)(bytes + size - message.rest))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	/* An earlier version's frame grows by the lengths of the texts that the frame lacks. */
	static unsigned char again[UB_WIRE_FRAME_MAX + 64], third[sizeof(again)];
	struct ub_wire_frame frame, same;
	read_all(bytes, size);
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
