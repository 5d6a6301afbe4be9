# SPDX-License-Identifier: Apache-2.0
"""Evolution Data Server, which GNOME's calendars use, without a display: evolution_client.py CALENDAR-URL USER PASSWORD.

To be run in a D-Bus session of its own, with a key ring that is open. It prints `ready` as JSON, then an answer to each
line of its input, [command, argument...] as JSON.
"""
import json
import sys
import time
import urllib.parse

import gi

for name, version in (("EDataServer", "1.2"), ("ECal", "2.0"), ("ICalGLib", "3.0")):
    gi.require_version(name, version)
from gi.repository import ECal, EDataServer, GLib, ICalGLib  # noqa: E402

KINDS = {"VEVENT": ECal.ClientSourceType.EVENTS, "VTODO": ECal.ClientSourceType.TASKS}
EXTENSIONS = {"VEVENT": EDataServer.SOURCE_EXTENSION_CALENDAR, "VTODO": EDataServer.SOURCE_EXTENSION_TASK_LIST}
PATIENCE = 30  # seconds
AT_ONCE = 2**32 - 1  # what waits for the connection would keep the main loop from hearing of it


def wait_for(question, what):
    context, end = GLib.MainContext.default(), time.monotonic() + PATIENCE
    while not (found := question()):
        if time.monotonic() > end:
            sys.exit(f"evolution_client.py: {what}: not within {PATIENCE} s")
        context.iteration(False)
        time.sleep(0.05)
    return found


def source_of(kind, url, user):
    source = EDataServer.Source.new_with_uid(f"story-{kind}", None)
    source.set_display_name("story")
    source.set_parent("caldav-stub")
    source.get_extension(EXTENSIONS[kind]).set_backend_name("caldav")
    login = source.get_extension(EDataServer.SOURCE_EXTENSION_AUTHENTICATION)
    login.set_host(url.hostname)
    login.set_port(url.port)
    login.set_user(user)
    login.set_method("plain/password")
    source.get_extension(EDataServer.SOURCE_EXTENSION_WEBDAV_BACKEND).set_resource_path(url.path)
    source.get_extension(EDataServer.SOURCE_EXTENSION_SECURITY).set_method("none")
    return source


class Session:
    """The user's calendar, once as events and once as tasks."""

    def __init__(self, url, user, password):
        url = urllib.parse.urlsplit(url)
        registry = EDataServer.SourceRegistry.new_sync(None)
        registry.create_sources_sync([source_of(kind, url, user) for kind in KINDS], None)
        self.clients = {}
        for kind, number in KINDS.items():
            source = wait_for(lambda kind=kind: registry.ref_source(f"story-{kind}"), "the source")
            source.store_password_sync(password, False, None)
            client = ECal.Client.connect_sync(source, number, AT_ONCE, None)
            wait_for(lambda client=client: client.is_online() and not client.is_readonly(), "a calendar to write")
            self.clients[kind] = client

    def list(self):
        """(kind, UID, title) of all that it shows, after it has looked at the server."""
        found = []
        for kind, client in self.clients.items():
            client.refresh_sync(None)
            _, objects = client.get_object_list_sync("#t", None)
            found += [(kind, one.get_uid(), one.get_summary()) for one in objects]
        return found

    def create(self, kind, text):
        client = self.clients[kind]
        return client.create_object_sync(ICalGLib.Component.new_from_string(text), ECal.OperationFlags.NONE, None)[0]

    def change(self, kind, uid, put):
        client = self.clients[kind]
        _, component = client.get_object_sync(uid, None, None)
        put(component)
        return client.modify_object_sync(component, ECal.ObjModType.THIS, ECal.OperationFlags.NONE, None)

    def retitle(self, kind, uid, title):
        return self.change(kind, uid, lambda component: component.set_summary(title))

    def complete(self, uid):
        return self.change("VTODO", uid, lambda todo: todo.set_status(ICalGLib.PropertyStatus.COMPLETED))

    def remove(self, kind, uid):
        client = self.clients[kind]
        return client.remove_object_sync(uid, None, ECal.ObjModType.THIS, ECal.OperationFlags.NONE, None)


def main(url, user, password):
    session = Session(url, user, password)
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        try:
            answer = getattr(session, command)(*arguments)
        except GLib.Error as failure:
            answer = f"failed: {failure.message}"
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
