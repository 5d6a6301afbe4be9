# SPDX-License-Identifier: Apache-2.0
"""Accounts come from a system over HTTP: in the shapes of two known ones, by pages, and with all that can go wrong."""
import json
import os
import pathlib
import sys
import tempfile
import time
from unittest import mock

import calendars
import crm
import support
import tap

RECORDS = [{"Id": f"001{n}", "Name": f"Company {n}", "Website": f"https://www.c{n}.example/de"} for n in range(4)] + [
    {"Id": "0019", "Name": "Acme", "Website": "http://acme.example", "Health__c": "Red", "Seats__c": 40}]
SALESFORCE = """preset: salesforce, url: "{url}/services/data/v60.0/query?q=SELECT+Id+FROM+Account",
    map: {{health: /Health__c, seats: /Seats__c}}, fields: {{seats: int}}"""


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        self.crm = crm.Crm(self.folder)
        self.callback(self.crm.stop)
        (self.folder / "rules").mkdir()
        (self.folder / "rules" / "prep.yaml").write_text(crm.RULES)
        (self.folder / "token").write_text("secret-token\n")
        (self.folder / "token").chmod(0o600)
        (self.folder / "meeting.ics").write_text(calendars.meeting())
        return self

    def settings(self, source, url=None):
        path = self.folder / "upbeat.yaml"
        path.write_text(
            f"listen: 127.0.0.1:1\nupstream: http://127.0.0.1:2\nrules: rules\n{support.ORGANIZATION}  holidays: []\n"
            f"accounts:\n  - {{source: http, {source.format(url=url or self.crm.url)}, token_file: token}}\n")
        self.crm.asked.clear()
        return path

    def titles(self, source):
        answer = support.run("explain", "-c", self.settings(source), "--json", self.folder / "meeting.ics")
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return [item["title"] for item in json.loads(answer.stdout)["items"]]

    def finding(self, source, url=None):
        """The one thing that is found wrong, with its help."""
        answer = support.run("check", "-c", self.settings(source, url), "--json")
        found = [each for each in json.loads(answer.stdout)["findings"] if each["severity"] == "error"]
        assert len(found) == 1, answer.stdout
        return f"{found[0]['message']}; {found[0]['help']}"

    def tokens(self):
        return [fields.get("Authorization") for _, _, fields in self.crm.asked]


@tap.case("companies as HubSpot gives them, on three pages, with the token for each")
def _(story):
    story.crm.answer = crm.hubspot(crm.COMPANIES)
    tap.equal(story.titles(crm.HUBSPOT), ["Acme is red"], "titles")
    tap.equal(story.tokens(), ["Bearer secret-token"] * 3, "tokens")
    tap.equal([query.get("after") for _, query, _ in story.crm.asked], [None, "2", "4"], "cursors")


@tap.case("records as Salesforce gives them, whose websites have the domains")
def _(story):
    story.crm.answer = crm.salesforce(RECORDS)
    tap.equal(story.titles(SALESFORCE), ["Acme is red"], "titles")
    tap.equal(len(story.crm.asked), 3, "pages")


@tap.case("any other list, by offset, by link, or all at once")
def _(story):
    rows = [{"key": n, "label": f"N{n}"} for n in range(3)] + [
        {"key": 9, "label": "Acme", "hosts": ["acme.example"], "a/b": {"state": "yellow"}}]
    plain = 'map: {{id: /key, name: /label, domains: /hosts, health: /a~1b/state}}, url: "{url}/list?x=1"'
    story.crm.answer = lambda path, query, _: (
        200, {}, rows[int(query.get("skip", 0)) : int(query.get("skip", 0)) + 2])
    tap.equal(story.titles(plain + ", offset_parameter: skip, page_size: 2"), ["Acme is yellow"], "titles")
    story.crm.answer = lambda path, query, _: (200, {}, {"d": {"rows": rows[int(query.get("p", 0)) :][:1], "next": (
        f"?p={int(query.get('p', 0)) + 1}" if int(query.get("p", 0)) < 3 else None)}})
    tap.equal(story.titles(plain + ", accounts: /d/rows, next: /d/next"), ["Acme is yellow"], "titles by link")
    story.crm.answer = lambda *_: (200, {}, rows)
    tap.equal(story.titles(plain), ["Acme is yellow"], "titles at once")
    story.crm.answer = lambda *_: (200, {}, b"\xef\xbb\xbf" + json.dumps(rows).encode())
    tap.equal(story.titles(plain), ["Acme is yellow"], "titles behind a byte order mark")


@tap.case("a page for people, half a page, half of the pages, and a list that is elsewhere")
def _(story):
    story.crm.answer = lambda *_: (200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><html>Log in</html>")
    assert "page 1 is HTML, and no JSON; this is a page for people" in story.finding(crm.HUBSPOT), story.finding(crm.HUBSPOT)
    whole = crm.hubspot(crm.COMPANIES)
    story.crm.answer = lambda path, query, fields: (
        whole(path, query, fields) if query.get("after") != "2" else (200, {}, b'{"results": [{"id": "9'))
    assert "page 2 is no JSON: " in story.finding(crm.HUBSPOT), story.finding(crm.HUBSPOT)
    story.crm.answer = lambda *_: (200, {}, {"totalSize": 5, "done": True, "records": [RECORDS[0]]})
    assert "there are 1 records on 1 page, and 5 are there in all" in story.finding(SALESFORCE)
    story.crm.answer = lambda *_: (200, {}, {"totalSize": 1, "done": False, "records": [RECORDS[0]]})
    assert "page 1 says that there is more, and not where" in story.finding(SALESFORCE)
    story.crm.answer = lambda *_: (200, {}, {"companies": []})
    assert "page 1 has no list at `/results`; `accounts` is" in story.finding(crm.HUBSPOT)


@tap.case("the last page by an empty cursor, and a next page that cannot be asked for")
def _(story):
    shape = 'accounts: /list, map: {{id: /id, name: /name, domains: /domain, health: /health}}, url: "{url}/list"'
    acme = {"id": 9, "name": "Acme", "domain": "acme.example", "health": "red"}
    pages = {None: {"list": [], "cursor": "b"}, "b": {"list": [acme], "cursor": ""}}
    story.crm.answer = lambda path, query, _: (200, {}, pages.get(query.get("after"), pages[None]))
    tap.equal(story.titles(shape + ", cursor: /cursor, cursor_parameter: after"), ["Acme is red"], "titles")
    tap.equal([query.get("after") for _, query, _ in story.crm.asked], [None, "b"], "cursors")
    for link in ("http://crm.example/a list", "https://", {"href": "/list?page=2"}, 2, True):
        story.crm.answer = lambda *_, link=link: (200, {}, {"list": [acme], "next": link})
        found = story.finding(shape + ", next: /next")
        assert "page 1 says that there is more, and not where" in found, (link, found)
    story.crm.answer = lambda *_: (200, {}, {"list": [acme], "cursor": "b"})
    assert "page 1 says that there is more, and not where" in story.finding(shape + ", cursor: /cursor")
    story.crm.answer = lambda *_: (200, {}, {"list": [acme], "next": False})
    tap.equal(story.titles(shape + ", next: /next"), ["Acme is red"], "titles without a next page")


@tap.case("what is wrong in a record is told with the record's place, on each page")
def _(story):
    pages = {None: {"list": [{"id": "0005"}, {"id": "1"}], "cursor": "b"},
             "b": {"list": [{"id": "ä1"}, {"id": "0005-b"}, {"id": "b", "health": "so-so"}]}}
    story.crm.answer = lambda path, query, _: (200, {}, json.dumps(pages[query.get("after")], indent=1).encode())
    answer = support.run("check", "-c", story.settings('url: "{url}/list", accounts: /list, map: {{id: /id, health: '
                                                       "/health}}, cursor: /cursor, cursor_parameter: after"), "--json")
    found = [each for each in json.loads(answer.stdout)["findings"] if each["severity"] == "error"]
    tap.equal([(each["file"].rpartition(" (")[2], each["line"]) for each in found], [("page 2)", 10)], "places")


@tap.case("a redirect goes on at the same server, and nothing of ours goes to another one")
def _(story):
    other = crm.Crm(story.folder)
    story.callback(other.stop)
    whole = crm.hubspot(crm.COMPANIES)
    story.crm.answer = lambda path, query, fields: (
        whole(path, query, fields) if path == "/new" else (301, {"Location": "/new"}, b""))
    tap.equal(story.titles(crm.HUBSPOT), ["Acme is red"], "titles")
    story.crm.answer = lambda *_: (302, {"Location": f"{other.url}/companies"}, b"")
    assert f"the server redirects to {other.url}/companies; it is not followed" in story.finding(crm.HUBSPOT)
    story.crm.answer = lambda *_: (200, {}, {"records": [], "nextRecordsUrl": f"{other.url}/next"})
    assert "the page after page 1 is on another server" in story.finding(SALESFORCE)
    tap.equal(other.asked, [], "what the other server was asked")


@tap.case("a server that is busy is asked again when it says, and left alone if that is late")
def _(story):
    whole, busy = crm.hubspot(crm.COMPANIES), iter(("1", "1"))
    story.crm.answer = lambda path, query, fields: (
        (429, {"Retry-After": after}, b"") if (after := next(busy, None)) else whole(path, query, fields))
    begin = time.monotonic()
    tap.equal(story.titles(crm.HUBSPOT), ["Acme is red"], "titles")
    assert time.monotonic() - begin >= 2, "it was not waited"
    story.crm.answer = lambda *_: (503, {"Retry-After": "600"}, b"")
    assert "status 503, and wants to be left alone for 600 s" in story.finding(crm.HUBSPOT)
    tap.equal(len(story.crm.asked), 1, "requests")


@tap.case("a token that is not accepted, that is not there, and that would go over the network in the clear")
def _(story):
    story.crm.answer = lambda *_: (401, {}, b"")
    assert "status 401; the token in `token_file` is not accepted" in story.finding(crm.HUBSPOT)
    (story.folder / "token").write_text("\n")
    assert "there is no token in " in story.finding(crm.HUBSPOT)
    tap.equal(len(story.crm.asked), 0, "requests without a token")
    (story.folder / "token").write_text("secret-token\n")
    assert "the token would be sent for everybody to read" in story.finding(crm.HUBSPOT, "http://crm.example")


@tap.case("what is sent to this machine goes past a proxy of the environment, which would read the token")
def _(story):
    proxy = crm.Crm(story.folder)
    story.callback(proxy.stop)
    story.crm.answer = crm.hubspot(crm.COMPANIES)
    with mock.patch.dict(os.environ, http_proxy=proxy.url, all_proxy=proxy.url, no_proxy=""):
        tap.equal(story.titles(crm.HUBSPOT), ["Acme is red"], "titles")
    tap.equal(proxy.asked, [], "what the proxy was asked")


@tap.case("a certificate that nobody vouches for is refused, unless it is named")
def _(story):
    folder = pathlib.Path(tempfile.mkdtemp(dir=story.folder))
    safe = crm.Crm(folder, tls=True)
    story.callback(safe.stop)
    safe.answer = crm.hubspot(crm.COMPANIES)
    said = story.finding(crm.HUBSPOT, safe.url)
    assert "ca_file" in said and "certificate" in said, said
    tap.equal(safe.asked, [], "requests")
    answer = support.run(
        "check", "-c", story.settings(crm.HUBSPOT + f", ca_file: {folder / 'cert.pem'}", safe.url), "--json")
    tap.equal((answer.returncode, len(safe.asked)), (0, 3), answer.stdout)


with support.world(Story) as story_of_all:
    sys.exit(tap.run(story_of_all))
