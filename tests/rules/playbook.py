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
# The rows that are figures of a report, and need no rule of their own.
REPORTED = {"E9": ("Next step booked", "Executives who came again")}
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
    tap.equal(sorted(ids), sorted(ALL - REPORTED.keys()), "rows")


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


@tap.case("a row without a rule is a figure of the report")
def _():
    rules, program = ((TOP / page).read_text() for page in ("src/rules/upbeat-rules.5", "src/cli/upbeat.1"))
    for row, figures in REPORTED.items():
        tap.contains(rules, f"Row {row} ", "the manual of rules")
        for figure in figures:
            tap.contains(rules.replace("\n", " "), figure, "the manual of rules")
            tap.contains(program, f".It Sy {figure} ", "the manual of the report")


sys.exit(tap.run())
