/* SPDX-License-Identifier: Apache-2.0 */
#include "facts-private.h"

#include <string.h>

/* Services whose links, wherever the question comes up, mean a video conference. A link's host is the given
 * host, or below it. */
static const struct service {
	const char *host;
	const char *path; /* what the path begins with */
} services[] = {
	{ "zoom.us", "/j/" },
	{ "zoom.us", "/my/" },
	{ "zoom.us", "/w/" },
	{ "zoom.us", "/s/" },
	{ "zoomgov.com", "/j/" },
	{ "teams.microsoft.com", "/l/meetup-join/" },
	{ "teams.microsoft.com", "/meet/" },
	{ "teams.live.com", "/meet/" },
	{ "meet.google.com", "/" },
	{ "webex.com", "/" },
	{ "meet.jit.si", "/" },
	{ "whereby.com", "/" },
	{ "gotomeeting.com", "/join/" },
	{ "gotomeet.me", "/" },
	{ "join.me", "/" },
	{ "8x8.vc", "/" },
	{ "ringcentral.com", "/join/" },
	{ "meetings.dialpad.com", "/" },
	{ "meetings.vonage.com", "/" },
	{ "meet.lync.com", "/" },
	{ "join.skype.com", "/" },
	{ "facetime.apple.com", "/join" },
	{ "pexip.me", "/" },
	{ "go.teamviewer.com", "/" },
	{ "app.alfaview.com", "/" },
	{ "clickmeeting.com", "/" },
	{ "meet.goto.com", "/" },
	{ "bluejeans.com", "/" },
	{ "chime.aws", "/" },
	{ "meet.livestorm.co", "/" },
	{ "app.livestorm.co", "/" },
	{ "calendly.com", "/events/" },
	{ "app.cal.com", "/video/" },
};

static bool ends_link(unsigned char c)
{
	return c <= ' ' || c == 0x7F || strchr("<>\"'`{}|\\^[]", c) != NULL;
}

static bool on_host(struct ub_text host, const char *of)
{
	struct ub_text whole = ub_text(of);
	return ub_text_ends_nocase(host, whole) &&
	       (host.len == whole.len || host.ptr[host.len - whole.len - 1] == '.');
}

/* `rest` is the link without its "https://". */
static bool is_conference(struct ub_text rest)
{
	size_t slash = ub_text_find(rest, UB_TEXT("/"), 0);
	struct ub_text host = ub_text_sub(rest, 0, slash), path = ub_text_sub(rest, slash, rest.len);
	for (size_t i = 0; i < UB_COUNT(services); i++)
		if (on_host(host, services[i].host) && ub_text_starts(path, ub_text(services[i].path)) &&
		    path.len > 1)
			return true;
	return false;
}

/* The end of the link that begins at `at`. The punctuation of the sentence around it is not part of it. */
static size_t link_end(struct ub_text text, size_t at)
{
	size_t end = at;
	while (end < text.len && !ends_link((unsigned char)text.ptr[end]))
		end++;
	while (end > at && strchr(".,;:!?)", text.ptr[end - 1]))
		end--;
	return end;
}

struct ub_text facts_find_conference(struct ub_text text)
{
	struct ub_text const scheme = UB_TEXT("https://");
	for (size_t at = 0; (at = ub_text_find(text, scheme, at)) != SIZE_MAX;) {
		size_t from = at + scheme.len, end = link_end(text, from);
		if (is_conference(ub_text_sub(text, from, end)))
			return ub_text_sub(text, at, end);
		at = end; /* passes the whole link: a link within it is none, and time stays linear */
	}
	return UB_TEXT_NONE;
}
