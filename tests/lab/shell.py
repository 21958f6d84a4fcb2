"""A shell that stays in a host, for command after command: under emulation a
session of sshd and a bash of its own take each command 200 ms, a subshell of
one that is there 30 ms."""
from __future__ import annotations

import os
import secrets
import selectors
import shlex
import subprocess
import time
from typing import IO

# Commands come with their length before them, each in SIZE digits; how one
# ended goes behind what it wrote to either stream, after a token that nothing
# else can have written. The length is one of bytes, also where LANG is set.
SIZE = 8
LOOP = f"""
LC_ALL=C
while IFS= read -r -N {SIZE} size && IFS= read -r -N "$((10#$size))" command
do
    (eval "$command") </dev/null
    printf '\\0%s %d\\n' "$0" $?
    printf '\\0%s \\n' "$0" >&2
done
"""


class ShellEnded(Exception):
    """The host or the connection to it went away, or the time was over; with
    what the command wrote until then."""

    def __init__(self, late: bool, out: bytes, err: bytes):
        super().__init__("late" if late else "ended")
        self.late = late
        self.out = out
        self.err = err


class Shell:
    """ssh: the words that run a command in the host, which is added."""

    def __init__(self, ssh: list[str], directory: os.PathLike):
        token = secrets.token_hex(16)
        self.end = f"\0{token} ".encode()
        self.process = subprocess.Popen(
            [*ssh, "exec " + shlex.join(["bash", "-c", LOOP, token])],
            cwd=directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, bufsize=0)

    def run(self, command: str, timeout: float) -> tuple[int, bytes, bytes]:
        """Its exit status, and what it wrote to both streams. After ShellEnded
        this shell is of no more use."""
        text = command.encode()
        try:
            self.process.stdin.write(f"{len(text):0{SIZE}}".encode() + text)
        except OSError:
            raise ShellEnded(False, b"", b"") from None
        out, err = bytearray(), bytearray()
        whole = self.read({self.process.stdout: out, self.process.stderr: err},
                          time.monotonic() + timeout)
        if whole is not True:
            self.close()
            raise ShellEnded(whole is None, bytes(out), bytes(err))
        written, _, status = bytes(out).partition(self.end)
        return (int(status.partition(b"\n")[0]), written,
                bytes(err).partition(self.end)[0])

    def read(self, streams: dict[IO[bytes], bytearray],
             deadline: float) -> bool | None:
        """Until the end of the command is seen on all streams; False if they
        ended, None if the time did."""
        with selectors.DefaultSelector() as selector:
            for stream in streams:
                selector.register(stream, selectors.EVENT_READ)
            while selector.get_map():
                left = deadline - time.monotonic()
                ready = selector.select(left) if left > 0 else []
                if not ready:
                    return None
                for key, _ in ready:
                    seen = streams[key.fileobj]
                    got = os.read(key.fd, 1 << 16)
                    seen += got
                    if not got:
                        return False
                    if self.ended(seen, len(got)):
                        selector.unregister(key.fileobj)
        return True

    def ended(self, seen: bytearray, new: int) -> bool:
        """Also where a process that the command left wrote behind its end."""
        at = seen.find(self.end, max(0, len(seen) - new - 64))
        return at >= 0 and seen.find(b"\n", at) >= 0

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout,
                       self.process.stderr):
            stream.close()
