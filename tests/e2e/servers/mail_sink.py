# SPDX-License-Identifier: Apache-2.0
"""A mail server that keeps each letter as a file and sends nothing on: mail_sink.py FOLDER PORT.

The file is named by its number; its first line has the receivers' addresses, with spaces between.
"""
import itertools
import pathlib
import re
import socketserver
import sys

NUMBERS = itertools.count(1)


class Session(socketserver.StreamRequestHandler):
    def handle(self):
        self.say("220 here")
        receivers = []
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"RCPT":
                receivers += re.findall(rb"<([^>]*)>", line)
            elif word == b"DATA":
                self.say("354 go on")
                self.keep(receivers)
                receivers = []
            self.say("221 bye" if word == b"QUIT" else "250 fine")
            if word == b"QUIT":
                return

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def keep(self, receivers):
        lines = iter(self.rfile.readline, b".\r\n")
        text = b"".join(line.removeprefix(b".") for line in lines)
        path = self.server.folder / f"{next(NUMBERS)}.part"
        path.write_bytes(b" ".join(receivers) + b"\n" + text)
        path.rename(path.with_suffix(".eml"))


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


def main(folder, port):
    with Server(("127.0.0.1", int(port)), Session) as server:
        server.folder = pathlib.Path(folder)
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
