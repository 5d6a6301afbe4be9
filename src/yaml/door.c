/* SPDX-License-Identifier: Apache-2.0 */
#include "yaml-private.h"

#include <stdlib.h>
#include <yaml.h>

/* The place of one character. libyaml counts in characters, the rest of the program in bytes. */
struct cursor {
	size_t character, byte;
};

struct door {
	struct ub_arena *arena;
	struct ub_text text;
	struct cursor cursor; /* of the last mark; the next mark is near */
	yaml_parser_t parser;
};

struct door *ub_yaml_door_open(struct ub_arena *arena, struct ub_text text)
{
	struct door *door = UB_NEW(arena, struct door);
	/* libyaml counts a byte order mark as a column of the first line, which would indent that line. */
	size_t mark = ub_text_starts(text, UB_TEXT("\xef\xbb\xbf")) ? 3 : 0;
	door->arena = arena;
	door->text = text;
	door->cursor.byte = mark;
	if (!yaml_parser_initialize(&door->parser))
		abort(); /* out of memory */
	yaml_parser_set_encoding(&door->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&door->parser, (const unsigned char *)text.ptr + mark, text.len - mark);
	return door;
}

void ub_yaml_door_close(struct door **door)
{
	if (*door)
		yaml_parser_delete(&(*door)->parser);
	*door = NULL;
}

static bool continues(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

static size_t byte_of(struct door *door, size_t character)
{
	struct cursor *cursor = &door->cursor;
	const char *ptr = door->text.ptr;
	size_t len = door->text.len;
	while (cursor->character < character && cursor->byte < len) {
		do
			cursor->byte++;
		while (cursor->byte < len && continues(ptr[cursor->byte]));
		cursor->character++;
	}
	while (cursor->character > character) {
		do
			cursor->byte--;
		while (cursor->byte > 0 && continues(ptr[cursor->byte]));
		cursor->character--;
	}
	return cursor->byte;
}

static enum ub_yaml_style style_of(yaml_scalar_style_t style)
{
	switch (style) {
	case YAML_SINGLE_QUOTED_SCALAR_STYLE:
		return UB_YAML_SINGLE_QUOTED;
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
		return UB_YAML_DOUBLE_QUOTED;
	case YAML_LITERAL_SCALAR_STYLE:
		return UB_YAML_LITERAL;
	case YAML_FOLDED_SCALAR_STYLE:
		return UB_YAML_FOLDED;
	default:
		return UB_YAML_PLAIN;
	}
}

static void take_error(struct door *door, struct event *event)
{
	const yaml_parser_t *parser = &door->parser;
	if (parser->error == YAML_MEMORY_ERROR)
		abort();
	event->kind = EVENT_ERROR;
	event->problem = ub_text_copy(door->arena, ub_text(parser->problem));
	event->context = parser->context ? byte_of(door, parser->context_mark.index) : SIZE_MAX;
	event->from = event->to = byte_of(door, parser->problem_mark.index);
}

static void take_scalar(struct door *door, const yaml_event_t *from, struct event *event)
{
	event->kind = EVENT_SCALAR;
	event->style = style_of(from->data.scalar.style);
	event->text = ub_text_copy(
	    door->arena, ub_text_n((const char *)from->data.scalar.value, from->data.scalar.length));
	event->tagged = from->data.scalar.tag != NULL;
	event->anchored = from->data.scalar.anchor != NULL;
}

static void take(struct door *door, const yaml_event_t *from, struct event *event)
{
	switch (from->type) {
	case YAML_SCALAR_EVENT:
		take_scalar(door, from, event);
		return;
	case YAML_SEQUENCE_START_EVENT:
		event->kind = EVENT_LIST;
		event->tagged = from->data.sequence_start.tag != NULL;
		event->anchored = from->data.sequence_start.anchor != NULL;
		return;
	case YAML_MAPPING_START_EVENT:
		event->kind = EVENT_MAP;
		event->tagged = from->data.mapping_start.tag != NULL;
		event->anchored = from->data.mapping_start.anchor != NULL;
		return;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		event->kind = EVENT_END;
		return;
	case YAML_ALIAS_EVENT:
		event->kind = EVENT_ALIAS;
		return;
	case YAML_DOCUMENT_START_EVENT:
		event->kind = EVENT_DOCUMENT;
		return;
	case YAML_DOCUMENT_END_EVENT:
		event->kind = EVENT_DOCUMENT_END;
		return;
	default:
		event->kind = EVENT_STREAM_END;
		return;
	}
}

void ub_yaml_door_next(struct door *door, struct event *event)
{
	yaml_event_t from;
	*event = (struct event){ .context = SIZE_MAX };
	do {
		if (!yaml_parser_parse(&door->parser, &from)) {
			take_error(door, event);
			return;
		}
	} while (from.type == YAML_STREAM_START_EVENT);
	event->from = byte_of(door, from.start_mark.index);
	event->to = byte_of(door, from.end_mark.index);
	take(door, &from, event);
	yaml_event_delete(&from);
}
