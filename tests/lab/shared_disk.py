"""A disk that two hosts reach: a file of the first, which both have by NBD."""
from __future__ import annotations

import contextlib
from collections.abc import Iterator

from lab import Host

DEVICE = "/dev/nbd0"
FILE = "/root/nbd.img"
MIB = 16


@contextlib.contextmanager
def shared_disk(hosts: list[Host]) -> Iterator[str]:
    """The path that it has on both hosts, a block device."""
    hosts[0].run(f"truncate -s {MIB}M {FILE}; systemd-run -q --unit=nbd-server "
                 f"--collect qemu-nbd -f raw --persistent --shared=4 -b host1 "
                 f"--cache=none -x disk {FILE}")
    for host in hosts:
        host.run("modprobe nbd max_part=0; for i in $(seq 20); do "
                 f"qemu-nbd -f raw --cache=none -c {DEVICE} "
                 "nbd://host1/disk && break; sleep 0.5; done; "
                 "for i in $(seq 50); do [ \"$(cat /sys/block/nbd0/size)\" != 0 "
                 "] && break; sleep 0.2; done; test $(blockdev --getsz "
                 f"{DEVICE}) = {MIB * 2048}")
    try:
        yield DEVICE
    finally:
        for host in reversed(hosts):
            host.run(f"qemu-nbd -d {DEVICE}; sleep 1; rmmod nbd", check=False)
        hosts[0].run(f"systemctl stop nbd-server; rm -f {FILE}", check=False)
