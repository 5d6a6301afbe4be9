/* SPDX-License-Identifier: Apache-2.0 */
#include "facts-private.h"

/* The language in which the customer is written to: upbeat.conf(5), `customer_language`. */

/* Countries of which one language may be expected in business. What is left out has several. */
static const struct {
	const char *country, *language;
} countries[] = {
	{ "ar", "es" },
	{ "at", "de" },
	{ "au", "en" },
	{ "br", "pt" },
	{ "cl", "es" },
	{ "cz", "cs" },
	{ "de", "de" },
	{ "dk", "da" },
	{ "es", "es" },
	{ "fi", "fi" },
	{ "fr", "fr" },
	{ "gb", "en" },
	{ "ie", "en" },
	{ "it", "it" },
	{ "jp", "ja" },
	{ "li", "de" },
	{ "mx", "es" },
	{ "nl", "nl" },
	{ "no", "no" },
	{ "nz", "en" },
	{ "pl", "pl" },
	{ "pt", "pt" },
	{ "se", "sv" },
	{ "uk", "en" },
	{ "us", "en" },
};

static struct ub_text language_of_country(struct ub_text domain)
{
	size_t at = domain.len;
	while (at > 0 && domain.ptr[at - 1] != '.')
		at--;
	struct ub_text country = ub_text_sub(domain, at, domain.len);
	for (size_t i = 0; i < UB_COUNT(countries); i++)
		if (ub_text_is(country, countries[i].country))
			return ub_text(countries[i].language);
	return UB_TEXT_NONE;
}

/* The language that the countries of all guests' domains have in common. Mailbox providers count, too: who
 * writes from gmx.de reads German. Empty: there is none. */
static struct ub_text language_of_guests(struct ub_people guests)
{
	struct ub_text common = UB_TEXT_NONE;
	for (size_t i = 0; i < guests.n; i++) {
		struct ub_text language = language_of_country(guests.items[i]->domain);
		if (language.len == 0 || (i > 0 && !ub_text_eq(language, common)))
			return UB_TEXT_NONE;
		common = language;
	}
	return common;
}

struct ub_text facts_customer_language(const struct ub_facts *facts, struct ub_arena *arena)
{
	const struct ub_org *org = facts->org;
	const struct ub_meeting *meeting = &facts->meeting;
	if (facts->n_accounts && facts->accounts[0]->language.len)
		return facts->accounts[0]->language;
	if (org->customer_language.len)
		return org->customer_language;
	struct ub_text language = facts_written_language(meeting->title, meeting->own_text, arena);
	if (language.len == 0)
		language = language_of_guests(meeting->external);
	if (language.len)
		return language;
	return meeting->owner ? ub_org_person(org, meeting->owner->email)->language : org->language;
}
