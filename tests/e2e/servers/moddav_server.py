# SPDX-License-Identifier: Apache-2.0
"""Apache's mod_dav, a WebDAV server of classes 1 and 2 without calendars: moddav_server.py FOLDER PORT USER [CERTIFICATE KEY]

What it has is at /dav/. With a certificate, it speaks TLS.
"""
import base64
import hashlib
import pathlib
import sys

import hosting

WANTED = ("mpm_event", "authz_core", "authz_user", "authn_core", "authn_file", "auth_basic", "dav", "dav_fs", "dav_lock", "mime")
APACHE = """\
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
    hosting.make_folder(folder / "root/dav", user)
    (folder / "users").write_text(f"{name}:{{SHA}}{secret(name)}\n")
    more = APACHE.format(folder=folder)
    if pair:
        more += TLS.format(modules=hosting.APACHE_MODULES, certificate=pair[0], key=pair[1])
    hosting.configure_apache(folder, port, user, WANTED, more)


def main(folder, port, name, *pair):
    folder, port = pathlib.Path(folder).resolve(), int(port)
    folder.mkdir()
    configure(folder, port, hosting.user_for("www-data"), name, pair)
    with hosting.Household() as household:
        household.start_apache(folder, port)
        household.serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
