/* SPDX-License-Identifier: Apache-2.0 */
#include "codes.h"
#include "upbeat/base.h"

/* Of rules, and of the directories they are in. */
const struct ub_code ub_codes_rules[] = {
	{ "bad-address", "this is no e-mail address", "An address has one `@` and a domain.",
	    "address: notes at recorder.example", "address: notes@recorder.example" },
	{ "bad-name", "this cannot be a name",
	    "Names stand in messages, in marks on calendar items and, of definitions, in expressions; so "
	    "they "
	    "have letters, digits and few other characters.",
	    "- name: prep call", "- name: prep-call" },
	{ "bad-time", "this is no point in time or length of time",
	    "A point is a length, `before` or `after`, and `start` or `end` of the meeting or of another "
	    "item "
	    "of the rule. Units are s, m, h, d, minutes, hours, days, weeks, business days.",
	    "at: 3 bussiness days before start", "at: 3 business days before start" },
	{ "circular", "items whose times depend on each other",
	    "Each waits for the other to get its time. Let one of them depend on the meeting.",
	    "- event: one\n  at: 1h before two.start\n- event: two\n  at: 1h before one.start",
	    "- event: one\n  at: 2h before start\n- event: two\n  at: 1h before one.start" },
	{ "conflict", "two things that exclude each other",
	    "An item is an event or a task; an event has `between` or `at`. Take one of them out.",
	    "at: 1h before start\nbetween: [2 days before start, 1 day before start]",
	    "at: 1h before start" },
	{ "duplicate-definition", "a name is defined twice in one directory",
	    "Definitions hold for all files of a directory. Rename or delete one. Another directory may "
	    "define "
	    "the name anew.",
	    NULL, NULL },
	{ "duplicate-item", "an id is given twice in one rule",
	    "An item is known by rule and id, in the calendar, too. Give it an id of its own.",
	    "- event: prep\n- event: prep", "- event: prep\n- event: second-prep" },
	{ "duplicate-rule", "two rules of one directory have one name",
	    "A rule is known by its name, also to what it made in calendars. Rename one. A rule of a later "
	    "directory may have the same name: it takes the other's place.",
	    NULL, NULL },
	{ "duplicate-template", "two files of one directory are one template",
	    "A template is known by its file's name without the end, so agenda.md and agenda.txt are the "
	    "same "
	    "one. Delete or rename one. A template of a later directory may have the same name: it takes the "
	    "other's place.",
	    NULL, NULL },
	{ "internal-data", "customers would see internal data",
	    "Texts for customers, and items that guests may be invited to, may depend only on what customers "
	    "may know. Health, tier, persona, concerns and the like are internal, and so is every condition "
	    "that reads them. Take it out, or make the item internal.",
	    NULL, NULL },
	{ "name-taken", "the name is something else's already",
	    "A definition cannot have the name of a fact; a group not that of a rule outside of it; a rule's "
	    "earlier name not that of another rule.",
	    "define:\n  meeting: \"true\"", "define:\n  is_meeting: \"true\"" },
	{ "never-matches", "a rule that can never match",
	    "Its condition is always false, whatever the meeting is: because of what `when` or `unless` say, "
	    "or because `unless` says the same as `when`. To switch a rule off, say `enabled: false`.",
	    "when: meeting.customer\nunless: \"true\"", "enabled: false" },
	{ "no-rules", "nothing of a rule directory is there",
	    "A rule directory has files NAME.yaml, and folders templates/ and holidays/. Is it the right "
	    "one?",
	    NULL, NULL },
	{ "not-read", "a file or folder that is not read",
	    "Rule files end in .yaml, templates in .md, .txt or .html, holidays in .ics, in small letters. "
	    "Rule files are in the directory itself, the others in its folders templates/, tests/ and "
	    "holidays/; no other folder is read.",
	    "prep.yml", "prep.yaml" },
	{ "not-supported", "this version cannot do it yet",
	    "What depends on it is left out, so that nothing else happens than was meant.", NULL, NULL },
	{ "replaced", "this takes the place of an earlier directory's",
	    "That is how own rules change the shipped ones; the warning is there for when the same name was "
	    "chosen by accident.",
	    NULL, NULL },
	{ "reversed-window", "the window ends before it begins", "The earlier point comes first.",
	    "between: [1 day before start, 2 days before start]",
	    "between: [2 days before start, 1 day before start]" },
	{ "shadowed", "a rule that an earlier one of its group hides",
	    "Of the rules of a group the first that matches wins. The earlier one always matches, or "
	    "whenever "
	    "this one does. Put the more special rule first.",
	    "- name: any\n  group: prep\n- name: long\n  group: prep\n  when: meeting.duration > "
	    "duration(\"1h\")",
	    "- name: long\n  group: prep\n  when: meeting.duration > duration(\"1h\")\n- name: any\n  group: "
	    "prep" },
	{ "unguarded", "what an account may lack is read without asking",
	    "Where it is missing the rule can neither apply nor not apply, and makes nothing. Ask whether it "
	    "is there first.",
	    "when: account.health == \"red\"", "when: has(account.health) && account.health == \"red\"" },
	{ "unknown-format", "a format that is not known",
	    "The first line of a rule file says which rules it is written to. There is one format so far.",
	    "format: 2", "format: 1" },
	{ "unknown-item", "there is no such item",
	    "A point in time names an item of the same rule by its id; `add_to` and a test name one as "
	    "RULE/ITEM.",
	    "due: 1 day after prepp.end", "due: 1 day after prep.end" },
	{ "unreachable", "a case that is never reached",
	    "The first case that holds is taken, and one without `if` always holds. Put it last.",
	    "- use: 15m\n- if: meeting.customer\n  use: 30m",
	    "- if: meeting.customer\n  use: 30m\n- use: 15m" },
	{ "unused-definition", "a definition that nothing uses",
	    "No rule, template or other definition reads it. Delete it, or look for a misspelt use.", NULL,
	    NULL },
	{ "unused-template", "a template that nothing uses",
	    "No rule names it and no other template includes it. Delete it, or name it in a rule.", NULL,
	    NULL },
	{ "wrong-kind", "this belongs to another kind of thing",
	    "Events have a duration, tasks a due time; a category has a name, an attendee an address.",
	    "- task: follow-up\n  duration: 10m", "- task: follow-up\n  due: 1 day after end" },
};

const size_t ub_n_codes_rules = UB_COUNT(ub_codes_rules);
