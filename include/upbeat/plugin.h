/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_PLUGIN_H
#define UPBEAT_PLUGIN_H

/*
 * plugin: what a loadable module and Upbeat know of each other. A module is a shared object NAME.so that
 * defines `ub_plugin` if it is an account source, and `ub_plugin_sink` if it is an event sink; `source: NAME`
 * or `sink: NAME` in the settings has it loaded. It includes this header and nothing else of Upbeat, and
 * needs no symbol of the program: what it may call comes as a table of functions.
 *
 * The life of an account source, one for each source in the settings:
 *
 *   open     takes the settings and makes the source's own state
 *   changed  says whether reading again could give anything new
 *   read     gives all accounts, through the functions of `host`
 *   close    frees the state
 *
 * The life of an event sink, one for each sink in the settings:
 *
 *   open     takes the settings and makes the sink's own state; nothing is sent yet
 *   deliver  passes some events on, and says how far it came
 *   close    frees the state
 *
 * Threads: each source and each sink has a thread of its own, which makes all these calls, one after the
 * other. Two sources of one plugin have two threads, so that a plugin keeps its state in what `open` returns,
 * and in no global. Calls may take as long as they have to, and may block. Upbeat does not wait longer than
 * the time limit in the settings: it says that there was no answer, and goes on with what was read before, or
 * keeps the events. An answer that comes later is still taken. A plugin starts no process, and changes
 * neither signals nor locale nor working directory.
 *
 * Memory: what Upbeat gives lives until the call returns. What the plugin gives is copied before the host's
 * function returns. Each side frees what it has allocated.
 *
 * Mistakes: `read` either gives all accounts and returns UB_PLUGIN_DONE, or reports with host->error() what
 * is wrong (which file, where, what to do) and returns UB_PLUGIN_FAILED. Then nothing of that reading is
 * used. Single values are not the plugin's to judge: Upbeat checks types, words and addresses itself, the
 * same for all sources, and says what is wrong at the place that the plugin gave.
 *
 * Events are delivered at least once: the program may end between `deliver` and the note that it was done,
 * and the next one delivers the same events again, with the same ids. A sink gets events in their order, and
 * the next ones only after `deliver` has returned.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Changes when a module that was compiled before would be misunderstood. */
#define UB_PLUGIN_ABI 1u

/* ---- places ---- */

/* Bytes [at, at + len) of a document, for messages. A document is a text that the host knows by number: 0 is
 * none, 1 is the settings file, and host->document() gives further numbers. */
struct ub_plugin_place {
	size_t document, at, len;
};

/* ---- settings ---- */

enum ub_plugin_option_kind {
	UB_PLUGIN_OPTION_TEXT, /* a text that is not empty */
	UB_PLUGIN_OPTION_PATH, /* the path of a file; what is relative begins at the settings file */
	UB_PLUGIN_OPTION_LIST, /* one text, or a list of texts */
	UB_PLUGIN_OPTION_MAP,  /* a map of names to texts */
};

/* A key that a source or sink takes in the settings, besides those that every one takes. */
struct ub_plugin_option {
	const char *name;
	enum ub_plugin_option_kind kind;
	bool required;
	const char *doc; /* one line, no full stop */
};

/* One text of the settings. A list or a map makes one for each of its texts. The names and types of the
 * declared fields are among them, under the name "fields", and under "timeout" how many seconds a call may
 * take before it is told that the source does not answer. */
struct ub_plugin_setting {
	const char *name;
	const char *key; /* of an entry of a map; else NULL */
	const char *value;
	struct ub_plugin_place place;
};

/* ---- what a plugin may call, in the thread and for the time of a call that it gets ---- */

struct ub_plugin_host {
	size_t size; /* of this struct: later versions have more members at the end */

	/* Makes a text known, under the name that messages show (a path, a URL). Returns its number. */
	size_t (*document)(struct ub_plugin_host *host, const char *name, const char *bytes, size_t len);

	/*
	 * The accounts, as trees of plain texts like those of an account file (upbeat.conf(5)). Each account
	 * is a map:
	 *
	 *   map_begin, key "id", text "acme", key "domains", list_begin, text "acme.example", list_end,
	 * map_end
	 *
	 * What is not known is left out. In place of an account, people whose account the source does not
	 * know by its id are a map of "found_by", a map of "addresses" and "name", and "stakeholders". Only
	 * in `read` of a source; of a sink, they do nothing.
	 */
	void (*map_begin)(struct ub_plugin_host *host, struct ub_plugin_place place);
	void (*map_end)(struct ub_plugin_host *host);
	void (*list_begin)(struct ub_plugin_host *host, struct ub_plugin_place place);
	void (*list_end)(struct ub_plugin_host *host);
	void (*key)(struct ub_plugin_host *host, const char *name, size_t len, struct ub_plugin_place place);
	void (*text)(struct ub_plugin_host *host, const char *text, size_t len, struct ub_plugin_place place);

	/* Tells people of a mistake, or of something odd: one plain sentence without full stop, and in `help`
	 * what to do; NULL: nothing to add. */
	void (*error)(
	    struct ub_plugin_host *host, struct ub_plugin_place place, const char *message, const char *help);
	void (*warning)(
	    struct ub_plugin_host *host, struct ub_plugin_place place, const char *message, const char *help);

	/* Whether nobody waits for the call any more, as the program ends or reads its settings again. Long
	 * calls ask from time to time, and return. */
	bool (*stopping)(struct ub_plugin_host *host);

	/* From when the accounts are, in seconds since 1970, if that is not now: a file's own time. Their age
	 * counts from then. Only in `read`. */
	void (*as_of)(struct ub_plugin_host *host, int64_t seconds);
};

/* ---- what an account source defines ---- */

enum ub_plugin_result {
	UB_PLUGIN_DONE,      /* all accounts were given */
	UB_PLUGIN_UNCHANGED, /* there is nothing new since `read` was done last */
	UB_PLUGIN_FAILED,    /* host->error() was told why */
};

struct ub_plugin {
	unsigned abi; /* UB_PLUGIN_ABI */
	size_t size;  /* sizeof(struct ub_plugin) */
	const struct ub_plugin_option *options;
	size_t n_options;
	unsigned refresh; /* seconds between looks, unless the settings say otherwise; 0: the host's usual */

	/* NULL: host->error() was told why, and the source is not opened again before the settings are read
	 * anew. */
	void *(*open)(
	    struct ub_plugin_host *host, const struct ub_plugin_setting *settings, size_t n_settings);
	/* Whether to read. Called when the source is due, and not before the first `read`. NULL: always. */
	bool (*changed)(void *source);
	enum ub_plugin_result (*read)(void *source, struct ub_plugin_host *host);
	void (*close)(void *source);
};

/* What the module defines. */
extern const struct ub_plugin ub_plugin;

/* ---- what an event sink defines ---- */

/* An item was created, changed or removed: upbeat.conf(5), "EVENTS". */
struct ub_plugin_event {
	const char *id;   /* the same each time that the event is delivered */
	const char *json; /* one JSON object in UTF-8, in one line without its end, NUL-terminated */
	size_t len;
};

enum ub_plugin_delivery {
	UB_PLUGIN_DELIVERED, /* nothing went wrong; there may have been no time for all of them */
	UB_PLUGIN_LATER,     /* the next one cannot be delivered now; host->error() was told why */
	UB_PLUGIN_REFUSED, /* the next one will never be taken, and is left out; host->error() was told why */
};

struct ub_plugin_answer {
	size_t delivered; /* so many of the events are done with, from the first one on */
	enum ub_plugin_delivery result;
	/* With UB_PLUGIN_LATER: after how many seconds to try again; 0: the host's usual, which grows. */
	unsigned seconds;
};

struct ub_plugin_sink {
	unsigned abi; /* UB_PLUGIN_ABI */
	size_t size;  /* sizeof(struct ub_plugin_sink) */
	const struct ub_plugin_option *options;
	size_t n_options;

	/* As for a source. */
	void *(*open)(
	    struct ub_plugin_host *host, const struct ub_plugin_setting *settings, size_t n_settings);
	/* Passes on n events, n > 0. What takes long returns early, with a part of them. */
	struct ub_plugin_answer (*deliver)(
	    void *sink, struct ub_plugin_host *host, const struct ub_plugin_event *events, size_t n);
	void (*close)(void *sink);
};

/* What the module defines. */
extern const struct ub_plugin_sink ub_plugin_sink;

#endif
