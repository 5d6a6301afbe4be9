#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes zoneinfo/ and zones.txt: TZif files of a few difficult zones, and the facts that Python's zoneinfo finds in
them.

The tests use copies, as a newer time zone database would change the results. tzdata is in the public domain. Needs zic
and its input: zones.py /usr/share/zoneinfo/tzdata.zi
"""
import os, random, subprocess, sys, tempfile
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

ZONES = ["Africa/Casablanca", "America/New_York", "America/Santiago", "America/Sao_Paulo", "Asia/Gaza",
         "Asia/Kathmandu", "Australia/Lord_Howe", "Europe/Berlin", "Europe/Dublin", "Pacific/Apia"]
FIXED = ["Etc/GMT-1", "Etc/GMT+5", "Etc/GMT-12"]  # nothing is to be found out about them
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
FROM, UNTIL, STEP = -2208988800, 4102444800, 21601  # 1900 to 2100, every six hours and a second
here = os.path.dirname(os.path.abspath(__file__))
random.seed(7)


def install(name, kind, path):
    with tempfile.TemporaryDirectory() as made:
        subprocess.run(["zic", "-b", kind, "-d", made, sys.argv[1]], check=True)
        os.makedirs(os.path.dirname(os.path.join(here, "zoneinfo", path)), exist_ok=True)
        with open(os.path.join(made, name), "rb") as f, open(os.path.join(here, "zoneinfo", path), "wb") as g:
            g.write(f.read())


def at(zone, instant):
    return (EPOCH + timedelta(seconds=instant)).astimezone(zone)


def offset(zone, instant):
    return int(at(zone, instant).utcoffset().total_seconds())


def digest(zone):
    value = 0xcbf29ce484222325
    for instant in range(FROM, UNTIL, STEP):
        value = (value ^ (offset(zone, instant) + 100000)) * 0x100000001b3 % 2**64
    return value


def changes(zone):
    """Instants around which the offset changes, to the day."""
    days = range(FROM, UNTIL, 86400)
    return [day for day in days if offset(zone, day) != offset(zone, day + 86400)]


def main(out):
    for name in ZONES + FIXED:
        install(name, "slim", name)
    install("Europe/Berlin", "fat", "fat/Berlin")
    print("# Made by zones.py. all ZONE DIGEST; at ZONE INSTANT OFFSET NAME; civil ZONE DATE TIME INSTANT", file=out)
    for name in ZONES:
        with open(os.path.join(here, "zoneinfo", name), "rb") as f:
            zone = ZoneInfo.from_file(f)
        print("all", name, f"{digest(zone):016x}", file=out)
        around = changes(zone)
        near = [random.choice(around) + random.randrange(86400) for _ in range(25)]
        for instant in [random.randrange(FROM, UNTIL) for _ in range(15)] + near:
            print("at", name, instant, offset(zone, instant), at(zone, instant).tzname(), file=out)
            wall = at(zone, instant).replace(tzinfo=None) + timedelta(minutes=random.choice([-50, 0, 50]))
            print("civil", name, wall, int((wall.replace(tzinfo=zone) - EPOCH).total_seconds()), file=out)


with open(os.path.join(here, "zones.txt"), "w") as f:
    main(f)
