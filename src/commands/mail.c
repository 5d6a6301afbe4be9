/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What there is to tell of mails to colleagues, for `upbeat status`.
 */
#include "control-private.h"

#include "upbeat/deliver.h"
#include "upbeat/json.h"
#include "upbeat/settings.h"

static bool is_there(const struct ub_telling *telling)
{
	return telling->daemon->mailer && telling->snapshot->settings->mail.host.len;
}

static struct ub_text server_of(const struct ub_telling *telling)
{
	const struct ub_settings_mail *mail = &telling->snapshot->settings->mail;
	bool bare = ub_text_find(mail->host, UB_TEXT(":"), 0) == SIZE_MAX;
	return ub_textf(telling->out->arena, bare ? "%s://%.*s:%u" : "%s://[%.*s]:%u",
	    mail->tls ? "smtps" : "smtp", UB_ARGS(mail->host), mail->port);
}

/* ---- for people ---- */

static void print_count(struct ub_buf *out, uint64_t n, const char *what)
{
	if (n)
		ub_buf_printf(out, ", %llu %s", (unsigned long long)n, what);
}

static void print_problem(const struct ub_telling *telling, const struct ub_mailer_report *report)
{
	static const char red[] = "\033[31m", plain[] = "\033[0m";
	struct ub_buf *out = telling->out;
	bool coloured = report->failed && telling->colour;
	if (report->problem.len == 0)
		return;
	ub_buf_str(out, coloured ? red : "");
	ub_buf_str(out, report->failed ? "; it fails since " : "; last problem");
	if (report->failed)
		ub_cal_format(out, UB_TEXT("%F %T %Z"), telling->snapshot->org->standard.zone,
		    report->failed_since, UB_ENGLISH);
	ub_buf_str(out, ": ");
	ub_buf_str(out, coloured ? plain : "");
	ub_buf_shown(out, report->problem);
}

void control_print_mail(const struct ub_telling *telling, const char *label)
{
	struct ub_buf *out = telling->out;
	if (!is_there(telling))
		return;
	const struct ub_mailer_report report = ub_mailer_report(telling->daemon->mailer, out->arena);
	const uint64_t *of = report.counts.of;
	ub_buf_str(out, label);
	ub_buf_shown(out, server_of(telling));
	ub_buf_printf(out, ", as %.*s: %llu sent since the start, %llu waiting",
	    UB_ARGS(telling->snapshot->settings->mail.from), (unsigned long long)report.sent,
	    (unsigned long long)of[UB_MAIL_WAITING]);
	print_count(out, of[UB_MAIL_REFUSED], "refused");
	print_count(out, of[UB_MAIL_EXPIRED], "too late");
	print_problem(telling, &report);
	ub_buf_char(out, '\n');
}

/* ---- for programs ---- */

json_t *control_mail(const struct ub_telling *telling)
{
	if (!is_there(telling))
		return ub_json_null();
	const struct ub_mailer_report report = ub_mailer_report(telling->daemon->mailer, telling->out->arena);
	json_t *object = ub_json_object();
	ub_json_set(object, "server", ub_json_text(server_of(telling)));
	ub_json_set(object, "from", ub_json_text(telling->snapshot->settings->mail.from));
	ub_json_set(object, "sent", ub_json_number(report.sent));
	ub_json_set(object, "waiting", ub_json_number(report.counts.of[UB_MAIL_WAITING]));
	ub_json_set(object, "refused", ub_json_number(report.counts.of[UB_MAIL_REFUSED]));
	ub_json_set(object, "expired", ub_json_number(report.counts.of[UB_MAIL_EXPIRED]));
	ub_json_set(object, "failed", ub_json_flag(report.failed));
	if (report.failed)
		ub_json_set(object, "failed_since",
		    ub_json_instant(
			telling->out->arena, telling->snapshot->org->standard.zone, report.failed_since));
	if (report.problem.len)
		ub_json_set(object, "why", ub_json_text(report.problem));
	return object;
}
