# SPDX-License-Identifier: Apache-2.0
"""Ways to sign in at Radicale that Upbeat cannot use again, and one that it can, for a story: whom a front names in
X-Remote-User or Digest names is taken at the word, and the bearer token of USER is USER's password. Basic goes on."""
import re

from radicale import auth


class Auth(auth.BaseAuth):
    def get_external_login(self, environ):
        if environ.get("HTTP_X_REMOTE_USER"):
            return environ["HTTP_X_REMOTE_USER"], "front"
        authorization = environ.get("HTTP_AUTHORIZATION", "")
        if named := re.match(r'Digest username="(\w+)"', authorization):
            return named[1], "front"
        if token := re.match(r"Bearer (\w+)pw$", authorization):
            return token[1], "front"
        return ()

    def login(self, login, password):
        return login if password in ("front", f"{login}pw") else ""
