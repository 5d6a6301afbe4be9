/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ICAL_OBJECTS_H
#define TESTS_ICAL_OBJECTS_H

#include "upbeat/ical.h"

/* What a test of this module works with. */
struct desk {
	struct ub_arena *arena;
	struct ub_zones *zones;
	struct ub_ical_refusal refusal;
};

struct desk desk_open(void);
void desk_close(struct desk *desk);

/* VCALENDAR and VEVENT with UID `u` around these lines, which are separated by line feeds. */
struct ub_text object_of(struct desk *desk, const char *lines);
/* Its facts; they must be readable. */
const struct ub_event *event_of(struct desk *desk, const char *lines);
/* The code with which a text is refused, "" when it is not. */
const char *refused(struct desk *desk, struct ub_text text);
/* "2026-11-12T14:00:00+01:00 Europe/Berlin", "2026-11-12 date", "2026-11-12 14:00 floating" */
const char *shown(struct desk *desk, const struct ub_when *when);
/* The text with every `from` replaced; it must be there. */
struct ub_text replaced(struct desk *desk, struct ub_text text, const char *from, const char *to);

#endif
