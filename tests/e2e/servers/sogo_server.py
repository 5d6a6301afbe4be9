# SPDX-License-Identifier: Apache-2.0
"""SOGo, which schedules: sogo_server.py FOLDER PORT ADDRESS...

It has a PostgreSQL and a memcached of its own. The letters that it sends are kept in FOLDER/mail.
"""
import pathlib
import signal
import socket
import subprocess
import sys

import hosting

ROLE = "CREATE ROLE sogo LOGIN PASSWORD 'sogopw'"
TABLE = "CREATE TABLE users (c_uid TEXT PRIMARY KEY, c_name TEXT, c_password TEXT, c_cn TEXT, mail TEXT)"
USER = "INSERT INTO users VALUES ('{name}', '{name}', '{name}pw', '{name}', '{address}');"
DATABASE = "CREATE DATABASE sogo OWNER sogo"
SOURCES = (
    '({{ type = sql; id = users; viewURL = "{database}/users"; canAuthenticate = YES; isAddressBook = YES; '
    "userPasswordAlgorithm = plain; displayName = Users; MailFieldNames = (mail); }})"
)


def psql(port, user, database, *statements):
    words = [word for statement in statements for word in ("-c", statement)]
    connection = f"host=127.0.0.1 port={port} user={user} password={user}pw dbname={database}"
    subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", *words, connection], check=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_database(household, folder, addresses):
    """SOGo reaches its database over TCP alone. Returns the URL."""
    port = free_port()
    postgres = pathlib.Path(__file__).with_name("postgres_server.py")
    household.start([sys.executable, "-B", postgres, folder / "pg", port], ends_by=signal.SIGINT)
    ready = ["pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    household.wait_for(lambda: subprocess.run(ready).returncode == 0, "PostgreSQL takes connections")
    psql(port, "admin", "postgres", ROLE, DATABASE)
    users = [USER.format(name=hosting.name_of(address), address=address) for address in addresses]
    psql(port, "sogo", "sogo", TABLE, *users)
    return f"postgresql://sogo:sogopw@127.0.0.1:{port}/sogo"


def start_mail(household, folder, user):
    """Returns the port."""
    port = free_port()
    hosting.make_folder(folder / "mail", user)
    sink = pathlib.Path(__file__).with_name("mail_sink.py")
    household.start([sys.executable, "-B", sink, folder / "mail", port])
    household.wait_for(lambda: hosting.listens(port), "somebody takes the mail")
    return port


def options(folder, port, database, mail):
    return {
        "WONoDetach": "YES",
        "WOLogFile": "-",
        "WOPidFile": folder / "run/sogo.pid",
        "WOPort": f"127.0.0.1:{port}",
        "WOWorkersCount": 4,
        "WOWatchDogRequestTimeout": 10,
        "SOGoMemcachedHost": folder / "run/memcached",
        "SOGoProfileURL": f"{database}/sogo_user_profile",
        "OCSFolderInfoURL": f"{database}/sogo_folder_info",
        "OCSSessionsFolderURL": f"{database}/sogo_sessions_folder",
        "OCSEMailAlarmsFolderURL": f"{database}/sogo_alarms_folder",
        "SOGoTimeZone": "Europe/Berlin",
        "SOGoAppointmentSendEMailNotifications": "YES",
        "SOGoMailingMechanism": "smtp",
        "SOGoSMTPServer": f"smtp://127.0.0.1:{mail}",
        "SOGoEnableEMailAlarms": "NO",
        "SOGoUserSources": SOURCES.format(database=database),
    }


def main(folder, port, *addresses):
    folder, port, user = pathlib.Path(folder).resolve(), int(port), hosting.user_for("sogo")
    folder.mkdir()
    hosting.make_folder(folder / "run", user)
    with hosting.Household() as household:
        database = start_database(household, folder, addresses)
        mail = start_mail(household, folder, user)
        household.start(["memcached", "-s", folder / "run/memcached", "-m", 32], user)
        household.wait_for((folder / "run/memcached").exists, "memcached listens")
        words = [word for name, value in options(folder, port, database, mail).items() for word in (f"-{name}", value)]
        # Told to end, its watchdog waits for its workers for many seconds.
        household.start(["sogod", *words], user, signal.SIGKILL, HOME=str(folder / "run"))
        household.wait_for(lambda: hosting.listens(port), "it listens")
        for name in map(hosting.name_of, addresses):  # whose first look makes the calendar
            path = f"/SOGo/dav/{name}/Calendar/"
            household.wait_for(lambda: hosting.ask("PROPFIND", port, path, name) == 207, f"{name} has a calendar")
        household.serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
