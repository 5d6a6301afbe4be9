/* SPDX-License-Identifier: Apache-2.0 */
#include "story.h"
#include "upbeat/mails.h"

/* Mails to colleagues, as every store keeps them. */

#define UP UB_TEXT("http://up")

static struct ub_store_mail mail_of(const char *person, const char *version, int64_t made)
{
	return (struct ub_store_mail){ .organization = ORG,
		.upstream = UP,
		.item = UB_TEXT("/anna/main/u.ics"),
		.person = ub_text(person),
		.uid = UB_TEXT("u"),
		.meeting_uid = UB_TEXT("m"),
		.owner = UB_TEXT("anna@ours"),
		.name = UB_TEXT("Anna"),
		.kind = UB_MAIL_INVITATION,
		.version = ub_text(version),
		.id = ub_text(version),
		.sequence = 3,
		.title = UB_TEXT("Prep"),
		.text = UB_TEXT("text"),
		.object = UB_TEXT("BEGIN:VCALENDAR"),
		.made = made,
		.expires = 1000 };
}

static struct ub_store_mail only_mail(struct story *s)
{
	struct ub_store_mails mails;
	OK(ub_store_mails(s->store, ORG, UB_TEXT("m"), s->arena, &mails));
	cr_assert_eq(mails.n, 1);
	return mails.items[0];
}

static size_t due(struct story *s, int64_t now)
{
	struct ub_store_mails mails;
	OK(ub_store_mails_due(s->store, now, 10, s->arena, &mails));
	return mails.n;
}

/* Notes that the mail was sent. */
static void send_it(struct story *s)
{
	struct ub_store_mail mail = only_mail(s);
	mail.state = UB_MAIL_SENT;
	mail.reached = true;
	mail.sent = 77;
	mail.attempts = 2;
	OK(ub_store_note_mail(s->store, &mail));
}

STORY(keeps_a_mail_until_it_is_sent)
{
	struct ub_store_mail ben = mail_of("ben@ours", "v1", 100), found;
	struct ub_mail_counts counts;
	GIVES(ub_store_note_mail(s->store, &ben), NONE);
	OK(ub_store_put_mail(s->store, &ben));
	found = only_mail(s);
	IS(found.uid, "u");
	IS(found.owner, "anna@ours");
	IS(found.name, "Anna");
	IS(found.id, "v1");
	IS(found.title, "Prep");
	IS(found.text, "text");
	IS(found.object, "BEGIN:VCALENDAR");
	cr_assert(found.kind == UB_MAIL_INVITATION && found.sequence == 3 && found.made == 100);
	cr_assert(found.state == UB_MAIL_WAITING && !found.reached && found.due == 100 && !found.sent);
	cr_assert_eq(due(s, 99), 0);
	cr_assert_eq(due(s, 100), 1);
	found.problem = UB_TEXT("busy");
	found.due = 200;
	OK(ub_store_note_mail(s->store, &found));
	cr_assert_eq(due(s, 199), 0);
	IS(only_mail(s).problem, "busy");
	send_it(s);
	cr_assert_eq(due(s, 1000), 0);
	OK(ub_store_count_mails(s->store, &counts));
	cr_assert(counts.of[UB_MAIL_SENT] == 1 && counts.of[UB_MAIL_WAITING] == 0);
	OK(ub_store_prune(s->store, 0, 1000, 0));
	cr_assert_eq(only_mail(s).sent, 77);
	OK(ub_store_prune(s->store, 0, 1001, 0));
	OK(ub_store_count_mails(s->store, &counts));
	cr_assert_eq(counts.of[UB_MAIL_SENT], 0);
}

STORY(puts_one_mail_a_version)
{
	struct ub_store_mail first = mail_of("ben@ours", "v1", 100), second = mail_of("ben@ours", "v2", 150);
	OK(ub_store_put_mail(s->store, &first));
	GIVES(ub_store_put_mail(s->store, &first), NONE);
	send_it(s);
	GIVES(ub_store_put_mail(s->store, &first), NONE);
	OK(ub_store_put_mail(s->store, &second));
	struct ub_store_mail found = only_mail(s);
	cr_assert(found.kind == UB_MAIL_CHANGE && found.state == UB_MAIL_WAITING && found.reached);
	cr_assert(found.attempts == 0 && found.sent == 77);
	GIVES(ub_store_note_mail(s->store, &first), NONE);
	cr_assert_eq(due(s, 150), 1);
}

STORY(puts_a_later_mail_in_the_place_of_one_that_waits)
{
	struct ub_store_mail first = mail_of("ben@ours", "v1", 100), second = mail_of("ben@ours", "v2", 150);
	OK(ub_store_put_mail(s->store, &first));
	OK(ub_store_put_mail(s->store, &second));
	IS(only_mail(s).id, "v2");
	cr_assert_eq(only_mail(s).kind, UB_MAIL_INVITATION);
}

STORY(takes_back_only_what_may_have_been_told)
{
	struct ub_store_mail first = mail_of("ben@ours", "v1", 100), back = mail_of("ben@ours", "v1-", 150);
	back.kind = UB_MAIL_CANCELLATION;
	GIVES(ub_store_put_mail(s->store, &back), NONE);
	OK(ub_store_put_mail(s->store, &first));
	OK(ub_store_put_mail(s->store, &back));
	cr_assert_eq(only_mail(s).state, UB_MAIL_NEEDLESS);
	cr_assert_eq(due(s, 1000), 0);
	OK(ub_store_put_mail(s->store, &first));
	send_it(s);
	OK(ub_store_put_mail(s->store, &back));
	cr_assert_eq(only_mail(s).state, UB_MAIL_WAITING);
	first.version = first.id = UB_TEXT("v3");
	OK(ub_store_put_mail(s->store, &first));
	cr_assert_eq(only_mail(s).kind, UB_MAIL_INVITATION);
}

STORY(gives_the_mails_that_are_due_longest_first)
{
	struct ub_store_mails mails;
	static const struct {
		const char *person;
		int64_t made;
	} some[] = { { "carl@ours", 100 }, { "anna@ours", 300 }, { "ben@ours", 100 } };
	for (size_t i = 0; i < UB_COUNT(some); i++) {
		struct ub_store_mail mail = mail_of(some[i].person, some[i].person, some[i].made);
		OK(ub_store_put_mail(s->store, &mail));
	}
	OK(ub_store_mails_due(s->store, 300, 2, s->arena, &mails));
	cr_assert_eq(mails.n, 2);
	IS(mails.items[0].person, "ben@ours");
	IS(mails.items[1].person, "carl@ours");
	OK(ub_store_mails(s->store, ORG, UB_TEXT_NONE, s->arena, &mails));
	cr_assert_eq(mails.n, 3);
	IS(mails.items[0].person, "anna@ours");
	OK(ub_store_mails(s->store, ORG, UB_TEXT("other"), s->arena, &mails));
	cr_assert_eq(mails.n, 0);
}
