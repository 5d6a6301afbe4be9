# SPDX-License-Identifier: Apache-2.0
"""An engine for the tests: engine.py FOLDER. What the relay tells goes to FOLDER/told, one JSON object a line.
FOLDER/manner says what the engine does: `commit` confirms each write, `slow` does so after 150 ms, `mute` never.
"""
import json
import pathlib
import select
import socket
import struct
import sys
import time

FD = 3
WRITE, ANSWERED, READY, COMMITTED = 1, 2, 3, 4
WRITES = ["", "PUT", "DELETE", "MOVE", "COPY", "add-member"]
TEXTS = {
    WRITE: ["method", "target", "href", "destination", "host", "authorization"],
    ANSWERED: ["etag", "schedule_tag", "location"],
}


def split(message):
    """The frames of a message, which stand one behind the other."""
    while message:
        n = message[14]
        size = 16 + 4 * n + sum(struct.unpack(f">{n}I", message[16 : 16 + 4 * n]))
        yield message[:size]
        message = message[size:]


def decode(frame):
    version, kind, flags, slot, generation, status, n, _ = struct.unpack(">BBHIIHBB", frame[:16])
    assert version == 1
    lengths = struct.unpack(f">{n}I", frame[16 : 16 + 4 * n])
    texts, at = [], 16 + 4 * n
    for length in lengths:
        texts.append(frame[at : at + length].decode("latin-1"))
        at += length
    assert at == len(frame)
    told = dict(zip(TEXTS.get(kind, []), texts), kind=kind, id=[slot, generation], at=time.monotonic())
    if kind == WRITE:
        return {**told, "write": WRITES[flags >> 8], "overridden": bool(flags & 1)}
    return {**told, "status": status}


def encode(kind, slot=0, generation=0):
    return struct.pack(">BBHIIHBB", 1, kind, 0, slot, generation, 0, 0, 0)


def answer(folder, sender, told):
    manner = (folder / "manner").read_text()
    with (folder / "told").open("a") as out:
        out.write(json.dumps(told) + "\n")
    if told["kind"] != WRITE or manner == "mute":
        return
    if manner == "slow":
        time.sleep(0.15)
    sender.send(encode(COMMITTED, *told["id"]))


def main(folder):
    """The sockets of the relay's loops come with its first message, and what a loop tells is answered there."""
    relay = socket.socket(fileno=FD)
    relay.setblocking(True)
    relay.send(encode(READY))
    polled = [relay]
    while True:
        for ready in select.select(polled, [], [])[0]:
            message, files, _, _ = socket.recv_fds(ready, 128 * 1024, 64)
            if not message and ready is relay:
                return
            if not message:
                polled.remove(ready)
            for file in files:
                polled.append(socket.socket(fileno=file))
                polled[-1].setblocking(True)
            for frame in split(message):
                answer(folder, ready, decode(frame))


main(pathlib.Path(sys.argv[1]))
