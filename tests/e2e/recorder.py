# SPDX-License-Identifier: Apache-2.0
"""A bare TCP relay that writes down what passes, each way, for each connection."""
import contextlib
import socket
import threading

import support


class Connection:
    def __init__(self):
        self.client_bytes = b""
        self.server_bytes = b""
        self.open = True


class Recorder:
    def __init__(self, folder, port):
        del folder
        self.upstream_port = port
        self.connections = []
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            connection = Connection()
            with self.lock:
                self.connections.append(connection)
            threading.Thread(target=self.serve, args=(connection, client), daemon=True).start()

    def serve(self, connection, client):
        with client:
            try:
                server = socket.create_connection(("127.0.0.1", self.upstream_port))
            except OSError:
                connection.open = False
                return
            with server:
                back = threading.Thread(target=self.pump, args=(connection, "server_bytes", server, client))
                back.start()
                self.pump(connection, "client_bytes", client, server)
                back.join()
        connection.open = False

    def pump(self, connection, name, source, sink):
        try:
            while piece := source.recv(65536):
                with self.lock:
                    setattr(connection, name, getattr(connection, name) + piece)
                sink.sendall(piece)
        except OSError:
            pass  # one side has gone, as the other hears
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def take(self):
        """What was recorded since the last time: a pair of bytes for each connection that was used."""
        with self.lock:
            taken = [(each.client_bytes, each.server_bytes) for each in self.connections]
            self.connections = [each for each in self.connections if each.open]
            for each in self.connections:
                each.client_bytes = each.server_bytes = b""
            return [both for both in taken if any(both)]

    def stop(self):
        self.listener.close()


class Upstream:
    """Stands for a server whose port is a recorder's."""

    def __init__(self, server, recorder):
        self.url = recorder.url
        self.calendar_of = server.calendar_of


def between(world, server, **more):
    """Upbeat with a recorder on each side: (client's side, Upbeat, server's side)."""
    behind = world.start(Recorder, server.port)
    upbeat = world.start(support.Upbeat, Upstream(server, behind), **more)
    before = world.start(Recorder, upbeat.port)
    return before, upbeat, behind
