# SPDX-License-Identifier: Apache-2.0
"""`make check-deb`: the packages in a fresh Debian 12. From nothing to the first prep call by README's commands, which are at
most five; settings and store kept by an upgrade, nothing left by a purge. The server is a Radicale on loopback."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

TOP = pathlib.Path(os.environ["srcdir"])
sys.path.append(str(TOP / "tests/e2e"))
import calendars  # noqa: E402
import support  # noqa: E402
import tap  # noqa: E402

PACKAGES = pathlib.Path(os.environ["PACKAGES"])
MOST = 5  # commands of the reader
UID = "roadmap-with-acme"
SERVER = "https://dav.ours.example"  # in README's commands
INSTALLATION = re.search(r"^((?:    (?:make deb|apt-get|upbeat|systemctl).*\n)+)", (TOP / "README.md").read_text(), re.M)[1]
INSTALLATION = [line.strip() for line in INSTALLATION.splitlines()]


class Story(support.World):
    """A new Debian in a folder, and what was run there."""

    def __enter__(self):
        super().__enter__()
        if os.geteuid() != 0 or not shutil.which("debootstrap"):
            tap.skip_all("this needs root and debootstrap")
        self.root = pathlib.Path(self.enter_context(tempfile.TemporaryDirectory(prefix="upbeat-debian-")))
        self.port = support.free_port()
        subprocess.run(["debootstrap", "--variant=minbase", "bookworm", self.root], check=True, stdout=subprocess.DEVNULL)
        self.root.chmod(0o755)  # the daemon's user has to enter it
        (self.root / "etc/apt/apt.conf.d/99yes").write_text('APT::Get::Assume-Yes "true";\n')  # for the reader's Enter
        (self.root / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
        (self.root / "usr/sbin/policy-rc.d").chmod(0o755)
        subprocess.run(["mount", "-t", "proc", "proc", self.root / "proc"], check=True)
        self.callback(subprocess.run, ["umount", self.root / "proc"], check=True)
        self.accounts = (self.root / "etc/passwd").read_text()
        for package in PACKAGES.glob("*.deb"):
            shutil.copy(package, self.root)
        self.server = self.start(support.Radicale)
        return self

    def inside(self, command, **more):
        """What a command says in the new Debian."""
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
        done = subprocess.run(["chroot", self.root, "sh", "-c", command], capture_output=True, text=True, env=environment, **more)
        assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout

    def serve(self):
        """What systemd would do on `systemctl start upbeat`, which is the reader's."""
        command = ["chroot", "--userspec=upbeat:upbeat", self.root, "/usr/bin/upbeat", "serve", "-c", "/etc/upbeat/upbeat.yaml"]
        return self.enter_context(Daemon(command))

    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def items(self):
        return calendars.Calendar(self.server.url + self.server.calendar_of("alice"), "alice").items_of(UID)


class Daemon:
    """Ended by SIGTERM, as the unit does."""

    def __init__(self, command):
        self.command = command

    def __enter__(self):
        self.process = subprocess.Popen(self.command, start_new_session=True)
        return self

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)

    def __exit__(self, *_):
        self.stop()


@tap.case("packages, init, doctor and the first prep call take at most five commands")
def _(story):
    build, install, init, doctor, start = INSTALLATION
    assert (build, start) == ("make deb", "systemctl start upbeat"), INSTALLATION
    story.inside(install.replace("./deb/", "./"))
    story.inside(init.replace(SERVER, f"{story.server.url} --listen 127.0.0.1:{story.port} --time-zone Europe/Berlin"))
    story.inside("upbeat check -c /etc/upbeat/upbeat.yaml")
    tap.contains(story.inside(doctor), "\n0 bad", "doctor")
    for shell in ("bash-completion/completions/upbeat", "zsh/vendor-completions/_upbeat", "fish/vendor_completions.d/upbeat.fish"):
        assert (story.root / "usr/share" / shell).is_file(), f"no completion: {shell}"
    story.running = story.serve()
    tap.eventually(lambda: support.listens(story.port), "the daemon listens", 15)
    path = story.server.calendar_of("alice")
    meeting = calendars.meeting(start=calendars.business_day(12), uid=UID)
    calendars.Calendar(story.url() + path, "alice").put("roadmap.ics", meeting)
    tap.eventually(story.items, "the prep call", 15)
    assert len(INSTALLATION) <= MOST, INSTALLATION


@tap.case("an upgrade keeps settings and store")
def _(story):
    story.running.stop()
    settings = story.root / "etc/upbeat/upbeat.yaml"
    settings.write_text(settings.read_text() + "# ours\n")
    kept = {path: path.read_bytes() for folder in ("etc/upbeat", "var/lib/upbeat")
            for path in (story.root / folder).rglob("*") if path.is_file()}
    assert any(path.name == "upbeat.db" for path in kept), kept.keys()
    story.inside("dpkg-deb -R upbeat_*.deb /new && sed -i 's/^Version: .*/Version: 99/' /new/DEBIAN/control"
                 " && dpkg-deb -b /new /new.deb && dpkg -i --force-depends /new.deb")
    tap.contains(story.inside("dpkg-query -W -f '${Version}' upbeat"), "99", "version")
    for path, text in kept.items():
        tap.equal(path.read_bytes(), text, path)
    tap.equal((story.root / "var/lib/upbeat").stat().st_mode & 0o777, 0o700, "mode of the state")


@tap.case("a purge leaves nothing")
def _(story):
    story.inside("apt-get purge -y upbeat upbeat-plugins")
    found = [str(path) for folder in ("etc", "var/lib", "usr", "lib/systemd", "run")
             for path in (story.root / folder).rglob("*upbeat*") if "dpkg" not in str(path)]
    tap.equal(found, [], "files that are left")
    tap.equal((story.root / "etc/passwd").read_text(), story.accounts, "the users of the system")


with support.world(Story) as world:
    sys.exit(tap.run(world))
