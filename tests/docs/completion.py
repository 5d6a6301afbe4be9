# SPDX-License-Identifier: Apache-2.0
"""Shells complete what the program takes: its commands, and the options that each one's help lists."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import tap

UPBEAT = os.environ["UPBEAT"]
LAST = '''{file}
compopt() {{ :; }}
COMP_WORDS=({words}) COMP_CWORD=$(({n} - 1))
_upbeat upbeat "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD-1]}}"
printf '%s\\n' "${{COMPREPLY[@]}}"
'''


def said(*words):
    return subprocess.run([UPBEAT, *words], capture_output=True, text=True, timeout=60, check=True).stdout


COMMANDS = re.findall(r"(?m)^  ([a-z]+) +\S", said("--help").partition("Commands:")[2].partition("\n\n")[0])


def options_of(command):
    return re.findall(r"(?m)^  (?:-\w, |    )(--[a-z-]+)", said(command, "--help"))


def bash(*words, cwd="/"):
    """What bash offers for the last word."""
    if not shutil.which("bash"):
        raise tap.Skip("there is no bash")
    quoted = " ".join(f"'{word}'" for word in words)
    script = LAST.format(file=said("completion", "bash"), words=quoted, n=len(words))
    done = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, timeout=60, cwd=cwd)
    tap.equal((done.returncode, done.stderr), (0, ""), words)
    return done.stdout.split()


@tap.case("bash offers each command, and of each its options")
def _():
    assert len(COMMANDS) > 10, COMMANDS
    tap.equal(bash("upbeat", ""), [*COMMANDS, "help", "--help", "--version"], "commands")
    tap.equal(bash("upbeat", "che"), ["check"], "che")
    for command in COMMANDS:
        tap.equal(bash("upbeat", command, "--"), options_of(command), command)


@tap.case("bash offers files or folders where the program wants one, and nothing where it wants a word")
def _():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "rules").mkdir()
        (folder / "run it.yaml").touch()
        tap.equal(bash("upbeat", "serve", "-c", "ru", cwd=folder), ["run", "it.yaml", "rules"], "a file")
        tap.equal(bash("upbeat", "plan", "--rules", "ru", cwd=folder), ["rules"], "a folder")
        tap.equal(bash("upbeat", "plan", "--at", "ru", cwd=folder), [], "a time")
        tap.equal(bash("upbeat", "test", "ru", cwd=folder), ["run", "it.yaml", "rules"], "an argument")


@tap.case("bash offers the topics of the help")
def _():
    topics = bash("upbeat", "help", "")
    tap.equal(set(topics) - set(COMMANDS), {"commands", "settings", "servers", "rules", "diagnostics", "plugins"}, "topics")


def has_all(shell, option):
    text = said("completion", shell)
    for command in COMMANDS:
        part = re.search(rf"(?ms)^.*\b{command}[:) ].*", text)[0]
        for name in options_of(command):
            assert re.search(option.format(name=name[2:]), part), f"{shell}: {command} {name}"
    if shutil.which(shell):
        done = subprocess.run([shell, "-n"], input=text, capture_output=True, text=True, timeout=60)
        tap.equal((done.returncode, done.stderr), (0, ""), shell)


@tap.case("zsh is told of each command and option, in its own language where it is there to judge")
def _():
    has_all("zsh", r"--{name}\b")


@tap.case("fish is told of each command and option, in its own language where it is there to judge")
def _():
    has_all("fish", r"-l {name}\b")


@tap.case("of another shell nothing is known")
def _():
    done = subprocess.run([UPBEAT, "completion", "csh"], capture_output=True, text=True, timeout=60)
    tap.equal((done.returncode, done.stdout), (3, ""), done.stderr)
    tap.contains(done.stderr, "of `csh`, only of bash, zsh and fish", "why")


sys.exit(tap.run())
