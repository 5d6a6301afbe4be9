# SPDX-License-Identifier: Apache-2.0
"""Thunderbird with a profile of its own and no display, told what to do over Marionette, the protocol of its tests."""
import json
import os
import pathlib
import re
import socket
import time

import support
import tap

NOWHERE = "http://127.0.0.1:9/"
PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "calendar.timezone.local": "Europe/Berlin",
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.spotlight.firstRunDone": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.proxy.type": 0,
    "services.settings.server": NOWHERE,
    "toolkit.telemetry.server": NOWHERE,
}
BEGIN = """
const A = arguments, W = Services.wm.getMostRecentWindow("mail:3pane");
const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
const pause = time => new Promise(done => W.setTimeout(done, time));
const all = async calendar => {
  const found = [];
  const filter = Ci.calICalendar.ITEM_FILTER_TYPE_ALL | Ci.calICalendar.ITEM_FILTER_COMPLETED_ALL;
  for await (const items of cal.iterate.streamValues(calendar.getItems(filter, 0, null, null))) found.push(...items);
  return found;
};
W.storyEnd = null;
(async () => { %s })().then(value => { W.storyEnd = [true, value]; }, why => { W.storyEnd = [false, String(why)]; });
"""
END = 'return Services.wm.getMostRecentWindow("mail:3pane").storyEnd'
IS_UP = 'const W = Services.wm.getMostRecentWindow("mail:3pane"); return !!W && W.document.readyState == "complete"'
ADD = """
const [url, user, password, realm] = A, address = Services.io.newURI(url);
const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
login.init(address.prePath, null, realm, user, password, "", "");
await Services.logins.addLoginAsync(login);
const calendar = cal.manager.createCalendar("caldav", address);
calendar.name = "story";
calendar.setProperty("username", user);
calendar.setProperty("cache.enabled", false);
cal.manager.registerCalendar(calendar);
W.story = calendar;
await pause(3000);
return Number(calendar.getProperty("currentStatus") || 0);
"""
SHOWN = """
W.story.refresh();
await pause(1500);
return (await all(W.story)).map(item => [item.isTodo() ? "VTODO" : "VEVENT", item.title, item.descriptionHTML || ""]);
"""
CREATE = """
const { CalEvent } = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
await W.story.addItem(new CalEvent(A[0]));
"""
FOUND = "const item = (await all(W.story)).find(one => one.title == A[0]);"
RETITLE = FOUND + "const changed = item.clone(); changed.title = A[1]; await W.story.modifyItem(changed, item);"
COMPLETE = FOUND + "const changed = item.clone(); changed.isCompleted = true; await W.story.modifyItem(changed, item);"
REMOVE = FOUND + "await W.story.deleteItem(item);"
TASKS = """
const composite = cal.view.getCompositeCalendar(W), found = {};
composite.removeCalendar(W.story);
W.document.getElementById("tabmail").openTab("tasks");
await pause(1500);
const tree = W.document.getElementById("calendar-task-tree");
const list = async filter => {
  W.taskViewUpdate(filter);
  await pause(700);
  return tree.mTaskArray.map(task => task.title);
};
found.unticked = await list("all");
composite.addCalendar(W.story);
for (const filter of ["all", "throughcurrent"]) found[filter] = await list(filter);
return found;
"""


class Thunderbird(support.Process):
    """do(script, argument...) runs one of the scripts above and gives what it returns."""

    def __init__(self, folder, url, user):
        self.profile = pathlib.Path(folder) / "profile"
        self.profile.mkdir()
        self.port = support.free_port()
        preferences = {**PREFERENCES, "marionette.port": self.port}
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items())
        (self.profile / "user.js").write_text("".join(lines))
        os.environ.pop("DISPLAY", None)
        command = [
            "thunderbird", "--headless", "--marionette", "--remote-allow-system-access", "--no-remote", "--profile", self.profile]
        super().__init__("thunderbird", command, folder, HOME=str(folder), MOZ_HEADLESS="1")
        self.wait_for(lambda: support.listens(self.port), "it listens", 90)
        self.socket = socket.create_connection(("127.0.0.1", self.port), 90)
        self.bytes, self.sent = b"", 0
        self.receive()
        self.tell("WebDriver:NewSession", capabilities={"alwaysMatch": {"unhandledPromptBehavior": "ignore"}})
        self.tell("Marionette:SetContext", value="chrome")
        self.wait_for(lambda: self.run(IS_UP), "its window is there", 60)
        time.sleep(3)  # its calendars come up after its window
        tap.equal(self.do(ADD, url, user, support.password(user), realm_of(url)), 0, "state of the calendar that was added")

    def receive(self):
        while b":" not in self.bytes:
            self.bytes += self.socket.recv(65536)
        length, _, rest = self.bytes.partition(b":")
        while len(rest) < int(length):
            rest += self.socket.recv(65536)
        self.bytes = rest[int(length) :]
        return json.loads(rest[: int(length)])

    def tell(self, command, **parameters):
        self.sent += 1
        message = json.dumps([0, self.sent, command, parameters]).encode()
        self.socket.sendall(b"%d:%s" % (len(message), message))
        _, _, failure, result = self.receive()
        assert not failure, failure
        return result

    def run(self, script, *arguments):
        return (self.tell("WebDriver:ExecuteScript", script=script, args=list(arguments)) or {}).get("value")

    def do(self, script, *arguments):
        self.run(BEGIN % script, *arguments)
        good, value = tap.eventually(lambda: self.run(END), "Thunderbird's answer", 60)
        assert good, value
        return value

    def stop(self, seconds=20):
        """Also what Thunderbird has started, which is in its process group."""
        if self.child.poll() is None:
            self.kill_group()
        return self.child.wait()


def realm_of(url):
    answer = support.request("PROPFIND", url, fields={"Depth": "0"})
    return re.search(r'realm="([^"]*)"', answer.field("WWW-Authenticate"))[1]
