/* SPDX-License-Identifier: Apache-2.0 */
#include "freebusy-private.h"

#include "upbeat/http.h"

/*
 * Somebody's calendars: all of his homes' that hold events and are not transparent as a whole. Each is asked
 * by a calendar-query (RFC 4791 7.8), and what it has is expanded here: that is what all servers can. Where
 * that is refused, a free-busy-query (RFC 4791 7.10) may be allowed.
 *
 * Where a colleague's calendars are, is known by the form of the owner's hrefs, with the colleague's user
 * name in them, if the settings tell it by his address (`users`). What is found there counts only if the
 * server says that it is the colleague's.
 */

/* What has come of all calendars together. */
struct gathering {
	struct look *look;
	struct ub_text owner;      /* the principal whose calendars count, a canonical href; empty: any */
	bool owner_said;           /* it counts only what the server says to be his */
	struct ub_texts addresses; /* his */
	struct ub_texts calendars;
	struct ub_busy_person *person;
	size_t read;        /* calendars */
	struct ub_text why; /* the first reason why not all is known; empty: all is */
	bool passing;       /* some reason may pass soon */
};

static void miss(struct gathering *gathering, bool passing, struct ub_text why)
{
	if (gathering->why.len == 0)
		gathering->why = why;
	gathering->passing |= passing;
}

/* ---- which calendars ---- */

static struct ub_text with_slash(struct ub_text href, struct ub_arena *arena)
{
	return ub_text_ends(href, UB_TEXT("/")) ? href : ub_textf(arena, "%.*s/", UB_ARGS(href));
}

static bool is_his(const struct gathering *gathering, const struct ub_dav_member *member)
{
	struct ub_text owner = ub_http_href_canonical(gathering->look->arena, member->owner);
	return owner.len ? ub_text_eq(owner, gathering->owner) : !gathering->owner_said;
}

/* Homes also list task lists, and what others share. A calendar that two homes list counts once. */
static bool counts(const struct gathering *gathering, const struct ub_dav_member *member, struct ub_text href)
{
	return member->calendar && member->holds_events && !member->transparent && href.len &&
	       is_his(gathering, member) && !ub_texts_have(gathering->calendars, href);
}

static void add_calendars(struct gathering *gathering, struct ub_text home)
{
	struct look *look = gathering->look;
	struct ub_response response;
	struct ub_dav_members members;
	const struct ub_request request = { .method = "PROPFIND",
		.target = home,
		.depth = "1",
		.content_type = "application/xml; charset=utf-8",
		.body = ub_dav_members_query };
	enum ub_outcome outcome = look_send(look, &request, &response);
	if (outcome != UB_OUTCOME_OK || !ub_dav_read_members(response.body, &members, look->arena)) {
		miss(gathering, look_may_pass(outcome), look_why(look, outcome, &response));
		return;
	}
	for (size_t i = 0; i < members.n; i++) {
		struct ub_text href =
		    with_slash(ub_http_href_canonical(look->arena, members.items[i].href), look->arena);
		if (counts(gathering, &members.items[i], href))
			*ub_push(look->arena, &gathering->calendars) = href;
	}
}

/* ---- what is in them ---- */

static enum ub_outcome report(
    struct gathering *gathering, struct ub_text calendar, struct ub_text body, struct ub_response *response)
{
	const struct ub_request request = { .method = "REPORT",
		.target = calendar,
		.depth = "1",
		.content_type = "application/xml; charset=utf-8",
		.body = body };
	return look_send(gathering->look, &request, response);
}

static void read_object(
    struct gathering *gathering, struct ub_text calendar, const struct ub_dav_object *object)
{
	struct look *look = gathering->look;
	if (object->data.len == 0)
		miss(gathering, false,
		    ub_textf(look->arena, "the server keeps back what is in %.*s", UB_ARGS(calendar)));
	else if (!look_expand(look, object->data, gathering->addresses, gathering->person))
		miss(gathering, false,
		    ub_textf(look->arena, "%.*s cannot be read", UB_ARGS(look_shown(look, object->href))));
}

/* Objects are read for as long as the look may take. */
static void read_objects(
    struct gathering *gathering, struct ub_text calendar, const struct ub_dav_objects *objects)
{
	for (size_t i = 0; i < objects->n; i++) {
		if (!look_has_time(gathering->look)) {
			miss(gathering, true, UB_TEXT("it took too long to read the calendars"));
			return;
		}
		read_object(gathering, calendar, &objects->items[i]);
	}
	gathering->read++;
}

/* The times alone. Radicale answers such a question with something else. */
static bool read_times(struct gathering *gathering, struct ub_text calendar)
{
	struct look *look = gathering->look;
	struct ub_response response;
	struct ub_busy_person said = { .address = gathering->person->address, .state = UB_FREEBUSY_UNKNOWN };
	struct ub_text body = ub_textf(look->arena,
	    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
	    "<C:free-busy-query xmlns:C=\"urn:ietf:params:xml:ns:caldav\">%.*s</C:free-busy-query>\n",
	    UB_ARGS(look_range_element(look)));
	if (report(gathering, calendar, body, &response) != UB_OUTCOME_OK || response.status != 200 ||
	    !look_read_busy(look, response.body, &said))
		return false;
	for (size_t i = 0; i < said.times.n; i++)
		*ub_push(look->arena, &gathering->person->times) = said.times.items[i];
	gathering->read++;
	return true;
}

static void read_calendar(struct gathering *gathering, struct ub_text calendar)
{
	struct look *look = gathering->look;
	struct ub_response response;
	struct ub_dav_objects objects;
	struct ub_text body = ub_textf(look->arena,
	    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
	    "<C:calendar-query xmlns=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\">"
	    "<prop><C:calendar-data/></prop><C:filter><C:comp-filter name=\"VCALENDAR\">"
	    "<C:comp-filter "
	    "name=\"VEVENT\">%.*s</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>\n",
	    UB_ARGS(look_range_element(look)));
	enum ub_outcome outcome = report(gathering, calendar, body, &response);
	if (outcome == UB_OUTCOME_OK && response.status == 207 &&
	    ub_dav_read_objects(response.body, &objects, look->arena))
		read_objects(gathering, calendar, &objects);
	else if (look_may_pass(outcome) || !read_times(gathering, calendar))
		miss(gathering, look_may_pass(outcome),
		    ub_textf(look->arena, "%.*s: %.*s", UB_ARGS(calendar),
			UB_ARGS(look_why(look, outcome, &response))));
}

static void read_calendars(struct gathering *gathering)
{
	struct look *look = gathering->look;
	size_t n = gathering->calendars.n, most = n < UB_FREEBUSY_CALENDARS ? n : UB_FREEBUSY_CALENDARS;
	if (most < n)
		miss(gathering, false, ub_textf(look->arena, "of %zu calendars only %zu are read", n, most));
	for (size_t i = 0; i < most; i++)
		read_calendar(gathering, gathering->calendars.items[i]);
}

static struct ub_text words_of(const struct gathering *gathering)
{
	return gathering->why.len ? gathering->why
				  : ub_textf(gathering->look->arena, "%zu calendar%s on the server",
					gathering->read, gathering->read == 1 ? "" : "s");
}

/* ---- the owner's ---- */

/* A server that names no home leaves the calendar that the question comes from. */
static void find_own(struct gathering *gathering)
{
	struct look *look = gathering->look;
	struct ub_texts homes = look->question->identity->homes;
	for (size_t i = 0; i < homes.n; i++)
		add_calendars(gathering, homes.items[i]);
	if (homes.n == 0)
		*ub_push(look->arena, &gathering->calendars) = look->question->collection;
	look->ways.calendars_since = look->begun;
}

/* All addresses under which the owner may be invited. */
static struct ub_texts own_addresses(const struct look *look)
{
	struct ub_texts addresses = { 0 };
	const struct ub_identity *identity = look->question->identity;
	*ub_push(look->arena, &addresses) = identity->owner;
	for (size_t i = 0; i < identity->addresses.n; i++)
		*ub_push(look->arena, &addresses) = identity->addresses.items[i];
	return addresses;
}

void look_at_own(struct look *look, struct ub_busy_person *person)
{
	struct ways *ways = &look->ways;
	bool old = look->begun - ways->calendars_since >= UB_IDENTITY_SECONDS * INT64_C(1000);
	struct gathering gathering = { .look = look,
		.owner = look->question->identity->owner_href,
		.addresses = own_addresses(look),
		.calendars = old ? (struct ub_texts){ 0 } : ways->calendars,
		.person = person,
		.why = UB_TEXT_NONE };
	if (look_is_shut(look, &ways->own)) {
		person->words = ways->own.why;
		return;
	}
	if (gathering.calendars.n == 0)
		find_own(&gathering);
	read_calendars(&gathering);
	person->words = words_of(&gathering);
	if (gathering.why.len == 0)
		person->state = UB_FREEBUSY_KNOWN;
	else if (gathering.passing)
		person->state = UB_FREEBUSY_AGAIN;
	/* After something went wrong, the next look finds out anew which calendars there are. */
	ways->calendars = gathering.why.len ? (struct ub_texts){ 0 } : gathering.calendars;
	if (gathering.why.len == 0)
		look_went(&ways->own);
	else if (gathering.passing)
		look_failed(look, &ways->own, true, gathering.why);
}

/* ---- a colleague's ---- */

/* Whether the user's name may stand in a path as it is. */
static bool is_plain(struct ub_text user)
{
	for (size_t i = 0; i < user.len; i++) {
		char c = user.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			c == '-' || c == '_' || (c == '.' && i > 0)))
			return false;
	}
	return user.len > 0;
}

/* The owner's path with the other one's name in place of his. Empty: the owner's name is not a part of it, or
 * several are. */
static struct ub_text path_for(struct look *look, struct ub_text path, struct ub_text user)
{
	struct ub_text own = ub_identity_login_of(look->question->identity->owner_href, look->arena);
	struct ub_text rest = ub_http_href_canonical(look->arena, path), piece;
	struct ub_buf out = UB_BUF(look->arena);
	size_t replaced = 0;
	while (ub_text_split(&rest, '/', &piece)) {
		bool same = own.len && ub_text_eq(ub_http_segment_decode(look->arena, piece), own);
		replaced += same;
		ub_buf_add(&out, same ? user : piece);
		if (rest.ptr)
			ub_buf_char(&out, '/');
	}
	return replaced == 1 ? ub_buf_text(&out) : UB_TEXT_NONE;
}

static struct ub_texts only(struct look *look, struct ub_text address)
{
	struct ub_texts one = { 0 };
	*ub_push(look->arena, &one) = address;
	return one;
}

void look_at_colleague(struct look *look, struct ub_busy_person *person)
{
	const struct ub_identity *identity = look->question->identity;
	struct ub_text user = ub_org_address_user(look->question->org, person->address);
	if (!is_plain(user))
		return;
	struct ub_busy_person said = { .address = person->address, .words = UB_TEXT_NONE };
	struct gathering gathering = { .look = look,
		.owner = path_for(look, identity->owner_href, user),
		.owner_said = true,
		.addresses = only(look, person->address),
		.person = &said,
		.why = UB_TEXT_NONE };
	for (size_t i = 0; i < identity->homes.n && gathering.owner.len; i++) {
		struct ub_text home = path_for(look, identity->homes.items[i], user);
		if (home.len)
			add_calendars(&gathering, with_slash(home, look->arena));
	}
	read_calendars(&gathering);
	if (gathering.read == 0) {
		if (gathering.why.len)
			person->words = ub_textf(look->arena, "%.*s; his calendars: %.*s",
			    UB_ARGS(person->words), UB_ARGS(gathering.why));
		return;
	}
	person->times.items = said.times.items;
	person->times.n = person->times.cap = said.times.n;
	person->words = words_of(&gathering);
	person->state = gathering.why.len ? UB_FREEBUSY_UNKNOWN : UB_FREEBUSY_KNOWN;
}
