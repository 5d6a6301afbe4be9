/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_FACTS_PRIVATE_H
#define UPBEAT_FACTS_PRIVATE_H

#include "upbeat/facts.h"

/* ---- address.c ---- */

enum standing {
	STANDING_INTERNAL,
	STANDING_OUTSIDE,
	STANDING_ASIDE, /* listed by domain in not_customers: neither inside nor outside */
	STANDING_BOT    /* listed by address in not_customers */
};

enum standing facts_address_standing(const struct ub_org *org, struct ub_text address);
/* The kind of what has an address and is no person, though nothing else says so: "group", "resource", "bot".
 * NULL: it may be a person. */
const char *facts_kind_of_address(struct ub_text address);
/* Whether it is called like a room: "raum-4@ours.example". */
bool facts_is_room_address(struct ub_text address);
struct ub_text facts_local_part(struct ub_text address);
struct ub_text facts_domain_part(struct ub_text address);

/* ---- clean.c ---- */

/* The text without control characters and bidirectional tricks, as one line or as lines. */
struct ub_text facts_clean_line(struct ub_text text, struct ub_arena *arena);
struct ub_text facts_clean_lines(struct ub_text text, struct ub_arena *arena);

/* ---- html.c ---- */

/* The text that HTML shows; any other text as it is. */
struct ub_text facts_html_to_text(struct ub_text text, struct ub_arena *arena);

/* ---- names.c ---- */

/* "Anna Meyer" for anna.meyer@ours.example. */
struct ub_text facts_name_from_address(struct ub_text address, struct ub_arena *arena);
/* "Acme" for mail.acme.example or acme.co.uk. */
struct ub_text facts_name_from_domain(struct ub_text domain, struct ub_arena *arena);

/* ---- display-name.c ---- */

struct display_name {
	struct ub_text name; /* "Clara Kund" for "Kund, Clara (CFO)" */
	struct ub_text role; /* "CFO"; empty: the text names none */
};

struct display_name facts_read_display_name(struct ub_text text, struct ub_arena *arena);

/* ---- punycode.c ---- */

/* A domain's label as people read it: "müller" for xn--mller-kva. Any other label is as it was. */
struct ub_text facts_readable_label(struct ub_text label, struct ub_arena *arena);

/* ---- cancelled.c ---- */

/* Whether a client or its user has put a word before the title that says that the meeting is called off. */
bool facts_title_says_cancelled(struct ub_text title);
/* The length of a sign at the beginning, such as a bracket, a dash or a pictograph with its selector (U+2010
 * to U+2BFF, U+FE0F, and those of four bytes). 0: a letter or a digit is there, or nothing. */
size_t facts_sign_length(struct ub_text text);

/* ---- people.c ---- */

/* Everybody on an event, each person once. */
struct everybody {
	struct ub_map *by_address;         /* struct ub_person * */
	const struct ub_person *organizer; /* or NULL */
	struct ub_people attendees;
};

struct everybody facts_find_everybody(const struct ub_event *event, const struct ub_org *org,
    const struct ub_account *account, struct ub_arena *arena);
/* Makes somebody who is not on the event: a member of a team, an account's owner. */
const struct ub_person *facts_make_person(const struct ub_org *org, const struct ub_account *account,
    struct ub_text address, struct ub_arena *arena);

/* The person with this address, from the event or made. NULL: the text is no address. */
const struct ub_person *facts_find_person(
    const struct ub_facts *facts, struct ub_text address, struct ub_arena *arena);

/* The same for one of the account's stakeholders, whose data need not be looked up among the others'. */
const struct ub_person *facts_find_stakeholding_person(
    const struct ub_facts *facts, const struct ub_stakeholder *stakeholder, struct ub_arena *arena);

/* ---- make.c ---- */

/* `floating` is the zone of a time that has none of its own. */
int64_t facts_when_instant(const struct ub_when *when, const struct ub_zone *floating);

/* ---- make.c ---- */

/* Midnight of a date in the organization's zone becomes that of the same date in the zone of the facts'
 * times, so that texts show this date. What has a time of day stays. */
int64_t facts_same_date(const struct ub_facts *facts, int64_t instant);

/* ---- customer-language.c ---- */

/* The account's language, else the settings', else the one in which the meeting is written, else that of the
 * guests' countries, else the owner's. Needs all other facts. */
struct ub_text facts_customer_language(const struct ub_facts *facts, struct ub_arena *arena);

/* ---- written-language.c ---- */

/* The language of a meeting's title and of what a person wrote into it (facts_own_text()), such as "de".
 * Empty: too little is there, or several languages are. */
struct ub_text facts_written_language(struct ub_text title, struct ub_text text, struct ub_arena *arena);

/* ---- words.c ---- */

const char *facts_repeats_word(enum ub_repeats repeats);
const char *facts_event_status_word(enum ub_status status);
const char *facts_answer_word(enum ub_partstat status);
const char *facts_role_word(enum ub_role role);
const char *facts_customers_word(enum ub_customers customers);
const char *facts_profile_word(enum ub_profile profile);

/* ---- conference.c ---- */

/* The first link to a known video service in a text. Empty: there is none. */
struct ub_text facts_find_conference(struct ub_text text);

/* ---- own-text.c ---- */

/* The text without what a video service wrote into it. */
struct ub_text facts_own_text(struct ub_text text, struct ub_arena *arena);

#endif
