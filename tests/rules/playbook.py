# SPDX-License-Identifier: Apache-2.0
"""The manual's table of the shipped rules is true: each row's rule, template and test exist, and name the row."""
import os
import pathlib
import re
import sys

import tap

TOP = pathlib.Path(os.environ["srcdir"])
RULES = TOP / "rules"
ROW = re.compile(r"^\.It ([PEC]\d+) Ta Cm (\S+) Ta (?:Pa (\S+)|\\\(em) Ta (?:Pa (\S+)|\\\(em)$", re.M)
# What comes with the report.
LATER = {"E9"}
ALL = {f"{part}{n}" for part, last in (("P", 15), ("E", 12), ("C", 14)) for n in range(1, last + 1)}


def table():
    return ROW.findall((TOP / "src/rules/upbeat-rules.5").read_text())


def comments(path):
    return "\n".join(re.findall(r"#.*", path.read_text()))


def file_of(rule):
    files = [path for path in RULES.glob("*.yaml") if re.search(rf"^  - name: {rule}$", path.read_text(), re.M)]
    assert len(files) == 1, f"rule {rule} is in {files}"
    return files[0]


@tap.case("the table has every row, once")
def _():
    ids = [row for row, *_ in table()]
    tap.equal(sorted(ids), sorted(ALL - LATER), "rows")


@tap.case("the file of a row's rule names the row")
def _():
    for row, rule, _, _ in table():
        tap.contains(comments(file_of(rule)), f"[{row}]", f"comments of {rule}")


@tap.case("a row's template is there, and in use")
def _():
    texts = [path.read_text() for path in [*RULES.glob("*.yaml"), *RULES.glob("templates/*.md")]]
    for _, _, template, _ in table():
        if template:
            assert (RULES / f"templates/{template}.md").exists(), template
            used = re.compile(rf"(?:agenda|mail|use|template|sections): {template}$|{{{{>{template}}}}}", re.M)
            assert any(used.search(text) for text in texts), f"{template} is not used"


@tap.case("a row's tests name the row")
def _():
    for row, rule, _, test in table():
        if test:
            tap.contains(comments(RULES / f"tests/{test}.yaml"), f"[{row}]", f"comments of the tests of {rule}")


@tap.case("what comes later is said")
def _():
    said = "\n".join(comments(path) for path in RULES.glob("*.yaml"))
    for row in LATER:
        assert re.search(rf"\b{row}\b", said), row


sys.exit(tap.run())
