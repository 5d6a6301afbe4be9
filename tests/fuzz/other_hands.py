# SPDX-License-Identifier: Apache-2.0
"""What the relay passes on is read as the same messages by parsers of other hands: Python's own, and llhttp, which is that of
Node.js. The bytes are those of the corpora and what becomes of them by chance. UPBEAT_N says how many times, and UPBEAT_SEED
which chance."""
import http.client
import http.server
import io
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys

import tap

HERE = pathlib.Path(__file__).parent
CORPUS = HERE / "corpus"
COUNT = int(os.environ.get("UPBEAT_N", 12000))
PIECES = [b"\r\n", b"\r\n\r\n", b"\n", b"\r", b"\0", b"\x0b", b"\x85", b"\xa0", b"\t", b" ", b":", b"Content-Length: 5\r\n",
          b"Transfer-Encoding: chunked\r\n", b"Content-Length: 0\r\n", b"Connection: close\r\n", b"Connection: upgrade, host\r\n",
          b"Upgrade: h2c\r\n", b"Expect: 100-continue\r\n", b"Trailer: A\r\n", b"0\r\n\r\n", b"5\r\nhello\r\n", b"A: b\r\n c\r\n",
          b"GET /x HTTP/1.1\r\nHost: h\r\n\r\n", b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
          b"PUT /a.ics HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;x=\"y\"\r\nabc\r\n0\r\nA: b\r\n\r\n",
          b"PROPFIND /c/ HTTP/1.1\r\nHost: h\r\nDepth: 1\r\nContent-Length: 4\r\n\r\n<a/>", b"HTTP/1.0 ", b"HTTP/1.1 ", b"HEAD ", b"//"]
http.client._MAXHEADERS = 1000


def seeds():
    """(request or response, bytes)"""
    for each in sorted((CORPUS / "stream").iterdir()):
        data = each.read_bytes()
        if not data[0] & 2:
            yield ("request" if data[0] & 1 else "response"), data[4:]
    for each in sorted((CORPUS / "http").iterdir()):
        data = each.read_bytes()[2:]
        yield ("response" if data.startswith(b"HTTP/") else "request"), data


def changed(chance, data):
    for _ in range(chance.choice([0, 1, 1, 2, 4])):
        at, until = sorted(chance.randrange(len(data) + 1) for _ in range(2))
        how = chance.random()
        if how < 0.5:
            data = data[:at] + chance.choice(PIECES) + data[at:]
        elif how < 0.7:
            data = data[:at] + data[at + chance.randrange(1, 4):]
        elif how < 0.8 and until - at < 200:
            data = data[:until] + data[at:until] + data[until:]
        elif data and at < len(data):
            data = data[:at] + bytes([chance.randrange(256)]) + data[at + 1:]
    return data


def ask(command, lines):
    done = subprocess.run(command, input="".join(f"{kind} {data.hex()}\n" for kind, data in lines), capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


# ---- Python's parsers ----


class Asked(http.server.BaseHTTPRequestHandler):
    """One request's head, by the parser of http.server."""

    def __init__(self, stream):  # the base class would serve a socket
        self.rfile = stream
        self.raw_requestline = stream.readline(65537)
        self.refusal = None
        self.good = self.parse_request()

    def send_error(self, code, message=None, explain=None):
        self.refusal = f"{code} {message}"

    def handle_expect_100(self):
        return True


class Wire:
    """A socket, as far as http.client needs one."""

    def __init__(self, stream):
        self.stream = stream

    def makefile(self, *_args, **_more):
        return self.stream


class Kept(io.BufferedReader):
    """http.client closes its stream behind a message; the next message is there, too."""

    def close(self):
        pass


def pairs(headers):
    return [[name.encode("latin-1").hex(), value.strip(" \t").encode("latin-1").hex()] for name, value in headers.items()]


def content_by_client(stream, headers, method):
    """The body of a request: http.client reads that of an answer with the same fields."""
    if "transfer-encoding" not in headers and "content-length" not in headers:
        return b""
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    both = Kept(Joined(b"HTTP/1.1 200 OK\r\n" + fields.encode("latin-1") + b"\r\n", stream), 1)
    answer = http.client.HTTPResponse(Wire(both), method=method)
    answer.begin()
    return answer.read()


class Joined(io.RawIOBase):
    """Some bytes, and then those of a stream, of which no more is read than is asked for."""

    def __init__(self, first, stream):
        self.first, self.stream = io.BytesIO(first), stream

    def readable(self):
        return True

    def readinto(self, room):
        piece = self.first.read(min(1, len(room))) or self.stream.read(min(1, len(room)))
        room[: len(piece)] = piece
        return len(piece)


def by_python(kind, data):
    stream, messages = io.BytesIO(data), []
    while stream.tell() < len(data):
        if kind == "request":
            asked = Asked(stream)
            if not asked.good:
                return {"error": asked.refusal, "messages": messages}
            method, target, version = asked.requestline.split(" ")
            content = content_by_client(stream, asked.headers, "GET")
            messages.append({"method": method.encode("latin-1").hex(), "target": target.encode("latin-1").hex(), "status": 0,
                             "minor": int(version[-1]), "fields": pairs(asked.headers), "content": content.hex()})
            continue
        try:
            version, status, headers = read_answer_head(stream)
        except http.client.HTTPException as why:
            return {"error": repr(why), "messages": messages}
        messages.append(finish_answer(version, status, headers, stream))
    return {"messages": messages}


def told_by_client(version, status, headers, content):
    return {"method": "", "target": "", "status": status, "minor": int(version[-1]), "fields": pairs(headers), "content": content.hex()}


def read_answer_head(stream):
    answer = http.client.HTTPResponse(Wire(Kept(Joined(b"", stream), 1)), method="GET")
    version, status, _ = answer._read_status()
    return version, status, http.client.parse_headers(answer.fp)


def finish_answer(version, status, headers, stream):
    """The body of an answer whose head was read. (http.client passes over interim answers by itself.)"""
    if status < 200:
        return told_by_client(version, status, headers, b"")
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    again = Joined(f"{version} {status}\r\n{fields}\r\n".encode("latin-1"), stream)
    answer = http.client.HTTPResponse(Wire(Kept(again, 1)), method="GET")
    answer.begin()
    return told_by_client(version, status, headers, answer.read())


# ---- what is compared ----


class World:
    def __init__(self):
        seed = int(os.environ.get("UPBEAT_SEED", random.randrange(1 << 32)))
        tap.note(f"seed {seed}")
        chance, first = random.Random(seed), list(seeds())
        self.sent = first + [(kind, changed(chance, data)) for kind, data in (chance.choice(first) for _ in range(COUNT))]
        ours = ask([os.environ["builddir"] + "/tests/tools/forward"], self.sent)
        self.cases = []  # (kind, what passes on, the messages of it)
        for (kind, _), messages in zip(self.sent, ours, strict=True):
            whole = [each for each in messages if each and "fields" in each]
            if whole:
                self.cases.append((kind, bytes.fromhex("".join(each["passes"] for each in whole)), whole))


def difference(ours, theirs):
    """What another parser makes of it, where that is something else; what it refuses is not understood otherwise."""
    wanted = [{key: value for key, value in each.items() if key != "passes"} for each in ours]
    found = theirs["messages"]
    if "error" in theirs:
        whole = [each for each in found if each["content"] is not None]
        return "" if whole == wanted[: len(whole)] else f"{whole} at first"
    return "" if found == wanted else f"{found}"


def compare(world, name, theirs):
    refusals, same = {}, 0
    for (kind, passes, ours), other in zip(world.cases, theirs, strict=True):
        what = difference(ours, other)
        assert not what, f"{kind} {passes}\nis to {name} {what}\nand here {ours}"
        same += "error" not in other
        if "error" in other:
            refusals.setdefault(other["error"].split(" (")[0], passes)
    tap.note(f"{same} of {len(world.cases)} streams are the same to {name}; it refuses the others:")
    for why, passes in sorted(refusals.items()):
        tap.note(f"  {why}: {passes[:160]}")
    assert same > len(world.cases) * 0.7, "too many are refused"


@tap.case("by Python's http.server and http.client")
def _(world):
    compare(world, "Python", [by_python(kind, passes) for kind, passes, _ in world.cases])


@tap.case("by llhttp")
def _(world):
    node = shutil.which("node") or shutil.which("nodejs")
    if not node:
        raise tap.Skip("Node.js is not installed")
    compare(world, "llhttp", ask([node, "--no-deprecation", HERE / "llhttp.js"], [(kind, passes) for kind, passes, _ in world.cases]))


sys.exit(tap.run(World()))
