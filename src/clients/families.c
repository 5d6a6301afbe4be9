/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The families of clients, as data. Who adds one says by what is known what it shows. "Measured" means: seen
 * by the tests, tests/e2e/client_stories.py, with that version; "source" means: read in the client's own
 * source.
 *
 * Alarms are ACTION:DISPLAY for all of them: no family is known that does not show these, while AUDIO has no
 * text and EMAIL is sent by few servers.
 */
#include "clients-private.h"

const struct ub_client_family clients_families[] = {
	{ .id = "thunderbird",
	    .name = "Thunderbird",
	    .agents = { "Thunderbird/", "Lightning/" },
	    .products = { "Mozilla.org/NONSGML Mozilla Calendar" },
	    .todos = UB_SHOWS,
	    .html = UB_HTML_ALTREP,
	    .source = "measured with 153 ESR; source: CalItemBase.descriptionHTML reads ALTREP alone" },
	{ .id = "apple-reminders",
	    .name = "Apple Reminders",
	    .agents = { "remindd/" },
	    .todos = UB_SHOWS,
	    .source = "reports of users: nextcloud/server issue 17190, since iOS 13" },
	{ .id = "apple-calendar",
	    .name = "Apple Calendar",
	    .agents = { "dataaccessd/", "CalendarAgent/", "CalendarStore/" },
	    .products = { "Apple Inc.//iOS", "Apple Inc.//iPhone OS", "Apple Inc.//macOS" },
	    .todos = UB_SHOWS_NOT,
	    .with = "apple-reminders",
	    .source = "reports of users: to-dos are in Reminders, which asks the server by itself; vikunja "
		      "issue 475" },
	{ .id = "evolution",
	    .name = "Evolution or another application of GNOME",
	    .agents = { "Evolution/", "evolution-data-server/" },
	    .products = { "Ximian//NONSGML Evolution" },
	    .todos = UB_SHOWS,
	    .source =
		"measured with Evolution Data Server 3.46; source: nothing reads X-ALT-DESC or ALTREP" },
	{ .id = "android-tasks",
	    .name = "a task application on Android",
	    .agents = { "org.tasks/" },
	    .products = { "tasks.org//android", "techbee.jtx", "org.dmfs.tasks" },
	    .todos = UB_SHOWS,
	    .source = "source: the PRODID that DAVx5 and these applications write into their to-dos" },
	{ .id = "davx5",
	    .name = "DAVx5",
	    .agents = { "DAVx5/", "DAVdroid/" },
	    .products = { "DAVx5/" },
	    .todos = UB_SHOWS_NOT,
	    .with = "android-tasks",
	    .source =
		"source, 4.5: VTODO goes to task applications alone, and the calendar of Android has neither "
		"to-dos nor HTML" },
	{ .id = "outlook-caldav-synchronizer",
	    .name = "Outlook with CalDav Synchronizer",
	    .agents = { "CalDavSynchronizer/" },
	    .todos = UB_SHOWS,
	    .first_alarm = true,
	    .source =
		"source: EventEntityMapper and TaskMapper, \"Ignoring all except first\"; X-ALT-DESC is read "
		"by an option that is off" },
	{ .id = "sogo-web",
	    .name = "the web page of SOGo",
	    .products = { "Inverse inc./SOGo", "Alinto/SOGo" },
	    .todos = UB_SHOWS,
	    .source = "product documentation: it has a list of tasks; of HTML nothing is known" },
	{ .id = "nextcloud-web",
	    .name = "the web page of Nextcloud",
	    .products = { "IDN nextcloud.com//Calendar app", "Nextcloud Tasks" },
	    .todos = UB_SHOWS_MAYBE,
	    .source =
		"product documentation: to-dos with the Tasks app; what is there as HTML goes at an edit" },
	{ .id = "korganizer",
	    .name = "KOrganizer or another application of KDE",
	    .agents = { "Akonadi", "akonadi_davgroupware", "KOrganizer" },
	    .products = { "K Desktop Environment//NONSGML", "KDE.org//NONSGML" },
	    .todos = UB_SHOWS,
	    .source = "product documentation: it has a to-do view; of others' HTML nothing is known" },
	{ .id = "vdirsyncer",
	    .name = "vdirsyncer",
	    .agents = { "vdirsyncer/" },
	    .todos = UB_SHOWS_MAYBE,
	    .source = "measured with 0.19 and khal 0.10, which lists no to-dos; todoman does" },
	{ .id = "cadaver",
	    .name = "cadaver",
	    .agents = { "cadaver/", "davfs2/" },
	    .tool = true,
	    .source = "measured with 0.24: files, not calendars" },
	{ .id = "script",
	    .name = "a script",
	    .agents = { "curl/", "Wget/", "python-requests/" },
	    .tool = true,
	    .source = "by their nature" },
	/* The last one: of whom nothing is known. */
	{ .id = "other", .name = "a client that is not known", .todos = UB_SHOWS_MAYBE, .source = "nothing" },
};
const size_t clients_n_families = UB_COUNT(clients_families);

static bool has_one(struct ub_text text, const char *const *pieces, size_t n)
{
	for (size_t i = 0; i < n && pieces[i]; i++)
		if (ub_text_find(text, ub_text(pieces[i]), 0) != SIZE_MAX)
			return true;
	return false;
}

const struct ub_client_family *ub_clients_family_of_agent(struct ub_text agent)
{
	const struct ub_client_family *unknown = &clients_families[UB_COUNT(clients_families) - 1];
	for (const struct ub_client_family *client = clients_families; client < unknown; client++)
		if (has_one(agent, client->agents, UB_COUNT(client->agents)))
			return client;
	return ub_text_trim(agent).len ? unknown : NULL;
}

const struct ub_client_family *ub_clients_family_of_product(struct ub_text product)
{
	for (size_t i = 0; i < UB_COUNT(clients_families); i++) {
		const struct ub_client_family *client = &clients_families[i];
		if (has_one(product, client->products, UB_COUNT(client->products)))
			return client;
	}
	return NULL;
}

const struct ub_client_family *ub_clients_find_family(struct ub_text id)
{
	for (size_t i = 0; i < UB_COUNT(clients_families); i++)
		if (ub_text_is(id, clients_families[i].id))
			return &clients_families[i];
	return NULL;
}
