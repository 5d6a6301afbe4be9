# SPDX-License-Identifier: Apache-2.0
"""The schemas for editors say what the loader says: what is good is valid, what has a fault of form is not."""
import functools
import json
import os
import pathlib
import re
import subprocess
import sys

import tap

try:
    import jsonschema
    import yaml
except ImportError as missing:
    jsonschema = missing

TOP = pathlib.Path(os.environ["srcdir"])


def as_editors_do():
    """YAML 1.2, which knows no dates and takes `yes` for a text."""
    loader = type("Loader", (yaml.SafeLoader,), {})
    loader.yaml_implicit_resolvers = {
        first: [each for each in known if each[0] not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:int")]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[-+]?[0-9]+$"), list("-+0123456789"))
    loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("(?:true|false)$"), ["t", "f"])
    loader.yaml_implicit_resolvers.update(
        {first: [each for each in loader.yaml_implicit_resolvers.get(first, []) if each[0] != "tag:yaml.org,2002:bool"]
         for first in "yYnNoO"})
    return loader


@functools.cache
def validator(kind):
    done = subprocess.run(
        [os.environ["UPBEAT"], "check", "--schema", kind], capture_output=True, text=True, timeout=60, check=True)
    schema = json.loads(done.stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def faults(kind, text):
    return [f"{'/'.join(map(str, each.absolute_path))}: {each.message[:300]}"
            for each in validator(kind).iter_errors(yaml.load(text, Loader=as_editors_do()))]


def shown(page):
    """The files that a manual page shows, as (path, text)."""
    for path, text in re.findall(r'^\.\\" file (\S+)\n(?:(?!\.Bd -literal).*\n)*?\.Bd -literal.*\n((?:.*\n)*?)\.Ed$',
                                 page.read_text(), re.M):
        yield path, text.replace(r"\&", "").replace(r"\e", "\\")


def good_directories():
    """The shipped rules, and those of golden tests in which only warnings are found."""
    yield TOP / "rules"
    for rules in sorted((TOP / "tests/golden").glob("*/*/rules")):
        done = subprocess.run(
            [os.environ["UPBEAT"], "check", rules], capture_output=True, text=True, timeout=60)
        if done.returncode == 0:
            yield rules


def needs_the_tools(test):
    @functools.wraps(test)
    def run():
        if isinstance(jsonschema, ImportError):
            raise tap.Skip(str(jsonschema))
        test()
    return run


@tap.case("rule and test files without fault are valid")
@needs_the_tools
def _():
    seen = {"rules": 0, "tests": 0}
    for directory in good_directories():
        for kind, pattern in (("rules", "*.yaml"), ("tests", "tests/*.yaml")):
            for path in sorted(directory.glob(pattern)):
                tap.equal(faults(kind, path.read_text()), [], str(path))
                seen[kind] += 1
    assert seen["rules"] >= 10 and seen["tests"] >= 3, seen


@tap.case("the files that the manuals show are valid")
@needs_the_tools
def _():
    seen = 0
    for page in sorted(TOP.glob("src/*/*.[1-8]")):
        for path, text in shown(page):
            kind = ("tests" if "/tests/" in path else "rules" if "/" in path and path.endswith(".yaml") else
                    "settings" if re.match("format: 1|listen:", text) or "\nlisten:" in text else
                    "accounts" if "\naccounts:" in f"\n{text}" and path.endswith(".yaml") else None)
            if kind:
                tap.equal(faults(kind, text), [], f"{page.name}: {path}")
                seen += 1
    assert seen >= 4, f"{seen} files were seen"


# What the form of a file decides. A list that may be one thing is refused for what it may not be.
MISTAKES = ("a-key-misspelt", "a-word-misspelt", "a-rule-without-a-name", "a-case-without-a-value",
            "a-window-of-one-point", "a-format-from-the-future", "no-format",
            "no-instance-at-all", "more-instances-than-there-are", "instances-in-words")


@tap.case("faults of form are refused")
@needs_the_tools
def _():
    for name in MISTAKES:
        files = sorted((TOP / "tests/golden/mistakes" / name / "rules").glob("*.yaml"))
        assert files, name
        assert any(faults("rules", path.read_text()) for path in files), name


# Findings that the form mostly decides, and so the schema, too; and where it does not: what keys mean for each
# other, texts that are no dates or expressions.
OF_MEANING = ("a-rule-that-does-nothing", "an-account-rule-without-a-rhythm", "a-team-rule-without-a-rhythm",
              "an-event-without-a-duration", "an-event-without-a-time",
              "an-item-of-no-kind", "an-empty-list-of-items", "a-time-of-a-test-as-people-write-it",
              "one-address-as-attendees")
OF_FORM = {"unknown-key", "unknown-word", "unknown-format", "missing-key", "wrong-value"}

def findings(directory):
    """The codes that `check` finds in each file of a directory."""
    done = subprocess.run(
        [os.environ["UPBEAT"], "check", "--json", directory], capture_output=True, text=True, timeout=60)
    found = {}
    for each in json.loads(done.stdout)["findings"]:
        if each["file"]:
            found.setdefault(pathlib.Path(each["file"]), set()).add(each["code"])
    return found


@tap.case("of all golden mistakes the schemas refuse what is one of form, and take what is none")
@needs_the_tools
def _():
    refused = taken = 0
    for directory in sorted((TOP / "tests/golden/mistakes").glob("*/rules")):
        found = findings(directory)
        for kind, pattern in (("rules", "*.yaml"), ("tests", "tests/*.yaml")):
            for path in sorted(directory.glob(pattern)):
                codes = found.get(path, set())
                if codes & OF_FORM:
                    refused += bool(faults(kind, path.read_text()))
                    assert faults(kind, path.read_text()) or directory.parent.name in OF_MEANING, f"{path}: {codes}"
                elif not codes:
                    tap.equal(faults(kind, path.read_text()), [], str(path))
                    taken += 1
    assert refused >= 12 and taken >= 60, (refused, taken)


RULE = """
format: 1
rules:
  - name: prep
    when: meeting.customer
    create:
      - event: call
        title: Prep
        at: 1 day before start
        duration: [{if: meeting.customer, use: 1h}, {use: 30m}]
        free: nobody
        busy: no
        reminders: [10m, 1h]
"""


@tap.case("each fault of form alone is refused")
@needs_the_tools
def _():
    tap.equal(faults("rules", RULE), [], "what is right")
    for right, wrong in (("name: prep", "nmae: prep"), ("title: Prep", "titel: Prep"), ("title: Prep", "title: {}"),
                         ("free: nobody", "free: anybody"), ("use: 1h", "used: 1h"), ("{use: 30m}", "30m"),
                         ("busy: no", "busy: perhaps"), ("format: 1", "format: 2"), ("at: 1 day", "between: 1 day"),
                         ("when: meeting.customer", "when: [meeting.customer]"), ("create:", "creates:"),
                         ("use: 30m", "use: 30"), ("use: 30m", "use: half an hour"), ("[10m, 1h]", "{10m: 1h}"),
                         ("title: Prep", "title: Prep\n        every: 1 week\n        evry: 1 week"),
                         ("when: meeting.customer", "for: customer"),
                         ("when:", "every: [{if: has_account, used: week}]\n    when:")):
        assert right in RULE
        assert faults("rules", RULE.replace(right, wrong)), wrong
    for right, more in (("when:", "for: account\n    every: 2 weeks\n    when:"), ("when:", "for: team\n    when:"),
                        ("when:", "every: [{if: account.health == \"red\", use: week}, {use: month}]\n    when:"),
                        ("when:", "satisfied_by: meeting.title == \"QBR\"\n    when:"),
                        ("title: Prep", "title: Prep\n        every: [{if: has_account, use: week}, {use: month}]"),
                        ("title: Prep", "title: Prep\n        satisfied_by: meeting.title == 'QBR'"),
                        ("title: Prep", "title: Prep\n        needs: [call, other/call]"),
                        ("title: Prep", "title: Prep\n        needs: other/call"), ("use: 30m", "use: 2 hours"), ("use: 30m", "use: ' 3 business days'")):
        tap.equal(faults("rules", RULE.replace(right, more)), [], more)
    changed = "format: 1\nchange:\n  - rule: prep\n    items: {call: {duration: 1h}, other: none}\n" \
              "    and_when: meeting.customer\n    and_unless: meeting.private\n"
    tap.equal(faults("rules", changed), [], "what is right")
    for right, wrong in (("rule: prep", "name: prep"), ("rule: prep\n    items", "items"), ("duration", "length"),
                         ("none", "nothing")):
        assert faults("rules", changed.replace(right, wrong)), wrong


TEST = """
format: 1
organization: {domains: [ours.example]}
accounts: [{id: acme, name: Acme, health: red}]
tests:
  - name: a prep call
    at: 2026-11-02 09:00
    meeting: {start: 2026-11-12 14:00, internal: [anna], external: [{email: cto@acme.example}]}
    account: {like: acme}
    steps: [{expect: [prep/call, {item: prep/call, busy: yes}]}, {reject: prep/*, account: none}]
"""


@tap.case("so are those of tests, settings and accounts")
@needs_the_tools
def _():
    tap.equal(faults("tests", TEST), [], "what is right")
    for right, wrong in (("health: red", "health: blue"), ("domains", "domain"), ("name: a prep", "nmae: a prep"),
                         ("expect:", "expects:"), ("start:", "starts:"), ("account: none", "account: nobody"),
                         ("email:", "mail:"), ("like:", "as:"), ("tests:", "test:")):
        assert right in TEST
        assert faults("tests", TEST.replace(right, wrong)), wrong
    tap.equal(faults("settings", "listen: 127.0.0.1:1\nupstream: http://h\nlog: {level: info}\n"), [], "what is right")
    assert faults("settings", "listen: 127.0.0.1:1\nupstream: http://h\nlog: {level: loud}\n")
    assert faults("settings", "listen: 127.0.0.1:1\n")
    tap.equal(faults("accounts", "accounts: [{id: a, name: A, fields: {seats: 5}}]\n"), [], "what is right")
    assert faults("accounts", "accounts: [{id: a}]\n")


sys.exit(tap.run())
