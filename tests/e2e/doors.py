# SPDX-License-Identifier: Apache-2.0
"""Unix sockets that lead to a server, and can be shut and opened again."""
import pathlib
import socket
import threading


class Door:
    """A unix socket that leads to a server's port."""

    def __init__(self, folder, server, name="dav.sock"):
        self.path = pathlib.Path(folder).parent / name
        self.port = server.port
        self.taken = 0  # connections
        self.open = set()
        self.listen()

    def listen(self):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen(100)
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.taken += 1
            there = socket.create_connection(("127.0.0.1", self.port))
            self.open |= {connection, there}
            for source, sink in ((connection, there), (there, connection)):
                threading.Thread(target=self.carry, args=(source, sink), daemon=True).start()

    def carry(self, source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        self.open.discard(source)

    def stop(self):
        """Nobody comes in any more."""
        self.listener.shutdown(socket.SHUT_RDWR)  # a thread waits there
        self.listener.close()

    def shut(self):
        """And nobody is inside."""
        self.stop()
        for connection in list(self.open):
            connection.close()

    def reopen(self):
        self.path.unlink()
        self.listen()
