"""The leak check can fail: each test leaves one thing behind on purpose, sees
that it is noticed, and takes it away again."""
import pytest

import leakcheck

# What is left, how it gets there, how it goes, how the check names it.
LEAKS = {
    "a xenstore node": (
        "xenstore-write /tool/leak x", "xenstore-rm /tool/leak",
        "xenstore: left: /tool/leak"),
    "a changed permission": (
        "xenstore-chmod /tool r0", "xenstore-chmod /tool n0",
        "xenstore: changed: /tool:"),
    "a loop device": (
        "truncate -s 1M /root/leak.img; losetup -f /root/leak.img",
        "losetup -D; rm /root/leak.img",
        "loop devices: left: loop device /dev/loop0: /root/leak.img"),
    "a file": ("touch /tmp/leak", "rm /tmp/leak", "files: left: /tmp/leak"),
    "a file's mode": (
        "chmod 700 /var/lib/xen", "chmod 755 /var/lib/xen",
        "files: changed: /var/lib/xen:"),
    "a process": (
        "setsid sleep 1000 </dev/null >/dev/null 2>&1 & ",
        "pkill -f 'sleep 1000'", ": sleep 1000"),
    "a network interface": (
        "ip link add leak0 type dummy", "ip link del leak0",
        "network: left: network interface leak0: not in a bridge"),
    "a bridge port": (
        "ip link set eth1 master xenbr0", "ip link set eth1 nomaster",
        "network: changed: network interface eth1: not in a bridge before"),
    "a mount": (
        "mount -t tmpfs leak /mnt", "umount /mnt", "mounts: left: mount /mnt"),
}


@pytest.mark.parametrize("what", LEAKS)
def test_is_noticed(host, what):
    leave, remove, name = LEAKS[what]
    before = leakcheck.take(host)
    host.run(leave)
    try:
        found = leakcheck.leaks(host, before, settle=0)
    finally:
        host.run(remove)
    assert any(name in line for line in found), found


@pytest.fixture
def paused_domain(guest):
    """A domain without devices that never ran."""
    return guest("pv", "leak", tool="xl", create=False)


def test_a_domain_and_its_memory_are_noticed(host, paused_domain):
    before = leakcheck.take(host)
    host.run(f"xl create -p {paused_domain.path}")
    found = leakcheck.leaks(host, before, settle=0)
    host.run("xl destroy leak")
    text = "\n".join(found)
    assert "domains: left: domain" in text and "paused" in text
    assert "memory: free pages" in text


def test_a_clean_host_is_clean(host):
    assert leakcheck.leaks(host, leakcheck.take(host)) == []
