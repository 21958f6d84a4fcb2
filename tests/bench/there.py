"""Small guests that are there while something else is measured."""
from __future__ import annotations

import pathlib
import shlex

import lab as lablib

KERNEL = pathlib.Path(__file__).resolve().parents[2] / "build/guest_kernel"


class There:
    """Guests of tests/guest in 8 MiB each, there0 and on, with a file as their
    disk and a vif each: hosts are like that, and tools look at what is there
    when another one comes. They keep xnd, too.

    folder: of the host; it is there."""

    def __init__(self, host: lablib.Host, folder: str):
        self.host = host
        self.folder = folder
        self.count = 0

    def keep(self, count: int) -> None:
        """Makes some, or destroys those that are too many, for the memory."""
        if count and not self.count:
            self.host.write(f"{self.folder}/small-guest", KERNEL.read_bytes())
        while self.count < count:
            path = f"{self.folder}/there{self.count}.cfg"
            disk = f"{self.folder}/there{self.count}.img"
            self.host.write(disk, bytes(1 << 20))
            self.host.write(path, lablib.guest_config(
                "pv", f"there{self.count}", ramdisk=None, memory=8,
                kernel=f"{self.folder}/small-guest",
                disk=[f"{disk},raw,xvda,w"], vif=["bridge=xenbr0"]))
            # Noted first: what is half made is destroyed with the rest.
            self.count += 1
            self.host.xn("create", "-q", path, timeout=120)
        while self.count > count:
            self.host.xn("destroy", f"there{self.count - 1}", timeout=120)
            self.count -= 1

    def clean_up(self) -> None:
        """All of them, and none that is not there is missed."""
        names = " ".join(shlex.quote(f"there{number}")
                         for number in range(self.count))
        self.host.run(f"for d in {names}; do xl destroy $d; done 2>/dev/null",
                      check=False, timeout=1800)
        self.count = 0
