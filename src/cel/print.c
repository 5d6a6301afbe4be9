/* SPDX-License-Identifier: Apache-2.0 */
#include "cel-private.h"

struct printer {
	struct ub_buf *out;
	bool literal;
	size_t end; /* at which lists, maps and the texts of literals stop growing */
	unsigned depth;
};

static void print(struct printer *printer, struct ub_cel_value value);

static void print_quoted(struct ub_buf *out, struct ub_text text, bool bytes)
{
	static const char hex[] = "0123456789abcdef";
	ub_buf_str(out, bytes ? "b\"" : "\"");
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		const char *plain = "\"\\\n\r\t", *escaped = "\"\\nrt";
		size_t special = 0;
		while (plain[special] && plain[special] != (char)c)
			special++;
		if (plain[special]) {
			ub_buf_char(out, '\\');
			ub_buf_char(out, escaped[special]);
		} else if (c < 32 || c == 127 || (bytes && c > 127)) {
			ub_buf_str(out, "\\x");
			ub_buf_char(out, hex[c >> 4]);
			ub_buf_char(out, hex[c & 15]);
		} else {
			ub_buf_char(out, (char)c);
		}
	}
	ub_buf_char(out, '"');
}

static bool is_full(struct printer *printer)
{
	if (printer->out->len < printer->end && printer->depth <= UB_CEL_NESTING_MAX)
		return false;
	ub_buf_str(printer->out, "...");
	return true;
}

static void print_list(struct printer *printer, const struct ub_cel_list *list)
{
	printer->depth++;
	ub_buf_char(printer->out, '[');
	for (size_t i = 0; i < list->n; i++) {
		if (i)
			ub_buf_str(printer->out, ", ");
		if (is_full(printer))
			break;
		print(printer, list->items[i]);
	}
	ub_buf_char(printer->out, ']');
	printer->depth--;
}

static void print_map(struct printer *printer, const struct ub_cel_map *map)
{
	printer->depth++;
	ub_buf_char(printer->out, '{');
	for (size_t i = 0; i < map->n; i++) {
		if (i)
			ub_buf_str(printer->out, ", ");
		if (is_full(printer))
			break;
		print(printer, map->entries[i].key);
		ub_buf_str(printer->out, ": ");
		print(printer, map->entries[i].value);
	}
	ub_buf_char(printer->out, '}');
	printer->depth--;
}

static void print_object(struct printer *printer, const struct ub_cel_object *object)
{
	size_t shown = ub_cel_field_index(&object->type->type, object->type->root->shown);
	if (shown != SIZE_MAX && object->fields[shown].kind != UB_CEL_ABSENT)
		print(printer, object->fields[shown]);
	else
		ub_buf_add(printer->out, object->type->root->type.name);
}

static void print_double(struct printer *printer, double number)
{
	size_t from = printer->out->len;
	cel_number_print_double(printer->out, number);
	if (!printer->literal)
		return;
	/* 2.0 must stay a double for a reader. */
	for (size_t i = from; i < printer->out->len; i++)
		if ((printer->out->ptr[i] < '0' || printer->out->ptr[i] > '9') && printer->out->ptr[i] != '-')
			return;
	ub_buf_str(printer->out, ".0");
}

static void print_text(struct printer *printer, struct ub_cel_value value)
{
	struct ub_text text = ub_cel_text(value);
	bool cut = printer->literal && text.len > 3 && printer->out->len + text.len > printer->end;
	if (cut) {
		size_t keep = printer->end > printer->out->len ? printer->end - printer->out->len : 0;
		while (keep > 0 && ((unsigned char)text.ptr[keep] & 0xc0) == 0x80)
			keep--;
		text = ub_text_sub(text, 0, keep);
	}
	if (printer->literal)
		print_quoted(printer->out, text, value.kind == UB_CEL_BYTES);
	else
		ub_buf_add(printer->out, text);
	if (cut)
		ub_buf_str(printer->out, "...");
}

static void print_time(struct printer *printer, struct ub_cel_value value)
{
	bool duration = value.kind == UB_CEL_DURATION;
	if (printer->literal)
		ub_buf_str(printer->out, duration ? "duration(\"" : "timestamp(\"");
	if (duration)
		cel_time_print_duration(printer->out, value);
	else
		cel_time_print_timestamp(printer->out, value);
	if (printer->literal)
		ub_buf_str(printer->out, "\")");
}

static void print(struct printer *printer, struct ub_cel_value value)
{
	struct ub_buf *out = printer->out;
	switch (value.kind) {
	case UB_CEL_NULL:
		ub_buf_str(out, printer->literal ? "null" : "");
		return;
	case UB_CEL_BOOL:
		ub_buf_str(out, value.b ? "true" : "false");
		return;
	case UB_CEL_INT:
		ub_buf_printf(out, "%lld", (long long)value.i);
		return;
	case UB_CEL_UINT:
		ub_buf_printf(out, printer->literal ? "%lluu" : "%llu", (unsigned long long)value.u);
		return;
	case UB_CEL_DOUBLE:
		print_double(printer, value.d);
		return;
	case UB_CEL_STRING:
	case UB_CEL_BYTES:
		print_text(printer, value);
		return;
	case UB_CEL_DURATION:
	case UB_CEL_TIMESTAMP:
		print_time(printer, value);
		return;
	case UB_CEL_LIST:
		print_list(printer, value.list);
		return;
	case UB_CEL_MAP:
		print_map(printer, value.map);
		return;
	case UB_CEL_OBJECT:
		print_object(printer, value.object);
		return;
	case UB_CEL_OPTIONAL:
		if (printer->literal)
			ub_buf_str(out, value.aux ? "optional.of(" : "optional.none()");
		if (value.aux)
			print(printer, *value.optional);
		if (printer->literal && value.aux)
			ub_buf_char(out, ')');
		return;
	case UB_CEL_TYPE:
		ub_buf_add(out, value.type->name);
		return;
	case UB_CEL_ERROR:
		if (printer->literal)
			ub_buf_printf(out, "cannot tell: %.*s", UB_ARGS(value.error->message));
		return;
	default:
		ub_buf_str(out, printer->literal ? "absent" : "");
	}
}

void ub_cel_print(struct ub_buf *out, struct ub_cel_value value)
{
	print(&(struct printer){ .out = out, .end = out->len + UB_CEL_PRINT_MAX }, value);
}

void ub_cel_print_literal(struct ub_buf *out, struct ub_cel_value value, size_t most)
{
	print(&(struct printer){ .out = out, .literal = true, .end = most ? out->len + most : SIZE_MAX },
	    value);
}
