# SPDX-License-Identifier: Apache-2.0
"""DAViCal, which schedules: davical_server.py FOLDER PORT ADDRESS...

It is PHP in an Apache of its own, and has a PostgreSQL of its own. The database is made by the package's script.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys

import hosting

HERE = pathlib.Path("/usr/share/davical")
WANTED = ("mpm_prefork", "authz_core", "alias", "dir", "mime", "rewrite", "env")
PRIVILEGES = "ARRAY['read-free-busy', 'schedule-send', 'schedule-deliver']"
ROLES = "CREATE ROLE davical_dba LOGIN PASSWORD 'adminpw'; CREATE ROLE davical_app LOGIN PASSWORD 'adminpw';"
USER = f"""\
INSERT INTO usr (active, email_ok, updated, username, password, fullname, email)
  VALUES (TRUE, current_date, current_date, '{{name}}', '**{{name}}pw', '{{name}}', '{{address}}');
INSERT INTO principal (type_id, user_no, displayname, default_privileges)
  SELECT 1, user_no, fullname, privilege_to_bits({PRIVILEGES}) FROM usr WHERE username = '{{name}}';
"""
CONFIG = """\
<?php
$c->pg_connect[] = 'dbname=davical user=davical_app password=adminpw host={folder}/pg';
$c->enable_auto_schedule = true;
$c->home_calendar_name = 'calendar';
$c->admin_email = 'nobody@localhost';
"""
APACHE = """\
LoadModule php_module {php}
StartServers 4
MaxRequestWorkers 16
KeepAlive On
DocumentRoot {folder}/davical/htdocs
Alias /davical {folder}/davical/htdocs
<Directory {folder}/davical/htdocs>
  AcceptPathInfo On
  AllowOverride None
  Require all granted
  <FilesMatch "[.]php$">
    SetHandler application/x-httpd-php
  </FilesMatch>
</Directory>
php_admin_value include_path "{here}/inc:/usr/share/awl/inc"
php_admin_value open_basedir "{folder}:{here}:/usr/share/awl:/usr/share/zoneinfo:/dev"
php_admin_value session.save_path "{folder}/run"
php_admin_value upload_tmp_dir "{folder}/run"
php_admin_value sys_temp_dir "{folder}/run"
php_value display_errors Off
php_value error_reporting 22519
RewriteEngine On
RewriteRule ^/[.]well-known/(.*)$ /davical/caldav.php/.well-known/$1 [NC,PT]
"""


def configure(folder, port, user):
    shutil.copytree(HERE / "htdocs", folder / "davical/htdocs")
    (folder / "davical/config").mkdir()
    (folder / "davical/config/config.php").write_text(CONFIG.format(folder=folder))
    php = max(hosting.APACHE_MODULES.glob("libphp*.so"))
    hosting.configure_apache(folder, port, user, WANTED, APACHE.format(folder=folder, here=HERE, php=php))


def make_database(folder, addresses):
    """The script takes the roles as they are, and makes all else."""
    environment = {**os.environ, "PGHOST": str(folder / "pg"), "PGUSER": "admin", "PGPASSWORD": "adminpw", "USER": "admin"}
    psql = ["psql", "-qX", "-v", "ON_ERROR_STOP=1"]
    subprocess.run([*psql, "-c", ROLES, "postgres"], env=environment, check=True)
    with (folder / "database.log").open("w") as log:
        script = [HERE / "dba/create-database.sh", "davical", "adminpw"]
        subprocess.run(script, cwd=HERE / "dba", env=environment, check=True, stdout=log, stderr=log)
    for address in addresses:
        statement = USER.format(name=hosting.name_of(address), address=address)
        subprocess.run([*psql, "-c", statement, "davical"], env=environment, check=True)


def main(folder, port, *addresses):
    folder, port = pathlib.Path(folder).resolve(), int(port)
    folder.mkdir()
    with hosting.Household() as household:
        postgres = pathlib.Path(__file__).with_name("postgres_server.py")
        household.start([sys.executable, "-B", postgres, folder / "pg"], ends_by=signal.SIGINT)
        ready = ["pg_isready", "-q", "-h", folder / "pg"]
        household.wait_for(lambda: subprocess.run(ready).returncode == 0, "PostgreSQL takes connections")
        make_database(folder, addresses)
        configure(folder, port, hosting.user_for("www-data"))
        household.start_apache(folder, port)
        for name in map(hosting.name_of, addresses):
            status = hosting.ask("MKCALENDAR", port, f"/davical/caldav.php/{name}/calendar/", name)
            if status not in (201, 405):
                sys.exit(f"davical_server.py: {name} has no calendar: {status}")
        household.serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
