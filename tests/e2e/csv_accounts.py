# SPDX-License-Identifier: Apache-2.0
"""A CSV file says who the customers are. It is edited while Upbeat runs, spoilt, taken away and put back."""
import json
import os
import signal
import sys

import calendars
import support
import tap

SOON = 8.0
RULES = """\
format: 1
rules:
  - name: prep
    create: [{task: look, title: "{{ account.name }} is {{ account.health }}", due: 1 business day before start}]
"""
SETTINGS = f"""{support.ORGANIZATION}control: control
accounts:
  - source: csv
    path: accounts.csv
    refresh: 1s
    columns: {{id: Account ID}}
"""
ROWS = ("acme,Acme,acme.example,green", "beta,Beta,beta.example,red")


def table(*rows):
    return "Account ID,Name,Domains,Health\r\n" + "".join(f"{row}\r\n" for row in rows)


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        (self.folder / "rules").mkdir()
        (self.folder / "rules" / "prep.yaml").write_text(RULES)
        settings = SETTINGS.replace("accounts.csv", str(self.folder / "accounts.csv"))
        self.write(table(*ROWS))
        self.upbeat = self.start(
            support.Upbeat, self.server, store=f"sqlite:{self.store}", settings=settings, rules=self.folder / "rules")
        path = self.server.calendar_of("alice")
        self.seen, self.kept = (calendars.Calendar(server.url + path, "alice") for server in (self.upbeat, self.server))
        return self

    def write(self, text):
        """Puts a new file in place of the old one."""
        new = self.folder / "new.csv"
        new.write_bytes(text if isinstance(text, bytes) else text.encode())
        new.rename(self.folder / "accounts.csv")

    def put(self, uid="roadmap", **meeting):
        answer = self.seen.put(f"{uid}.ics", calendars.meeting(uid=uid, **meeting))
        assert answer.status in (201, 204), f"PUT: {answer.status}"
        self.settle()

    def titles(self, uid="roadmap"):
        return [item.text("SUMMARY") for item in self.kept.items_of(uid)]

    def etags(self):
        return {href: etag for href, (etag, _) in self.kept.objects().items()}

    def source(self):
        answer = support.run("status", "-c", self.upbeat.settings, "--json")
        return json.loads(answer.stdout)["accounts"][0]

    def until(self, what, **members):
        """Until status says so of the source."""
        tap.eventually(lambda: members.items() <= self.source().items(), what, SOON)


@tap.case("a meeting gets what the file says of its customer")
def _(story):
    story.put()
    tap.equal(story.titles(), ["Acme is green"], "titles")
    tap.equal((story.source()["source"], story.source()["accounts"], story.source()["failed"]), ("csv", 2, False), "status")


@tap.case("the file is edited, and the next pass uses the new health")
def _(story):
    story.write(table(ROWS[0].replace("green", "red"), *ROWS[1:], "gamma,Gamma,gamma.example,"))
    story.until("the new accounts", accounts=3)
    story.put()
    tap.equal(story.titles(), ["Acme is red"], "titles")


@tap.case("the file is gone: nothing moves, and status says so")
def _(story):
    (story.folder / "accounts.csv").unlink()
    story.until("a failure", failed=True, accounts=3)
    assert "there is no such file" in story.source()["why"], story.source()
    before = story.etags()
    story.put()
    tap.equal(story.titles(), ["Acme is red"], "titles")
    story.put("other", title="Beta", attendees=("alice", "ceo@beta.example"), start=calendars.business_day(12))
    tap.equal(story.titles("other"), ["Beta is red"], "titles of another meeting")
    after = story.etags()
    moved = {href for href, etag in before.items() if after.get(href) != etag and not href.endswith("roadmap.ics")}
    tap.equal(moved, set(), "what has moved")
    said = support.run("status", "-c", story.upbeat.settings).stdout
    assert "Accounts  csv: 3 accounts as of " in said and "it fails since " in said, said


@tap.case("a spoilt file is told with its row, and changes nothing")
def _(story):
    story.write(table(*ROWS, "gamma,Gamma,gamma.example,,more"))
    tap.eventually(lambda: "row 4 has 5 cells" in story.source().get("why", ""), "the row", SOON)
    assert "accounts.csv:4:28: row 4 has 5 cells, and the header has 4; put a cell" in story.upbeat.said(), story.upbeat.said()
    story.put()
    tap.equal(story.titles(), ["Acme is red"], "titles")


@tap.case("refresh has the file looked at, and takes no reading that lacks many accounts unless it is told to")
def _(story):
    def refresh(*more):
        answer = support.run("refresh", "-c", story.upbeat.settings, "--json", *more)
        return answer.returncode, json.loads(answer.stdout)

    story.write(table(*ROWS, *(f"n{n},N,," for n in range(8))))
    status, answer = refresh()
    tap.equal((status, answer["done"], answer["accounts"][0]["accounts"]), (0, True, 10), "refresh")
    story.write(table(*ROWS, *(f"n{n},N,," for n in range(4))))
    status, answer = refresh()
    tap.equal((status, answer["accounts"][0]["accounts"]), (1, 10), "refresh of a file that lacks 4 of 10")
    assert "4 of 10 accounts are gone" in answer["accounts"][0]["why"], answer
    status, answer = refresh("--force")
    tap.equal((status, answer["accounts"][0]["accounts"], answer["accounts"][0]["failed"]), (0, 6, False), "by force")


@tap.case("a reload while the file is gone keeps what was known")
def _(story):
    (story.folder / "accounts.csv").unlink()
    story.until("a failure", failed=True, accounts=6)
    os.kill(story.upbeat.pid, signal.SIGHUP)
    tap.eventually(lambda: "reload: done" in story.upbeat.said(), "a reload", SOON)
    story.put()
    tap.equal(story.titles(), ["Acme is green"], "titles")
    story.until("a failure still", failed=True, accounts=6)


@tap.case("a sound file is there again, and holds")
def _(story):
    story.write(table(ROWS[0].replace("green", "yellow"), *ROWS[1:]))
    story.until("the end of it", failed=True, accounts=6)
    assert support.run("refresh", "-c", story.upbeat.settings, "--force").returncode == 0
    story.put()
    tap.equal(story.titles(), ["Acme is yellow"], "titles")
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story, (support.Radicale,))))
