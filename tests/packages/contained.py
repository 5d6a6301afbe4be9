# SPDX-License-Identifier: Apache-2.0
"""`make check-deb`: the container file is built by buildah, and its daemon answers. What it begins with is a fresh Debian of
debootstrap's, under the name that the file has."""
import os
import pathlib
import shutil
import subprocess
import sys

TOP = pathlib.Path(os.environ["srcdir"])
sys.path.append(str(TOP / "tests/e2e"))
import support  # noqa: E402
import tap  # noqa: E402


class Story(support.World):
    def __enter__(self):
        super().__enter__()
        if os.geteuid() != 0 or not shutil.which("debootstrap") or not shutil.which("buildah"):
            tap.skip_all("this needs root, debootstrap and buildah")
        self.server = self.start(support.Radicale)
        self.settings = self.folder / "settings"
        self.settings.mkdir()
        self.port = support.free_port()
        root = self.folder / "debian"
        subprocess.run(["debootstrap", "--variant=minbase", "bookworm", root], check=True, stdout=subprocess.DEVNULL)
        container = self.buildah("from", "scratch")
        self.buildah("add", "-q", container, root, "/")
        self.buildah("commit", "-q", container, "localhost/debian:12")
        return self

    def words(self, *words):
        place = ["--storage-driver", "vfs", "--root", self.folder / "images", "--runroot", self.folder / "run"]
        return ["buildah", *place, *words]

    def buildah(self, *words):
        done = subprocess.run(self.words(*words), capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{words}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout.strip()

    def inside(self, *words):
        """How something is run in the container, with the settings of this machine."""
        return self.words("run", "--isolation", "chroot", "--user", "upbeat", "-v", f"{self.settings}:/etc/upbeat", self.container, *words)


class Daemon(support.Process):
    def __init__(self, folder, story):
        super().__init__("contained", story.inside("upbeat", "serve", "-c", "/etc/upbeat/upbeat.yaml"), folder)
        self.wait_for(lambda: support.listens(story.port) and support.has_engine(self), "it listens")


@tap.case("the container file builds, and what it has made writes its settings and answers")
def _(story):
    file = TOP / "src/packaging/container/Containerfile"
    story.buildah("bud", "--isolation", "chroot", "--pull-never", "-t", "upbeat", "-f", file, os.environ["PACKAGES"])
    story.container = story.buildah("from", "--pull-never", "localhost/upbeat")
    os.chown(story.settings, 990, 990)
    init = story.inside("upbeat", "init", "--listen", f"127.0.0.1:{story.port}", "--upstream", story.server.url,
                        "--domain", "ours.example", "/etc/upbeat")
    subprocess.run(init, check=True, stdout=subprocess.DEVNULL)
    story.start(Daemon, story)
    path = f"http://127.0.0.1:{story.port}{story.server.calendar_of('alice')}"
    tap.equal(support.request("PROPFIND", path, "alice", fields={"Depth": "0"}).status, 207, "PROPFIND")
    shown = subprocess.run(story.inside("upbeat", "status", "-c", "/etc/upbeat/upbeat.yaml"), capture_output=True, text=True)
    tap.contains(shown.stdout + shown.stderr, "is running", "status")


with support.world(Story) as world:
    sys.exit(tap.run(world))
