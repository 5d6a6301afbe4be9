# SPDX-License-Identifier: Apache-2.0
"""What the engine has of the C library's memory. In the ordinary program: the sanitizers have a malloc() of their own."""
import os
import pathlib
import signal
import sys

import calendars
import support
import tap

ARENA = 64 << 20  # of address space that malloc() keeps for an arena of threads, which begins at a multiple of it
ITEMS = 4  # of an ordinary customer meeting

os.environ["UPBEAT"] = os.environ["builddir"] + "/src/upbeat"


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.radicale = self.start(support.Radicale)
        self.upbeat = self.start(support.Upbeat, self.radicale)
        return self


def arenas(pid):
    """How many arenas the process has beside the first one, which is its heap: each is a mapping of nothing, followed by
    what is kept for it."""
    found, before = 0, (0, 0)
    for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
        span, rights, *_, last = line.split()
        start, end = (int(number, 16) for number in span.split("-"))
        found += rights == "---p" and before[1] == start and before[0] % ARENA == 0 and end == before[0] + ARENA
        before = (start, end)
    return found


@tap.case("all memory that the engine's threads give back can go back to the kernel")
def _(story):
    for user in support.USERS[:2]:
        calendar = calendars.Calendar(story.upbeat.calendar_of(user), user)
        for n in range(4):
            uid = f"{user}-{n}"
            tap.equal(calendar.put(f"{n}.ics", calendars.meeting(uid=uid, organizer=user)).status, 201, "PUT")
            tap.eventually(lambda: len(calendar.items_of(uid)) == ITEMS, "its items", 20)
    os.kill(story.upbeat.pid, signal.SIGHUP)
    tap.eventually(lambda: "reload: " in story.upbeat.said(), "the rules are read again", 20)
    # malloc_trim(3) gives nothing back of what is free at the end of another arena.
    tap.equal(arenas(support.engine_of(story.upbeat.pid)), 0, "arenas of threads")


with support.world(Story) as opened:
    sys.exit(tap.run(opened))
