# SPDX-License-Identifier: Apache-2.0
"""A Debian in a folder, booted: its systemd runs in namespaces and a control group of its own, and shares this machine's
network alone. Needs root."""
import os
import pathlib
import signal
import subprocess

import support
import tap

# What systemd wants to find. The kernel's settings, its clock and its devices stay out of reach.
BOOT = r"""
set -e
echo $$ >"$2/cgroup.procs"
exec unshare -m -p -u -i -C --fork --kill-child sh -ec '
root=$0
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$root/sys"
mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755,nosuid tmpfs "$root/run"
mount -t tmpfs -o mode=755,nosuid tmpfs "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
mount -t tmpfs -o nosuid,nodev tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for device in null zero full random urandom tty; do
	touch "$root/dev/$device"
	mount --bind "/dev/$device" "$root/dev/$device"
done
mount --make-rshared "$root"
exec env -i container=upbeat PATH=/usr/sbin:/usr/bin:/sbin:/bin setpriv \
	--bounding-set -sys_time,-sys_module,-sys_rawio,-sys_boot,-syslog chroot "$root" /lib/systemd/systemd
' "$1"
"""
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}


def cgroups():
    """Where this machine's control groups are that systemd can use."""
    for line in pathlib.Path("/proc/mounts").read_text().splitlines():
        _, place, kind, options, *_ = line.split()
        if kind == "cgroup2" and "rw" in options.split(","):
            return pathlib.Path(place)
    tap.skip_all("there is no cgroup2 that can be written, so that no systemd can be booted")


class Machine(support.Process):
    def __init__(self, folder, root):
        self.root = root
        self.group = cgroups() / f"upbeat-check-{os.getpid()}"
        self.group.mkdir()
        super().__init__("machine", ["sh", "-c", BOOT, "sh", root, self.group], folder)
        self.wait_for(self.is_up, "systemd is up", 60)

    def first(self):
        """The process that is the machine's first, as this machine counts."""
        return next(iter(support.children_of(self.pid)), None)

    def is_up(self):
        return self.first() and self.run("systemctl is-system-running").stdout.strip() in ("running", "degraded")

    def run(self, command):
        words = ["nsenter", "-t", str(self.first()), "-m", "-p", "-u", "-i", "-C", "chroot", self.root, "sh", "-c", command]
        return subprocess.run(words, capture_output=True, text=True, env=ENVIRONMENT, timeout=600, check=False)

    def says(self, command):
        done = self.run(command)
        assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout

    def stop(self, seconds=15):
        """Nothing in it outlives its first process."""
        if self.child.poll() is None and self.first():
            os.kill(self.first(), signal.SIGKILL)
        status = super().stop(seconds)
        for path, *_ in os.walk(self.group, topdown=False):
            pathlib.Path(path).rmdir()
        return status
