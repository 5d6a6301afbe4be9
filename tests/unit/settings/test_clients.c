/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "leaks.h"
#include "reading.h"

TestSuite(clients, .fini = ub_leak_check);

Test(clients, take_networks_of_proxies_and_fronts)
{
	struct reading *r = read_settings("u.yaml",
	    "listen: {address: 'h:1', proxy_protocol: [10.0.0.0/8, '2001:db8::/32']}\n"
	    "forwarded_from: unix\nupstream: https://a.example\n" ORG);
	const struct ub_networks *proxies = r->settings->listens[0].proxies, *fronts;
	cr_assert_eq(r->diags.list.n, 0, "%s", printed(r));
	cr_assert(proxies->n == 2 && !proxies->local && proxies->items[1].bits == 32);
	fronts = r->settings->forwarded_from;
	cr_assert(fronts->n == 0 && fronts->local);
	finish(&r);
	r = read_settings("u.yaml", REQUIRED ORG "forwarded_from: []\n");
	fronts = r->settings->forwarded_from;
	cr_assert(fronts && fronts->n == 0 && !fronts->local, "nobody is not the same as not said");
	finish(&r);
	r = read_settings("u.yaml", REQUIRED ORG);
	cr_assert(!r->settings->forwarded_from && !r->settings->listens[0].proxies);
	finish(&r);
}

Test(clients, say_what_clients_may_take)
{
	struct reading *r =
	    read_settings("u.yaml", REQUIRED ORG "limits: {connections: 500, connections_per_address: 20, "
						 "requests_per_server: 30, waiting_per_server: 7, "
						 "head: 5s, rate: 10, total: 10 minutes}\n");
	const struct ub_settings_limits *limits = &r->settings->limits;
	cr_assert_eq(r->diags.errors, 0, "%s", printed(r));
	cr_assert(limits->connections == 500 && limits->of_address == 20);
	cr_assert(limits->requests == 30 && limits->waiting == 7);
	cr_assert(limits->head == 5 && limits->total == 600 && limits->rate == 10);
	cr_assert(limits->idle == 0 && limits->pause == 0, "the relay knows what holds then");
	finish(&r);
}

Test(clients, take_authorities_of_clients)
{
	struct reading *r = read_settings("/etc/u.yaml", REQUIRED ORG
	    "tls: {certificate: a, key: b}\n"
	    "client_certificates: {ca: p.pem, crl: /r.pem, required: yes, user_header: X-Remote-User}\n");
	const struct ub_settings_clients *clients = &r->settings->clients;
	cr_assert_eq(r->diags.list.n, 0, "%s", printed(r));
	SAME(clients->ca.path, "/etc/p.pem");
	SAME(clients->crl.path, "/r.pem");
	SAME(clients->user_field, "X-Remote-User");
	cr_assert(clients->required);
	finish(&r);
}
