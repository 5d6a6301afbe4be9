# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL on a Unix socket: postgres_server.py FOLDER [PORT].

The server makes its cluster below FOLDER, listens on a socket in FOLDER, with PORT also there on the loopback interface,
and becomes this process. It does not run as root: root runs it as the user whom the package makes, anybody else as
himself. Its administrator is `admin`, whose password is `adminpw`.
"""
import os
import pathlib
import pwd
import subprocess
import sys

import hosting

PROGRAMS = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
QUICK = {"fsync": "off", "shared_buffers": "16MB", "max_connections": "60", "autovacuum": "off"}


def is_there():
    return bool(PROGRAMS) and (os.geteuid() != 0 or any(user.pw_name == "postgres" for user in pwd.getpwall()))


def become_somebody(folder):
    if os.geteuid() != 0:
        return
    user = pwd.getpwnam("postgres")
    hosting.give(folder, user.pw_name)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


def main(folder, port=""):
    folder = pathlib.Path(folder).resolve()
    folder.mkdir(exist_ok=True)
    become_somebody(folder)
    os.chdir(folder)
    (folder / "pw").write_text("adminpw\n")
    subprocess.run(
        [PROGRAMS[-1] / "initdb", "-D", folder / "data", "-U", "admin", "-A", "scram-sha-256", "--pwfile", folder / "pw",
         "-E", "UTF8", "--locale", "C", "--no-sync"], check=True, stdout=subprocess.DEVNULL)
    settings = {**QUICK, "listen_addresses": "127.0.0.1" if port else "", **({"port": port} if port else {})}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    program = PROGRAMS[-1] / "postgres"
    os.execv(program, [str(program), "-D", str(folder / "data"), "-k", str(folder), *options])


if __name__ == "__main__":
    main(*sys.argv[1:])
