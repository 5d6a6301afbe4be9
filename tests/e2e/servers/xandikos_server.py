# SPDX-License-Identifier: Apache-2.0
"""Xandikos for several users: xandikos_server.py FOLDER PORT USER:PASSWORD...

Xandikos itself knows no users; its manual puts a web server in front. Here the same application asks for Basic
authentication, so that nothing stands between what is tested and Xandikos. A user has what is below /USER/; the first one
named has everything, as a service account does.
"""
import base64
import binascii
import contextvars
import pathlib
import sys

from aiohttp import web
from xandikos.web import XandikosApp, XandikosBackend

USER = contextvars.ContextVar("user")


class CurrentUser:
    """Xandikos formats the principal's path by `%`."""

    def __mod__(self, _):
        return f"/{USER.get()}/"


def user_of(request, passwords):
    """The user whose name and password the request gives, or None."""
    scheme, _, code = request.headers.get("Authorization", "").partition(" ")
    try:
        user, _, password = base64.b64decode(code).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user if scheme.lower() == "basic" and passwords.get(user) == password else None


def application(folder, passwords):
    backend = XandikosBackend(folder)
    for user in passwords:
        backend._mark_as_principal(f"/{user}/")
        if not (pathlib.Path(folder) / user).is_dir():
            backend.create_principal(f"/{user}/", create_defaults=True)
    dav = XandikosApp(backend, current_user_principal=CurrentUser(), strict=True)

    async def answer(request):
        user = user_of(request, passwords)
        if user is None:
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="xandikos"'})
        if request.path.split("/")[1] not in ("", user) and user != next(iter(passwords)):
            return web.Response(status=403)
        USER.set(user)
        return await dav.aiohttp_handler(request, "/")

    server = web.Application()
    server.router.add_route("*", "/{path_info:.*}", answer)
    return server


def main(folder, port, *users):
    passwords = dict(user.split(":", 1) for user in users)
    web.run_app(application(folder, passwords), host="127.0.0.1", port=int(port), print=None)


main(*sys.argv[1:])
