/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the fields of an account hold.
 */
#include "directory-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "upbeat/yaml.h"

/* ---- single values ---- */

static bool check_address(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_text *address = out;
	if (!ub_facts_is_address(*address)) {
		*address = UB_TEXT_NONE;
		return directory_refuse_value(reader, node, type->noun,
		    directory_meant_address(node->text, reader->arena),
		    "write the address alone, without a name");
	}
	*address = ub_text_lower(reader->arena, *address);
	return true;
}

static bool refuse_domain(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node,
    const char *code, const char *why, const char *help)
{
	struct ub_diag *diag =
	    ub_error(reader->diags, code, node->place, "%.*s %s", UB_ARGS(node->text), why);
	ub_diag_set_help(reader->diags, diag, "%s", help);
	return false;
}

static bool check_domain(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_text *domain = out;
	if (!ub_facts_is_address(ub_textf(reader->arena, "x@%.*s", UB_ARGS(*domain))))
		return directory_refuse_value(reader, node, type->noun,
		    directory_meant_domain(node->text, reader->arena),
		    "write what stands behind the @ of their addresses");
	*domain = ub_text_lower(reader->arena, *domain);
	if (ub_facts_free_mail(*domain))
		return refuse_domain(reader, node, "free-mail",
		    "has mailboxes for everybody and belongs to no account",
		    "name the person under `stakeholders` instead");
	if (directory_registrable_domain(*domain, reader->arena).len == 0)
		return refuse_domain(reader, node, "public-suffix", "is not one company's domain",
		    "name the domains that are registered below it");
	return true;
}

static bool read_date(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct reading *reading = reader->context;
	ub_day day;
	if (node->kind != UB_YAML_SCALAR)
		return ub_yaml_expected(reader, node, type->noun);
	if (!ub_cal_parse_date(node->text, &day))
		return directory_refuse_value(reader, node, type->noun,
		    directory_meant_date(node->text, reader->arena),
		    "write year, month and day, in this order");
	*(int64_t *)out = ub_cal_day_start(reading->zone, day);
	return true;
}

static bool read_time(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct reading *reading = reader->context;
	if (node->kind != UB_YAML_SCALAR || !ub_cal_parse_time(node->text, reading->zone, out))
		return ub_yaml_expected(reader, node, type->noun);
	return true;
}

/* Parses a decimal number in JSON's form (RFC 8259 6). strtod alone would also take "inf" and "0x10". */
static bool parse_number(struct ub_arena *arena, struct ub_text text, double *number)
{
	const char *digits = ub_text_cstr(arena, text);
	char *end;
	if (strspn(digits, "+-.0123456789eE") != text.len || text.len == 0)
		return false;
	*number = strtod(digits, &end);
	return end == digits + text.len && isfinite(*number);
}

static bool read_number(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	double number;
	if (node->kind != UB_YAML_SCALAR)
		return ub_yaml_expected(reader, node, type->noun);
	if (!parse_number(reader->arena, node->text, &number))
		return directory_refuse_value(reader, node, type->noun, UB_TEXT_NONE,
		    "write it like 1234.5, without a unit; leave it empty where it is not known");
	*(double *)out = number;
	return true;
}

const struct ub_yaml_type directory_type_address = {
	.shape = UB_YAML_TEXT, .noun = "an address like `anna@ours.example`", .check = check_address
};
static const struct ub_yaml_type type_domain = {
	.shape = UB_YAML_TEXT, .noun = "a domain like `acme.example`", .check = check_domain
};
const struct ub_yaml_type directory_type_date = {
	.shape = UB_YAML_CUSTOM, .noun = "a date like `2026-11-12`", .read = read_date
};
const struct ub_yaml_type directory_type_time = {
	.shape = UB_YAML_CUSTOM, .noun = "a time like `2026-11-12 14:00`", .read = read_time
};
const struct ub_yaml_type directory_type_number = {
	.shape = UB_YAML_CUSTOM, .noun = "a number", .read = read_number
};
const struct ub_yaml_type directory_type_addresses = {
	.shape = UB_YAML_LIST_OF, .item = &directory_type_address, .item_size = sizeof(struct ub_text)
};
const struct ub_yaml_type directory_type_domains = {
	.shape = UB_YAML_LIST_OF, .item = &type_domain, .item_size = sizeof(struct ub_text)
};

static const struct ub_yaml_word healths[] = {
	{ "green", UB_HEALTH_GREEN, "all is well" },
	{ "yellow", UB_HEALTH_YELLOW, "something is amiss" },
	{ "red", UB_HEALTH_RED, "in danger of leaving" },
	{ "unknown", UB_HEALTH_UNKNOWN, "as if not said" },
};
const struct ub_yaml_type directory_type_health = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(healths) };

/* ---- notes: tickets and the like, which differ in what their date is called ---- */

static const struct ub_yaml_word audience_words[] = {
	{ "internal", false, "people of ours alone" },
	{ "customer", true, "customers, too" },
};
static const struct ub_yaml_type audience_choice = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(audience_words) };

static bool read_audience(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	int shared = false;
	bool good = ub_yaml_read(reader, type->any_of[0], node, &shared);
	*(bool *)out = shared;
	return good;
}

static const struct ub_yaml_type type_audience = {
	.shape = UB_YAML_CUSTOM, .read = read_audience, UB_YAML_ANY_OF(&audience_choice)
};

#define NOTE(member) offsetof(struct ub_account_note, member)
#define NOTE_FIELDS(date_key, date_doc)                                                                      \
	{ "id", &ub_yaml_type_text, NOTE(id), false, "its number or name in its own system" },               \
	    { "title", &ub_yaml_type_text, NOTE(title), true, "one line" },                                  \
	    { "severity", &ub_yaml_type_text, NOTE(severity), false, "how bad, in your own words" },         \
	    { "owner", &ub_yaml_type_text, NOTE(owner), false, "whose it is" },                              \
	    { "status", &ub_yaml_type_text, NOTE(status), false, "how far it is" },                          \
	    { "audience", &type_audience, NOTE(shared), false, "whether customers may read of it" },         \
	{                                                                                                    \
		date_key, &directory_type_date, NOTE(date), false, date_doc                                  \
	}

static const struct ub_yaml_field opened_fields[] = { NOTE_FIELDS("opened", "when it was opened") };
static const struct ub_yaml_field since_fields[] = { NOTE_FIELDS("since", "since when") };
static const struct ub_yaml_type type_carried = { .shape = UB_YAML_INT, .min = 0, .max = 1000 };
static const struct ub_yaml_field due_fields[] = {
	NOTE_FIELDS("due", "by when"),
	{ "carried", &type_carried, NOTE(carried), false, "how many meetings have passed it on undone" },
};
static const struct ub_yaml_type opened_map = { .shape = UB_YAML_FIELDS, UB_YAML_TABLE(opened_fields) };
static const struct ub_yaml_type since_map = { .shape = UB_YAML_FIELDS, UB_YAML_TABLE(since_fields) };
static const struct ub_yaml_type due_map = { .shape = UB_YAML_FIELDS, UB_YAML_TABLE(due_fields) };
static const struct ub_yaml_type *const opened_forms[] = { &opened_map };
static const struct ub_yaml_type *const since_forms[] = { &since_map };
static const struct ub_yaml_type *const due_forms[] = { &due_map };

/* A note without a date gets no date. Zero would be the first of January 1970. */
static bool read_note(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct ub_account_note *note = out;
	note->date = UB_INSTANT_NONE;
	note->carried = -1;
	return ub_yaml_read(reader, type->any_of[0], node, out);
}

#define NOTE_TYPE(forms_of)                                                                                  \
	{                                                                                                    \
		.shape = UB_YAML_CUSTOM, .read = read_note, .any_of = (forms_of),                            \
		.n_any_of = UB_COUNT(forms_of)                                                               \
	}
#define NOTES_TYPE(note)                                                                                     \
	{                                                                                                    \
		.shape = UB_YAML_LIST_OF, .item = &(note), .item_size = sizeof(struct ub_account_note)       \
	}

static const struct ub_yaml_type type_opened = NOTE_TYPE(opened_forms);
static const struct ub_yaml_type type_since = NOTE_TYPE(since_forms);
static const struct ub_yaml_type type_due = NOTE_TYPE(due_forms);
const struct ub_yaml_type directory_notes_opened = NOTES_TYPE(type_opened);
const struct ub_yaml_type directory_notes_since = NOTES_TYPE(type_since);
const struct ub_yaml_type directory_notes_due = NOTES_TYPE(type_due);
