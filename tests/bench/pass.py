# SPDX-License-Identifier: Apache-2.0
"""What a pass costs the server and the store: a customer's meeting of eight of our people is stored, and gets its items
by the shipped rules. Printed are the requests to a server of the tests, by kind, and the transactions of the store, each
beside the least that any way of doing it would need. Run where the program was built; UPBEAT_N says how many meetings."""
import collections
import os
import pathlib
import re
import struct
import sys
import threading
import time
import xml.sax.saxutils

TOP = pathlib.Path(os.environ["srcdir"])
sys.path.insert(0, str(TOP / "tests" / "e2e"))

import calendars
import support
from lying_server import MULTISTATUS, RESPONSE, LyingServer

N = int(os.environ.get("UPBEAT_N", "64"))
CLIENTS = (1, 32)
COLLEAGUES = tuple(f"colleague{n}" for n in range(7))
QUIET = 0.25  # seconds without a transaction, after which all is done
REPLY = """\
<C:response><C:recipient><D:href>mailto:{0}@ours.example</D:href></C:recipient>
<C:request-status>2.0;Success</C:request-status><C:calendar-data>BEGIN:VCALENDAR
VERSION:2.0
METHOD:REPLY
BEGIN:VFREEBUSY
UID:1
{1}
ATTENDEE:mailto:{0}@ours.example
END:VFREEBUSY
END:VCALENDAR
</C:calendar-data></C:response>"""


class Server(LyingServer):
    """Tells the truth, and counts what it is asked. Nobody has anything else to do."""

    def __init__(self, folder):
        super().__init__(folder)
        self.counts = collections.Counter()
        self.lock = threading.Lock()
        self.outbox = self.nobody_is_busy
        self.report = self.tell

    def answer(self, method, path, fields, body):
        asked = fields.get("User-Agent") == "upbeat"
        kind = method
        if method == "REPORT":
            kind = "REPORT " + re.search(rb"<(?:\w+:)?([\w-]+) xmlns", body)[1].decode()
        with self.lock:
            self.counts[kind] += asked
        return super().answer(method, path, fields, body)

    def tell(self, user, body):
        """Objects by name. When people are taken, which is what a query asks for, Upbeat's own store says here."""
        names = re.findall(r"<href>([^<]*)</href>", body.decode())
        found = [self.told_of(name) for name in names]
        return 207, "application/xml", MULTISTATUS.format("".join(found)).encode()

    def told_of(self, name):
        status, _, page, *etag = self.of_object("GET", name, {}, b"")
        if status != 200:
            return f"<D:response><D:href>{name}</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>"
        data = xml.sax.saxutils.escape(page.decode())
        return RESPONSE.format(
            href=name, properties=f"<D:getetag>{etag[0]}</D:getetag><C:calendar-data>{data}</C:calendar-data>")

    def nobody_is_busy(self, question):
        covers = "\n".join(re.findall(r"DT(?:START|END):[^\r]*", question))
        people = re.findall(r"ATTENDEE:mailto:(\w+)", question)
        inner = "".join(REPLY.format(person, covers) for person in people)
        page = f'<C:schedule-response xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">{inner}</C:schedule-response>'
        return 200, "application/xml", page.encode()


class Bench(support.World):
    def __enter__(self):
        super().__enter__()
        self.server = self.start(Server)
        self.path = self.folder / "upbeat.db"
        settings = f"{support.ORGANIZATION}control: control\nsync_every: 0s\n"
        self.upbeat = self.start(support.Upbeat, self.server, settings, f"sqlite:{self.path}")
        self.made = 0
        return self

    def transactions(self):
        """iChange of the header of SQLite's WAL index (walformat.html, 2.1)."""
        with open(f"{self.path}-shm", "rb") as file:
            return struct.unpack("=I", file.read(12)[8:])[0]

    def rest(self):
        """Waits until nothing is left to do."""
        before, since = self.transactions(), time.monotonic()
        while support.keys_in(self.path) or time.monotonic() - since < QUIET:
            time.sleep(0.01)
            now = self.transactions()
            if now != before:
                before, since = now, time.monotonic()

    def store(self, number):
        people = ("alice", *COLLEAGUES, "cto@acme.example")
        text = calendars.meeting(uid=f"of-{number}", start=calendars.business_day(10 + number % 40), attendees=people)
        answer = calendars.Calendar(self.upbeat.calendar_of("alice"), "alice").put(f"{number}.ics", text)
        assert answer.status == 201, f"PUT: {answer.status}"

    def store_some(self, numbers):
        for number in numbers:
            self.store(number)

    def store_all(self, clients, apart):
        """N meetings. `apart`: all is done for one meeting before the next is stored."""
        numbers = range(self.made, self.made + N)
        self.made += N
        shares = [numbers[n::clients] for n in range(clients)]
        if apart:
            for number in numbers:
                self.store(number)
                self.rest()
        threads = [threading.Thread(target=self.store_some, args=(share,)) for share in shares if not apart]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.rest()

    def measure(self, clients, apart=False):
        """(transactions, requests by kind) for each meeting."""
        self.server.counts.clear()
        before = self.transactions()
        self.store_all(clients, apart)
        counts = {kind: n / N for kind, n in sorted(self.server.counts.items()) if n}
        return (self.transactions() - before) / N, counts


def print_requests(counts):
    """An object has to be got before anything is decided, and one question asked for each of two kinds of people."""
    items = counts.get("PUT", 0)
    others = sum(counts.values()) - items
    print(f"  requests for each meeting: {items:.2f} PUT of items, and {others:.2f} others; the least is 3 ({others / 3:.2f})")
    for kind, n in counts.items():
        print(f"    {kind:24} {n:6.2f}")


def print_transactions(what, transactions):
    print(f"  {what:44} {transactions:6.2f} transactions for each meeting; the least is 1")


def main():
    with Bench() as bench:
        bench.store_all(1, False)  # what is asked once is asked
        apart, counts = bench.measure(1, apart=True)
        print_requests(counts)
        print_transactions("1 client, which waits until all is done", apart)
        for clients in CLIENTS:
            print_transactions(f"{clients} client{'s' if clients > 1 else ''}", bench.measure(clients)[0])


main()
