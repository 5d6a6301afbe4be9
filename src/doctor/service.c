/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor-private.h"

#include "upbeat/http.h"
#include "upbeat/settings.h"
#include "upbeat/sys.h"

static const char service[] = "service";

static struct ub_text credentials(
    struct doctor *doctor, const struct ub_settings_service *settings, const struct ub_secret *secret)
{
	struct ub_text bytes = ub_text_n(secret->bytes, secret->len);
	return settings->token ? ub_textf(doctor->arena, "Bearer %.*s", UB_ARGS(bytes))
			       : ub_http_basic(settings->user, bytes, doctor->arena);
}

/* Whether the account finds the user whom the administrator has named, and may write for him. */
static void look_at_rights(struct doctor *doctor, struct ub_caller *caller)
{
	const struct ub_whom whom = { .login = doctor->input->user,
		.pattern = doctor->settings->service.principal };
	struct ub_identities *identities = doctor->input->snapshot->identities;
	int64_t now = ub_sys_monotonic_ms() / 1000;
	struct ub_text calendar;
	if (ub_identity_find(identities, caller, &whom, doctor->settings->org, now, &caller->behalf,
		doctor->arena) != UB_OUTCOME_OK)
		doctor_tell(doctor, UB_DOCTOR_BAD, service,
		    "say where users' principals are: `service: {principal: \"/{user}/\"}`",
		    "the account does not find the user %.*s", UB_ARGS(whom.login));
	else if (ub_identity_calendar(identities, caller, now, &calendar, doctor->arena) != UB_OUTCOME_OK)
		doctor_tell(doctor, UB_DOCTOR_BAD, service,
		    "give the account the rights that upbeat.conf(5) lists for the server",
		    "the account may not write in any calendar of %.*s", UB_ARGS(whom.login));
	else
		doctor_tell(doctor, UB_DOCTOR_GOOD, service, NULL, "the account may write in %.*s",
		    UB_ARGS(calendar));
}

/* Whether the server accepts it. */
static bool look_at_account(struct doctor *doctor, struct ub_text authorization)
{
	const struct ub_settings_service *settings = &doctor->settings->service;
	struct ub_caller caller = { .client = doctor->client,
		.user = settings->user,
		.authorization = authorization,
		.service = true };
	struct ub_response response;
	struct ub_text principal;
	if (ub_identity_self(&caller, &principal, &response, doctor->arena) != UB_OUTCOME_OK) {
		struct ub_text why = doctor_why(doctor, &response);
		doctor_tell(doctor, UB_DOCTOR_BAD, service,
		    "make the account on the server, and put its secret into the file",
		    "the server does not accept the account: %.*s", UB_ARGS(why));
		return false;
	}
	doctor_tell(
	    doctor, UB_DOCTOR_GOOD, service, NULL, "the account is signed in, as %.*s", UB_ARGS(principal));
	if (doctor->input->user.len)
		look_at_rights(doctor, &caller);
	return true;
}

void doctor_service(struct doctor *doctor)
{
	const struct ub_settings_service *settings = &doctor->settings->service;
	struct ub_secret secret;
	if (settings->secret.path.len == 0) {
		doctor_tell(doctor, UB_DOCTOR_NOTE, service, "upbeat.conf(5), `service`",
		    "there is no service account: what concerns a user waits for his own next request");
		doctor_try(doctor, UB_TEXT_NONE);
		return;
	}
	const char *path = ub_text_cstr(doctor->arena, settings->secret.path);
	const char *wrong = ub_sys_read_secret(path, &secret);
	if (wrong) {
		doctor_tell(doctor, UB_DOCTOR_BAD, service, "the file has the secret alone, in one line",
		    "%s: %s", path, wrong);
		doctor_try(doctor, UB_TEXT_NONE);
		return;
	}
	if (secret.exposed)
		doctor_tell(doctor, UB_DOCTOR_WARNING, service, "chmod 600", "other users can read %s", path);
	struct ub_text authorization = credentials(doctor, settings, &secret);
	ub_sys_forget_secret(&secret);
	bool accepted = look_at_account(doctor, authorization);
	doctor_try(doctor, accepted ? authorization : UB_TEXT_NONE);
	explicit_bzero((char *)authorization.ptr, authorization.len);
}
