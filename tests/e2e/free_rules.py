# SPDX-License-Identifier: Apache-2.0
"""The rule of the stories of busy times: a prep of half an hour that keeps out of everybody's way."""

RULES = """\
format: 1
rules:
  - name: prep
    when: meeting.customer
    create:
      - event: prep
        title: "Prep: {{ meeting.title }}"
        between: [3 business days before start, 2 business days before start]
        duration: 30m
        attendees: meeting.internal
"""


def write(folder):
    """Writes a rule directory into the folder: its path."""
    rules = folder / "rules"
    rules.mkdir()
    (rules / "rules.yaml").write_text(RULES)
    return rules
