/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ICAL_OBJECTS_H
#define TESTS_ICAL_OBJECTS_H

#include "upbeat/ical.h"

/* The things that a test of this module needs. */
struct desk {
	struct ub_arena *arena;
	struct ub_zones *zones;
	struct ub_ical_refusal refusal;
};

struct desk desk_open(void);
void desk_close(struct desk *desk);

/* A VCALENDAR and VEVENT with UID `u` around these lines, which line feeds separate. */
struct ub_text object_of(struct desk *desk, const char *lines);
/* The facts of that object, which must be readable. */
const struct ub_event *event_of(struct desk *desk, const char *lines);
/* The code with which the text is refused. "": the text is read. */
const char *refused(struct desk *desk, struct ub_text text);
/* "2026-11-12T14:00:00+01:00 Europe/Berlin", "2026-11-12 date", "2026-11-12 14:00 floating" */
const char *shown(struct desk *desk, const struct ub_when *when);
/* The text with every `from` replaced. The text must contain `from`. */
struct ub_text replaced(struct desk *desk, struct ub_text text, const char *from, const char *to);

#endif
