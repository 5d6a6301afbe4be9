# SPDX-License-Identifier: Apache-2.0
"""`make demo` runs its own tree's program, and ends with all that it started when it is told to."""
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import uuid

import tap

TOP = pathlib.Path(os.environ["srcdir"])
BUILD = pathlib.Path(os.environ["builddir"])
MAKES = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "UPBEAT")


class Demo:
    """A demo in a process group of its own. All that it starts has its mark in the environment."""

    def __init__(self, command, **environment):
        self.mark = f"DEMO_TEST={uuid.uuid4()}"
        clean = {name: value for name, value in os.environ.items() if name not in MAKES}
        name, _, value = self.mark.partition("=")
        self.output = tempfile.TemporaryFile("w+")
        self.child = subprocess.Popen(
            command, cwd=BUILD, env={**clean, name: value, **environment}, stdin=subprocess.DEVNULL, stdout=self.output,
            stderr=subprocess.STDOUT, start_new_session=True)

    def said(self):
        self.output.seek(0)
        return self.output.read()

    def running(self):
        """Number and command of each process with the mark."""
        found = {}
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if self.mark.encode() in (folder / "environ").read_bytes():
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().decode().replace("\0", " ")
            except OSError:
                continue
        return found

    def stop(self):
        for pid in self.running():
            os.kill(pid, signal.SIGKILL)
        self.child.wait()


def nothing_is_left(demo):
    demo.child.wait(20 * tap.PATIENCE)
    tap.eventually(lambda: not demo.running(), "nothing of the demo is left", 5)
    assert "Traceback" not in demo.said(), demo.said()


def quick():
    if os.environ.get("UPBEAT_QUICK"):
        raise tap.Skip("left out by UPBEAT_QUICK")


@tap.case("make demo runs the program of its tree, and SIGTERM to make ends everything")
def _():
    quick()
    demo = Demo(["make", "-s", "demo"], UPBEAT="/bin/false")
    try:
        tap.eventually(lambda: "Ctrl-C ends the demo" in demo.said(), "the demo stays up", 60)
        programs = [command.split()[0] for command in demo.running().values()]
        tap.contains(programs, str(BUILD / "src/upbeat"), "programs")
        os.kill(demo.child.pid, signal.SIGTERM)
        nothing_is_left(demo)
        tap.contains(demo.said(), "their data is gone", "the demo")
    finally:
        demo.stop()


for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    @tap.case(f"{number.name} while the servers start ends them")
    def _(number=number):
        quick()
        for delay in (0.05, 0.1, 0.2, 0.4):
            demo = Demo([sys.executable, "-B", TOP / "tests/demo/demo.py"], UPBEAT=os.environ["UPBEAT"])
            try:
                tap.eventually(lambda: "customer meeting" in demo.said() or demo.child.poll() is not None, "it plays", 20)
                time.sleep(delay)
                os.kill(demo.child.pid, number)
                nothing_is_left(demo)
            finally:
                demo.stop()


sys.exit(tap.run())
