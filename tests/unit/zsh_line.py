#!/usr/bin/python3
"""zsh_line.py FOLDER LINE ...: types each line and a Tab into a zsh that
completes with FOLDER/_xn, and prints what the line is then. Its zsh has a
terminal, as completion needs one, and no settings of the user's."""
from __future__ import annotations

import os
import pathlib
import pty
import select
import sys
import tempfile
import time

SETUP = """\
fpath=({folder} $fpath); autoload -U compinit; compinit -u -D
unsetopt beep automenu
write-line() {{ print -r -- "$BUFFER" >{out}; BUFFER=; print -n WRIT''TEN }}
zle -N write-line; bindkey '^Xw' write-line
print REA''DY
"""


def wait_for(terminal: int, mark: bytes, seconds: float = 60) -> None:
    said, end = b"", time.monotonic() + seconds
    while mark not in said:
        left = end - time.monotonic()
        if left <= 0 or not select.select([terminal], [], [], left)[0]:
            sys.exit(f"zsh did not say {mark!r}: {said!r}")
        said += os.read(terminal, 65536)


def main() -> None:
    folder, *lines = sys.argv[1:]
    with tempfile.TemporaryDirectory() as home:
        child, terminal = pty.fork()
        if child == 0:
            os.environ |= {"TERM": "dumb", "ZDOTDIR": home, "HOME": home}
            os.execvp("zsh", ["zsh", "-f", "-i"])
        out = pathlib.Path(home, "line")
        os.write(terminal, SETUP.format(folder=folder, out=out).encode())
        wait_for(terminal, b"READY")
        for line in lines:
            os.write(terminal, line.encode() + b"\t\x18w")
            wait_for(terminal, b"WRITTEN")
            print(out.read_text(), end="")
        os.write(terminal, b"exit\n")
        os.close(terminal)
        os.waitpid(child, 0)


main()
