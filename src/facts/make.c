/* SPDX-License-Identifier: Apache-2.0 */
#include "facts-private.h"

int64_t facts_when_instant(const struct ub_when *when, const struct ub_zone *floating)
{
	const struct ub_zone *zone = when->zone ? when->zone : floating;
	if (when->date)
		return ub_cal_day_start(
		    zone, ub_cal_day(when->civil.year, when->civil.month, when->civil.day));
	return ub_cal_instant(zone, when->civil);
}

static const struct ub_person *find_owner(const struct ub_facts_input *input,
    const struct ub_account *account, struct everybody *all, struct ub_arena *arena)
{
	if (!ub_facts_is_address(input->owner))
		return NULL;
	struct ub_text address = ub_text_lower(arena, input->owner);
	const struct ub_person *listed = ub_map_get(all->by_address, address);
	if (listed)
		return listed;
	struct ub_person *owner = (struct ub_person *)facts_make_person(input->org, account, address, arena);
	owner->status = UB_PARTSTAT_ACCEPTED;
	ub_map_put(all->by_address, address, owner);
	return owner;
}

/* Whether it is the private mailbox of one of ours, who has put it down so that the meeting is on his
 * telephone, too: the provider says nothing of a company, and the full name is the colleague's. */
static bool is_ours_in_private(const struct ub_person *person, const struct everybody *all)
{
	if (!ub_facts_free_mail(person->domain) || ub_text_find(person->name, UB_TEXT(" "), 0) == SIZE_MAX)
		return false;
	for (size_t i = 0; i < ub_map_size(all->by_address); i++) {
		const struct ub_person *other = ub_map_at(all->by_address, i, NULL);
		if (other->internal && ub_text_eq_nocase(other->name, person->name))
			return true;
	}
	return false;
}

/* Whether it is somebody's second address, with a part behind a plus (RFC 5233), of whom the first one stands
 * there, too. */
static bool is_doubled(const struct ub_person *person, const struct everybody *all, struct ub_arena *arena)
{
	struct ub_text local = facts_local_part(person->email);
	size_t plus = ub_text_find(local, UB_TEXT("+"), 0);
	if (plus == SIZE_MAX)
		return false;
	const struct ub_person *first = ub_map_get(all->by_address,
	    ub_textf(arena, "%.*s@%.*s", UB_ARGS(ub_text_sub(local, 0, plus)), UB_ARGS(person->domain)));
	return first && ub_facts_comes(first);
}

/* Sorts everybody into ours and guests, in the order organizer, attendees, owner. */
static void sort_people(struct ub_meeting *meeting, const struct everybody *all, struct ub_arena *arena)
{
	bool ours = false;
	for (size_t i = 0; i < ub_map_size(all->by_address); i++) {
		const struct ub_person *person = ub_map_at(all->by_address, i, NULL);
		bool comes = ub_facts_comes(person) && !is_doubled(person, all, arena);
		if (person->internal && comes)
			*ub_push(arena, &meeting->internal) = person;
		if (person->outside && comes && !is_ours_in_private(person, all))
			*ub_push(arena, &meeting->external) = person;
		ours = ours || person->internal;
	}
	meeting->customer = ours && meeting->external.n != 0;
}

static void find_unread(struct ub_meeting *meeting, struct ub_arena *arena)
{
	const struct ub_event *event = meeting->event;
	if (event->organizer && event->organizer->unread.len)
		*ub_push(arena, &meeting->unread) = facts_clean_line(event->organizer->unread, arena);
	for (size_t i = 0; i < event->n_attendees; i++)
		if (event->attendees[i].unread.len)
			*ub_push(arena, &meeting->unread) =
			    facts_clean_line(event->attendees[i].unread, arena);
}

static void read_times(struct ub_meeting *meeting, const struct ub_zone *own)
{
	const struct ub_event *event = meeting->event;
	meeting->zone = event->start.zone ? event->start.zone : own;
	meeting->start = facts_when_instant(&event->start, own);
	meeting->end = event->end.given ? facts_when_instant(&event->end, own) : meeting->start;
	if (meeting->end < meeting->start)
		meeting->end = meeting->start;
}

static void read_texts(struct ub_meeting *meeting, struct ub_arena *arena)
{
	const struct ub_event *event = meeting->event;
	meeting->title = facts_clean_line(event->summary, arena);
	meeting->description = facts_clean_lines(facts_html_to_text(event->description, arena), arena);
	meeting->own_text = facts_own_text(meeting->description, arena);
	meeting->location = facts_clean_line(event->location, arena);
	meeting->url = facts_clean_line(event->url, arena);
	meeting->conference = facts_clean_line(event->conference, arena);
	bool telephone = ub_text_eq_nocase(ub_text_sub(meeting->conference, 0, 4), UB_TEXT("tel:"));
	struct ub_text found = facts_find_conference(meeting->location);
	if (found.len == 0)
		found = facts_find_conference(meeting->description);
	if (meeting->conference.len == 0 || (telephone && found.len))
		meeting->conference = found;
	for (size_t i = 0; i < event->categories.n; i++)
		*ub_push(arena, &meeting->categories) = facts_clean_line(event->categories.items[i], arena);
}

/* The domain that most guests come from. Of several such domains the first counts; free mailboxes do not. */
static struct ub_text guests_domain(struct ub_people guests, struct ub_arena *arena)
{
	struct ub_map *seen = ub_map_new(arena);
	struct ub_text best = UB_TEXT_NONE;
	uintptr_t most = 0;
	for (size_t i = 0; i < guests.n; i++) {
		struct ub_text domain = guests.items[i]->domain;
		if (ub_facts_free_mail(domain))
			continue;
		uintptr_t count = (uintptr_t)ub_map_get(seen, domain) + 1;
		ub_map_put(seen, domain, (void *)count);
		/* A later domain wins only with more guests. */
		most = count > most ? count : most;
	}
	for (size_t i = 0; i < ub_map_size(seen) && !best.len; i++) {
		struct ub_text domain;
		if ((uintptr_t)ub_map_at(seen, i, &domain) == most)
			best = domain;
	}
	return best;
}

static void list_accounts(struct ub_facts *facts, const struct ub_facts_input *input, struct ub_arena *arena)
{
	if (!input->account)
		return;
	facts->n_accounts = 1 + input->n_others;
	facts->accounts = UB_NEW_ARRAY(arena, const struct ub_account *, facts->n_accounts);
	facts->accounts[0] = input->account;
	for (size_t i = 0; i < input->n_others; i++)
		facts->accounts[1 + i] = input->others[i];
}

static void name_account(struct ub_facts *facts, struct ub_arena *arena)
{
	struct ub_people guests = facts->meeting.external;
	if (facts->n_accounts) {
		facts->account_name = facts_clean_line(facts->accounts[0]->name, arena);
		facts->account_domains = facts->accounts[0]->domains;
		return;
	}
	struct ub_text domain = guests_domain(guests, arena);
	if (domain.len) {
		facts->account_name = facts_name_from_domain(domain, arena);
		*ub_push(arena, &facts->account_domains) = domain;
	} else if (guests.n) {
		facts->account_name = guests.items[0]->name;
	}
}

const struct ub_facts *ub_facts_make(const struct ub_facts_input *input, struct ub_arena *arena)
{
	struct ub_facts *facts = UB_NEW(arena, struct ub_facts);
	struct ub_meeting *meeting = &facts->meeting;
	facts->account = input->n_others ? NULL : input->account;
	if (facts->account)
		facts->history = input->history ? input->history : facts->account->history;
	struct everybody all = facts_find_everybody(input->event, input->org, facts->account, arena);
	meeting->event = input->event;
	meeting->organizer = all.organizer;
	meeting->attendees = all.attendees;
	meeting->owner = find_owner(input, facts->account, &all, arena);
	meeting->organized_by_us = all.organizer && all.organizer->internal;
	meeting->calendar = facts_clean_line(input->calendar, arena);
	sort_people(meeting, &all, arena);
	find_unread(meeting, arena);
	facts->zone = meeting->owner ? ub_org_person(input->org, meeting->owner->email)->zone
				     : input->org->standard.zone;
	read_times(meeting, facts->zone);
	read_texts(meeting, arena);

	facts->org = input->org;
	facts->team = input->team;
	facts->language = input->org->language;
	facts->people = all.by_address;
	facts->now = input->now;
	facts->today = ub_cal_day_start(
	    input->org->standard.zone, ub_cal_local_day(input->org->standard.zone, input->now));
	list_accounts(facts, input, arena);
	name_account(facts, arena);
	facts->customer_language = facts_customer_language(facts, arena);
	return facts;
}

int64_t facts_same_date(const struct ub_facts *facts, int64_t instant)
{
	const struct ub_zone *zone = facts->org->standard.zone;
	ub_day day = ub_cal_local_day(zone, instant);
	return ub_cal_day_start(zone, day) == instant ? ub_cal_day_start(facts->zone, day) : instant;
}

static struct ub_texts outsiders(
    const struct ub_event *event, const struct ub_org *org, bool all, struct ub_arena *arena)
{
	struct everybody known = facts_find_everybody(event, org, NULL, arena);
	struct ub_texts addresses = { NULL, 0, 0 };
	for (size_t i = 0; i < ub_map_size(known.by_address); i++) {
		const struct ub_person *person = ub_map_at(known.by_address, i, NULL);
		if (person->outside && (all || ub_facts_comes(person)))
			*ub_push(arena, &addresses) = person->email;
	}
	return addresses;
}

struct ub_texts ub_facts_guests(
    const struct ub_event *event, const struct ub_org *org, struct ub_arena *arena)
{
	return outsiders(event, org, false, arena);
}

struct ub_texts ub_facts_outsiders(
    const struct ub_event *event, const struct ub_org *org, struct ub_arena *arena)
{
	return outsiders(event, org, true, arena);
}

const struct ub_party *ub_facts_attendee(const struct ub_event *event, struct ub_text address)
{
	for (size_t i = 0; i < event->n_attendees; i++)
		if (ub_text_eq(event->attendees[i].address, address))
			return &event->attendees[i];
	return NULL;
}

bool ub_facts_names(const struct ub_event *event, struct ub_text address)
{
	return ub_facts_attendee(event, address) ||
	       (event->organizer && ub_text_eq(event->organizer->address, address));
}

static bool is_ours(const struct ub_party *party, const struct ub_org *org)
{
	bool individual = party->cutype == UB_CUTYPE_INDIVIDUAL || party->cutype == UB_CUTYPE_UNKNOWN;
	return individual && ub_facts_is_address(party->address) &&
	       facts_address_standing(org, party->address) == STANDING_INTERNAL;
}

struct ub_text ub_facts_default_owner(const struct ub_event *event, const struct ub_org *org)
{
	if (event->organizer && is_ours(event->organizer, org))
		return event->organizer->address;
	for (size_t i = 0; i < event->n_attendees; i++)
		if (is_ours(&event->attendees[i], org))
			return event->attendees[i].address;
	return UB_TEXT_NONE;
}
