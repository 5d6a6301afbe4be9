/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `service`: the service account. The settings name the file of its secret, and never hold the secret.
 */
#include "settings-private.h"

/* A user's name in Basic ends at the first colon (RFC 7617 2). */
static bool check_user(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct ub_text *user = out;
	bool good = user->len > 0;
	for (size_t i = 0; i < user->len; i++)
		good &= (unsigned char)user->ptr[i] >= ' ' && user->ptr[i] != 0x7F && user->ptr[i] != ':';
	return good || ub_yaml_expected(reader, node, type->noun);
}

static bool check_principal(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct ub_text *pattern = out;
	const struct ub_text user = UB_TEXT("{user}");
	size_t at = ub_text_find(*pattern, user, 0);
	bool once = at != SIZE_MAX && ub_text_find(*pattern, user, at + 1) == SIZE_MAX;
	return (once && ub_text_starts(*pattern, UB_TEXT("/"))) || ub_yaml_expected(reader, node, type->noun);
}

static const struct ub_yaml_type type_user = {
	.shape = UB_YAML_TEXT, .noun = "a user's name without a colon", .check = check_user
};
static const struct ub_yaml_type type_principal = {
	.shape = UB_YAML_TEXT, .noun = "a path like `/{user}/`", .check = check_principal
};

static bool check_calendar(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct ub_text *path = out;
	bool good = ub_text_starts(*path, UB_TEXT("/")) && path->len < UB_HREF_MAX;
	return good || ub_yaml_expected(reader, node, type->noun);
}

static bool check_poll(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	const struct ub_texts *calendars = out;
	return calendars->n <= UB_SERVICE_POLLS_MAX || ub_yaml_expected(reader, node, type->noun);
}

static const struct ub_yaml_type type_calendar = { .shape = UB_YAML_TEXT,
	.noun = "the path of a calendar, like `/alice/calendar/`",
	.check = check_calendar };
static const struct ub_yaml_type type_poll = { .shape = UB_YAML_LIST_OF,
	.item = &type_calendar,
	.item_size = sizeof(struct ub_text),
	.noun = "a list of no more than 1000 paths of calendars",
	.check = check_poll };

static const struct ub_yaml_field fields[] = {
	{ "user", &type_user, offsetof(struct service, user), false, "the name to sign in with" },
	{ "password_file", &settings_type_path, offsetof(struct service, password), false,
	    "the file that has the password alone, in one line" },
	{ "token_file", &settings_type_path, offsetof(struct service, token), false,
	    "instead of both: the file that has a bearer token alone, in one line" },
	{ "principal", &type_principal, offsetof(struct service, principal), false,
	    "the path of a user's principal, where it is not like the service account's own" },
	{ "poll", &type_poll, offsetof(struct service, poll), false,
	    "paths of calendars to look at for changes though no client of their owners comes through "
	    "Upbeat" },
};

static bool refuse(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node, const char *message)
{
	struct ub_diag *diag = ub_error(reader->diags, "service-secret", node->place, "%s", message);
	ub_diag_set_help(reader->diags, diag, "name `user` and `password_file`, or `token_file` alone");
	return false;
}

static bool check_service(const struct ub_yaml_reader *reader, const struct ub_yaml_type *type,
    const struct ub_yaml_node *node, void *out)
{
	struct service *service = out;
	bool token = service->token.path.len, password = service->password.path.len;
	(void)type;
	service->place = node->place;
	if (token && (password || service->user.len))
		return refuse(reader, node, "the service account signs in with a token or a password");
	if (!token && !password)
		return refuse(reader, node, "the service account has no secret");
	if (!token && !service->user.len)
		return refuse(reader, node, "the service account has a password and no name");
	return true;
}

const struct ub_yaml_type settings_type_service = {
	.shape = UB_YAML_FIELDS, UB_YAML_TABLE(fields), .check = check_service
};

void settings_fill_service(struct ub_settings *settings, const struct service *from)
{
	bool token = from->token.path.len;
	settings->service = (struct ub_settings_service){ .user = from->user,
		.secret = token ? from->token : from->password,
		.token = token,
		.principal = from->principal,
		.poll = from->poll,
		.place = from->place };
}
