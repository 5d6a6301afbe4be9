# SPDX-License-Identifier: Apache-2.0
"""SOGo takes an event with another title for another event: a prep call keeps its title, and with it the answers."""
import re
import sys

import calendars
import support
import tap
from recurring import Story, answered

THREE = ("alice", "bob", "cto@acme.example")
# One more call, which follows whatever that costs.
SITE = """\
format: 1
rules:
  - name: talk
    for: meeting
    when: is_customer_meeting
    create:
      - event: talk
        title: "Talk: {{ meeting.title }}"
        at: 2h before start
        duration: 15m
        attendees: meeting.internal
        title_follows: yes
"""


class Titles(Story):
    def __init__(self, server):
        super().__init__(server)
        site = self.folder / "site"
        site.mkdir()
        (site / "talk.yaml").write_text(SITE)
        self.rules = f"[{support.TOP}/rules, {site}]"

    def save(self, seen, title, days=8):
        self.change(seen, calendars.meeting(title, calendars.business_day(days, 11), attendees=THREE, uid="titled"))

    def item(self, real, words):
        return next(item for item in real.items_of("titled") if words in item.text("SUMMARY"))

    def accept(self, item):
        name, text = self.delivered("bob", item.value("UID"))
        self.change(self.calendar("bob", self.upbeat), answered(text, "ACCEPTED", "bob"), name)

    def answer(self, item):
        """What bob's line on alice's item says."""
        return next(parameters.get("PARTSTAT") for parameters, who in item.all("ATTENDEE") if "bob@" in who)


@tap.case("a prep call follows the meeting's title until somebody has accepted it, and then together with its time")
def _(story):
    seen, real = story.new_calendar()
    story.save(seen, "Roadmap")
    story.save(seen, "Roadmap 2")
    tap.contains(story.item(real, ": prep for ").text("SUMMARY"), "Roadmap 2", "nobody has answered")
    for words in (": prep for ", "Talk: "):
        story.accept(story.item(real, words))
        tap.equal(story.answer(story.item(real, words)), "ACCEPTED", "bob's answer")
    story.save(seen, "Another")
    prep, talk = story.item(real, ": prep for "), story.item(real, "Talk: ")
    tap.contains(prep.text("SUMMARY"), "Roadmap 2", "title")
    tap.contains(prep.text("DESCRIPTION"), "For: Another, ", "the agenda is renewed")
    tap.equal(story.answer(prep), "ACCEPTED", "bob's answer")
    tap.equal(talk.text("SUMMARY"), "Talk: Another", "title of the one whose rule says so")
    tap.equal(story.answer(talk), "NEEDS-ACTION", "bob's answer to that one, which SOGo takes for another one")
    said = support.run("explain", "-c", story.upbeat.settings, "titled").stdout
    tap.contains(re.sub(r"\s+", " ", said), "so it follows the meeting's title together with its time alone", "explain")
    before = story.item(real, ": prep for ").properties
    story.change(seen, seen.get("m.ics").text)
    tap.equal(story.item(real, ": prep for ").properties, before, "after another look")
    story.save(seen, "Another", days=13)
    tap.contains(story.item(real, ": prep for ").text("SUMMARY"), "Another", "title, moved")


@tap.case("nothing of it went wrong in the program")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Titles, (support.Sogo,))))
