/* SPDX-License-Identifier: Apache-2.0 */
#include "codes.h"
#include "upbeat/base.h"

/* Codes about rules and their directories. */
const struct ub_code cli_codes_rules[] = {
	{ "bad-address", "this is no e-mail address", "An address has one `@` and a domain.",
	    "address: notes at recorder.example", "address: notes@recorder.example" },
	{ "bad-name", "this cannot be a name",
	    "Names stand in messages, in marks on calendar items, and in expressions. So a name has only "
	    "letters, digits and a few other characters.",
	    "- name: prep call", "- name: prep-call" },
	{ "bad-time", "this is no point in time or length of time",
	    "A point is a length, `before` or `after`, and `start` or `end` of the meeting or a time of "
	    "another item of the rule. Units are s, m, h, d, minutes, hours, days, weeks, business days.",
	    "at: 3 bussiness days before start", "at: 3 business days before start" },
	{ "circular", "items that wait for each other",
	    "Each item waits for the time of the other, or needs the other. Let the time of one of them "
	    "depend on "
	    "the meeting, or take one `needs` out.",
	    "- event: one\n  at: 1h before two.start\n- event: two\n  at: 1h before one.start",
	    "- event: one\n  at: 2h before start\n- event: two\n  at: 1h before one.start" },
	{ "circular-definition", "a definition uses itself",
	    "Its value would depend on itself, straight or by way of others that it uses. What takes an "
	    "earlier "
	    "directory's definition's place cannot use that either: write out what it has in common with it.",
	    "define:\n  is_big: is_big || meeting.duration > duration(\"2h\")",
	    "define:\n  is_big: size(meeting.external) > 5 || meeting.duration > duration(\"2h\")" },
	{ "conflict", "two things that exclude each other",
	    "The message says which two. For example, an item is an event or a task, and an event has "
	    "`between` or `at`. Take one of the two out.",
	    "at: 1h before start\nbetween: [2 days before start, 1 day before start]",
	    "at: 1h before start" },
	{ "duplicate-definition", "a name is defined twice in one directory",
	    "Definitions hold for all files of a directory. Rename or delete one. Another directory may "
	    "define the name anew.",
	    NULL, NULL },
	{ "duplicate-item", "an id is given twice in one rule",
	    "An item is known by its rule and its id, in the calendar, too. The same is true of an addition. "
	    "Choose another id for one of the two.",
	    "- event: prep\n- event: prep", "- event: prep\n- event: second-prep" },
	{ "duplicate-rule", "two rules of one directory have one name",
	    "A rule is known by its name, in calendars, too. Rename one. A rule of a later directory may "
	    "have the same name: that rule takes the other's place.",
	    NULL, NULL },
	{ "duplicate-template", "two files of one directory are one template",
	    "A template is known by the name of its file without the end. So agenda.md and agenda.txt are "
	    "the same template. Delete or rename one. A template of a later directory may have the same "
	    "name: that template takes the other's place.",
	    NULL, NULL },
	{ "forgets-customer", "a changed rule does not ask any more whether a meeting is with a customer",
	    "The definition `is_customer_meeting` keeps rules away from private meetings and from those that "
	    "are "
	    "none with a customer. The rule asked for it, and the new `when` takes the place of all that the "
	    "old "
	    "one said. `and_when` adds to the old one instead.",
	    "change:\n  - rule: prep\n    when: meeting.duration > duration(\"1h\")",
	    "change:\n  - rule: prep\n    and_when: meeting.duration > duration(\"1h\")" },
	{ "internal-data", "customers would see internal data",
	    "Customers see mails for customers, items to which guests might be invited, and additions to a "
	    "meeting. These may depend only on what customers may know. Health, tier, persona, concerns and "
	    "the like are internal, and so is every condition that reads them. Take the internal data out, "
	    "or make the item internal.",
	    NULL, NULL },
	{ "name-taken", "the name is taken already",
	    "A definition cannot have the name of a fact. A group cannot have the name of a rule outside the "
	    "group. An earlier name of a rule cannot be the name of another rule.",
	    "define:\n  meeting: \"true\"", "define:\n  is_meeting: \"true\"" },
	{ "never-matches", "a rule that can never match",
	    "The condition is always false, whatever the meeting is: because of `when` or `unless` alone, or "
	    "because `unless` says the same as `when`. To switch a rule off, say `enabled: false`.",
	    "when: meeting.customer\nunless: \"true\"", "enabled: false" },
	{ "no-rules", "the directory has nothing of a rule directory in it",
	    "A rule directory has files NAME.yaml, and folders templates/, holidays/ and tests/. Is this the "
	    "right directory?",
	    NULL, NULL },
	{ "no-customer", "a rule for teams that reads an account",
	    "A rule with `for: team` is tried on the teams of the settings, which have no customer. It may "
	    "read `team`, `org` and `today`. What goes by a customer is a rule with `for: account`.",
	    "for: team\nwhen: account.health == \"red\"", "for: team\nwhen: team.name == \"sales\"" },
	{ "no-meeting", "a rule for accounts or teams that reads a meeting",
	    "A rule with `for: account` is tried on accounts, and there is no meeting then. Its conditions, "
	    "cases and texts may read `account`, `org` and `today`. Only `satisfied_by` is asked of a "
	    "meeting. A rule with `for: team` may read `team`, `org` and `today`.",
	    "for: account\nwhen: meeting.customer", "for: account\nwhen: account.tier == \"gold\"" },
	{ "no-team", "a rule for meetings or accounts that reads a team",
	    "Only a rule with `for: team` is about a team, and has `team.name`, `team.members` and "
	    "`team.lead`. Other rules have the people of a team by the function `team(\"NAME\")`, and an "
	    "account's people in `account.team`.",
	    "for: account\nattendees: team.members", "for: account\nattendees: account.team" },
	{ "no-series", "`instances` in a rule that leaves series out",
	    "`instances` says how many instances of a series get an item. The rule has `unless: "
	    "meeting.series` "
	    "or the like.",
	    "unless: meeting.series\ncreate:\n  - {event: call, title: Call, at: start, duration: 15m, "
	    "instances: 4}",
	    "create:\n  - {event: call, title: Call, at: start, duration: 15m, instances: 4}" },
	{ "not-read", "a file or folder that is not read",
	    "Rule files end in .yaml, templates in .md, .txt or .html, holidays in .ics, all in small "
	    "letters. Rule files are in the directory itself, the others in its folders templates/, tests/ "
	    "and holidays/. No other folder is read.",
	    "prep.yml", "prep.yaml" },
	{ "not-supported", "this version does not support this yet",
	    "An error keeps the file from being used. A warning says what is left out. In either case, "
	    "nothing else happens than was meant.",
	    NULL, NULL },
	{ "replaced", "this takes the place of one in an earlier directory",
	    "In this way own rules change the shipped ones. The warning is for a name that was chosen twice "
	    "by accident.",
	    NULL, NULL },
	{ "reversed-window", "the window ends before it begins", "The earlier point comes first.",
	    "between: [1 day before start, 2 days before start]",
	    "between: [2 days before start, 1 day before start]" },
	{ "shadowed", "a rule that an earlier one of its group hides",
	    "Of the rules of a group, the first that matches wins. The earlier rule always matches, or "
	    "matches whenever this rule does. Put the more special rule first.",
	    "- name: any\n  group: prep\n- name: long\n  group: prep\n  when: meeting.duration > "
	    "duration(\"1h\")",
	    "- name: long\n  group: prep\n  when: meeting.duration > duration(\"1h\")\n- name: any\n  group: "
	    "prep" },
	{ "unguarded", "a value that an account may lack is read without asking",
	    "Where the value is missing, the rule cannot tell and makes nothing. Ask first whether the value "
	    "is there.",
	    "when: account.health == \"red\"", "when: has(account.health) && account.health == \"red\"" },
	{ "unknown-format", "a format that is not known",
	    "`format` says for which version of the language a file is written. There is one version so far.",
	    "format: 2", "format: 1" },
	{ "unknown-item", "there is no such item",
	    "A point in time and a `change` name an item of the rule by its id. `add_to`, `needs` and a test "
	    "name an item as RULE/ITEM.",
	    "due: 1 day after prepp.end", "due: 1 day after prep.end" },
	{ "unreachable", "a case that is never reached",
	    "The first case that holds is taken, and a case without `if` always holds. Put that case last.",
	    "- use: 15m\n- if: meeting.customer\n  use: 30m",
	    "- if: meeting.customer\n  use: 30m\n- use: 15m" },
	{ "unused-definition", "a definition that nothing uses",
	    "No rule, template or other definition reads the definition. Delete the definition, or look for "
	    "a misspelt use.",
	    NULL, NULL },
	{ "unused-template", "a template that nothing uses",
	    "No rule names the template, and no other template includes it. Delete the template, or name it "
	    "in a rule.",
	    NULL, NULL },
	{ "wrong-kind", "this belongs to another kind of thing",
	    "The message says where this belongs. Events have a duration, tasks a due time. A category has a "
	    "name, an attendee an address. Rules and tests have files of their own.",
	    "- task: follow-up\n  duration: 10m", "- task: follow-up\n  due: 1 day after end" },
};

const size_t cli_n_codes_rules = UB_COUNT(cli_codes_rules);
