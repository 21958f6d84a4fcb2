#!/usr/bin/python3
"""xn list without options is shown by the small program that is started, on
the host that tests/oracle/xen makes up; all else needs xn-commands.so. The
folder of running things is an empty one of its own. TAP."""
from __future__ import annotations

import json
import pathlib
import shutil
import subprocess
import sys

import tap
from test_restore import BUILD, ENV, INSIDE, can_be_apart, configured

RUN = configured("runstatedir")
NOTE = f"mkdir -p '{RUN}/xenith/restart'"
WHOLE = f"""{NOTE}
echo '{{"name": "away", "domid": 9, "rename": false, "short_lives": 0,
"attempts": 0, "config": "{{}}", "own": "{{}}"}}' \\
>'{RUN}/xenith/restart/11111111-2222-3333-4444-555555555555'"""


def run(xn: pathlib.Path, *words: str, before: str = "true",
        **more: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["unshare", "-m", "sh", "-c", INSIDE, "sh",
         "sh", "-c", f'{before}; exec "$@"', "sh", xn, *words],
        env=ENV | more, check=False, text=True, capture_output=True,
        timeout=60)


def it_needs_nothing_beside_it(alone: pathlib.Path) -> None:
    shown = run(alone, "list")
    assert shown.returncode == 0, shown.stderr
    assert [line.split()[0] for line in shown.stdout.splitlines()] == [
        "Name", "Domain-0", "web",
        "a-domain-with-quite-a-long-name-of-its-own", "rt1"]
    assert shown.stderr == ""


def it_is_the_list_of_the_whole_xn(alone: pathlib.Path) -> None:
    whole = run(BUILD / "xn", "list", "0", "3", "5", "8")
    assert run(alone, "list").stdout == whole.stdout != ""


def all_else_says_what_is_missing(alone: pathlib.Path) -> None:
    for words in (["list", "-v"], ["list", "web"], ["-v", "list"], ["info"],
                  []):
        said = run(alone, *words)
        assert said.returncode == 1 and said.stdout == ""
        assert "xn-commands.so" in said.stderr, said.stderr


def a_guest_between_two_lives_takes_the_whole(alone: pathlib.Path) -> None:
    assert "xn-commands.so" in run(alone, "list", before=NOTE).stderr
    lines = run(BUILD / "xn", "list", before=WHOLE).stdout.splitlines()
    assert lines[-1].split() == ["away", "-", "-", "-", "rebooting"], lines


def a_guest_that_waits_for_its_next_life_is_rebooting(_: pathlib.Path) -> None:
    """Its old domain is there, crashed; the note says that it waits."""
    waits = NOTE + f"""
echo '{{"name": "rt1", "domid": 8}}' \\
>'{RUN}/xenith/restart/03030303-0303-0303-0303-030303030303'"""
    for words in (["rt1"], []):
        listed = json.loads(run(BUILD / "xn", "list", "--json", *words,
                                before=waits).stdout)
        assert [domain["state"] for domain in listed["domains"]
                if domain["name"] == "rt1"] == ["rebooting"], listed


def destroyed_between_two_lives_it_gets_no_other(_: pathlib.Path) -> None:
    xn = BUILD / "xn"
    done = run(pathlib.Path("sh"), "-c", f"""'{xn}' destroy nobody; echo $?
'{xn}' destroy away; echo $?; '{xn}' list --json away; echo $?""",
               before=WHOLE)
    assert done.stdout == "3\n0\n3\n", done


def without_xen_the_whole_says_so(alone: pathlib.Path) -> None:
    for xn, text in ((alone, "xn-commands.so"), (BUILD / "xn", "under Xen")):
        said = run(xn, "list", LD_PRELOAD="")
        assert text in said.stderr and said.stdout == "", said


def output_that_is_lost_is_no_success(alone: pathlib.Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run([alone, "list"], env=ENV, check=False, text=True,
                              stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 1 and "standard output" in done.stderr


# With a loader's 40 and those of the host that is made up; xl's own list of 50
# guests takes 715.
CALLS = 80


def it_takes_few_system_calls(alone: pathlib.Path) -> None:
    if not shutil.which("strace") or b"__asan_init" in alone.read_bytes():
        raise tap.Skip("it takes strace, and a build without ASan")
    log = alone.parent / "calls"
    done = subprocess.run(
        ["strace", "-qq", "-o", log, "-E",
         f"LD_PRELOAD={ENV['LD_PRELOAD']}", alone, "list"],
        env=ENV | {"LD_PRELOAD": ""}, check=False, text=True,
        capture_output=True, timeout=60)
    if "ptrace" in done.stderr:
        raise tap.Skip("it takes ptrace")
    assert done.returncode == 0, done
    calls = [line for line in log.read_text(errors="replace").splitlines()
             if "(" in line]
    assert len(calls) <= CALLS, "\n".join(calls)


TESTS = [
    it_needs_nothing_beside_it,
    it_is_the_list_of_the_whole_xn,
    all_else_says_what_is_missing,
    a_guest_between_two_lives_takes_the_whole,
    a_guest_that_waits_for_its_next_life_is_rebooting,
    destroyed_between_two_lives_it_gets_no_other,
    without_xen_the_whole_says_so,
    output_that_is_lost_is_no_success,
    it_takes_few_system_calls,
]


def copied(folder: str) -> pathlib.Path:
    return pathlib.Path(shutil.copy(BUILD / "xn", folder))


def main() -> int:
    if not can_be_apart():
        return tap.skip_all("no root, or the build is where it installs to")
    return tap.run(TESTS, copied)


if __name__ == "__main__":
    sys.exit(main())
