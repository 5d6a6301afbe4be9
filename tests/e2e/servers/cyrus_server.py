# SPDX-License-Identifier: Apache-2.0
"""Cyrus, which schedules: cyrus_server.py FOLDER PORT ADDRESS...

Each user is there under his name in every domain of the addresses: what is sent to alice@ours.example as well as to
alice@acme.example comes to alice's own calendar. Every password is right.
"""
import pathlib
import smtplib
import sys

import hosting

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
    hosting.give(folder, user)


def make_users(folder, port, users):
    """A user is made by the first letter to him, his calendars by his first look at them."""
    with smtplib.LMTP(str(folder / "socket/lmtp")) as lmtp:
        for user in users:
            lmtp.sendmail("nobody@localhost", user, "Subject: Welcome\r\n\r\nHello.\r\n")
    for user in users:
        status = hosting.ask("PROPFIND", port, f"/dav/calendars/user/{user}/", user)
        if status != 207:
            sys.exit(f"cyrus_server.py: {user} has no calendars: {status}")


def main(folder, port, *addresses):
    folder, port = pathlib.Path(folder).resolve(), int(port)
    domains = " ".join(sorted({address.split("@")[1] for address in addresses}))
    configure(folder, hosting.user_for("cyrus"), port, domains)
    with hosting.Household() as household:
        # The master takes the package's user by itself.
        household.start(["cyrmaster", "-D", "-C", folder / "imapd.conf", "-M", folder / "cyrus.conf", "-p", folder / "master.pid"])
        household.wait_for(lambda: hosting.listens(port) and (folder / "socket/lmtp").exists(), "it listens")
        make_users(folder, port, [hosting.name_of(address) for address in addresses])
        household.serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
