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
def test_a_domain_is_what_its_file_says(host, disk, small, kind):
    up = small(kind, disk=[f"{disk},raw,xvda,w"], vif=["bridge=xenbr0"],
               on_reboot="destroy", cpu_weight=300)
    assert same(host, up.path, up.name) == ""
    assert same(host, up.name, up.path) == ""


@pytest.mark.slow("hvm")
def test_a_domain_comes_back_from_what_is_shown(host, disk, small, kind):
    up = small(kind, disk=[f"{disk},raw,xvda,w"], vif=["bridge=xenbr0"],
               on_poweroff="preserve")
    shown = host.xn("config", "show", up.name).stdout
    host.write(COPY, shown)
    host.xn("config", "check", "--strict", COPY)
    host.xn("destroy", up.name)
    host.xn("create", COPY)
    assert host.xn("config", "show", up.name).stdout == shown


def test_settings_of_a_domain_as_json(host, guest):
    up = guest("pv", wait=False)
    shown = json.loads(host.xn("config", "show", "--json", up.name).stdout)
    assert shown["notes"] == []
    settings = {one["key"]: one["value"] for one in shown["settings"]}
    assert settings["name"] == f'"{up.name}"'
    assert settings["memory"] == "128"


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


def checked(host, path):
    """The status of a check with the host, and what it says without places,
    hints and quotes."""
    result = host.xn("config", "check", "--host", "--json", path, check=False)
    found = json.loads(result.stdout)["files"][0]["diagnostics"]
    return result.rc, [(one["severity"], one["message"]) for one in found]


def test_a_good_file_passes_on_its_host(host, guest, kind, disk):
    cfg = guest(kind, create=False, disk=[f"{disk},raw,xvda,w"],
                vif=["bridge=xenbr0"])
    assert checked(host, cfg.path) == (0, [])


def test_all_that_the_host_lacks_is_said_at_once(host, guest, disk):
    host.run(f"printf 'QFI\\373\\0\\0\\0\\3' | "
             f"dd of={disk} conv=notrunc status=none")
    cfg = guest("pvh", create=False, kernel="/srv/guests/none",
                memory=1 << 20, vif=["bridge=nobr0"],
                disk=["/srv/none.img,raw,xvda,w", f"{disk},raw,xvdb,w"])
    rc, found = checked(host, cfg.path)
    assert rc == 7
    for severity, text in (
            ("error", "kernel: /srv/guests/none: No such file or directory"),
            ("error",
             "disk 1 (xvda): /srv/none.img: No such file or directory"),
            ("error", "vif 0: bridge nobr0: no such interface"),
            ("warning", f"disk 2 (xvdb): {disk}: it is given as raw, but "
             "begins like qcow2")):
        assert (severity, text) in found
    assert any("not enough memory" in text for _, text in found)


def test_a_name_and_a_mac_in_use_are_said(host, guest):
    vif = ["bridge=xenbr0,mac=00:16:3e:77:00:01"]
    up = guest("pv", vif=vif, wait=False)
    other = guest("pv", create=False, vif=vif)
    assert checked(host, up.path) == (
        7, [("error", f"the name {up.name} is taken by domain {up.domid()}")])
    assert checked(host, other.path) == (
        0, [("warning", "vif 0: the MAC address 00:16:3e:77:00:01 is in use "
             f"by {up.name}")])


def test_a_check_with_the_host_changes_nothing(host, guest):
    cfg = guest("pv", create=False, memory=1 << 20)
    before = host.run("xl list; xenstore-ls /local/domain/0/memory").stdout
    checked(host, cfg.path)
    after = host.run("xl list; xenstore-ls /local/domain/0/memory").stdout
    assert [line.split()[:5] for line in after.splitlines()] == [
        line.split()[:5] for line in before.splitlines()]
