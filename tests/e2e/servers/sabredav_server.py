# SPDX-License-Identifier: Apache-2.0
"""sabre/dav of Debian, which schedules nothing and knows no sync-collection: sabredav_server.py FOLDER PORT USER:PASSWORD...

It is PHP under PHP's own web server, and keeps all in a file of SQLite. Nextcloud, ownCloud and Baikal are built upon later
versions. A user has what is below /calendars/USER/; the first one named has everything, as a service account does.
"""
import hashlib
import pathlib
import sqlite3
import sys

import hosting

SQL = pathlib.Path("/usr/share/doc/php-sabre-dav/examples/sql")
REALM = "sabredav"
# Debian's version is older than its PHP, which warns of much and means no harm.
SERVER = """\
<?php
error_reporting(0);
date_default_timezone_set('UTC');
require_once 'Sabre/autoload.php';
$pdo = new PDO('sqlite:' . getenv('SABREDAV_FILE'));
$pdo->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
$pdo->exec('PRAGMA busy_timeout = 10000');
class Passwords extends Sabre\\DAV\\Auth\\Backend\\AbstractBasic {
    protected function validateUserPass($user, $password) {
        global $pdo;
        $found = $pdo->prepare('SELECT digesta1 FROM users WHERE username = ?');
        $found->execute([$user]);
        return $found->fetchColumn() === md5("$user:%REALM%:$password");
    }
}
$principals = new Sabre\\DAVACL\\PrincipalBackend\\PDO($pdo);
$server = new Sabre\\DAV\\Server([
    new Sabre\\CalDAV\\Principal\\Collection($principals),
    new Sabre\\CalDAV\\CalendarRootNode($principals, new Sabre\\CalDAV\\Backend\\PDO($pdo)),
]);
$server->setBaseUri('/');
$server->addPlugin(new Sabre\\DAV\\Auth\\Plugin(new Passwords(), '%REALM%'));
$acl = new Sabre\\DAVACL\\Plugin();
$acl->adminPrincipals = ['principals/' . getenv('SABREDAV_ADMIN')];
$server->addPlugin($acl);
$server->addPlugin(new Sabre\\CalDAV\\Plugin());
$server->exec();
"""


def make_database(path, users):
    with sqlite3.connect(path) as database:
        for name in ("users", "principals", "calendars"):
            database.executescript((SQL / f"sqlite.{name}.sql").read_text())
        database.execute("DELETE FROM users")
        database.execute("DELETE FROM principals")
        for user, password in users.items():
            digest = hashlib.md5(f"{user}:{REALM}:{password}".encode()).hexdigest()
            database.execute("INSERT INTO users (username, digesta1) VALUES (?, ?)", (user, digest))
            for more in ("", "/calendar-proxy-read", "/calendar-proxy-write"):
                address = None if more else f"{user}@ours.example"
                database.execute("INSERT INTO principals (uri, email, displayname) VALUES (?, ?, ?)", (f"principals/{user}{more}", address, user))


def main(folder, port, *users):
    folder = pathlib.Path(folder).resolve()
    users = dict(user.split(":", 1) for user in users)
    folder.mkdir(exist_ok=True)
    if not (folder / "db.sqlite").exists():
        make_database(folder / "db.sqlite", users)
    (folder / "server.php").write_text(SERVER.replace("%REALM%", REALM))
    with hosting.Household() as household:
        household.start(
            ["php", "-S", f"127.0.0.1:{port}", folder / "server.php"],
            PHP_CLI_SERVER_WORKERS="4", SABREDAV_FILE=str(folder / "db.sqlite"), SABREDAV_ADMIN=next(iter(users)))
        household.wait_for(lambda: hosting.listens(int(port)), "it listens")
        household.serve()


main(*sys.argv[1:])
