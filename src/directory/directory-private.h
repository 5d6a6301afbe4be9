/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_DIRECTORY_PRIVATE_H
#define UPBEAT_DIRECTORY_PRIVATE_H

#include <pthread.h>

#include "upbeat/directory.h"
#include "upbeat/plugins.h"

struct ub_yaml_node;

/* ---- part.c ---- */

/* People whose account a source does not name: it says how to find it. */
struct people {
	struct ub_texts addresses; /* the account that these belong to, as guests do; */
	struct ub_text name;       /* else the one of this name; empty: not said */
	struct ub_stakeholder *items;
	size_t n;
	struct ub_place place;
};

/* The accounts that one source gave at one time. A part is immutable and counted, and everything is in its
 * arena. */
struct part {
	struct ub_arena *arena;
	_Atomic unsigned holders;
	struct {
		struct ub_account *items;
		size_t n, cap;
	} accounts;
	UB_VEC(struct ub_place) places; /* of each account */
	struct {
		struct people *items;
		size_t n, cap;
	} people;
	ub_instant as_of;                     /* when it held; UB_INSTANT_NONE: when it was read */
	bool faulty;                          /* an account, or something of one, was left out */
	struct ub_text said;                  /* all that the source gave, until it is dropped; */
	struct ub_arena *said_arena;          /* its memory, if that is not the part's */
	unsigned char digest[UB_SHA256_SIZE]; /* of what the source gave */
};

struct part *part_new(void);
struct part *part_hold(struct part *part);
void part_release(struct part **part);
/* Notes what the source gave. The text lives as long as the part, or is in part->said_arena. */
void part_note(struct part *part, struct ub_text said);
/* Gives back the memory of what the source gave. */
void part_drop_said(struct part *part);
/* Whether the source gave the same, in the same order. */
bool part_says_same(const struct part *a, const struct part *b);
/* The settings of the part's source, in the part's arena: the part may outlive the settings. */
const struct ub_settings_source *part_settings(struct part *part, const struct ub_settings_source *settings);

/* ---- sources ---- */

enum look {
	LOOK_NONE,      /* not looked, as the source is not due */
	LOOK_SAME,      /* not read, as nothing has changed since the last look */
	LOOK_CONFIRMED, /* looked: what was read before still holds */
	LOOK_NEW,       /* there is a new part */
	LOOK_FAILED,    /* reported; there may be a part of what is sound */
	LOOK_PENDING,   /* the source has not answered yet */
};

/* A kind of source. All functions are called by one thread at a time. */
struct source_ops {
	/* Makes the source's state. Settings and zone outlive it. `mark` is the path of the source's mark;
	 * NULL: it has none. NULL: reported. */
	void *(*open)(const struct ub_settings_source *settings, const struct ub_zone *zone, const char *mark,
	    struct ub_diags *diags);
	/* Begins to look. Nothing happens while an earlier look is pending. */
	void (*begin)(void *state);
	/* What came of it, waiting at most until `deadline` (ub_sys_monotonic_ms). A *part is held for the
	 * caller; NULL: there is none. */
	enum look (*end)(void *state, int64_t deadline, struct part **part, struct ub_diags *diags);
	void (*close)(void *state);
	/* Seconds between looks, where the settings do not say. */
	int64_t (*refresh)(const void *state);
	/* Reads once more what a part of this kind said. False: it cannot be read any more. */
	bool (*recall)(const struct ub_settings_source *settings, const struct ub_zone *zone,
	    struct ub_text said, struct part *part, struct ub_diags *diags);
};

/* ---- source.c ---- */

struct source {
	const struct source_ops *ops;
	const struct ub_settings_source *settings;
	size_t number;         /* in the settings, from 0 */
	void *state;           /* NULL: the source cannot be opened */
	struct part *part;     /* the last one that could be used; NULL: there is none */
	bool good;             /* the part is the whole of what the source gave, and no remains of it */
	bool own;              /* and it was read since the source was opened */
	ub_instant as_of;      /* when the part held; UB_INSTANT_NONE: when it was looked at last */
	bool kept;             /* an earlier process has read the part */
	char *kept_path;       /* where the part is kept for the next process; NULL: nowhere */
	bool keeps;            /* the part is there, */
	ub_instant kept_as_of; /* and this is noted as its time */
	struct part *refused;  /* a later one, which lacks too many accounts; NULL: none */
	bool refused_holds;    /* as far as was seen since, the source still has that one */
	int64_t due;           /* when to look again, by the monotonic clock */
	bool pending;
	struct ub_source_report report;
	struct ub_arena *said; /* of the report's problem; NULL: there is none */
};

/* Makes the source one of the settings, with nothing read yet. */
void source_init(struct source *source, const struct ub_settings_source *settings, size_t number);
/* Begins with what an earlier process has kept, in case that the source fails now. */
void source_recall(
    struct source *source, const char *prefix, const struct ub_zone *zone, struct ub_diags *diags);
void source_open(struct source *source, const struct ub_zone *zone, const struct ub_directory_start *start,
    struct ub_diags *diags);
void source_close(struct source *source);
/* Whether both are the same in their settings. */
bool source_is_like(const struct source *source, const struct source *other);
/* Gives to a source that was just opened what another one has. `lock` is that of the other one. */
void source_take_over(struct source *source, const struct source *from, pthread_mutex_t *lock);
/* Begins a look if the source is due, or if all are to be looked at. */
void source_begin(struct source *source, bool all);
/* Takes what came of the look; `lock` is for what other threads see of the source. `force`: however many
 * accounts are gone. True: there is a new part. */
bool source_end(
    struct source *source, pthread_mutex_t *lock, bool force, int64_t deadline, struct ub_diags *diags);
/* Milliseconds until the source is due. */
int64_t source_wait(const struct source *source);
/* Keeps the part as long as the diagnostics, which point into its files. */
void part_keep(struct ub_diags *diags, struct part *part);

/* yaml-source.c */
extern const struct source_ops directory_yaml_source;
/* plugin-source.c: every other source */
extern const struct source_ops directory_plugin_source;

/* ---- kept.c: what an earlier process has read ---- */

struct kept {
	struct ub_text said; /* as in a part */
	ub_instant as_of;    /* when it held */
};

enum kept_found {
	KEPT_NONE, /* there is nothing, or it is of a source with other settings */
	KEPT_FOUND,
	KEPT_BROKEN, /* there is something that cannot be used */
};

/* Reads the file, with texts in `arena`; `words` are the source's in the settings. */
enum kept_found kept_read(const char *path, struct ub_text words, struct ub_arena *arena, struct kept *kept);
UB_MUST_USE enum ub_file_result kept_write(const char *path, struct ub_text words, const struct kept *kept);
/* Notes a later time at which the same held. */
void kept_confirm(const char *path, ub_instant as_of);
/* Removes the files of sources that are no more: from this number on. */
void kept_forget(const char *prefix, size_t from);

/* ---- plugin-tree.c ---- */

/* Takes the values that a plugin gives, and reads each account as soon as it is whole. */
struct tree;

struct tree_input {
	const struct ub_accounts_reading *reading; /* its arena is the part's */
	struct part *part;
	const struct ub_source *settings; /* document 1 */
	struct ub_place source;           /* the source's place in the settings: for what has no other */
};

/* In the part's arena, but for what one account needs for a while. */
struct tree *tree_new(const struct tree_input *input);
void tree_free(struct tree **tree);
size_t tree_document(struct tree *tree, struct ub_text name, struct ub_text text);
struct ub_place tree_place(const struct tree *tree, struct ub_plugin_place place);
void tree_begin(struct tree *tree, bool map, struct ub_plugin_place place);
void tree_end(struct tree *tree, bool map);
void tree_scalar(struct tree *tree, bool key, struct ub_text text, struct ub_plugin_place place);
/* Gives to the tree once more what an earlier one noted. False: it is not what a tree notes. */
bool tree_replay(struct tree *tree, struct ub_text said);
/* Whether all that was given is whole, and no two accounts have one id. What is not is reported. */
bool tree_finish(struct tree *tree);

/* ---- remedies.c ---- */

struct ub_yaml_reader;
/* Reports that the node is not what `noun` says, with what to write: `meant`, or if that is empty, what
 * `otherwise` says (NULL: nothing). Returns false. */
bool directory_refuse_value(const struct ub_yaml_reader *reader, const struct ub_yaml_node *node,
    const char *noun, struct ub_text meant, const char *otherwise);
/* What was most likely meant: 2027-03-31 by 31.03.2027, alice@ours.example by Alice <alice@ours.example>,
 * acme.example by https://acme.example/. In the arena. Empty: nobody knows. */
struct ub_text directory_meant_date(struct ub_text text, struct ub_arena *arena);
struct ub_text directory_meant_address(struct ub_text text, struct ub_arena *arena);
struct ub_text directory_meant_domain(struct ub_text text, struct ub_arena *arena);

/* ---- values.c: types for tables ---- */

/* The context of the readers of accounts. */
struct reading {
	const struct ub_zone *zone;
	const struct ub_account_field_decl *fields; /* declared */
	size_t n_fields;
};

extern const struct ub_yaml_type directory_type_address;   /* struct ub_text, lower case */
extern const struct ub_yaml_type directory_type_addresses; /* struct ub_texts */
extern const struct ub_yaml_type directory_type_domains;   /* struct ub_texts, lower case */
extern const struct ub_yaml_type directory_type_date;      /* ub_instant: the beginning of the day */
extern const struct ub_yaml_type directory_type_time;      /* ub_instant */
extern const struct ub_yaml_type directory_type_number;    /* double */
extern const struct ub_yaml_type directory_type_health;    /* enum ub_health */
/* UB_VECs of struct ub_account_note, which differ in what the date is called. */
extern const struct ub_yaml_type directory_notes_opened, directory_notes_since, directory_notes_due;

/* ---- account.c ---- */

/* Reads the accounts of a file. False: the file holds no accounts, which has been reported. */
bool directory_read_accounts(const struct ub_source *source, const struct ub_settings_source *settings,
    const struct ub_zone *zone, struct part *part, struct ub_diags *diags);
/* Reads one account into the part. What is wrong is reported and left out. */
void directory_read_account(
    const struct ub_accounts_reading *reading, const struct ub_yaml_node *node, struct part *part);

/* Of `stakeholders`: a list of them, into a UB_VEC. */
extern const struct ub_yaml_type directory_stakeholders_type;

/* ---- people.c ---- */

/* Whether the node is of people and of no account. */
bool directory_is_people(const struct ub_yaml_node *node);
/* Reads them into the part. What is wrong is reported and left out. */
void directory_read_people(
    const struct ub_accounts_reading *reading, const struct ub_yaml_node *node, struct part *part);
/* Adds the people of all offers to the accounts of a new snapshot that they belong to. Whom nobody knows is
 * reported. */
void directory_add_people(struct ub_accounts *accounts, struct ub_diags *diags);

/* ---- merge.c ---- */

/* What a source has to offer for a snapshot. */
struct offer {
	struct part *part;
	int64_t as_of; /* midnight of the day that it is of; UB_INSTANT_NONE: not said */
	bool stale;    /* too old to say how a customer is doing */
};

/* Account i of the offer, as old as it is. */
struct ub_account directory_offered_account(const struct offer *offer, size_t i);
/* Adds to *into what it does not say and *from does. */
void directory_merge_account(struct ub_account *into, const struct ub_account *from, struct ub_arena *arena);

/* ---- match.c ---- */

struct ub_accounts {
	struct ub_arena *arena;
	_Atomic unsigned holders;
	struct offer *offers; /* whose parts are held */
	size_t n_offers;
	struct ub_account *copies;       /* to be written to before anybody uses the snapshot */
	const struct ub_account **items; /* the same; ids distinct */
	struct ub_place *owner_places;   /* where each account says whose it is */
	size_t n;
	bool whole; /* nothing is missing that a source has */
	/* From the key to the account's number in `items`, plus one. */
	struct ub_map *by_id, *by_address, *by_domain, *by_registrable;
};

/* The registered part of a domain ("acme.co.uk" of "eu.acme.co.uk"). Empty: the domain is itself a public
 * suffix. */
struct ub_text directory_registrable_domain(struct ub_text domain, struct ub_arena *arena);

/* Makes a snapshot, which holds the parts from now on. Of what several offers say of an account, the first
 * one's holds. Conflicts between accounts go to `diags`. */
struct ub_accounts *directory_index_accounts(const struct offer *offers, size_t n, struct ub_diags *diags);

#endif
