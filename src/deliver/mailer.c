/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The thread that sends the mails that wait in the store. While the mail server is not there, nobody else
 * waits: the mails do, until what they are about is over.
 */
#include "upbeat/deliver.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "upbeat/configuration.h"
#include "upbeat/smtp.h"
#include "upbeat/sys.h"

struct ub_mailer {
	struct ub_mailer_input input;
	pthread_t thread;
	pthread_mutex_t mutex; /* over `report` and `said` */
	pthread_cond_t woken;
	atomic_bool stopping;
	struct ub_mailer_report report; /* without counts; its text is in `said` */
	struct ub_arena *said;          /* NULL: nothing went wrong yet */
	/* The thread's own: */
	struct ub_snapshot *snapshot; /* whose settings the connection has */
	struct ub_smtp *smtp;         /* NULL: not open */
	int64_t due;                  /* when the server may be tried next, by the monotonic clock */
	unsigned failures;            /* of the server, in a row */
	struct ub_log_pace refused, store;
};

/* ---- what is said ---- */

static void note_problem(struct ub_mailer *mailer, struct ub_text problem, bool failed)
{
	struct ub_arena *old = mailer->said, *said = ub_arena_new();
	pthread_mutex_lock(&mailer->mutex);
	mailer->said = said;
	mailer->report.problem = ub_text_copy(said, problem);
	if (failed && !mailer->report.failed)
		mailer->report.failed_since = ub_sys_now();
	mailer->report.failed = failed;
	pthread_mutex_unlock(&mailer->mutex);
	ub_arena_free(&old);
}

/* What goes on is told once. */
static void note_failure(struct ub_mailer *mailer, struct ub_text problem)
{
	if (!mailer->report.failed)
		ub_log(mailer->input.log, UB_LOG_ERROR, "mail: %.*s: mails to colleagues wait until it works",
		    UB_ARGS(problem));
	note_problem(mailer, problem, true);
}

static void note_sent(struct ub_mailer *mailer)
{
	bool failed = mailer->report.failed;
	pthread_mutex_lock(&mailer->mutex);
	mailer->report.sent++;
	mailer->report.failed = false;
	pthread_mutex_unlock(&mailer->mutex);
	if (failed)
		ub_log(mailer->input.log, UB_LOG_INFO, "mail: mails are sent again");
}

static void complain(struct ub_mailer *mailer)
{
	ub_log_paced(mailer->input.log, &mailer->store, UB_LOG_ERROR, "mail: the store: %s",
	    ub_store_problem(mailer->input.store));
}

/* ---- time ---- */

static int64_t now_ms(void)
{
	return ub_sys_now() * 1000;
}

static int64_t pause_after(unsigned failures)
{
	int64_t pause = UB_MAIL_RETRY_MS;
	while (failures-- > 1 && pause < UB_MAIL_RETRY_MAX_MS)
		pause *= 2;
	return pause < UB_MAIL_RETRY_MAX_MS ? pause : UB_MAIL_RETRY_MAX_MS;
}

/* ---- the connection ---- */

static bool is_stopping(void *context)
{
	const struct ub_mailer *mailer = context;
	return atomic_load(&mailer->stopping);
}

/* False: the password cannot be read, which is told. */
static bool open_connection(struct ub_mailer *mailer, struct ub_arena *arena)
{
	const struct ub_settings_mail *settings = &mailer->snapshot->settings->mail;
	struct ub_secret secret = { 0 };
	struct ub_smtp_server server = { .host = ub_text_cstr(arena, settings->host),
		.port = settings->port,
		.tls = settings->tls,
		.starttls = settings->starttls,
		.ca = settings->ca.path.len ? ub_text_cstr(arena, settings->ca.path) : NULL,
		.stopping = is_stopping,
		.context = mailer };
	const char *path = ub_text_cstr(arena, settings->password.path);
	const char *wrong = *path ? ub_sys_read_secret(path, &secret) : NULL;
	if (wrong) {
		note_failure(mailer, ub_textf(arena, "the password in %s cannot be read: %s", path, wrong));
		return false;
	}
	if (settings->user.len) {
		server.user = ub_text_cstr(arena, settings->user);
		server.password = ub_text_n(secret.bytes, secret.len);
	}
	mailer->smtp = ub_smtp_new(&server);
	ub_sys_forget_secret(&secret);
	return true;
}

/* ---- one mail ---- */

static bool note(struct ub_mailer *mailer, const struct ub_store_mail *mail)
{
	enum ub_store_result result = ub_store_note_mail(mailer->input.store, mail);
	if (result == UB_STORE_FAILED)
		complain(mailer);
	return result == UB_STORE_OK;
}

static void give_up(
    struct ub_mailer *mailer, struct ub_store_mail *mail, enum ub_mail_state state, struct ub_text problem)
{
	mail->state = state;
	mail->problem = problem;
	(void)note(mailer, mail);
	ub_log_paced(mailer->input.log, &mailer->refused, UB_LOG_WARNING,
	    "mail: %.*s is not told of %.*s: %.*s", UB_ARGS(mail->person), UB_ARGS(mail->item),
	    UB_ARGS(problem));
}

/* Why the mail may not go out at all. NULL: it may. Whatever went wrong before: nobody outside gets a mail.
 */
static const char *obstacle(const struct ub_mailer *mailer, const struct ub_store_mail *mail)
{
	const struct ub_org *org = mailer->snapshot->org;
	if (!ub_org_is_plainly_ours(org, mail->person))
		return "the address is not one of ours";
	if (mail->object.len == 0)
		return "the item is too large for a mail";
	return ub_mail_can_go_to(mail->person) && ub_mail_can_go_to(mail->owner)
		   ? NULL
		   : "mail servers do not take such an address";
}

/* What came of an attempt, before which `reached` was so. */
static void settle(struct ub_mailer *mailer, struct ub_store_mail *mail, bool reached,
    enum ub_smtp_result result, struct ub_text why)
{
	mail->problem = why;
	mail->due = now_ms() + (result == UB_SMTP_LATER ? pause_after(mail->attempts) : 0);
	mail->reached = reached || result == UB_SMTP_SENT || result == UB_SMTP_UNCERTAIN;
	if (result == UB_SMTP_SENT) {
		mail->state = UB_MAIL_SENT;
		mail->sent = now_ms();
		ub_log(mailer->input.log, UB_LOG_INFO, "mail: %.*s is told of %.*s: %s",
		    UB_ARGS(mail->person), UB_ARGS(mail->item), ub_store_mail_kind_word(mail->kind));
		note_sent(mailer);
	}
	if (result == UB_SMTP_REFUSED)
		give_up(mailer, mail, UB_MAIL_REFUSED, why);
	else
		(void)note(mailer, mail);
	if (result == UB_SMTP_REFUSED || result == UB_SMTP_LATER)
		note_problem(mailer, why, false);
}

/* Before it is sent, it is noted that the mail may reach its reader: whoever dies meanwhile has it sent once
 * more, and knows that it is to be taken back if need be. False: the server is not there. */
static bool send_mail(struct ub_mailer *mailer, struct ub_store_mail *mail, struct ub_arena *arena)
{
	const struct ub_settings_mail *settings = &mailer->snapshot->settings->mail;
	const struct ub_mail composed = ub_deliver_compose(mail, settings, mailer->snapshot->org, arena);
	struct ub_text why, text = ub_mail_write(&composed, arena);
	bool reached = mail->reached;
	mail->attempts++;
	mail->reached = true;
	mail->due = now_ms();
	if (!note(mailer, mail))
		return true;
	enum ub_smtp_result result =
	    ub_smtp_send(mailer->smtp, settings->from, mail->person, text, &why, arena);
	settle(mailer, mail, reached, result, why);
	if (result != UB_SMTP_DOWN && result != UB_SMTP_UNCERTAIN)
		return true;
	if (!is_stopping(mailer))
		note_failure(mailer, why);
	return false;
}

static bool tend(struct ub_mailer *mailer, struct ub_store_mail *mail)
{
	struct ub_arena *arena = ub_arena_new();
	const char *wrong = obstacle(mailer, mail);
	bool there = true;
	if (mail->expires <= now_ms())
		give_up(mailer, mail, UB_MAIL_EXPIRED,
		    mail->problem.len ? mail->problem : UB_TEXT("it was over before the mail could be sent"));
	else if (wrong)
		give_up(mailer, mail, UB_MAIL_REFUSED, ub_text(wrong));
	else if (mailer->smtp || open_connection(mailer, arena))
		there = send_mail(mailer, mail, arena);
	else
		there = false;
	ub_arena_free(&arena);
	return there;
}

/* ---- the thread ---- */

/* Follows the settings in force. Connections of former ones are closed. */
static void use_present(struct ub_mailer *mailer)
{
	struct ub_snapshot *present = ub_configuration_snapshot(mailer->input.configuration);
	if (present == mailer->snapshot) {
		ub_snapshot_release(&present);
		return;
	}
	ub_smtp_free(&mailer->smtp);
	if (mailer->snapshot)
		ub_snapshot_release(&mailer->snapshot);
	mailer->snapshot = present;
	mailer->due = 0;
}

/* Mails are put only where they are the way. Those that wait stay if another way is taken. */
static bool is_the_way(const struct ub_mailer *mailer)
{
	const struct ub_snapshot *snapshot = mailer->snapshot;
	enum ub_way way =
	    ub_deliver_by(snapshot->settings, ub_freebusy_invites(snapshot->freebusy, NULL)).way;
	return snapshot->settings->mail.host.len && (way == UB_WAY_MAIL || way == UB_WAY_UNKNOWN);
}

static void send_all(struct ub_mailer *mailer)
{
	struct ub_arena *arena = ub_arena_new();
	struct ub_store_mails mails;
	bool there = true;
	if (ub_store_mails_due(mailer->input.store, now_ms(), UB_MAIL_BATCH, arena, &mails) != UB_STORE_OK) {
		complain(mailer);
		mails.n = 0;
	}
	for (size_t i = 0; i < mails.n && there && !is_stopping(mailer); i++)
		there = tend(mailer, &mails.items[i]);
	if (mails.n == 0 || !there)
		ub_smtp_free(&mailer->smtp); /* servers close idle connections */
	mailer->failures = there ? 0 : mailer->failures + 1;
	if (!there)
		mailer->due = ub_sys_monotonic_ms() + pause_after(mailer->failures);
	ub_arena_free(&arena);
}

/* False: it is time to stop. */
static bool wait_for_turn(struct ub_mailer *mailer)
{
	struct timespec until = ub_sys_deadline(UB_MAIL_LOOK_MS);
	pthread_mutex_lock(&mailer->mutex);
	while (!is_stopping(mailer) && pthread_cond_timedwait(&mailer->woken, &mailer->mutex, &until) == 0)
		;
	pthread_mutex_unlock(&mailer->mutex);
	return !is_stopping(mailer);
}

static void *run(void *context)
{
	struct ub_mailer *mailer = context;
	while (wait_for_turn(mailer)) {
		use_present(mailer);
		if (is_the_way(mailer) && mailer->due <= ub_sys_monotonic_ms())
			send_all(mailer);
	}
	return NULL;
}

struct ub_mailer *ub_mailer_start(const struct ub_mailer_input *input)
{
	struct ub_mailer *mailer = calloc(1, sizeof(*mailer));
	pthread_condattr_t monotonic;
	if (!mailer || pthread_condattr_init(&monotonic) != 0 ||
	    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) != 0 ||
	    pthread_cond_init(&mailer->woken, &monotonic) != 0 ||
	    pthread_mutex_init(&mailer->mutex, NULL) != 0)
		abort();
	pthread_condattr_destroy(&monotonic);
	mailer->input = *input;
	if (pthread_create(&mailer->thread, NULL, run, mailer) != 0)
		abort();
	return mailer;
}

void ub_mailer_stop(struct ub_mailer **mailer)
{
	struct ub_mailer *mine = *mailer;
	*mailer = NULL;
	if (!mine)
		return;
	pthread_mutex_lock(&mine->mutex);
	atomic_store(&mine->stopping, true);
	pthread_cond_signal(&mine->woken);
	pthread_mutex_unlock(&mine->mutex);
	pthread_join(mine->thread, NULL);
	ub_smtp_free(&mine->smtp);
	if (mine->snapshot)
		ub_snapshot_release(&mine->snapshot);
	ub_arena_free(&mine->said);
	pthread_cond_destroy(&mine->woken);
	pthread_mutex_destroy(&mine->mutex);
	free(mine);
}

struct ub_mailer_report ub_mailer_report(struct ub_mailer *mailer, struct ub_arena *arena)
{
	struct ub_mailer_report report;
	pthread_mutex_lock(&mailer->mutex);
	report = mailer->report;
	report.problem = ub_text_copy(arena, report.problem);
	pthread_mutex_unlock(&mailer->mutex);
	if (ub_store_count_mails(mailer->input.store, &report.counts) != UB_STORE_OK)
		report.counts = (struct ub_mail_counts){ { 0 } };
	return report;
}
