# SPDX-License-Identifier: Apache-2.0
"""An engine for the tests: engine.py FOLDER. What the relay tells goes to FOLDER/told, one JSON object a line.
FOLDER/manner says what the engine does: `commit` confirms each write, `slow` does so after 150 ms, `mute` never.
"""
import json
import pathlib
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


def main(folder):
    relay = socket.socket(fileno=FD)
    relay.setblocking(True)
    relay.send(encode(READY))
    while frame := relay.recv(128 * 1024):
        told = decode(frame)
        manner = (folder / "manner").read_text()
        with (folder / "told").open("a") as out:
            out.write(json.dumps(told) + "\n")
        if told["kind"] != WRITE or manner == "mute":
            continue
        if manner == "slow":
            time.sleep(0.15)
        relay.send(encode(COMMITTED, *told["id"]))


main(pathlib.Path(sys.argv[1]))
