/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor-private.h"

#include "upbeat/settings.h"
#include "upbeat/smtp.h"
#include "upbeat/sys.h"

static const char mail[] = "mail";

/* False: the password is not to be had. */
static bool take_password(
    struct doctor *doctor, const struct ub_settings_mail *settings, struct ub_secret *secret)
{
	const char *path = ub_text_cstr(doctor->arena, settings->password.path);
	const char *wrong = *path ? ub_sys_read_secret(path, secret) : NULL;
	if (wrong)
		doctor_tell(doctor, UB_DOCTOR_BAD, mail, "the file has the password alone, in one line",
		    "%s: %s", path, wrong);
	else if (secret->exposed)
		doctor_tell(doctor, UB_DOCTOR_WARNING, mail, "chmod 600", "other users can read %s", path);
	return !wrong;
}

static void greet(
    struct doctor *doctor, const struct ub_settings_mail *settings, const struct ub_secret *secret)
{
	const struct ub_smtp_server server = { .host = ub_text_cstr(doctor->arena, settings->host),
		.port = settings->port,
		.tls = settings->tls,
		.starttls = settings->starttls,
		.ca = settings->ca.path.len ? ub_text_cstr(doctor->arena, settings->ca.path) : NULL,
		.user = settings->user.len ? ub_text_cstr(doctor->arena, settings->user) : NULL,
		.password = ub_text_n(secret->bytes, secret->len) };
	struct ub_smtp *smtp = ub_smtp_new(&server);
	struct ub_text why;
	bool good = ub_smtp_greet(smtp, &why, doctor->arena);
	ub_smtp_free(&smtp);
	if (good)
		doctor_tell(doctor, UB_DOCTOR_GOOD, mail, NULL, "the mail server %s answers%s%s", server.host,
		    server.tls || server.starttls ? ", with TLS" : "",
		    server.user ? ", and knows the user" : "");
	else
		doctor_tell(doctor, UB_DOCTOR_BAD, mail,
		    "look whether it runs, and at `server`, `user` and `ca` under `mail`",
		    "the mail server %s port %u: %.*s", server.host, server.port, UB_ARGS(why));
}

void doctor_mail(struct doctor *doctor)
{
	const struct ub_settings_mail *settings = &doctor->settings->mail;
	struct ub_secret secret = { 0 };
	if (settings->host.len == 0)
		return;
	if (take_password(doctor, settings, &secret))
		greet(doctor, settings, &secret);
	ub_sys_forget_secret(&secret);
	if (!ub_org_is_ours(doctor->settings->org, settings->from))
		doctor_tell(doctor, UB_DOCTOR_WARNING, mail, "name an address of your own under `mail: from`",
		    "%.*s is in none of the organization's domains: mails from it may be taken for forged",
		    UB_ARGS(settings->from));
}
