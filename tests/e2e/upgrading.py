# SPDX-License-Identifier: Apache-2.0
"""A daemon in whose place new processes of it step."""
import os
import pathlib
import re
import signal

import support
import tap


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Upbeat(support.Upbeat):
    """Of which other processes are the successors."""

    def successors(self):
        if not self.log.exists():
            return []  # the story is over
        return [int(pid) for pid in re.findall(r"process (\d+) has taken over", self.said())]

    def current(self):
        return (self.successors() or [self.pid])[-1]

    def upgrade(self):
        """The process that has taken over."""
        before = self.current()
        os.kill(before, signal.SIGUSR2)
        tap.eventually(lambda: self.current() != before, "another process takes over", 20)
        return before, self.current()

    def stop(self, seconds=15):
        for pid in self.successors():
            if is_alive(pid):
                os.kill(pid, signal.SIGTERM)
                tap.eventually(lambda pid=pid: not is_alive(pid), "it ends", seconds)
        return super().stop(seconds)
