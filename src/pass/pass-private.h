/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_PASS_PRIVATE_H
#define UPBEAT_PASS_PRIVATE_H

/*
 * What the files of the pass share, from the lowest one up.
 */

#include "upbeat/dav.h"
#include "upbeat/decision.h"
#include "upbeat/pass.h"

/* ---- request.c: what all of a pass shares ---- */

/* What an outcome of asking the server means for the pass. */
enum ub_pass_end pass_end_of(enum ub_outcome outcome);

/* The same of a collection, or of who owns it: what the service account may not see looks as if it was not
 * there. */
enum ub_pass_end pass_end_at_collection(const struct ub_pass *pass, enum ub_outcome outcome);
/* Whether what is not in the collection is gone: to the service account, what it may not see looks so. */
UB_MUST_USE bool pass_sees_all(struct ub_pass *pass);

/*
 * Sends a request with the caller's credentials, and extends the lease in good time: a slow server is no
 * crash. Returns UB_OUTCOME_AGAIN without sending when the lease has run out all the same, since others may
 * act then. Texts of *response are in pass->arena.
 */
UB_MUST_USE enum ub_outcome pass_send(
    struct ub_pass *pass, const struct ub_request *request, struct ub_response *response);

/* Logs what the store has refused; no more than once a minute, as a full disk refuses much. */
void pass_complain(struct ub_pass *pass);
/* Claims a meeting or a series of reviews for this pass. False: the pass is to end with UB_PASS_AGAIN.
 * Another one that has it is soon done, however often this one was sent back. */
UB_MUST_USE bool pass_claim(struct ub_pass *pass, struct ub_text meeting_uid);
/* The meeting is remembered in memory, as the store cannot keep it: otherwise its items would stay when it
 * goes. */
void pass_shelter(struct ub_pass *pass);
/* To be called before something is written that another pass could not make sense of without what the store
 * was told. */
void pass_keep(struct ub_pass *pass);
/* Puts n keys, some of them due at a time, so that others' keys come in between. False: the store has not
 * taken all. */
UB_MUST_USE bool pass_put_keys(struct ub_pass *pass, const struct ub_key *keys, size_t n);
/* As pass_send(), for a GET. */
UB_MUST_USE enum ub_outcome pass_get(struct ub_pass *pass, struct ub_text href, struct ub_response *response);

/* The event of an object's text, in pass->arena. NULL: it cannot be read. */
const struct ub_event *pass_read(struct ub_pass *pass, struct ub_text text);
/* Where a new item is put. */
struct ub_text pass_href_of(struct ub_pass *pass, const struct ub_item *item);

/* The base to remember of an item as it stands: struct ub_store_item.base. */
struct ub_text pass_base(const struct ub_event *event);
struct ub_found;
/* "rule/item", as the store has it, for people; empty: the store does not know the item. */
struct ub_text pass_id(const struct ub_found *found);

/* ---- owners.c ---- */

/* Puts the keys of owners and leads who were not heard of. */
enum ub_pass_end pass_look_for_owners(struct ub_pass *pass, struct ub_text *why);
/* Remembers that an owner who was not heard of was found by the service account. False: the store has not. */
UB_MUST_USE bool pass_note_owner_found(struct ub_pass *pass);

/* ---- form.c ---- */

/* The form of new items in the user's calendar. */
struct ub_form pass_form(struct ub_pass *pass);
/* To be called for an event of the user's own: its PRODID tells of a client that may come past Upbeat. */
void pass_note_product(struct ub_pass *pass, const struct ub_facts *facts);

/* ---- owner.c ---- */

/* Finds out whose calendar it is. Items are created in the caller's own calendar only, so that its owner is
 * their organizer. SETTLED: go on if the collection is a calendar and its owner is known. */
UB_MUST_USE enum ub_pass_end pass_look_at_owner(struct ub_pass *pass, struct ub_text *why);

/* ---- looks.c ---- */

/* The object was looked at in this version. An empty ETag is none. */
void pass_note_look(struct ub_pass *pass, struct ub_text href, struct ub_text etag);
/* Whether it was, lately. */
bool pass_has_looked(struct ub_pass *pass, struct ub_text href, struct ub_text etag);
/* One number for a version of an object. */
uint64_t pass_version(struct ub_text href, struct ub_text etag);

/* ---- outcomes.c ---- */

/* Tells the store what became of an item that it knows, if that is something else than what it knows. Sets
 * item->outcome. */
void pass_note_outcome(
    struct ub_pass *pass, struct ub_store_item *item, const struct ub_store_outcome *outcome);
/* To be called for an object of one of Upbeat's items, with its text and ETag, and for every object that is
 * gone: tells the store when the item now stands, whether it is completed, or that its user has deleted it,
 * and has colleagues' copies follow. UB_OUTCOME_REFUSED: it is missing. Else not UB_OUTCOME_OK: the server
 * does not say now whether its user has put it elsewhere. */
void pass_note_item(struct ub_pass *pass, struct ub_text text, struct ub_text etag);
UB_MUST_USE enum ub_outcome pass_note_item_gone(struct ub_pass *pass);
/* Remembers that its user has deleted the item, if it stood. The next pass looks again, as he may put it
 * back. */
void pass_note_deleted(struct ub_pass *pass, const struct ub_store_item *item);
/* Remembers that the item is missing: it is gone from its place, and nobody can tell whether its user has put
 * it elsewhere. It is looked for again whenever its meeting is looked at. */
void pass_note_missing(struct ub_pass *pass, struct ub_store_item *item);
/* Tells the store of the account's present period, and of the rhythm in force. */
void pass_note_period(
    struct ub_pass *pass, const struct ub_cadence_input *input, const struct ub_decision *decision);
void pass_note_rhythm(
    struct ub_pass *pass, const struct ub_cadence_input *input, const struct ub_decision *decision);

/* ---- multiget.c ---- */

/*
 * Gets the objects at n canonical hrefs in the calendar, where that is less than to GET each: *told has in
 * pass->arena a struct ub_response of each of which the server says how it is (200) or that it is not there
 * (404), by href. A server that cannot be asked so says nothing. Not UB_OUTCOME_OK: it cannot be asked now.
 */
UB_MUST_USE enum ub_outcome pass_multiget(
    struct ub_pass *pass, const struct ub_text *hrefs, size_t n, struct ub_map *told);

/* ---- fetch-items.c ---- */

/* One item as the pass has found it. */
struct ub_found {
	struct ub_text href, etag;
	const struct ub_store_item *known; /* what the store knows of it; NULL: nothing */
	const struct ub_ical *ical;        /* NULL: the item does not stand, or cannot be read */
	bool remembered;                   /* the store knows that the item stands */
	/* What Upbeat has done to the item without the store's knowledge. */
	enum {
		PASS_UNTOLD_NOTHING,
		PASS_UNTOLD_CREATION,
		PASS_UNTOLD_CHANGE,
	} untold;
};

/* All items of a meeting. `existing` is for the plan; `found` has the same items at the same places. */
struct ub_findings {
	struct ub_text meeting_uid;
	struct ub_existing *existing;
	struct ub_found *found;
	size_t n, cap;
	struct ub_texts others; /* who else has items of the meeting that are not over; may name one twice */
	struct ub_map *told;    /* by pass_multiget() */
};

/*
 * Looks at every item of the meeting that the store knows, at the href where it was put, and at every name
 * in the calendar that an item of the rules would have, so that the marks suffice where the store has lost
 * its memory. `names`: as from ub_plan_names(); empty: go by the store alone. Not UB_OUTCOME_OK: the server
 * did not let us look. *findings is in pass->arena.
 */
UB_MUST_USE enum ub_outcome pass_fetch_items(
    struct ub_pass *pass, struct ub_text meeting_uid, struct ub_texts names, struct ub_findings *findings);

/* ---- appointments.c ---- */

/* Puts the key of a copy of a meeting, to be looked at now; or at `due`, in milliseconds since 1970. */
void pass_look_at(struct ub_pass *pass, const struct ub_store_seen *seen);
void pass_look_at_later(struct ub_pass *pass, const struct ub_store_seen *seen, int64_t due);
/* Puts the key of an account, or with an empty `id` of all that concerns the user, on behalf of whoever has
 * that address: it is worked on now if his credentials are kept, and else at his next request. Of whom nobody
 * has heard yet nothing is put: all his accounts are looked at when he comes. */
void pass_look_at_account(struct ub_pass *pass, struct ub_text owner, struct ub_text id);
/* Puts the key of the copy of a meeting, or of the account, that the item with this appointment stands for.
 * `why`: for the log. */
void pass_look_at_meeting_of(
    struct ub_pass *pass, const struct ub_store_appointment *appointment, const char *why);
/* To be called for every event that can be read, and has a UID: tells the store whom the event takes. If
 * people are taken at another time than before, the meetings of the items that stand then are looked at anew.
 * `item`: the event is one of Upbeat's, with its marks or without. */
void pass_note_appointment(struct ub_pass *pass, const struct ub_decision *decision, bool item);
/* To be called for every object that is gone. */
void pass_forget_appointments(struct ub_pass *pass, struct ub_text href);
/* Tells the store when the item at `href` takes its people, once the step is carried out. */
void pass_reserve(
    struct ub_pass *pass, const struct ub_step *step, struct ub_text href, struct ub_interval time);
/* Decides once more with the items that were found, in `input`, with what the store knows and `server` says
 * of when people are taken, and with the account's other meetings; and tells the store of the times that were
 * chosen. False: the store cannot tell. */
UB_MUST_USE bool pass_choose_times(struct ub_pass *pass, struct ub_decide_input *input,
    struct ub_decision *decision, const struct ub_findings *findings, const struct ub_busy_people *server);

/* The same for what a rule for accounts asks for. */
UB_MUST_USE bool pass_choose_review_times(struct ub_pass *pass, struct ub_cadence_input *input,
    struct ub_decision *decision, const struct ub_findings *findings, const struct ub_busy_people *server);

/* ---- server-times.c ---- */

/* What the server says of people's times. */
struct ub_said {
	struct ub_busy_people people;
	/* The server did not answer, something is to be placed, and the key is young: it is better to wait.
	 */
	bool wait;
	struct ub_text why; /* of `wait`: who is not known, and why */
};

/* Asks the server when those people are busy by whose times the plan goes. `existing`: the items that were
 * found. Blocks for 2 * UB_FREEBUSY_LOOK_MS at most. */
void pass_ask_for_times(struct ub_pass *pass, const struct ub_plan *plan, const struct ub_existing *existing,
    size_t n_existing, struct ub_said *said);

/* ---- history.c ---- */

/* Remembers the meeting as it is now, and with which account it counts as one. `former`: what the store
 * remembers at the meeting's href; may be NULL. If another meeting is the next one with the account
 * thereby, up to UB_HISTORY_LOOKS_MAX of those to come are looked at anew. */
void pass_remember(struct ub_pass *pass, const struct ub_decision *decision,
    const struct ub_response *response, const struct ub_store_seen *former);
/* What is remembered at the href of the pass, by the store or in memory. False: nothing. */
UB_MUST_USE bool pass_find_seen(struct ub_pass *pass, struct ub_store_seen *seen);
/* Has the meeting looked at again at pass->look_again, if that comes before what is remembered. */
void pass_remember_look(struct ub_pass *pass);
/* Forgets a copy of a meeting that is gone; otherwise as pass_remember(). */
void pass_forget(struct ub_pass *pass, const struct ub_store_seen *seen);

/* ---- elsewhere.c ---- */

/*
 * Looks for another copy of a meeting that is gone from gone->href, in all calendars of its owner. *place:
 * the href of a copy that stands; empty: none does, as far as the server can be asked. A copy that the store
 * has not known is remembered, and its key is put. Not UB_OUTCOME_OK: the server does not say now.
 */
UB_MUST_USE enum ub_outcome pass_find_elsewhere(
    struct ub_pass *pass, const struct ub_store_seen *gone, struct ub_text *place);
/* Whether a search for what is gone from its href comes to an end for now, with that outcome of a request. A
 * server that cannot be asked is asked again a few times; then its calendars are taken for searched, as items
 * must not stay for ever without their meeting. */
bool pass_breaks_off(const struct ub_pass *pass, enum ub_outcome outcome);
/* The calendars of the pass's owner; at least `collection`, which one of his objects stood in. */
UB_MUST_USE enum ub_outcome pass_list_calendars(
    struct ub_pass *pass, struct ub_text collection, struct ub_texts *calendars);
/* The members of the calendar that may have that UID, which they have to be looked at for. */
UB_MUST_USE enum ub_outcome pass_search_calendar(
    struct ub_pass *pass, struct ub_text calendar, struct ub_text uid, struct ub_dav_members *findings);

/* ---- moved-items.c ---- */

/*
 * To be called when an item that stood is gone from its href: looks whether its user has put it into another
 * of his calendars. UB_OUTCOME_OK: so it is, the store knows it there from now on, as *item does, and
 * *response is of its GET. UB_OUTCOME_GONE: it is nowhere. UB_OUTCOME_REFUSED: nobody can tell, as not all
 * calendars could be searched. Else the server does not say now.
 */
UB_MUST_USE enum ub_outcome pass_find_item(
    struct ub_pass *pass, struct ub_store_item *item, struct ub_response *response);
/* To be called for an object of one of Upbeat's items that stands: if the user has put it there, and it is
 * gone from where it stood, the store knows it there from now on. */
void pass_note_moved(struct ub_pass *pass, const struct ub_event *event);

/* ---- tell.c: what event sinks are told; NULL: there are none, or it is nothing to them ---- */

struct ub_store_event;

const struct ub_store_event *pass_tell_created(
    const struct ub_pass *pass, const struct ub_item *item, struct ub_text href);
/* `version`: the text that was written. */
const struct ub_store_event *pass_tell_changed(const struct ub_pass *pass, const struct ub_step *step,
    const struct ub_found *found, struct ub_text version);
/* What found->untold says, of an item that stands. */
const struct ub_store_event *pass_tell_untold(
    const struct ub_pass *pass, const struct ub_step *step, const struct ub_found *found);
const struct ub_store_event *pass_tell_hidden(const struct ub_pass *pass, const struct ub_step *step,
    const struct ub_found *found, struct ub_text meeting_uid);
const struct ub_store_event *pass_tell_removed(const struct ub_pass *pass, const struct ub_existing *existing,
    const struct ub_found *found, struct ub_text meeting_uid, struct ub_text why);

/* ---- mend.c ---- */

/* To be called for an object of one of Upbeat's items that stands; *response is of its GET. If it is a
 * guest's copy that the server has spoilt so that it would refuse the guest's answer, the copy is mended. */
void pass_mend(struct ub_pass *pass, const struct ub_event *event, const struct ub_response *response);

/* ---- habits.c: what the server does with what is written ---- */

/* Whether it asks those anew who have answered, at another title. */
bool pass_titles_ask_again(const struct ub_pass *pass);
/* To be called when an item was written: looks what came of the answers, if its title alone may have cost
 * some. `before`: the item as it was; `written`: enum ub_property. */
void pass_learn_titles(
    struct ub_pass *pass, const struct ub_event *before, struct ub_text href, unsigned written);

/* ---- messages.c: servers that make a message of whatever is written ---- */

/* To be called when an item was changed. `written`: enum ub_property; `text`: the item's now. */
void pass_note_agenda(struct ub_pass *pass, const struct ub_step *step, const struct ub_found *found,
    unsigned written, struct ub_text text);
/* To be called for an object of one of Upbeat's items that stands; *response is of its GET. If it is a
 * guest's copy in which the agenda alone has changed, looks whether he got a message of that. */
void pass_learn_messages(
    struct ub_pass *pass, const struct ub_event *event, const struct ub_response *response);
/* Whether the change is of the agenda alone, and to be written later: pass->look_again says when. */
UB_MUST_USE bool pass_agenda_waits(
    struct ub_pass *pass, const struct ub_step *step, const struct ub_found *found, unsigned written);

/* ---- colleagues.c ---- */

/* Whether the attendee of an event that has an organizer is a colleague who is to get it. */
bool pass_is_to_get(const struct ub_pass *pass, const struct ub_event *event, const struct ub_party *party);

/* ---- mails.c ---- */

struct pass_item;

/* Puts the mails that colleagues are to get of an item. */
void pass_mail(struct ub_pass *pass, const struct pass_item *item);

/* ---- deliver.c ---- */

/* An item in its owner's calendar. */
struct pass_item {
	struct ub_text meeting_uid, href;
	struct ub_text etag;          /* empty: not known */
	const struct ub_ical *ical;   /* NULL: it is gone */
	const struct ub_event *event; /* the same */
};

/* To be called when an item was looked at, written or removed: puts the keys of colleagues whose copies are
 * not in step with it, or the mails to those who were told something else of it. */
void pass_deliver(struct ub_pass *pass, const struct pass_item *item);
/* To be called for an object of one of Upbeat's items, with its ETag, and for every object that is gone: puts
 * the key of a copy that its colleague has changed. */
void pass_note_copy(struct ub_pass *pass, struct ub_text etag);
void pass_note_copy_gone(struct ub_pass *pass);
/* Logs how colleagues get items, once it is known. */
void pass_tell_of_way(struct ub_pass *pass);

/* ---- doubles.c: a meeting that stands under two UIDs ---- */

/* Claims the times and guests that the decision plans something for, so that no pass over a double plans the
 * same meanwhile. False: as pass_claim(). */
UB_MUST_USE bool pass_claim_occasions(struct ub_pass *pass, const struct ub_decision *decision);
/* Puts the keys of other meetings that begin and end with this one and take the same people of ours, to be
 * looked at at `due`, in milliseconds since 1970: what this one had may be theirs now. `former`: the meeting
 * as it was before; NULL: it was not known. `decision`: of the meeting as it is; NULL: it is gone. */
void pass_look_at_doubles(struct ub_pass *pass, const struct ub_store_seen *former,
    const struct ub_decision *decision, int64_t due);

/* ---- apply.c ---- */

/* What came of a plan. */
struct ub_acts {
	size_t created, changed, removed, refused;
	/* UB_PASS_AGAIN: something came in between, or an answer did not come */
	enum ub_pass_end end;
};

/* Carries out a plan's steps, each by a PUT or DELETE that succeeds only on what was looked at. `findings`:
 * what the plan was made of. If the server refuses one item, the others are dealt with all the same; if it
 * refuses the credentials, the rest is left. */
void pass_apply(struct ub_pass *pass, const struct ub_plan *plan, const struct ub_findings *findings,
    struct ub_acts *acts);

/* ---- joined.c ---- */

/* To be called when the user's copy of a meeting has come, changed or gone whose items are in a colleague's
 * calendar: has the colleague's copy looked at, if it does not name the user. */
void pass_note_joined(struct ub_pass *pass, struct ub_text meeting_uid);

/* ---- leftovers.c ---- */

/* To be called when items of the meeting were made, or stand in a colleague's calendar: removes what the
 * user's calendar has of a colleague's items that Upbeat has removed lately, if the server has left it as
 * called off. */
void pass_remove_leftovers(struct ub_pass *pass, struct ub_text meeting_uid);

/* ---- add-to-meeting.c ---- */

/*
 * To be called when a meeting was just looked at; *response is of its GET. If an addition is remembered as
 * taken away, and yet stands in another version than If-Match named, then the server has refused that write:
 * the addition was not taken away. While the named version stands, the write may still be on its way. False:
 * the store does not take it.
 */
UB_MUST_USE bool pass_settle_removals(struct ub_store *store, const struct ub_decision *decision,
    const struct ub_response *response, struct ub_arena *arena);

#endif
