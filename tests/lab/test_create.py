"""xn create: each kind of guest with its devices, and every option."""
import json

import pytest

from console import Console

DISK = "/tmp/disk.img"


@pytest.fixture
def disk(host):
    """A raw file of 16 MiB in the host."""
    host.run(f"truncate -s 16M {DISK}")
    yield DISK
    host.run(f"rm -f {DISK}")


@pytest.fixture
def block_device(host):
    """A block device in the host, as a logical volume would be."""
    device = host.run("truncate -s 16M /tmp/block.img; "
                      "losetup -f --show /tmp/block.img").stdout.strip()
    yield device
    host.run(f"losetup -d {device}; rm /tmp/block.img")


@pytest.mark.slow("hvm", "pvh")
def test_a_guest_has_its_disks_and_its_vif(host, guest, kind, disk,
                                           block_device):
    up = guest(kind, disk=[f"{disk},raw,xvda,w",
                           f"phy:{block_device},xvdb,r"],
               vif=["bridge=xenbr0"])
    line = up.wait_up()
    assert "disks=xvda,xvdb" in line and "nics=eth0" in line
    host.xn("destroy", up.name)
    assert up.name not in host.xn("list").stdout


@pytest.mark.slow
def test_an_hvm_guest_has_vnc_and_serial(host, guest):
    up = guest("hvm", vga="stdvga", vnc=1, vnclisten="127.0.0.1")
    command = host.run("tr '\\0' ' ' </proc/$(xenstore-read "
                       f"/local/domain/{up.domid()}/image/device-model-pid)"
                       "/cmdline").stdout
    assert "-vnc 127.0.0.1:0" in command
    assert "-serial pty" in command
    assert host.run("ss -ltn | grep -c 127.0.0.1:5900").stdout == "1\n"


def test_paused_stays_paused_until_unpaused(host, small):
    cfg = small("pv", create=False)
    host.xn("create", "-p", cfg.path)
    assert "--p---" in host.xn("list", cfg.name).stdout
    host.xn("unpause", cfg.name)
    cfg.wait_up()


def test_create_says_what_it_made_and_quiet_does_not(host, small):
    first, second = (small("pv", name, create=False) for name in "ab")
    said = host.xn("create", first.path).stdout
    assert said == f"created a as domain {first.domid()}\n"
    result = host.xn("create", "-q", second.path)
    assert (result.stdout, result.stderr) == ("", "")


def test_json_tells_what_was_made(host, guest):
    cfg = guest("pv", create=False, frobnicate=1)
    made = json.loads(host.xn("create", "--json", "-p", cfg.path).stdout)
    assert made["schema"] == "xn.create/1"
    [domain] = made["domains"]
    assert domain["created"] is True
    assert domain["domid"] == cfg.domid()
    assert (domain["name"], domain["state"]) == (cfg.name, "paused")
    assert domain["uuid"] in host.xn("vm-list").stdout
    assert domain["seconds"] > 0
    assert [d["severity"] for d in domain["diagnostics"]] == ["warning"]


def test_json_tells_why_nothing_was_made(host, guest):
    cfg = guest("pv", create=False, kernel="/no/such/kernel")
    result = host.run("xn", "create", "--json", cfg.path, check=False)
    [domain] = json.loads(result.stdout)["domains"]
    assert domain["created"] is False and "domid" not in domain
    assert "/no/such/kernel" in domain["error"]["message"]
    assert domain["error"]["exit_status"] == result.rc == 7


def test_several_files_and_overrides(host, guest):
    first, second = (guest("pv", name, create=False) for name in "ab")
    host.xn("create", "-p", first.path, second.path, "memory=96")
    for cfg in (first, second):
        assert host.xn("list", cfg.name).stdout.split("\n")[1].split()[2] == "96"


@pytest.mark.parametrize("kind", ["pv", "pvh"])
def test_console_is_open_before_the_guest_starts(host, small, kind):
    cfg = small(kind, create=False)
    with Console(host, f"xn create -c {cfg.path}") as console:
        console.expect("GUEST-UP", timeout=240)
        console.send("\x1d")
        assert console.wait() == 0


def test_dry_run_prints_what_xl_prints(host, guest, kind):
    cfg = guest(kind, create=False, uuid="6d2b1a6e-7a37-4b62-8f5e-111111111111",
                vif=["mac=00:16:3e:00:00:01"])
    ours = host.xn("create", "-n", cfg.path).stdout
    assert ours == host.xl("create", "-q", "-n", cfg.path).stdout
    assert json.loads(ours)["c_info"]["name"] == cfg.name
    assert host.xn("-N", "create", cfg.path).stdout == ours


def test_the_plan_names_every_thing(host, guest, disk):
    cfg = guest("pv", create=False, disk=[f"{disk},raw,xvda,w"], vif=[""])
    plan = host.xn("create", "--plan", cfg.path).stdout
    for thing in ("the name pv0", "/srv/guests/vmlinux",
                  "/srv/guests/initrd.gz", disk, "vif 0", "128 MiB"):
        assert thing in plan
    assert cfg.name not in host.xn("list").stdout


def test_the_foreground_ends_with_the_guest(host, small):
    cfg = small("pv", create=False)
    host.run(f"xn create -F {cfg.path} >/tmp/fg.out 2>&1 & echo $! >/tmp/fg.pid")
    cfg.wait_up()
    host.run("kill -0 $(cat /tmp/fg.pid)")
    host.xn("shutdown", "-w", cfg.name)
    host.run("for i in $(seq 100); do kill -0 $(cat /tmp/fg.pid) 2>/dev/null"
             " || break; sleep 0.2; done; cat /tmp/fg.out;"
             " rm /tmp/fg.out /tmp/fg.pid")
    assert cfg.name not in host.xn("list").stdout


def test_a_domain_goes_by_name_id_uuid_and_its_beginning(host, guest):
    uuid = "abcdef01-7a37-4b62-8f5e-222222222222"
    up = guest("pv", uuid=uuid, wait=False)
    for word in (up.name, str(up.domid()), uuid, uuid.upper(), "abcdef"):
        assert host.xn("domid", word).stdout == f"{up.domid()}\n"
    assert host.xn("domid", "abd0", check=False).rc == 3
