# SPDX-License-Identifier: Apache-2.0
"""What the stories of amended meetings share: a rule and its additions."""
import os
import pathlib

import support

ORGANIZATION = support.ORGANIZATION + '  not_customers: ["*@recorder.example"]\n'
RULES = """\
format: 1
rules:
  - name: shared
    description: Customer meetings are recorded, and everybody knows their agenda.
    for: meeting
    when: meeting.customer
    amend:
      - attendee: recorder
        address: notes@recorder.example
      - category: customer
        name: Customer
      - agenda: fact
        template: fact
      - reminder: soon
        before: 10m
  - name: interviews
    description: Interviews are told apart, though no customer comes.
    for: meeting
    when: meeting.title.startsWith("Interview")
    amend:
      - category: interview
        name: Hiring
"""
TEMPLATE = """\
---
audience: customer
---
## Welcome {weight=1}
## {{ meeting.title }} {weight=3}
"""
ADDED = ("notes@recorder.example", "CATEGORIES:Customer", "--- Agenda ---", "TRIGGER:-PT10M")


def write_rules(folder):
    rules = pathlib.Path(folder) / "rules"
    (rules / "templates").mkdir(parents=True)
    (rules / "shared.yaml").write_text(RULES)
    (rules / "templates/fact.md").write_text(TEMPLATE)
    return rules


def additions(text):
    return [piece for piece in ADDED if piece in text]


def be_patient():
    """Has the story run a program in which a meeting is not passed on as it came because the machine has other things to
    do; but not where it is told to run another one than usual."""
    usual = os.path.join(os.environ["builddir"], "tests/upbeat-san")
    if os.environ["UPBEAT"] == usual:
        os.environ["UPBEAT"] = os.path.join(os.environ["builddir"], "tests/tools/patient")
