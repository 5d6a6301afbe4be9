# SPDX-License-Identifier: Apache-2.0
"""An authority of the tests, and certificates that it vouches for: made by openssl, in a folder, as PEM files."""
import pathlib
import ssl
import subprocess

import tap


def openssl(*words, text=None):
    try:
        done = subprocess.run(["openssl", *map(str, words)], input=text, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise tap.Skip("there is no openssl to make certificates") from None
    assert done.returncode == 0, done.stderr
    return done.stdout


class Authority:
    def __init__(self, folder, name="tests"):
        self.folder = pathlib.Path(folder)
        self.key, self.certificate = self.folder / f"{name}-ca.key", self.folder / f"{name}-ca.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 30,
                "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.certificate)

    def issue(self, name, names, days=10, at=None, kind=("ec", "-pkeyopt", "ec_paramgen_curve:P-256")):
        """NAME.pem and NAME.key: a certificate for the names, like "DNS:cal.ours.example,IP:127.0.0.1"."""
        certificate, key = (at or self.folder) / f"{name}.pem", (at or self.folder) / f"{name}.key"
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={names}\n")
        wish = openssl("req", "-new", "-newkey", *kind, "-nodes", "-subj", f"/CN={name}", "-keyout", key)
        made = openssl("x509", "-req", "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial", "-days", days,
                       "-extfile", extensions, text=wish)
        certificate.write_text(made)
        return certificate, key

    def trust(self):
        """For clients that trust this authority alone."""
        return ssl.create_default_context(cafile=self.certificate)
