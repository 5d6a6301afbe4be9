# SPDX-License-Identifier: Apache-2.0
"""`make check-servers`: all stories on all servers, and a table of story by server. Root has what is missing installed.

UPBEAT_SERVERS names fewer servers. With UPBEAT_README_UPDATE=1 the table takes the place of the one in README.md.
"""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys

TOP = pathlib.Path(os.environ["srcdir"])
STORIES = [TOP / "tests/e2e" / name for name in ("server_stories.py", "client_stories.py", "discovery.py")]
DATABASE = ("postgresql", "postgresql-client")
CLIENTS = (
    "vdirsyncer", "khal", "python3-caldav", "cadaver", "evolution-data-server", "gir1.2-ecal-2.0", "gir1.2-edataserver-1.2",
    "gir1.2-ical-3.0", "python3-gi", "dbus", "gnome-keyring", "thunderbird")
# Debian's names of what each server needs.
SERVERS = {
    "Radicale": ("python3-radicale",),
    "Xandikos": ("xandikos",),
    "Cyrus": ("cyrus-caldav",),
    "Davical": ("davical", "apache2", "libapache2-mod-php", "php-pgsql", "php-xml", "php-curl", "libdbd-pg-perl", "libyaml-perl", *DATABASE),
    "Sabredav": ("php-sabre-dav", "php-cli", "php-sqlite3"),
    "Sogo": ("sogo", "memcached", *DATABASE),
}
TITLES = {"Davical": "DAViCal", "Sabredav": "sabre/dav", "Sogo": "SOGo"}
NO_DAEMONS = pathlib.Path("/usr/sbin/policy-rc.d")
MINUTES, AT_ONCE = 10, 2  # how long the stories of one file on one server may take, and how many servers have their turn
STORM, PATIENCE = "20", "3"
MARKS = ("<!-- make check-servers wrote this table -->\n", "<!-- end of the table -->\n")


def say(text):
    print(f"check-servers: {text}", flush=True)


# ---- packages ----


def missing(packages):
    known = subprocess.run(["dpkg-query", "-W", "-f=${db:Status-Status} ${Package}\n", *packages], capture_output=True, text=True)
    return [name for name in packages if f"installed {name}" not in known.stdout.splitlines()]


def install(packages):
    """Asks nothing, and starts none of the daemons that come along."""
    made = not NO_DAEMONS.exists()
    if made:
        NO_DAEMONS.write_text("#!/bin/sh\nexit 101\n")
        NO_DAEMONS.chmod(0o755)
    apt = ["apt-get", "-qq", "-y", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(["apt-get", "-qq", "update"], env=environment)
        return subprocess.run([*apt, "install", *packages], env=environment, stdout=subprocess.DEVNULL).returncode == 0
    finally:
        if made:
            NO_DAEMONS.unlink()


def have_packages(servers):
    if not shutil.which("dpkg-query"):
        return say("this is no Debian system: what is not installed is not there")
    wanted = dict.fromkeys([*CLIENTS, *(package for server in servers for package in SERVERS[server])])
    # Cyrus wants a mail transport agent, and starts nothing with this one.
    if "Cyrus" in servers and not os.access("/usr/sbin/sendmail", os.X_OK):
        wanted["dma"] = None
    packages = missing(list(wanted))
    if not packages:
        return
    if os.geteuid() != 0:
        return say(f"not installed, and installed by root alone: {' '.join(packages)}")
    say(f"installing {' '.join(packages)}")
    if not install(packages):
        say("apt-get failed: what is not installed is not there")


# ---- stories ----


def tell(server, script):
    """Runs a file's stories on a server: what came of each, by its name, which is what stands before the colon."""
    results = {}
    command = ["timeout", "-k", "30", str(MINUTES * 60), sys.executable, "-B", str(script)]
    environment = {**os.environ, "UPBEAT_SERVERS": server, "UPBEAT_N": STORM, "UPBEAT_PATIENCE": PATIENCE}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as run:
        for line in run.stdout:
            print(line, end="", flush=True)
            told = re.match(rf"(not )?ok \d+ - {server}: ([^:#(]+?)(?::| \(|$| #)(.*)", line)
            if told:
                results[told[2]] = "FAILED" if told[1] else "not there" if "# SKIP" in line else "passed"
    return results


def tell_all(server):
    results = {}
    for script in STORIES:
        results |= tell(server, script)
    return results


def stories():
    """The names of all stories, in order."""
    return [name for script in STORIES for name in re.findall(r'(?m)^@tap\.case\("([^":]+)', script.read_text())]


def table(results):
    head = ["story", *(TITLES.get(server, server) for server in results)]
    rows = [head, ["---"] * len(head)]
    rows += [[name, *(of[name] for of in results.values())] for name in stories()]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def update_readme(text):
    path = TOP / "README.md"
    before, _, rest = path.read_text().partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    path.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{after}")
    say("the table in README.md is that of this run")


def main():
    servers = os.environ.get("UPBEAT_SERVERS", "").split() or list(SERVERS)
    have_packages(servers)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        told = list(pool.map(tell_all, servers))
    results = {server: dict.fromkeys(stories(), "FAILED") | of for server, of in zip(servers, told)}
    text = table(results)
    print(f"\n{text}")
    if os.environ.get("UPBEAT_README_UPDATE"):
        update_readme(text)
    cells = [cell for of in results.values() for cell in of.values()]
    counts = {word: cells.count(word) for word in ("passed", "FAILED", "not there")}
    print(f"{counts['passed']} passed, {counts['FAILED']} failed, {counts['not there']} not there")
    return 1 if counts["FAILED"] else 0


if __name__ == "__main__":
    sys.exit(main())
