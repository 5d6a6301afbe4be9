# SPDX-License-Identifier: Apache-2.0
"""Cyrus, which schedules: cyrus_server.py FOLDER PORT DOMAINS USER...

Each user is there under his name in every domain (DOMAINS has commas): what is sent to alice@ours.example as well as to
alice@acme.example comes to alice's own calendar. Every password is right. Cyrus does not run as root: root runs it as
the user whom the package makes, anybody else as himself. Writes below FOLDER alone, and prints a line when all is ready.
"""
import os
import pathlib
import pwd
import shutil
import signal
import smtplib
import subprocess
import sys
import time

import support

PROGRAMS = "/usr/lib/cyrus/bin"
IMAPD = """\
configdirectory: {folder}
partition-default: {folder}/spool
defaultpartition: default
sievedir: {folder}/sieve
lmtpsocket: {folder}/socket/lmtp
cyrus_user: {user}
servername: localhost
unixhierarchysep: yes
allowplaintext: yes
sasl_pwcheck_method: alwaystrue
sasl_mech_list: PLAIN
httpmodules: caldav carddav
calendar_user_address_set: {domains}
autocreate_quota: 0
autocreate_post: yes
"""
CYRUS = """\
START {{
  recover cmd="{programs}/ctl_cyrusdb -C {folder}/imapd.conf -r"
}}
SERVICES {{
  http cmd="{programs}/httpd -C {folder}/imapd.conf" listen="127.0.0.1:{port}" prefork=3
  lmtp cmd="{programs}/lmtpd -C {folder}/imapd.conf" listen="{folder}/socket/lmtp" prefork=0
}}
"""


def configure(folder, user, port, domains):
    for name in ("db", "log", "msg", "proc", "quota", "socket", "user", "spool"):
        (folder / name).mkdir(parents=True)
    values = {"folder": folder, "user": user, "port": port, "domains": domains, "programs": PROGRAMS}
    for name, text in (("imapd.conf", IMAPD), ("cyrus.conf", CYRUS)):
        (folder / name).write_text(text.format(**values))
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, user)
        # The folders above it may be for nobody else, as a story's are: that user has to pass through.
        for path in folder.parents:
            if not path.stat().st_mode & 0o001:
                path.chmod(path.stat().st_mode | 0o011)


def start_master(folder):
    """Cyrus' master signals its process group when it ends: it has one of its own."""
    command = ["cyrmaster", "-D", "-C", folder / "imapd.conf", "-M", folder / "cyrus.conf", "-p", folder / "master.pid"]
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    return subprocess.Popen(command, env={**os.environ, "PATH": path}, start_new_session=True)


def wait_for(what, master):
    end = time.monotonic() + 30
    while not what():
        if master.poll() is not None or time.monotonic() > end:
            sys.exit(f"cyrus_server.py: Cyrus did not start: {master.poll()}")
        time.sleep(0.02)


def make_users(folder, port, users):
    """A user is made by the first letter to him, his calendars by his first look at them."""
    with smtplib.LMTP(str(folder / "socket/lmtp")) as lmtp:
        for user in users:
            lmtp.sendmail("nobody@localhost", user, "Subject: Welcome\r\n\r\nHello.\r\n")
    for user in users:
        home = f"http://127.0.0.1:{port}/dav/calendars/user/{user}/"
        answer = support.request("PROPFIND", home, user, None, {"Depth": "1"})
        if answer.status != 207:
            sys.exit(f"cyrus_server.py: {user} has no calendars: {answer.status}")


def main(folder, port, domains, *users):
    folder = pathlib.Path(folder).resolve()
    user = "cyrus" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    configure(folder, user, port, domains.replace(",", " "))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    master = start_master(folder)
    try:
        wait_for(lambda: support.listens(int(port)) and (folder / "socket/lmtp").exists(), master)
        make_users(folder, port, users)
        print("ready", flush=True)
        master.wait()
    finally:
        master.terminate()
        master.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
