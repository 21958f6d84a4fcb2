"""Devices of running domains: attach, detach and list, guests that do not let
go, and what must be gone afterwards."""
import json
import time

import pytest

from lab import PATIENCE
from test_create import block_device, disk
from test_list import tiny
from test_same_as_xl import NOTHING, compare
from test_verbs import refused

assert block_device and disk  # fixtures

PROMPT = "guest# "
XVDB = 51728  # its number: major 202, second disk


def listed(host, command, name):
    """The devices of one domain as the command's JSON has them."""
    document = json.loads(host.xn(command, "--json", name).stdout)
    assert document["schema"] == f"xn.{command}/1"
    if "domains" not in document:
        document = {"domains": [document]}
    (domain,) = document["domains"]
    (devices,) = [value for value in domain.values()
                  if isinstance(value, list)]
    return devices


def loops(host):
    return host.run("losetup -a").stdout


def nodes(host, up, kind):
    """All of a kind of device that xenstore has of a guest."""
    domid = up.domid()
    return host.run(f"xenstore-ls -f | grep -E "
                    f"'^/libxl/{domid}/device/{kind}|"
                    f"/backend/{kind}/{domid}|"
                    f"^/local/domain/{domid}/device/{kind}/[0-9]' || true"
                    ).stdout


def in_guest(up, command, wanted):
    """Runs a command in the guest's shell until it prints what is wanted."""
    with up.console() as console:
        console.send("\r")
        console.expect(PROMPT)
        console.send(command + "\r")
        console.expect(wanted)


def attach_xvdb(host, up, disk):
    host.xn("block-attach", up.name, f"{disk},raw,xvdb,w")
    in_guest(up, "while ! [ -b /dev/xvdb ]; do sleep 1; done; "
             "echo se''en", "seen")


@pytest.mark.slow("pvh", "hvm")
def test_a_disk_comes_and_goes(host, guest, kind, disk):
    up = guest(kind)
    attach_xvdb(host, up, disk)
    (device,) = listed(host, "block-list", up.name)
    assert device["vdev"] == "xvdb" and device["devid"] == XVDB
    assert device["state"] == "connected" and device["writable"]
    assert device["target"] == disk
    assert disk in loops(host)
    assert "has this one already" in refused(
        host, 4, "block-attach", up.name, f"{disk},raw,xvdb,w")

    host.xn("block-detach", up.name, "xvdb")
    assert not nodes(host, up, "vbd") and disk not in loops(host)
    assert not listed(host, "block-list", up.name)
    message = refused(host, 7, "block-detach", up.name, "xvdb")
    assert f"{up.name} has no disk 'xvdb'" in message


def test_the_record_names_what_the_user_named(host, guest, disk):
    up = tiny(host, guest, "recorded")
    host.xn("block-attach", up.name, f"{disk},raw,xvdb,w")
    host.xn("network-attach", up.name, "script=vif-bridge")
    record = json.loads(host.xl("list", "-l", up.name).stdout)[0]["config"]
    assert "script" not in record["disks"][0]
    assert record["nics"][0]["script"] == "vif-bridge"
    host.xn("block-detach", "-f", up.name, "xvdb")
    host.xn("network-detach", "-f", up.name, "0")


@pytest.mark.slow
def test_a_disk_in_several_words_and_by_number(host, guest, block_device):
    up = guest("pv")
    host.xn("block-attach", up.name, f"target={block_device}", "vdev=xvdb",
            "access=r")
    (device,) = listed(host, "block-list", up.name)
    assert device["target"] == block_device and not device["writable"]
    host.xn("block-detach", up.name, str(XVDB))
    assert not nodes(host, up, "vbd")


def test_a_guest_that_does_not_answer_loses_it(host, guest, disk):
    up = guest("pv")
    attach_xvdb(host, up, disk)
    host.xn("pause", up.name)
    kept = refused(host, 6, "block-detach", "--no-force", "--timeout", "2",
                   up.name, "xvdb")
    assert "the guest does not let go of it" in kept and "-f" in kept
    assert listed(host, "block-list", up.name), "it is still there"

    taken = host.xn("block-detach", "--timeout", "2", up.name, "xvdb",
                    timeout=60)
    assert "taking it away" in taken.stderr
    assert not nodes(host, up, "vbd") and disk not in loops(host)
    host.xn("unpause", up.name)


@pytest.mark.slow
def test_force_does_not_ask(host, guest, disk):
    up = guest("pv")
    attach_xvdb(host, up, disk)
    host.xn("pause", up.name)
    start = time.monotonic()
    forced = host.xn("block-detach", "-f", up.name, "xvdb")
    assert forced.stderr == ""
    assert time.monotonic() - start < 10 * PATIENCE
    assert not nodes(host, up, "vbd") and disk not in loops(host)


@pytest.mark.slow
def test_as_xl_it_keeps_what_it_does_not_give(host, guest, disk):
    up = guest("pv")
    attach_xvdb(host, up, disk)
    host.xn("pause", up.name)
    result = host.run(f"(exec -a xl xn block-detach {up.name} xvdb)",
                      check=False)
    assert result.rc == 1
    assert listed(host, "block-list", up.name)
    host.xn("block-detach", "-f", up.name, "xvdb")


@pytest.mark.slow
def test_a_deaf_guest_keeps_nothing(host, guest, disk):
    """Its kernel never looks at xenstore: back ends wait for it for ever."""
    up = tiny(host, guest, "deaf")
    host.xn("block-attach", up.name, f"{disk},raw,xvdb,w")
    host.xn("network-attach", up.name, "mac=00:16:3e:00:00:07")
    (vif,) = listed(host, "network-list", up.name)
    assert vif["mac"] == "00:16:3e:00:00:07" and vif["bridge"] == "xenbr0"
    interface = f"vif{up.domid()}.{vif['devid']}"
    assert interface in host.run("ls /sys/class/net").stdout

    host.xn("network-detach", "--timeout", "1", up.name, "00:16:3e:00:00:07")
    assert not nodes(host, up, "vif")
    assert interface not in host.run("ls /sys/class/net").stdout
    host.xn("block-detach", "--timeout", "1", up.name, "xvdb")
    assert not nodes(host, up, "vbd") and disk not in loops(host)


def test_a_wedged_device_does_not_block_its_neighbour(host, guest, disk):
    up = tiny(host, guest, "deaf")
    host.run(f"truncate -s 16M {disk}.2")
    host.xn("block-attach", up.name, f"{disk},raw,xvda,w")
    host.xn("block-attach", up.name, f"{disk}.2,raw,xvdb,w")
    both = host.run(f"xn block-detach --no-force --timeout 30 {up.name} xvda "
                    f"2>/dev/null & asking=$!; sleep 1; "
                    f"xn block-detach --timeout 1 {up.name} xvdb && "
                    f"xn block-list {up.name}; kill $asking; wait", check=False)
    (left,) = both.stdout.splitlines()[1:]
    assert left.startswith("51712 "), "xvda waits on"
    host.xn("block-detach", "-f", up.name, "xvda")
    assert not nodes(host, up, "vbd")
    host.run(f"rm {disk}.2")


GARBAGE = {
    "state": "garbage",
    "ring-ref": "999999999999",
    "event-channel": "-7",
    "protocol": "x" * 200,
}


@pytest.mark.slow
def test_garbage_in_the_front_end(host, guest, disk):
    """The guest owns these nodes; what it writes there is only shown."""
    up = guest("pv")
    attach_xvdb(host, up, disk)
    front = f"/local/domain/{up.domid()}/device/vbd/{XVDB}"
    for node, value in GARBAGE.items():
        host.run("xenstore-write", "--", f"{front}/{node}", value)
    host.run("xenstore-write", f"{front}/backend",
             "/local/domain/0/backend/vbd/0/51712")
    (device,) = listed(host, "block-list", up.name)
    assert device["vdev"] == "xvdb" and device["state"] == "unknown"
    assert device["backend_path"].endswith(f"/{up.domid()}/{XVDB}")
    host.run("xenstore-write",
             f"/local/domain/{up.domid()}/device/vbd/51744/backend", "/x")
    assert len(listed(host, "block-list", up.name)) == 1, \
        "a guest cannot make a device"
    host.xn("block-detach", up.name, "xvdb")
    host.run("xenstore-rm", f"/local/domain/{up.domid()}/device/vbd/51744")
    assert not nodes(host, up, "vbd") and disk not in loops(host)


def test_the_back_end_is_gone(host, small, block_device):
    up = small("pv")
    host.xn("block-attach", up.name, f"{block_device},raw,xvdb,w")
    host.run("xenstore-rm",
             f"/local/domain/0/backend/vbd/{up.domid()}/{XVDB}")
    host.xn("block-detach", "--timeout", "2", up.name, "xvdb")
    assert not nodes(host, up, "vbd")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ("pv", "pvh"))
def test_a_guest_that_writes_garbage_meanwhile(host, small, disk, kind):
    """Into its own nodes of the device, all the time."""
    up = small(kind)
    host.xn("block-attach", up.name, f"{disk},raw,xvdb,w")
    host.xn("network-attach", up.name, "bridge=xenbr0")
    with up.console() as console:
        console.send("garbage=50\r")
        console.expect("OK ")
    interface = f"vif{up.domid()}.0"
    start = time.monotonic()
    host.xn("block-detach", "--timeout", "2", up.name, "xvdb")
    host.xn("network-detach", "--timeout", "2", up.name, "0")
    assert time.monotonic() - start < 20 * PATIENCE
    assert not nodes(host, up, "vbd") and disk not in loops(host)
    assert not nodes(host, up, "vif")
    assert interface not in host.run("ls /sys/class/net").stdout


def test_the_nodes_of_a_vifs_back_end_are_gone(host, small):
    up = small("pv", vif=["bridge=xenbr0"])
    interface = f"vif{up.domid()}.0"
    host.run(f"xenstore-rm /local/domain/0/backend/vif/{up.domid()}/0")
    host.xn("network-detach", "--timeout", "2", up.name, "0")
    assert not nodes(host, up, "vif")
    assert interface not in host.run("ls /sys/class/net").stdout


@pytest.fixture
def qcow2(host, disk):
    """An image that QEMU serves."""
    host.run(f"rm {disk}; qemu-img create -q -f qcow2 {disk} 16M")
    return disk


@pytest.mark.slow
@pytest.mark.parametrize("uses_it", (
    False, pytest.param(True, marks=pytest.mark.slow)))
def test_the_qemu_of_a_disk_is_killed(host, guest, small, qcow2, uses_it):
    up = (guest if uses_it else small)(
        "pv", disk=[f"{qcow2},qcow2,xvda,w"])
    pid = host.run("xenstore-read", f"/local/domain/{up.domid()}/image/"
                   "device-model-pid").stdout.strip()
    host.run(f"kill -KILL {pid}")
    host.xn("block-detach", "--timeout", "2", up.name, "xvda")
    assert not nodes(host, up, "qdisk") and not nodes(host, up, "vbd")
    assert not listed(host, "block-list", up.name)


@pytest.mark.slow
def test_an_attach_and_a_detach_are_killed_and_run_again(host, guest, disk):
    up = guest("pv")
    host.write("/tmp/block-slow", "#!/bin/sh\nexec sleep 30\n")
    host.run("chmod +x /tmp/block-slow")
    killed = host.run(f"timeout -s KILL 3 xn block-attach {up.name} "
                      f"script=/tmp/block-slow,vdev=xvdb,target={disk}",
                      check=False, timeout=120)
    host.run("rm /tmp/block-slow")
    assert killed.rc == 137
    host.xn("block-detach", "-f", up.name, "xvdb", check=False, timeout=120)
    attach_xvdb(host, up, disk)
    host.xn("pause", up.name)
    killed = host.run(f"timeout -s KILL 2 xn block-detach --no-force "
                      f"--timeout 60 {up.name} xvdb", check=False)
    assert killed.rc == 137
    host.xn("unpause", up.name)
    host.xn("block-detach", "--timeout", "5", up.name, "xvdb", check=False)
    assert not nodes(host, up, "vbd") and disk not in loops(host)


def test_an_attach_that_fails_leaves_nothing(host, guest, disk):
    up = guest("pv", wait=False)
    assert "/srv/none.img: No such file" in refused(
        host, 7, "block-attach", up.name, "/srv/none.img,raw,xvdb,w")
    assert "bridge nobr0" in refused(
        host, 7, "network-attach", up.name, "bridge=nobr0")
    host.write("/tmp/block-bad", "#!/bin/sh\necho 'no such lun' >&2\nexit 1\n")
    host.run("chmod +x /tmp/block-bad")
    refused(host, 8, "block-attach", up.name,
            "script=/tmp/block-bad,vdev=xvdb,target=lun")
    host.run("rm /tmp/block-bad")
    assert not nodes(host, up, "vbd") and not nodes(host, up, "vif")


@pytest.mark.slow
def test_an_attach_that_is_interrupted_leaves_nothing(host, guest, disk):
    up = guest("pv", wait=False)
    host.write("/tmp/block-slow", "#!/bin/sh\nexec sleep 120\n")
    host.run("chmod +x /tmp/block-slow")
    gone = host.run(f"timeout -s INT 3 xn block-attach {up.name} "
                    f"script=/tmp/block-slow,vdev=xvdb,target={disk}",
                    check=False, timeout=60)
    host.run("rm /tmp/block-slow")
    assert gone.rc != 0
    assert not nodes(host, up, "vbd")


def test_words_are_checked_with_their_places(host, guest, disk):
    up = tiny(host, guest, "words")
    assert "argument 3:1:1: error: 'qcow3' is not a format" in refused(
        host, 2, "block-attach", up.name, disk, "qcow3", "xvdb")
    assert "did you mean 'bridge'?" in refused(
        host, 2, "network-attach", up.name, "bridg=xenbr0")
    assert "a PV display needs a connector" in refused(
        host, 2, "vdispl-attach", up.name)


def test_a_disk_grows(host, guest, disk):
    up = guest("pv")
    attach_xvdb(host, up, disk)
    assert "would be lost" in refused(
        host, 7, "block-resize", up.name, "xvdb", "1")
    host.xn("block-resize", up.name, "xvdb", "32")
    # The back end looks at the size when a request comes.
    in_guest(up, "dd if=/dev/xvdb of=/dev/null skip=9000 count=1; sleep 1; "
             "echo sectors $(cat /sys/block/xvdb/size)", "sectors 65536")
    host.run(f"truncate -s 48M {disk}")
    host.xn("block-resize", up.name, "xvdb")
    in_guest(up, "dd if=/dev/xvdb of=/dev/null skip=60000 count=1; sleep 1; "
             "echo sectors $(cat /sys/block/xvdb/size)", "sectors 98304")
    host.xn("block-detach", up.name, "xvdb")


def test_qcow2_needs_qemu_and_raw_is_raw(host, guest, disk):
    up = tiny(host, guest, "formats")
    host.run(f"qemu-img create -q -f qcow2 {disk} 16M || "
             f"printf 'QFI\\373\\0\\0\\0\\3' | "
             f"dd of={disk} conv=notrunc status=none")
    assert "only QEMU can serve it" in refused(
        host, 7, "block-attach", up.name, f"{disk},qcow2,xvdb,w")
    told = host.xn("block-attach", up.name, f"{disk},raw,xvdb,w").stderr
    assert "begins like qcow2" in told
    host.xn("block-detach", "-f", up.name, "xvdb")


def test_a_vif_comes_and_goes(host, guest):
    up = guest("pv")
    host.xn("network-attach", up.name, "mac=00:16:3e:00:00:09",
            "bridge=xenbr0", "rate=1MB/s")
    in_guest(up, "while ! [ -e /sys/class/net/eth0 ]; do sleep 1; done; "
             "cat /sys/class/net/eth0/address", "00:16:3e:00:00:09")
    host.xn("network-detach", up.name, "0")
    assert not nodes(host, up, "vif")
    assert "has no vif '0'" in refused(host, 7, "network-detach", up.name, "0")


@pytest.mark.slow
def test_lists_and_dry_runs_are_those_of_xl(host, small, disk):
    up = small("pvh", disk=[f"{disk},raw,xvda,w"],
               vif=["mac=00:16:3e:00:00:0a"])
    lists = ("block", "network", "vtpm", "vkb", "vdispl", "vsnd", "channel")
    compare(host, [(NOTHING, f"{kind}-list", up.name) for kind in lists] + [
        (NOTHING, "pci-list", up.name), (NOTHING, "usb-list", up.name),
        (NOTHING, "pci-assignable-list"),
        (NOTHING, "pci-assignable-list", "-n"),
        (NOTHING, "block-list", up.name, "0"),
        (NOTHING, "-N", "block-attach", up.name, f"phy:{disk},xvdb,w"),
        (NOTHING, "-N", "block-attach", up.name, disk, "raw", "xvdb", "r"),
        (NOTHING, "-N", "network-attach", up.name, "mac=00:16:3e:01:02:03",
         "bridge=br7", "rate=10Mb/s"),
        (NOTHING, "-N", "vkb-attach", up.name, "backend-type=linux"),
        (NOTHING, "-N", "vtpm-attach", up.name, "backend=tpm"),
        (NOTHING, "-N", "vdispl-attach", up.name, "connectors=a:800x600"),
        (NOTHING, "-N", "vsnd-attach", up.name, "CARD,short-name=a",
         "PCM,name=b", "STREAM,type=p"),
    ])


def test_a_cd_is_changed(host, guest, disk):
    # With an empty drive Debian's QEMU ends as the guest starts.
    up = guest("hvm", disk=[f"{disk},raw,hdc,cdrom"], wait=False)
    host.xn("cd-eject", up.name, "hdc")
    (drive,) = listed(host, "block-list", up.name)
    assert drive["cdrom"] and "target" not in drive
    host.xn("cd-insert", up.name, "hdc", disk)
    (drive,) = listed(host, "block-list", up.name)
    assert drive["cdrom"] and drive["target"] == disk
    assert "No such file" in refused(
        host, 7, "cd-insert", up.name, "hdc", "/srv/none.iso")
    assert "has no disk 'hdd'" in refused(
        host, 7, "cd-insert", up.name, "hdd", disk)


def test_pci_and_usb_as_far_as_this_host_goes(host, guest):
    """The emulated host has no IOMMU and no USB back end."""
    up = guest("pv", wait=False)
    assert "no such device" in refused(
        host, 7, "pci-assignable-add", "0000:77:00.0")
    assert "not assignable: it is with " in refused(
        host, 7, "pci-attach", up.name, "0000:00:00.0")
    assert "no such device" in refused(
        host, 7, "pci-attach", up.name, "0000:77:00.0")
    assert "'banana' is not a PCI address" in refused(
        host, 2, "pci-attach", up.name, "banana")
    assert listed(host, "pci-list", up.name) == []
    assert listed(host, "usb-list", up.name) == []
    assert "has no USB controller 0" in refused(
        host, 7, "usbdev-detach", up.name, "0", "1")


def test_devices_are_completed(host, guest, disk):
    up = guest("pv", disk=[f"{disk},raw,xvda,w"], wait=False)

    def candidates(*words):
        return host.xn("__complete", "--", *words).stdout.split()

    assert candidates("block-detach", up.name, "") == ["xvda"]
    assert candidates("block-detach", up.name, "xvda", "") == []
    assert candidates("network-detach", up.name, "") == []
    assert candidates("cd-insert", up.name, "hdc", "/") == [":files"]
