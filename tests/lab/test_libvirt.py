"""libvirt beside Xenith, Debian's own with its Xen driver: each leaves the
other's guests alone, and sees what it is to see."""
from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from lab import until
from test_supervise import (REBOOT, has_ended, idle, other_domid, shut_down,
                            supervised, supervisors, tiny_kernel)

assert idle and tiny_kernel  # fixtures
FOLDERS = ("/etc/libvirt /run/libvirt /var/lib/libvirt /var/log/libvirt "
           "/var/cache/libvirt")
# TCG has no vme, so that libvirt finds no model for the CPU, not even the 486.
MODEL = "/usr/share/libvirt/cpu_map/x86_486.xml"
# Of libvirt-daemon-system; the daemon does not begin without it.
USER = "libvirt-qemu"
GUEST = """<domain type='xen'>
  <name>virt</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='xenpv'>linux</type>
    <kernel>{kernel}</kernel></os>
  <devices><console type='pty'><target type='xen'/></console></devices>
</domain>
"""


@pytest.fixture
def virsh(host) -> Iterator[Callable[..., str]]:
    """libvirtd, and its command; nothing of it is left."""
    host.write("/root/libvirtd.conf", 'auth_unix_rw = "none"\n'
               'log_outputs = "3:file:/root/libvirtd.log"\n')
    host.run(f"cp {MODEL} /root/libvirtd.model; sed -i /vme/d {MODEL}; "
             f"useradd -r {USER}")
    host.run("libvirtd -d -p /run/libvirtd.pid -f /root/libvirtd.conf")

    def run(*words: str) -> str:
        return host.run("virsh", "-q", "-c", "xen:///system", *words,
                        timeout=120).stdout

    def answers() -> bool:
        return host.run("virsh -q -c xen:///system version", check=False,
                        timeout=120).rc == 0

    try:
        until(answers, 60)
        yield run
    finally:
        clean_up(host)


def clean_up(host) -> None:
    host.run("xl destroy virt 2>/dev/null; kill $(cat /run/libvirtd.pid); "
             "while pgrep -x libvirtd; do sleep 0.2; done; "
             f"cp /root/libvirtd.model {MODEL}; userdel {USER}; "
             f"rm -rf /root/libvirtd.* /run/libvirtd.pid {FOLDERS}",
             check=False)


def listed(host) -> dict[str, dict]:
    return {domain["name"]: domain for domain in
            json.loads(host.xn("list", "--json").stdout)["domains"]}


@pytest.mark.slow
def test_libvirt_leaves_our_guest_alone(host, idle, virsh):
    domid = idle(on_reboot="restart")
    assert "Domain-0" in virsh("list", "--all")
    assert "idle" not in virsh("list", "--all")  # it lists its own
    assert supervised(host) == {domid}
    shut_down(host, domid, REBOOT)
    later = until(lambda: other_domid(host, "idle", domid))
    until(lambda: supervised(host) == {later})
    assert "Domain-0" in virsh("list")


@pytest.mark.slow
def test_we_leave_libvirt_s_guest_alone(host, idle, small, virsh):
    idle()  # for an xnd that stays
    small("pv", "unused", create=False)  # its kernel
    host.write("/root/virt.xml", GUEST.format(kernel="/root/small-guest"))
    virsh("create", "/root/virt.xml")
    host.run("rm /root/virt.xml")
    guest = listed(host)["virt"]
    assert guest["type"] == "pv" and guest["state"] in ("running", "blocked")
    assert "virt" in virsh("list")
    old = supervisors(host)
    host.run("pkill -9 -x xnd; /usr/libexec/xenith/xnd --transient")
    assert supervisors(host) not in ([], old)
    assert guest["domid"] not in supervised(host)
    assert listed(host)["virt"]["domid"] == guest["domid"]
    virsh("destroy", "virt")
    assert "virt" not in listed(host)
    host.xn("destroy", "idle")
    until(lambda: has_ended(host), 15)
