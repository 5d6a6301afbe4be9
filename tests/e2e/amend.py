# SPDX-License-Identifier: Apache-2.0
"""What rules add to the user's own meeting: lines, once, and never again when the user takes them away."""
import base64
import http.client
import importlib.util
import os
import shutil
import signal
import subprocess
import sys

import amending
import calendars
import recorder
import support
import tap

amending.be_patient()


class Story(support.ServerWorld):
    def __enter__(self):
        super().__enter__()
        self.rules = amending.write_rules(self.folder)
        self.before, self.upbeat, self.behind = recorder.between(
            self, self.server, settings=amending.ORGANIZATION, rules=self.rules, store=f"sqlite:{self.store}"
        )
        return self

    def put(self, path, text, **fields):
        fields = {"Content-Type": "text/calendar", **{name.replace("_", "-"): value for name, value in fields.items()}}
        return support.request("PUT", self.upbeat.url + path, "alice", text, fields)

    def put_well(self, path, text, **fields):
        answer = self.put(path, text, **fields)
        assert answer.status in (201, 204), f"{answer.status}: {answer.body}"
        return answer

    def get(self, path, user="alice"):
        answer = support.request("GET", self.server.url + path, user)
        tap.equal(answer.status, 200, "GET")
        return answer

    def stored(self, path):
        """The object on the server: (text, unfolded; ETag)."""
        answer = self.get(path)
        return answer.text.replace("\r\n ", "").replace("\n ", ""), answer.field("ETag")

    def additions(self, path):
        return amending.additions(self.stored(path)[0])

    def put_knowing(self, path, text):
        """As a client that has read what stands there."""
        return self.put_well(path, text, If_Match=self.get(path).field("ETag"))

    def new_meeting(self, uid):
        """A meeting of a customer as its user has stored it: its path and text."""
        path, text = self.new_path() + "m.ics", calendars.meeting(uid=uid)
        self.put_well(path, text)
        return path, text

    def wait_until_seen(self, path):
        """Waits until the engine has looked at the stored meeting and has nothing left to do."""
        tap.eventually(lambda: all(href != path for href, *_ in support.keys_in(self.store)), "it was looked at", 10)


def body_of(pairs, method=b"PUT"):
    """The body of the request of that method that passed."""
    bodies = [request.partition(b"\r\n\r\n") for request, _ in pairs if request.startswith(method)]
    tap.equal(len(bodies), 1, "requests")
    return bodies[0][0].decode(), bodies[0][2].decode()


def has_each_once(text, name="the meeting"):
    for piece in amending.ADDED:
        tap.equal(text.count(piece), 1, f"{piece} in {name}")


@tap.case("lines are inserted and no other byte is changed; the answer has no ETag, and the reader finds them")
def _(story):
    path = story.new_path() + "m.ics"
    story.before.take(), story.behind.take()
    sent = calendars.meeting(uid="amended", more="DESCRIPTION:Bring the plans\\, please")
    answer = story.put_well(path, sent)
    tap.equal(answer.field("ETag"), None, "ETag")
    tap.equal(answer.field("Last-Modified"), None, "Last-Modified")
    head, arrived = body_of(story.behind.take())
    tap.equal(f"Content-Length: {len(arrived.encode())}".lower() in head.lower(), True, head)
    rest = iter(arrived.split("\r\n"))
    for line in sent.split("\r\n"):
        assert line in rest, f"{line!r} is missing, or out of order, in\n{arrived}"
    text, _ = story.stored(path)
    tap.equal(amending.additions(text), list(amending.ADDED), text)
    assert "Welcome (15 min)\\nRoadmap with Acme (45 min)" in text, text


@tap.case("what is stored again as it was read stays as it is, without a second addition")
def _(story):
    path, _ = story.new_meeting("again")
    text, etag = story.stored(path)
    answer = story.put_well(path, text.replace("Roadmap", "Plans"), If_Match=etag)
    assert answer.field("ETag"), "nothing was added, so the ETag holds"
    again, _ = story.stored(path)
    has_each_once(again)


@tap.case("what the user takes away, knowing it, stays away")
def _(story):
    path, meeting = story.new_meeting("taken")
    _, etag = story.stored(path)
    story.wait_until_seen(path)
    story.put_well(path, meeting, If_Match=etag)
    text, etag = story.stored(path)
    tap.equal(amending.additions(text), [], text)
    story.put(path, meeting.replace("Roadmap", "Plans"))
    tap.equal(story.additions(path), [], "not even when it is stored blindly")


@tap.case("a client that never saw them, and stores its own again, gets them again")
def _(story):
    path, meeting = story.new_meeting("blind")
    story.wait_until_seen(path)
    story.put(path, meeting)
    text, _ = story.stored(path)
    has_each_once(text)


@tap.case("what was read and is taken away at once stays away, though nobody had the time to look at it")
def _(story):
    path, meeting = story.new_meeting("fast")
    story.put_knowing(path, meeting)
    tap.equal(story.additions(path), [], "right away")
    story.wait_until_seen(path)
    story.put_well(path, meeting.replace("Roadmap", "Plans"))
    tap.equal(story.additions(path), [], "later")


@tap.case("it stays away also when the meeting had changed on the server since: a guest has answered")
def _(story):
    path, meeting = story.new_meeting("answered")
    story.wait_until_seen(path)
    text = story.get(path).text.replace("SUMMARY:", "COMMENT:yes\r\nSUMMARY:")
    assert support.request("PUT", story.server.url + path, "alice", text, {"Content-Type": "text/calendar"}).status < 300
    etag = story.get(path).field("ETag")
    story.put_well(path, meeting, If_Match=f'"other", {etag}' if story.kind is support.Xandikos else etag)
    tap.equal(story.additions(path), [], "right away")
    story.wait_until_seen(path)
    story.put_knowing(path, meeting.replace("Roadmap", "Plans"))
    tap.equal(story.additions(path), [], "additions")


@tap.case("a version that does not stand any more is refused, and counts for nothing")
def _(story):
    path, meeting = story.new_meeting("stale")
    story.wait_until_seen(path)
    tap.equal(story.put(path, meeting, If_Match='"stale"').status, 412, "PUT")
    story.wait_until_seen(path)
    story.put_well(path, meeting)
    tap.equal(story.additions(path), list(amending.ADDED), "additions")
    if story.kind is support.Radicale:
        return  # Radicale takes * for an ETag
    story.wait_until_seen(path)
    story.put_well(path, meeting, If_Match="*")
    tap.equal(story.additions(path), list(amending.ADDED), "additions, of whatever stood there")


@tap.case("what was added to a write that the server refused was not added, and comes with the next one")
def _(story):
    path = story.new_path() + "m.ics"
    meeting = calendars.meeting(uid="refused")
    fields = {"Content-Type": "text/calendar"}
    tap.equal(support.request("PUT", story.server.url + path, "alice", meeting, fields).status, 201, "PUT past Upbeat")
    tap.equal(story.put(path, meeting, If_Match='"stale"').status, 412, "PUT")
    etag = story.stored(path)[1]
    story.put_well(path, meeting, If_Match=etag)
    tap.equal(story.additions(path), list(amending.ADDED), "additions")


@tap.case("who is not let in takes nothing away, and gets nothing added")
def _(story):
    path, meeting = story.new_meeting("stranger")
    story.wait_until_seen(path)
    text, etag = story.stored(path)
    for who in ("Basic " + base64.b64encode(b"alice:a guess").decode(), None):
        fields = {"Content-Type": "text/calendar", "If-Match": etag, **({"Authorization": who} if who else {})}
        tap.equal(support.request("PUT", story.upbeat.url + path, None, meeting, fields).status, 401, "PUT")
    story.put_well(path, meeting)
    tap.equal(story.additions(path), list(amending.ADDED), "additions")


@tap.case("what the user had himself was not added, and is his to take away and to get again")
def _(story):
    path = story.new_path() + "m.ics"
    story.put_well(path, calendars.meeting(uid="own", more="CATEGORIES:Customer"))
    etag = story.stored(path)[1]
    text = story.stored(path)[0].replace("CATEGORIES:Customer\r\n", "")
    assert "CATEGORIES" not in text, text
    story.put_well(path, text, If_Match=etag)
    tap.contains(story.stored(path)[0], "CATEGORIES:Customer", "the meeting")


@tap.case("what is taken away of a meeting without customers stays away")
def _(story):
    path = story.new_path() + "m.ics"
    meeting = calendars.meeting(uid="interview", title="Interview", attendees=("alice", "bob"))
    story.put_well(path, meeting)
    assert "CATEGORIES:Hiring" in story.stored(path)[0], story.stored(path)[0]
    story.wait_until_seen(path)
    for _ in range(2):
        story.put_knowing(path, meeting)
        story.wait_until_seen(path)
        assert "Hiring" not in story.stored(path)[0], story.stored(path)[0]


@tap.case("a copy of it, with a UID of its own, has nothing twice; nor has one that was moved")
def _(story):
    path = story.new_path()
    story.put_well(path + "m.ics", calendars.meeting(uid="original"))
    text = story.get(path + "m.ics").text
    answer = story.put_well(path + "copy.ics", text.replace("UID:original", "UID:copied"))
    assert answer.field("ETag") or story.kind is support.Xandikos, "nothing was added, so the ETag holds"
    if story.kind is support.Radicale:
        move = {"Destination": story.upbeat.url + path + "moved.ics"}
        answer = support.request("MOVE", story.upbeat.url + path + "m.ics", "alice", fields=move)
        assert answer.status in (201, 204), answer
        story.wait_until_seen(path + "moved.ics")
        etag = story.get(path + "moved.ics").field("ETag")
        story.put_well(path + "moved.ics", text.replace("Roadmap", "Plans"), If_Match=etag)
    for name in ("copy.ics", "moved.ics" if story.kind is support.Radicale else "m.ics"):
        has_each_once(story.stored(path + name)[0], name)


@tap.case("a colleague's copy is not the organizer's, and stays as it is")
def _(story):
    path = story.server.calendar_of("bob") + "invited.ics"
    meeting = calendars.meeting(uid="invited")
    fields = {"Content-Type": "text/calendar"}
    for _ in range(2):
        answer = support.request("PUT", story.upbeat.url + path, "bob", meeting, fields)
        assert answer.status in (201, 204), answer
        text = story.get(path, "bob").text
        assert "X-UPBEAT" not in text and "recorder" not in text, text
        story.wait_until_seen(path)


@tap.case("a body in chunks arrives amended and whole")
def _(story):
    path = story.new_path() + "m.ics"
    connection = http.client.HTTPConnection("127.0.0.1", story.upbeat.port, timeout=30)
    fields = {"Authorization": support.basic("alice"), "Content-Type": "text/calendar"}
    text = calendars.meeting(uid="chunks").encode()
    connection.request("PUT", path, iter([text[:100], text[100:]]), fields, encode_chunked=True)
    assert connection.getresponse().status in (201, 204), "PUT"
    tap.equal(story.additions(path), list(amending.ADDED), "additions")
    connection.close()


@tap.case("meetings of our own and meetings that somebody else organizes stay as they are")
def _(story):
    path = story.new_path()
    for name, meeting in (
        ("ours", calendars.meeting(uid="ours", attendees=("alice", "bob"))),
        ("theirs", calendars.meeting(uid="theirs", organizer="cto@acme.example")),
    ):
        answer = story.put(f"{path}{name}.ics", meeting)
        assert answer.field("ETag"), name
        tap.equal(story.additions(f"{path}{name}.ics"), [], name)


@tap.case("python3-caldav stores, reads and changes it without a conflict")
def _(story):
    if importlib.util.find_spec("caldav") is None:
        raise tap.Skip("there is no python3-caldav")
    import caldav

    path = story.new_path()
    client = caldav.DAVClient(story.upbeat.url, username="alice", password=support.password("alice"))
    calendar = caldav.Calendar(client, url=story.upbeat.url + path)
    event = calendar.save_event(calendars.meeting(uid="library"))
    event.load()
    tap.equal(len(amending.additions(event.data.replace("\r\n ", "").replace("\n ", ""))), len(amending.ADDED), event.data)
    event.data = event.data.replace("Roadmap", "Plans")
    event.save()
    found = calendar.events()
    tap.equal(len(found), 1, "events")
    text = found[0].data.replace("\r\n ", "").replace("\n ", "")
    assert "Plans" in text, text
    has_each_once(text)


VDIRSYNCER = """\
[general]
status_path = "{folder}/status/"
[pair meetings]
a = "here"
b = "there"
collections = ["{name}"]
[storage here]
type = "filesystem"
path = "{folder}/here/"
fileext = ".ics"
[storage there]
type = "caldav"
url = "{url}"
username = "alice"
password = "{password}"
"""


@tap.case("vdirsyncer takes what was added, has no conflict, and comes to rest")
def _(story):
    program = shutil.which("vdirsyncer")
    if not program:
        raise tap.Skip("there is no vdirsyncer")
    path = story.new_path()
    name = path.strip("/").split("/")[-1]
    folder = story.folder / "vdirsyncer"
    here = folder / "here" / name
    here.mkdir(parents=True)
    (here / "one.ics").write_bytes(calendars.meeting(uid="synced").encode())
    (folder / "config").write_text(
        VDIRSYNCER.format(
            folder=folder, name=name, url=story.upbeat.url + story.server.home_of("alice"), password=support.password("alice")
        )
    )

    def sync(word="sync"):
        command = [program, "-c", str(folder / "config"), word]
        run = subprocess.run(command, input="y\n" * 5, capture_output=True, text=True, timeout=60)
        tap.equal(run.returncode, 0, run.stdout + run.stderr)
        return run.stdout + run.stderr

    sync("discover"), sync(), sync()
    (local,) = here.glob("*.ics")
    text = local.read_text().replace("\n ", "")
    tap.equal(len(amending.additions(text)), len(amending.ADDED), text)
    third = sync()
    assert "Copying" not in third and "conflict" not in third.lower(), third
    local.write_text(local.read_text().replace("Roadmap", "Plans"))
    sync(), sync()
    fourth = sync()
    assert "Copying" not in fourth and "conflict" not in fourth.lower(), fourth
    (remote,) = calendars.Calendar(story.server.url + path, "alice").objects()
    assert "Plans" in support.request("GET", story.server.url + remote, "alice").text, remote


@tap.case("what was taken away stays away also when its rule has another name")
def _(story):
    path, meeting = story.new_meeting("renamed")
    story.wait_until_seen(path)
    story.put_knowing(path, meeting)
    rules = story.rules / "shared.yaml"
    rules.write_text(rules.read_text().replace("- name: shared", "- name: recorded\n    was: [shared]"))
    os.kill(story.upbeat.pid, signal.SIGHUP)
    tap.eventually(lambda: "reload: done" in story.upbeat.said(), "the reload", 10)
    story.put_well(path, meeting)
    tap.equal(story.additions(path), [], "additions")


@tap.case("nothing of it disturbed the sanitizers")
def _(story):
    story.upbeat.is_sane()


sys.exit(tap.run_in_each(support.worlds(Story)))
