# SPDX-License-Identifier: Apache-2.0
"""HTTP/1.1 messages as bytes: cutting a stream into them, and what two of them have in common.

The code is for the tests alone: what Upbeat reads is read a second time, by other code.
"""
import dataclasses

HOP_BY_HOP = {b"connection", b"keep-alive", b"proxy-connection", b"te", b"upgrade", b"http2-settings", b"alt-svc"}


class Incomplete(Exception):
    """The stream ends within a message."""


@dataclasses.dataclass
class Message:
    start: bytes
    lines: list  # the field lines, without CRLF
    raw_body: bytes = b""  # as it stood on the connection
    body: bytes = b""  # its content

    def fields(self, name):
        wanted = name.lower().encode()
        pairs = (line.split(b":", 1) for line in self.lines)
        return [value.strip() for key, value in pairs if key.lower() == wanted]

    def field(self, name):
        return next(iter(self.fields(name)), b"")

    @property
    def method(self):
        return self.start.split(b" ")[0]

    @property
    def target(self):
        return self.start.split(b" ")[1]

    @property
    def status(self):
        return int(self.start.split(b" ")[1])

    @property
    def chunked(self):
        return self.field("Transfer-Encoding").lower() == b"chunked"


class Stream:
    """Bytes from something that reads: more() gives the next ones, none at the end."""

    def __init__(self, more):
        self.more = more
        self.bytes = bytearray()

    def fill(self):
        piece = self.more()
        self.bytes += piece
        return bool(piece)

    def take(self, n):
        while len(self.bytes) < n:
            if not self.fill():
                raise Incomplete
        taken = bytes(self.bytes[:n])
        del self.bytes[:n]
        return taken

    def take_through(self, end):
        while end not in self.bytes:
            if not self.fill():
                raise Incomplete
        return self.take(self.bytes.index(end) + len(end))

    def take_rest(self):
        while self.fill():
            pass
        return self.take(len(self.bytes))


def read_head(stream):
    lines = stream.take_through(b"\r\n\r\n")[:-4].split(b"\r\n")
    return Message(lines[0], lines[1:])


def read_chunks(stream, message):
    raw, content = bytearray(), bytearray()
    while True:
        line = stream.take_through(b"\r\n")
        raw += line
        size = int(line.split(b";")[0], 16)
        if size == 0:
            break
        piece = stream.take(size + 2)
        raw += piece
        content += piece[:-2]
    line = b""
    while line != b"\r\n":
        line = stream.take_through(b"\r\n")
        raw += line
    message.raw_body, message.body = bytes(raw), bytes(content)


def read_length(stream, message):
    message.raw_body = message.body = stream.take(int(message.field("Content-Length") or 0))


def read_request(stream):
    """The next request, or None at the end of the stream."""
    if not stream.bytes and not stream.fill():
        return None
    message = read_head(stream)
    (read_chunks if message.chunked else read_length)(stream, message)
    return message


def read_response(stream, method):
    """The next response to a request of that method; 1xx ones count as responses."""
    message = read_head(stream)
    if method == b"HEAD" or message.status < 200 or message.status in (204, 304):
        return message
    if message.chunked:
        read_chunks(stream, message)
    elif message.fields("Content-Length"):
        read_length(stream, message)
    else:
        message.raw_body = message.body = stream.take_rest()
    return message


def cut(client_bytes, server_bytes):
    """The exchanges of one recorded connection: pairs of a request and its responses, 1xx ones first."""
    requests, responses = Stream(once(client_bytes)), Stream(once(server_bytes))
    while True:
        request = read_request(requests)
        if request is None:
            return
        answers = [read_response(responses, request.method)]
        while answers[-1].status < 200:
            answers.append(read_response(responses, request.method))
        yield request, answers


def once(data):
    pieces = [data]
    return lambda: pieces.pop() if pieces else b""


# ---- comparing ----


def name_of(line):
    return line.split(b":", 1)[0].lower()


def end_to_end(message, but=()):
    """The field lines that are not of one connection only, byte for byte and in order."""
    named = {word.strip().lower() for value in message.fields("Connection") for word in value.split(b",")}
    dropped = HOP_BY_HOP | named | set(but)
    return [line for line in message.lines if name_of(line) not in dropped]


def request_difference(sent, arrived):
    """What changed in a request on its way and must not change; empty if nothing did."""
    if sent.start != arrived.start:
        return f"{sent.start} became {arrived.start}"
    held = sent.chunked and not arrived.chunked
    wanted = end_to_end(sent, {b"expect"})
    if held:  # a length stands where the coding stood, and what came after the last chunk is gone
        length = b"Content-Length: %d" % len(sent.body)
        wanted = [length if name_of(line) == b"transfer-encoding" else line for line in wanted]
        wanted = [line for line in wanted if name_of(line) != b"trailer"]
    if wanted != end_to_end(arrived, {b"expect"}):
        return f"{wanted} became {arrived.lines}"
    same = sent.body == arrived.body if held else sent.raw_body == arrived.raw_body
    return "" if same else f"a body of {len(sent.raw_body)} bytes became another one of {len(arrived.raw_body)}"


def response_difference(sent, arrived):
    """The same for a response: its version may differ besides."""
    if sent.start.split(b" ", 1)[1:] != arrived.start.split(b" ", 1)[1:]:
        return f"{sent.start} became {arrived.start}"
    if end_to_end(sent) != end_to_end(arrived):
        return f"{sent.lines} became {arrived.lines}"
    same = sent.raw_body == arrived.raw_body
    return "" if same else f"a body of {len(sent.raw_body)} bytes became another one of {len(arrived.raw_body)}"
