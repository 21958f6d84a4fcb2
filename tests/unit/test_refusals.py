#!/usr/bin/python3
"""What xn refuses before anything happens, and what it tells of devices and
schedulers as JSON, on the host that tests/oracle/xen makes up. TAP."""
from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

import tap

BUILD = pathlib.Path(os.environ["top_builddir"]).resolve()
ENV = os.environ | {
    "LD_PRELOAD": str(BUILD / "xen_for_reports.so"),
    "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}


def run(*words: str, **more: str) -> subprocess.CompletedProcess:
    return subprocess.run([BUILD / "xn", *words], env=ENV | more, check=False,
                          text=True, capture_output=True, timeout=60)


def expect_refused(status: int, text: str, *words: str) -> None:
    done = run(*words)
    assert done.returncode == status and text in done.stderr, done


def document(*words: str) -> dict:
    done = run(*words)
    assert done.returncode == 0, done
    return json.loads(done.stdout)


def config(folder: str, more: str) -> str:
    path = f"{folder}/a.cfg"
    pathlib.Path(path).write_text(
        f'name = "a"\nmemory = 32\nkernel = "/bin/true"\n{more}\n',
        encoding="ascii")
    return path


def strict_makes_errors_of_warnings(folder: str) -> None:
    path = config(folder, "nonsense = 1")
    done = run("create", "--plan", path)
    assert done.returncode == 0 and "warning: unknown key" in done.stderr, done
    expect_refused(7, "error: unknown key", "create", "--strict", "--plan",
                   path)


def a_device_that_is_not_there_is_not_detached(_: str) -> None:
    expect_refused(7, "no USB controller '7'", "usbctrl-detach", "web", "7")
    expect_refused(7, "no PV display '7'", "vdispl-detach", "web", "7")
    expect_refused(7, "no sound card '7'", "vsnd-detach", "web", "7")
    expect_refused(7, "it has: 0", "vkb-detach", "web", "7")
    expect_refused(7, "it has: 0", "vtpm-detach", "web", "7")
    expect_refused(7, "it has: 0", "network-detach", "web", "7")


def a_pci_device_that_is_not_there_neither(_: str) -> None:
    missing = "web has no PCI device '0000:00:1f.0'"
    expect_refused(7, missing, "pci-detach", "web", "00:1f.0")
    expect_refused(7, missing, "pci-detach", "-f", "web", "00:1f.0")
    expect_refused(7, missing, "pci-detach", "--no-force", "web", "00:1f.0")
    expect_refused(7, missing, "pci-detach", "--timeout=1", "web", "00:1f.0")
    expect_refused(7, "'0000:00:1f.0'", "pci-detach", "web", "00:1f.*")


def not_by_force_either(_: str) -> None:
    expect_refused(7, "'7'", "usbctrl-detach", "-f", "web", "7")
    expect_refused(7, "'7'", "vdispl-detach", "-f", "web", "7")
    expect_refused(7, "'7'", "vsnd-detach", "-f", "web", "7")
    expect_refused(7, "'7'", "vkb-detach", "-f", "web", "7")
    expect_refused(7, "'7'", "vtpm-detach", "-f", "web", "7")


def nor_with_time(_: str) -> None:
    expect_refused(7, "'7'", "usbctrl-detach", "--timeout=1", "web", "7")
    expect_refused(7, "'7'", "usbctrl-detach", "--no-force", "web", "7")
    expect_refused(7, "'7'", "vdispl-detach", "--timeout=1", "web", "7")
    expect_refused(7, "'7'", "vdispl-detach", "--no-force", "web", "7")
    expect_refused(7, "'7'", "vsnd-detach", "--timeout=1", "web", "7")
    expect_refused(7, "'7'", "vsnd-detach", "--no-force", "web", "7")
    expect_refused(7, "'7'", "vkb-detach", "--timeout=1", "web", "7")
    expect_refused(7, "'7'", "vkb-detach", "--no-force", "web", "7")
    expect_refused(7, "'7'", "vtpm-detach", "--timeout=1", "web", "7")
    expect_refused(7, "'7'", "vtpm-detach", "--no-force", "web", "7")
    expect_refused(7, "'7'", "network-detach", "--no-force", "web", "7")


def what_a_device_cannot_be_is_told_with_its_place(_: str) -> None:
    expect_refused(2, "unknown setting 'nonsense'", "usbctrl-attach", "web",
                   "nonsense=1")
    expect_refused(2, "unknown setting 'nonsense'", "usbdev-attach", "web",
                   "nonsense")


def no_pci_device_that_the_host_lacks_is_assigned(_: str) -> None:
    nowhere = "ffff:ff:1f.7"
    expect_refused(7, "no such device", "pci-assignable-add", nowhere)
    expect_refused(7, "no such device", "pci-assignable-add", "-n", "net",
                   nowhere)
    expect_refused(7, "no such device", "pci-assignable-remove", nowhere)
    expect_refused(7, "no such device", "pci-assignable-remove", "-r",
                   nowhere)
    told = document("pci-assignable-list", "--json")
    assert told == {"schema": "xn.pci-assignable-list/1", "devices": []}


def devices_are_told_as_json(_: str) -> None:
    for told, count in (
            (document("block-list", "--json", "web"), 2),
            (document("network-list", "--json", "web"), 1),
            (document("channel-list", "--json", "web"), 0),
            (document("vdispl-list", "--json", "web"), 0),
            (document("vkb-list", "--json", "web"), 1),
            (document("vsnd-list", "--json", "web"), 0),
            (document("vtpm-list", "--json", "web"), 1)):
        domain, = told["domains"]
        assert (domain["domid"], domain["name"]) == (3, "web"), told
        lists = [value for value in domain.values() if isinstance(value, list)]
        assert [len(value) for value in lists] == [count], told
    assert document("pci-list", "--json", "web")["devices"] == []
    assert document("usb-list", "--json", "web")["controllers"] == []


def schedulers_are_told_as_json(_: str) -> None:
    assert [pool["name"] for pool in
            document("sched-credit", "--json")["pools"]] == ["old"]
    assert [pool["name"] for pool in
            document("sched-credit2", "--json")["pools"]] == ["Pool-0"]
    assert [pool["name"] for pool in
            document("sched-rtds", "--json")["pools"]] == ["rt"]


def each_virtual_cpu_has_its_time_in_the_metrics(_: str) -> None:
    lines = run("metrics").stdout.splitlines()
    times = [line.split()[-1] for line in lines
             if line.startswith("xen_domain_vcpu_cpu_seconds_total{")
             and 'name="web"' in line]
    assert times == ["98.765432101", "197.530864202"], times
    shared = [line for line in lines
              if line.startswith("xen_domain_memory_shared_bytes{")]
    assert len(shared) == 4 and shared[1].endswith(" 33554432"), shared


TESTS = [
    strict_makes_errors_of_warnings,
    a_device_that_is_not_there_is_not_detached,
    a_pci_device_that_is_not_there_neither,
    not_by_force_either,
    nor_with_time,
    what_a_device_cannot_be_is_told_with_its_place,
    no_pci_device_that_the_host_lacks_is_assigned,
    devices_are_told_as_json,
    schedulers_are_told_as_json,
    each_virtual_cpu_has_its_time_in_the_metrics,
]


if __name__ == "__main__":
    sys.exit(tap.run(TESTS, lambda folder: folder))
