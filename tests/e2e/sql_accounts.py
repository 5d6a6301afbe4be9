# SPDX-License-Identifier: Apache-2.0
"""Accounts come from a query of a database: a SQLite file, and a PostgreSQL server that the story starts."""
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import threading
import types

import calendars
import crm
import manpage
import support
import tap

sys.path.append(str(support.SERVERS))
import postgres_server  # noqa: E402

TABLE = """
CREATE TABLE company (key TEXT, label TEXT, domain TEXT, state TEXT, paying BOOLEAN, seats INTEGER);
CREATE TABLE person (company TEXT, name TEXT, title TEXT, address TEXT);
INSERT INTO company VALUES ('acme', 'Acme', 'acme.example', 'Red', TRUE, 40), ('beta', 'Beta', NULL, 'green', FALSE, NULL);
INSERT INTO person VALUES ('acme', 'C. Tho', 'CTO', 'cto@acme.example'), ('acme', 'Ann', NULL, 'ann@elsewhere.example');
"""
QUERY = "SELECT key, label AS name, domain AS domains, state AS health, paying, seats FROM company ORDER BY key"
JOIN = ("SELECT key AS id, label AS name, state AS health, domain AS domains, coalesce(p.name, '') || coalesce(' (' || title || ')', '') || "
        "' <' || address || '>' AS stakeholders FROM company LEFT JOIN person p ON p.company = key ORDER BY key, address")
PAYING = "columns: {id: key}, fields: {paying: bool, seats: int}"
RULES = crm.RULES + """\
  - name: who
    when: account.fields.paying
    create: [{task: seats, title: "{{ account.fields.seats }} seats", due: 1 business day before start}]
"""
# As one who may read, and has a password.
ROLES = """
CREATE ROLE upbeat LOGIN PASSWORD 'sesame'; GRANT SELECT ON company, person TO upbeat; GRANT CREATE ON SCHEMA public TO upbeat;
"""


NOWHERE = types.SimpleNamespace(url="http://127.0.0.1:2")


class Postgres(support.Process):
    def __init__(self, folder):
        if not postgres_server.is_there():
            raise tap.Skip("there is no PostgreSQL")
        super().__init__("postgres", [sys.executable, "-B", postgres_server.__file__, folder], folder)
        self.folder = pathlib.Path(folder)
        self.wait_for(lambda: "ready to accept connections" in self.said(), "it takes connections")

    def connection(self, user="upbeat", **more):
        return " ".join(f"{key}={value}" for key, value in {"host": self.folder, "dbname": "postgres", "user": user, **more}.items())

    def do(self, *statements):
        command = [postgres_server.PROGRAMS[-1] / "psql", "-qX", "-v", "ON_ERROR_STOP=1", self.connection("admin")]
        words = [word for statement in statements for word in ("-c", statement)]
        subprocess.run([*command, *words], env={**os.environ, "PGPASSWORD": "adminpw"}, check=True)


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        (self.folder / "rules").mkdir()
        (self.folder / "rules" / "prep.yaml").write_text(RULES)
        (self.folder / "meeting.ics").write_text(calendars.meeting())
        (self.folder / "password").write_text("sesame\n")
        (self.folder / "password").chmod(0o600)
        self.database = self.folder / "crm.db"
        self.change(TABLE)
        self.postgres = None
        return self

    def change(self, script):
        connection = sqlite3.connect(self.database)
        connection.executescript(script)
        connection.close()

    def server(self):
        """The PostgreSQL server, with the same tables."""
        if self.postgres is None:
            self.postgres = self.start(Postgres)
            self.postgres.do(TABLE, ROLES)
        return self.postgres

    def settings(self, source):
        path = self.folder / "upbeat.yaml"
        path.write_text(
            f"listen: 127.0.0.1:1\nupstream: http://127.0.0.1:2\nrules: rules\n{support.ORGANIZATION}  holidays: []\n"
            f"accounts:\n  - {{source: sql, {source}}}\n")
        return path

    def lite(self, query=QUERY, more=PAYING):
        return f"path: {self.database}, query: {json.dumps(query)}, {more}"

    def post(self, query=QUERY, more=PAYING + ", password_file: password", **connection):
        return f"connection: {json.dumps(self.server().connection(**connection))}, query: {json.dumps(query)}, {more}"

    def items(self, source, **environment):
        answer = self.run("explain", "-c", self.settings(source), "--json", self.folder / "meeting.ics", **environment)
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return sorted(item["title"] for item in json.loads(answer.stdout)["items"])

    def run(self, *arguments, **environment):
        return subprocess.run([support.program(), *arguments], capture_output=True, text=True, timeout=60, env={
            **os.environ, "HOME": str(self.folder), **environment})

    def finding(self, source, **environment):
        """The one thing that is found wrong, with its place and help."""
        answer = self.run("check", "-c", self.settings(source), "--json", **environment)
        found = [each for each in json.loads(answer.stdout)["findings"] if each["severity"] == "error"
                 and not each["file"].endswith("prep.yaml")]
        assert len(found) == 1, answer.stdout + answer.stderr
        assert "sesame" not in answer.stdout + answer.stderr, "the password is shown"
        each = found[0]
        return f"{each.get('file')}:{each.get('line')}:{each.get('column')}: {each['message']}; {each.get('help')}"


@tap.case("the example of upbeat.conf(5) is without fault")
def _(story):
    example = dict(manpage.examples(support.TOP / "src/settings/upbeat.conf.5"))["sql.yaml"]
    folder = story.folder / "example"
    folder.mkdir()
    (folder / "sql.yaml").write_text(example)
    connection = sqlite3.connect(folder / "crm.db")
    connection.executescript("""
        CREATE TABLE company (id, name, website, owner, seats); CREATE TABLE person (company, name, address);
        INSERT INTO company VALUES (7, 'Acme', 'acme.example', 'ann@ours.example', 40), (8, 'Beta', NULL, 'ben@ours.example', NULL);
        INSERT INTO person VALUES (7, 'Ann', 'ann@acme.example'), (7, 'Ben', 'ben@acme.example');""")
    connection.close()
    answer = story.run("check", "-c", folder / "sql.yaml")
    assert answer.returncode == 0 and answer.stdout.endswith("no problems\n"), answer.stdout + answer.stderr


@tap.case("a query's rows are accounts: fields by their names and by a map, words in capitals, truth as a number, NULL")
def _(story):
    tap.equal(story.items(story.lite()), ["40 seats", "Acme is red"], "titles")


@tap.case("a join gives an account a row for each of its people")
def _(story):
    (story.folder / "meeting.ics").write_text(calendars.meeting(attendees=("alice", "ann@elsewhere.example")))
    tap.equal(story.items(story.lite(JOIN, "fields: {paying: bool, seats: int}")), ["Acme is red"], "titles")
    (story.folder / "meeting.ics").write_text(calendars.meeting())


@tap.case("rows of one account that contradict each other, and rows of one account that are apart")
def _(story):
    rows = "SELECT column1 AS id, column2 AS name, column3 AS team FROM (VALUES {})"
    said = story.finding(story.lite(rows.format("('a','A','x@ours.example'), ('a','B','y@ours.example')"), ""))
    assert f"the rows of {story.database}:3:5: rows 2 and 3 are both of one account, and differ in `name`; rows of one" in said, said
    said = story.finding(story.lite(rows.format("('a','A',''), ('b','B',''), ('a','A','')"), ""))
    assert f"the rows of {story.database}:4:1: there is another account with the id `a`" in said, said


@tap.case("a mistake in the query is shown in the query")
def _(story):
    said = story.finding(story.lite("SELECT key AS id,\n  lable AS name FROM company"))
    assert f"the query of {story.database}:2:3: no such column: lable; correct `query`" in said, said
    said = story.finding(story.lite("SELECT key AS id FROM companies"))
    assert "no such table: companies; correct `query`" in said, said
    for query, wrong in (("SELECT 1 AS id; SELECT 2", "1:17: the query goes on after its end"),
                         ("DELETE FROM company RETURNING key", "the query would write to the database"),
                         ("-- nothing", "the query gives no rows"), ("PRAGMA user_version=3", "the query gives no rows")):
        said = story.finding(story.lite(query))
        assert wrong in said, said
    said = story.finding(story.lite("SELECT key, label AS nmae FROM company", ""))
    assert "the column `id` is missing; put it back, or say under `columns` which one it is; there are `key`, `nmae`" in said, said
    said = story.finding(story.lite(QUERY, "columns: {id: kee}"))
    assert "the column `kee` is missing; correct the name under `columns`" in said, said


@tap.case("a value that is wrong, bytes that are no text, and a query that never ends")
def _(story):
    said = story.finding(story.lite("SELECT 'a' AS id, 'purple' AS health", ""))
    assert f"the rows of {story.database}:2:5: " in said and "purple" in said, said
    said = story.finding(story.lite("SELECT 'a' AS id, CAST(x'41e4' AS TEXT) AS name", ""))
    assert "row 2, column `name`: the value is not UTF-8, but maybe Latin-1" in said, said
    said = story.finding(story.lite("SELECT 'a' AS id, x'00' AS name", ""))
    assert "row 2, column `name`" in said, said
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS id FROM n"
    said = story.finding(story.lite(endless, "timeout: 2s"))
    assert f"{story.database}: the query has not ended within 1.5 s; make the query faster" in said, said


@tap.case("a file that is missing, that is no database, that is locked, and settings that contradict each other")
def _(story):
    query = f"query: {json.dumps(QUERY)}"
    said = story.finding(f"path: nowhere.db, {query}")
    assert "nowhere.db: there is no such file; put the file there" in said, said
    (story.folder / "text").write_text("no database, but long enough to be looked at as if it were one\n" * 100)
    said = story.finding(f"path: text, {query}")
    assert "text: file is not a database; `path` is the file" in said, said
    assert "it is no regular file" in story.finding(f"path: rules, {query}")
    holder = sqlite3.connect(story.database)
    holder.execute("BEGIN EXCLUSIVE")
    said = story.finding(story.lite(more=PAYING + ", timeout: 2s"))
    holder.close()
    assert "the database is locked: another program writes to it; what was read before stays" in said, said
    assert "there is no database to ask; say `path`" in story.finding(query)
    assert "there are two databases" in story.finding(f"path: crm.db, connection: dbname=crm, {query}")
    said = story.finding(f"path: crm.db, {query}, columns: {{idd: key}}")
    assert "accounts have no field `idd`" in said, said


@tap.case("a file that does not change is not read again, one that does is, in WAL mode too")
def _(story):
    story.change("PRAGMA journal_mode=WAL")
    running = story.start(support.Upbeat, NOWHERE, settings=(
        f"{support.ORGANIZATION}  holidays: []\ncontrol: control\naccounts:\n  - {{source: sql, {story.lite()}, refresh: 1s}}\n"),
        rules=story.folder / "rules")

    def source():
        answer = support.run("status", "-c", running.settings, "--json")
        return json.loads(answer.stdout)["accounts"][0]

    tap.equal((source()["source"], source()["accounts"], source()["failed"]), ("sql", 2, False), "status")
    story.change("INSERT INTO company VALUES ('gamma', 'Gamma', NULL, NULL, NULL, NULL)")
    tap.eventually(lambda: source()["accounts"] == 3, "the new account", 10)
    story.database.rename(story.folder / "away.db")
    tap.eventually(lambda: source()["failed"], "a failure", 10)
    assert "there is no such file" in source()["why"] and source()["accounts"] == 3, source()
    (story.folder / "away.db").rename(story.database)
    tap.eventually(lambda: not source()["failed"], "the end of it", 10)
    story.change("PRAGMA journal_mode=DELETE; DELETE FROM company WHERE key = 'gamma'")
    tap.eventually(lambda: source()["accounts"] == 2, "an account less", 10)
    running.is_sane()


@tap.case("PostgreSQL: the same tables, the same accounts, the password from a file or from ~/.pgpass")
def _(story):
    tap.equal(story.items(story.post()), ["40 seats", "Acme is red"], "titles")
    (story.folder / ".pgpass").write_text("*:*:*:upbeat:sesame\n")
    (story.folder / ".pgpass").chmod(0o600)
    tap.equal(story.items(story.post(more=PAYING)), ["40 seats", "Acme is red"], "titles")
    (story.folder / ".pgpass").unlink()
    (story.folder / "meeting.ics").write_text(calendars.meeting(attendees=("alice", "ann@elsewhere.example")))
    more = "fields: {paying: bool, seats: int}, password_file: password"
    tap.equal(story.items(story.post(JOIN, more)), ["Acme is red"], "titles of a join")
    (story.folder / "meeting.ics").write_text(calendars.meeting())


@tap.case("PostgreSQL: mistakes in the query are the server's message, at their place")
def _(story):
    said = story.finding(story.post("SELECT key AS id,\n  'ä' || labell AS name FROM company"))
    assert 'the query of postgres:2:10: column "labell" does not exist; Perhaps you meant to reference' in said, said
    said = story.finding(story.post("SELEKT 1"))
    assert 'the query of postgres:1:1: syntax error at or near "SELEKT"; correct `query`' in said, said
    said = story.finding(story.post("SELECT * FROM pg_authid"))
    assert "permission denied for table pg_authid; correct `query`, or what the database allows" in said, said
    for query in ("CREATE TABLE mine (id TEXT)", "SELECT 1; SELECT 2", "SET default_transaction_read_only = off"):
        said = story.finding(story.post(query))
        assert "`query` is one SELECT" in said or "multiple commands" in said, said
    said = story.finding(story.post("SELECT 1 / (2 - seats / 20) AS id FROM company"))
    assert "division by zero" in said, said
    said = story.finding(story.post("SELECT 'a' AS id, ARRAY['x.example'] AS domains", "password_file: password"))
    assert "the rows of postgres:2:5: " in said, said


@tap.case("PostgreSQL: a wrong password, none, one in the settings, a server that is not there")
def _(story):
    (story.folder / "wrong").write_text("open\n")
    (story.folder / "wrong").chmod(0o600)
    said = story.finding(story.post(more="password_file: wrong"))
    assert 'password authentication failed for user "upbeat"; correct the password in `password_file`' in said, said
    said = story.finding(story.post(more=PAYING))
    assert "no password supplied; put the password into a file that `password_file` names, or into ~/.pgpass" in said, said
    assert "there is no password in " in story.finding(story.post(more="password_file: nowhere"))
    for connection in ({"password": "sesame"},):
        said = story.finding(story.post(**connection))
        assert "there is a password in the `connection` of a source `sql`; put it into a file of its own" in said, said
    query = f"query: {json.dumps(QUERY)}"
    said = story.finding(f'connection: "postgresql://upbeat:sesame@db.example/crm", {query}')
    assert "there is a password in the `connection`" in said, said
    said = story.finding(f'connection: "host=db.example dbname", {query}')
    assert "this is no connection string; write it like" in said, said
    said = story.finding(f'connection: "host={story.folder} dbname=crm", {query}')
    assert "crm: connection to server on socket" in said and "No such file or directory" in said, said


@tap.case("PostgreSQL: a table that is locked, a query that takes long")
def _(story):
    server = story.server()
    held = subprocess.Popen(
        [postgres_server.PROGRAMS[-1] / "psql", "-qXAt", server.connection("admin")], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PGPASSWORD": "adminpw"})
    held.stdin.write("BEGIN; LOCK TABLE company; SELECT 'held';\n")
    held.stdin.flush()
    tap.equal(held.stdout.readline(), "held\n", "the lock")
    said = story.finding(story.post(more=PAYING + ", password_file: password, timeout: 2s"))
    held.communicate("ROLLBACK;\n")
    assert "postgres: a table is locked: canceling statement due to lock timeout; what was read before stays" in said, said
    said = story.finding(story.post("SELECT pg_sleep(60)::text AS id", "password_file: password, timeout: 2s"))
    assert "postgres: the query has not ended within 1.5 s; make the query faster" in said, said


@tap.case("PostgreSQL: a long query is cancelled when Upbeat ends, and a server that goes away takes nothing with it")
def _(story):
    server = story.server()
    waiting = "SELECT CASE WHEN n < 3 THEN 'a' || n ELSE 'a' || n || pg_sleep(500) END AS id FROM generate_series(1, 3) n"
    active = "DO $$ BEGIN ASSERT (SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT CASE%') = {}; END $$"

    def is_active(number):
        try:
            server.do(active.format(number))
            return True
        except subprocess.CalledProcessError:
            return False

    def upbeat(query, more):
        return story.start(support.Upbeat, NOWHERE, settings=(
            f"{support.ORGANIZATION}  holidays: []\ncontrol: control\naccounts:\n  - {{source: sql, {story.post(query, more)}}}\n"
        ).replace("password_file: password", f"password_file: {story.folder}/password"), rules=story.folder / "rules")

    running = upbeat(waiting, "password_file: password, timeout: 500s")
    assert is_active(1), "the query does not run"
    running.stop()
    tap.eventually(lambda: is_active(0), "the query is cancelled", 10)
    running.is_sane()
    running = upbeat(QUERY, PAYING + ", password_file: password, refresh: 1s")

    def source():
        return json.loads(support.run("status", "-c", running.settings, "--json").stdout)["accounts"][0]

    tap.equal((source()["accounts"], source()["failed"]), (2, False), "status")
    server.do("INSERT INTO company VALUES ('gamma', 'Gamma')")
    tap.eventually(lambda: source()["accounts"] == 3, "the new account", 10)
    server.stop()
    story.postgres = None
    tap.eventually(lambda: source()["failed"], "a failure", 10)
    assert source()["accounts"] == 3 and "connection to server on socket" in source()["why"], source()
    assert "sesame" not in running.said(), "the password is logged"
    running.is_sane()


with support.world(Story) as story_of_all:
    sys.exit(tap.run(story_of_all))
