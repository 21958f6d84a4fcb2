#!/usr/bin/python3
"""xn shutdown and reboot of guests that do not react, on the host that
tests/oracle/xen makes up: when they end, what they say, and what is left in
control/shutdown. TAP."""
from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

BUILD = pathlib.Path(os.environ["top_builddir"]).resolve()
LATE = 3  # seconds that a busy machine may take beside the limit
LONG = "a-domain-with-quite-a-long-name-of-its-own"


class Run(NamedTuple):
    status: int
    errors: str
    seconds: float
    words: list[str]  # "8 poweroff", "8 ": what was written, in its order


def run(*words: str, polite: str = "", late: str = "") -> Run:
    with tempfile.NamedTemporaryFile("r") as calls:
        begin = time.monotonic()
        done = subprocess.run(
            [BUILD / "xn", *words], check=False, timeout=50, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "XEN_POLITE": polite, "XEN_LATE": late,
                 "XEN_CALLS": calls.name,
                 "LD_PRELOAD": str(BUILD / "xen_for_reports.so"),
                 "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"})
        seconds = time.monotonic() - begin
        written = [line.split("/", 3)[3].replace("/control/shutdown", "")
                   .rstrip("\n") for line in calls
                   if "/control/shutdown" in line]
    return Run(done.returncode, done.stderr, seconds, written)


def expect(got: object, wanted: object) -> None:
    assert got == wanted, f"expected {wanted!r}, got {got!r}"


def expect_time(got: float, wanted: float) -> None:
    assert wanted <= got <= wanted + LATE, f"expected {wanted} s, got {got}"


def deaf_guest_costs_the_limit_and_keeps_no_request() -> None:
    end = run("shutdown", "--timeout", "1", "rt1")
    expect(end.status, 6)
    expect_time(end.seconds, 1)
    assert ("shutdown of 'rt1': the guest does not react\n" in end.errors
            and "the request is withdrawn" in end.errors), end.errors
    expect(end.words, ["8 poweroff", "8 "])


def reboot_is_the_same() -> None:
    end = run("reboot", "--timeout", "1", "rt1")
    expect(end.status, 6)
    expect_time(end.seconds, 1)
    assert "reboot of 'rt1': the guest does not react\n" in end.errors
    expect(end.words, ["8 reboot", "8 "])


def deaf_guests_share_the_limit() -> None:
    end = run("shutdown", "--timeout", "1", "rt1", LONG)
    expect(end.status, 6)
    expect_time(end.seconds, 1)
    assert "'rt1': the guest does not" in end.errors, end.errors
    assert f"'{LONG}': the guest does not" in end.errors, end.errors
    expect(end.words, ["8 poweroff", "5 poweroff", "8 ", "5 "])


def polite_one_among_all_is_told_of() -> None:
    end = run("shutdown", "--all", "--timeout", "1", polite="8")
    expect(end.status, 4)  # the first refusal is that of web, without drivers
    expect_time(end.seconds, 1)
    assert "'web': the guest does not listen" in end.errors, end.errors
    assert f"'{LONG}': the guest does not react" in end.errors, end.errors
    assert "Domain 8 has been shut down, reason code 0" in end.errors
    assert "not down" not in end.errors, end.errors
    expect(end.words, ["5 poweroff", "8 poweroff", "5 "])


def polite_guest_ends_the_wait() -> None:
    end = run("shutdown", "--timeout", "30", "rt1", polite="8")
    expect(end.status, 0)
    expect_time(end.seconds, 0)
    expect(end.words, ["8 poweroff"])


def guest_that_reacts_but_stays_is_told_as_such() -> None:
    end = run("shutdown", "-ww", "--timeout", "1", "rt1", polite="8")
    expect(end.status, 6)
    expect_time(end.seconds, 1)
    assert "after 1 s not gone: domain 8" in end.errors, end.errors
    expect(end.words, ["8 poweroff"])


def one_that_reacts_at_the_last_moment_has_reacted() -> None:
    end = run("shutdown", "--timeout", "1", "rt1", late="8")
    expect(end.status, 6)
    assert "after 1 s not down: domain 8" in end.errors, end.errors
    assert "react" not in end.errors, end.errors
    expect(end.words, ["8 poweroff"])


def main() -> int:
    tests = [deaf_guest_costs_the_limit_and_keeps_no_request,
             reboot_is_the_same, deaf_guests_share_the_limit,
             polite_one_among_all_is_told_of, polite_guest_ends_the_wait,
             guest_that_reacts_but_stays_is_told_as_such,
             one_that_reacts_at_the_last_moment_has_reacted]
    failed = False
    print(f"1..{len(tests)}")
    for number, test in enumerate(tests, 1):
        try:
            test()
            print("ok", number, "-", test.__name__)
        except AssertionError as error:
            failed = True
            print("not ok", number, "-", test.__name__)
            print("# " + str(error).replace("\n", "\n# "))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
