"""A conversation with a program in a host on a terminal of its own, as a
person has it with a guest's console."""
from __future__ import annotations

import os
import re
import selectors
import subprocess
import time

from lab import PATIENCE, Host, LabError


class Console:
    """Runs a command in the host on a pseudo terminal.

        with Console(host, "xn console web") as console:
            console.send("\\r")
            console.expect("guest# ")
    """

    def __init__(self, host: Host, command: str):
        self.command = command
        self.seen = ""
        self.process = subprocess.Popen(
            [*host.ssh_argv("-tt"), command], cwd=host.dir,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, bufsize=0)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)
        self.pending = ""

    def send(self, text: str) -> None:
        os.write(self.process.stdin.fileno(), text.encode())

    def read(self, timeout: float) -> bool:
        """Takes what has come; False when nothing did, or it ended."""
        if not self.selector.select(timeout):
            return False
        data = os.read(self.process.stdout.fileno(), 65536)
        text = data.decode(errors="replace")
        self.seen += text
        self.pending += text
        return bool(data)

    def expect(self, pattern: str, timeout: float = 60) -> re.Match:
        """Waits until what came since the last match matches the regular
        expression; the match is consumed."""
        deadline = time.monotonic() + timeout * PATIENCE
        while not (match := re.search(pattern, self.pending)):
            left = deadline - time.monotonic()
            if left <= 0 or not self.read(left):
                raise LabError(f"{self.command}: {pattern!r} did not come; "
                               f"this did:\n{self.seen}")
        self.pending = self.pending[match.end():]
        return match

    def wait(self, timeout: float = 60) -> int:
        """Waits for the command to end by itself; returns its exit status."""
        deadline = time.monotonic() + timeout * PATIENCE
        while self.read(max(0.0, deadline - time.monotonic())):
            pass
        try:
            return self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise LabError(f"{self.command}: did not end; it showed:\n"
                           f"{self.seen}") from None

    def close(self) -> None:
        """Hangs up."""
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.selector.close()

    def __enter__(self) -> Console:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
