# SPDX-License-Identifier: Apache-2.0
"""The lints are tested: each finds a planted fault of its kind, and the fault's place."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import tap

TOP = pathlib.Path(os.environ["srcdir"])
BUILD = pathlib.Path(os.environ["builddir"])
SPDX = "/* SPDX-License-Identifier: Apache-2.0 */\n"
scratch = pathlib.Path(tempfile.mkdtemp(prefix="upbeat-lint-"))


def lint(name, *arguments):
    return subprocess.run([TOP / "tests/lint" / name, *arguments], capture_output=True, text=True)


def project(**files):
    """A small project with the files path=text."""
    top = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    (top / "src").mkdir()
    shutil.copy(TOP / "src/LAYERS", top / "src/LAYERS")
    for name, text in files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return top


def finds(run, where, what):
    assert run.returncode == 1, f"status {run.returncode}\n{run.stdout}{run.stderr}"
    line = next((line for line in run.stdout.splitlines() if line.startswith(where)), None)
    assert line, f"nothing at {where}:\n{run.stdout}"
    tap.contains(line, what, where)


def compiled(top, *names):
    """Compiles files of the project as the program's build does it, and a plugin's."""
    for name in names:
        path = top / f"{name}.c"
        built = path.parent / (f".libs/x_la-{path.stem}.o" if name.startswith("plugin/") else f"libcore_a-{path.stem}.o")
        built.parent.mkdir(exist_ok=True)
        subprocess.run(["gcc", "-c", "-o", built, path], check=True)


def archive(text):
    """An archive with one object, compiled from the text."""
    top = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    (top / "object.c").write_text(text)
    subprocess.run(["gcc", "-c", "-O1", "object.c"], cwd=top, check=True)
    subprocess.run(["ar", "rc", "lib.a", "object.o"], cwd=top, check=True)
    return top / "lib.a"


@tap.case("layers: an include upwards, across, and of nobody's header")
def _():
    top = project(**{
        "src/base/a.c": '#include "upbeat/base.h"\n#include "upbeat/cal.h"\n',
        "src/cal/a.c": '#include "../yaml/yaml-private.h"\n#include "upbeat/nobody.h"\n',
        "src/yaml/yaml-private.h": "",
        "src/elsewhere/a.c": "",
        "include/upbeat/cal.h": '#include "upbeat/engine.h"\n',
    })
    run = lint("layers", top)
    finds(run, "src/base/a.c:2:", "base may not include cal")
    finds(run, "src/cal/a.c:1:", "cal may not include yaml")
    finds(run, "src/cal/a.c:2:", "no header of a folder")
    finds(run, "src/elsewhere/a.c:1:", "no folder of src/LAYERS")
    finds(run, "include/upbeat/cal.h:1:", "cal may not include engine")


@tap.case("codes: one without an entry, one with two, one that nothing reports")
def _():
    entry = '\t{ "%s", "title", "text", NULL, NULL },\n'
    top = project(**{
        "src/cli/codes-a.c": entry % "known" + entry % "idle",
        "src/cli/codes-b.c": entry % "known",
        "src/rules/a.c": 'ub_error(diags, "known", place, "no");\nub_warning(diags, n ? "one" : "two", place, "x");\n',
    })
    run = lint("codes", top)
    finds(run, "src/cli/codes-b.c:1:", "`known` has an entry in")
    finds(run, "src/cli/codes-a.c:2:", "nothing reports `idle`")
    finds(run, "src/rules/a.c:2:", "`one` is in no")
    assert "`two` is in no" in run.stdout, run.stdout


@tap.case("layers: a file that allows an include downwards")
def _():
    top = project()
    (top / "src/LAYERS").write_text("core base cal\ncore cal base\n")
    finds(lint("layers", top), "src/LAYERS:1:", "does not stand above")


def circles(listed, **needs):
    """Runs the lint on files folder/name="needed names", below src/ or plugin/. Each file defines a function of its name,
    which calls the needed ones."""
    top = project(**{"src/CIRCLES": listed})
    for name, others in needs.items():
        own, *needed = (each.replace("/", "_") for each in (name, *others.split()))
        stem = name if name.startswith("plugin/") else f"src/{name}"
        path = top / f"{stem}.c"
        path.parent.mkdir(parents=True, exist_ok=True)
        declared = "".join(f"void {each}(void);\n" for each in (own, *needed))
        path.write_text(declared + f"void {own}(void)\n{{\n" + "".join(f"\t{each}();\n" for each in needed) + "}\n")
        compiled(top, stem)
    return lint("circles", top, top)


@tap.case("circles: one that nobody listed, and by which functions it goes")
def _():
    run = circles("", **{"cal/a": "base/x cal/b", "cal/b": "cal/c base/x", "cal/c": "cal/a", "base/x": ""})
    finds(run, "src/cal/a.c:1:", "a needs cal_b of b, which needs cal_c of c, which needs cal_a of a")
    tap.equal(len(run.stdout.splitlines()), 1, "findings")


@tap.case("circles: one that is listed is none, one that has grown, shrunk or gone is")
def _():
    text = "# x\ncal a b: they are\n   recursive\nbase a b: so are these\n"
    pair = {"cal/a": "cal/b", "cal/b": "cal/a", "base/a": "base/b", "base/b": "base/a"}
    tap.equal(circles(text, **pair).stdout, "", "findings")
    run = circles(text, **{**pair, "cal/b": "cal/a cal/c", "cal/c": "cal/a", "base/a": ""})
    finds(run, "src/cal/c.c:1:", "c needs cal_a of a, which needs cal_b of b, which needs cal_c of c")
    finds(run, "src/CIRCLES:4:", "not there any more")
    tap.equal(len(run.stdout.splitlines()), 2, "findings")
    finds(circles(text.replace("a b:", "a b c:", 1), **pair), "src/CIRCLES:2:", "c and the others are in no circle")
    finds(circles(text.replace("so are these", ""), **pair), "src/CIRCLES:4:", "REASON")


@tap.case("circles: two folders, also by different files")
def _():
    run = circles("", **{"cal/a": "base/a", "base/a": "", "base/b": "cal/b", "cal/b": ""})
    finds(run, "src/base/b.c:1:", "base/b.c needs cal_b of src/cal/b.c; src/cal/a.c needs base_a of src/base/a.c")


@tap.case("circles: two files of a plugin")
def _():
    run = circles("", **{"plugin/csv/a": "plugin/csv/b", "plugin/csv/b": "plugin/csv/a base/x", "base/x": ""})
    finds(run, "plugin/csv/a.c:1:", "a needs plugin_csv_b of b, which needs plugin_csv_a of a")
    tap.equal(len(run.stdout.splitlines()), 1, "findings")


@tap.case("prefixes: another folder's word, `ub_` for the folder alone, none for others; a word twice, and in vain")
def _():
    top = project(**{
        "include/upbeat/cal.h": "int cal_year(void);\nint ub_cal_month(void);\n",
        "src/PREFIXES": "# the words\nbase arena cal\ncal week\nyaml arena ub_yaml\n",
        "src/base/a.c": "static int own;\nint ub_arena_size;\nint base_size(void)\n{\n\treturn own;\n}\nint day_size;\n",
        "src/cal/a.c": "int cal_year(void)\n{\n\treturn 1;\n}\nint ub_cal_month(void)\n{\n\treturn 2;\n}\nint ub_cal_day;\n",
        "src/yaml/a.c": "int ub_yaml_read;\nint yaml_write;\nint arena;\n",
        "plugin/csv/a.c": "int ub_plugin;\nint csv_read;\nint read_csv;\n",
    })
    compiled(top, "src/base/a", "src/cal/a", "src/yaml/a", "plugin/csv/a")
    run = lint("prefixes", top, top)
    finds(run, "src/base/a.c:2:", "ub_arena_size begins with `ub_`, but no header")
    finds(run, "src/base/a.c:7:", "day_size begins with none of its folder's words: base arena cal")
    finds(run, "src/cal/a.c:1:", "cal_year is for other folders")
    finds(run, "src/cal/a.c:9:", "ub_cal_day begins with `ub_`")
    finds(run, "plugin/csv/a.c:3:", "read_csv")
    finds(run, "src/PREFIXES:2:", "`cal` is for cal")
    finds(run, "src/PREFIXES:3:", "no name of cal begins with `week`")
    finds(run, "src/PREFIXES:4:", "`arena` is for base")
    tap.contains(run.stdout, "src/PREFIXES:2: no name of base begins with `cal`", "findings")
    tap.equal(len(run.stdout.splitlines()), 9, "findings")


@tap.case("doors: a library in the wrong folder, in two files, and the clock outside sys")
def _():
    top = project(**{
        "src/cal/a.c": "#include <libical/ical.h>\n",
        "src/yaml/a.c": "#include <yaml.h>\n",
        "src/yaml/b.c": "\n#include <yaml.h>\n",
        "src/relay/a.c": "/* time(0) */\nconst char *s = \"time(0)\";\nlong f(void) { return time(0); }\n",
    })
    run = lint("doors", top)
    finds(run, "src/cal/a.c:1:", "belongs into src/ical")
    finds(run, "src/yaml/b.c:2:", "has its door in src/yaml/a.c already")
    finds(run, "src/relay/a.c:3:", "belongs into src/sys")
    tap.equal(len(run.stdout.splitlines()), 3, "findings")


@tap.case("purity: the clock and a writable global")
def _():
    lib = archive("#include <time.h>\nlong ub_f(void) { static int count; return time(0) + count++; }\n")
    run = lint("purity", lib)
    finds(run, f"{lib}:object.o: time", "not for the core")
    finds(run, f"{lib}:object.o: count", "writable global")


@tap.case("purity: a constant table is no writable global")
def _():
    lib = archive(
        "static int a(void) { return 1; }\n"
        "static int (*const table[])(void) = { a };\n"
        "int ub_b(int i) { return table[i](); }\n"
    )
    tap.equal(lint("purity", lib).stdout, "", "findings")


@tap.case("style: no licence, a long function, a long file, blanks at the end, something left open, a typedef")
def _():
    body = "\tx();\n"
    top = project(**{
        "src/base/a.c": "int x(void);\n",
        "src/base/b.c": f"{SPDX}void f(void)\n{{\n{body * 60}}}\nvoid g(void)\n{{\n{body * 61}}}\n",
        "src/base/c.c": SPDX + "\n" * 600,
        "src/base/d.c": SPDX + "int x; \n/* TO" + "DO */\ntypedef struct x x;",
        "src/base/e.c": SPDX + "\n" * 599,
    })
    run = lint("style", top)
    finds(run, "src/base/a.c:1:", "SPDX")
    finds(run, "src/base/b.c:66:", "61 lines")
    finds(run, "src/base/c.c:601:", "601 lines")
    finds(run, "src/base/d.c:2:", "white space")
    finds(run, "src/base/d.c:3:", "left open")
    finds(run, "src/base/d.c:4: no newline", "at the end")
    finds(run, "src/base/d.c:4: a struct", "typedef")
    tap.equal(len(run.stdout.splitlines()), 7, "findings")


@tap.case("macros: one that returns, jumps, declares; none that builds a table or keeps its variables to itself")
def _():
    top = project(**{
        "src/base/a.c": "#define CHECK(x) if (!(x)) \\\n\treturn\n#define OUT(x) do { if (x) goto out; } while (0)\n",
        "include/upbeat/base.h":
            "#define TEXT(n) struct ub_text n##_text = { 0 }\n#define EACH(n) for (int i = 0; i < n; i++)\n",
        "src/base/b.c": "#define NEXT break;\n#define COPY(x) typeof(x) copy = (x); use(copy)\n",
        "src/base/good.c":
            "#define SWAP(a, b) \\\n\tdo { \\\n\t\tint c = a; /* return */ \\\n"
            "\t\ta = b; \\\n\t\tb = c; \\\n\t} while (0)\n"
            '#define ROW(name) { "return", name }\n'
            "#define TABLE(name, rows) static const struct table name = { rows, 2 }\n"
            "#define LIST(type) struct { type *items; }\n"
            "#define NEW(type) ((type *)ub_new(sizeof(type)))\n"
            '#define DAV(name) "x:" name " y"\n',
    })
    run = lint("macros", top)
    finds(run, "src/base/a.c:1:", "CHECK returns")
    finds(run, "src/base/a.c:3:", "OUT has `goto`")
    finds(run, "include/upbeat/base.h:1:", "declares `n_text`")
    finds(run, "include/upbeat/base.h:2:", "declares `i`")
    finds(run, "src/base/b.c:1:", "NEXT has `break`")
    finds(run, "src/base/b.c:2:", "declares `copy`")
    tap.equal(len(run.stdout.splitlines()), 6, "findings")


@tap.case("compile: a warning, and a header that needs another")
def _():
    top = project(**{
        "src/base/a.c": "int ub_f(int unused);\nint ub_f(int unused)\n{\n\treturn 0;\n}\n",
        "include/upbeat/base.h": "size_t ub_length(void);\n",
    })
    run = lint("compile", top)
    finds(run, "include/upbeat/base.h:1:", "size_t")
    if not shutil.which("clang"):
        raise tap.Skip("the header was found; for the warning clang is missing")
    finds(run, "src/base/a.c:2:", "parameter")


@tap.case("format: a line out of shape")
def _():
    top = project(**{"src/base/a.c": "int  x;\n"})
    shutil.copy(TOP / ".clang-format", top)
    run = lint("format", top)
    if run.returncode == 77:
        raise tap.Skip(run.stdout.strip())
    finds(run, "src/base/a.c:1:", "clang-format")


@tap.case("holidays: a day moved by hand, a region that is missing, one that no script makes, a manual behind")
def _():
    top = project(**{"src/rules/upbeat-rules.5": "\n.Sh HOLIDAYS\nfor 2025 to 2026\n.It Cm de\n.Sh FILES\n"})
    shutil.copytree(TOP / "rules/holidays", top / "rules/holidays")
    day = top / "rules/holidays/de.ics"
    lines = day.read_text().splitlines(True)
    at = lines.index("DTSTART;VALUE=DATE:20250418\n")
    lines[at] = "DTSTART;VALUE=DATE:20250419\n"
    day.write_text("".join(lines))
    (top / "rules/holidays/fr.ics").rename(top / "rules/holidays/xx.ics")
    run = lint("holidays", top)
    finds(run, f"{day}:{at + 1}:", "differs")
    finds(run, f"{top}/rules/holidays/fr.ics:1:", "differs")
    finds(run, f"{top}/rules/holidays/xx.ics:1:", "no region")
    finds(run, f"{top}/src/rules/upbeat-rules.5:1:", "other regions")
    tap.contains(run.stdout, "do not say", "years")


@tap.case("shipped: a tracked file that no list names")
def _():
    if not shutil.which("git"):
        raise tap.Skip("no git")
    top = project(**{"a": "", "b": "", "whole/c": "", "part/d": "", "part/e": ""})
    (top / "list").write_text("a\nsrc/LAYERS\nwhole\npart/d\n")
    for command in (["init", "-q"], ["add", "a", "b", "src", "whole", "part"]):
        subprocess.run(["git", *command], cwd=top, check=True)
    run = lint("shipped", top, top / "list")
    finds(run, "b:1:", "not shipped")
    finds(run, "part/e:1:", "not shipped")
    tap.equal(len(run.stdout.splitlines()), 2, f"lines of {run.stdout!r}")


@tap.case("a leak, a read past the end, an overflow, a wrong result and a crash each fail their case")
def _():
    program = BUILD / "tests/unit/planted/planted"
    if not program.exists():
        raise tap.Skip("built without Criterion")
    for name in ("passes", "leaks", "reads_past_the_end", "overflows_an_int", "is_wrong", "crashes"):
        run = subprocess.run([program, f"--filter=planted/{name}"], capture_output=True)
        tap.equal(run.returncode, 0 if name == "passes" else 1, f"status of {name}")


@tap.case("the count ends with what failed, also when a test left nothing")
def _():
    top = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    (top / "a.trs").write_text(":test-result: PASS one\n:test-result: SKIP two\n:test-result: PASS three\n")
    (top / "b.trs").write_text(":test-result: FAIL one\n:test-result: ERROR - exited with status 1\n")
    for status, names, line in (
        ("0", ["a"], "2 passed, 0 failed, 1 skipped"),
        ("1", ["a"], "2 passed, 1 failed, 1 skipped"),
        ("1", ["a", "b"], "2 passed, 1 failed, 1 skipped"),
        ("0", ["b", "c"], "0 passed, 2 failed"),
    ):
        command = ["sh", TOP / "tests/count", status, *(str(top / f"{name}.trs") for name in names)]
        run = subprocess.run(command, capture_output=True, text=True)
        tap.equal(run.stdout.splitlines()[-1], line, f"last line of {names}")
        tap.equal(run.returncode, 0 if " 0 failed" in line else 1, "status")


@tap.case("a case that waits for what never comes fails in its time, and the next one runs")
def _():
    (scratch / "hangs.py").write_text(
        "import sys\nimport threading\nimport tap\n"
        "tap.CASE_SECONDS = 0.1\n"
        "@tap.case('hangs')\ndef _():\n    threading.Event().wait()\n"
        "@tap.case('runs')\ndef _():\n    pass\n"
        "sys.exit(tap.run())\n")
    run = subprocess.run([sys.executable, "-B", scratch / "hangs.py"], capture_output=True, text=True, timeout=60)
    told = ["1..2", "not ok 1 - hangs", f"# {scratch}/hangs.py:7: not done within 0 s", "ok 2 - runs (0.00s)"]
    tap.equal(run.stdout.splitlines(), told, "what is told")
    tap.equal(run.returncode, 1, "status")


try:
    status = tap.run()
finally:
    shutil.rmtree(scratch)
sys.exit(status)
