/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

const struct ub_template *ub_plan_translated(struct ub_making *making, const struct ub_template *text)
{
	bool customers = ub_template_audience(text) == UB_AUDIENCE_CUSTOMER;
	return ub_template_in_language(
	    text, customers ? making->input->facts->customer_language : making->owner_settings->language);
}

static struct ub_cel_activation *translate(struct ub_making *making, struct ub_text language)
{
	struct ub_facts *facts = UB_NEW(making->arena, struct ub_facts);
	*facts = *making->input->facts;
	facts->language = language;
	return ub_rules_activation(making->input->rules, facts, making->arena);
}

struct ub_cel_activation *ub_plan_activation_for(struct ub_making *making, const struct ub_template *text)
{
	struct ub_text language = ub_template_language(text);
	if (language.len == 0 || ub_text_eq_nocase(language, making->input->facts->language))
		return making->activation;
	for (size_t i = 0; i < making->translations.n; i++)
		if (ub_text_eq_nocase(making->translations.items[i].language, language))
			return making->translations.items[i].activation;
	struct ub_translation *made = ub_push(making->arena, &making->translations);
	*made = (struct ub_translation){ language, translate(making, language) };
	return made->activation;
}
