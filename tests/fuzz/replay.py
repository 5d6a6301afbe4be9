# SPDX-License-Identifier: Apache-2.0
"""Each fuzzer runs once more on every input of its corpus."""
import os
import pathlib
import subprocess
import sys

import tap

CORPUS = pathlib.Path(os.environ["srcdir"]) / "tests/fuzz/corpus"


def replays(program):
    @tap.case(f"{program.name} takes its corpus")
    def _():
        inputs = sorted((CORPUS / program.name).iterdir())
        assert inputs, "no corpus"
        run = subprocess.run([program, *inputs], capture_output=True, text=True, errors="replace")
        assert run.returncode == 0, f"status {run.returncode}\n{run.stderr}"


for each in os.environ["FUZZERS"].split():
    replays(pathlib.Path(os.environ["builddir"]) / each)
if not tap.CASES:
    tap.skip_all("there are no fuzzers")
sys.exit(tap.run())
