/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "upbeat/net.h"

TestSuite(address, .fini = ub_leak_check);

/* A text and how the address is shown; NULL: it is none. */
static const struct {
	const char *text, *shown;
} addresses[] = {
	{ "192.0.2.1", "192.0.2.1" },
	{ "0.0.0.0", "0.0.0.0" },
	{ "10.99.100.255", "10.99.100.255" },
	{ "::ffff:192.0.2.1", "192.0.2.1" },
	{ "2001:DB8::0001", "2001:db8::1" },
	{ "1111:2222:3333:4444:5555:6666:7777:8888", "1111:2222:3333:4444:5555:6666:7777:8888" },
	{ "::", "::" },
	{ "", NULL },
	{ "192.0.2", NULL },
	{ "192.0.2.256", NULL },
	{ "192.0.2.01", NULL },
	{ "192.0.2.1 ", NULL },
	{ "192.0.2.1.", NULL },
	{ "[::1]", NULL },
	{ "::1%lo", NULL },
	{ "1::2::3", NULL },
	{ "localhost", NULL },
	{ "1111:2222:3333:4444:5555:6666:7777:88888888888888888888888", NULL },
};

Test(address, is_read_and_shown)
{
	for (size_t i = 0; i < UB_COUNT(addresses); i++) {
		struct ub_net_address address;
		char shown[UB_NET_SHOWN];
		bool read = ub_net_parse(ub_text(addresses[i].text), &address);
		cr_expect_eq(read, addresses[i].shown != NULL, "%s", addresses[i].text);
		if (read)
			cr_expect_str_eq(ub_net_show(&address, shown), addresses[i].shown);
	}
	struct ub_net_address unknown = { 0 };
	char shown[UB_NET_SHOWN];
	cr_assert_str_eq(ub_net_show(&unknown, shown), "");
	cr_assert_not(ub_net_parse(ub_text_n("::1\0", 4), &unknown), "a NUL is no part of it");
}

static struct ub_net_address address_of(const char *text)
{
	struct ub_net_address address;
	cr_assert(ub_net_parse(ub_text(text), &address), "%s", text);
	return address;
}

static const struct {
	const char *network, *address;
	bool inside;
} members[] = {
	{ "10.0.0.0/8", "10.255.0.1", true },
	{ "10.0.0.0/8", "11.0.0.0", false },
	{ "10.0.0.0/8", "::ffff:10.1.1.1", true },
	{ "10.1.2.128/25", "10.1.2.127", false },
	{ "10.1.2.128/25", "10.1.2.128", true },
	{ "10.1.2.3", "10.1.2.3", true },
	{ "10.1.2.3", "10.1.2.2", false },
	{ "10.1.2.3/32", "10.1.2.3", true },
	{ "0.0.0.0/0", "203.0.113.9", true },
	{ "0.0.0.0/0", "2001:db8::1", false },
	{ "::/0", "2001:db8::1", true },
	{ "::/0", "203.0.113.9", false },
	{ "2001:db8::/33", "2001:db8:7fff::1", true },
	{ "2001:db8::/33", "2001:db8:8000::1", false },
	{ "::1", "::1", true },
};

Test(network, has_its_addresses_and_no_others)
{
	for (size_t i = 0; i < UB_COUNT(members); i++) {
		struct ub_network network;
		struct ub_net_address address = address_of(members[i].address);
		cr_assert(
		    ub_net_parse_network(ub_text(members[i].network), &network), "%s", members[i].network);
		struct ub_networks networks = { &network, 1, 1, false };
		cr_expect_eq(ub_net_among(&networks, &address), members[i].inside, "%s in %s",
		    members[i].address, members[i].network);
	}
	struct ub_network all;
	const struct ub_net_address unknown = { 0 };
	cr_assert(ub_net_parse_network(UB_TEXT("::/0"), &all));
	cr_assert_not(ub_net_among(&(struct ub_networks){ &all, 1, 1, true }, &unknown));
	cr_assert_not(ub_net_among(&(struct ub_networks){ 0 }, &unknown));
}

Test(network, that_is_none_is_refused)
{
	static const char *const none[] = { "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1",
		"10.0.0.0/+8", "10.0.0.0/08", "10.0.0.0/8/8", "10.0.0.1/8", "::/129", "2001:db8::1/64",
		"10/8", "::1/x", "::ffff:10.0.0.0/104" };
	for (size_t i = 0; i < UB_COUNT(none); i++) {
		struct ub_network network;
		cr_expect_not(ub_net_parse_network(ub_text(none[i]), &network), "%s", none[i]);
	}
}

Test(address, knows_its_own_machine_and_its_subscriber)
{
	struct ub_net_address a = address_of("127.0.0.9"), b = address_of("::1"), c = address_of("::2"),
			      none = { 0 };
	cr_assert(ub_net_is_loopback(&a) && ub_net_is_loopback(&b));
	cr_assert(!ub_net_is_loopback(&c) && !ub_net_is_loopback(&none));
	a = address_of("2001:db8::1"), b = address_of("2001:db8::ffff:1"), c = address_of("2001:db8:0:1::1");
	cr_assert_eq(ub_net_subscriber(&a), ub_net_subscriber(&b), "one network of 64 bits");
	cr_assert_neq(ub_net_subscriber(&a), ub_net_subscriber(&c));
	a = address_of("192.0.2.1"), b = address_of("192.0.2.2");
	cr_assert_neq(ub_net_subscriber(&a), ub_net_subscriber(&b));
}
