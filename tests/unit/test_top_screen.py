#!/usr/bin/python3
"""xn top on a terminal, with the host that tests/oracle/xen makes
up: its keys, another size of the terminal, its end. TAP."""
from __future__ import annotations

import fcntl
import os
import pathlib
import pty
import select
import signal
import struct
import sys
import termios
import time

import tap

BUILD = pathlib.Path(os.environ["top_builddir"]).resolve()
PATIENCE = 20.0  # seconds; a sanitizer under load takes some
LEAVE = "\x1b[?1049l"  # of xterm: back from the other screen


class Terminal:
    def __init__(self, words: list[str], rows: int = 30, columns: int = 200):
        self.seen = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            self.start(words)
        self.resize(rows, columns)

    @staticmethod
    def start(words: list[str]) -> None:
        time.sleep(0.1)  # for the size
        os.execve(BUILD / "xn-top", ["xn-top", *words], os.environ | {
            "TERM": "xterm", "LC_ALL": "C.UTF-8",
            "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0",
            "LD_PRELOAD": str(BUILD / "xen_for_reports.so")})

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds: float) -> bool:
        if not select.select([self.fd], [], [], seconds)[0]:
            return False
        try:
            block = os.read(self.fd, 65536)
        except OSError:
            block = b""
        self.seen += block.decode("utf-8", "replace")
        return bool(block)

    def expect(self, text: str) -> None:
        end = time.monotonic() + PATIENCE
        while text not in self.seen:
            left = end - time.monotonic()
            assert left > 0 and self.read(left), f"no {text!r} in {self.seen!r}"

    def press(self, keys: str) -> None:
        self.seen = ""
        os.write(self.fd, keys.encode())

    def end(self) -> int:
        end = time.monotonic() + PATIENCE
        while self.read(max(0, end - time.monotonic())):
            pass
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.fd)
        return status


def keys_and_the_end() -> None:
    terminal = Terminal(["60", "-"])
    terminal.expect("4 domains: 1 running")
    terminal.expect("Domain-0")
    terminal.expect("Sort order: ID")
    terminal.press("s")
    terminal.expect("NAME  Q")
    terminal.press("v")
    terminal.expect("VCPUs(sec):")
    terminal.press("d")
    terminal.expect("(sec):")  # only what changes is drawn
    terminal.press("\x1b")
    terminal.expect("Networks")
    terminal.press("q")
    assert terminal.end() == 0
    assert LEAVE in terminal.seen


def any_size_will_do() -> None:
    terminal = Terminal(["60", "-nxv"])
    terminal.expect("rt1")
    for rows, columns in ((1, 1), (2, 200), (40, 3), (5, 20)):
        terminal.resize(rows, columns)
        terminal.press("n")
    terminal.resize(30, 200)
    terminal.press("s")
    terminal.expect("NAME  Q")
    terminal.press("\x03")
    assert terminal.end() == 0


def samples_come_by_themselves() -> None:
    terminal = Terminal(["1", "-"])
    terminal.expect("xn top - ")
    terminal.seen = ""
    terminal.expect("\x1b[1;")  # the clock in the first line goes on
    terminal.press("q")
    assert terminal.end() == 0


def a_signal_gives_the_terminal_back() -> None:
    terminal = Terminal(["60", "-"])
    terminal.expect("Domain-0")
    terminal.seen = ""
    os.kill(terminal.pid, signal.SIGTERM)
    terminal.end()
    assert LEAVE in terminal.seen


def main() -> int:
    return tap.run([keys_and_the_end, any_size_will_do,
                    samples_come_by_themselves,
                    a_signal_gives_the_terminal_back])


if __name__ == "__main__":
    sys.exit(main())
