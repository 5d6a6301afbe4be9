/* SPDX-License-Identifier: Apache-2.0 */
#include "ruletest-private.h"

const struct ub_zone *ruletest_zone(const struct test_file *file)
{
	return file->snapshot.org->standard.zone;
}

struct ub_text ruletest_shown_time(struct ub_arena *arena, const struct ub_zone *zone, ub_instant instant)
{
	struct ub_buf out = UB_BUF(arena);
	bool whole = instant % 60 == 0;
	ub_cal_format(&out, whole ? UB_TEXT("%F %R") : UB_TEXT("%F %T"), zone, instant, UB_ENGLISH);
	return ub_buf_text(&out);
}

struct ub_text ruletest_shown_day(struct ub_arena *arena, ub_day day)
{
	struct ub_buf out = UB_BUF(arena);
	ub_cal_print_date(&out, day);
	return ub_buf_text(&out);
}

struct ub_text ruletest_shown_length(struct ub_arena *arena, int64_t seconds)
{
	struct ub_buf out = UB_BUF(arena);
	ub_cal_print_seconds(&out, seconds);
	return ub_buf_text(&out);
}

static bool is_scalar(const struct ub_yaml_node *node)
{
	return node->kind == UB_YAML_SCALAR && node->text.len > 0;
}

static bool read_time(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct loading *loading = reader->context;
	ub_instant instant;
	if (!is_scalar(node) || !ub_cal_parse_time(node->text, ruletest_zone(loading->file), &instant))
		return ub_yaml_expected(reader, node, type->noun);
	*(struct ub_text *)out = node->text;
	return true;
}

static bool read_day(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	if (is_scalar(node) && ub_cal_parse_date(node->text, out))
		return true;
	return ub_yaml_expected(reader, node, type->noun);
}

static bool read_length(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_span span;
	struct ub_time_error error;
	int64_t seconds = 0;
	if (!is_scalar(node) || !ub_cal_parse_span(reader->arena, node->text, &span, &error) ||
	    !ub_cal_span_seconds(span, &seconds))
		return ub_yaml_expected(reader, node, type->noun);
	*(int64_t *)out = seconds;
	return true;
}

static bool read_zone(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct loading *loading = reader->context;
	const struct ub_zone *zone =
	    is_scalar(node) ? ub_cal_zone_find(loading->file->snapshot.zones, node->text) : NULL;
	if (!zone)
		return ub_yaml_expected(reader, node, type->noun);
	*(const struct ub_zone **)out = zone;
	return true;
}

/* ---- people ---- */

static bool has_at(struct ub_text text)
{
	return ub_text_find(text, UB_TEXT("@"), 0) != SIZE_MAX;
}

/* The address of `anna`, who is one of ours. */
static struct ub_text full_address(const struct loading *loading, struct ub_text text)
{
	struct ub_arena *arena = loading->arena;
	return ub_text_lower(arena,
	    has_at(text) ? text : ub_textf(arena, "%.*s@%.*s", UB_ARGS(text), UB_ARGS(loading->domain)));
}

static bool read_address(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	if (!is_scalar(node))
		return ub_yaml_expected(reader, node, type->noun);
	struct ub_text address = full_address(reader->context, node->text);
	if (!ub_facts_is_address(address))
		return ub_yaml_expected(reader, node, type->noun);
	*(struct ub_text *)out = address;
	return true;
}

const struct ub_yaml_type ruletest_type_time = {
	.shape = UB_YAML_CUSTOM, .noun = "a time like `2026-11-12 14:00`", .read = read_time
};
const struct ub_yaml_type ruletest_type_day = {
	.shape = UB_YAML_CUSTOM, .noun = "a day like `2026-11-12`", .read = read_day
};
const struct ub_yaml_type ruletest_type_length = {
	.shape = UB_YAML_CUSTOM, .noun = "a length of time like `45m`", .read = read_length
};
const struct ub_yaml_type ruletest_type_zone = {
	.shape = UB_YAML_CUSTOM, .noun = "a time zone like `Europe/Berlin`", .read = read_zone
};
const struct ub_yaml_type ruletest_type_address = {
	.shape = UB_YAML_CUSTOM, .noun = "one of ours like `anna`, or an address", .read = read_address
};

static const struct ub_yaml_word kinds[] = {
	{ "person", UB_CUTYPE_INDIVIDUAL, "a human being" },
	{ "room", UB_CUTYPE_ROOM, "a room" },
	{ "resource", UB_CUTYPE_RESOURCE, "a thing" },
	{ "group", UB_CUTYPE_GROUP, "a list of people" },
};
static const struct ub_yaml_word roles[] = {
	{ "required", UB_ROLE_REQUIRED, "has to come" },
	{ "optional", UB_ROLE_OPTIONAL, "may come" },
	{ "chair", UB_ROLE_CHAIR, "leads the meeting" },
	{ "none", UB_ROLE_NONE, "is only told of it" },
};
static const struct ub_yaml_word statuses[] = {
	{ "needs-action", UB_PARTSTAT_NEEDS_ACTION, "has not answered" },
	{ "accepted", UB_PARTSTAT_ACCEPTED, "comes" },
	{ "declined", UB_PARTSTAT_DECLINED, "does not come" },
	{ "tentative", UB_PARTSTAT_TENTATIVE, "may come" },
	{ "delegated", UB_PARTSTAT_DELEGATED, "sends somebody else" },
};
static const struct ub_yaml_type type_kind = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(kinds) };
static const struct ub_yaml_type type_role = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(roles) };
static const struct ub_yaml_type type_status = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(statuses) };

static const struct ub_yaml_field guest_fields[] = {
	{ "email", &ruletest_type_address, offsetof(struct guest, address), true, "their address" },
	{ "name", &ub_yaml_type_text, offsetof(struct guest, name), false, "their name" },
	{ "kind", &type_kind, offsetof(struct guest, kind), false, "what they are; a person if not said" },
	{ "role", &type_role, offsetof(struct guest, role), false, "whether they have to come" },
	{ "status", &type_status, offsetof(struct guest, status), false, "what they answered" },
};
static const struct ub_yaml_type guest_map = { .shape = UB_YAML_FIELDS, UB_YAML_TABLE(guest_fields) };

/* A guest is an address alone, or a map with more. */
static bool read_guest(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct guest *guest = out;
	*guest = (struct guest){ .kind = UB_CUTYPE_INDIVIDUAL };
	if (node->kind == UB_YAML_MAP)
		return ub_yaml_read(reader, &guest_map, node, guest);
	if (node->kind != UB_YAML_SCALAR)
		return ub_yaml_expected(reader, node, type->noun);
	return read_address(reader, type, node, &guest->address);
}

/* A name without a domain would be one of ours. */
static bool check_outside(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct ub_yaml_node *address = node->kind == UB_YAML_MAP ? ub_yaml_get(node, "email") : node;
	(void)out;
	return has_at(address->text) || ub_yaml_expected(reader, address, type->noun);
}

/* The address decides whether rules take somebody for one of ours or for a guest. The list does not. */
static bool check_side(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node,
    const struct guest *guest, bool ours)
{
	const struct loading *loading = reader->context;
	const struct ub_org *org = loading->file->snapshot.org;
	bool inside = ub_facts_address_matches(guest->address, loading->domain);
	for (size_t i = 0; i < org->domains.n; i++)
		inside |= ub_facts_address_matches(guest->address, org->domains.items[i]);
	for (size_t i = 0; i < org->not_customers.n; i++)
		if (ub_facts_address_matches(guest->address, org->not_customers.items[i]))
			return true;
	if (inside == ours)
		return true;
	struct ub_diag *diag = ub_error(reader->diags, "wrong-side", ub_yaml_first_line(node),
	    ours ? "`%.*s` is none of ours" : "`%.*s` is one of ours", UB_ARGS(guest->address));
	ub_diag_set_help(reader->diags, diag, "%s",
	    ours ? "put them below `external`, or name the domain in `organization`"
		 : "put them below `internal`");
	return false;
}

static bool read_inside(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	return read_guest(reader, type, node, out) && check_side(reader, node, out, true);
}

static bool read_outside(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	return read_guest(reader, type, node, out) && check_outside(reader, type, node, out) &&
	       check_side(reader, node, out, false);
}

static const struct ub_yaml_type *const guest_forms[] = { &ruletest_type_address, &guest_map };
const struct ub_yaml_type ruletest_type_guest = { .shape = UB_YAML_CUSTOM,
	.noun = "one of ours like `anna`, or an address",
	.read = read_guest,
	.any_of = guest_forms,
	.n_any_of = UB_COUNT(guest_forms) };
static const struct ub_yaml_type type_outside = { .shape = UB_YAML_CUSTOM,
	.noun = "an address like `cto@acme.example`",
	.read = read_outside,
	.any_of = guest_forms,
	.n_any_of = UB_COUNT(guest_forms) };
static const struct ub_yaml_type type_inside = { .shape = UB_YAML_CUSTOM,
	.noun = "one of ours like `anna`, or an address",
	.read = read_inside,
	.any_of = guest_forms,
	.n_any_of = UB_COUNT(guest_forms) };
const struct ub_yaml_type ruletest_type_ours = {
	.shape = UB_YAML_LIST_OF, .item = &type_inside, .item_size = sizeof(struct guest)
};
const struct ub_yaml_type ruletest_type_guests = {
	.shape = UB_YAML_LIST_OF, .item = &type_outside, .item_size = sizeof(struct guest)
};

/* ---- busy times ---- */

static bool read_interval(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct loading *loading = reader->context;
	if (!is_scalar(node) || !ub_cal_parse_interval(node->text, ruletest_zone(loading->file), out))
		return ub_yaml_expected(reader, node, type->noun);
	return true;
}

static const struct ub_yaml_type type_interval = {
	.shape = UB_YAML_CUSTOM, .noun = "an interval like `2026-11-09 09:00-10:00`", .read = read_interval
};
static const struct ub_yaml_type type_intervals = {
	.shape = UB_YAML_ONE_OR_LIST_OF, .item = &type_interval, .item_size = sizeof(struct ub_interval)
};

static bool check_busy(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	UB_VEC(struct busy_person) *busy = out;
	bool good = true;
	for (size_t i = 0; i < busy->n; i++) {
		struct busy_person *person = &busy->items[i];
		person->address = full_address(reader->context, person->address);
		if (!ub_facts_is_address(person->address))
			good = ub_yaml_expected(reader, node->entries[i].key, ruletest_type_address.noun);
		person->times = ub_cal_intervals_normal(reader->arena, person->times);
	}
	(void)type;
	return good;
}

const struct ub_yaml_type ruletest_type_busy = { .shape = UB_YAML_MAP_OF,
	.noun = "a map like `{anna: [2026-11-09 09:00-10:00]}`",
	.item = &type_intervals,
	.item_size = sizeof(struct busy_person),
	.item_offset = offsetof(struct busy_person, times),
	.key_offset = offsetof(struct busy_person, address),
	.check = check_busy };
