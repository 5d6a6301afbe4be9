# SPDX-License-Identifier: Apache-2.0
"""A daemon that dies, and what the next one makes of what it left."""
import os
import pathlib
import signal
import sys

import support
import tap


class Daemon(support.Upbeat):
    """One with a store in a file."""

    def __init__(self, folder, upstream):
        self.store = pathlib.Path(folder) / "store"
        super().__init__(folder, upstream, store=f"sqlite:{self.store}")

    def engine_pid(self):
        """0: there is none."""
        children = pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return int(children[0]) if children else 0

    def engine_arguments(self):
        """Of an engine that is ready, else nothing."""
        said, pid = self.said(), self.engine_pid()
        if not pid or said.count("the engine is ready") <= said.count("the engine ended"):
            return []
        return pathlib.Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.radicale = self.start(support.Radicale)
        self.upbeat = self.start(Daemon, self.radicale)
        return self


@tap.case("only an engine that died by itself is counted against what it was working on")
def _(story):
    upbeat = story.upbeat
    assert "--after-crash" not in tap.eventually(upbeat.engine_arguments, "an engine")
    for _ in range(2):
        killed = upbeat.engine_pid()
        os.kill(killed, signal.SIGKILL)
        tap.eventually(lambda: upbeat.engine_pid() not in (0, killed), "the next engine")
        arguments = tap.eventually(upbeat.engine_arguments, "an engine that is ready")
        tap.equal(arguments[-1], "--after-crash", "the last argument")
    upbeat.kill_group()
    upbeat.launch()
    assert "--after-crash" not in tap.eventually(upbeat.engine_arguments, "an engine")


@tap.case("no sanitizer complains")
def _(story):
    story.upbeat.is_sane()


with support.world(Story) as opened:
    sys.exit(tap.run(opened))
