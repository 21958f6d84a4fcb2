"""xn config with domains that run: as a file that makes them again, and
compared with the file that made them."""
import json

import pytest

COPY = "/root/copy.cfg"
DISK = "/tmp/config.img"


@pytest.fixture
def disk(host):
    """A raw file of 16 MiB in the host."""
    host.run(f"truncate -s 16M {DISK}")
    yield DISK
    host.run(f"rm -f {DISK} {COPY}")


def same(host, *words):
    """Whether two configurations are the same, and what differs."""
    result = host.xn("config", "diff", *words, check=False)
    assert result.rc in (0, 1), result.stderr
    return result.stdout


@pytest.mark.slow("hvm")
def test_a_domain_is_what_its_file_says(host, guest, kind, disk):
    up = guest(kind, disk=[f"{disk},raw,xvda,w"], vif=["bridge=xenbr0"],
               on_reboot="destroy", cpu_weight=300)
    assert same(host, up.path, up.name) == ""
    assert same(host, up.name, up.path) == ""


@pytest.mark.slow("hvm")
def test_a_domain_comes_back_from_what_is_shown(host, guest, kind, disk):
    up = guest(kind, disk=[f"{disk},raw,xvda,w"], vif=["bridge=xenbr0"],
               on_poweroff="preserve", vcpus=1, maxvcpus=2)
    shown = host.xn("config", "show", up.name).stdout
    host.write(COPY, shown)
    host.xn("config", "check", "--strict", COPY)
    host.xn("destroy", up.name)
    host.xn("create", COPY)
    assert host.xn("config", "show", up.name).stdout == shown
    up.wait_up()


def test_what_changed_since_is_shown(host, guest):
    up = guest("pv", maxmem=192)
    host.xn("mem-set", up.name, "96")
    diff = host.xn("config", "diff", up.path, up.name, check=False)
    assert diff.rc == 1
    assert diff.stdout.splitlines()[2:] == ["-memory = 128", "+memory = 96"]
    found = json.loads(host.xn("config", "diff", "--json", up.path, up.name,
                               check=False).stdout)
    assert found["differences"] == [{"key": "memory", "a": "128", "b": "96"}]


def test_a_domain_that_is_not_there(host):
    for words in (["show", "none"], ["diff", "none", "none"]):
        assert host.xn("config", *words, check=False).rc == 3
