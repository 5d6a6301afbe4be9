/* SPDX-License-Identifier: Apache-2.0 */

/* Reads a PROXY header at the beginning of the bytes. Read byte for byte, the header must be the same; the
 * address must be one that can be shown and read again. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "upbeat/net.h"

static void check_client(const struct ub_net_address *client)
{
	char shown[UB_NET_SHOWN];
	struct ub_net_address again;
	if (client->known && (!ub_net_parse(ub_text(ub_net_show(client, shown)), &again) ||
				 memcmp(again.bytes, client->bytes, sizeof(again.bytes)) != 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct ub_net_proxied whole, part;
	enum ub_net_result result = ub_net_read_proxy(ub_text_n((const char *)bytes, size), &whole),
			   piece = UB_NET_MORE;
	if (result == UB_NET_DONE && (whole.len == 0 || whole.len > size || whole.len > UB_NET_PROXY_MAX))
		abort();
	if (result == UB_NET_MORE && size >= UB_NET_PROXY_MAX)
		abort();
	for (size_t n = 0; n <= size && piece == UB_NET_MORE; n++)
		piece = ub_net_read_proxy(ub_text_n((const char *)bytes, n), &part);
	if (piece != result || part.len != whole.len)
		abort();
	check_client(&whole.client);
	return 0;
}
