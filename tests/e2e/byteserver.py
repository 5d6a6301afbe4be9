# SPDX-License-Identifier: Apache-2.0
"""A server that does exactly what a story tells it, byte for byte.

    def story(client):
        request = client.read_request()
        client.send(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")

    server.serve(story)

The story runs in a thread for each connection; when it returns, the connection is closed.
"""
import collections
import socket
import struct
import threading

import wireformat


class Client:
    """A connection to the server, as a story sees it."""

    def __init__(self, connection, number):
        self.connection = connection
        self.number = number  # counted from 0 since serve()
        self.stream = wireformat.Stream(lambda: connection.recv(65536))

    def read_request(self):
        return wireformat.read_request(self.stream)

    def read_head(self):
        return wireformat.read_head(self.stream)

    def send(self, data):
        self.connection.sendall(data)

    def answer(self, body=b"", status=b"200 OK", fields=b""):
        length = b"Content-Length: %d\r\n" % len(body)
        self.send(b"HTTP/1.1 " + status + b"\r\n" + fields + length + b"\r\n" + body)

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


class ByteServer:
    def __init__(self, folder):
        del folder
        self.story = lambda client: None
        self.numbers = collections.Counter()
        self.seen = []  # whatever stories append
        self.failures = []
        self.open = set()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def serve(self, story):
        """Tells this story from now on. Connections that are open belong to the story before, and are ended."""
        for connection in list(self.open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.numbers.clear()
        self.seen = []
        self.failures = []
        self.story = story

    @property
    def connections(self):
        return self.numbers[self.story]

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            story = self.story
            client = Client(connection, self.numbers[story])
            self.numbers[story] += 1
            threading.Thread(target=self.tell, args=(story, client), daemon=True).start()

    def tell(self, story, client):
        self.open.add(client.connection)
        try:
            story(client)
        except (OSError, wireformat.Incomplete) as failure:
            self.failures.append(failure)
        finally:
            self.open.discard(client.connection)
            client.connection.close()

    def stop(self):
        self.listener.close()


def answers(client):
    """A story: an empty answer to every request."""
    while client.read_request():
        client.answer()
