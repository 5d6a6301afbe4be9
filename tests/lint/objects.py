# SPDX-License-Identifier: Apache-2.0
"""What was compiled: the objects of the program's archives and of the plugins, and their symbols."""
import pathlib
import subprocess

ARCHIVES = ("libcore_a-", "libshell_a-")
SUFFIXES = (".c", ".cc")


def find(top, build):
    """The source of each object; an object without a source is left from an earlier build."""
    found = {}
    for path, stem in (*program(build), *plugins(build)):
        for suffix in SUFFIXES:
            if (top / f"{stem}{suffix}").exists():
                found[path] = f"{stem}{suffix}"
    return found


def program(build):
    """(object, its source without the suffix)"""
    for path in sorted((build / "src").rglob("*.o")):
        for archive in ARCHIVES:
            if path.name.startswith(archive):
                yield path, path.relative_to(build).parent / path.stem.removeprefix(archive)


def plugins(build):
    """The same. A plugin's folder has its objects below .libs; those for tests begin with `san-`."""
    for path in sorted((build / "plugin").rglob(".libs/*.o")):
        if not path.name.startswith("san-"):
            yield path, path.relative_to(build).parent.parent / path.stem.rpartition("_la-")[2]


def symbols(sources):
    """(source, name, kind) of each symbol that is defined for other objects or needed from them; kinds are nm's."""
    command = ["nm", "-g", "-A", "-P", *sources]
    for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
        where, rest = line.rsplit(": ", 1)
        name, kind = rest.split()[:2]
        yield sources[pathlib.Path(where)], name, kind


def is_defined(kind):
    return kind not in "Uwv"
