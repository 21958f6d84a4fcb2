#!/usr/bin/python3
"""Every command and option of xl 4.17 (tests/contract/xl-4.17.txt) has a row,
and docs/commands.md lists the rows, each with whether a test names it. TAP.

    test_commands.py --update     writes docs/commands.md anew"""
from __future__ import annotations

import ast
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from typing import NamedTuple

SOURCE = pathlib.Path(os.environ.get("top_srcdir", "."))
BUILD = pathlib.Path(os.environ.get("top_builddir", "build"))
XL = SOURCE / "tests/contract/xl-4.17.txt"
TABLE = SOURCE / "docs/commands.md"

HEAD = """# Commands and options

Written by `tests/unit/test_commands.py --update` from the rows of the commands.
"xl" tells what is there for xl 4.17, "tested" what a test in `tests/lab` or
`tests/unit` (or `tests/oracle/same_reports.py`) gives to the command: found by
looking for the words, so a yes says that there is a test, not what it proves.

| command | option | xl | tested |
|---|---|---|---|
"""


class Option(NamedTuple):
    """As a row has it: "-f", "--defconfig", with "=" if it takes a value."""
    names: tuple[str, ...]
    value: str
    shown: bool

    def title(self) -> str:
        return ", ".join(self.names) + (f" {self.value}" if self.value else "")


class Command(NamedTuple):
    options: list[Option]
    shown: bool


def parse_option(text: str) -> Option:
    names, _, value = text.rstrip("*").partition("=")
    return Option(tuple(names.split(",")), value, not text.endswith("*"))


def read_rows() -> dict[str, Command]:
    lines = subprocess.run([BUILD / "xn", "__commands"], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.splitlines()
    rows = {}
    for line in lines:
        name, *options = line.split("\t")
        rows[name.rstrip("*")] = Command(
            [parse_option(text) for text in options], not name.endswith("*"))
    return rows


def read_xl() -> dict[str, list[str]]:
    """By command: its options, "-f=" with a value."""
    wanted = {}
    for line in XL.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, *options = line.split()
            wanted[name] = options
    return wanted


def missing_options(wanted: list[str], row: Command) -> list[str]:
    have = {name + ("=" if option.value else "")
            for option in row.options for name in option.names}
    return [text for text in wanted if text not in have]


# -- what the tests name ----------------------------------------------------

def words_of_node(node: ast.AST) -> list[str]:
    """The strings of a call or tuple in their order; others are left out."""
    children: list[ast.expr] = []
    if isinstance(node, ast.Call):
        children = node.args
    elif isinstance(node, (ast.Tuple, ast.List)):
        children = node.elts
    words = []
    for child in children:
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            words.append(child.value)
        elif isinstance(child, ast.Starred):
            words += words_of_node(child.value)
    return words


def shell_lines(text: str) -> Iterator[list[str]]:
    """The commands in a string for a shell, from the word after xn or xl. A
    script's own function of that name may have words before its own."""
    own = re.search(r"^xn\(\) \{\s*\S+ ([a-z ]+) \"\$@\"", text, re.MULTILINE)
    before = own[1].split() if own else []
    for part in re.split(r"[;|&\n]", text):
        match = re.search(r"(?:^|[\s\"/{}(])(?:xn|xl|as_xl)\"?}? (.+)", part)
        if match:
            yield before + re.findall(r"[^\s\"'()`$]+", match[1])


def text_of(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "X"
                       for part in node.values)
    return None


def lines_of_python(path: pathlib.Path) -> Iterator[list[str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        text = text_of(node)
        if text is not None:
            yield from shell_lines(text)
        else:
            yield words_of_node(node)


def lines_of_reports(path: pathlib.Path) -> Iterator[list[str]]:
    """Each line of its lists is a command, without the program's name."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign):
            text = text_of(node.value)
            yield from ([] if text is None else
                        [line.split() for line in text.splitlines()])


def read_lines() -> list[list[str]]:
    """The word lists of all tests that could be command lines."""
    lines = []
    for folder in "lab", "unit":
        for path in sorted(SOURCE.glob(f"tests/{folder}/*.py")):
            if path.name != "test_commands.py":
                lines += lines_of_python(path)
    lines += lines_of_reports(SOURCE / "tests/oracle/same_reports.py")
    for path in sorted(SOURCE.glob("tests/unit/*.sh")):
        lines += shell_lines(path.read_text(encoding="utf-8"))
    return [line for line in lines if line]


def after_command(line: list[str], command: str) -> list[str] | None:
    """The words after the command's name, None if it is not in the line."""
    name = command.split()
    for i in range(len(line) - len(name) + 1):
        if line[i:i + len(name)] == name:
            return line[i + len(name):]
    return None


def gives(words: list[str], option: Option) -> bool:
    for word in words:
        for name in option.names:
            if word == name or word.startswith(f"{name}="):
                return True
            # "-vZ" holds -v and -Z
            if re.fullmatch(r"-[a-zA-Z]+", word) and len(name) == 2 and \
                    name[1] in word[1:]:
                return True
    return False


class Tests:
    """What the tests give to which command."""

    def __init__(self) -> None:
        self.lines = read_lines()

    def of(self, command: str) -> list[list[str]]:
        found = (after_command(line, command) for line in self.lines)
        return [words for words in found if words is not None]


# -- the table ----------------------------------------------------------------

def table_rows(rows: dict[str, Command]) -> list[tuple[str, ...]]:
    xl = read_xl()
    tests = Tests()
    table = []
    for name in sorted(rows):
        if not rows[name].shown:
            continue
        lines = tests.of(name)
        table.append((name, "", name in xl, bool(lines)))
        known = {text.rstrip("=") for text in xl.get(name, [])}
        for option in rows[name].options:
            if option.shown:
                table.append((name, option.title(),
                              bool(known.intersection(option.names)),
                              any(gives(words, option) for words in lines)))
    return [(command, option, "yes" if of_xl else "", "yes" if tested else "no")
            for command, option, of_xl, tested in table]


def render(table: list[tuple[str, ...]]) -> str:
    return HEAD + "".join(f"| {' | '.join(row)} |\n" for row in table)


def check_table(table: list[tuple[str, ...]]) -> list[str]:
    """What is wrong with the table in docs; a "no" may be out of date."""
    told = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(cells) == 4:
            told[tuple(cells[:2])] = cells[3]
    is_now = {row[:2]: row[3] for row in table}
    found = [f"missing: {' '.join(key)}" for key in is_now if key not in told]
    found += [f"no such row: {' '.join(key)}" for key in told
              if key not in is_now and key[0] not in ("command", "---")]
    found += [f"no longer tested: {' '.join(key)}" for key, tested
              in told.items() if tested == "yes" and is_now.get(key) == "no"]
    return found


# -- called as xl --------------------------------------------------------------

def found_by_xl(names: Iterable[str], word: str) -> str | None:
    """xl's own rule: a name, or what only one name begins with."""
    fit = [name for name in names if name.startswith(word)]
    if word in fit:
        return word
    return fit[0] if len(fit) == 1 else None


def found_as_xl(xl: pathlib.Path, word: str) -> str | None:
    """What `xl help WORD` tells of."""
    done = subprocess.run([xl, "help", word], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    said = re.match(r"Usage: xn (\S+)", done.stdout)
    return said[1] if said else None


def check_beginnings(names: list[str]) -> list[str]:
    """For each command the shortest beginning of it alone, and one shorter."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        xl = pathlib.Path(folder, "xl")
        xl.symlink_to((BUILD / "xn").resolve())
        for name in names:
            length = next((length for length in range(1, len(name))
                           if found_by_xl(names, name[:length]) == name),
                          len(name))
            for word in {name[:length], name[:max(length - 1, 1)]}:
                wanted, got = found_by_xl(names, word), found_as_xl(xl, word)
                if got != wanted:
                    found.append(f"{word}: expected {wanted}, got {got}")
    return found


# -- TAP ------------------------------------------------------------------------

def main() -> int:
    rows = read_rows()
    table = table_rows(rows)
    if "--update" in sys.argv:
        TABLE.write_text(render(table), encoding="utf-8")
        return 0
    failed = False
    number = 0
    for name, wanted in read_xl().items():
        number += 1
        row = rows.get(name)
        missing = missing_options(wanted, row or Command([], False))
        bad = row is None or missing
        failed = failed or bool(bad)
        print("not ok" if bad else "ok", number, "-", name)
        if bad:
            print("# missing:", " ".join(missing) or name)
    wrong = check_table(table)
    number += 1
    print("not ok" if wrong else "ok", number, "- docs/commands.md")
    for line in wrong:
        print("#", line)
    if wrong:
        print("# tests/unit/test_commands.py --update writes it anew")
    strange = check_beginnings([name for name in read_xl() if name != "help"])
    number += 1
    print("not ok" if strange else "ok", number, "- beginnings, as xl")
    for line in strange:
        print("#", line)
    print(f"1..{number}")
    return 1 if failed or wrong or strange else 0


if __name__ == "__main__":
    sys.exit(main())
