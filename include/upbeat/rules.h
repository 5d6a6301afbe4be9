/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_RULES_H
#define UPBEAT_RULES_H

/*
 * rules: the administrator's rules, loaded, checked and matched. upbeat-rules(5) describes their format. A
 * broken file is never loaded in part: ub_rules_load() gives every problem of every file at once, and no rule
 * set.
 */

#include "upbeat/base.h"
#include "upbeat/cal.h"
#include "upbeat/cel.h"
#include "upbeat/facts.h"
#include "upbeat/tmpl.h"
#include "upbeat/yaml.h"

/* One file of a rule directory, read by the shell. The file outlives the rule set. */
struct ub_rule_file {
	struct ub_source source; /* name: the path as shown; text: the bytes */
	struct ub_text path;     /* relative to the rule directory: "prep.yaml", "templates/prep-call.md" */
};

/* One rule directory. Layers are given in order, the shipped one first. */
struct ub_rule_layer {
	struct ub_text directory;         /* as shown */
	const struct ub_rule_file *files; /* in name order */
	size_t n_files;
};

/* When an item reminds: a length of time before its own start or due time, or a point of its own. */
struct ub_reminder {
	bool by_point;         /* else `before` counts */
	struct ub_span before; /* the item's start (events) or due time (tasks) */
	struct ub_point point;
};

struct ub_reminders {
	struct ub_reminder *items;
	size_t n, cap;
};

struct ub_bodies {
	const struct ub_template **items;
	size_t n, cap;
};

/* A value that may depend on the facts: the first case whose condition holds, or nothing. The field says
 * which member of `use` counts: see struct ub_rule_item. */
struct ub_case {
	struct ub_place place;
	const struct ub_cel_program *when; /* NULL: the case always holds */
	union {
		struct ub_span span;
		struct ub_point point;
		bool flag;
		int choice; /* a value of the field's enum */
		struct ub_reminders reminders;
		struct ub_texts texts;
		struct ub_text word;
		const struct ub_template *text;      /* a title or another one-line template */
		const struct ub_template *body;      /* a template by name */
		struct ub_bodies bodies;             /* templates by name */
		const struct ub_cel_program *people; /* list(person); NULL: none */
		struct ub_every rhythm;
	} use;
};

struct ub_cases {
	const struct ub_case *items; /* NULL: the field was not given */
	size_t n;
};

enum ub_prefer { UB_PREFER_EARLIEST, UB_PREFER_LATEST, UB_PREFER_SAME_TIME };
enum ub_late { UB_LATE_NEXT_FREE, UB_LATE_SKIP };
enum ub_full { UB_FULL_EARLIER, UB_FULL_LATER, UB_FULL_SKIP, UB_FULL_OVERLAP };
enum ub_free { UB_FREE_ATTENDEES, UB_FREE_OWNER, UB_FREE_NOBODY };
/* Whether the title of what stands is kept up to date. */
enum ub_title_follows { UB_TITLE_AUTO, UB_TITLE_FOLLOWS, UB_TITLE_STAYS };
/* How a task is written, where its rule says so. */
enum ub_shown_as { UB_SHOWN_AS_TODO, UB_SHOWN_AS_EVENT };
/* What a report takes an item for. */
enum ub_counts_as {
	UB_COUNTS_NOT,
	UB_COUNTS_PREP,
	UB_COUNTS_AGENDA,
	UB_COUNTS_FOLLOW_UP,
	UB_COUNTS_REVIEW,
};
/* "prep", "agenda", "follow-up", "review"; "" for UB_COUNTS_NOT: for the store. A literal. */
const char *ub_rules_counts_as(enum ub_counts_as counts_as);

/* An item without which another one is not made. */
struct ub_need {
	struct ub_place place;
	struct ub_text family; /* a rule or group; empty: the rule itself */
	struct ub_text item;
};

struct ub_needs {
	struct ub_need *items;
	size_t n, cap;
};

struct ub_rule_item {
	struct ub_place place;
	bool task;                                /* `task:`; else `event:` */
	struct ub_text name;                      /* the item's id within its rule */
	struct ub_cases title;                    /* text */
	struct ub_cases between_from, between_to; /* point; a window of whole business days or instants */
	struct ub_cases at;                       /* point */
	struct ub_cases due, latest;              /* point; task */
	/* choice; not given: the first word of each enum */
	struct ub_cases prefer, late, full, free;
	struct ub_cases duration;      /* span */
	struct ub_cases attendees;     /* people */
	struct ub_cases agenda;        /* body */
	struct ub_cases sections;      /* bodies, appended to the agenda */
	struct ub_cases mail;          /* body: customer text */
	struct ub_cases reminders;     /* reminders */
	struct ub_cases categories;    /* texts */
	struct ub_cases busy;          /* flag; not given: busy */
	struct ub_cases counts_as;     /* choice; not given: not */
	struct ub_cases shown_as;      /* choice; task; not given: as its owner's clients show it */
	struct ub_cases html;          /* flag; not given: as its owner's clients show it */
	struct ub_cases title_follows; /* choice; not given: auto */
	bool all_day;                  /* the event takes the whole day of `at`, and has no duration */
	struct ub_cases instances;     /* choice: how many of a series, or how many periods, get the item */
	/* The same where no case holds, and at most. */
	int usual_instances, most_instances;
	struct ub_needs needs;
};

/* What a rule contributes to an item of another rule. */
struct ub_addition {
	struct ub_place place;
	struct ub_text family, item; /* the other rule or its group, and the item's name */
	struct ub_cases sections;    /* bodies, appended to the agenda in rule order */
	struct ub_cases attendees;   /* people */
	struct ub_cases longer;      /* span; all rules together add at most the item's own duration */
};

enum ub_amend_kind { UB_AMEND_ATTENDEE, UB_AMEND_CATEGORY, UB_AMEND_AGENDA, UB_AMEND_REMINDER };

/* What a rule adds to the user's own meeting. */
struct ub_rule_amend {
	struct ub_place place;
	enum ub_amend_kind kind;
	struct ub_text name; /* the addition's id within its rule */
	/* Attendee: word, an address in lower case. Category: word. Agenda: body, a text for
	 * customers. Reminder: span. */
	struct ub_cases value;
};

/* The parts of a rule's condition: what the rule itself says, and what later directories add. All parts of
 * `when` have to hold, or any one of `unless`. */
struct ub_condition {
	const struct ub_cel_program *program;
	struct ub_place place;
};

struct ub_conditions {
	struct ub_condition *items;
	size_t n, cap; /* 0: not given */
};

enum ub_rule_mode { UB_MODE_ENFORCE, UB_MODE_AUDIT };
/* What a rule is tried on. */
enum ub_rule_subject { UB_FOR_MEETING, UB_FOR_ACCOUNT, UB_FOR_TEAM };

struct ub_rule {
	struct ub_place place;
	enum ub_rule_subject subject;
	size_t index; /* in ub_ruleset.rules, .account_rules or .team_rules */
	struct ub_text name, group, description;
	struct ub_texts was; /* earlier names */
	enum ub_rule_mode mode;
	bool enabled;
	struct ub_conditions when, unless;
	struct ub_cases every;             /* rhythm; rules for accounts and teams */
	struct ub_conditions satisfied_by; /* rules for accounts; not given: any customer meeting */
	const struct ub_rule_item *items;
	size_t n_items;
	const struct ub_addition *addition; /* NULL: none */
	const struct ub_rule_amend *amends;
	size_t n_amends;
};

struct ub_ruleset {
	/* The rules that are tried on meetings, in their order, those that are tried on accounts, and those
	 * that are tried on teams. */
	const struct ub_rule **rules, **account_rules, **team_rules;
	size_t n_rules, n_account_rules, n_team_rules;
	bool amends; /* some rule amends meetings */
	/* No rule matches a meeting to which nobody from outside comes, whatever else is in it. */
	bool needs_customer;
	bool reads_history; /* some rule or text may read what is known of an account's other meetings */
	/* The texts of holiday calendars by name: "de" is holidays/de.ics of the last layer that has this
	 * file. The shell reads the texts with ical, and puts the result into the organization. */
	struct ub_map *holiday_files; /* const struct ub_rule_file * */
	const struct ub_template_set *templates;
	struct ub_cel_env *env; /* with the variables of the facts, and the `define`s */
};

/* The rules that are tried on the same as others; *n is their number. */
const struct ub_rule **ub_rules_of(const struct ub_ruleset *rules, enum ub_rule_subject subject, size_t *n);
/* All rules: those for meetings, for accounts, and for teams. `at` is below their number. */
size_t ub_rules_number(const struct ub_ruleset *rules);
const struct ub_rule *ub_rules_at(const struct ub_ruleset *rules, size_t at);

/* The type of a file of rules, for its schema. */
extern const struct ub_yaml_type ub_rules_file_type;
/* The key `format` that it begins with; a file of tests has it, too. */
extern const struct ub_yaml_type ub_rules_format_type;

struct ub_rules_input {
	const struct ub_rule_layer *layers;
	size_t n_layers;
	const struct ub_account_field_decl *fields; /* as in ub_facts_declare() */
	size_t n_fields;
	const struct ub_zones *zones; /* for getHours("Europe/Berlin"); NULL: UTC and offsets only */
	bool find_idle; /* also warn of what is without effect: for authors, not each time rules are used */
};

/*
 * Loads all layers. Problems go to `diags`. NULL: there was an error. Everything is made in `arena`. The
 * zones and the files must outlive the rule set.
 */
const struct ub_ruleset *ub_rules_load(
    const struct ub_rules_input *input, struct ub_diags *diags, struct ub_arena *arena) UB_MUST_USE;

enum ub_verdict { UB_NO, UB_YES, UB_CANNOT_TELL };

/* What decided a verdict. */
enum ub_reason {
	UB_BY_WHEN,   /* `when`, or the lack of it */
	UB_BY_UNLESS, /* `unless` */
	UB_BY_GROUP,  /* the rule `first` */
	UB_BY_ENABLED /* the rule is switched off */
};

/* What one rule says of one meeting. */
struct ub_match {
	const struct ub_rule *rule;
	enum ub_verdict verdict;
	enum ub_reason reason;
	const struct ub_match *first; /* the first rule of the group that matched or cannot tell */
	struct ub_cel_activation *activation;
};

/* A fresh activation for the facts, with every `define` bound lazily, for matching and for templates. */
struct ub_cel_activation *ub_rules_activation(
    const struct ub_ruleset *rules, const struct ub_facts *facts, struct ub_arena *arena);
/* Tries each rule, and gives one match for each, in order. Within a group the first rule
 * that matches wins. */
struct ub_match *ub_rules_match(
    const struct ub_ruleset *rules, struct ub_cel_activation *activation, struct ub_arena *arena);
/* Whether all parts of a condition hold, as of `when`. */
enum ub_verdict ub_rules_ask(
    const struct ub_conditions *parts, struct ub_cel_activation *activation, struct ub_arena *arena);
/* Why the verdict is so, as one line: the sub-expressions that decided, with the values that they
 * had. They are found by evaluating once more, in the activation's arena, since nobody asks why
 * most verdicts are so. */
struct ub_text ub_rules_why(const struct ub_match *match);

/* The first case that holds. UB_NO: no case holds, or the field was not given. UB_CANNOT_TELL: *why
 * says what is missing. */
enum ub_verdict ub_rules_case(struct ub_cases cases, struct ub_cel_activation *activation,
    const struct ub_case **chosen, struct ub_text *why, struct ub_arena *arena);

#endif
