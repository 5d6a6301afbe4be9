/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "upbeat/rules.h"
#include "upbeat/settings.h"
#include "upbeat/tls.h"

enum { DAY = 24 * 3600, SOON = 21 }; /* days: authorities give certificates for 90 and less */

void doctor_certificate(struct doctor *doctor, const char *what, const char *of, ub_instant until)
{
	int64_t days = (until - doctor->input->now) / DAY;
	if (until < doctor->input->now)
		doctor_tell(doctor, UB_DOCTOR_BAD, what, "have a new certificate made, then send SIGHUP",
		    "the certificate of %s has expired", of);
	else
		doctor_tell(doctor, days < SOON ? UB_DOCTOR_WARNING : UB_DOCTOR_GOOD, what,
		    days < SOON ? "have a new certificate made, then send SIGHUP" : NULL,
		    "the certificate of %s is good for another %lld days", of, (long long)days);
}

static const char *path_of(struct doctor *doctor, const struct ub_settings_path *path)
{
	return path->path.len ? ub_text_cstr(doctor->arena, path->path) : NULL;
}

static void look_at_certificates(struct doctor *doctor)
{
	const struct ub_settings_clients *asked = &doctor->settings->clients;
	const struct ub_tls_clients clients = { path_of(doctor, &asked->ca), path_of(doctor, &asked->crl),
		asked->required };
	for (size_t i = 0; i < doctor->settings->n_tls; i++) {
		const struct ub_settings_tls *pair = &doctor->settings->tls[i];
		const struct ub_tls_pair paths = { ub_text_cstr(doctor->arena, pair->certificate.path),
			ub_text_cstr(doctor->arena, pair->key.path) };
		struct ub_text why;
		ub_instant until;
		struct ub_tls *tls = ub_tls_server(&paths, 1, &clients, &why, doctor->arena);
		if (tls && ub_tls_until(tls, &until))
			doctor_certificate(doctor, "tls", paths.certificate, until);
		else if (!tls)
			doctor_tell(doctor, UB_DOCTOR_BAD, "tls", UB_TLS_PAIR_HELP, "%.*s", UB_ARGS(why));
		ub_tls_free(&tls);
	}
	if (doctor->settings->n_tls == 0)
		doctor_tell(doctor, UB_DOCTOR_NOTE, "tls",
		    "name a certificate under `tls`, unless a front on this machine has one",
		    "clients speak to Upbeat without TLS");
}

/* Whether a daemon could open what is there: an empty file, or that of a database. What cannot be read is
 * told of by its reason. */
static bool may_be_store(const char *path)
{
	static const char magic[16] = "SQLite format 3"; /* https://www.sqlite.org/fileformat.html 1.3.1 */
	char head[sizeof(magic)];
	struct stat stat;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return true;
	bool is_file = fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode);
	ssize_t n = is_file ? read(fd, head, sizeof(head)) : -1;
	close(fd);
	return n == 0 || (n == (ssize_t)sizeof(head) && memcmp(head, magic, sizeof(head)) == 0);
}

static void look_at_store(struct doctor *doctor)
{
	const struct ub_settings *settings = doctor->settings;
	if (settings->store == UB_STORE_MEMORY) {
		doctor_tell(doctor, UB_DOCTOR_WARNING, "store",
		    "write `store: sqlite:` with a path into the settings",
		    "all is forgotten when the daemon ends");
		return;
	}
	const char *path = ub_text_cstr(doctor->arena, settings->store_path);
	const char *slash = strrchr(path, '/');
	struct ub_text folder = slash ? ub_text_n(path, (size_t)(slash - path)) : UB_TEXT(".");
	const char *place = access(path, F_OK) == 0 ? path : ub_text_cstr(doctor->arena, folder);
	if (place == path && !may_be_store(path))
		doctor_tell(doctor, UB_DOCTOR_BAD, "store",
		    "name another file in `store`; it is made if it is not there", "%s is no store", path);
	else if (access(place, R_OK | W_OK) == 0)
		doctor_tell(doctor, UB_DOCTOR_GOOD, "store", NULL, "%s can be written", place);
	else
		doctor_tell(doctor, UB_DOCTOR_BAD, "store",
		    "call this as the user that the daemon runs as, and give that user the folder", "%s: %s",
		    place, strerror(errno));
}

/* Countries change their clocks. By old data, meetings would be an hour off. */
static void look_at_zone_data(struct doctor *doctor)
{
	char line[64] = "";
	int64_t year;
	FILE *file = fopen("/usr/share/zoneinfo/tzdata.zi", "re");
	const char *read = file ? fgets(line, sizeof(line), file) : NULL;
	struct ub_text version = ub_text_trim(ub_text(line));
	if (file)
		(void)fclose(file);
	if (!read || !ub_text_starts(version, UB_TEXT("# version ")))
		return;
	version = ub_text_sub(version, 10, version.len);
	if (!ub_text_to_int(ub_text_sub(version, 0, 4), &year))
		return;
	bool old = year + 2 <= ub_cal_civil(ub_cal_utc(), doctor->input->now).year;
	doctor_tell(doctor, old ? UB_DOCTOR_WARNING : UB_DOCTOR_GOOD, "time zone",
	    old ? "bring the package tzdata up to date: since then, countries may have changed their clocks"
		: NULL,
	    "the time zone data is of version %.*s", UB_ARGS(version));
}

static void look_at_zone(struct doctor *doctor)
{
	const struct ub_zone *zone = doctor->settings->org->standard.zone;
	struct ub_text name = ub_cal_zone_name(zone);
	doctor_tell(doctor, zone == ub_cal_utc() ? UB_DOCTOR_WARNING : UB_DOCTOR_GOOD, "time zone",
	    zone == ub_cal_utc() ? "write `time_zone: Europe/Berlin` or the like under `organization`" : NULL,
	    "the organization's time zone is %.*s", UB_ARGS(name));
}

/* Mistakes end the look at once: what is here can be used. */
static void look_at_rules(struct doctor *doctor)
{
	size_t n = ub_rules_number(doctor->input->snapshot->rules), warnings = doctor->input->warnings;
	if (warnings)
		doctor_tell(doctor, UB_DOCTOR_WARNING, "rules", "upbeat check -c FILE shows them",
		    "settings and %zu rules can be used, with %zu %s", n, warnings,
		    warnings == 1 ? "warning" : "warnings");
	else
		doctor_tell(
		    doctor, UB_DOCTOR_GOOD, "rules", NULL, "settings and %zu rules are without fault", n);
}

void doctor_machine(struct doctor *doctor)
{
	look_at_rules(doctor);
	look_at_zone(doctor);
	look_at_zone_data(doctor);
	look_at_store(doctor);
	doctor_daemon(doctor);
	look_at_certificates(doctor);
}
