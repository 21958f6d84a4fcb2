#!/usr/bin/python3
"""Generated configurations, read by the library and by the real xl: the same
document byte for byte, and refused by the one where the other refuses.

    same_as_xl.py [COUNT]      here, without Xen; COUNT files of each kind
    same_as_xl.py FILE...      these files; keeps nothing

xl is build/xl/xl (`tests/oracle/fetch-xl` puts it there) or what XENITH_XL
names; without one nothing is tested. CONFIG_SEED=N repeats a run: half of the
files of each kind are always the same, half are of that seed. TAP."""
from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("top_builddir", ROOT / "build"))
ORACLE = BUILD / "config_oracle"
FIXED_SEED = 1

# What we refuse although xl reads it; docs/config-differences.md says why. A
# key of our own is followed by its name in the message, or by what it lacks.
DELIBERATE = re.compile(
    r"'(autostart|start_after|start_delay|stop_action|restart_limit|"
    r"console_log|log_level|log_outputs|hooks)'"
    r"|an output of the log cannot be|is not an output of the log"
    r"|is not a (size|level of the log|connector|MAC address|PCI address"
    r"|range of I/O (ports|memory)|CPU or a range of CPUs|range of vCPUs)"
    r"|is not the number of an interrupt"
    r"|must be a whole number from|is out of range|a NUL byte"
    r"|more distances than virtual nodes"
    r"|more than 100000 devices in one configuration"
    r"|unknown disk setting|of a disk needs Xen")

# What is by chance in both.
BY_CHANCE = re.compile(r'"ms_vm_genid": \[[^]]*\]')
UUID = re.compile(r'"uuid": "[^"]*"')

# What a run of xl gave: exit status (negative: a signal), output, messages.
Run = tuple[int, str, str]


def generate(verb: str, seed: int, count: int, folder: pathlib.Path
             ) -> list[pathlib.Path]:
    """verb: generate (valid files) or spoil (files with mistakes)."""
    folder.mkdir()
    subprocess.run([ORACLE, verb, str(seed), str(count), folder], check=True)
    return sorted(folder.iterdir())


def ours(files: list[pathlib.Path], form: str = "read"
         ) -> Iterator[tuple[bool, str]]:
    """What the library makes of each file: whether it was read, and the
    document (form: read for JSON, sxp) or the errors."""
    out = subprocess.run([ORACLE, form, *files], check=True,
                         stdout=subprocess.PIPE).stdout
    while out:
        line, _, out = out.partition(b"\n")
        _, status, length = line.decode().rsplit(" ", 2)
        yield status == "read", out[:int(length)].decode(errors="replace")
        out = out[int(length):]


def first_difference(theirs: str, mine: str) -> str:
    pairs = zip(theirs.splitlines() + ["(end)"], mine.splitlines() + ["(end)"])
    for number, (left, right) in enumerate(pairs, 1):
        if left != right:
            return f"line {number}\n    xl: {left}\n    xn: {right}"
    return "at the end"


def ends_astray(path: pathlib.Path, mine: str) -> bool:
    """All that we refuse is a last byte, without a newline behind it, or the
    word that it ends."""
    before, newline, last = path.read_bytes().rpartition(b"\n")
    line = before.count(b"\n") + len(newline) + 1
    return bool(last) and not last[-1:].islower() and \
        mine.startswith(f"{path}:{line}:") and mine.count(": error: ") == 1


def judge(run: Run, read: bool, mine: str, spoilt: bool) -> str | None:
    """What is wrong with a pair of results, or None."""
    status, theirs, messages = run
    if status < 0 or status >= 128:
        return None  # xl crashed or hung: what it would say is not known
    if read and status:
        return f"xl refuses it, xn reads it; xl said:\n{messages}"
    if not read and status == 0:
        if spoilt and DELIBERATE.search(mine.partition("\n")[0]):
            return None
        return f"xl reads it, xn refuses it; xn said:\n{mine}"
    if not read and "Unknown domain type" in messages:
        return None  # xl has no SXP of it either
    if "Unknown RDM policy" in messages:
        return None  # xl goes on with what its stack held
    if not read:
        return None if spoilt else f"both refuse it; xn said:\n{mine}"
    theirs, mine = (BY_CHANCE.sub("", text) for text in (theirs, mine))
    if spoilt:  # it may have lost its own
        theirs, mine = (UUID.sub("", text) for text in (theirs, mine))
    return None if theirs == mine else first_difference(theirs, mine)


def compare(files: list[pathlib.Path], run_xl: Callable[
        [list[pathlib.Path]], Iterator[Run]], spoilt: bool,
        form: str = "read") -> list[str]:
    """The files that are not read alike, each with the first difference."""
    found = []
    for path, run, (read, mine) in zip(files, run_xl(files),
                                       ours(files, form)):
        if spoilt and not read and ends_astray(path, mine):
            continue
        if wrong := judge(run, read, mine, spoilt):
            found.append(f"{path.parent.name}/{path.name}: {wrong}")
    return found


# -- without Xen -------------------------------------------------------------

def find_xl() -> pathlib.Path | None:
    path = pathlib.Path(os.environ.get("XENITH_XL", ROOT / "build/xl/xl"))
    return path if path.exists() else None


def run_here(xl: pathlib.Path, files: list[pathlib.Path],
             xl_conf: str = "") -> Iterator[Run]:
    """xl_conf: the file that it reads as such; without it there is none."""
    shim = BUILD / "xl_without_xen.so"
    for path in files:
        # timeout: there are mistakes that xl never gets over.
        done = subprocess.run(
            ["timeout", "-s", "KILL", "5", "env", f"LD_PRELOAD={shim}",
             f"XL_CONF={xl_conf or '/nonexistent'}", xl,
             "create", "-n", path], check=False, capture_output=True,
            stdin=subprocess.DEVNULL)
        yield (done.returncode, done.stdout.decode(errors="replace"),
               done.stderr.decode(errors="replace"))


def check_kind(number: int, verb: str, seed: int, count: int,
               xl: pathlib.Path) -> bool:
    name = f"{count} files, {verb} {seed}"
    with tempfile.TemporaryDirectory() as folder:
        files = generate(verb, seed, count, pathlib.Path(folder) / verb)
        found = compare(files, lambda some: run_here(xl, some),
                        verb == "spoil")
        for text in found[:5]:
            print("# " + text.replace("\n", "\n# "))
        if found:
            print(f"# {len(found)} differ; config_oracle {verb} {seed} "
                  f"{count} FOLDER makes the files again")
    print(f"{'not ok' if found else 'ok'} {number} - {name}", flush=True)
    return not found


def check_sxp(number: int, seed: int, count: int, xl: pathlib.Path) -> bool:
    """What output_format="sxp" prints."""
    with tempfile.TemporaryDirectory() as folder:
        conf = pathlib.Path(folder) / "xl.conf"
        conf.write_text('output_format="sxp"\n')
        files = generate("generate", seed, count,
                         pathlib.Path(folder) / "sxp")
        found = compare(files, lambda some: run_here(xl, some, str(conf)),
                        False, "sxp")
    for text in found[:5]:
        print("# " + text.replace("\n", "\n# "))
    print(f"{'not ok' if found else 'ok'} {number} - {count} files as SXP, "
          f"generate {seed}", flush=True)
    return not found


def check_files(files: list[pathlib.Path], xl: pathlib.Path) -> int:
    found = compare(files, lambda some: run_here(xl, some), True)
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


def main(words: list[str]) -> int:
    xl = find_xl()
    if xl is None:
        print("1..0 # SKIP no xl; tests/oracle/fetch-xl gets it")
        return 0
    if words and not words[0].isdigit():
        return check_files([pathlib.Path(word) for word in words], xl)
    count = int(words[0]) if words else int(
        os.environ.get("ORACLE_FILES", "500"))
    seed = int(os.environ.get("CONFIG_SEED", str(int(time.time()))))
    print(f"1..5\n# CONFIG_SEED={seed}")
    kinds = [(verb, each) for verb in ("generate", "spoil")
             for each in (FIXED_SEED, seed)]
    results = [check_kind(number, verb, each, count, xl)
               for number, (verb, each) in enumerate(kinds, 1)]
    results.append(check_sxp(5, seed, count // 4, xl))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
