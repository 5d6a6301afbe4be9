/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_YAML_PRIVATE_H
#define UPBEAT_YAML_PRIVATE_H

#include "upbeat/yaml.h"

/* ---- door.c: the one file that knows libyaml ---- */

enum event_kind {
	EVENT_SCALAR,
	EVENT_LIST,
	EVENT_MAP,
	EVENT_END, /* the end of a list or map */
	EVENT_ALIAS,
	EVENT_DOCUMENT,
	EVENT_DOCUMENT_END,
	EVENT_STREAM_END,
	EVENT_ERROR,
};

struct event {
	enum event_kind kind;
	size_t from, to; /* bytes of the source */
	enum ub_yaml_style style;
	struct ub_text text; /* scalar: decoded, in the arena */
	bool tagged, anchored;
	/* An error: libyaml's words, and the byte where libyaml began to read the part with the error
	 * (SIZE_MAX: libyaml did not say). */
	struct ub_text problem;
	size_t context;
};

struct door;

/* The text must be valid UTF-8 and outlive the door. */
struct door *ub_yaml_door_open(struct ub_arena *arena, struct ub_text text);
void ub_yaml_door_next(struct door *door, struct event *event);
/* Sets *door to NULL. */
void ub_yaml_door_close(struct door **door);

/* ---- screen.c: what is refused before libyaml sees the file ---- */

/* Looks at size, encoding and control characters. False: nothing can be read on; this was reported. */
bool ub_yaml_screen(const struct ub_source *source, struct ub_diags *diags);
/* Reports tabs and turns them into blanks. */
void ub_yaml_replace_tabs(const struct ub_source *source, char *text, struct ub_diags *diags);

/* ---- traps.c: what the author meant ---- */

/* The value that begins on the line of `at`, after indentation, dashes and key, up to the end of the line. */
struct ub_place ub_yaml_value_on_line(const struct ub_source *source, size_t at);
/* Reports libyaml's error. Returns the place to blank before the next try; its length is 0 when
 * blanking would be no use. */
struct ub_place ub_yaml_explain(
    const struct ub_source *source, const struct event *event, struct ub_diags *diags);
/* Sets the help "quote the text: '...'" for a value. */
void ub_yaml_help_to_quote(struct ub_diags *diags, struct ub_diag *diag, struct ub_text value);
/* Reports a comment that follows a plain scalar and holds what the scalar lacks. */
bool ub_yaml_check_comment(const struct ub_yaml_node *scalar, struct ub_diags *diags);

/* Reports a line of a plain scalar that was meant for an item of the list around the scalar. */
bool ub_yaml_check_dashes(const struct ub_yaml_node *scalar, struct ub_diags *diags);

/* ---- build.c: events to a tree ---- */

/* The tree of the events of `text`, which is the source's text as mended so far. Scalars that hold one of the
 * `mended` places are broken. NULL: there is no tree. *error holds libyaml's error then; an *error of another
 * kind means that all is reported. */
const struct ub_yaml_node *ub_yaml_build(struct ub_arena *arena, const struct ub_source *source,
    struct ub_text text, const struct ub_place *mended, size_t n_mended, struct ub_diags *diags,
    struct event *error);

#endif
