"""PCI devices given away. Needs hosts that have an IOMMU and a card to spare:

    XENITH_LAB_IOMMU=1 XENITH_LAB_INSTANCE=iommu ./dev check test_pci
"""
from __future__ import annotations

import json

import pytest

from machine import SPARE
from more_modules import LOAD, make_ramdisk
from test_devices import in_guest, listed

pytestmark = pytest.mark.skipif(not SPARE, reason="XENITH_LAB_IOMMU=1")


@pytest.fixture
def spare(host):
    """The address of the card, which is back at the end."""
    host.run("modprobe xen-pciback")
    address = host.run("basename $(readlink -f /sys/class/net/eth2/../../../)"
                       ).stdout.strip()
    yield address
    host.xn("pci-assignable-remove", "-r", address, check=False)
    host.run("ls /sys/class/net/eth2; rmmod xen-pciback")


def assignable(host) -> list[str]:
    document = json.loads(host.xn("pci-assignable-list", "--json").stdout)
    return [device["address"] for device in document["devices"]]


def test_a_card_is_assignable_and_goes_back(host, spare):
    host.xn("pci-assignable-add", spare)
    assert assignable(host) == [spare]
    assert "eth2" not in host.run("ls /sys/class/net").stdout
    assert host.xl("pci-assignable-list").stdout == host.xn(
        "pci-assignable-list").stdout
    host.xn("pci-assignable-remove", "-r", spare)
    assert assignable(host) == []
    assert "eth2" in host.run("ls /sys/class/net").stdout


@pytest.mark.slow
def test_a_guest_gets_a_card_and_gives_it_back(host, guest, spare):
    ramdisk = make_ramdisk(host, "xen-pcifront")
    host.xn("pci-assignable-add", spare)
    up = guest("pv", ramdisk=ramdisk, passthrough="enabled")
    host.xn("pci-attach", up.name, spare)
    (device,) = listed(host, "pci-list", up.name)
    assert device["address"] == spare
    in_guest(up, f"{LOAD}; sleep 2; cat /sys/bus/pci/devices/*/vendor",
             "0x1af4")
    host.xn("pci-detach", up.name, spare)
    assert listed(host, "pci-list", up.name) == []
    assert assignable(host) == [spare]
    host.xn("destroy", up.name)
    host.run("rm", ramdisk)
