"""A driver domain on real Xen: `xn devd` in it, without any privilege, serves a
disk and a network card to another guest, and catches up on what it missed."""
from __future__ import annotations

import pytest

from lab import until

pytestmark = pytest.mark.slow

RAMDISK = "/root/driver.gz"
PIDFILE = "/run/devd.pid"
DEVD = f"xn devd --pidfile {PIDFILE}"

# The smallest domain that can serve: busybox, xn with its hook, the kernel's
# back ends, a bridge and a file to be a disk.
INIT = f"""#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin:/sbin:/usr/sbin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs run /run
while read -r module; do insmod "/lib/${{module##*/}}"; done </lib/order
brctl addbr xenbr0
ip link set xenbr0 up
truncate -s 16M /run/disk.img
{DEVD}
echo 4 >/proc/sys/kernel/printk
echo GUEST-UP driver >/dev/hvc0
while :; do setsid sh -c 'exec sh -i <>/dev/hvc0 >&0 2>&1'; sleep 1; done
"""
MAKE = f"""
set -e
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cd "$tree"
mkdir -p bin sbin dev proc sys run tmp lib var/log/xenith
cp /bin/busybox bin/
cp -a --parents /usr/sbin/xn /usr/libexec/xenith/xn-commands.so \
    /usr/libexec/xenith/xn-hotplug /usr/libexec/xenith/scripts .
ldd /usr/sbin/xn /usr/libexec/xenith/xn-commands.so \
    /usr/libexec/xenith/xn-hotplug | grep -o '/[^ ]*[^ :]' |
    grep '\\.so' | sort -u | xargs cp -L --parents -t .
for module in xen-netback xen-blkback loop bridge; do
    modprobe --show-depends "$module"
done | awk '$1 == "insmod" && !seen[$2]++ {{ print $2 }}' >lib/order
xargs cp -t lib <lib/order
cat >init
chmod 755 init
find . | busybox cpio -o -H newc 2>/dev/null | gzip -1 >{RAMDISK}
"""


@pytest.fixture
def driver(host, guest):
    host.run("bash", "-c", MAKE, input=INIT, timeout=120)
    yield guest("pv", "driver", ramdisk=RAMDISK, memory=256, driver_domain=1)
    host.run("rm", "-f", RAMDISK)


def served(guest, name: str):
    return guest("pv", name, vif=["bridge=xenbr0,backend=driver"], disk=[
        "format=raw,vdev=xvda,access=rw,backend=driver,target=/run/disk.img"])


def backends(host, driver, kind: str) -> str:
    path = f"/local/domain/{driver.domid()}/backend/{kind}"
    return host.run("xenstore-ls", "-f", path, check=False).stdout


def expect_connected(host, driver) -> None:
    for kind in ("vbd", "vif"):
        assert 'hotplug-status = "connected"' in backends(host, driver, kind)


def loops(driver) -> str:
    """The driver domain's loop devices that are in use."""
    with driver.console() as console:
        console.send("echo loops: $(losetup -a | grep -c disk.img).\n")
        return console.expect(r"loops: (\d+)\.").group(1)


def expect_nothing_served(host, driver) -> None:
    until(lambda: "hotplug-status" not in backends(host, driver, "vbd")
          + backends(host, driver, "vif"), 60)
    assert loops(driver) == "0"


def test_it_serves_a_disk_and_a_vif(host, driver, guest):
    up = served(guest, "served")
    expect_connected(host, driver)
    assert loops(driver) == "1"
    line = host.wait_console(up.name, "GUEST-UP")
    assert "disks=xvda" in line and "nics=eth0" in line
    host.xn("destroy", up.name)
    expect_nothing_served(host, driver)


def test_an_agent_that_was_killed_catches_up(host, driver, guest):
    """What is connected stays so; a guest that ended meanwhile leaves nothing;
    one that came meanwhile gets its devices."""
    up = served(guest, "early")
    with driver.console() as console:
        console.send(f"kill -9 $(cat {PIDFILE}); {DEVD}; echo is-back $?\n")
        console.expect(r"is-back 0")
    expect_connected(host, driver)
    assert loops(driver) == "1"
    with driver.console() as console:
        console.send(f"kill -9 $(cat {PIDFILE}); echo is-away $?\n")
        console.expect(r"is-away 0")
    host.xn("destroy", up.name, timeout=120)
    late = guest("pv", "late", create=False, disk=[
        "format=raw,vdev=xvda,access=rw,backend=driver,target=/run/disk.img"])
    host.run(f"systemd-run -q --unit late xn create -q {late.path}")
    with driver.console() as console:
        console.send(f"sleep 3; {DEVD}; echo is-back $?\n")
        console.expect(r"is-back 0")
    assert "disks=xvda" in late.wait_up()
    host.xn("destroy", late.name)
    expect_nothing_served(host, driver)


def test_it_is_destroyed_with_devices_in_use(host, driver, guest):
    """What was served there can be taken away all the same."""
    up = served(guest, "served")
    domid = up.domid()
    host.xn("destroy", driver.name)
    host.xn("block-detach", "--timeout", "2", up.name, "xvda")
    host.xn("network-detach", "--timeout", "2", up.name, "0")
    left = host.run(f"xenstore-ls -f | grep -E "
                    f"'^/libxl/{domid}/device/(vbd|vif)|"
                    f"^/local/domain/{domid}/device/(vbd|vif)/[0-9]' || true")
    assert left.stdout == ""
    host.xn("destroy", up.name)
