# SPDX-License-Identifier: Apache-2.0
"""Items have the form that their owner's clients show: what is new follows a new client, what stands keeps its form."""
import sys
import time
import uuid

import calendars
import support
import tap

RULES = """\
format: 1
rules:
  - name: before
    when: meeting.customer
    create:
      - task: agenda
        title: "Send the agenda: {{ meeting.title }}"
        due: 1 business day before start
        agenda: list
        reminders: [1 hour, 10m]
      - task: always
        title: "To be done"
        due: 1 business day before start
        shown_as: todo
        html: no
"""
LIST = "Bring:\n- a pen\n- {{ account.name }}\n"
THUNDERBIRD = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Thunderbird/153.8.0"
DAVX5 = "DAVx5/4.5.20-ose (dav4jvm; okhttp/5.1.0) Android/16"
OUTLOOK = "CalDavSynchronizer/4.4"
SOON = 10


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        self.rules = self.folder / "only"
        (self.rules / "templates").mkdir(parents=True)
        (self.rules / "rules.yaml").write_text(RULES)
        (self.rules / "templates" / "list.md").write_text(LIST.replace("{{ account.name }}", "paper"))
        self.settings = support.ORGANIZATION + "sync_every: 1s\n"
        self.upbeat = self.start(support.Upbeat, self.server, self.settings, f"sqlite:{self.store}", self.rules)
        return self

    def calendar_of(self, user):
        """The user's calendar: through Upbeat, and as it is."""
        path = self.server.calendar_of(user)
        return calendars.Calendar(self.upbeat.url + path, user), calendars.Calendar(self.server.url + path, user)

    def store_meeting(self, user, agent, text=None):
        """Stores a meeting of the user's by that client, and gives the two items that come of it."""
        through, real = self.calendar_of(user)
        uid = str(uuid.uuid4())
        text = text or calendars.meeting(uid=uid, organizer=user, attendees=(user, "cto@acme.example"))
        fields = {"User-Agent": agent} if agent else {}
        assert through.put(f"{uid}.ics", text.replace("UID:given", f"UID:{uid}"), **fields).status == 201, "PUT"
        return uid, self.items_of(real, uid)

    def items_of(self, real, uid):
        def look():
            items = {item.text("SUMMARY").split(":")[0]: item for item in real.items_of(uid)}
            return items if len(items) == 2 else None

        items = tap.eventually(look, f"the items of {uid}", SOON)
        return items["Send the agenda"], items["To be done"]

    def explained(self, uid):
        answer = support.run("explain", "-c", self.upbeat.settings, uid)
        tap.equal(answer.returncode, 0, answer.stderr)
        return " ".join(answer.stdout.split())


@tap.case("of whom nothing is known, the items are to-dos with a plain text")
def _(story):
    uid, (agenda, always) = story.store_meeting("alice", None)
    tap.equal((agenda.kind, always.kind), ("VTODO", "VTODO"), "kinds")
    tap.equal(agenda.all("DESCRIPTION")[0][0], {}, "parameters of the text")
    assert agenda.value("X-ALT-DESC") is None
    assert "HTML" not in story.explained(uid), "explain"


@tap.case("what shows HTML gets it beside the text, unless the rule says no")
def _(story):
    uid, (agenda, always) = story.store_meeting("alice", THUNDERBIRD)
    tap.equal((agenda.kind, always.kind), ("VTODO", "VTODO"), "kinds")
    parameters, _ = agenda.all("DESCRIPTION")[0]
    tap.contains(parameters["ALTREP"], "data:text/html,For%3A%20", "the text as HTML")
    tap.contains(parameters["ALTREP"], "%3Cbr%3EBring%3A%3Cbr%3E%3Cul%3E%3Cli%3Ea%20pen", "its list")
    tap.equal(always.all("DESCRIPTION")[0][0], {}, "parameters of a text that is to have none")
    tap.contains(story.explained(uid), "new texts stand as HTML, too, which Thunderbird shows", "explain")


@tap.case("a client that only looks is reckoned with for what is new; what stands keeps its form")
def _(story):
    through, real = story.calendar_of("alice")
    before = {href: text for href, (_, text) in real.objects().items()}
    support.request("PROPFIND", through.url, "alice", fields={"User-Agent": DAVX5, "Depth": "1"})

    def known():
        _, (agenda, _) = story.store_meeting("alice", THUNDERBIRD)
        return agenda if agenda.kind == "VEVENT" else None

    agenda = tap.eventually(known, "an event in place of a to-do", SOON)
    tap.equal(agenda.all("DESCRIPTION")[0][0], {}, "parameters of the text")
    tap.equal(agenda.value("TRANSP"), "TRANSPARENT", "busy time")
    uid, (agenda, always) = story.store_meeting("alice", THUNDERBIRD)
    tap.equal((agenda.kind, always.kind), ("VEVENT", "VTODO"), "kinds: the rule wins")
    said = story.explained(uid)
    tap.contains(said, "as their owner has DAVx5, which shows none", "explain")
    tap.contains(said, "without HTML, which Thunderbird shows, but not DAVx5", "explain")
    after = {href: text for href, (_, text) in real.objects().items()}
    tap.equal({href: after.get(href) for href in before}, before, "what stood before")


@tap.case("an item that stands keeps its form when it changes")
def _(story):
    through, real = story.calendar_of("bob")
    uid, (agenda, _) = story.store_meeting("bob", THUNDERBIRD)
    support.request("PROPFIND", through.url, "bob", fields={"User-Agent": DAVX5, "Depth": "1"})
    changed = calendars.meeting("Review", uid=uid, organizer="bob", attendees=("bob", "cto@acme.example"))
    assert through.put(f"{uid}.ics", changed, **{"User-Agent": DAVX5}).status in (201, 204), "PUT"
    agenda = tap.eventually(
        lambda: next((item for item in real.items_of(uid) if "Review" in item.text("SUMMARY")), None), "a new title", SOON
    )
    tap.equal(agenda.kind, "VTODO", "kind")
    parameters, _ = agenda.all("DESCRIPTION")[0]
    tap.contains(parameters.get("ALTREP", ""), "Review", "the text as HTML, which is the new one")
    tap.contains(story.explained(uid), "which shows none; what stands keeps its form", "explain")


@tap.case("where one alarm alone is read, the last one comes first")
def _(story):
    uid, _ = story.store_meeting("carol", OUTLOOK)
    _, real = story.calendar_of("carol")
    (text,) = [text for _, text in real.objects().values() if uid in text and "Send the agenda" in text]
    triggers = [line for line in text.splitlines() if line.startswith("TRIGGER")]
    tap.equal(triggers, ["TRIGGER;RELATED=END:-PT10M", "TRIGGER;RELATED=END:-PT1H"], "alarms")
    tap.contains(story.explained(uid), "Outlook with CalDav Synchronizer reads one alone", "explain")


@tap.case("what was stored past Upbeat tells of its client, too, unless somebody else has sent it")
def _(story):
    through, _ = story.calendar_of("carol")
    product = "PRODID:-//Apple Inc.//iOS 17.6//EN"
    uid, text = str(uuid.uuid4()), calendars.meeting(uid="given", organizer="cto@acme.example", attendees=("carol",))
    sent = text.replace("UID:given", f"UID:{uid}").replace("PRODID:-//upbeat//stories//EN", product)
    tap.equal(through.put(f"{uid}.ics", sent).status, 201, "PUT")
    story.settle()
    _, (agenda, _) = story.store_meeting("carol", None)
    tap.equal(agenda.kind, "VTODO", "kind, after the customer's invitation")
    text = calendars.meeting(uid="given", organizer="carol", attendees=("carol", "cto@acme.example"))
    story.store_meeting("carol", None, text.replace("PRODID:-//upbeat//stories//EN", product))
    story.settle()
    uid, (agenda, _) = story.store_meeting("carol", None)
    tap.equal(agenda.kind, "VEVENT", "kind, after a meeting of the user's own")
    tap.contains(story.explained(uid), "Apple Calendar", "explain")


@tap.case("a restart forgets no client")
def _(story):
    tap.equal(story.upbeat.stop(), 0, "exit status")
    story.upbeat = story.start(support.Upbeat, story.server, story.settings, f"sqlite:{story.store}", story.rules)
    _, (agenda, _) = story.store_meeting("alice", None)
    tap.equal(agenda.kind, "VEVENT", "kind")


@tap.case("no sanitizer has complained")
def _(story):
    tap.equal(story.upbeat.stop(), 0, "exit status")
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story, (support.Radicale,))))
