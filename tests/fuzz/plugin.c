/* SPDX-License-Identifier: Apache-2.0 */
#include "plugin.h"

#include <stdlib.h>
#include <string.h>

#include "upbeat/base.h"

#define DEPTH_MAX     16
#define DOCUMENTS_MAX 64

static struct {
	size_t documents[DOCUMENTS_MAX], n_documents; /* their lengths */
	bool maps[DEPTH_MAX], keys[DEPTH_MAX]; /* of what is open: whether it is a map, and awaits a value */
	size_t depth, errors, accounts;
} state;

static void require(bool so)
{
	if (!so)
		abort();
}

static void check_place(struct ub_plugin_place place)
{
	if (place.document < 2)
		return;
	require(place.document - 2 < state.n_documents);
	const size_t len = state.documents[place.document - 2];
	require(place.at <= len && place.len <= len - place.at);
}

static size_t add_document(struct ub_plugin_host *host, const char *name, const char *bytes, size_t len)
{
	char *copy = malloc(len + 1);
	(void)host;
	require(copy && name && state.n_documents < DOCUMENTS_MAX);
	if (len > 0)
		memcpy(copy, bytes, len); /* all of it can be read */
	free(copy);
	state.documents[state.n_documents++] = len;
	return state.n_documents + 1;
}

static void take_value(void)
{
	if (state.depth == 0)
		return;
	require(!state.maps[state.depth - 1] || state.keys[state.depth - 1]);
	state.keys[state.depth - 1] = false;
}

static void begin(bool map, struct ub_plugin_place place)
{
	check_place(place);
	take_value();
	require(state.depth < DEPTH_MAX && (state.depth > 0 || map));
	state.accounts += state.depth == 0;
	state.maps[state.depth] = map;
	state.keys[state.depth++] = false;
}

static void end(bool map)
{
	require(state.depth > 0 && state.maps[state.depth - 1] == map && !state.keys[state.depth - 1]);
	state.depth--;
}

static void begin_map(struct ub_plugin_host *host, struct ub_plugin_place place)
{
	(void)host;
	begin(true, place);
}

static void end_map(struct ub_plugin_host *host)
{
	(void)host;
	end(true);
}

static void begin_list(struct ub_plugin_host *host, struct ub_plugin_place place)
{
	(void)host;
	begin(false, place);
}

static void end_list(struct ub_plugin_host *host)
{
	(void)host;
	end(false);
}

static void add_key(struct ub_plugin_host *host, const char *name, size_t len, struct ub_plugin_place place)
{
	(void)host;
	check_place(place);
	require(state.depth > 0 && state.maps[state.depth - 1] && !state.keys[state.depth - 1]);
	require(ub_text_utf8_valid(ub_text_n(name, len)));
	state.keys[state.depth - 1] = true;
}

static void add_text(struct ub_plugin_host *host, const char *text, size_t len, struct ub_plugin_place place)
{
	(void)host;
	check_place(place);
	take_value();
	require(state.depth > 0 && ub_text_utf8_valid(ub_text_n(text, len)));
}

static void report(
    struct ub_plugin_host *host, struct ub_plugin_place place, const char *message, const char *help)
{
	(void)host;
	check_place(place);
	require(strlen(message) > 0 && (!help || strlen(help) > 0));
	state.errors++;
}

static bool is_stopping(struct ub_plugin_host *host)
{
	(void)host;
	return false;
}

static void date_accounts(struct ub_plugin_host *host, int64_t seconds)
{
	(void)host, (void)seconds;
}

struct ub_plugin_host *fuzz_host(void)
{
	static struct ub_plugin_host host = { sizeof(host), add_document, begin_map, end_map, begin_list,
		end_list, add_key, add_text, report, report, is_stopping, date_accounts };
	memset(&state, 0, sizeof(state));
	return &host;
}

void fuzz_check(enum ub_plugin_result result)
{
	require(state.depth == 0);
	require(result != UB_PLUGIN_FAILED || state.errors > 0);
}
