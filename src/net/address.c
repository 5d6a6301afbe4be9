/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <string.h>

#include "upbeat/net.h"

static const unsigned char mapped[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

enum {
	BITS = 128,
	MAPPED_BITS = 8 * sizeof(mapped),
};

static bool is_four(const struct ub_net_address *address)
{
	return memcmp(address->bytes, mapped, sizeof(mapped)) == 0;
}

struct ub_net_address ub_net_address_of(const unsigned char *bytes, size_t n)
{
	struct ub_net_address address = { .known = true };
	if (n == 4)
		memcpy(address.bytes, mapped, sizeof(mapped));
	memcpy(address.bytes + sizeof(address.bytes) - n, bytes, n);
	return address;
}

bool ub_net_parse(struct ub_text text, struct ub_net_address *address)
{
	char shown[UB_NET_SHOWN];
	unsigned char bytes[16];
	if (text.len == 0 || text.len >= sizeof(shown) || memchr(text.ptr, 0, text.len))
		return false;
	memcpy(shown, text.ptr, text.len);
	shown[text.len] = 0;
	size_t n = inet_pton(AF_INET, shown, bytes) == 1    ? 4
		   : inet_pton(AF_INET6, shown, bytes) == 1 ? 16
							    : 0;
	if (n > 0)
		*address = ub_net_address_of(bytes, n);
	return n > 0;
}

/* Each request tells of its client, and the C library takes ten times as long. */
static void show_four(const unsigned char bytes[4], char *out)
{
	for (size_t i = 0; i < 4; i++) {
		unsigned n = bytes[i];
		if (i > 0)
			*out++ = '.';
		if (n >= 100)
			*out++ = (char)('0' + n / 100);
		if (n >= 10)
			*out++ = (char)('0' + n / 10 % 10);
		*out++ = (char)('0' + n % 10);
	}
	*out = 0;
}

const char *ub_net_show(const struct ub_net_address *address, char out[UB_NET_SHOWN])
{
	out[0] = 0;
	if (address->known && is_four(address))
		show_four(address->bytes + sizeof(mapped), out);
	else if (address->known)
		(void)inet_ntop(AF_INET6, address->bytes, out, UB_NET_SHOWN);
	return out;
}

bool ub_net_is_loopback(const struct ub_net_address *address)
{
	static const unsigned char one[16] = { [15] = 1 };
	return address->known && (is_four(address) ? address->bytes[sizeof(mapped)] == 127
						   : memcmp(address->bytes, one, sizeof(one)) == 0);
}

uint64_t ub_net_subscriber(const struct ub_net_address *address)
{
	size_t n = is_four(address) ? sizeof(address->bytes) : 8;
	return ub_text_hash(ub_text_n((const char *)address->bytes, n));
}

/* ---- networks ---- */

static bool same_bits(const unsigned char *a, const unsigned char *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;
	return memcmp(a, b, whole) == 0 && (rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
}

static bool has_bits_behind(const struct ub_network *network)
{
	for (unsigned bit = network->bits; bit < BITS; bit++)
		if (network->first.bytes[bit / 8] & (0x80 >> bit % 8))
			return true;
	return false;
}

/* Without a sign, and without zeros before it. */
static bool parse_bits(struct ub_text text, int64_t most, int64_t *bits)
{
	bool digits = text.len > 0 && text.ptr[0] >= '0' && text.ptr[0] <= '9';
	if (!digits || (text.len > 1 && text.ptr[0] == '0'))
		return false;
	return ub_text_to_int(text, bits) && *bits <= most;
}

bool ub_net_parse_network(struct ub_text text, struct ub_network *network)
{
	struct ub_text address;
	int64_t bits;
	(void)ub_text_split(&text, '/', &address);
	*network = (struct ub_network){ 0 };
	if (!ub_net_parse(address, &network->first))
		return false;
	network->four = is_four(&network->first);
	unsigned before = network->four ? MAPPED_BITS : 0;
	bits = BITS - before;
	if (text.ptr && !parse_bits(text, BITS - before, &bits))
		return false;
	network->bits = before + (unsigned)bits;
	return !has_bits_behind(network);
}

bool ub_net_same(const struct ub_network *one, const struct ub_network *other)
{
	return one->bits == other->bits && one->four == other->four &&
	       memcmp(one->first.bytes, other->first.bytes, sizeof(one->first.bytes)) == 0;
}

bool ub_net_among(const struct ub_networks *networks, const struct ub_net_address *address)
{
	for (size_t i = 0; address->known && i < networks->n; i++) {
		const struct ub_network *network = &networks->items[i];
		if (network->four == is_four(address) &&
		    same_bits(network->first.bytes, address->bytes, network->bits))
			return true;
	}
	return false;
}
