/* SPDX-License-Identifier: Apache-2.0 */
#include "settings-private.h"

static const struct ub_yaml_field person_fields[] = {
	{ "match", &settings_type_pattern, offsetof(struct person, match), true,
	    "the address or pattern that the rest is for" },
	{ "time_zone", &settings_type_zone, offsetof(struct person, work.zone), false, "where they work" },
	{ "working_hours", &settings_type_hours, offsetof(struct person, work.hours), false,
	    "when they work" },
	{ "holidays", &settings_type_holidays, offsetof(struct person, work.holidays), false,
	    "their days off" },
	{ "language", &settings_type_language, offsetof(struct person, work.language), false,
	    "the language of what they read" },
};

static const struct ub_yaml_type type_person = FIELDS(person_fields);
static const struct ub_yaml_type type_people = LIST_OF(type_person, struct person);
static const struct ub_yaml_type type_teams = { .shape = UB_YAML_MAP_OF,
	.item = &settings_type_addresses,
	.item_size = sizeof(struct ub_team),
	.item_offset = offsetof(struct ub_team, members),
	.key_offset = offsetof(struct ub_team, name) };

static const struct ub_yaml_word customers_words[] = {
	{ "anybody", UB_CUSTOMERS_ANYBODY, "everybody outside" },
	{ "known-accounts", UB_CUSTOMERS_KNOWN_ACCOUNTS, "those of whom an account source knows" },
};
static const struct ub_yaml_word profile_words[] = {
	{ "light", UB_PROFILE_LIGHT, "preparation and follow-up alone" },
	{ "standard", UB_PROFILE_STANDARD, "also an agenda in time and a sheet for the meeting" },
	{ "full", UB_PROFILE_FULL, "also coaching, a scorecard and strategy sessions" },
};
static const struct ub_yaml_type type_customers = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(customers_words) };
static const struct ub_yaml_type type_profile = { .shape = UB_YAML_CHOICE, UB_YAML_WORDS(profile_words) };

static const struct ub_yaml_type type_reviews = {
	.shape = UB_YAML_INT, .min = 1, .max = UB_REVIEWS_A_DAY_MAX
};

static const struct ub_yaml_type type_hold_days = { .shape = UB_YAML_INT, .max = UB_RHYTHM_HOLD_MAX };

static bool check_gap(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const int64_t *gap = out;
	(void)type;
	if (*gap <= UB_PLAN_GAP_MAX)
		return true;
	struct ub_diag *diag = ub_error(reader->diags, "out-of-range", node->place,
	    "a gap of more than %d hours leaves no room in a day", UB_PLAN_GAP_MAX / 3600);
	ub_diag_set_help(reader->diags, diag, "say how long people need between two calls, like `15m`");
	return false;
}

static bool read_gap(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	return settings_type_seconds.read(reader, type, node, out);
}

static const struct ub_yaml_type type_gap = {
	.shape = UB_YAML_CUSTOM, .noun = "a span of time like `15m`", .read = read_gap, .check = check_gap
};

static const struct ub_yaml_field fields[] = {
	{ "domains", &settings_type_domains, offsetof(struct organization, domains), false,
	    "the domains of our own addresses, with all below them" },
	{ "time_zone", &settings_type_zone, offsetof(struct organization, work.zone), false,
	    "where most people work" },
	{ "working_hours", &settings_type_hours, offsetof(struct organization, work.hours), false,
	    "when most people work; Mon-Fri 09:00-17:30 if not said" },
	{ "holidays", &settings_type_holidays, offsetof(struct organization, work.holidays), false,
	    "the days off of most people" },
	{ "language", &settings_type_language, offsetof(struct organization, work.language), false,
	    "the language of what people read; English if not said" },
	{ "customer_language", &settings_type_language, offsetof(struct organization, customer_language),
	    false, "the language of texts for customers; that of their country if not said" },
	{ "customers", &type_customers, offsetof(struct organization, customers), false,
	    "who counts as a customer; anybody if not said" },
	{ "profile", &type_profile, offsetof(struct organization, profile), false,
	    "how much the shipped rules do; standard if not said" },
	{ "reviews_a_day", &type_reviews, offsetof(struct organization, reviews_a_day), false,
	    "how many reviews of accounts somebody has in a day; 3 if not said" },
	{ "rhythm_hold_days", &type_hold_days, offsetof(struct organization, rhythm_hold_days), false,
	    "how long reviews stay frequent before they return to the slower rhythm; 7 if not said" },
	{ "gap", &type_gap, offsetof(struct organization, gap), false,
	    "the time between an item's event and whatever else its people have; 0m if not said" },
	{ "users", &settings_type_users, offsetof(struct organization, users), false,
	    "the address of an authenticated user where the server does not tell" },
	{ "people", &type_people, offsetof(struct organization, people), false,
	    "who works elsewhere or at other times; the first match holds" },
	{ "teams", &type_teams, offsetof(struct organization, teams), false,
	    "addresses that rules know by a name" },
	{ "not_customers", &settings_type_not_customers, offsetof(struct organization, not_customers), false,
	    "who is neither one of us nor a customer: contractors, recorders" },
};

/* Without domains nobody is internal, and no meeting is a customer's. */
static bool check_organization(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct organization *organization = out;
	(void)type;
	settings_warn_of_nobody(reader, organization, node);
	if (!ub_yaml_get(node, "holidays"))
		organization->lacks_holidays = node->place;
	if (organization->domains.n == 0) {
		struct ub_diag *diag = ub_warning(
		    reader->diags, "no-domains", node->place, "no meeting is a customer's without `domains`");
		ub_diag_set_help(reader->diags, diag, "name the domains of your own mail addresses");
	}
	return true;
}

const struct ub_yaml_type ub_settings_organization_type = {
	.shape = UB_YAML_FIELDS, UB_YAML_TABLE(fields), .check = check_organization
};

static const struct ub_working_hours *standard_hours(struct ub_arena *arena)
{
	struct ub_working_hours *hours = UB_NEW(arena, struct ub_working_hours);
	for (int day = UB_MONDAY; day <= UB_FRIDAY; day++) {
		hours->days[day].n = 1;
		hours->days[day].spans[0].from = 9 * 60;
		hours->days[day].spans[0].until = 17 * 60 + 30;
	}
	return hours;
}

/* A new list of days, which whoever reads the files fills. Without names the list that holds for all. */
static const struct ub_holidays *want_holidays(struct ub_arena *arena, struct ub_settings *settings,
    const struct holiday_names *names, const struct ub_holidays *otherwise)
{
	struct ub_holidays *into = UB_NEW(arena, struct ub_holidays);
	if (names->n == 0 && otherwise)
		return otherwise;
	size_t n = settings->n_holidays;
	struct ub_settings_holidays *all = UB_NEW_ARRAY(arena, struct ub_settings_holidays, n + names->n);
	for (size_t i = 0; i < n; i++)
		all[i] = settings->holidays[i];
	for (size_t i = 0; i < names->n; i++) {
		const struct holiday_name *name = &names->items[i];
		all[n + i] = (struct ub_settings_holidays){ name->name, name->is_path, name->place, into };
	}
	settings->holidays = all;
	settings->n_holidays = n + names->n;
	return into;
}

/* The person that `work` describes; `standard` gives the rest. */
static struct ub_org_person complete(struct ub_arena *arena, struct ub_settings *settings,
    struct ub_text match, const struct work *work, const struct ub_org_person *standard)
{
	return (struct ub_org_person){
		.match = match,
		.zone = work->zone ? work->zone : standard->zone,
		.hours = work->hours ? work->hours : standard->hours,
		.holidays = want_holidays(arena, settings, &work->holidays, standard->holidays),
		.language = work->language.len ? work->language : standard->language,
	};
}

void settings_fill_org(struct ub_arena *arena, struct ub_settings *settings, const struct organization *from,
    const struct ub_zones *zones)
{
	struct ub_org *org = UB_NEW(arena, struct ub_org);
	const struct ub_org_person usual = {
		.zone = ub_cal_utc(),
		.hours = standard_hours(arena),
		.language = UB_TEXT("en"),
	};
	org->domains = from->domains;
	org->not_customers = from->not_customers;
	org->users = from->users;
	org->customer_language = from->customer_language;
	org->customers = (enum ub_customers)from->customers;
	org->profile = (enum ub_profile)from->profile;
	org->reviews_a_day = from->reviews_a_day;
	org->rhythm_hold_days = from->rhythm_hold_days;
	org->gap = from->gap;
	org->zones = zones;
	org->standard = complete(arena, settings, UB_TEXT("*"), &from->work, &usual);
	org->language = org->standard.language;
	org->n_people = from->people.n;
	org->people = UB_NEW_ARRAY(arena, struct ub_org_person, from->people.n);
	for (size_t i = 0; i < from->people.n; i++)
		org->people[i] = complete(arena, settings, from->people.items[i].match,
		    &from->people.items[i].work, &org->standard);
	org->n_teams = from->teams.n;
	org->teams = from->teams.items;
	settings->org = org;
	settings->lacks_holidays = from->lacks_holidays;
}
