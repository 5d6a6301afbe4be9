/* SPDX-License-Identifier: Apache-2.0 */
#include "plan-private.h"

/* A field of the rule's item that holds a text. */
struct text_field {
	const char *name;
	struct ub_cases cases;
	struct ub_bodies sections; /* that come after the text */
	int64_t minutes;           /* that headings share out; 0: none */
};

static bool render(struct ub_making *making, struct ub_draft *draft, const struct text_field *field,
    const struct ub_template *tmpl, struct ub_text *text)
{
	struct ub_buf out = UB_BUF(making->arena);
	struct ub_text why = UB_TEXT_NONE;
	if (!ub_template_render(tmpl, field->sections.items, field->sections.n, field->minutes,
		plan_activation_for(making, tmpl), &out, &why))
		return plan_drop(
		    making, draft, UB_NOTE_UNDECIDED, "`%s` cannot tell: %.*s", field->name, UB_ARGS(why));
	*text = ub_buf_text(&out);
	return true;
}

/* A title is one line, even if a value in it had several. */
static struct ub_text one_line(struct ub_text text, struct ub_arena *arena)
{
	char *line = ub_text_cstr(arena, text);
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = ' ';
	return ub_text_trim(ub_text_n(line, text.len));
}

static bool make_title(struct ub_making *making, struct ub_draft *draft)
{
	const struct text_field field = { "title", draft->source->title, { 0 }, 0 };
	const struct ub_case *chosen;
	struct ub_text title;
	enum ub_verdict verdict = plan_case(making, draft, field.cases, field.name, &chosen);
	if (verdict == UB_NO)
		return plan_drop(making, draft, UB_NOTE_SKIPPED, "no case of `title` holds");
	if (verdict != UB_YES || !render(making, draft, &field, chosen->use.text, &title))
		return false;
	draft->item.title = one_line(title, making->arena);
	if (draft->item.title.len == 0)
		return plan_drop(making, draft, UB_NOTE_SKIPPED, "its title is empty");
	return true;
}

/* ---- the title of what stands ---- */

/* Whether somebody else has answered. */
static bool is_answered(const struct ub_event *event)
{
	for (size_t i = 0; i < event->n_attendees; i++) {
		const struct ub_party *party = &event->attendees[i];
		bool owner = event->organizer && ub_text_eq(event->organizer->address, party->address);
		if (!owner && party->partstat != UB_PARTSTAT_NEEDS_ACTION)
			return true;
	}
	return false;
}

/* Whether another title alone would have those asked anew who have answered. At another time all are. */
static bool costs_answers(const struct ub_making *making, const struct ub_draft *draft)
{
	const struct ub_existing *existing = draft->existing;
	if (!making->input->titles_ask_again || draft->item.kind != UB_ITEM_EVENT)
		return false;
	return existing->event ? existing->start == draft->item.start && is_answered(existing->event)
			       : draft->item.attendees.n > 0;
}

/* Gives the item the title that it has, if that does not follow. What is only remembered of it does not tell
 * the title; it is told all the same that it stays. */
static bool keep_title(struct ub_making *making, struct ub_draft *draft)
{
	static const char *const why[] = { [UB_TITLE_AUTO] =
					       "at another title the server asks those anew who "
					       "have answered: so it follows the meeting's "
					       "title together with its time alone",
		[UB_TITLE_STAYS] = "its title stays as it was made, as its rule says" };
	const struct ub_existing *existing = draft->existing;
	const struct ub_case *chosen;
	enum ub_verdict verdict =
	    plan_case(making, draft, draft->source->title_follows, "title_follows", &chosen);
	int follows = verdict == UB_YES ? chosen->use.choice : UB_TITLE_AUTO;
	if (verdict == UB_CANNOT_TELL)
		return false;
	if (!existing || existing->state != UB_EXISTING_STANDS || follows == UB_TITLE_FOLLOWS ||
	    (follows == UB_TITLE_AUTO && !costs_answers(making, draft)))
		return true;
	const struct ub_event *event = existing->event;
	if (event &&
	    ((existing->user_changed & UB_PROPERTY_TITLE) || ub_text_eq(event->summary, draft->item.title)))
		return true;
	if (event)
		draft->item.title = one_line(event->summary, making->arena);
	plan_note(making, UB_NOTE_REMARK, draft->item.id, "%s", why[follows]);
	return true;
}

/* Whether the line is a delimiter or begins with one. A delimiter stays one if a user writes something after
 * it in the same line. */
static bool is_delimiter(struct ub_text line)
{
	static const char *const delimiters[] = { UB_PLAN_TEXT_END, UB_PLAN_MAIL_BEGIN, UB_PLAN_MAIL_END,
		UB_PLAN_SHARED_BEGIN, UB_PLAN_SHARED_END };
	for (size_t i = 0; i < UB_COUNT(delimiters); i++)
		if (ub_text_starts(ub_text_trim(line), ub_text(delimiters[i])))
			return true;
	return false;
}

struct ub_text plan_tidy(struct ub_text text, struct ub_arena *arena)
{
	struct ub_buf out = UB_BUF(arena);
	struct ub_text rest = ub_text_trim(text), line;
	while (rest.len && ub_text_split(&rest, '\n', &line)) {
		if (line.len && line.ptr[line.len - 1] == '\r')
			line.len--;
		if (is_delimiter(line))
			ub_buf_str(&out, "> ");
		ub_buf_add(&out, line);
		if (rest.ptr)
			ub_buf_char(&out, '\n');
	}
	return ub_buf_text(&out);
}

/* Without a template of its own, an item has its first section in that place. */
static bool make_body(
    struct ub_making *making, struct ub_draft *draft, struct text_field field, struct ub_text *text)
{
	const struct ub_case *chosen;
	enum ub_verdict verdict = plan_case(making, draft, field.cases, field.name, &chosen);
	if (verdict == UB_CANNOT_TELL || (verdict == UB_NO && field.sections.n == 0))
		return verdict == UB_NO;
	const struct ub_template *body =
	    verdict == UB_NO ? *field.sections.items++ : plan_translated(making, chosen->use.body);
	field.sections.n -= verdict == UB_NO;
	if (!render(making, draft, &field, body, text))
		return false;
	*text = plan_tidy(*text, making->arena);
	return true;
}

/* Whose data must not be told to whom: of several customers in one meeting, nobody's is. */
static void print_accounts(const struct ub_facts *facts, struct ub_buf *out)
{
	if (facts->n_accounts < 2)
		return;
	ub_buf_str(out, " The guests belong to several accounts (");
	for (size_t i = 0; i < facts->n_accounts; i++)
		ub_buf_printf(out, "%s%.*s", i ? ", " : "", UB_ARGS(facts->accounts[i]->name));
	ub_buf_str(out, "), so no account's data is used.");
}

static struct ub_text why(const struct ub_draft *draft, const struct ub_facts *facts, struct ub_arena *arena)
{
	struct ub_text description = one_line(draft->rule->description, arena);
	struct ub_buf out = UB_BUF(arena);
	if (description.len)
		ub_buf_add(&out, description);
	else
		ub_buf_str(&out, "The rules ask for it.");
	ub_buf_printf(&out, " (rule %.*s)", UB_ARGS(draft->rule->name));
	if (draft->item.late)
		ub_buf_str(&out, " Late: its usual time had passed.");
	if (plan_went_along(draft))
		ub_buf_str(&out, " Moved along with the meeting from where its user had put it.");
	print_accounts(facts, &out);
	return ub_buf_text(&out);
}

/* When the meeting is, for somebody who reads one line of it. */
static void print_time(const struct ub_making *making, struct ub_buf *out)
{
	const struct ub_meeting *meeting = &making->input->facts->meeting;
	const struct ub_zone *zone = making->calendar.zone;
	if (meeting->event->start.date) {
		ub_cal_format(out, UB_TEXT("%a %-d %b %Y"), zone, meeting->start, UB_ENGLISH);
		return;
	}
	ub_cal_format(out, UB_TEXT("%a %-d %b %Y, %R"), zone, meeting->start, UB_ENGLISH);
	bool long_lasting = meeting->end - meeting->start >= 12 * 3600;
	if (meeting->end > meeting->start)
		ub_cal_format(out, long_lasting ? UB_TEXT(" to %a %-d %b %Y, %R") : UB_TEXT(" to %R"), zone,
		    meeting->end, UB_ENGLISH);
	ub_buf_printf(out, " (%.*s)", UB_ARGS(ub_cal_zone_name(zone)));
}

static void print_meeting(const struct ub_making *making, struct ub_buf *out)
{
	struct ub_text const title = making->input->facts->meeting.title,
			     untitled = UB_TEXT("a meeting without a title");
	ub_buf_printf(out, "For: %.*s, ", UB_ARGS(title.len ? title : untitled));
	print_time(making, out);
	ub_buf_char(out, '\n');
}

static void print_period(const struct ub_making *making, struct ub_buf *out)
{
	const struct ub_facts *facts = making->input->facts;
	const struct ub_zone *zone = making->calendar.zone;
	if (facts->team)
		ub_buf_printf(out, "For: team %.*s, ", UB_ARGS(facts->team->name));
	else
		ub_buf_printf(out, "For: %.*s, ", UB_ARGS(facts->account_name));
	ub_cal_format(out, UB_TEXT("%-d %b %Y"), zone, facts->meeting.start, UB_ENGLISH);
	ub_buf_str(out, " to ");
	ub_cal_format(out, UB_TEXT("%-d %b %Y"), zone, facts->meeting.end - 1, UB_ENGLISH);
	ub_buf_char(out, '\n');
}

/* The order is by importance: what the item is for and when that is, the agenda, the mail, and the reason. */
static struct ub_text describe(const struct ub_making *making, const struct ub_item *item)
{
	struct ub_buf out = UB_BUF(making->arena);
	if (item->unrelated)
		print_period(making, &out);
	else
		print_meeting(making, &out);
	if (item->agenda.len)
		ub_buf_printf(&out, "\n%.*s\n", UB_ARGS(item->agenda));
	if (item->mail.len)
		ub_buf_printf(
		    &out, "\n" UB_PLAN_MAIL_BEGIN "\n%.*s\n" UB_PLAN_MAIL_END "\n", UB_ARGS(item->mail));
	ub_buf_printf(
	    &out, "%sWhy: %.*s\n", item->agenda.len || item->mail.len ? "\n" : "", UB_ARGS(item->why));
	ub_buf_str(&out, UB_PLAN_TEXT_END);
	return ub_buf_text(&out);
}

/* Without an event nothing is timed. */
static int64_t minutes_of(const struct ub_item *event)
{
	return event && !event->all_day ? (event->end - event->start) / 60 : 0;
}

bool plan_texts(struct ub_making *making, struct ub_draft *draft)
{
	struct ub_item *item = &draft->item;
	const struct ub_meeting *meeting = &making->input->facts->meeting;
	/* The agenda of an event shares out the event's length. The agenda of a task or of a whole day, and
	 * everything for the customer, shares out the meeting's length. */
	int64_t of_meeting = (meeting->end - meeting->start) / 60;
	if (item->unrelated)
		of_meeting = minutes_of(plan_event_of(making, draft->rule));
	int64_t minutes =
	    item->kind == UB_ITEM_EVENT && !item->all_day ? (item->end - item->start) / 60 : of_meeting;
	const struct text_field agenda = { "agenda", draft->source->agenda, draft->sections, minutes },
				mail = { "mail", draft->source->mail, { 0 }, of_meeting };
	if (!make_title(making, draft) || !keep_title(making, draft) ||
	    !make_body(making, draft, agenda, &item->agenda) || !make_body(making, draft, mail, &item->mail))
		return false;
	item->why = why(draft, making->input->facts, making->arena);
	item->description = describe(making, item);
	return true;
}
