# SPDX-License-Identifier: Apache-2.0
"""Small changes of a C source, each of which some test should notice.

in_source(file, text) gives the mutants of one source; equivalents(text) reads the list of those that no test can
notice. C is split into tokens, no more: what a mutant makes of the program, the compiler says.
"""
import dataclasses
import re

OPERATORS = {
    "==": ("!=",), "!=": ("==",), "<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"),
    "&&": ("||",), "||": ("&&",), "+": ("-",), "-": ("+",), "*": ("/",), "/": ("*",), "+=": ("-=",), "-=": ("+=",),
    "++": ("--",), "--": ("++",), "!": ("",),
}
# These have another meaning in front of their operand.
UNARY_TOO = ("+", "-", "*")
WORDS = {"true": ("false",), "false": ("true",)}
DROPPED = ("continue", "break")
# What stands within their parentheses is no behaviour.
LEFT_ALONE = ("assert", "static_assert", "_Static_assert", "sizeof")
TYPE_WORDS = {
    "char", "short", "int", "long", "unsigned", "signed", "float", "double", "void", "bool", "const", "struct", "enum",
    "union", "static", "extern", "FILE",
}
KEYWORDS = {"return", "case", "else", "do", "goto", "if", "while", "for", "switch", "sizeof"}
TOKEN = re.compile(
    r"""
    (?P<directive> ^[ \t]*\# (?: \\\n | /\*.*?\*/ | [^\n] )* )
  | (?P<skip>      [ \t\f\r]+ | \n | \\\n | /\*.*?\*/ | //[^\n]* )
  | (?P<string>    (?: u8 | [uUL] )? " (?: \\. | [^"\\] )* " )
  | (?P<char>      ' (?: \\. | [^'\\] )* ' )
  | (?P<number>    \.? \d (?: [eEpP][+-] | [\w.] )* )
  | (?P<name>      [A-Za-z_] \w* )
  | (?P<sign>      <<= | >>= | \.\.\. | -> | \+\+ | -- | << | >> | <= | >= | == | != | && | \|\| | [-+*/%&|^]= | . )
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
INTEGER = re.compile(r"(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)$")


@dataclasses.dataclass(frozen=True)
class Mutant:
    file: str
    line: int
    place: str  # name of the function or table
    before: str  # the changed lines, each blank once
    after: str
    text: str  # the whole source

    def __str__(self):
        return f"{self.file}:{self.line}: {self.before} -> {self.after}"


@dataclasses.dataclass
class Token:
    kind: str
    text: str
    start: int
    end: int
    pair: int = 0  # of a bracket: the index of the other one


def tokens_of(text):
    tokens, at, opened = [], 0, []
    while at < len(text):
        match = TOKEN.match(text, at)
        kind, at = match.lastgroup, match.end()
        if kind in ("directive", "skip"):
            continue
        if match.group() in ("(", "[", "{"):
            opened.append(len(tokens))
        elif match.group() in (")", "]", "}"):
            tokens[opened[-1]].pair = len(tokens)
        pair = opened.pop() if match.group() in (")", "]", "}") else 0
        tokens.append(Token(kind, match.group(), match.start(), match.end(), pair))
    return tokens


def blanks_once(text):
    return " ".join(text.split())


class Source:
    """Where in the tokens of one source what can be changed."""

    def __init__(self, file, text):
        self.file, self.text, self.tokens = file, text, tokens_of(text)
        self.mutants, self.place = [], ""

    def at(self, i):
        return self.tokens[i].text if 0 <= i < len(self.tokens) else ""

    def add(self, start, end, replacement):
        """The mutant that has `replacement` in place of the text from `start` to `end`."""
        first = self.text.rfind("\n", 0, start) + 1
        last = self.text.find("\n", end)
        before = blanks_once(self.text[first:last])
        after = blanks_once(self.text[first:start] + replacement + self.text[end:last])
        changed = self.text[:start] + replacement + self.text[end:]
        line = self.text.count("\n", 0, start) + 1
        self.mutants.append(Mutant(self.file, line, self.place, before, after, changed))

    def walk(self):
        """Functions and tables; of the rest of a file (types, prototypes) nothing is changed."""
        i = head = 0
        while i < len(self.tokens):
            token = self.tokens[i]
            if token.text == "{" and self.at(i - 1) in (")", "="):
                self.place = self.name_in(head, i)
                self.change(i + 1, token.pair)
                if self.at(i - 1) == ")" and self.gives_bool(head, i):
                    self.negate_returns(i + 1, token.pair)
            if token.text in ("{", "(", "["):
                i = token.pair
            if token.text in ("{", ";"):
                head = i + 1
            i += 1
        return self.mutants

    def name_in(self, head, body):
        """What is defined: the name before parameters, dimensions or the equals sign."""
        return next(self.at(i) for i in range(head, body) if self.at(i + 1) in ("(", "[", "="))

    def gives_bool(self, head, body):
        words = []
        for token in self.tokens[head:body]:
            if token.text == "(":
                break
            words.append(token.text)
        return "bool" in words and "*" not in words

    def negate_returns(self, i, end):
        for at in range(i, end):
            if self.at(at) != "return":
                continue
            semicolon = next(k for k in range(at, end) if self.at(k) == ";")
            first, last = self.tokens[at + 1], self.tokens[semicolon - 1]
            if first.text not in WORDS:
                self.add(first.start, last.end, f"!({self.text[first.start:last.end]})")

    def change(self, i, end):
        while i < end:
            token = self.tokens[i]
            if token.text in LEFT_ALONE and self.at(i + 1) == "(":
                i = self.tokens[i + 1].pair
            elif token.kind == "number":
                self.change_number(i)
            elif token.text in WORDS:
                self.replace(token, WORDS[token.text])
            elif token.text in DROPPED and self.at(i + 1) == ";":
                self.replace(token, ("",))
            elif token.text in OPERATORS and self.is_operator(i):
                self.replace(token, OPERATORS[token.text])
            i += 1

    def replace(self, token, replacements):
        for each in replacements:
            self.add(token.start, token.end, each)

    def change_number(self, i):
        token = self.tokens[i]
        match = INTEGER.match(token.text)
        if not match or self.is_padding(i) or self.is_dimension(i):
            return
        digits, suffix = match.groups()
        if digits[:2] in ("0x", "0X"):
            form, value = "0x{:x}", int(digits, 16)
        elif digits[0] == "0" and len(digits) > 1:
            form, value = "0{:o}", int(digits, 8)
        else:
            form, value = "{}", int(digits)
        self.replace(token, [form.format(each) + suffix for each in (value + 1, value - 1) if each >= 0])

    def is_padding(self, i):
        """A 0 that stands for nothing in a table or at the beginning of a struct."""
        return self.at(i) == "0" and self.at(i - 1) in ("{", ",") and self.at(i + 1) in ("}", ",") and (
            self.at(i - 1) == "{" or self.is_in_braces(i))

    def is_in_braces(self, i):
        depth = 0
        for k in range(i, -1, -1):
            if self.at(k) in (")", "]", "}"):
                depth += 1
            elif self.at(k) in ("(", "[", "{"):
                depth -= 1
            if depth < 0:
                return self.at(k) == "{"
        return False

    def is_dimension(self, i):
        """The number of elements in a declaration."""
        if self.at(i - 1) != "[" or self.at(i + 1) != "]" or i < 3 or self.tokens[i - 2].kind != "name":
            return False
        before = self.tokens[i - 3]
        return (before.kind == "name" and before.text not in KEYWORDS) or (
            before.text == "*" and not self.is_operator(i - 3))

    def is_operator(self, i):
        if self.at(i) not in UNARY_TOO:
            return True
        if not self.is_operand_end(i - 1) or self.at(i + 1) in (")", ","):
            return False
        return self.at(i) != "*" or not self.is_pointer(i)

    def is_operand_end(self, i):
        token = self.tokens[i]
        if token.text == ")":
            return self.at(token.pair - 1) not in KEYWORDS and not self.is_cast(i)
        return token.kind in ("number", "char", "string") or token.text == "]" or (
            token.kind == "name" and token.text not in KEYWORDS | TYPE_WORDS)

    def is_pointer(self, i):
        """The star of a declaration: behind a type, which begins a statement or a `for`."""
        before = self.at(i - 2)
        if self.tokens[i - 1].kind != "name":
            return False
        if before in (";", "{", "}") or before in TYPE_WORDS:
            return True
        return before == "(" and self.at(i - 3) == "for"

    def is_cast(self, closing):
        """(struct x *)y, (size_t)y"""
        opening = self.tokens[closing].pair
        inside = self.tokens[opening + 1:closing]
        if self.tokens[opening - 1].kind == "name" or any(token.kind != "name" and token.text != "*" for token in inside):
            return False
        return bool(inside) and (inside[-1].text == "*" or any(
            token.text in TYPE_WORDS or token.text.endswith("_t") for token in inside))


def in_source(file, text):
    return Source(file, text).walk()


@dataclasses.dataclass(frozen=True)
class Equivalent:
    where: str  # file and function or table
    before: str
    after: str
    why: str

    def fits(self, mutant):
        where = f"{mutant.file} {mutant.place}"
        return (self.where, self.before, self.after) == (where, mutant.before, mutant.after)


def equivalents(text):
    """The list's entries, divided by empty lines: file and function, `-` and the code, `+` and the mutant, why."""
    entries = []
    for block in re.split(r"\n\s*\n", text):
        lines = [line.strip() for line in block.splitlines() if line.strip() and not line.startswith("#")]
        if not lines:
            continue
        if len(lines) < 4 or lines[1][:2] != "- " or lines[2][:2] != "+ ":
            raise ValueError(f"not where, a line with -, one with + and a reason: {lines}")
        entries.append(Equivalent(lines[0], lines[1][2:], lines[2][2:], " ".join(lines[3:])))
    return entries
