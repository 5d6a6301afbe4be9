/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_SYS_H
#define UPBEAT_SYS_H

/*
 * sys: the operating system behind one door: clocks, log, random bytes, texts, signals, files.
 */

#include <time.h>

#include "upbeat/base.h"
#include "upbeat/cal.h"

/* ---- clocks ---- */

/* Milliseconds since some fixed point. The count never goes back (CLOCK_MONOTONIC). */
int64_t ub_sys_monotonic_ms(void);
/* The moment that lies so many milliseconds ahead on the monotonic clock. It is for a condition variable that
 * waits by that clock (pthread_condattr_setclock). */
struct timespec ub_sys_deadline(int64_t milliseconds);
/* Now, in whole seconds. */
ub_instant ub_sys_now(void);

/* ---- log ---- */

enum ub_log_level { UB_LOG_ERROR, UB_LOG_WARNING, UB_LOG_INFO, UB_LOG_DEBUG };
enum ub_log_format { UB_LOG_TEXT, UB_LOG_JSON };

/*
 * A log is where lines go. One line is one write(2) of at most UB_LOG_LINE_MAX bytes, so that the lines of
 * threads and processes that share a pipe never mix. A line that would block is dropped and counted; the next
 * line that passes says how many were dropped. Control characters are escaped: a line stays one line whatever
 * a client sent. Any number of threads may use one log.
 */
struct ub_log;

/* `process` ("relay", "engine") stands in each line and must outlive the log. The file descriptor stays the
 * caller's. Never NULL. */
struct ub_log *ub_log_new(int fd, enum ub_log_level level, enum ub_log_format format, const char *process);
/* Sets *log to NULL; NULL is allowed. */
void ub_log_free(struct ub_log **log);
void ub_log_set_level(struct ub_log *log, enum ub_log_level level); /* from now on */
/* Lines more detailed than the log's level are dropped. A NULL log drops every line. */
void ub_log(struct ub_log *log, enum ub_log_level level, const char *format, ...) UB_FORMAT(3, 4);
/* This is for things that may go wrong a thousand times a second. The line is said once a minute, with the
 * number of times that it was withheld since. Each line has a `pace` of its own, zeroed at first. */
struct ub_log_pace {
	_Atomic int64_t next;
	_Atomic uint64_t withheld;
};
void ub_log_paced(struct ub_log *log, struct ub_log_pace *pace, enum ub_log_level level, const char *format,
    ...) UB_FORMAT(4, 5);
bool ub_log_level_parse(struct ub_text word, enum ub_log_level *level);    /* error warning info debug */
bool ub_log_format_parse(struct ub_text word, enum ub_log_format *format); /* text json */

/* ---- random ---- */

/* Bytes that nobody can guess. Aborts when the kernel gives none. */
void ub_sys_random(void *out, size_t n);

/* ---- texts ---- */

/* A text of a Western charset, such as "ISO-8859-1", in UTF-8. A text of any other charset, or one that the
 * charset does not have, comes back as it is. */
struct ub_text ub_sys_utf8(struct ub_text charset, struct ub_text text, struct ub_arena *arena);

/* ---- processes and signals ---- */

/*
 * To be called first in main, before any thread. It blocks all signals for good (but those that report our
 * own faults), ignores SIGPIPE, and returns a non-blocking signalfd that tells the others; -1: errno says
 * why.
 */
UB_MUST_USE int ub_sys_signals_open(void);
/* The next signal that came; 0: none came. */
int ub_sys_signals_next(int fd);
/* From now on the kernel kills this process when the thread that started it ends. That thread may have ended
 * already: a process that was started over a socket sees the socket's end then. */
void ub_sys_die_with_parent(void);
/* The memory of this process is not written out when the process crashes. */
void ub_sys_forbid_core_dumps(void);

/* Makes the process one of this user, if root has started it. Of root's rights only that to bind ports below
 * 1024 stays, until ub_sys_confine(). There must be no other thread. False: *why says why, in a text that
 * lasts until the next call. */
UB_MUST_USE bool ub_sys_become(const char *name, struct ub_text *why);
/*
 * Gives up, for this process and what it starts, all rights to more rights, and the calls of the kernel that
 * neither the relay nor an engine makes: seccomp(2). An engine starts no programs, either. False: *why says
 * what could not be given up, as above.
 */
UB_MUST_USE bool ub_sys_confine(bool engine, struct ub_text *why);

/* ---- secrets ---- */

/* From now on secrets have memory that is never written to a swap device, up to UB_SECRETS_LOCKED bytes of
 * it. To be called once, before there is another thread. */
void ub_sys_lock_secrets(void);
/* Memory for n bytes of a secret, for ub_sys_secret_free(): locked while there is room. Never NULL, and
 * zero. */
void *ub_sys_secret_new(size_t n);
/* Wipes and frees n bytes; NULL is allowed. */
void ub_sys_secret_free(void *secret, size_t n);

/* A password or a token that a file has alone, in one line. */
struct ub_secret {
	char *bytes; /* without the end of the line; memory of its own */
	size_t len;
	bool exposed; /* other users may read or write the file */
};

/* Reads a secret of at most UB_SECRET_MAX bytes from a regular file, for ub_sys_forget_secret(). NULL: it
 * was read. Otherwise what is wrong with the file, for people; there is no secret then, and the words last
 * until the thread's next call. */
UB_MUST_USE const char *ub_sys_read_secret(const char *path, struct ub_secret *secret);
/* Wipes and frees a secret, if there is one. */
void ub_sys_forget_secret(struct ub_secret *secret);

/* ---- who runs first ---- */

/* Has the calling thread run for so many microseconds at a time while others want the processor, and the
 * sooner after it is woken: sched_setattr(2). Linux before 6.12 does not do so. */
void ub_sys_run_briefly(unsigned microseconds);

/* Has the calling thread, and those that it starts, give way to others by so many steps: nice(2). */
void ub_sys_give_way(int steps);

/* ---- threads that wait in poll(2) ---- */

struct ub_thread;

/* Calls run(context, stop_fd) on a thread of its own. From when the thread is to end, stop_fd is readable.
 * Never NULL. */
struct ub_thread *ub_sys_thread_start(void (*run)(void *context, int stop_fd), void *context);
/* Has the thread end, and waits until it has. Sets *thread to NULL; NULL is allowed. */
void ub_sys_thread_stop(struct ub_thread **thread);

/* ---- readings that take without end ---- */

/*
 * A reading is one call that makes something of a text that others have written. A hostile text may keep the
 * call busy for seconds or for ever, and inside the call nobody would notice. So a thread of its own watches
 * from outside how much processor time a reading takes. Time in which its thread sleeps or waits does not
 * count, nor does what the thread does outside of readings.
 */
struct ub_watch;

/* A thread whose readings are watched. Each thread has its own; NULL: nobody watches. */
struct ub_watched;

struct ub_watch_limit {
	int64_t milliseconds; /* of processor time for one reading */
	/* Ends the process, as no thread can be ended from outside. Called once, by the watch's thread, when
	 * a reading has taken longer. Until the end of the process no reading that is watched begins or ends,
	 * so that `context` may be looked at without a lock. */
	void (*overrun)(void *context);
	void *context;
};

/* Never NULL. */
struct ub_watch *ub_sys_watch_start(void);
/* No thread is watched any more. Sets *watch to NULL; NULL is allowed. */
void ub_sys_watch_stop(struct ub_watch **watch);
/* From now on the readings of the calling thread are watched. `watch` may be NULL: they are not, and NULL is
 * returned. */
struct ub_watched *ub_sys_watch_join(struct ub_watch *watch, const struct ub_watch_limit *limit);
/* Sets *watched to NULL; NULL is allowed. By the same thread, outside of a reading. */
void ub_sys_watch_leave(struct ub_watched **watched);
/* Around one reading, by the thread that is watched. Readings do not nest. NULL is allowed. */
void ub_sys_reading_begin(struct ub_watched *watched);
void ub_sys_reading_end(struct ub_watched *watched);

/* ---- files ---- */

enum ub_file_result {
	UB_FILE_OK,
	UB_FILE_MISSING,   /* no such file or directory */
	UB_FILE_TOO_LARGE, /* longer than the limit given, or too many entries */
	UB_FILE_ODD,       /* a directory, pipe or device, where a regular file is wanted */
	UB_FILE_FAILED,    /* anything else: errno tells */
};

/* "there is no such file" and the like. With UB_FILE_FAILED the text is what errno says, so
 * call this at once. */
const char *ub_file_result_text(enum ub_file_result result);
/* Reads the whole of a file, at most `limit` bytes; also of pipes and devices. "-" is a name like others. */
UB_MUST_USE enum ub_file_result ub_sys_read_file(
    struct ub_arena *arena, const char *path, size_t limit, struct ub_text *text);
/* Reads a regular file alone, and so never waits for somebody to write into a pipe. */
UB_MUST_USE enum ub_file_result ub_sys_read_regular_file(
    struct ub_arena *arena, const char *path, size_t limit, struct ub_text *text);
/* Reads all of an open file descriptor (standard input, say) from where it stands. */
UB_MUST_USE enum ub_file_result ub_sys_read_fd(
    struct ub_arena *arena, int fd, size_t limit, struct ub_text *text);
/* Puts a file with these pieces, one behind the other, in place of the file that there is: all of it or, when
 * this fails, nothing. Only the user of this process may read it. */
UB_MUST_USE enum ub_file_result ub_sys_replace_file(const char *path, const struct ub_text *pieces, size_t n);
/* The names in a directory that end in `suffix` (empty: all) and do not begin with a dot, in byte order, at
 * most UB_DIRECTORY_MAX. The names have no path and are NUL-terminated. */
UB_MUST_USE enum ub_file_result ub_sys_list_directory(
    struct ub_arena *arena, const char *path, struct ub_text suffix, struct ub_text **names, size_t *n);
bool ub_sys_is_directory(const char *path);
/* The top of the build tree that the program runs from and that has `holds` in it. Configure has left its
 * traces there. In `arena`; NULL: the program runs from no such tree, and so is installed. */
const char *ub_sys_build_tree(struct ub_arena *arena, const char *holds);

/* ---- sockets in the file system ---- */

struct ub_local {
	const char *path; /* of any length */
	int type;         /* SOCK_STREAM or SOCK_SEQPACKET */
	unsigned mode;    /* who may connect, as the mode of a file */
	int backlog;
};

/*
 * A listening socket of that name, non-blocking, with a number that no program inherits. One that a dead
 * daemon has left there is removed; a living daemon's name is waited for, `patience` milliseconds. -1: *why,
 * in the arena.
 */
UB_MUST_USE int ub_sys_local_listen(
    const struct ub_local *local, int64_t patience, struct ub_arena *arena, struct ub_text *why);
/* Takes the name away, unless somebody listens there: a successor may have the name already. So the caller
 * has closed its socket before. */
void ub_sys_local_remove(const struct ub_local *local, struct ub_arena *arena);
/* A connection, non-blocking. -1: errno says why. */
UB_MUST_USE int ub_sys_local_connect(const struct ub_local *local, struct ub_arena *arena);

/* ---- the supervisor ---- */

/* A socket that systemd has passed, as FileDescriptorName= names it; empty: without a name. */
struct ub_passed_socket {
	int fd;
	struct ub_text name;
};

/* Takes the sockets that were passed to this very process (sd_listen_fds(3)), `max` at most, in their order.
 * They are the caller's. Their names are in the arena. Later calls, and child processes, find none. */
size_t ub_sys_passed_sockets(struct ub_passed_socket *sockets, size_t max, struct ub_arena *arena);
/* Tells the supervisor "READY=1" and the like (sd_notify(3)); without one nothing happens. */
void ub_sys_notify(const char *state);
/* The daemon begins to read its settings again, until it is ready (systemd.service(5), Type=notify-reload).
 */
void ub_sys_notify_reloading(void);

/* The source of zones from the files of the time zone database below `directory` (NULL: /usr/share/zoneinfo),
 * which must outlive the source. The source is fit for ub_cal_zones_new; several threads may use it. */
struct ub_zone_source ub_sys_zone_source(const char *directory);

#endif
