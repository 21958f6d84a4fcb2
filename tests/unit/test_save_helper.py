#!/usr/bin/python3
"""xn-save-helper with a libxl and a Xen that are played: what it says to libxl
byte for byte as Debian's own helper says it, whom it gives way to, and what it
does when libxl goes away. Debian's helper is looked for in
$XEN_LIBDIR/xen-*/bin, /usr/lib and build/xl (tests/oracle/fetch-xl). TAP."""
from __future__ import annotations

import glob
import os
import pathlib
import signal
import stat
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

import tap

SOURCE = pathlib.Path(os.environ["top_srcdir"]).resolve()
BUILD = pathlib.Path(os.environ["top_builddir"]).resolve()
HELPER = str(BUILD / "xn-save-helper")
XEN = str(BUILD / "xen_for_helper.so")

# libxl_save_msgs_gen.pl of Xen 4.17, numbered by hand.
LOG, PROGRESS, SUSPEND, LOGDIRTY = 1, 2, 3, 7
STATIC_DATA_DONE, RESULTS, COMPLETE = 8, 9, 10
ANSWERED = {SUSPEND: 1, LOGDIRTY: 0, STATIC_DATA_DONE: 0, COMPLETE: 0}
SAVE = ["--save-domain", None, "-1", "7", "1", str(1 << 3 | 1 << 7), "0"]
RESTORE = ["--restore-domain", None, "-1", "7", "2", "0", "3", "0",
           str(1 << 8 | 1 << 9), "0"]


def find_stock() -> str | None:
    for place in (os.environ.get("XEN_LIBDIR"), "/usr/lib"):
        for path in glob.glob(f"{place}/xen-*/bin/libxl-save-helper"):
            return path
    path = SOURCE / "build/xl/libxl-save-helper"
    return str(path) if path.exists() else None


@dataclass
class Talk:
    """A helper's whole life, as libxl sees it."""
    messages: list[tuple[int, bytes]] = field(default_factory=list)
    stream: bytes = b""
    calls: str = ""
    report: str = ""
    said: str = ""
    status: int = 0

    def numbers(self) -> list[int]:
        return [number for number, _ in self.messages if number != LOG]

    def result(self) -> tuple[int, int]:
        return struct.unpack("=ii", dict(self.messages)[COMPLETE])


def read_message(pipe) -> tuple[int, bytes] | None:
    header = pipe.read(2)
    if len(header) < 2:
        assert not header, "half a length"
        return None
    body = pipe.read(struct.unpack("=H", header)[0])
    return struct.unpack("=H", body[:2])[0], body[2:]


def hear(child, talk: Talk, answers: dict[int, int | None], leave_after: int,
         strike: int | None) -> None:
    """Answers until it ends, or leaves after that many messages."""
    while (message := read_message(child.stdout)) is not None:
        talk.messages.append(message)
        if len(talk.messages) == leave_after:
            break
        if message[0] == strike:
            child.send_signal(signal.SIGTERM)
        answer = answers.get(message[0])
        if answer is not None:
            child.stdin.write(struct.pack("=i", answer))
            child.stdin.flush()
    child.stdin.close()
    child.stdout.close()


def speak(words: list[str | None], folder: pathlib.Path, *,
          helper: str = HELPER, stock: str | None = None,
          answers: dict[int, int | None] | None = None, leave_after: int = -1,
          strike: int | None = None, stream: str = "stream",
          env: dict[str, str] | None = None) -> Talk:
    talk, calls = Talk(), folder / "calls"
    calls.write_text("")
    place = folder / stream if "/" not in stream else pathlib.Path(stream)
    out = os.open(place, os.O_RDWR | os.O_CREAT)
    report_in, report_out = os.pipe2(os.O_NONBLOCK)
    setting = {
        "LD_PRELOAD": XEN, "XEN_CALLS": str(calls),
        "XENITH_SAVE_REPORT_FD": str(report_out),
        # the sanitizer's own library comes after ours
        "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0",
    } | ({"XENITH_STOCK_SAVE_HELPER": stock} if stock else {}) | (env or {})
    argv = [helper] + [str(out) if word is None else word for word in words]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, pass_fds=(out, report_out),
                          env=os.environ | setting) as child:
        try:
            hear(child, talk, ANSWERED | (answers or {}), leave_after, strike)
            talk.said = child.stderr.read().decode()
            talk.status = child.wait(60)
        finally:
            child.kill()
    os.close(report_out)
    with os.fdopen(report_in) as report:
        talk.report = report.read()
    os.close(out)
    talk.stream = place.read_bytes() if place.is_file() else b""
    talk.calls = calls.read_text()
    return talk


# -- stock helpers that are played ------------------------------------------


def message(number: int, body: bytes = b"", length: int | None = None) -> bytes:
    size = len(body) + 2 if length is None else length
    return struct.pack("=HH", size, number) + body


def text(value: str) -> bytes:
    return struct.pack("=I", len(value) + 1) + value.encode() + b"\0"


LINE = message(LOG, struct.pack("=ii", 1, 0) + text("helper") + text("starts"))
FAILED = struct.pack("=ii", -1, 3)
# What the probe of a helper with our numbers hears.
AGREES = {"--save-domain": LINE + message(COMPLETE, FAILED),
          "--restore-domain": LINE + message(RESULTS, bytes(16)) +
          message(COMPLETE, FAILED)}


def play(folder: pathlib.Path, said: dict[str, bytes] | bytes,
         then: str = "sys.stdin.buffer.read(4)") -> str:
    """A helper that says that; called for domain 7 it says it is the stock."""
    path = folder / "stock"
    path.write_text(f"""#!/usr/bin/python3
import sys, time
said = {said!r}
if sys.argv[4] == "7":
    sys.exit("stock " + " ".join(sys.argv[1:]))
sys.stdout.buffer.write(said if isinstance(said, bytes) else said[sys.argv[1]])
sys.stdout.buffer.flush()
{then}
""")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


# -- the tests ---------------------------------------------------------------

TESTS: list[Callable[[pathlib.Path], None]] = []


def test(function):
    TESTS.append(function)
    return function


@test
def a_guest_is_saved_in_rounds(folder):
    talk = speak(SAVE, folder, stock=play(folder, AGREES),
                 env={"XEN_DIRTY": "400 100 60 55"})
    assert talk.numbers() == [LOGDIRTY, PROGRESS, SUSPEND, LOGDIRTY, COMPLETE]
    assert talk.result() == (0, 0) and talk.status == 0, talk
    # 60 of 100 is no half: the guest is stopped
    assert talk.stream == b"32768 pages\n400 pages\n100 pages\npages\nthe rest\n"
    lines = talk.report.splitlines()
    assert [line.split()[:4] for line in lines[:-1]] == [
        ["round", "1", "32768", "400"], ["round", "2", "400", "100"],
        ["round", "3", "100", "60"]], lines
    assert lines[-1].startswith("stop 3 "), lines
    assert "counts" in talk.calls and "bitmap" not in talk.calls


@test
def what_is_asked_for_comes_through(folder):
    talk = speak(SAVE, folder, stock=play(folder, AGREES), env={
        "XEN_DIRTY": "400 200 100 50",
        "XENITH_PRECOPY": "downtime=1 rounds=2 busy=stop"})
    assert talk.report.splitlines()[-1].startswith("stop 2 "), talk.report


@test
def wishes_that_make_no_sense_are_told_and_left(folder):
    talk = speak(SAVE, folder, stock=play(folder, AGREES),
                 env={"XENITH_PRECOPY": "downtime=soon"})
    assert talk.result() == (0, 0)
    assert any(b"downtime=soon" in body for _, body in talk.messages)


@test
def without_counts_libxcs_own_are_used(folder):
    talk = speak(SAVE, folder, stock=play(folder, AGREES),
                 env={"XEN_DIRTY": "400 390", "XEN_BLIND": "1"})
    assert talk.result() == (0, 0)
    assert talk.report.splitlines()[0].startswith("round 1 32768 - ")


@test
def a_guest_is_restored_in_extents(folder):
    talk = speak(RESTORE, folder, stock=play(folder, AGREES),
                 env={"XEN_KIND": "hvm", "XEN_POPULATE": "1"})
    assert talk.numbers() == [STATIC_DATA_DONE, RESULTS, COMPLETE]
    assert dict(talk.messages)[RESULTS] == struct.pack("=QQ", 0xfeffc, 0xfefff)
    assert talk.result() == (0, 0) and talk.status == 0
    assert talk.calls.splitlines()[-3:] == [
        "populate 480 of order 0 from 0", "populate 1 of order 9 from 0x200",
        "populate 1 of order 9 from 0x400"], talk.calls
    assert any(b"2 extents of 2 MiB and 480 pages" in body
               for _, body in talk.messages)


@test
def without_free_extents_it_is_pages(folder):
    talk = speak(RESTORE, folder, stock=play(folder, AGREES), env={
        "XEN_KIND": "hvm", "XEN_POPULATE": "1", "XEN_SCARCE": "1"})
    assert talk.result() == (0, 0)
    assert "populate 512 of order 0 from 0x200" in talk.calls
    assert "populate 512 of order 0 from 0x400" in talk.calls


@test
def a_pv_guest_is_restored_in_pages(folder):
    talk = speak(RESTORE, folder, stock=play(folder, AGREES),
                 env={"XEN_KIND": "pv", "XEN_POPULATE": "1"})
    assert talk.result() == (0, 0)
    assert "populate 1504 of order 0 from 0\n" in talk.calls
    assert "order 9" not in talk.calls


@test
def without_xen_it_says_so(folder):
    talk = speak(SAVE, folder, stock=play(folder, AGREES),
                 env={"XEN_NONE": "1"})
    assert talk.status == 1 and talk.numbers() == []
    assert b"xc_interface_open failed" in talk.messages[-1][1]


@test
def it_gives_way_to_whom_it_does_not_know(folder):
    body = LINE[4:]
    liars = {
        "another number": message(LOG + 1, body),
        "another end": LINE + message(COMPLETE + 1, FAILED),
        "another length": LINE + message(COMPLETE, FAILED + b"x"),
        "a half log": message(LOG, body[:9]),
        "a log that lies": message(LOG, body.replace(b"\7\0", b"\xff\0")),
        "no log first": message(COMPLETE, FAILED),
        "an empty message": struct.pack("=H", 0),
        "a tiny message": struct.pack("=HB", 1, 1),
        "success": LINE + message(COMPLETE, bytes(8)),
        "half a message": LINE[:-3],
        "nothing": b"",
        "no end": LINE,
        "a length that lies": message(LOG, body, 65535),
    }
    for what, said in liars.items():
        stock = play(folder, said, then="")
        for words in (SAVE, RESTORE):
            talk = speak(words, folder, stock=stock)
            assert talk.said.startswith(f"stock {words[0]} "), (what, talk)
            assert talk.messages == [] and talk.calls == "", (what, talk)
            assert talk.report.startswith("stock "), (what, talk)


@test
def a_restore_without_results_is_unknown(folder):
    stock = play(folder, AGREES["--save-domain"])
    talk = speak(RESTORE, folder, stock=stock)
    assert talk.said.startswith("stock ") and "no results" in talk.report


@test
def a_chatterbox_is_unknown(folder):
    stock = play(folder, LINE, then="while True: "
                 "sys.stdout.buffer.write(bytes([255, 255, 1, 0] * 1000))")
    talk = speak(SAVE, folder, stock=stock)
    assert talk.said.startswith("stock "), talk


@test
def other_callbacks_and_streams_are_the_stock_helpers(folder):
    stock = play(folder, AGREES)
    for place, value in ((5, "272"), (6, "1"), (1, "x")):
        words = list(SAVE)
        words[place] = value
        talk = speak(words, folder, stock=stock)
        assert talk.said.startswith("stock --save-domain "), talk
        assert talk.report.startswith("stock "), talk


@test
def without_a_stock_helper_it_does_nothing(folder):
    for stock in (None, "relative", str(folder / "missing")):
        talk = speak(SAVE, folder, stock=stock)
        assert talk.status == 1 and talk.messages == [], talk
        assert talk.calls == "" and talk.report.startswith("stock ")


@test
def it_says_on_standard_error_what_it_cannot_report(folder):
    talk = speak(RESTORE, folder, stock=play(folder, b"", then=""),
                 env={"XENITH_SAVE_REPORT_FD": "0"})
    assert talk.said.startswith("xn-save-helper: libxl's own save helper is "
                                "used: "), talk.said


@test
def libxl_may_go_at_any_message(folder):
    stock = play(folder, AGREES)
    whole = speak(SAVE, folder, stock=stock, env={"XEN_DIRTY": "400 390"})
    for count in range(1, len(whole.messages) + 1):
        talk = speak(SAVE, folder, stock=stock, leave_after=count,
                     env={"XEN_DIRTY": "400 390"})
        assert talk.status == 1, (count, talk)
        # libxc has taken the guest out of log-dirty mode
        assert "log-dirty off" in talk.calls, (count, talk)


@test
def an_answer_may_be_a_failure(folder):
    stock = play(folder, AGREES)
    for answers in ({SUSPEND: 0}, {LOGDIRTY: -1}):
        talk = speak(SAVE, folder, stock=stock, answers=answers)
        assert talk.result() == (-1, 5) and talk.status == 0, talk
        assert b"the rest" not in talk.stream
        assert "log-dirty off, -1" in talk.calls
    talk = speak(RESTORE, folder, stock=stock, answers={STATIC_DATA_DONE: -1})
    assert talk.result()[0] == -1 and talk.numbers()[-2] == RESULTS


@test
def sigterm_ends_a_save_by_libxcs_own_way(folder):
    talk = speak(SAVE, folder, stock=play(folder, AGREES), strike=LOGDIRTY)
    assert talk.result()[0] == -1 and talk.status == 0, talk
    assert talk.calls.endswith("log-dirty off, -1\n")


@test
def a_full_disk_ends_a_save(folder):
    talk = speak(SAVE, folder, stock=play(folder, AGREES), stream="/dev/full")
    assert talk.result()[0] == -1 and talk.status == 0, talk


@test
def debians_helper_says_the_same(folder):
    stock = find_stock()
    if stock is None:
        raise tap.Skip("no libxl-save-helper: tests/oracle/fetch-xl")
    plain = {"XEN_DIRTY": ""}
    for words in (SAVE, RESTORE):
        for answers in ({}, {SUSPEND: 0, STATIC_DATA_DONE: -1}):
            theirs = speak(words, folder, helper=stock, answers=answers,
                           env=plain)
            ours = speak(words, folder, stock=stock, answers=answers, env=plain)
            assert ours.report.find("stock") < 0, ours.report
            # ours tells of extents, too
            mine = [one for one in ours.messages if b"extents" not in one[1]]
            assert mine == theirs.messages, (mine, theirs.messages)
            assert ours.status == theirs.status == 0
            relevant = [line for line in ours.calls.splitlines()
                        if not line.startswith("logdirty")]
            assert relevant == theirs.calls.splitlines()


if __name__ == "__main__":
    sys.exit(tap.run(TESTS, pathlib.Path))
