/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Looks whether the certificates that the settings name can be used, by having TLS read them as the daemon
 * does.
 */
#include "configuration-private.h"

#include <errno.h>

#include "upbeat/settings.h"
#include "upbeat/tls.h"

/* Whether the reader of the settings may read the file, if there is one. Otherwise nobody but the daemon's
 * user can tell more. A directory, or a file that is too large, is left to TLS. */
static bool may_read(const struct ub_settings_path *file, struct ub_diags *diags)
{
	struct ub_text text;
	const char *path = ub_text_cstr(diags->arena, file->path);
	enum ub_file_result result = ub_sys_read_regular_file(diags->arena, path, 0, &text);
	if (result != UB_FILE_FAILED || errno != EACCES)
		return true;
	struct ub_diag *diag = ub_warning(diags, "tls-denied", file->place,
	    "whether `%s` is good cannot be told: %s", path, ub_file_result_text(result));
	ub_diag_set_help(diags, diag, "call this as the user that the daemon runs as");
	return false;
}

static const char *path_of(const struct ub_settings_path *file, struct ub_diags *diags)
{
	return file->path.len ? ub_text_cstr(diags->arena, file->path) : NULL;
}

/* Takes what TLS has made, if it has. */
static bool judge(
    struct ub_tls *tls, struct ub_place place, struct ub_text why, const char *help, struct ub_diags *diags)
{
	bool good = tls != NULL;
	if (!good)
		ub_diag_set_help(diags, ub_error(diags, "tls-file", place, "%.*s", UB_ARGS(why)), "%s", help);
	ub_tls_free(&tls);
	return good;
}

static bool check_pair(const struct ub_settings_tls *pair, struct ub_tls_pair *paths, struct ub_diags *diags)
{
	struct ub_text why;
	bool certificate = may_read(&pair->certificate, diags), key = may_read(&pair->key, diags);
	*paths = (struct ub_tls_pair){ path_of(&pair->certificate, diags), path_of(&pair->key, diags) };
	return certificate && key &&
	       judge(ub_tls_server(paths, 1, NULL, &why, diags->arena), pair->certificate.place, why,
		   UB_TLS_PAIR_HELP, diags);
}

/* Whom clients show certificates of is read with a certificate of ours, a sound one. */
static void check_clients(
    const struct ub_settings_clients *clients, const struct ub_tls_pair *pair, struct ub_diags *diags)
{
	const struct ub_tls_clients asked = { path_of(&clients->ca, diags), path_of(&clients->crl, diags),
		clients->required };
	struct ub_text why;
	bool ca = !asked.ca || may_read(&clients->ca, diags),
	     crl = !asked.crl || may_read(&clients->crl, diags);
	if (asked.ca && ca && crl)
		(void)judge(ub_tls_server(pair, 1, &asked, &why, diags->arena), clients->ca.place, why,
		    UB_TLS_CA_HELP, diags);
}

static void check_authority(const struct ub_settings_path *ca, struct ub_diags *diags)
{
	struct ub_text why;
	if (ca->path.len && may_read(ca, diags))
		(void)judge(ub_tls_client(path_of(ca, diags), "localhost", &why, diags->arena), ca->place,
		    why, UB_TLS_CA_HELP, diags);
}

void snapshot_check_certificates(const struct ub_settings *settings, struct ub_diags *diags)
{
	struct ub_tls_pair pair, sound = { NULL, NULL };
	for (size_t i = 0; i < settings->n_tls; i++)
		if (check_pair(&settings->tls[i], &pair, diags))
			sound = pair;
	if (sound.key)
		check_clients(&settings->clients, &sound, diags);
	check_authority(&settings->upstream.ca, diags);
	for (size_t i = 0; i < settings->n_others; i++)
		check_authority(&settings->others[i].ca, diags);
	check_authority(&settings->mail.ca, diags);
}
