# SPDX-License-Identifier: Apache-2.0
"""What the mutation check changes of a C source, and what it leaves alone."""
import os
import pathlib
import sys

import tap

sys.path.insert(0, str(pathlib.Path(os.environ["srcdir"]) / "tests/tools"))
import mutants  # noqa: E402


def changes(line, head="static int f(int x)"):
    """What becomes of a line in a function."""
    return [mutant.after for mutant in mutants.in_source("a.c", f"{head}\n{{\n\t{line}\n}}\n")]


@tap.case("operators and constants are changed, each alone")
def _():
    for line, wanted in (
        ("if (a == b)", ["if (a != b)"]),
        ("if (a<b && c)", ["if (a<=b && c)", "if (a>=b && c)", "if (a<b || c)"]),
        ("x = a - 1;", ["x = a + 1;", "x = a - 2;", "x = a - 0;"]),
        ("x = a * b / -c;", ["x = a / b / -c;", "x = a * b * -c;"]),
        ("x = (a) * b;", ["x = (a) / b;"]),
        ("x[0]++;", ["x[1]++;", "x[0]--;"]),
        ("if (!a) continue;", ["if (a) continue;", "if (!a) ;"]),
        ("x = true;", ["x = false;"]),
        ("x = 0x10u;", ["x = 0x11u;", "x = 0xfu;"]),
        ("x += y;", ["x -= y;"]),
    ):
        tap.equal(changes(line), wanted, line)


@tap.case("what is returned is negated where it is yes or no")
def _():
    tap.equal(changes("return same(a, b);", "static bool f(int x)"), ["return !(same(a, b));"], "bool")
    tap.equal(changes("return true;", "static bool f(int x)"), ["return false;"], "a word")
    tap.equal(changes("return same(a, b);"), [], "int")
    tap.equal(changes("return same(a, b);", "static bool *f(int x)"), [], "a pointer")


@tap.case("what is no behaviour is left alone")
def _():
    for line in (
        "/* a == 1 */ // b + 1",
        'say("a == 1 \\" + 1", \'<\');',
        "assert(a == 1 && !b);",
        "static_assert(A == 1, \"\");",
        "char line[32];",
        "struct x *p = &y, *q[4];",
        "const struct x *p = (struct x *)*y;",
        "for (struct x *p = y; p; p = p->next)",
        "struct x y = { 0 }, z[] = { { p, 0 } };",
        "x = -y; z = *p; w = sizeof(a * 2);",
        "if (x)\n\t\t*p = y;",
    ):
        tap.equal(changes(line), [], line)
    top = "#define N (1 + 1)\nenum { A = 1 };\nstruct x { int y[2]; };\nint f(int x[3]);\nstatic const int t[2] = { 0 };\n"
    tap.equal(mutants.in_source("a.c", top), [], "what stands outside of functions")


@tap.case("a table's values are changed, but not what fills it up")
def _():
    found = mutants.in_source("a.c", "static const struct x table[9] = {\n\t{ 4, 0, true },\n};\n")
    tap.equal([(each.place, each.line, each.after) for each in found],
              [("table", 2, "{ 5, 0, true },"), ("table", 2, "{ 3, 0, true },"), ("table", 2, "{ 4, 0, false },")], "found")


@tap.case("a mutant is the source but for the change, and a reason fits it by its function and code, wherever it is")
def _():
    text = "int f(void)\n{\n\treturn g(a,\n\t    1);\n}\n"
    first = mutants.in_source("a.c", text)[0]
    tap.equal(first.text, text.replace("1", "2"), "text")
    reasons = mutants.equivalents("# of no use\n\na.c f\n- 1);\n+ 2);\nWho\ncares.\n")
    tap.equal([each.why for each in reasons], ["Who cares."], "reasons")
    assert reasons[0].fits(first) and reasons[0].fits(mutants.in_source("a.c", f"int x;\n\n{text}")[0])
    assert not reasons[0].fits(mutants.in_source("b.c", text)[0]), "another file"
    assert not reasons[0].fits(mutants.in_source("a.c", text.replace("f(", "h("))[0]), "another function"


sys.exit(tap.run())
