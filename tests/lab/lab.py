"""The lab: real Xen hosts under emulation, driven from Python.

A *host* is a QEMU process (TCG, no KVM) that runs Xen and a Debian Dom0. All
hosts are copies of one that was booted once and kept: its disk, its memory and
its devices' state lie in the cache, hosts map them copy-on-write. So a host is
there in a few seconds, and a spoiled one is thrown away for another copy.

    cache/image-HASH/   what image/build makes; HASH covers all files of image/
    cache/boot-HASH/    disk.qcow2, memory, state: the booted host
    cache/run/NAME/     a lab that is up; NAME has the instance and the checkout
        host1/          disk.qcow2, pid, port, qmp, console.log, qemu.log, ssh

Environment: XENITH_LAB_CACHE moves the cache; XENITH_LAB_INSTANCE names one of
several labs that run side by side; XENITH_LAB_PATIENCE multiplies timeouts;
XENITH_LAB_IOMMU=1 has hosts boot with an IOMMU and a card to give away.

Its parts are modules beside this one, which offers those that tests use.
"""
from __future__ import annotations

import pathlib
import shutil
import time
from collections.abc import Callable
from typing import TypeVar

from booted import KINDS, booted, create_overlay, guest_config, image
from cache import (PATIENCE, LabError, cache_dir, digest, instance, locked,
                   progress, run_logged)
from host import CONSOLE_LOGS, Host, HostLost, Result

__all__ = ["CONSOLE_LOGS", "KINDS", "PATIENCE", "ROOT", "Host", "HostLost",
           "Lab", "LabError", "Result", "guest_config", "instance", "locked",
           "progress", "run_logged", "until"]

T = TypeVar("T") # what is waited for
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def until(condition: Callable[[], T], timeout: float = 60) -> T:
    """Waits for a condition and returns what it yields."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.1)
    return value


class Lab:
    """The hosts of this checkout and instance."""

    def __init__(self) -> None:
        self.run_dir = (cache_dir() / "run" /
                        f"{instance()}-{digest(str(ROOT).encode())[:6]}")

    def host(self, number: int) -> Host:
        """A host that is up, or was: attach to it without starting it."""
        directory = self.run_dir / f"host{number}"
        files = directory / "image"
        return Host(files.resolve(), directory, number)

    def hosts(self) -> list[Host]:
        """The hosts that are up."""
        return [host for host in (self.host(1), self.host(2)) if host.is_up()]

    def up(self, count: int = 1) -> list[Host]:
        """Sees to it that hosts 1 to count are up; those that are stay."""
        if not 1 <= count <= 2:
            raise LabError("a lab has 1 or 2 hosts")
        return [self.host(number) if self.host(number).is_up()
                else self.fresh(number) for number in range(1, count + 1)]

    def fresh(self, number: int) -> Host:
        """A host in the state after the boot, in place of what it was."""
        files = image()
        boot = booted(files)
        directory = self.run_dir / f"host{number}"
        directory.mkdir(parents=True, exist_ok=True)
        with locked(directory / "lock"):
            self.host(number).stop()
            for name, target in (("image", files), ("boot", boot)):
                (directory / name).unlink(missing_ok=True)
                (directory / name).symlink_to(target)
            (directory / "disk.qcow2").unlink(missing_ok=True)
            create_overlay(str(boot / "disk.qcow2"), "qcow2",
                           directory / "disk.qcow2")
            host = self.host(number)
            with progress(f"starting {host.name}"):
                host.start(boot / "memory", False, boot / "state")
                host.wake()
            (directory / "ready").touch()
        return host

    def down(self) -> None:
        for number in (1, 2):
            self.host(number).stop()
        shutil.rmtree(self.run_dir, ignore_errors=True)
