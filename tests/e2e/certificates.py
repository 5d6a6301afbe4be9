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

    def issue(self, name, names, days=10, at=None, subject=None, usage=None,
              kind=("ec", "-pkeyopt", "ec_paramgen_curve:P-256")):
        """NAME.pem and NAME.key: a certificate for the names, like "DNS:cal.ours.example,IP:127.0.0.1". The subject is
        /CN=NAME unless it is given; usage: what it is good for, like "serverAuth"; anything if not given."""
        certificate, key = (at or self.folder) / f"{name}.pem", (at or self.folder) / f"{name}.key"
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={names}\n" + (f"extendedKeyUsage={usage}\n" if usage else ""))
        wish = openssl("req", "-new", "-newkey", *kind, "-nodes", "-utf8", "-subj",
                       subject or f"/CN={name}", "-keyout", key)
        made = openssl("x509", "-req", "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial", "-days", days,
                       "-extfile", extensions, text=wish)
        certificate.write_text(made)
        return certificate, key

    def revoke(self, *names):
        """The file with the list of the certificates that are revoked: those of the names, and those of before."""
        index, settings = self.folder / "index.txt", self.folder / "revoking.cnf"
        index.touch()
        settings.write_text(f"[ca]\ndefault_ca = it\n[it]\ndatabase = {index}\ndefault_md = sha256\ndefault_crl_days = 9\n"
                            f"certificate = {self.certificate}\nprivate_key = {self.key}\n")
        for name in names:
            openssl("ca", "-config", settings, "-revoke", self.folder / f"{name}.pem")
        lists = self.folder / "crl.pem"
        openssl("ca", "-config", settings, "-gencrl", "-out", lists)
        return lists

    def trust(self):
        """For clients that trust this authority alone."""
        return ssl.create_default_context(cafile=self.certificate)
