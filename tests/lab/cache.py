"""What all of the lab's modules stand on: its errors, its files in the cache,
their locks, and how it says what it is doing."""
from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

# Multiplies all timeouts; for a machine that has other work to do as well.
PATIENCE = float(os.environ.get("XENITH_LAB_PATIENCE", "1"))


class LabError(Exception):
    """Something a developer can act on; the text says what."""


@contextlib.contextmanager
def progress(what: str) -> Iterator[None]:
    """Says what is going on, and that it still is: a line rewritten every
    second on a terminal, else a line every 10 seconds."""
    terminal = sys.stderr.isatty()
    start = time.monotonic()
    done = threading.Event()

    def line() -> str:
        return f"lab: {what} ({time.monotonic() - start:.0f} s)"

    def beat() -> None:
        while not done.wait(1 if terminal else 10):
            print(f"\r{line()}" if terminal else f"{line()} ...",
                  end="" if terminal else "\n", file=sys.stderr, flush=True)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        print(f"\r{line()}" if terminal else line(), file=sys.stderr,
              flush=True)


def cache_dir() -> pathlib.Path:
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    path = pathlib.Path(os.environ.get("XENITH_LAB_CACHE")
                        or pathlib.Path(base) / "xenith" / "lab")
    path.mkdir(parents=True, exist_ok=True)
    return path.resolve()


def instance() -> str:
    """The name of this lab among several."""
    return os.environ.get("XENITH_LAB_INSTANCE", "default")


@contextlib.contextmanager
def locked(path: pathlib.Path) -> Iterator[int]:
    """Holds the lock file. It is free again when this process has ended, and
    every child that was handed the descriptor."""
    with open(path, "w", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with progress(f"waiting for another process to finish ({path})"):
                fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def digest(*parts: bytes) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "little") + part)
    return total.hexdigest()[:12]


def run_logged(argv: list[str], log: pathlib.Path,
               keep: tuple[int, ...] = ()) -> None:
    """Runs a command whose output is of interest only if it fails; it gets
    the descriptors to keep."""
    with open(log, "wb") as file:
        result = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=file,
                                stderr=subprocess.STDOUT, check=False,
                                pass_fds=keep)
    if result.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        raise LabError(f"{argv[0]} failed; the end of {log}:\n{tail}")


def in_use(path: pathlib.Path) -> bool:
    """Whether something of the cache is there. Notes that it is used."""
    if not path.exists():
        return False
    os.utime(path)
    return True


def prune(cache: pathlib.Path, pattern: str) -> None:
    """Removes what was not used for a week."""
    for path in cache.glob(pattern):
        if time.time() - path.stat().st_mtime > 7 * 24 * 3600:
            shutil.rmtree(path, ignore_errors=True)
