/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `mail`: the mail server by which colleagues are invited. The settings name the file of a password, and
 * never hold the password.
 */
#include "settings-private.h"

/* Few mail servers take an address beyond ASCII from everybody (RFC 6531). */
static bool check_from(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct ub_text *from = out;
	bool good = ub_facts_is_address(*from);
	for (size_t i = 0; i < from->len; i++)
		good &= (unsigned char)from->ptr[i] < 0x80;
	return good || ub_yaml_expected(reader, node, type->noun);
}

static bool check_user(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct ub_text *user = out;
	bool good = user->len > 0;
	for (size_t i = 0; i < user->len; i++)
		good &= (unsigned char)user->ptr[i] >= ' ' && user->ptr[i] != 0x7F;
	return good || ub_yaml_expected(reader, node, type->noun);
}

static const struct ub_yaml_type type_from = {
	.shape = UB_YAML_TEXT, .noun = "an address like `upbeat@ours.example`", .check = check_from
};
static const struct ub_yaml_type type_user = {
	.shape = UB_YAML_TEXT, .noun = "a user's name", .check = check_user
};

static const struct ub_yaml_field fields[] = {
	{ "server", &settings_type_smtp, offsetof(struct mail, server), true,
	    "`smtps://` or `smtp://` and the server; on another machine, `smtp://` asks for STARTTLS" },
	{ "from", &type_from, offsetof(struct mail, from), true, "the address that mails are from" },
	{ "user", &type_user, offsetof(struct mail, user), false,
	    "the name to sign in with, if there is one" },
	{ "password_file", &settings_type_path, offsetof(struct mail, password), false,
	    "the file that has the password alone, in one line" },
	{ "ca", &settings_type_path, offsetof(struct mail, ca), false,
	    "a PEM file with the authorities that may vouch for the server; the system's if not said" },
	{ "plain", &ub_yaml_type_bool, offsetof(struct mail, plain), false,
	    "whether `smtp://` may lead to another machine without TLS, so that the network sees all mails" },
};

static bool refuse(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node, const char *code,
    const char *message, const char *help)
{
	struct ub_diag *diag = ub_error(reader->diags, code, node->place, "%s", message);
	ub_diag_set_help(reader->diags, diag, "%s", help);
	return false;
}

static bool check_mail(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct mail *mail = out;
	(void)type;
	mail->place = node->place;
	if ((mail->user.len > 0) != (mail->password.path.len > 0))
		return refuse(reader, node, "mail-secret", "whoever signs in has a name and a password",
		    "name both `user` and `password_file`, or none of them");
	if (mail->plain && (mail->server.tls || mail->ca.path.len))
		return refuse(reader, node, "mail-tls",
		    "the mail server is to be spoken to with TLS and without",
		    "take `plain` out, or both `smtps://` and `ca`");
	return true;
}

const struct ub_yaml_type settings_type_mail = {
	.shape = UB_YAML_FIELDS, UB_YAML_TABLE(fields), .check = check_mail
};

void settings_fill_mail(struct ub_settings *settings, const struct mail *from)
{
	const struct authority *server = &from->server;
	settings->mail = (struct ub_settings_mail){ .host = server->host,
		.port = server->port,
		.tls = server->tls,
		.starttls = !server->tls && !from->plain &&
			    (from->ca.path.len || !settings_is_this_machine(server->host)),
		.from = from->from,
		.user = from->user,
		.password = from->password,
		.ca = from->ca,
		.place = from->place };
}
