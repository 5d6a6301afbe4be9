/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_NET_H
#define UPBEAT_NET_H

/*
 * net: addresses of IP as values, networks of them, and the headers by which a proxy says for whom it speaks
 * (the PROXY protocol of HAProxy, versions 1 and 2). Nothing is sent and nothing is looked up here.
 */

#include "upbeat/base.h"

/* ---- addresses and networks ---- */

/* An IPv4 address is an IPv6 address that has it mapped (RFC 4291 2.5.5.2), so that one that comes over an
 * IPv6 socket is the same. */
struct ub_net_address {
	bool known; /* false: nobody has said which it is, as of who comes by a unix socket */
	unsigned char bytes[16];
};

#define UB_NET_SHOWN 46 /* the longest address, and a NUL */

/* An address as a number: "192.0.2.1", "2001:db8::1". False: the text is none. */
UB_MUST_USE bool ub_net_parse(struct ub_text text, struct ub_net_address *address);
/* Of the four or sixteen bytes of an address. */
struct ub_net_address ub_net_address_of(const unsigned char *bytes, size_t n);
/* Writes the address as a number; an unknown one gives the empty text. Returns `out`. */
const char *ub_net_show(const struct ub_net_address *address, char out[UB_NET_SHOWN]);
bool ub_net_is_loopback(const struct ub_net_address *address);
/* The same for all whom one subscriber may be: an IPv4 address, or the network of 64 bits (RFC 6177) of an
 * IPv6 address. */
uint64_t ub_net_subscriber(const struct ub_net_address *address);

/* The addresses that begin with the same bits. */
struct ub_network {
	struct ub_net_address first;
	unsigned bits; /* of 128 */
	bool four;     /* of IPv4, so that no network of IPv6 has IPv4 addresses in it */
};

struct ub_networks {
	struct ub_network *items;
	size_t n, cap;
	bool local; /* those who come by a unix socket, too */
};

/* "192.0.2.0/24", "2001:db8::/32" (RFC 4632 3.1), or one address. False: the text is none, or there are bits
 * behind the network's own. */
UB_MUST_USE bool ub_net_parse_network(struct ub_text text, struct ub_network *network);
bool ub_net_same(const struct ub_network *one, const struct ub_network *other);
/* An unknown address is in no network. */
bool ub_net_among(const struct ub_networks *networks, const struct ub_net_address *address);

/* ---- the PROXY protocol ---- */

enum ub_net_result {
	UB_NET_DONE,
	UB_NET_MORE, /* good as far as it has come */
	UB_NET_BAD,
};

struct ub_net_proxied {
	size_t len;                   /* bytes of the header; the connection's own follow */
	struct ub_net_address client; /* unknown: the proxy speaks for itself, or does not know */
	const char *problem;          /* what is wrong, for example "an unknown version"; set with BAD */
};

/*
 * Reads the header at the beginning of a connection; `bytes` is all that has come so far. It has
 * UB_NET_PROXY_MAX bytes at most. UB_NET_BAD comes as soon as a wrong byte has come.
 */
UB_MUST_USE enum ub_net_result ub_net_read_proxy(struct ub_text bytes, struct ub_net_proxied *proxied);

#endif
