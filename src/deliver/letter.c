/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a mail on an item says.
 */
#include "upbeat/deliver.h"

enum { DIGEST = 16, DAY = 24 * 3600 };

static ub_instant instant_of(const struct ub_when *when, const struct ub_zone *floating)
{
	return when->given ? ub_cal_instant(when->zone ? when->zone : floating, when->civil)
			   : UB_INSTANT_NONE;
}

/* ---- for people ---- */

enum pattern { A_DAY, A_TIME, AN_END };

static const char *const patterns[][UB_FRENCH + 1] = {
	[A_DAY] = { "%A, %-d %B %Y", "%A, %-d. %B %Y", "%A %-d %B %Y" },
	[A_TIME] = { "%A, %-d %B %Y, %H:%M", "%A, %-d. %B %Y, %H:%M", "%A %-d %B %Y, %H:%M" },
	[AN_END] = { "%A, %-d %B %Y, %H:%M %Z", "%A, %-d. %B %Y, %H:%M %Z", "%A %-d %B %Y, %H:%M %Z" },
};

static void put_time(
    struct ub_buf *out, enum pattern pattern, const struct ub_org_person *reader, ub_instant instant)
{
	enum ub_language language = ub_cal_language(reader->language);
	ub_cal_format(out, ub_text(patterns[pattern][language]), reader->zone, instant, language);
}

static void put_times(struct ub_buf *out, const struct ub_event *event, const struct ub_org_person *reader)
{
	ub_instant start = instant_of(&event->start, reader->zone),
		   end = instant_of(&event->end, reader->zone);
	if (event->start.date) {
		put_time(out, A_DAY, reader, start);
		if (end - start <= DAY + 3600)
			return;
		ub_buf_str(out, " - ");
		put_time(out, A_DAY, reader, end - DAY / 2);
		return;
	}
	put_time(out, A_TIME, reader, start);
	ub_buf_str(out, " - ");
	if (ub_cal_local_day(reader->zone, start) == ub_cal_local_day(reader->zone, end))
		ub_cal_format(out, UB_TEXT("%H:%M %Z"), reader->zone, end, UB_ENGLISH);
	else
		put_time(out, AN_END, reader, end);
}

static struct ub_text text_of(
    const struct ub_event *event, const struct ub_org_person *reader, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	ub_buf_printf(&out, "%.*s\n", UB_ARGS(event->summary));
	put_times(&out, event, reader);
	if (event->location.len)
		ub_buf_printf(&out, "\n%.*s", UB_ARGS(event->location));
	if (event->description.len)
		ub_buf_printf(&out, "\n\n%.*s", UB_ARGS(event->description));
	ub_buf_char(&out, '\n');
	return ub_buf_text(&out);
}

/* What a mail begins with: in its subject, and in its text after the name of the item's owner. */
struct words {
	const char *subject, *text;
};
static const struct words words[][UB_FRENCH + 1] = {
	[UB_MAIL_INVITATION] = { { "", "invites you to:" }, { "", "lädt ein zu:" }, { "", "vous invite :" } },
	[UB_MAIL_CHANGE] = { { "Changed: ", "has changed:" }, { "Geändert: ", "hat geändert:" },
	    { "Modifié : ", "a modifié :" } },
	[UB_MAIL_LEFT_OFF] = { { "No longer invited: ", "no longer invites you to:" },
	    { "Nicht mehr eingeladen: ", "lädt nicht mehr ein zu:" },
	    { "Vous n'êtes plus invité : ", "ne vous invite plus :" } },
	[UB_MAIL_CANCELLATION] = { { "Called off: ", "has called off:" }, { "Abgesagt: ", "hat abgesagt:" },
	    { "Annulé : ", "a annulé :" } },
};

struct ub_mail ub_deliver_compose(const struct ub_store_mail *mail, const struct ub_settings_mail *settings,
    const struct ub_org *org, struct ub_arena *arena)
{
	enum ub_language language = ub_cal_language(ub_org_person(org, mail->person)->language);
	const struct words *said = &words[mail->kind][language];
	bool cancel = mail->kind == UB_MAIL_LEFT_OFF || mail->kind == UB_MAIL_CANCELLATION;
	struct ub_text owner = mail->name.len ? mail->name : mail->owner;
	return (struct ub_mail){ .from = settings->from,
		.to = mail->person,
		.reply_to = mail->owner,
		.from_name = ub_textf(arena, "%.*s via Upbeat", UB_ARGS(owner)),
		.subject = ub_textf(arena, "%s%.*s", said->subject, UB_ARGS(mail->title)),
		.text = ub_textf(arena, "%.*s %s\n\n%.*s", UB_ARGS(owner), said->text, UB_ARGS(mail->text)),
		.calendar = mail->object,
		.method = ub_ical_method_word(cancel ? UB_ICAL_CANCEL : UB_ICAL_REQUEST),
		.id = mail->id,
		.date = mail->made / 1000 };
}

/* ---- for the store ---- */

/* The same mail has the same id. Where another one with this SEQUENCE went before, receivers could take both
 * for one, so that the id counts on from that. */
static struct ub_text id_of(
    const struct ub_store_mail *mail, const struct ub_store_mail *former, struct ub_arena *arena)
{
	if (!former || former->sequence != mail->sequence)
		return mail->version;
	return ub_digest(
	    arena, ub_textf(arena, "%.*s\n%.*s", UB_ARGS(former->id), UB_ARGS(mail->version)), DIGEST);
}

static struct ub_text version_of(
    const struct ub_deliver_item *item, struct ub_text person, struct ub_arena *arena)
{
	const struct ub_event *event = item->event;
	const struct ub_zone *zone = ub_org_person(item->org, item->owner)->zone;
	return ub_digest(arena,
	    ub_textf(arena, "%.*s\n%lld\nREQUEST\n%.*s\n%lld\n%lld\n%d", UB_ARGS(event->uid),
		(long long)event->sequence, UB_ARGS(person), (long long)instant_of(&event->start, zone),
		(long long)instant_of(&event->end, zone), event->start.date),
	    DIGEST);
}

/* When nobody needs the mail any more: when the item is over. */
static ub_instant over_at(const struct ub_deliver_item *item, ub_instant now)
{
	const struct ub_zone *zone = ub_org_person(item->org, item->owner)->zone;
	if (item->event->repeats != UB_REPEATS_NOT)
		return now + (ub_instant)UB_MAIL_OPEN_ENDED_DAYS * DAY;
	return instant_of(&item->event->end, zone);
}

/* SEQUENCE never falls for whoever gets the mails, also where an item is back that was called off. */
static int64_t next_sequence(int64_t sequence, const struct ub_store_mail *former)
{
	int64_t least = !former ? 0 : former->sequence + (former->kind == UB_MAIL_CANCELLATION);
	return sequence > least ? sequence : least;
}

bool ub_deliver_invitation(const struct ub_deliver_item *item, struct ub_text person,
    const struct ub_store_mail *former, ub_instant now, struct ub_store_mail *mail, struct ub_arena *arena)
{
	const struct ub_event *event = item->event;
	struct ub_text version = version_of(item, person, arena);
	ub_instant over = over_at(item, now);
	if (over == UB_INSTANT_NONE || over <= now || (former && ub_text_eq(former->version, version)))
		return false;
	const struct ub_ical_message message = { .method = UB_ICAL_REQUEST,
		.stamp = now,
		.sequence = next_sequence(event->sequence, former),
		.attendee = person };
	*mail = (struct ub_store_mail){ .organization = item->organization,
		.upstream = item->upstream,
		.item = item->href,
		.person = person,
		.uid = event->uid,
		.meeting_uid = item->meeting_uid,
		.owner = item->owner,
		.name = event->organizer ? event->organizer->name : UB_TEXT_NONE,
		.kind = UB_MAIL_INVITATION,
		.version = version,
		.sequence = message.sequence,
		.title = event->summary,
		.text = text_of(event, ub_org_person(item->org, person), arena),
		.object = ub_ical_message(item->ical, &message, arena),
		.made = now * 1000,
		.expires = over * 1000 };
	mail->id = id_of(mail, former, arena);
	bool made = mail->object.len > 0;
	if (mail->object.len > UB_MAIL_OBJECT_MAX)
		mail->object = mail->text = UB_TEXT_NONE;
	return made;
}

bool ub_deliver_cancellation(const struct ub_store_mail *former, bool whole, ub_instant now,
    struct ub_store_mail *mail, struct ub_arena *arena)
{
	struct ub_ical_refusal refusal;
	const struct ub_ical *ical = ub_ical_parse(arena, former->object, &refusal);
	const struct ub_ical_message message = { .method = UB_ICAL_CANCEL,
		.stamp = now,
		.sequence = former->sequence + whole,
		.attendee = former->person,
		.whole = whole };
	if (former->kind == UB_MAIL_CANCELLATION || former->kind == UB_MAIL_LEFT_OFF ||
	    former->state == UB_MAIL_NEEDLESS || former->expires <= now * 1000 || !ical)
		return false;
	*mail = *former;
	mail->kind = whole ? UB_MAIL_CANCELLATION : UB_MAIL_LEFT_OFF;
	mail->version = ub_digest(arena, ub_textf(arena, "%.*s\nCANCEL", UB_ARGS(former->version)), DIGEST);
	mail->sequence = message.sequence;
	mail->object = ub_ical_message(ical, &message, arena);
	mail->made = now * 1000;
	mail->id = id_of(mail, former, arena);
	return mail->object.len > 0;
}

bool ub_deliver_call_off(struct ub_store *store, struct ub_text organization, struct ub_text meeting_uid,
    struct ub_text href, ub_instant now, struct ub_arena *arena)
{
	struct ub_store_mails mails;
	bool good = ub_store_mails(store, organization, meeting_uid, arena, &mails) == UB_STORE_OK;
	for (size_t i = 0; good && i < mails.n; i++) {
		struct ub_store_mail mail;
		if (ub_text_eq(mails.items[i].item, href) &&
		    ub_deliver_cancellation(&mails.items[i], true, now, &mail, arena)) {
			enum ub_store_result result = ub_store_put_mail(store, &mail);
			good = result == UB_STORE_OK || result == UB_STORE_NONE;
		}
	}
	return good;
}
