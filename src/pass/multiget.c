/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Gets several objects of the calendar by one request (RFC 4791 7.9). What the server says there is taken as
 * if each had been asked for by itself; what it does not say is asked for.
 */
#include "pass-private.h"

#include "upbeat/http.h"

/* XML takes away the CR of each line (XML 1.0, 2.11), and some servers the last line's end. */
static struct ub_text with_line_ends(struct ub_text data, struct ub_arena *arena)
{
	struct ub_buf text = UB_BUF(arena);
	struct ub_text line;
	while (ub_text_split(&data, '\n', &line)) {
		ub_buf_add(
		    &text, ub_text_ends(line, UB_TEXT("\r")) ? ub_text_sub(line, 0, line.len - 1) : line);
		ub_buf_str(&text, "\r\n");
	}
	return ub_buf_text(&text);
}

/* Without an ETag nobody could change the object, and without a text nobody could read it. */
static void take(struct ub_pass *pass, const struct ub_dav_object *object, struct ub_map *told)
{
	struct ub_response *response = UB_NEW(pass->arena, struct ub_response);
	bool there = object->data.len && object->etag.len;
	if (!there && !object->gone)
		return;
	*response = (struct ub_response){ .status = there ? 200 : 404 };
	if (there) {
		response->etag = object->etag;
		response->body = with_line_ends(object->data, pass->arena);
	}
	ub_map_put(told, ub_http_href_canonical(pass->arena, object->href), response);
}

static enum ub_outcome ask(struct ub_pass *pass, const struct ub_text *hrefs, size_t n, struct ub_map *told)
{
	struct ub_response response;
	struct ub_dav_objects objects = { 0 };
	const struct ub_request request = { .method = "REPORT",
		.target = pass->collection,
		.depth = "1",
		.content_type = "application/xml; charset=utf-8",
		.body = ub_dav_multiget_query(hrefs, n, true, pass->arena) };
	enum ub_outcome outcome = pass_send(pass, &request, &response);
	bool read = outcome == UB_OUTCOME_OK && response.status == 207 &&
		    ub_dav_read_objects(response.body, &objects, pass->arena);
	for (size_t i = 0; read && i < objects.n; i++)
		take(pass, &objects.items[i], told);
	bool passing = response.status == 0 || response.status == 503;
	return outcome == UB_OUTCOME_DENIED || (outcome == UB_OUTCOME_AGAIN && passing) ? outcome
											: UB_OUTCOME_OK;
}

enum ub_outcome pass_multiget(
    struct ub_pass *pass, const struct ub_text *hrefs, size_t n, struct ub_map *told)
{
	enum ub_outcome outcome = UB_OUTCOME_OK;
	for (size_t i = 0; i < n && n > 1 && outcome == UB_OUTCOME_OK; i += UB_MULTIGET)
		outcome = ask(pass, hrefs + i, n - i < UB_MULTIGET ? n - i : UB_MULTIGET, told);
	return outcome;
}
