# SPDX-License-Identifier: Apache-2.0
"""What the starters of servers share: whom a server runs as, and processes that begin and end together.

A starter is given FOLDER PORT ADDRESS..., and is somebody's child: it prints a line when its server is ready and its users
are there, and ends what it has started, and nothing else, when it is told to end. A user has the name before the @ of his
address, and that name with "pw" as password. Everything is written below FOLDER.
"""
import base64
import contextlib
import http.client
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time


# What /etc has for an instance of the machine's own is out of this one's reach.
APACHE = """\
ServerRoot {folder}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {folder}/run/apache.pid
DefaultRuntimeDir {folder}/run
Mutex sem
{identity}
ErrorLog /dev/stderr
LogLevel warn
{modules}
TypesConfig /etc/mime.types
"""
APACHE_MODULES = pathlib.Path("/usr/lib/apache2/modules")


def user_for(package_user):
    """Whom a server runs as, who is never root: the user whom the package has made, or whoever starts it."""
    return package_user if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def name_of(address):
    return address.split("@")[0]


def make_folder(path, user):
    """A folder of a server's own."""
    path.mkdir(parents=True)
    give(path, user)
    return path


def give(folder, user):
    """Has the user own the folder and all in it, and come there."""
    if os.geteuid() != 0:
        return
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, user)
    let_through(folder)


def let_through(folder):
    """The folders above it may be for nobody else, as a story's are: others may pass then."""
    for path in folder.parents:
        if not path.stat().st_mode & 0o001:
            path.chmod(path.stat().st_mode | 0o011)


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def ask(method, port, path, user):
    """The status of the answer, or None."""
    code = base64.b64encode(f"{user}:{user}pw".encode()).decode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, None, {"Authorization": f"Basic {code}", "Depth": "1"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def configure_apache(folder, port, user, names, more):
    """Writes the settings of an Apache with the modules of these names; `more` is what they go on with."""
    make_folder(folder / "run", user)
    modules = "\n".join(f"LoadModule {name}_module {APACHE_MODULES}/mod_{name}.so" for name in names)
    identity = f"User {user}\nGroup {user}" if os.geteuid() == 0 else ""
    head = APACHE.format(folder=folder, port=port, identity=identity, modules=modules)
    (folder / "apache.conf").write_text(head + more)


class Household(contextlib.ExitStack):
    """Processes of one server. On leaving, the last one is ended first; SIGTERM makes the starter leave."""

    def __enter__(self):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        self.children = []
        return super().__enter__()

    def start(self, command, user=None, ends_by=signal.SIGTERM, **environment):
        """Starts a process in a group of its own, which is what gets the signal ends_by."""
        somebody = {}
        if user and os.geteuid() == 0:
            somebody = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
        child = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin", **environment},
            **somebody,
        )
        self.children.append(child)
        self.callback(end, child, ends_by)

    def start_apache(self, folder, port):
        self.start(["apache2", "-d", folder, "-f", folder / "apache.conf", "-D", "FOREGROUND"])
        self.wait_for(lambda: listens(port), "it listens")

    def wait_for(self, question, what, seconds=60):
        until = time.monotonic() + seconds
        while not question():
            ended = [child.args[0] for child in self.children if child.poll() is not None]
            if ended or time.monotonic() > until:
                sys.exit(f"{sys.argv[0]}: waiting until {what}: ended: {ended}; after {seconds} s")
            time.sleep(0.02)

    def serve(self):
        """Until told to end, or until one of them ends."""
        print("\nready", flush=True)  # in a line of its own: a child may not have ended its line yet
        while all(child.poll() is None for child in self.children):
            time.sleep(0.2)


def end(child, number):
    if child.poll() is None:
        os.killpg(child.pid, number)
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
