#!/usr/bin/python3
"""xnd with fifty guests, on the host that tests/oracle/xen/many.c makes up:
how soon it has adopted them, what it takes, and who is woken by a death. TAP."""
from __future__ import annotations

import functools
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable

import tap
from made_xenstored import GUESTS, Store
from test_restore import BUILD, INSIDE, can_be_apart, configured

RUN = pathlib.Path(configured("runstatedir"), "xenith")
STORE = RUN / "store"
FOLDER = RUN / "made-up"
ENV = os.environ | {
    "LD_PRELOAD": str(BUILD / "xen_of_many.so"),
    "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0",
    "XEN_FOLDER": str(FOLDER), "XENSTORED_PATH": str(STORE)}
HAS_ASAN = b"__asan_init" in (BUILD / "xnd").read_bytes()


def wait_for(condition, seconds: float = 20):
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.005)
    return value


class Supervisor:
    """xnd as a service has it."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.errors = open(FOLDER / "errors", "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [BUILD / "xnd", "--foreground"], stderr=self.errors, env=ENV)
        wait_for(lambda: self.guests() is not None)
        self.adopted_cpu = self.cpu_seconds()

    def guests(self) -> list[int] | None:
        """Those it supervises; None: it does not answer."""
        assert self.process.poll() is None, self.said()
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(os.fspath(RUN / "xnd.sock"))
                client.sendall(b'{"request":"status"}\n')
                line = client.makefile().readline()
            except OSError:
                return None
        return [guest["domid"] for guest in json.loads(line)["guests"]]

    def said(self) -> str:
        return (FOLDER / "errors").read_text(encoding="utf-8")

    def cpu_seconds(self) -> float:
        """User and system, with the children that have ended; proc(5)."""
        stat = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text(
            encoding="utf-8")
        ticks = [int(word) for word in stat.rpartition(")")[2].split()[11:15]]
        return sum(ticks) / os.sysconf("SC_CLK_TCK")

    def number(self, file: str, row: str) -> int:
        text = pathlib.Path(f"/proc/{self.process.pid}/{file}").read_text(
            encoding="ascii")
        found = re.search(rf"^{row}:\s+(\d+)", text, re.MULTILINE)
        assert found, text
        return int(found[1])

    def wakes(self) -> int:
        """How often its loop began to run; libxenstore's reader does not
        count, it hands over what it read."""
        return self.number("status", "voluntary_ctxt_switches")

    def end(self) -> None:
        self.process.terminate()
        self.process.wait()
        self.errors.close()


STORES: list[Store] = []  # the one


def fifty_guests_are_adopted_in_time(xnd: Supervisor) -> None:
    assert sorted(xnd.guests() or []) == list(range(1, GUESTS + 1)), xnd.said()
    """Its processor's time, for others may use the processors, too; how long
    it took has the patience of wait_for()."""
    assert HAS_ASAN or xnd.adopted_cpu < 2, xnd.adopted_cpu


def they_cost_little(xnd: Supervisor) -> None:
    if HAS_ASAN:
        raise tap.Skip("ASan takes its own")
    kib = xnd.number("smaps_rollup", "Rss")
    assert kib < 8 << 10, kib


def woken_by_the_end_of(domid: int, xnd: Supervisor) -> int:
    time.sleep(0.3)
    before = xnd.wakes()
    (FOLDER / f"gone-{domid}").touch()
    assert STORES[0].release_domain() == 1  # one watch for all of them
    wait_for(lambda: f"domain {domid} (many{domid}) is gone" in xnd.said())
    time.sleep(0.2)
    return xnd.wakes() - before


def a_death_wakes_it_once(xnd: Supervisor) -> None:
    """On a busy machine it may have to wait for libxenstore's lock, too."""
    dead = range(7, 15)
    woken = [woken_by_the_end_of(domid, xnd) for domid in dead]
    assert min(woken) == 1 and sum(woken) < 4 * len(dead), woken
    left = xnd.guests()
    assert left is not None and not set(dead).intersection(left)
    children = pathlib.Path(
        f"/proc/{xnd.process.pid}/task/{xnd.process.pid}/children")
    assert children.read_text(encoding="ascii") == "", "a worker for nothing"


def command(*words: str, said: pathlib.Path) -> subprocess.Popen:
    with open(said, "w", encoding="utf-8") as output:
        return subprocess.Popen([BUILD / "xn", *words], env=ENV, stdout=output,
                                stderr=subprocess.STDOUT)


def who_waits_or_listens_goes_on_with_the_next_one(xnd: Supervisor) -> None:
    told, waited = FOLDER / "told", FOLDER / "waited"
    events = command("events", "--json", said=told)
    wait = command("wait", "--timeout", "60", "many20", "gone", said=waited)
    time.sleep(1)
    xnd.process.kill()
    xnd.process.wait()
    xnd.start()
    wait_for(lambda: '"lost"' in told.read_text(encoding="utf-8"))
    assert wait.poll() is None, waited.read_text(encoding="utf-8")
    (FOLDER / "gone-20").touch()
    STORES[0].release_domain()
    assert wait.wait(20) == 0, waited.read_text(encoding="utf-8")
    wait_for(lambda: '"destroyed"' in told.read_text(encoding="utf-8"))
    events.terminate()
    assert events.wait() == -signal.SIGTERM


TESTS = [fifty_guests_are_adopted_in_time, they_cost_little,
         a_death_wakes_it_once,
         who_waits_or_listens_goes_on_with_the_next_one]


def named(test: Callable[[Supervisor], None],
          xnd: Supervisor) -> Callable[[], None]:
    return functools.update_wrapper(functools.partial(test, xnd), test)


def run_inside() -> int:
    FOLDER.mkdir(parents=True)
    STORES.append(Store(STORE))
    xnd = Supervisor()
    try:
        return tap.run([named(test, xnd) for test in TESTS])
    finally:
        xnd.end()


def main() -> int:
    if "--inside" in sys.argv:
        return run_inside()
    if not can_be_apart():
        return tap.skip_all("no root, or the build is where it installs to")
    os.execvp("unshare", ["unshare", "-m", "sh", "-c", INSIDE, "sh",
                          sys.executable, os.path.abspath(__file__),
                          "--inside"])


if __name__ == "__main__":
    sys.exit(main())
