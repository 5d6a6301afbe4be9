# SPDX-License-Identifier: Apache-2.0
"""People come from vCards: from a folder of them, and from address books on CardDAV servers."""
import json
import pathlib
import sys
import tempfile
import time

import calendars
import crm
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


BOOK = """<?xml version="1.0"?><mkcol xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><set><prop>
<resourcetype><collection/><C:addressbook/></resourcetype></prop></set></mkcol>"""
LOGIN = ', user: alice, password_file: password'


def multistatus(*responses):
    return ('<?xml version="1.0"?><multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">'
            + "".join(f"<response><href>/x</href>{each}</response>" for each in responses) + "</multistatus>").encode()


def found(prop):
    return f"<propstat><prop>{prop}</prop><status>HTTP/1.1 200 OK</status></propstat>"


IS_BOOK = multistatus(found("<resourcetype><collection/><C:addressbook/></resourcetype>"))


@tap.case("an address book of Radicale, read again when it has changed")
def _(story):
    server = story.start(support.Radicale)
    book = "/alice/contacts/"
    tap.equal(support.request("MKCOL", server.url + book, "alice", BOOK).status, 201, "MKCOL")
    (story.folder / "password").write_text(support.password("alice") + "\n")
    (story.folder / "password").chmod(0o600)

    def put(name, text):
        answer = support.request("PUT", f"{server.url}{book}{name}.vcf", "alice", text, {"Content-Type": "text/vcard"})
        assert answer.status in (201, 204), answer

    put("ann", ANN.replace("VERSION", "UID:ann\r\nVERSION"))
    put("bob", BOB.replace("VERSION", "UID:bob\r\nVERSION"))
    source = f"url: {server.url}{book}" + LOGIN
    tap.equal(sorted(story.people(source)[0].split("; ")), ["Ann Lee (Head of Buying)", "Bob (Judge)"], "people")
    found = story.findings(f"url: {server.url}/alice/calendar/" + LOGIN)
    assert len(found) == 1 and "this is no address book; `url` is that of the address book itself" in found[0], found
    running = story.start(support.Upbeat, server, settings=(
        f"{support.ORGANIZATION}  holidays: []\ncontrol: control\naccounts:\n  - {{source: csv, path: {story.folder}/crm.csv}}\n"
        f"  - {{source: vcard, refresh: 1s, {source}}}\n").replace("file: password", f"file: {story.folder}/password"),
        rules=story.folder / "rules")

    def state():
        return json.loads(support.run("status", "-c", running.settings, "--json").stdout)["accounts"][1]

    tap.equal((state()["people"], state()["failed"]), (2, False), "status")
    put("eve", card("UID:eve", "FN:Eve", "EMAIL:eve@acme.example"))
    tap.eventually(lambda: state()["people"] == 3, "the new card", SOON)
    tap.equal(support.request("DELETE", f"{server.url}{book}eve.vcf", "alice").status, 200, "DELETE")
    tap.eventually(lambda: state()["people"] == 2, "a card less", SOON)
    (story.folder / "password").write_text("open\n")
    tap.eventually(lambda: state()["failed"], "a failure", SOON)
    assert state()["people"] == 2 and "status 401; `user` or the password is not accepted there" in state()["why"], state()
    (story.folder / "password").write_text(support.password("alice") + "\n")
    tap.eventually(lambda: not state()["failed"], "the end of it", SOON)
    running.is_sane()
    assert support.password("alice") not in running.said(), "the password is logged"


@tap.case("an address book of Cyrus")
def _(story):
    server = story.start(support.Cyrus)
    book = f"{server.url}/dav/addressbooks/user/alice/Default/"
    tap.equal(support.request("PROPFIND", f"{server.url}/dav/addressbooks/user/alice/", "alice", None, {"Depth": "1"}).status, 207, "PROPFIND")
    photo = card("UID:ann", "FN:Ann", "N:Lee;Ann;;;", "item1.EMAIL:ann@acme.example", "PHOTO;ENCODING=b:" + "A" * 60)
    for name, text in (("ann", photo), ("bob", BOB.replace("VERSION", "UID:bob\r\nVERSION").replace("ROLE", "N:B;Bob;;;\r\nROLE"))):
        answer = support.request("PUT", f"{book}{name}.vcf", "alice", text, {"Content-Type": "text/vcard"})
        assert answer.status in (201, 204), answer
    (story.folder / "password").write_text(support.password("alice") + "\n")
    tap.equal(sorted(story.people(f"url: {book}" + LOGIN)[0].split("; ")), ["Ann", "Bob (Judge)"], "people")
    tap.equal(story.findings(f"url: {book}" + LOGIN), [], "findings")


class Book(crm.Crm):
    """An address book that answers as it is told to."""

    def tell(self, collection, cards=None, tag="1"):
        self.asked.clear()

        def answer(path, query, fields):
            if fields.get("Depth") == "0":
                return 207, {}, collection
            return (207, {}, cards) if fields.get("Depth") else (200, {"Content-Type": "text/html"}, b"<html>")

        self.answer = answer


@tap.case("answers that are none: a page for people, half a list, a part of the cards")
def _(story):
    book = Book(story.folder)
    story.callback(book.stop)
    source = f"url: {book.url}/book/"
    cards = multistatus(*(found(f"<C:address-data>{text}</C:address-data>") for text in (ANN, BOB)))
    book.tell(IS_BOOK, cards)
    tap.equal(story.people(source), ["Ann Lee (Head of Buying); Bob (Judge)"], "people")
    for collection, answer, wrong in (
            (b"<!DOCTYPE html><html>Log in</html>", b"", "the answer is no WebDAV; ask for the address of an address book"),
            (IS_BOOK, b"<html><body>Log in</body></html>", "the answer is no list of cards; what was read before stays"),
            (IS_BOOK, cards[:-40], "the answer is no list of cards"),
            (IS_BOOK, b"", "the answer is no list of cards"),
            (IS_BOOK, multistatus(found(f"<C:address-data>{ANN}</C:address-data>"), "<status>HTTP/1.1 507 X</status>"),
             "the server gives a part of the cards alone"),
            (IS_BOOK, b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + cards[21:], "the answer is no list of cards")):
        book.tell(collection, answer)
        said = story.findings(source)
        assert len(said) == 1 and wrong in said[0], (said, wrong)
    for status, wrong in ((404, "status 404; correct `url`"), (401, "status 401; say `user` and `password_file`"),
                          (503, "status 503; what was read before stays"), (405, "status 405")):
        book.answer = lambda *_, status=status: (status, {}, b"")
        said = story.findings(source)
        assert len(said) == 1 and wrong in said[0], (said, wrong)


@tap.case("cards that the server fails to give are told, and the others used")
def _(story):
    book = Book(story.folder)
    story.callback(book.stop)
    book.tell(IS_BOOK, multistatus(
        found(f"<C:address-data>{ANN}</C:address-data>"), "<status>HTTP/1.1 404 Not Found</status>",
        "<status>HTTP/1.1 403 Forbidden</status>",
        "<propstat><prop><C:address-data/></prop><status>HTTP/1.1 500 Broken</status></propstat>"))
    source = f"url: {book.url}/book/"
    tap.equal(story.people(source), ["Ann Lee (Head of Buying)"], "people")
    said = [each.partition(": ")[2].partition("; ")[0] for each in story.findings(source)]
    tap.equal(said, ["the server does not give /x: HTTP/1.1 403 Forbidden",
                     "the server does not give /x: HTTP/1.1 500 Broken"], "findings")


@tap.case("a card that the server failed to give comes the next time, though the address book says that it is as it was")
def _(story):
    book = Book(story.folder)
    story.callback(book.stop)
    tagged = multistatus(found('<resourcetype><collection/><C:addressbook/></resourcetype>'
                               '<getctag xmlns="http://calendarserver.org/ns/">1</getctag>'))
    ann, bob = (found(f"<C:address-data>{text}</C:address-data>") for text in (ANN, BOB))
    book.tell(tagged, multistatus(ann, "<status>HTTP/1.1 500 Broken</status>"))
    running = story.start(support.Upbeat, story.start(support.Radicale), settings=(
        f"{support.ORGANIZATION}  holidays: []\ncontrol: control\naccounts:\n  - {{source: csv, path: {story.folder}/crm.csv}}\n"
        f"  - {{source: vcard, refresh: 1s, url: {book.url}/book/}}\n"), rules=story.folder / "rules")

    def people():
        return json.loads(support.run("status", "-c", running.settings, "--json").stdout)["accounts"][1]["people"]

    tap.equal(people(), 1, "people while a card is missing")
    book.tell(tagged, multistatus(ann, bob))
    tap.eventually(lambda: people() == 2, "the other card", SOON)


@tap.case("a file of cards on a server without WebDAV")
def _(story):
    book = Book(story.folder)
    story.callback(book.stop)
    book.answer = lambda path, query, fields: (405, {}, b"") if fields.get("Depth") else (
        200, {"Content-Type": "text/vcard", "ETag": '"1"'}, (ANN + BOB).encode())
    tap.equal(story.people(f"url: {book.url}/all.vcf"), ["Ann Lee (Head of Buying); Bob (Judge)"], "people")
    book.answer = lambda path, query, fields: (405, {}, b"") if fields.get("Depth") else (
        200, {"Content-Type": "text/html"}, b"<html>")
    said = story.findings(f"url: {book.url}/all.vcf")
    assert len(said) == 1 and "there are no cards at this address; this is a page for people" in said[0], said


@tap.case("the password goes to no other server, to nobody in the clear, and to no server that nobody vouches for")
def _(story):
    book, other = Book(story.folder), Book(story.folder)
    folder = pathlib.Path(tempfile.mkdtemp(dir=story.folder))
    safe = Book(folder, tls=True)
    for each in (book, other, safe):
        story.callback(each.stop)
    (story.folder / "password").write_text("sesame\n")
    book.answer = lambda *_: (302, {"Location": f"{other.url}/book/"}, b"")
    said = story.findings(f"url: {book.url}/book/{LOGIN}")
    assert len(said) == 1 and f"the server redirects to {other.url}/book/; it is not followed" in said[0], said
    tap.equal(other.asked, [], "what the other server was asked")
    said = story.findings("url: http://dav.example/book/" + LOGIN)
    assert len(said) == 1 and "the password would be sent for everybody to read; use `https://`" in said[0], said
    safe.tell(IS_BOOK, multistatus())
    said = story.findings(f"url: {safe.url}/book/{LOGIN}")
    assert len(said) == 1 and "ca_file" in said[0], said
    tap.equal(safe.asked, [], "requests")
    tap.equal(story.findings(f"url: {safe.url}/book/{LOGIN}, ca_file: {folder / 'cert.pem'}"), [], "findings")
    assert "sesame" not in "".join(said), said
    for source, wrong in (("url: dav.example", "this is no address of a server"), ("user: alice", "there is no address book"),
                          (f"url: {book.url}, user: alice", "one who logs in has a name and a password"),
                          (f"url: {book.url}, path: cards", "there are two address books")):
        said = story.findings(source)
        assert len(said) == 1 and wrong in said[0], (said, wrong)


with support.world(Story) as story_of_all:
    sys.exit(tap.run(story_of_all))
