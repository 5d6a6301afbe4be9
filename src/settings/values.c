/* SPDX-License-Identifier: Apache-2.0 */
#include "settings-private.h"

/* ---- addresses to listen on and to connect to ---- */

static bool is_host_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '.' || c == '_';
}

static bool is_name(struct ub_text host, bool bracketed)
{
	for (size_t i = 0; i < host.len; i++)
		if (!is_host_char(host.ptr[i]) && !(bracketed && host.ptr[i] == ':'))
			return false;
	return host.len > 0;
}

bool settings_is_host(struct ub_text host)
{
	return is_name(host, true);
}

static bool parse_port(struct ub_text text, uint16_t *port)
{
	int64_t value;
	if (!ub_text_to_int(text, &value) || value < 0 || value > UINT16_MAX)
		return false;
	*port = (uint16_t)value;
	return true;
}

/* RFC 3986 3.2.2, 3.2.3. */
bool settings_parse_authority(struct ub_text text, struct authority *authority)
{
	bool bracketed = ub_text_starts(text, UB_TEXT("["));
	size_t close = bracketed ? ub_text_find(text, UB_TEXT("]"), 0) : 0;
	size_t colon = ub_text_find(text, UB_TEXT(":"), close);
	if (close == SIZE_MAX || (bracketed && close + 1 != (colon == SIZE_MAX ? text.len : colon)))
		return false;
	struct ub_text host = bracketed ? ub_text_sub(text, 1, close)
					: ub_text_sub(text, 0, colon == SIZE_MAX ? text.len : colon);
	if (!is_name(host, bracketed))
		return false;
	authority->host = host;
	if (colon == SIZE_MAX)
		return authority->port != 0;
	return parse_port(ub_text_sub(text, colon + 1, text.len), &authority->port);
}

static bool refuse(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node, size_t from,
    const char *code, const char *message, const char *help)
{
	struct ub_diag *diag =
	    ub_error(reader->diags, code, ub_yaml_place(node, from, node->text.len), "%s", message);
	if (help)
		ub_diag_set_help(reader->diags, diag, "%s", help);
	return false;
}

static bool read_smtp(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const bool tls = ub_text_starts(node->text, UB_TEXT("smtps://"));
	const struct ub_text scheme = tls ? UB_TEXT("smtps://") : UB_TEXT("smtp://");
	struct authority authority = { .port = tls ? 465 : 25, .tls = tls };
	if (node->kind != UB_YAML_SCALAR || !ub_text_starts(node->text, scheme))
		return ub_yaml_expected(reader, node, type->noun);
	if (ub_text_find(node->text, UB_TEXT("@"), 0) != SIZE_MAX)
		return refuse(reader, node, scheme.len, "mail-secret",
		    "the mail server is given without a user",
		    "name `user` and `password_file` beside `server`");
	size_t slash = ub_text_find(node->text, UB_TEXT("/"), scheme.len);
	if ((slash != SIZE_MAX && slash + 1 < node->text.len) ||
	    !settings_parse_authority(ub_text_sub(node->text, scheme.len, slash), &authority) ||
	    authority.port == 0)
		return ub_yaml_expected(reader, node, type->noun);
	*(struct authority *)out = authority;
	return true;
}

const struct ub_yaml_type settings_type_smtp = { .shape = UB_YAML_CUSTOM,
	.noun = "a URL like `smtps://mail.ours.example` or `smtp://127.0.0.1:25`",
	.read = read_smtp };

/* ---- paths ---- */

struct ub_text settings_path_from(struct ub_arena *arena, struct ub_text directory, struct ub_text path)
{
	if (ub_text_starts(path, UB_TEXT("/")) || directory.len == 0)
		return path;
	while (ub_text_starts(path, UB_TEXT("./")))
		path = ub_text_sub(path, 2, path.len);
	return ub_textf(arena, "%.*s%.*s", UB_ARGS(directory), UB_ARGS(path));
}

static bool read_path(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct reading *reading = reader->context;
	bool scalar = node->kind == UB_YAML_SCALAR && node->text.len > 0;
	if (!scalar || ub_text_find(node->text, ub_text_n("", 1), 0) != SIZE_MAX)
		return ub_yaml_expected(reader, node, type->noun);
	*(struct ub_settings_path *)out = (struct ub_settings_path){
		.path = settings_path_from(reader->arena, reading->directory, node->text),
		.place = node->place,
	};
	return true;
}

const struct ub_yaml_type settings_type_path = {
	.shape = UB_YAML_CUSTOM, .noun = "a path", .read = read_path
};
const struct ub_yaml_type settings_type_paths = { .shape = UB_YAML_ONE_OR_LIST_OF,
	.item = &settings_type_path,
	.item_size = sizeof(struct ub_settings_path) };

/* ---- domains and addresses ---- */

static bool is_domain(struct ub_arena *arena, struct ub_text domain)
{
	return ub_facts_is_address(ub_textf(arena, "x@%.*s", UB_ARGS(domain)));
}

/* An address in which any number of `*` stand for something: with the `*` filled in, the
 * text is an address. */
static bool is_pattern(struct ub_arena *arena, struct ub_text pattern)
{
	struct ub_text filled = ub_text_copy(arena, pattern);
	char *bytes = ub_text_cstr(arena, filled);
	for (size_t i = 0; i < filled.len; i++)
		if (bytes[i] == '*')
			bytes[i] = 'x';
	return ub_facts_is_address((struct ub_text){ bytes, filled.len });
}

/* Takes the text in lower case, if it is sound. */
static bool take_lower(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, bool sound, struct ub_text *text)
{
	if (!sound || ub_yaml_has_printed_quotes(*text))
		return ub_yaml_expected(reader, node, type->noun);
	*text = ub_text_lower(reader->arena, *text);
	return true;
}

static bool check_domain(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_text *text = out;
	return take_lower(reader, type, node, is_domain(reader->arena, *text), text);
}

static bool check_address(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_text *text = out;
	return take_lower(reader, type, node, ub_facts_is_address(*text), text);
}

static bool check_pattern(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_text *text = out;
	return take_lower(reader, type, node, is_pattern(reader->arena, *text), text);
}

static bool check_not_customer(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_text *text = out;
	if (ub_text_find(*text, UB_TEXT("@"), 0) != SIZE_MAX)
		return check_pattern(reader, type, node, out);
	return check_domain(reader, type, node, out);
}

static bool check_users(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct ub_text *text = out;
	const struct ub_text user = UB_TEXT("{user}");
	size_t at = ub_text_find(*text, user, 0);
	if (at == SIZE_MAX || ub_text_find(*text, user, at + 1) != SIZE_MAX ||
	    ub_yaml_has_printed_quotes(*text))
		return ub_yaml_expected(reader, node, type->noun);
	return true;
}

static const struct ub_yaml_type type_domain = {
	.shape = UB_YAML_TEXT, .noun = "a domain like `ours.example`", .check = check_domain
};
static const struct ub_yaml_type type_address = {
	.shape = UB_YAML_TEXT, .noun = "an address like `anna@ours.example`", .check = check_address
};
static const struct ub_yaml_type type_not_customer = { .shape = UB_YAML_TEXT,
	.noun = "a domain or a pattern like `*@recorder.example`",
	.check = check_not_customer };

const struct ub_yaml_type settings_type_domains = LIST_OF(type_domain, struct ub_text);
const struct ub_yaml_type settings_type_addresses = LIST_OF(type_address, struct ub_text);
const struct ub_yaml_type settings_type_not_customers = LIST_OF(type_not_customer, struct ub_text);
const struct ub_yaml_type settings_type_pattern = { .shape = UB_YAML_TEXT,
	.noun = "an address or a pattern like `*@us.ours.example`",
	.check = check_pattern };
const struct ub_yaml_type settings_type_users = {
	.shape = UB_YAML_TEXT, .noun = "a pattern like `{user}@ours.example`", .check = check_users
};

/* ---- working time ---- */

static bool read_zone(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct reading *reading = reader->context;
	if (node->kind != UB_YAML_SCALAR || node->text.len == 0)
		return ub_yaml_expected(reader, node, type->noun);
	const struct ub_zone *zone = ub_cal_zone_find(reading->zones, node->text);
	if (!zone) {
		struct ub_diag *diag = ub_error(reader->diags, "unknown-time-zone", node->place,
		    "unknown time zone `%.*s`", UB_ARGS(node->text));
		ub_diag_set_help(
		    reader->diags, diag, "it is a name of the tz database, like `Europe/Berlin`");
		return false;
	}
	*(const struct ub_zone **)out = zone;
	return true;
}

const struct ub_yaml_type settings_type_zone = {
	.shape = UB_YAML_CUSTOM, .noun = "a time zone like `Europe/Berlin`", .read = read_zone
};

static bool read_hours(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_working_hours *hours = UB_NEW(reader->arena, struct ub_working_hours);
	struct ub_time_error error = { 0 };
	if (node->kind != UB_YAML_SCALAR || node->text.len == 0)
		return ub_yaml_expected(reader, node, type->noun);
	if (!ub_cal_parse_hours(reader->arena, node->text, hours, &error)) {
		struct ub_diag *diag = ub_error(reader->diags, "working-hours",
		    ub_yaml_place(node, error.at, error.at + error.len), "%.*s", UB_ARGS(error.message));
		ub_diag_set_help(reader->diags, diag, "%.*s", UB_ARGS(error.help));
		return false;
	}
	*(const struct ub_working_hours **)out = hours;
	return true;
}

const struct ub_yaml_type settings_type_hours = {
	.shape = UB_YAML_CUSTOM, .noun = "working hours like `Mon-Fri 09:00-17:30`", .read = read_hours
};

static bool read_seconds(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_span span;
	struct ub_time_error error = { 0 };
	if (node->kind != UB_YAML_SCALAR || node->text.len == 0)
		return ub_yaml_expected(reader, node, type->noun);
	if (!ub_cal_parse_span(reader->arena, node->text, &span, &error)) {
		struct ub_diag *diag = ub_error(reader->diags, "span",
		    ub_yaml_place(node, error.at, error.at + error.len), "%.*s", UB_ARGS(error.message));
		ub_diag_set_help(reader->diags, diag, "%.*s", UB_ARGS(error.help));
		return false;
	}
	return ub_cal_span_seconds(span, out) || ub_yaml_expected(reader, node, type->noun);
}

const struct ub_yaml_type settings_type_seconds = {
	.shape = UB_YAML_CUSTOM, .noun = "a span of time like `30s`", .read = read_seconds
};

static bool read_holiday(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_settings_path path;
	struct holiday_name *name = out;
	if (!read_path(reader, type, node, &path))
		return false;
	name->is_path = ub_text_find(node->text, UB_TEXT("/"), 0) != SIZE_MAX ||
			ub_text_ends(node->text, UB_TEXT(".ics"));
	name->name = name->is_path ? path.path : node->text;
	name->place = node->place;
	return true;
}

static const struct ub_yaml_type type_holiday = { .shape = UB_YAML_CUSTOM,
	.noun = "the name of a holiday calendar like `de`, or a path",
	.read = read_holiday };
const struct ub_yaml_type settings_type_holidays = {
	.shape = UB_YAML_ONE_OR_LIST_OF, .item = &type_holiday, .item_size = sizeof(struct holiday_name)
};

/* Whether the part is a subtag of RFC 5646. The first subtag is a code of ISO 639. */
static bool is_subtag(struct ub_text part, bool first)
{
	for (size_t i = 0; i < part.len; i++)
		if (!is_host_char(part.ptr[i]) || part.ptr[i] == '.' || part.ptr[i] == '_')
			return false;
	return part.len >= (first ? 2 : 1) && part.len <= (first ? 3 : 8);
}

static bool check_language(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_text rest = *(const struct ub_text *)out, part;
	for (bool first = true; ub_text_split(&rest, '-', &part); first = false)
		if (!is_subtag(part, first))
			return ub_yaml_expected(reader, node, type->noun);
	return true;
}

const struct ub_yaml_type settings_type_language = {
	.shape = UB_YAML_TEXT, .noun = "a language tag like `en` or `de-AT`", .check = check_language
};

bool settings_read_plugin_name(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	bool good = node->kind == UB_YAML_SCALAR && node->text.len > 0;
	for (size_t i = 0; good && i < node->text.len; i++) {
		char c = node->text.ptr[i];
		bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		good = word || (i > 0 && c == '-');
	}
	if (!good)
		return ub_yaml_expected(reader, node, type->noun);
	*(struct ub_text *)out = node->text;
	return true;
}
