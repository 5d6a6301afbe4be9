/* SPDX-License-Identifier: Apache-2.0 */

/*
 * People from vCards: upbeat.conf(5), "vCard". A card knows no account. It says by which addresses and which
 * organization the host may find it.
 */
#include "vcard.h"

#include <stdlib.h>
#include <string.h>

static const struct ub_plugin_option options[] = {
	{ "path", UB_PLUGIN_OPTION_PATH, false, "the folder of .vcf files, or one such file" },
	{ "url", UB_PLUGIN_OPTION_TEXT, false, "the address book on a CardDAV server" },
	{ "user", UB_PLUGIN_OPTION_TEXT, false, "the name to log in with" },
	{ "password_file", UB_PLUGIN_OPTION_PATH, false, "the file with the password" },
	{ "ca_file", UB_PLUGIN_OPTION_PATH, false, "the certificates of the authorities to trust" },
};

/* ---- open and close ---- */

static void close_source(void *opened)
{
	struct vcard_source *source = opened;
	char *const texts[] = { source->path, source->url, source->user, source->password_file,
		source->ca_file, source->tag };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free(texts[i]);
	curl_easy_cleanup(source->curl);
	free(source);
	curl_global_cleanup();
}

static void take_setting(struct vcard_source *source, const struct ub_plugin_setting *setting)
{
	const struct {
		const char *name;
		char **text;
		struct ub_plugin_place *place;
	} texts[] = {
		{ "path", &source->path, &source->place },
		{ "url", &source->url, &source->place },
		{ "user", &source->user, NULL },
		{ "password_file", &source->password_file, &source->password_place },
		{ "ca_file", &source->ca_file, NULL },
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strcmp(texts[i].name, setting->name) != 0)
			continue;
		*texts[i].text = strdup(setting->value);
		if (!*texts[i].text)
			abort();
		if (texts[i].place)
			*texts[i].place = setting->place;
	}
}

/* What is wrong with the settings; NULL: nothing. */
static const char *fault_of(const struct vcard_source *source, const char **help)
{
	*help = "say `path` of a folder of cards, or `url` of an address book";
	if (!source->path == !source->url)
		return source->path ? "there are two address books: `path` and `url`"
				    : "there is no address book";
	*help = "write it like `https://dav.example/anna/contacts/`";
	if (source->url && !web_is_address(source->url))
		return "this is no address of a server";
	*help = "say `user` and `password_file` in its place";
	if (source->url && web_names_user(source->url))
		return "a name or a password stands in `url`, where everybody could read it";
	*help = "say both `user` and `password_file`, or none of the two";
	if (!source->user != !source->password_file)
		return "one who logs in has a name and a password";
	*help = "use `https://`";
	if (source->url && source->user && !web_is_private(source->url))
		return "the password would be sent for everybody to read";
	return NULL;
}

static void *open_source(struct ub_plugin_host *host, const struct ub_plugin_setting *settings, size_t n)
{
	struct vcard_source *source = web_memory(sizeof(*source));
	const char *help;
	if (curl_global_init(CURL_GLOBAL_ALL) != 0 || !(source->curl = curl_easy_init()))
		abort();
	vcard_begin_xml();
	for (size_t i = 0; i < n; i++)
		take_setting(source, &settings[i]);
	const char *fault = fault_of(source, &help);
	if (!fault) {
		if (source->password_file)
			web_check_secret(source->password_file, host, source->password_place, "password");
		return source;
	}
	host->error(host, source->place, fault, help);
	close_source(source);
	return NULL;
}

/* ---- reading ---- */

static bool has_changed(void *opened)
{
	const struct vcard_source *source = opened;
	if (source->url)
		return web_seconds() >= source->not_before;
	return source->seen == 0 || vcard_look(source) != source->seen;
}

static enum ub_plugin_result read_path(struct vcard_reading *reading)
{
	reading->source->seen = vcard_look(reading->source);
	if (vcard_read_path(reading))
		return UB_PLUGIN_DONE;
	reading->source->seen = 0;
	return UB_PLUGIN_FAILED;
}

static enum ub_plugin_result read_source(void *opened, struct ub_plugin_host *host)
{
	struct vcard_source *source = opened;
	struct vcard_reading reading = { .source = source, .host = host };
	const enum ub_plugin_result result = source->path ? read_path(&reading) : vcard_read_url(&reading);
	vcard_report_rest(&reading);
	return result;
}

const struct ub_plugin ub_plugin = {
	.abi = UB_PLUGIN_ABI,
	.size = sizeof(struct ub_plugin),
	.options = options,
	.n_options = sizeof(options) / sizeof(options[0]),
	.refresh = 300,
	.open = open_source,
	.changed = has_changed,
	.read = read_source,
	.close = close_source,
};
