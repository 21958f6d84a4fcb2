"""The leak check can fail: each test leaves one thing behind on purpose, sees
that it is noticed, and takes it away again. A test that leaks fails."""
import os
import pathlib
import subprocess
import sys

import pytest

import leakcheck

HERE = pathlib.Path(__file__).parent

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
    "a file of ours": (
        "mkdir -p /run/xenith; touch /run/xenith/leak", "rm /run/xenith/leak",
        "files: left: /run/xenith/leak"),
    "a file of the cache": (
        "mkdir -p /var/cache/xenith/kernels; touch /var/cache/xenith/kernels/x",
        "rm /var/cache/xenith/kernels/x",
        "files: left: /var/cache/xenith/kernels/x"),
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


# Tests of a host that is made up, with the fixtures of all others.
LEAKING = """
import conftest
import leakcheck
import pytest

THERE = {}
leakcheck.take = lambda host: {"files": dict(THERE)}


class Host:
    name = "host1"


class Hosts(conftest.Hosts):
    def get(self, number):
        self.ready[number] = Host()
        self.clean[number] = leakcheck.take(None)
        return self.ready[number]

    def examine(self, host):
        return "its logs", False

    def renew(self, number):
        THERE.clear()


@pytest.fixture(scope="session")
def all_hosts():
    return Hosts(None)


def test_leaks(host):
    THERE["/tmp/leak"] = "-rw-r--r-- 0:0"


def test_is_clean(host):
    pass
"""


def test_that_leaks_fails(tmp_path):
    (tmp_path / "test_made_up.py").write_text(LEAKING)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p",
         "conftest", "--rootdir", ".", "-rE", "."],
        check=False, text=True, stdout=subprocess.PIPE, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(HERE)})
    assert done.returncode == 1
    assert "2 passed, 1 error" in done.stdout
    assert "ERROR test_made_up.py::test_leaks" in done.stdout
    assert "host1: files: left: /tmp/leak: -rw-r--r-- 0:0" in done.stdout
