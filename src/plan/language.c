/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

/* Titles are for us, though some of them hold nothing that a customer may not see. */
static bool is_for_customers(const struct ub_template *text)
{
	return ub_template_name(text).len && ub_template_audience(text) == UB_AUDIENCE_CUSTOMER;
}

const struct ub_template *plan_translated(struct ub_making *making, const struct ub_template *text)
{
	return ub_template_in_language(text, is_for_customers(text) ? making->input->facts->customer_language
								    : making->owner_settings->language);
}

/* Whoever made the meeting chose its time zone for all who come. One in UTC was written by a machine. */
static const struct ub_zone *zone_of(const struct ub_facts *facts, const struct ub_template *text)
{
	const struct ub_zone *zone = facts->meeting.zone;
	return is_for_customers(text) && zone && zone != ub_cal_utc() ? zone : facts->zone;
}

static struct ub_cel_activation *translate(
    struct ub_making *making, struct ub_text language, const struct ub_zone *zone)
{
	struct ub_facts *facts = UB_NEW(making->arena, struct ub_facts);
	*facts = *making->input->facts;
	facts->language = language;
	facts->zone = zone;
	return ub_rules_activation(making->input->rules, facts, making->arena);
}

struct ub_cel_activation *plan_activation_for(struct ub_making *making, const struct ub_template *text)
{
	const struct ub_facts *facts = making->input->facts;
	const struct ub_zone *zone = zone_of(facts, text);
	struct ub_text language = ub_template_language(text);
	if (language.len == 0)
		language = facts->language;
	if (zone == facts->zone && ub_text_eq_nocase(language, facts->language))
		return making->activation;
	for (size_t i = 0; i < making->translations.n; i++) {
		const struct ub_translation *made = &making->translations.items[i];
		if (made->zone == zone && ub_text_eq_nocase(made->language, language))
			return made->activation;
	}
	struct ub_translation *made = ub_push(making->arena, &making->translations);
	*made = (struct ub_translation){ language, zone, translate(making, language, zone) };
	return made->activation;
}
