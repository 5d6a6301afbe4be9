# SPDX-License-Identifier: Apache-2.0
"""`make check-deb`: the packages in a fresh Debian 12 that is booted. From nothing to the first prep call by README's
commands, which are at most five; the units under systemd; settings and store kept by an upgrade, nothing left by a purge. The
server is a Radicale on loopback."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(os.environ["srcdir"])
sys.path.append(str(TOP / "tests/e2e"))
import booted  # noqa: E402
import calendars  # noqa: E402
import support  # noqa: E402
import tap  # noqa: E402

PACKAGES = pathlib.Path(os.environ["PACKAGES"])
MOST = 5  # commands of the reader
UID = "roadmap-with-acme"
SERVER = "https://dav.ours.example"  # in README's commands
INSTALLATION = re.search(r"^((?:    (?:make deb|apt-get|upbeat|systemctl).*\n)+)", (TOP / "README.md").read_text(), re.M)[1]
INSTALLATION = [line.strip() for line in INSTALLATION.splitlines()]
COMPLETION = ("bash-completion/completions/upbeat", "zsh/vendor-completions/_upbeat", "fish/vendor_completions.d/upbeat.fish")
EXPOSURE = 20  # tenths: what systemd-analyze may find at most


class Story(support.World):
    """A new Debian in a folder, and what was run there."""

    def __enter__(self):
        super().__enter__()
        if os.geteuid() != 0 or not shutil.which("debootstrap"):
            tap.skip_all("this needs root and debootstrap")
        booted.cgroups()
        self.root = pathlib.Path(self.enter_context(tempfile.TemporaryDirectory(prefix="upbeat-debian-")))
        self.port = support.free_port()
        command = ["debootstrap", "--variant=minbase", "--include=systemd-sysv,dbus", "bookworm", self.root]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        self.root.chmod(0o755)  # the daemon's user has to enter it
        (self.root / "etc/apt/apt.conf.d/99yes").write_text('APT::Get::Assume-Yes "true";\n')  # for the reader's Enter
        for package in PACKAGES.glob("*.deb"):
            shutil.copy(package, self.root)
        self.server = self.start(support.Radicale, users=(*support.USERS, support.SERVICE),
                                 rights=support.RIGHTS.format(shut="nobody"))
        self.machine = self.start(booted.Machine, self.root)
        self.accounts = (self.root / "etc/passwd").read_text()
        self.inside = self.machine.says
        self.settings = self.root / "etc/upbeat/upbeat.yaml"
        return self

    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def items(self):
        return calendars.Calendar(self.server.url + self.server.calendar_of("alice"), "alice").items_of(UID)

    def answers(self, port):
        """What the daemon answers there; None: there is none."""
        try:
            path = f"http://127.0.0.1:{port}{self.server.calendar_of('alice')}"
            return support.request("PROPFIND", path, "alice", fields={"Depth": "0"}).status
        except OSError:
            return None

    def said(self):
        return self.inside("journalctl -u upbeat --no-pager -o cat")

    def drop_in(self, unit, text):
        """The administrator's own lines of a unit, as by `systemctl edit`."""
        folder = self.root / "etc/systemd/system" / f"{unit}.d"
        folder.mkdir(exist_ok=True)
        (folder / "override.conf").write_text(text)
        self.inside("systemctl daemon-reload")

    def pids(self):
        """The relay and its engine."""
        return sorted(self.inside("cat /sys/fs/cgroup/system.slice/upbeat.service/cgroup.procs").split(), key=int)


@tap.case("packages, init, doctor and the first prep call take at most five commands")
def _(story):
    build, install, init, doctor, start = INSTALLATION
    assert (build, start) == ("make deb", "systemctl start upbeat"), INSTALLATION
    story.inside("cd / && " + install.replace("./deb/", "./"))
    story.inside(init.replace(SERVER, f"{story.server.url} --listen 127.0.0.1:{story.port} --time-zone Europe/Berlin"))
    story.inside("upbeat check -c /etc/upbeat/upbeat.yaml")
    tap.contains(story.inside(doctor), "\n0 bad", "doctor")
    for shell in COMPLETION:
        assert (story.root / "usr/share" / shell).is_file(), f"no completion: {shell}"
    story.inside(start)
    assert support.listens(story.port), "it has been started, and does not listen"
    path = story.server.calendar_of("alice")
    meeting = calendars.meeting(start=calendars.business_day(12), uid=UID)
    calendars.Calendar(story.url() + path, "alice").put("roadmap.ics", meeting)
    tap.eventually(story.items, "the prep call", 15)
    assert len(INSTALLATION) <= MOST, INSTALLATION


@tap.case("the units are without fault, and the daemon has few rights")
def _(story):
    done = story.machine.run("systemd-analyze verify --man=no upbeat.service upbeat.socket")
    tap.equal((done.returncode, done.stdout + done.stderr), (0, ""), "systemd-analyze verify")
    tap.contains(story.inside(f"systemd-analyze security --no-pager --threshold={EXPOSURE} upbeat"), "OK", "security")
    for pid in story.pids():
        status = story.inside(f"cat /proc/{pid}/status")
        for line in ("CapEff:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"):
            tap.contains(status, line, pid)


@tap.case("systemd has it read its settings again; an engine that is killed is replaced; status is told")
def _(story):
    relay, engine = story.pids()
    story.inside("systemctl reload upbeat")
    tap.eventually(lambda: "reload: done" in story.said(), "the reload")
    story.inside(f"kill -9 {engine}")
    tap.eventually(lambda: "is ready" in story.said().partition("ended with signal 9")[2], "a new engine")
    tap.equal((story.pids()[0], story.pids()[1] == engine), (relay, False), "processes")
    tap.contains(story.inside("upbeat status -c /etc/upbeat/upbeat.yaml"), "16 rules", "status")


@tap.case("a password that root alone may read, and a port below 1024")
def _(story):
    secret = story.root / "etc/upbeat/service.password"
    secret.touch(0o600)
    secret.write_text(support.password(support.SERVICE))
    low = next(port for port in range(700, 1024) if not support.listens(port))
    story.drop_in("upbeat.service", "[Service]\nLoadCredential=service.password:/etc/upbeat/service.password\n")
    story.before = story.settings.read_text()
    password = "/run/credentials/upbeat.service/service.password"
    story.settings.write_text(
        re.sub("(?m)^listen:.*", f"listen: ['127.0.0.1:{story.port}', '127.0.0.1:{low}']", story.before)
        + f"service: {{user: {support.SERVICE}, password_file: {password}, poll: [{story.server.calendar_of('bob')}]}}\n"
        + "sync_every: 1s\n")
    story.inside("systemctl restart upbeat")
    tap.equal(story.answers(low), 207, "by the low port")
    path = story.server.calendar_of("bob")
    store = story.root / "var/lib/upbeat/upbeat.db"
    tap.eventually(lambda: support.rows_in(store, f"SELECT 1 FROM sync WHERE collection = '{path}'"), "the first look at it", 20)
    text = calendars.meeting(start=calendars.business_day(13), uid="past", organizer="bob", attendees=("bob", "cto@acme.example"))
    calendars.Calendar(story.server.url + path, "bob").put("past.ics", text)
    found = calendars.Calendar(story.server.url + path, "bob")
    tap.eventually(lambda: found.items_of("past"), "items of a meeting that only the service account has seen", 20)


@tap.case("with the socket unit, a client waits for a daemon that is not there yet")
def _(story):
    port = support.free_port()
    story.drop_in("upbeat.socket", f"[Socket]\nListenStream=\nListenStream=127.0.0.1:{port}\n")
    story.settings.write_text(re.sub("(?m)^listen:.*", "listen: systemd", story.before))
    story.inside("systemctl stop upbeat && systemctl enable --now upbeat.socket")
    tap.equal(story.answers(port), 207, "the first client starts it")
    story.inside("systemctl restart upbeat")
    tap.equal(story.answers(port), 207, "after a restart")
    story.inside("systemctl disable --now upbeat.socket && systemctl stop upbeat")
    done = story.machine.run("systemctl start upbeat")
    tap.equal(done.returncode != 0, True, "it starts without its socket")
    tap.contains(story.said(), "`systemctl start upbeat.socket`", "what helps")
    story.settings.write_text(story.before)
    story.inside("systemctl reset-failed upbeat && systemctl start upbeat")


@tap.case("an upgrade keeps settings and store, and restarts the daemon")
def _(story):
    story.settings.write_text(story.settings.read_text() + "# ours\n")
    before = story.pids()
    kept = {path: path.read_bytes() for path in (story.root / "etc/upbeat").rglob("*") if path.is_file()}
    story.inside("dpkg-deb -R upbeat_*.deb /new && sed -i 's/^Version: .*/Version: 99/' /new/DEBIAN/control"
                 " && dpkg-deb -b /new /new.deb && dpkg -i --force-depends /new.deb")
    tap.contains(story.inside("dpkg-query -W -f '${Version}' upbeat"), "99", "version")
    for path, text in kept.items():
        tap.equal(path.read_bytes(), text, path)
    tap.equal(set(before) & set(story.pids()), set(), "processes from before")
    tap.equal(story.answers(story.port), 207, "the new daemon")
    tap.contains(story.inside(f"upbeat explain -c /etc/upbeat/upbeat.yaml {UID}"), "prep", "what the store knows")
    tap.equal((story.root / "var/lib/upbeat").stat().st_mode & 0o777, 0o700, "mode of the state")


@tap.case("a purge leaves nothing")
def _(story):
    for unit in ("upbeat.service", "upbeat.socket"):  # the administrator's, whom a purge leaves what is his
        shutil.rmtree(story.root / "etc/systemd/system" / f"{unit}.d")
    story.inside("apt-get purge -y upbeat upbeat-plugins")
    found = [str(path) for folder in ("etc", "var/lib", "usr", "lib/systemd", "run")
             for path in (story.root / folder).rglob("*upbeat*") if "dpkg" not in str(path)]
    tap.equal(found, [], "files that are left")
    tap.equal((story.root / "etc/passwd").read_text(), story.accounts, "the users of the system")
    assert not support.listens(story.port), "a daemon is left"
    tap.contains(story.machine.run("systemctl cat upbeat.service upbeat.socket").stderr, "No files found", "units")


with support.world(Story) as world:
    sys.exit(tap.run(world))
