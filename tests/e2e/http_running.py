# SPDX-License-Identifier: Apache-2.0
"""A system with customers answers over HTTP while Upbeat runs: the same as before, late, with an error, and again."""
import json
import sys
import time

import calendars
import crm
import support
import tap

SOON = 8.0


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        self.crm = crm.Crm(self.folder)
        self.callback(self.crm.stop)
        self.crm.answer = crm.hubspot(crm.COMPANIES, size=100)
        (self.folder / "rules").mkdir()
        (self.folder / "rules" / "prep.yaml").write_text(crm.RULES)
        source = crm.HUBSPOT.format(url=self.crm.url)
        settings = (f"{support.ORGANIZATION}control: control\n"
                    f"accounts:\n  - {{source: http, {source}, refresh: 1s, timeout: 2s}}\n")
        self.upbeat = self.start(
            support.Upbeat, self.server, store=f"sqlite:{self.store}", settings=settings, rules=self.folder / "rules")
        path = self.server.calendar_of("alice")
        self.seen, self.kept = (calendars.Calendar(server.url + path, "alice") for server in (self.upbeat, self.server))
        return self

    def source(self):
        return json.loads(support.run("status", "-c", self.upbeat.settings, "--json").stdout)["accounts"][0]

    def put(self, uid):
        begin = time.monotonic()
        assert self.seen.put(f"{uid}.ics", calendars.meeting(uid=uid)).status in (201, 204)
        took = time.monotonic() - begin
        self.settle()
        tap.equal([item.text("SUMMARY") for item in self.kept.items_of(uid)], ["Acme is red"], "titles")
        return took


@tap.case("an answer that is the same is not sent again")
def _(story):
    whole = story.crm.answer
    story.crm.answer = lambda path, query, fields: (
        (304, {}, b"") if fields.get("If-None-Match") == '"1"' else (200, {"ETag": '"1"'}, whole(path, query, fields)[2]))
    tap.eventually(lambda: [fields for *_, fields in story.crm.asked if "If-None-Match" in fields], "a condition", SOON)
    time.sleep(2)
    assert not story.source()["failed"] and story.source()["accounts"] == 5, story.source()
    story.put("first")


@tap.case("a server that hangs holds up neither traffic nor rules, and is told of")
def _(story):
    def hang(*_):
        time.sleep(8)
        return 200, {}, {"results": []}

    story.crm.answer = hang
    tap.eventually(lambda: story.source()["failed"], "a failure", SOON)
    assert "gave no answer within 2 s" in story.source()["why"], story.source()
    assert story.put("second") < 2, "the client waited"
    tap.equal(story.source()["accounts"], 5, "accounts")


@tap.case("a server that is switched off changes nothing, and one that is there again is heard")
def _(story):
    story.crm.answer = lambda *_: (500, {}, b"")
    tap.eventually(lambda: "status 500" in story.source().get("why", ""), "the status", 15)
    story.put("third")
    story.crm.answer = crm.hubspot([*crm.COMPANIES, {"id": "600", "name": "New", "domain": "new.example"}], size=100)
    tap.eventually(lambda: story.source()["accounts"] == 6 and not story.source()["failed"], "new accounts", SOON)


@tap.case("an answer that lacks too many is taken by force only while the server still has it")
def _(story):
    few = crm.hubspot(crm.COMPANIES[:1], size=100)

    def lessen(path, query, fields):
        return (304, {}, b"") if fields.get("If-None-Match") == '"few"' else (200, {"ETag": '"few"'}, few(path, query, fields)[2])

    def force():
        return support.run("refresh", "-c", story.upbeat.settings, "--force").returncode, story.source()["accounts"]

    story.crm.answer = lessen
    tap.eventually(lambda: "accounts are gone" in story.source().get("why", ""), "the guard", SOON)
    story.crm.answer = lambda *_: (500, {}, b"")
    tap.eventually(lambda: "status 500" in story.source().get("why", ""), "the status", 15)
    tap.equal(force(), (1, 6), "by force, while the server fails")
    story.crm.answer = lessen
    tap.eventually(lambda: force() == (0, 1), "by force, once it answers", 15)
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story, (support.Radicale,))))
