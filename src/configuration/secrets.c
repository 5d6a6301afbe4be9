/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Looks whether the secrets that the settings name can be used. The secrets themselves are not kept: whoever
 * signs in with one reads it anew.
 */
#include "configuration-private.h"

#include "upbeat/settings.h"

struct secret {
	const char *what, *unreadable, *exposed; /* the codes of the diagnostics */
	const struct ub_settings_path *file;
};

static void check(const struct secret *of, struct ub_diags *diags)
{
	const char *path = ub_text_cstr(diags->arena, of->file->path);
	struct ub_secret secret;
	struct ub_diag *diag;
	if (!*path)
		return;
	const char *wrong = ub_sys_read_secret(path, &secret);
	if (wrong) {
		diag = ub_error(diags, of->unreadable, of->file->place, "the %s cannot be read from `%s`: %s",
		    of->what, path, wrong);
		ub_diag_set_help(diags, diag, "the file has the %.*s alone, in one line",
		    UB_ARGS(
			ub_text_sub(ub_text(of->what), 0, ub_text_find(ub_text(of->what), UB_TEXT(" "), 0))));
	}
	if (secret.exposed) {
		diag =
		    ub_warning(diags, of->exposed, of->file->place, "other users can read the %s", of->what);
		ub_diag_set_help(diags, diag, "chmod 600 %s", path);
	}
	ub_sys_forget_secret(&secret);
}

void snapshot_check_secrets(const struct ub_settings *settings, struct ub_diags *diags)
{
	const struct secret service = { settings->service.token ? "token of the service account"
								: "password of the service account",
		"service-file", "service-exposed", &settings->service.secret };
	const struct secret mail = { "password for the mail server", "mail-file", "mail-exposed",
		&settings->mail.password };
	check(&service, diags);
	check(&mail, diags);
}
