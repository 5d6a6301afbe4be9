/* SPDX-License-Identifier: Apache-2.0 */
#include "facts-private.h"

#include <string.h>

/*
 * What a person wrote into a description, beside what a conference service or a booking page added: a block
 * between lines that the service draws, or lines with its link, its numbers and its phrases (Zoom, Meet,
 * Teams, Webex, GoTo, Chime, Calendly, Cal.com, HubSpot, SavvyCal; English and German, the most common ones
 * in French and Spanish), and beside what mail programs put before a text that they pass on.
 */

/* How lines begin, in lower case, that a service writes and no person does. */
static const char *const phrases[] = { "join ", "click here to join", "meeting id", "meeting-id",
	"meeting number", "passcode", "password:", "meeting password", "pin:", "dial ", "dial-in", "or dial",
	"or call", "one tap mobile", "phone conference id", "conference id", "find a local number",
	"find your local number", "more phone numbers", "local numbers", "learn more", "meeting options",
	"need help?", "download teams", "reset dial-in pin", "reset pin", "microsoft teams meeting",
	"microsoft teams need help?", "video call link", "topic: ", "for organizers", "für organisatoren",
	"system reference", "teilnehmen", "jetzt an besprechung teilnehmen", "hier klicken, um",
	"an besprechung teilnehmen", "besprechungs-id", "kenncode", "kennung", "telefonkonferenz-id",
	"lokale nummer suchen", "meeting-kennnummer", "per telefon", "weitere infos", "besprechungsoptionen",
	"videoanruf-link", "einwahl", "nehmen sie auf ihrem computer", "an skype-besprechung teilnehmen",
	"participer à la réunion", "id de réunion", "code secret", "une seule touche",
	"trouver votre numéro local", "unirse a la reunión", "id de reunión", "código de acceso",
	"event name: ", "powered by calendly", "view meeting insights", "access code",
	"please join my meeting", "you can also dial", "you can join by phone", "get the app now",
	"global call-in numbers", "more ways to join", "when it's time, join", "if you are a host, click",
	"this meeting was scheduled with", "need to reschedule or cancel", "need to make a change",
	"service name: ", "customer name: ", "customer email: " };

/* What such lines have in them. */
static const char *const marks[] = { "is inviting you to a", "hat sie zu einem", "lädt sie zu einem",
	"join on your computer", "join with google meet", "vous invite à une réunion",
	"le está invitando a una", "invites you to join this webex", "tap to join from a mobile", "|  (utc",
	"you can join this meeting from", "need to make changes to this event", "calendly.com/cancel",
	"calendly.com/reschedul", "location: this is a ", "to reschedule or cancel this meeting",
	"zoom.us/launch/", "zoom.us/meetings/", "@zoomcrc.com", "cal.com/booking/", "notetaker will join" };

/* Whether any of the words is in the text. */
static bool has_any(struct ub_text text, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ub_text_find(text, ub_text(words[i]), 0) != SIZE_MAX)
			return true;
	return false;
}

/* A booking page's invitation has one of its links, but for Google's. */
static bool is_booked(struct ub_text text)
{
	static const char *const links[] = { "https://calendly.com/", "https://meetings.hubspot.com/",
		"https://meetings-eu1.hubspot.com/", "https://cal.com/", "https://app.cal.com/",
		"https://savvycal.com/", "https://outlook.office365.com/owa/calendar/",
		"https://youcanbook.me/", "https://tidycal.com/", "https://zcal.co/", "Booked by\n" };
	return has_any(text, links, UB_COUNT(links));
}

/* Google draws such a line around what is its own. */
static bool is_googles(struct ub_text line)
{
	return ub_text_starts(line, UB_TEXT("-::~:~"));
}

static bool begins_block(struct ub_text line)
{
	static const char *const lines[] = { "-::~:~", "____________________", "────", "....................",
		"==========" };
	for (size_t i = 0; i < UB_COUNT(lines); i++)
		if (ub_text_starts(line, ub_text(lines[i])))
			return true;
	return false;
}

static bool has_letters(struct ub_text text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80)
			return true;
	}
	return false;
}

static bool has_digits(struct ub_text text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] >= '0' && text.ptr[i] <= '9')
			return true;
	return false;
}

/* A link by which the guest moves or cancels what he has booked. */
static bool is_link_to_change(struct ub_text lower)
{
	static const char *const words[] = { "reschedul", "cancel", "umbuchen", "verschieben", "stornieren",
		"absagen" };
	return ub_text_find(lower, UB_TEXT("https://"), 0) != SIZE_MAX &&
	       has_any(lower, words, UB_COUNT(words));
}

/* "Time: Dec 15, 2026 10:00 AM Berlin", "Germany: +49 721 6059 6510" */
static bool is_time_or_number(struct ub_text lower)
{
	size_t colon = ub_text_find(lower, UB_TEXT(": "), 0);
	if (colon == SIZE_MAX)
		return false;
	struct ub_text label = ub_text_sub(lower, 0, colon), value = ub_text_sub(lower, colon + 2, lower.len);
	if (ub_text_is(label, "time"))
		return has_digits(value) && ub_text_find(value, UB_TEXT(":"), 0) != SIZE_MAX;
	return ub_text_starts(value, UB_TEXT("+")) && !has_letters(value) && label.len < 24;
}

static bool is_phrase(struct ub_text line, struct ub_arena *arena)
{
	struct ub_text lower = ub_text_lower(arena, line);
	for (size_t i = 0; i < UB_COUNT(phrases); i++)
		if (ub_text_starts(lower, ub_text(phrases[i])))
			return true;
	return has_any(lower, marks, UB_COUNT(marks)) || is_link_to_change(lower) || is_time_or_number(lower);
}

/* The line without the links to conferences that stand in it, and the brackets around them. */
static struct ub_text without_links(struct ub_text line, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	struct ub_text link;
	while ((link = facts_find_conference(line)).len) {
		size_t from = (size_t)(link.ptr - line.ptr), to = from + link.len;
		if (from > 0 && to < line.len && strchr("<([", line.ptr[from - 1]) &&
		    strchr(">)]", line.ptr[to])) {
			from--;
			to++;
		}
		ub_buf_add(&out, ub_text_sub(line, 0, from));
		line = ub_text_sub(line, to, line.len);
	}
	ub_buf_add(&out, line);
	return ub_text_trim(ub_buf_text(&out));
}

/* What of the line a person wrote. `label`: the line had a link, and what is left only names it. */
static struct ub_text own_line(struct ub_text line, struct ub_arena *arena)
{
	struct ub_text left = without_links(line, arena);
	bool label = left.len < line.len && ub_text_ends(left, UB_TEXT(":")) && left.len < 40;
	bool bullet = ub_text_starts(left, UB_TEXT("\xE2\x80\xA2 "));
	bool point = bullet || ub_text_starts(left, UB_TEXT("- "));
	struct ub_text words = point ? ub_text_sub(left, bullet ? 4 : 2, left.len) : left;
	bool number = left.len > 0 && (words.ptr[0] == '+' || !has_letters(words)); /* to dial */
	/* A person's point may begin like a service's, as "- Join strategies". */
	bool phrase = is_phrase(words, arena) && (!point || has_digits(words));
	return label || number || phrase ? UB_TEXT_NONE : left;
}

/* Cuts what stands up to the next line that a service draws, and that line. `closed`: there is one. */
static struct ub_text cut_block(struct ub_text *rest, bool *closed)
{
	struct ub_text whole = *rest, line;
	size_t end = whole.len;
	*closed = false;
	while (rest->len && !*closed) {
		size_t at = whole.len - rest->len;
		ub_text_split(rest, '\n', &line);
		*closed = begins_block(ub_text_trim(line));
		if (*closed)
			end = at;
	}
	return ub_text_sub(whole, 0, end);
}

/* Whether a block goes on behind a line in its midst, as that of Teams: at once, with a link, and up to a
 * line. */
static bool goes_on(struct ub_text rest)
{
	bool closed;
	struct ub_text block = cut_block(&rest, &closed), lines = block, first;
	return closed && ub_text_split(&lines, '\n', &first) && ub_text_trim(first).len &&
	       ub_text_find(block, UB_TEXT("https://"), 0) != SIZE_MAX;
}

/* The text without the blocks that stand between lines which a service draws, if a link is in them. */
static struct ub_text without_blocks(struct ub_text text, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	struct ub_text rest = text, line;
	while (rest.len) {
		ub_text_split(&rest, '\n', &line);
		if (!begins_block(ub_text_trim(line))) {
			ub_buf_printf(&out, "%.*s\n", UB_ARGS(line));
			continue;
		}
		bool closed;
		struct ub_text after = rest, block = cut_block(&after, &closed);
		if (!facts_find_conference(block).len && !(closed && is_googles(ub_text_trim(line))))
			continue;
		rest = after;
		while (closed && goes_on(rest))
			cut_block(&rest, &closed);
	}
	return ub_buf_text(&out);
}

/* Google puts a block there also where it has no conference. */
static bool has_googles(struct ub_text text)
{
	struct ub_text const mark = UB_TEXT("-::~:~");
	size_t first = ub_text_find(text, mark, 0);
	return first != SIZE_MAX && ub_text_find(text, mark, first + 1) != SIZE_MAX;
}

static bool is_one_of(struct ub_text line, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ub_text_eq_nocase(line, ub_text(words[i])))
			return true;
	return false;
}

/* What a booking page tells under a heading of its own, up to a blank line, stands in the event anyway. */
static bool begins_section(struct ub_text line)
{
	static const char *const headings[] = { "what:", "when:", "where:", "who:", "invitee time zone:" };
	return is_one_of(line, headings, UB_COUNT(headings));
}

/* A heading of what its guest has written there. */
static bool is_heading(struct ub_text line)
{
	static const char *const headings[] = {
		"additional notes:", "notes:", "description:", "booking details"
	};
	return is_one_of(line, headings, UB_COUNT(headings));
}

static struct ub_text without_sections(struct ub_text text, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	struct ub_text rest = text, line;
	bool section = false;
	size_t guest = 0; /* lines that are left of who has booked: a heading, his name and his address */
	while (rest.len) {
		ub_text_split(&rest, '\n', &line);
		struct ub_text said = ub_text_trim(line);
		if (ub_text_is(said, "Booked by"))
			guest = 3;
		section = said.len && (section || begins_section(said));
		if (!guest && !section && !is_heading(said))
			ub_buf_printf(&out, "%.*s\n", UB_ARGS(line));
		guest -= guest > 0;
	}
	return ub_buf_text(&out);
}

/* The text up to the line by which Webex says that all below is its own. */
static struct ub_text up_to_note(struct ub_text text, struct ub_arena *arena)
{
	struct ub_text lower = ub_text_lower(arena, text);
	return ub_text_sub(text, 0, ub_text_find(lower, UB_TEXT("-- do not delete or change any of"), 0));
}

/* Whether a line such as "-----Original Appointment-----" begins what was passed on. */
static bool begins_forwarded(struct ub_text line, struct ub_arena *arena)
{
	static const char *const words[] = { "original", "forwarded", "urspr\xC3\xBCng", "weitergeleitet" };
	if (!ub_text_starts(line, UB_TEXT("---")) || !ub_text_ends(line, UB_TEXT("---")))
		return false;
	struct ub_text lower = ub_text_lower(arena, line);
	for (size_t i = 0; i < UB_COUNT(words); i++)
		if (ub_text_find(lower, ub_text(words[i]), 0) != SIZE_MAX)
			return true;
	return false;
}

/* A warning that a mail gateway has put there. */
static bool is_notice(struct ub_text line)
{
	return ub_text_find(line, UB_TEXT("originated from outside"), 0) != SIZE_MAX;
}

/* The text without the headers of what was passed on, such as "Sent: Monday", up to a line that is none. */
static struct ub_text without_headers(struct ub_text text, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	struct ub_text rest = text, line;
	bool header = false;
	while (rest.len) {
		ub_text_split(&rest, '\n', &line);
		struct ub_text said = ub_text_trim(line);
		bool begins = begins_forwarded(said, arena);
		header =
		    begins || (header && ub_text_find(ub_text_sub(said, 0, 24), UB_TEXT(":"), 0) != SIZE_MAX);
		if (!header && !is_notice(said))
			ub_buf_printf(&out, "%.*s\n", UB_ARGS(line));
	}
	return ub_text_trim(ub_buf_text(&out));
}

struct ub_text facts_own_text(struct ub_text text, struct ub_arena *arena)
{
	text = without_headers(text, arena);
	bool booked = is_booked(text);
	if (facts_find_conference(text).len == 0 && !booked && !has_googles(text))
		return text;
	struct ub_buf out = UB_BUF(arena);
	struct ub_text rest = without_blocks(up_to_note(text, arena), arena), line;
	if (booked)
		rest = without_sections(rest, arena);
	while (rest.len) {
		ub_text_split(&rest, '\n', &line);
		struct ub_text said = ub_text_trim(line), own = own_line(said, arena);
		struct ub_text indent = ub_text_sub(line, 0, said.len ? (size_t)(said.ptr - line.ptr) : 0);
		if (own.len || said.len == 0)
			ub_buf_printf(&out, "%.*s%.*s\n", UB_ARGS(indent), UB_ARGS(own));
	}
	return ub_text_trim(ub_buf_text(&out));
}
