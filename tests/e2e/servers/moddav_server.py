# SPDX-License-Identifier: Apache-2.0
"""Apache's mod_dav, a WebDAV server of classes 1 and 2 without calendars: moddav_server.py FOLDER PORT USER [CERTIFICATE KEY]

What it has is at /dav/. With a certificate, it speaks TLS.
"""
import base64
import hashlib
import os
import pathlib
import sys

import hosting

MODULES = pathlib.Path("/usr/lib/apache2/modules")
WANTED = ("mpm_event", "authz_core", "authz_user", "authn_core", "authn_file", "auth_basic", "dav", "dav_fs", "dav_lock", "mime")
APACHE = """\
ServerRoot {folder}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {folder}/run/apache.pid
DefaultRuntimeDir {folder}/run
Mutex sem
{identity}
ErrorLog /dev/stderr
LogLevel warn
{modules}
TypesConfig /etc/mime.types
DavLockDB {folder}/run/locks
DocumentRoot {folder}/root
<Directory {folder}/root/dav>
  Dav On
  AuthType Basic
  AuthName dav
  AuthUserFile {folder}/users
  Require valid-user
</Directory>
"""
TLS = """\
LoadModule ssl_module {modules}/mod_ssl.so
SSLEngine on
SSLCertificateFile {certificate}
SSLCertificateKeyFile {key}
"""


def secret(name):
    return base64.b64encode(hashlib.sha1(f"{name}pw".encode()).digest()).decode()


def configure(folder, port, user, name, pair):
    hosting.make_folder(folder / "run", user)
    hosting.make_folder(folder / "root/dav", user)
    (folder / "users").write_text(f"{name}:{{SHA}}{secret(name)}\n")
    modules = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in WANTED]
    identity = f"User {user}\nGroup {user}" if os.geteuid() == 0 else ""
    text = APACHE.format(folder=folder, port=port, identity=identity, modules="\n".join(modules))
    if pair:
        text += TLS.format(modules=MODULES, certificate=pair[0], key=pair[1])
    (folder / "apache.conf").write_text(text)


def main(folder, port, name, *pair):
    folder, port = pathlib.Path(folder).resolve(), int(port)
    folder.mkdir()
    configure(folder, port, hosting.user_for("www-data"), name, pair)
    with hosting.Household() as household:
        household.start(["apache2", "-d", folder, "-f", folder / "apache.conf", "-D", "FOREGROUND"])
        household.wait_for(lambda: hosting.listens(port), "it listens")
        household.serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
