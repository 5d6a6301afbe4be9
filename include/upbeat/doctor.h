/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPBEAT_DOCTOR_H
#define UPBEAT_DOCTOR_H

/*
 * doctor: looks whether all that Upbeat needs is there, from the certificates to the rights of the service
 * account. What a server can do is found out by asking it, not by its name. Nothing is changed anywhere,
 * unless it is to be tried.
 */

#include "upbeat/configuration.h"

enum ub_doctor_word {
	UB_DOCTOR_GOOD,
	UB_DOCTOR_NOTE,    /* nothing is wrong, and something will not be there */
	UB_DOCTOR_WARNING, /* something works worse than it could, or will not work for long */
	UB_DOCTOR_BAD,     /* something does not work */
};

struct ub_doctor_line {
	enum ub_doctor_word word;
	const char *what;    /* what was looked at: "server" */
	struct ub_text text; /* what was found: one sentence without a full stop */
	const char *help;    /* what to do; NULL: nothing */
};

struct ub_doctor_lines {
	struct ub_doctor_line *items;
	size_t n, cap;
};

struct ub_doctor_input {
	const struct ub_snapshot *snapshot;
	struct ub_text user, authorization; /* somebody who has an account on the server; empty: nobody */
	ub_instant now;                     /* in seconds since 1970 */
	bool tries;      /* whether to store something in the user's calendar, and take it away again */
	size_t warnings; /* how many were found in settings and rules */
};

/* Looks at everything, in the order in which to mend it. Blocks while the server is asked. */
void ub_doctor(const struct ub_doctor_input *input, struct ub_doctor_lines *lines, struct ub_arena *arena);

#endif
