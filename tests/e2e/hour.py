# SPDX-License-Identifier: Apache-2.0
"""An hour's traffic in a few minutes: neither process grows with it, and nothing is left at its end.

`make hour`; UPBEAT_N says how many requests, 3600 by default. The stories run under the sanitizers, which see errors and
leaks; here the ordinary program is looked at from outside.
"""
import os
import pathlib
import random
import sys
import threading

import calendars
import support
import tap

N = int(os.environ.get("UPBEAT_N", "3600"))
SEED = int(os.environ.get("UPBEAT_SEED") or random.SystemRandom().randrange(1 << 32))
THREADS = 6
ALLOWED = 4096  # kB that a process may grow from the second third to the last


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.server = self.start(support.Radicale)
        self.store = self.folder / "upbeat.db"
        settings = f"{support.ORGANIZATION}deletion_grace: 1s\n"
        self.upbeat = self.start(support.Upbeat, self.server, settings=settings, store=f"sqlite:{self.store}")
        return self

    def sizes(self):
        """Resident memory of the relay and the engine, in kB."""
        pid = self.upbeat.pid
        children = support.children_of(pid)
        tap.equal(len(children), 1, "engines")
        status = [pathlib.Path(f"/proc/{each}/status").read_text() for each in (pid, *children)]
        return [int(text.split("VmRSS:")[1].split()[0]) for text in status]

    def settle(self):
        tap.eventually(lambda: not support.keys_in(self.store), "nothing is left to do", 120)

    def one(self, dice, user):
        """What a client does: mostly looks, sometimes stores, changes, deletes; now and then with a wrong password."""
        calendar = calendars.Calendar(self.upbeat.calendar_of(user), user)
        name, kind = f"{dice.randrange(20)}.ics", dice.random()
        if kind < 0.03:
            guests = (user, "cto@acme.example")
            start = calendars.business_day(dice.randrange(8, 20))
            calendar.put(f"c-{name}", calendars.meeting(uid=f"{user}-c-{name}", start=start, attendees=guests, organizer=user))
        elif kind < 0.12:
            calendar.put(name, calendars.meeting(uid=f"{user}-{name}", attendees=(user,), organizer=user))
        elif kind < 0.15:
            calendar.delete(name)
        elif kind < 0.17:
            support.request("PROPFIND", calendar.url, None, None, {"Depth": "0", "Authorization": "Basic eDp5"})
        else:
            support.request("PROPFIND", calendar.url, user, None, {"Depth": "0"})

    def drive(self, n, seed):
        def work(number):
            dice = random.Random(f"{SEED}/{seed}/{number}")
            for _ in range(n // THREADS):
                self.one(dice, dice.choice(support.USERS))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.settle()


@tap.case("neither process grows from the second third of it to the last")
def _(story):
    tap.note(f"seed {SEED}: UPBEAT_SEED={SEED} UPBEAT_N={N}")
    sizes = []
    for third in range(3):
        story.drive(N // 3, third)
        sizes.append(story.sizes())
        tap.note(f"after {third + 1}/3 of {N} requests: relay {sizes[-1][0]} kB, engine {sizes[-1][1]} kB")
    for name, before, after in zip(("relay", "engine"), sizes[1], sizes[2]):
        assert after - before < ALLOWED, f"the {name} grew from {before} to {after} kB"


@tap.case("it ends when told to, with nothing left to do")
def _(story):
    tap.equal(support.keys_in(story.store), [], "keys")
    tap.equal(story.upbeat.stop(), 0, "exit status")


sys.exit(tap.run_in_each(support.worlds(lambda _: Story(), [support.Radicale])))
