#!/usr/bin/python3
"""xn migrate --check from one end to the other, on the host that
tests/oracle/xen makes up, which here is also another host; and
each end against an older one, which is played. TAP."""
from __future__ import annotations

import json
import os
import pathlib
import struct
import subprocess
import sys
from collections.abc import Callable

import tap

BUILD = pathlib.Path(os.environ["top_builddir"]).resolve()
XN = BUILD / "xn"
ENV = os.environ | {
    "LD_PRELOAD": str(BUILD / "xen_for_reports.so"),
    "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}
BANNER = b"xn migration receiver 2 ready, send a Xenith stream. \n"
# As an older sender asks; web's own name, and nothing that it lacks.
WEB_UUID = "01010101-0101-0101-0101-010101010101"
AVX2 = "its CPUs lack what the guest was given: avx2"
FSRM = "its CPUs are less safe or slower than the guest was told: fsrm"
TAKEN = "its UUID is taken by domain 3 (web)"


class Files:
    """A folder with web's configuration and its disk."""

    def __init__(self, folder: str) -> None:
        self.disk = f"{folder}/web.img"
        self.config = f"{folder}/web.cfg"
        self.played = f"{folder}/played"
        with open(self.disk, "wb") as disk:
            disk.truncate(8192)
        with open(self.config, "w", encoding="ascii") as config:
            config.write(f'name = "web"\ntype = "pv"\nkernel = "/bin/true"\n'
                         f'memory = 4\nuuid = "{WEB_UUID}"\n'
                         f'disk = [ "{self.disk},raw,xvda,w" ]\n')

    def ask(self, there: str, *options: str) -> subprocess.CompletedProcess:
        """there: what is put before the receiver, or instead of it."""
        if not there.startswith("/"):
            there += f" {XN} migrate-receive --handshake 2"
        return subprocess.run(
            [XN, "migrate", "--check", "-C", self.config, "-s", "", *options,
             "web", there], env=ENV, text=True, check=False, timeout=60,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def ask_json(self, there: str) -> dict:
        return json.loads(self.ask(there, "--json").stdout)

    def play(self, answer: bytes) -> str:
        """A receiver of before there were notes; it keeps the question."""
        with open(self.played, "w", encoding="ascii") as script:
            script.write(
                f"#!/usr/bin/python3\nimport struct, sys\n"
                f"out = sys.stdout.buffer\nout.write({BANNER!r})\n"
                f"out.flush()\n"
                f"size, = struct.unpack('<I', sys.stdin.buffer.read(4))\n"
                f"question = sys.stdin.buffer.read(size)\n"
                f"open({self.played + '.question'!r}, 'wb').write(question)\n"
                f"out.write(struct.pack('<I', {len(answer)}) + {answer!r})\n")
        os.chmod(self.played, 0o700)
        return self.played

    def question(self) -> dict:
        with open(f"{self.played}.question", "rb") as kept:
            return json.loads(kept.read())


def ask_as_older(question: dict) -> str:
    """The receiver's answer to a question without needs."""
    text = json.dumps(question).encode()
    done = subprocess.run(
        [XN, "migrate-receive", "--handshake", "2"], check=False, timeout=60,
        input=struct.pack("<I", len(text)) + text, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, env=ENV | {"XEN_NO_FSRM": "1",
                                              "XEN_LACKS": "20"})
    rest = done.stdout.removeprefix(BANNER)
    size, = struct.unpack("<I", rest[:4])
    assert len(rest) == 4 + size
    return rest[4:].decode()


def what_it_lacks_not_is_not_told(files: Files) -> None:
    """The very guest within its host has its disk, its name and its UUID."""
    said = files.ask_json("")
    lines = "\n".join(said["reasons"] + said["notes"])
    for word in ("CPUs", "UUID", "disk", "name"):
        assert word not in lines, said


def cpu_features_that_are_missed_are_named(files: Files) -> None:
    said = files.ask_json("XEN_LACKS=20 XEN_NO_FSRM=1")
    assert AVX2 in said["reasons"] and not said["can"], said
    assert FSRM in said["notes"] and FSRM not in said["reasons"], said
    assert files.ask("XEN_LACKS=20").returncode == 4


def several_are_one_reason(files: Files) -> None:
    said = files.ask_json("XEN_LACKS=a0")
    assert ("its CPUs lack what the guest was given: avx2, smep"
            in said["reasons"]), said


def reasons_and_notes_are_told_apart_as_text(files: Files) -> None:
    said = files.ask("XEN_LACKS=20 XEN_NO_FSRM=1").stderr
    assert f"  | {AVX2}\n" in said, said
    assert f"  | note: {FSRM}\n" in said, said


def at_another_host_the_uuid_has_to_be_free(files: Files) -> None:
    assert TAKEN in files.ask_json("XEN_HOST=host2")["reasons"]
    assert TAKEN not in files.ask_json("")["reasons"]


def a_file_of_one_host_alone_is_no_shared_disk(files: Files) -> None:
    said = files.ask_json("XEN_HOST=host2")
    found = [line for line in said["reasons"] + said["notes"]
             if line.startswith(f"disk 1 (xvda): {files.disk} is in a ")
             or line.startswith("disk 1 (xvda): nothing tells whether ")]
    assert len(found) == 1, said


def a_disk_of_another_size_is_another(files: Files) -> None:
    files.play(b"")
    files.ask(files.played)
    question = files.question()
    question["needs"]["host"] = "another"
    question["needs"]["disks"][0]["size"] = 4096
    assert (f"disk 1 (xvda): {files.disk} has 8192 bytes, the guest's has 4096"
            in ask_as_older(question).splitlines())


def an_older_sender_hears_reasons_alone(files: Files) -> None:
    files.play(b"")
    files.ask(files.played)
    question = files.question()
    del question["needs"], question["notes"]
    lines = ask_as_older(question).splitlines()
    assert not [line for line in lines if line.startswith("note: ")], lines
    assert AVX2 not in lines and TAKEN not in lines, lines
    assert lines, "the made-up host lacks some things"


def an_older_receiver_is_understood(files: Files) -> None:
    said = files.ask(files.play(b""))
    assert said.returncode == 0, said
    assert said.stdout == f"{files.played} can take web\n", said
    said = files.ask(files.play(b"no such bridge\n"))
    assert said.returncode == 4 and "  | no such bridge\n" in said.stderr, said
    assert "note: " not in said.stderr, said


def notes_do_not_keep_it_away(files: Files) -> None:
    said = files.ask(files.play(b"note: it is \x1b[31mslow\n"))
    assert said.returncode == 0, said
    assert said.stdout.splitlines()[1] == "note: it is  [31mslow", said


def the_question_tells_what_the_guest_has(files: Files) -> None:
    files.ask(files.play(b""))
    question = files.question()
    needs = question["needs"]
    assert question["notes"] is True
    assert needs["cpu"]["vendor"] == "GenuineIntel"
    assert needs["cpu"]["features"][5] == 0x1a0
    assert needs["disks"][0]["place"] == "file"
    assert needs["disks"][0]["size"] == 8192
    assert "emulator" not in needs  # a PV guest


TESTS: list[Callable[[Files], None]] = [
    what_it_lacks_not_is_not_told,
    cpu_features_that_are_missed_are_named,
    several_are_one_reason,
    reasons_and_notes_are_told_apart_as_text,
    at_another_host_the_uuid_has_to_be_free,
    a_file_of_one_host_alone_is_no_shared_disk,
    a_disk_of_another_size_is_another,
    an_older_sender_hears_reasons_alone,
    an_older_receiver_is_understood,
    notes_do_not_keep_it_away,
    the_question_tells_what_the_guest_has,
]


def main() -> int:
    if os.geteuid() != 0:
        return tap.skip_all("only root may migrate")
    return tap.run(TESTS, Files)


if __name__ == "__main__":
    sys.exit(main())
