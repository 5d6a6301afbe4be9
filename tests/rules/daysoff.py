# SPDX-License-Identifier: Apache-2.0
"""The shipped holiday calendars: years written down by hand, days of another source, and the program reads all."""
import datetime
import importlib.machinery
import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import tap

TOP = pathlib.Path(os.environ["srcdir"]).resolve()
FOLDER = TOP / "rules/holidays"
loader = importlib.machinery.SourceFileLoader("generate", str(FOLDER / "generate"))
generate = importlib.util.module_from_spec(importlib.util.spec_from_loader("generate", loader))
loader.exec_module(generate)
REGIONS = {region[0]: region for region in generate.REGIONS}

# All days of a year, in order, written down by hand: years in which weekends, leap years or new laws matter.
WHOLE = {
    ("gb", 2027): "0101 0326 0329 0503 0531 0830 1225 1226 1227 1228",
    ("gb", 2028): "0101 0103 0414 0417 0501 0529 0828 1225 1226",
    ("ie", 2030): "0101 0201 0317 0422 0506 0603 0805 1028 1225 1226",
    ("ca", 2029): "0101 0330 0521 0702 0903 0930 1008 1111 1225 1226",
    ("us", 2028): "0101 0117 0221 0529 0619 0704 0904 1009 1110 1111 1123 1225",
    ("au", 2027): "0101 0126 0326 0329 0425 1225 1226 1227 1228",
    ("fr", 2026): "0101 0406 0501 0508 0514 0525 0714 0815 1101 1111 1225",
    ("de-sn", 2026): "0101 0403 0406 0501 0514 0525 1003 1031 1118 1225 1226",
    ("de-be", 2025): "0101 0308 0418 0421 0501 0508 0529 0609 1003 1225 1226",
    ("se", 2026): "0101 0106 0403 0405 0406 0501 0514 0524 0606 0619 0620 1031 1224 1225 1226 1231",
    ("fi", 2026): "0101 0106 0403 0405 0406 0501 0514 0524 0619 0620 1031 1206 1224 1225 1226",
    ("dk", 2025): "0101 0417 0418 0420 0421 0529 0608 0609 1225 1226",
    ("no", 2027): "0101 0325 0326 0328 0329 0501 0506 0516 0517 1225 1226",
    ("nl", 2025): "0101 0420 0421 0426 0505 0529 0608 0609 1225 1226",
    ("pl", 2025): "0101 0106 0420 0421 0501 0503 0608 0619 0815 1101 1111 1224 1225 1226",
    ("in", 2026): "0126 0815 1002",
}

# Where the Python package `holidays` of Debian says otherwise, and why we do not follow. A day is ours or theirs.
NAMES = {"fr": "FRA", "gb": "UK", "in": "IND"}
KNOWN = {
    "be": "Pasen|Pinksteren",  # Sundays that are no legal holidays
    "ca": ".*",  # it is Ontario's; the whole list is tested above
    "ch": "Ostern|Pfingsten|St Stephen's Day",
    "de-be": ".*Jahrestag.*",  # single days that a law gave later
    "de-mv": "Internationaler Frauentag",  # since 2023
    "dk": "Palmesøndag|Store bededag",  # a Sunday; abolished in 2024
    "gb": r".*\[(Scotland|Northern Ireland)\].*",
    "ie": "St Brigid's Day|.*\\(Observed\\)",  # since 2023; chosen by employers
    "in": "Makar Sankranti / Pongal|Labour Day|Christmas",
    "it": "Pasqua di Resurrezione|San Francesco d'Assisi",  # a Sunday; since 2026
    "no": "Søndag",  # each of them
    "pl": "Wigilia Bożego Narodzenia",  # since 2025
    "se": "Söndag",
    "us": "Juneteenth.*",  # since 2021
}


def days_of(code, year):
    """All of that year, also those that belong to the next year's holidays."""
    both = [*generate.holidays(REGIONS[code], year), *generate.holidays(REGIONS[code], year + 1)]
    return {day: name for day, name in both if day.year == year}


for (code, year), days in WHOLE.items():
    @tap.case(f"{code}: the days of {year} are those written down")
    def _(code=code, year=year, days=days):
        tap.equal(" ".join(f"{day:%m%d}" for day in sorted(days_of(code, year))), days, "days")


@tap.case("Easter is on the days of the astronomers' table")
def _():
    # The earliest and the latest of all, and the two exceptions of the Gregorian rule.
    for day in ((1818, 3, 22), (2285, 3, 22), (1943, 4, 25), (2038, 4, 25), (1954, 4, 18), (1981, 4, 19), (2049, 4, 18)):
        tap.equal(generate.easter_sunday(day[0]), datetime.date(*day), "Easter")


def theirs(package, code, year):
    country, _, state = code.partition("-")
    make = getattr(package, NAMES.get(country, country.upper()))
    more = {"prov": state.upper()} if state else {}
    return {day: name for day, name in make(years=[year, year + 1], **more).items() if day.year == year}


@tap.case("another source has the same days from 2024 to 2036, but for known ones")
def _():
    try:
        import holidays as package
    except ImportError:
        raise tap.Skip("python3-holidays is not installed")
    if package.__version__ != "0.10.1":
        raise tap.Skip(f"known are the differences to 0.10.1, this is {package.__version__}")
    for code in REGIONS:
        for year in range(2024, 2037):
            other, own = theirs(package, code, year), days_of(code, year)
            odd = {day: own.get(day) or other[day] for day in set(other) ^ set(own)}
            unknown = {day: name for day, name in odd.items() if not re.fullmatch(KNOWN.get(code, ""), name)}
            assert not unknown, f"{code}: {sorted(unknown.items())}"


@tap.case("the program reads every calendar")
def _():
    codes = sorted(path.stem for path in FOLDER.glob("*.ics"))
    settings = ("listen: 127.0.0.1:8642\nupstream: http://127.0.0.1:5232\nstore: memory\n"
                f"rules: {TOP}/rules\n"
                f"organization:\n  domains: [ours.example]\n  holidays: [{', '.join(codes)}]\n")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "upbeat.yaml"
        path.write_text(settings)
        run = subprocess.run([os.environ["UPBEAT"], "check", "-c", path], capture_output=True, text=True, timeout=60)
    assert len(codes) > 30 and run.returncode == 0, f"{len(codes)} calendars\n{run.stdout}{run.stderr}"


sys.exit(tap.run())
