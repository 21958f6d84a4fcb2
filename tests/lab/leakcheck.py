"""Compares what is in a host before and after a test; see inventory.py."""
from __future__ import annotations

import json
import pathlib
import select
import shlex
import subprocess
import time
import weakref

from lab import PATIENCE, Host, HostLost

Inventory = dict[str, dict[str, object]]

SCRIPT = (pathlib.Path(__file__).parent / "inventory.py").read_text()
# Back ends, device models and dying domains go away by themselves; this long.
SETTLE = 5.0
# Pages of free memory that may be missing, in a host's whole life: Xen keeps one
# now and then as HVM guests come and go, with xl, too. What each guest left
# would be more after five.
SLACK = 4


class Probe:
    """inventory.py at work in a host."""

    def __init__(self, host: Host):
        self.process = subprocess.Popen(
            [*host.ssh_argv(), shlex.join(["python3", "-ISEc", SCRIPT])],
            cwd=host.dir, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def take(self) -> Inventory:
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        if not select.select([self.process.stdout], [], [], 90 * PATIENCE)[0]:
            raise HostLost("the host's inventory does not come")
        return json.loads(self.process.stdout.readline())


PROBES: weakref.WeakKeyDictionary[Host, Probe] = weakref.WeakKeyDictionary()


def take(host: Host) -> Inventory:
    """What is in the host now."""
    probe = PROBES.get(host)
    if probe:
        try:
            return probe.take()
        except (OSError, ValueError):
            pass  # its connections ended, as with a xenstored that did
    probe = PROBES[host] = Probe(host)
    return probe.take()


def differences(before: Inventory, after: Inventory) -> list[str]:
    """One line for each thing that is left, missing or changed."""
    found = []
    for category in before:
        old, new = before[category], after[category]
        for thing in sorted(old.keys() | new.keys()):
            if thing not in old:
                found.append(f"{category}: left: {thing}: {new[thing]}")
            elif thing not in new:
                found.append(f"{category}: missing: {thing}: {old[thing]}")
            elif category == "memory":
                if abs(new[thing] - old[thing]) > SLACK:
                    found.append(f"memory: {thing}: {old[thing]} before, "
                                 f"{new[thing]} after")
            elif old[thing] != new[thing]:
                found.append(f"{category}: changed: {thing}: {old[thing]} "
                             f"before, {new[thing]} after")
    return found


def leaks(host: Host, before: Inventory, settle: float = SETTLE) -> list[str]:
    """The differences that are still there after a while."""
    deadline = time.monotonic() + settle
    while found := differences(before, take(host)):
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    return found
