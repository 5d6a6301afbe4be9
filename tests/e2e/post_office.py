# SPDX-License-Identifier: Apache-2.0
"""A mail server on the loopback interface (RFC 5321), for the story of mails: it answers as it is told to, and remembers
what it has taken."""
import base64
import email.policy
import socket
import socketserver
import ssl
import threading


class Letter:
    """A mail that was taken: the envelope, and the message as the standard library reads it."""

    def __init__(self, sender, recipients, text):
        self.sender, self.recipients, self.text = sender, recipients, text
        self.message = email.message_from_bytes(text, policy=email.policy.default)
        self.parts = {part.get_content_type(): part for part in self.message.walk() if not part.is_multipart()}

    @property
    def to(self):
        return self.recipients[0]

    @property
    def method(self):
        return self.parts["text/calendar"]["Content-Type"].params["method"]

    @property
    def calendar(self):
        return self.parts["text/calendar"].get_content().replace("\r\n ", "").replace("\n ", "")

    @property
    def subject(self):
        return self.message["Subject"]


class PostOffice:
    """`answer(verb, argument)` gives a line instead of the usual one, None for that, or "close": it hangs up."""

    def __init__(self, port=0, tls=None, login=None, hidden=False):
        """`tls`: the files of a certificate and its key. login: (user, password) of whoever has to sign in.
        hidden: TLS from the first byte on."""
        self.letters = []
        self.said = []  # (verb, argument, whether under TLS), but for what passwords stand in
        self.answer = lambda verb, argument: None
        self.connections = []
        office = self

        class Handler(socketserver.StreamRequestHandler):
            def setup(self):
                if office.context and hidden:
                    self.request = office.context.wrap_socket(self.request, server_side=True)
                office.connections.append(self.request)
                super().setup()

            def handle(self):
                try:
                    office.talk(self)
                except (OSError, ValueError):
                    pass  # the client has gone away

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

            def handle_error(self, *_):
                """Clients that go away, or want no such certificate."""

        self.context = None
        if tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*tls)
        self.hidden, self.login = hidden, login
        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def talk(self, handler):
        self.secure, signed_in, sender, recipients = self.hidden, False, None, []

        def say(line):
            handler.wfile.write(f"{line}\r\n".encode())
            handler.wfile.flush()

        say(self.answer("CONNECT", "") or "220 mail.tests ESMTP")
        while line := handler.rfile.readline().decode().strip():
            verb, _, argument = line.partition(" ")
            verb = verb.upper()
            self.said.append((verb, "" if verb == "AUTH" else argument, self.secure))
            other = self.answer(verb, argument)
            if other == "close":
                return
            if other:
                say(other)
                if other.startswith("421"):
                    return
            elif verb == "EHLO":
                more = [*(["STARTTLS"] if self.context and not self.secure else []), *(["AUTH PLAIN"] if self.login else [])]
                say("\r\n".join(["250-mail.tests", *(f"250-{word}" for word in more), "250 8BITMIME"]))
            elif verb == "STARTTLS":
                say("220 go on")
                handler.request = self.context.wrap_socket(handler.request, server_side=True)
                self.connections.append(handler.request)
                handler.rfile, handler.wfile = handler.request.makefile("rb"), handler.request.makefile("wb")
                self.secure = True
            elif verb == "AUTH":
                code = argument.split(" ")[1] if " " in argument else (say("334 "), handler.rfile.readline().decode())[1]
                signed_in = base64.b64decode(code).decode().split("\0")[1:] == list(self.login or ())
                say("235 welcome" if signed_in else "535 5.7.8 no such user")
            elif verb == "MAIL":
                sender, recipients = argument, []
                say("250 ok" if signed_in or not self.login else "530 5.7.0 sign in first")
            elif verb == "RCPT":
                recipients.append(argument[argument.index("<") + 1:argument.index(">")])
                say("250 ok")
            elif verb == "DATA":
                say("354 go on")
                lines = []
                while (got := handler.rfile.readline()) != b".\r\n":
                    if not got:
                        return
                    lines.append(got[1:] if got.startswith(b".") else got)
                other = self.answer("END", recipients[0])
                if other == "close":
                    return
                if not other:
                    self.letters.append(Letter(sender, recipients, b"".join(lines)))
                say(other or "250 taken")
            elif verb == "QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")

    def to(self, name):
        """What somebody has got, in the order in which it came."""
        return [letter for letter in self.letters if letter.to == f"{name}@ours.example"]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        for connection in self.connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
