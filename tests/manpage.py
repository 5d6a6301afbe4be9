# SPDX-License-Identifier: Apache-2.0
"""The examples that manual pages show.

A literal display behind a comment `.\\" file PATH` is that file. One that begins with `$ ` is a session: each such line
is for the shell and prints what follows it, where `...` stands for anything, as a line for any lines. Behind a comment
`.\\" daemon`, it takes a running daemon.
"""
import re

FILE = re.compile(r'\.\\" file (\S+)')


def text_of(line):
    """A line of a literal display as it is shown."""
    return line.removeprefix(r"\&").replace(r"\e", "\\").replace(r"\&", "")


def examples(page):
    """The files that a page shows, as (path, text)."""
    path, lines = None, None
    for line in page.read_text().splitlines():
        mark = FILE.fullmatch(line)
        if mark:
            path = mark[1]
        elif path and line.startswith(".Bd -literal"):
            lines = []
        elif path and line == ".Ed":
            yield path, "".join(f"{each}\n" for each in lines)
            path = lines = None
        elif lines is not None:
            lines.append(text_of(line))
    assert path is None, f"{page.name}: no display behind the mark of {path}"


def sessions(page, daemon=False):
    """The commands of a page and what each prints, as (command, lines): those that take a daemon, or the others."""
    for mark, display in re.findall(r'^(\.\\" daemon\n)?\.Bd -literal.*\n((?:.*\n)*?)\.Ed$', page.read_text(), re.M):
        if not display.startswith("$ ") or bool(mark) != daemon:
            continue
        for command in re.split(r"^\$ ", display, flags=re.M)[1:]:
            line, *printed = command.splitlines()
            yield text_of(line), [text_of(each) for each in printed]


def matches(printed, pattern):
    """Whether lines are as shown."""
    whole = "".join("(?:.*\n)*" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + "\n"
                    for line in pattern)
    return re.fullmatch(whole, printed)
