# SPDX-License-Identifier: Apache-2.0
"""People come from vCards: from a folder of them, and from address books on CardDAV servers."""
import json
import sys
import time

import calendars
import manpage
import support
import tap

SOON = 10.0
RULES = """\
format: 1
rules:
  - name: who
    create:
      - task: look
        title: '{{#has(account.stakeholders)}}{{ account.stakeholders.map(p, p.name + (p.title != "" ? " (" + p.title + ")" : "")).join("; ") }}{{/}}'
        due: 1 business day before start
"""
CRM = "id,name,domains\nacme,Acme,acme.example\nbeta,Beta GmbH,beta.example\n"


def card(*lines, version="3.0"):
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


ANN = card("FN:Ann Lee", "N:Lee;Ann;;;", "item1.EMAIL;TYPE=INTERNET:ann@acme.example", "TITLE:Head of", "  Buying", "ORG:Acme;Sales")
BOB = card("FN:Bob", "EMAIL;PREF=1:bob@eu.acme.example", "ROLE:Judge", version="4.0")


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        (self.folder / "rules").mkdir()
        (self.folder / "rules" / "who.yaml").write_text(RULES)
        (self.folder / "crm.csv").write_text(CRM)
        (self.folder / "meeting.ics").write_text(calendars.meeting())
        self.cards = self.folder / "cards"
        self.cards.mkdir()
        return self

    def put(self, **cards):
        """The folder has these cards, and no others."""
        for each in self.cards.iterdir():
            each.unlink()
        for name, text in cards.items():
            (self.cards / f"{name}.vcf").write_bytes(text if isinstance(text, bytes) else text.encode())

    def settings(self, source="path: cards"):
        path = self.folder / "upbeat.yaml"
        path.write_text(
            f"listen: 127.0.0.1:1\nupstream: http://127.0.0.1:2\nrules: rules\n{support.ORGANIZATION}  holidays: []\n"
            f"accounts:\n  - {{source: csv, path: crm.csv}}\n  - {{source: vcard, {source}}}\n")
        return path

    def people(self, source="path: cards"):
        answer = support.run("explain", "-c", self.settings(source), "--json", self.folder / "meeting.ics")
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return [item["title"] for item in json.loads(answer.stdout)["items"]]

    def findings(self, source="path: cards"):
        answer = support.run("check", "-c", self.settings(source), "--json")
        return [f"{each['file'].rpartition('/')[2]}:{each['line']}: {each['message']}; {each['help']}"
                for each in json.loads(answer.stdout)["findings"] if each["code"] != "unguarded"]


@tap.case("the example of upbeat.conf(5) is without fault")
def _(story):
    folder = story.folder / "example"
    folder.mkdir()
    for name, text in manpage.examples(support.TOP / "src/settings/upbeat.conf.5"):
        if "/" in name:
            continue
        (folder / name).write_text(text)
    (folder / "cards").mkdir()
    (folder / "cards" / "ann.vcf").write_text(ANN)
    answer = support.run("check", "-c", folder / "people.yaml")
    assert answer.returncode == 0 and answer.stdout.endswith("no problems\n"), answer.stdout + answer.stderr


@tap.case("a folder of cards tells who is at the customer's")
def _(story):
    story.put(ann=ANN, bob=BOB)
    tap.equal(story.people(), ["Ann Lee (Head of Buying); Bob (Judge)"], "people")
    tap.equal(story.findings(), [], "findings")
    (story.folder / "all.vcf").write_text(BOB + "\r\n" + ANN)
    tap.equal(story.people("path: all.vcf"), ["Bob (Judge); Ann Lee (Head of Buying)"], "people of one file")


@tap.case("a photo is no burden, and lines are counted behind it as the file has them")
def _(story):
    photo = "PHOTO;ENCODING=b;TYPE=JPEG:" + "\r\n ".join(["A" * 74] * 100000)
    story.put(ann=card(photo, "FN:Ann", "EMAIL:ann@acme.example"), bob=card(photo, "FN:Bob", "EMAIL:bob at acme"))
    tap.equal(story.people(), ["Ann"], "people")
    found = story.findings()
    assert len(found) == 1 and found[0].startswith("bob.vcf:100004: "), found


@tap.case("cards that cannot be read are told one by one, and the others are read")
def _(story):
    story.put(ann=ANN, big=card("FN:Big", "EMAIL:big@acme.example", "NOTE:" + "x" * 10_000_000), half=BOB[:-20],
              html="<!DOCTYPE html>\n", latin=card("FN:Jörg", "EMAIL:j@acme.example").encode("latin-1"),
              old=card("FN:Old", "EMAIL:o@acme.example", version="2.1"), wide=ANN.encode("utf-16"), empty="")
    tap.equal(story.people(), ["Ann Lee (Head of Buying)"], "people")
    found = story.findings()
    for part in ("big.vcf:1: the card cannot be read: the text is longer than", "half.vcf:1: the card cannot be read: BEGIN:VCARD has no END",
                 "html.vcf:1: there is no vCard in it", "latin.vcf:3: the card is not UTF-8, but maybe Latin-1; save the card as UTF-8",
                 "old.vcf:2: the card is of version 2.1; have it written as version 3.0 or 4.0",
                 "wide.vcf:1: there is a NUL byte, as in UTF-16; save it as UTF-8", "empty.vcf:1: there is no vCard in it"):
        assert any(part in each for each in found), (part, found)
    tap.equal(len(found), 7, "findings")


@tap.case("a folder that is missing, and people whom no account has")
def _(story):
    found = story.findings("path: nowhere")
    assert len(found) == 1 and "nowhere: there is no such folder; let this program read it" in found[0], found
    story.put(ann=ANN, eve=card("FN:Eve", "EMAIL:eve@gmail.com"), org=card("FN:Ola", "EMAIL:ola@gmail.com", "ORG:beta gmbh"))
    tap.equal(story.people(), ["Ann Lee (Head of Buying)"], "people")
    found = story.findings()
    assert len(found) == 1 and "eve.vcf:4: 1 of 3 people belong to no account that is known, `Eve` first" in found[0], found


@tap.case("2,000 cards")
def _(story):
    story.put()
    for number in range(2000):
        (story.cards / f"{number}.vcf").write_text(card(
            f"FN:Person {number}", f"EMAIL:p{number}@{'acme' if number % 2 else 'beta'}.example", "PHOTO:" + "A" * 2000))
    begin = time.monotonic()
    tap.equal(story.findings(), [], "findings")
    tap.note(f"2,000 cards are read in {time.monotonic() - begin:.1f} s")
    story.put()


with support.world(Story) as story_of_all:
    sys.exit(tap.run(story_of_all))
