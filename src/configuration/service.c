/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Looks whether the secret of the service account can be used. The secret itself is not kept: whoever signs
 * in with it reads it anew.
 */
#include "configuration-private.h"

#include "upbeat/settings.h"

void ub_snapshot_check_service(const struct ub_settings_service *service, struct ub_diags *diags)
{
	const char *what = service->token ? "token" : "password";
	const char *path = ub_text_cstr(diags->arena, service->secret.path);
	struct ub_secret secret;
	struct ub_diag *diag;
	if (!*path)
		return;
	const char *wrong = ub_sys_read_secret(path, &secret);
	if (wrong) {
		diag = ub_error(diags, "service-file", service->secret.place,
		    "the %s of the service account cannot be read from `%s`: %s", what, path, wrong);
		ub_diag_set_help(diags, diag, "the file has the %s alone, in one line", what);
	}
	if (secret.exposed) {
		diag = ub_warning(diags, "service-exposed", service->secret.place,
		    "other users can read the %s of the service account", what);
		ub_diag_set_help(diags, diag, "chmod 600 %s", path);
	}
	ub_sys_forget_secret(&secret);
}
