# SPDX-License-Identifier: Apache-2.0
"""The soak's clients: connections that ask, pipeline, hesitate, close one side, break off and reset, plain and with TLS.
Each answer is compared with what the server must have said to this very request."""
import asyncio
import collections
import contextlib
import hashlib
import itertools
import socket
import ssl
import struct
import time

import calendars
import nonces
import support

USERS = [f"user{n}" for n in range(12)]
EVENTS, MEETINGS = 12, 6  # names of objects in each calendar
ANSWER_SECONDS = 120.0  # the machine may be busy
PROPFIND = '<?xml version="1.0"?><propfind xmlns="DAV:"><prop><current-user-principal/><getetag/></prop></propfind>'
BROKEN = (OSError, EOFError, asyncio.IncompleteReadError, asyncio.TimeoutError, asyncio.LimitOverrunError, ssl.SSLError)
# What may be said while the server is away, by whoever stands before it.
AWAY = (502, 503, 504)


class Wrong(Exception):
    """An answer that belongs to another request, or is none."""


class Answer:
    def __init__(self, status, fields, body, whole):
        self.status, self.fields, self.body, self.whole = status, fields, body, whole


class Ask:
    """A request, and what must be answered. `do` is what the server does to the answer."""

    numbers = itertools.count()

    def __init__(self, method, path, body=b"", *, do="", wanted=None, user=USERS[0], more=(), chunked=False):
        self.method, self.body = method, body.encode() if isinstance(body, str) else body
        self.nonce = f"n{next(Ask.numbers)}"
        self.do, self.chunked = do, chunked
        self.wanted = wanted(self) if wanted else None  # the whole body
        fields = [f"Host: cal.ours.example", f"Authorization: {support.basic(user)}", f"X-Nonce: {self.nonce}",
                  "User-Agent: soak", *more]
        if do:
            fields.append(f"X-Do: {do}")
        if self.body:
            fields.append("Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(self.body)}")
        self.head = f"{method} {path} HTTP/1.1\r\n{''.join(line + chr(13) + chr(10) for line in fields)}\r\n".encode()

    def bytes(self):
        if not self.chunked:
            return self.head + self.body
        parts = (b"%x\r\n%s\r\n" % (len(piece), piece) for piece in nonces.pieces(self.body))
        return self.head + b"".join(parts) + b"0\r\n\r\n"

    def judge(self, answer):
        """Raises Wrong for an answer to something else. Whether the request was answered."""
        said = answer.fields.get("x-nonce")
        if said is None and answer.status in AWAY:
            return False
        if said != self.nonce:
            raise Wrong(f"{self.nonce} got an answer with the nonce {said}, status {answer.status}")
        if self.method == "HEAD":
            return True
        if self.wanted is not None:
            good = answer.body == self.wanted if answer.whole else self.wanted.startswith(answer.body)
        elif answer.status == 200 and answer.fields.get("content-type", "").startswith("text/calendar"):
            good = not answer.whole or answer.body.rstrip().endswith(b"END:VCALENDAR")
        else:
            good = not answer.whole or self.nonce.encode() in answer.body
        if not good:
            raise Wrong(f"{self.nonce} {self.method}: a wrong body of {len(answer.body)} bytes, status {answer.status}")
        return answer.whole


def page(dice, do="", method="GET", body=b"", **more):
    """A request whose answer's every byte is known."""
    size = dice.choice((0, 300, 300, 8000, 8000, 60000, 250000))
    digest = hashlib.sha256(b"" if do == "early" else body).hexdigest()
    return Ask(method, f"/soak/page/{size}", body, do=do, wanted=lambda ask: nonces.body(ask.nonce, size, digest), **more)


def upload(dice):
    body = dice.randbytes(dice.choice((1, 5000, 60000, 700000)))
    if dice.random() < 0.05:
        body *= 3
    more = ["Expect: 100-continue"] if dice.random() < 0.2 else []
    return page(dice, "", "PUT", body, chunked=dice.random() < 0.5, more=more)


def store(dice):
    """A write or a look at an object: a customer's meeting, or one's own event."""
    user = dice.choice(USERS)
    met = dice.random() < 0.3
    n = dice.randrange(MEETINGS if met else EVENTS)
    path = f"/{user}/cal/{'meeting' if met else 'event'}{n}.ics"
    kind = dice.random()
    if kind < 0.35:
        return Ask("GET", path, user=user)
    if kind < 0.45:
        return Ask("DELETE", path, user=user)
    guests = (user, "cto@acme.example", "buyer@acme.example") if met else ()
    text = calendars.meeting(uid=f"{user}-{met}-{n}", start=calendars.business_day(dice.randrange(6, 30), dice.randrange(9, 17)),
                             attendees=guests, organizer=user)
    return Ask("PUT", path, text, user=user, more=["Content-Type: text/calendar"])


def look(dice):
    user = dice.choice(USERS)
    return Ask("PROPFIND", f"/{user}/cal/", PROPFIND, user=user, more=["Depth: 0", "Content-Type: application/xml"])


def one(dice):
    kind = dice.random()
    if kind < 0.45:
        return page(dice, dice.choice(("", "", "", "chunked", "chunked", "late", "slow")))
    if kind < 0.5:
        return page(dice, "", "HEAD")
    if kind < 0.65:
        return look(dice)
    return upload(dice) if kind < 0.72 else store(dice)


class Client:
    """One connection. Its requests are counted in `counts`."""

    def __init__(self, crowd, dice):
        self.crowd, self.dice, self.reader, self.writer = crowd, dice, None, None
        self.tls = dice.random() < 0.5

    async def open(self):
        """From one of many addresses, as clients have their own."""
        more = {"ssl": self.crowd.trusted, "server_hostname": "cal.ours.example"} if self.tls else {}
        self.reader, self.writer = await asyncio.wait_for(asyncio.open_connection(
            "127.0.0.1", self.crowd.ports[self.tls], limit=1 << 20,
            local_addr=(f"127.0.1.{self.dice.randrange(1, 201)}", 0), **more), ANSWER_SECONDS)

    def close(self):
        if self.writer:
            self.writer.close()

    def reset(self):
        with contextlib.suppress(OSError, AttributeError):
            self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def send(self, data):
        self.writer.write(data)
        await self.writer.drain()

    # ---- answers ----

    async def read_answer(self, method, slowly=False):
        status, fields = 100, {}
        while 100 <= status < 200:
            head = await self.reader.readuntil(b"\r\n\r\n")
            line, *rest = head[:-4].split(b"\r\n")
            status = int(line.split(b" ")[1])
            pairs = (each.partition(b":") for each in rest)
            fields = {name.lower().decode(): value.strip().decode() for name, _, value in pairs}
        body = []
        whole = method == "HEAD" or await self.read_body(fields, body, slowly)
        return Answer(status, fields, b"".join(body), whole)

    async def read_body(self, fields, body, slowly):
        """Whether the body came whole."""
        try:
            if "transfer-encoding" in fields:
                while size := int((await self.reader.readline()).partition(b";")[0], 16):
                    await self.read_bytes(size, body, slowly)
                    await self.reader.readline()
                while (await self.reader.readline()).strip():
                    pass
            elif "content-length" in fields:
                await self.read_bytes(int(fields["content-length"]), body, slowly)
            else:
                while data := await self.reader.read(65536):
                    body.append(data)
        except (OSError, EOFError, ssl.SSLError, ValueError):
            return False
        return True

    async def read_bytes(self, n, body, slowly):
        while n:
            data = await self.reader.read(min(n, 2000 if slowly else 65536))
            if not data:
                raise EOFError
            body.append(data)
            n -= len(data)
            if slowly and self.dice.random() < 0.1:
                await asyncio.sleep(0.1)

    # ---- what clients do ----

    async def ask(self, ask, sender=None, slowly=False):
        """Whether another request may follow."""
        start = time.monotonic()
        try:
            await (sender(ask) if sender else self.send(ask.bytes()))
            answer = await asyncio.wait_for(self.read_answer(ask.method, slowly), ANSWER_SECONDS)
            good = self.crowd.take(ask, answer, start)
        except BROKEN as failure:
            return self.crowd.lost(ask, start, failure)
        return good and answer.fields.get("connection", "").lower() != "close"

    async def some(self):
        for _ in range(self.dice.randrange(1, 12)):
            if not await self.ask(one(self.dice)) or await self.crowd.pause(self.dice):
                return

    async def pipelined(self):
        asks = [page(self.dice) for _ in range(self.dice.randrange(2, 8))]
        await self.send(b"".join(ask.bytes() for ask in asks))
        for ask in asks:
            if not await self.ask(ask, sender=lambda _: asyncio.sleep(0)):
                return

    async def hesitant(self):
        """The request comes in pieces, with a pause in the head and one in the body."""

        async def in_pieces(ask):
            data = ask.bytes()
            for _ in range(2):
                cut = self.dice.randrange(1, len(data)) if len(data) > 1 else 1
                await self.send(data[:cut])
                data = data[cut:]
                await asyncio.sleep(self.dice.expovariate(1))
            await self.send(data)

        await self.ask(one(self.dice), in_pieces)

    async def slow_reader(self):
        await self.ask(page(self.dice), slowly=True)

    async def half_closed(self):
        """No more will come, but the answer is wanted. Only plain: asyncio's TLS closes both ways."""
        if self.tls:
            return

        async def and_end(ask):
            await self.send(ask.bytes())
            self.writer.write_eof()

        await self.ask(one(self.dice), and_end)

    async def broken_off(self):
        """The client is gone before it has sent all, or before it has read all."""
        ask = one(self.dice)
        data = ask.bytes()
        await self.send(data[: self.dice.randrange(len(data) + 1)])
        await asyncio.sleep(self.dice.random())
        self.crowd.counts["broken off by the client"] += 1
        self.reset()

    async def gone_silently(self):
        """A connection on which nothing is said."""
        await self.crowd.pause(self.dice)

    async def hurt(self):
        """The server breaks off, or ends the connection; what has come is the beginning of the right answer."""
        ask = page(self.dice, self.dice.choice(("reset", "cut", "close")))
        if self.dice.random() < 0.2:
            ask = page(self.dice, "early", "PUT", self.dice.randbytes(self.dice.choice((5, 100000))))
        await self.ask(ask)

    MANNERS = (some,) * 10 + (pipelined,) * 2 + (hesitant, slow_reader, half_closed, broken_off, gone_silently, hurt)

    async def live(self):
        """One life of the connection."""
        start = time.monotonic()
        try:
            await self.open()
        except BROKEN as failure:
            self.crowd.counts["not connected"] += 1
            self.crowd.fail(f"no connection after {time.monotonic() - start:.1f} s: {failure!r}")
            return
        try:
            await self.dice.choice(Client.MANNERS)(self)
        except BROKEN:
            pass  # a connection that goes before anything was asked on it
        finally:
            self.close()


class Crowd:
    """So many connections at a time, and what became of their requests."""

    def __init__(self, connections, rate, ports, trusted, dice):
        self.connections, self.rate, self.ports, self.trusted, self.dice = connections, rate, ports, trusted, dice
        self.counts = collections.Counter()
        self.failures, self.wrong = [], []
        self.away = []  # (from, to) of times when the server was not there; the last one may be open
        self.end = 0.0

    def was_away(self, start):
        """Whether the server was away at any time since then."""
        return any(to is None or to > start for _, to in self.away)

    def fail(self, text):
        self.counts["failed"] += 1
        if len(self.failures) < 20:
            self.failures.append(f"{time.strftime('%T')} {text}")

    def take(self, ask, answer, start):
        self.counts["answers"] += 1
        try:
            if ask.judge(answer):
                self.counts["good"] += 1
                return True
        except Wrong as wrong:
            self.counts["wrong"] += 1
            self.wrong.append(str(wrong))
            return False
        return self.lost(ask, start, f"status {answer.status}, whole: {answer.whole}, {answer.body[:100]!r}")

    def lost(self, ask, start, why):
        """Not answered, or not to the end. The server or its absence may be the reason."""
        if ask.do in ("reset", "cut", "early"):
            self.counts["broken off by the server"] += 1
        elif self.was_away(start):
            self.counts["failed while the server was away"] += 1
        else:
            now = time.monotonic()
            back = f", {now - self.away[-1][1]:.1f} s after the server's return" if self.away else ""
            self.fail(f"{ask.head.splitlines()[0]} {ask.do} after {now - start:.2f} s{back}: {why!r}")
        return False

    async def pause(self, dice):
        """The time that somebody thinks; whether it is over with the traffic."""
        left = self.end - time.monotonic()
        await asyncio.sleep(max(0.0, min(dice.expovariate(self.rate / self.connections), 40.0, left)))
        return left <= 0

    async def slot(self):
        await self.pause(self.dice)
        while time.monotonic() < self.end:
            await Client(self, self.dice).live()
            await self.pause(self.dice)

    async def drive(self, seconds):
        """All connections, for so long; at the end all of them are closed."""
        self.end = time.monotonic() + seconds
        await asyncio.gather(*(self.slot() for _ in range(self.connections)))
