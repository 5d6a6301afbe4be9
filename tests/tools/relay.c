/* SPDX-License-Identifier: Apache-2.0 */

/*
 * relay LISTEN-PORT UPSTREAM-HOST UPSTREAM-PORT [NAME=VALUE...] [-- ENGINE ARGUMENT...]
 *
 * Runs the relay alone, for the tests. The relay listens on 127.0.0.1. Its engine is the test's own, or there
 * is none. Names: threads, clients, connect_ms, answer_ms, idle_ms, head_ms, pause_ms, total_ms, requests,
 * waiting.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "upbeat/relay.h"

static void set(struct ub_relay_options *options, const char *argument)
{
	const char *equals = strchr(argument, '=');
	struct ub_text name = equals ? ub_text_n(argument, (size_t)(equals - argument)) : UB_TEXT_NONE;
	long value = equals ? atol(equals + 1) : 0;
	if (ub_text_is(name, "threads"))
		options->threads = (unsigned)value;
	else if (ub_text_is(name, "connect_ms"))
		options->limits.connect_ms = value;
	else if (ub_text_is(name, "answer_ms"))
		options->limits.answer_ms = value;
	else if (ub_text_is(name, "idle_ms"))
		options->limits.idle_ms = value;
	else if (ub_text_is(name, "head_ms"))
		options->limits.head_ms = value;
	else if (ub_text_is(name, "pause_ms"))
		options->limits.pause_ms = value;
	else if (ub_text_is(name, "total_ms"))
		options->limits.total_ms = value;
	else if (ub_text_is(name, "engine_ms"))
		options->limits.engine_ms = value;
	else if (ub_text_is(name, "clients"))
		options->limits.clients = (uint32_t)value;
	else if (ub_text_is(name, "requests"))
		options->limits.requests = (uint32_t)value;
	else if (ub_text_is(name, "waiting"))
		options->limits.waiting = (uint32_t)value;
	else
		fprintf(stderr, "relay: what is %s?\n", argument);
}

int main(int argc, char **argv)
{
	int signals = ub_sys_signals_open();
	if (argc < 4 || signals < 0) {
		fprintf(stderr, "usage: relay LISTEN-PORT UPSTREAM-HOST UPSTREAM-PORT [NAME=VALUE...] "
				"[-- ENGINE ARGUMENT...]\n");
		return 3;
	}
	const struct ub_relay_listen listen = { .host = UB_TEXT("127.0.0.1"),
		.port = (uint16_t)atoi(argv[1]) };
	const struct ub_relay_server server = { .host = ub_text(argv[2]), .port = (uint16_t)atoi(argv[3]) };
	const struct ub_relay_upstream upstream = {
		.servers = &server, .n_servers = 1, .path = UB_TEXT_NONE
	};
	struct ub_relay_options options = {
		.listens = &listen,
		.n_listens = 1,
		.upstreams = &upstream,
		.n_upstreams = 1,
		.threads = 2,
	};
	for (int i = 4; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0 && i + 1 < argc) {
			options.engine_path = argv[i + 1];
			options.engine_argv = &argv[i + 1];
			break;
		}
		set(&options, argv[i]);
	}
	struct ub_log *log = ub_log_new(STDERR_FILENO, UB_LOG_DEBUG, UB_LOG_TEXT, "relay");
	int status = ub_relay_run(&options, signals, log);
	ub_log_free(&log);
	return status;
}
