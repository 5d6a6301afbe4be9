# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL on a Unix socket: postgres_server.py FOLDER.

The server makes its cluster below FOLDER, listens on a socket in FOLDER alone, and becomes this process. It does not run
as root: root runs it as the user whom the package makes, anybody else as himself. Its administrator is `admin`, whose
password is `adminpw`.
"""
import os
import pathlib
import pwd
import subprocess
import sys

PROGRAMS = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
QUICK = {"fsync": "off", "listen_addresses": "", "shared_buffers": "16MB", "max_connections": "20", "autovacuum": "off"}


def is_there():
    return bool(PROGRAMS) and (os.geteuid() != 0 or any(user.pw_name == "postgres" for user in pwd.getpwall()))


def become_somebody(folder):
    if os.geteuid() != 0:
        return
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    # The folders above it may be for nobody else, as a story's are: that user has to pass through.
    for path in folder.parents:
        if not path.stat().st_mode & 0o001:
            path.chmod(path.stat().st_mode | 0o011)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


def main(folder):
    folder = pathlib.Path(folder).resolve()
    become_somebody(folder)
    os.chdir(folder)
    (folder / "pw").write_text("adminpw\n")
    subprocess.run(
        [PROGRAMS[-1] / "initdb", "-D", folder / "data", "-U", "admin", "-A", "scram-sha-256", "--pwfile", folder / "pw",
         "-E", "UTF8", "--locale", "C", "--no-sync"], check=True, stdout=subprocess.DEVNULL)
    options = [word for name, value in QUICK.items() for word in ("-c", f"{name}={value}")]
    program = PROGRAMS[-1] / "postgres"
    os.execv(program, [str(program), "-D", str(folder / "data"), "-k", str(folder), *options])


if __name__ == "__main__":
    main(*sys.argv[1:])
