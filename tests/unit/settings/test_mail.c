/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "leaks.h"
#include "reading.h"

/* The mail server by which colleagues are invited. */

TestSuite(mail, .fini = ub_leak_check);

static const struct ub_settings_mail *mail_of(struct reading **r, const char *map)
{
	char text[512];
	snprintf(text, sizeof text, REQUIRED ORG "mail: %s\ndeliver: mail\n", map);
	*r = read_settings("/x/u.yaml", text);
	cr_assert_eq((*r)->diags.errors, 0, "%s", printed(*r));
	cr_assert_eq((*r)->settings->deliver, UB_DELIVER_MAIL);
	return &(*r)->settings->mail;
}

Test(mail, has_a_server_an_address_and_maybe_a_user)
{
	static const struct {
		const char *map, *host;
		unsigned port;
		bool tls, starttls;
	} some[] = {
		{ "{server: 'smtp://127.0.0.1', from: u@ours.example}", "127.0.0.1", 25, false, false },
		{ "{server: 'smtp://127.0.0.1', from: u@ours.example, ca: ca.pem}", "127.0.0.1", 25, false,
		    true },
		{ "{server: 'smtp://[::1]:2525/', from: u@ours.example}", "::1", 2525, false, false },
		{ "{server: 'smtp://m.ours.example:587', from: u@ours.example}", "m.ours.example", 587, false,
		    true },
		{ "{server: 'smtp://m.ours.example', from: u@ours.example, plain: yes}", "m.ours.example", 25,
		    false, false },
		{ "{server: 'smtps://m.ours.example', from: u@ours.example}", "m.ours.example", 465, true,
		    false },
	};
	struct reading *r;
	for (size_t i = 0; i < UB_COUNT(some); i++) {
		const struct ub_settings_mail *mail = mail_of(&r, some[i].map);
		cr_expect(
		    ub_text_is(mail->host, some[i].host) && mail->port == some[i].port, "%s", some[i].map);
		cr_expect(mail->tls == some[i].tls && mail->starttls == some[i].starttls, "%s", some[i].map);
		SAME(mail->from, "u@ours.example");
		finish(&r);
	}
	const struct ub_settings_mail *mail = mail_of(
	    &r, "{server: 'smtps://m', from: u@ours.example, user: a b, password_file: pw, ca: c/ca}");
	SAME(mail->user, "a b");
	SAME(mail->password.path, "/x/pw");
	SAME(mail->ca.path, "/x/c/ca");
	finish(&r);
}

static const struct {
	const char *text, *code, *part;
} mistakes[] = {
	{ REQUIRED ORG "deliver: mail\n", "deliver-without-mail", "name the mail server under `mail`" },
	{ REQUIRED ORG "mail: {server: 'smtp://m'}\n", "missing-key", "from: the address" },
	{ REQUIRED ORG "mail: {from: u@ours.example}\n", "missing-key", "`server` is missing" },
	{ REQUIRED ORG "mail: {server: 'http://m', from: u@ours.example}\n", "wrong-value",
	    "a URL like `smtps://" },
	{ REQUIRED ORG "mail: {server: 'smtp://m/x', from: u@ours.example}\n", "wrong-value",
	    "a URL like `smtps://" },
	{ REQUIRED ORG "mail: {server: 'smtp://m:0', from: u@ours.example}\n", "wrong-value",
	    "a URL like `smtps://" },
	{ REQUIRED ORG "mail: {server: 'smtp://u:p@m', from: u@ours.example}\n", "mail-secret",
	    "name `user` and `password_file`" },
	{ REQUIRED ORG "mail: {server: 'smtp://m', from: u@ours.example, user: u}\n", "mail-secret",
	    "name both `user` and `password_file`" },
	{ REQUIRED ORG "mail: {server: 'smtp://m', from: u@ours.example, password: s3cret}\n", "unknown-key",
	    "`password`" },
	{ REQUIRED ORG "mail: {server: 'smtps://m', from: u@ours.example, plain: yes}\n", "mail-tls",
	    "take `plain` out" },
	{ REQUIRED ORG "mail: {server: 'smtp://m', from: upbeat}\n", "wrong-value", "an address like" },
	{ REQUIRED ORG "mail: {server: 'smtp://m', from: \xc3\xa4@ours.example}\n", "wrong-value",
	    "an address like" },
};

Test(mail, that_cannot_be_sent_is_told)
{
	char code[64];
	for (size_t i = 0; i < UB_COUNT(mistakes); i++) {
		struct reading *r = read_settings("/x/u.yaml", mistakes[i].text);
		snprintf(code, sizeof code, "error[%s]", mistakes[i].code);
		cr_expect(
		    r->diags.errors == 1 && strstr(printed(r), code) && strstr(printed(r), mistakes[i].part),
		    "%s: %s", mistakes[i].text, printed(r));
		finish(&r);
	}
}
