"""The native hook: what it connects, what it refuses, what it leaves alone."""
import json

import pytest

DISK = "/tmp/disk.img"
NATIVE = "/usr/libexec/xenith/scripts"


@pytest.fixture
def disk(host):
    """A raw file of 16 MiB in the host."""
    host.run(f"truncate -s 16M {DISK}")
    yield DISK
    host.run(f"rm -f {DISK}")


def backend(host, domid: int, kind: str) -> dict[str, str]:
    """The nodes of a domain's only device of a kind."""
    folder = f"/local/domain/0/backend/{kind}/{domid}"
    device = host.run(f"xenstore-list {folder}").stdout.strip()
    names = host.run(f"xenstore-list {folder}/{device}").stdout.split()
    return {name: host.run(f"xenstore-read {folder}/{device}/{name}"
                           ).stdout.rstrip("\n") for name in names}


@pytest.mark.slow("pvh")
@pytest.mark.parametrize("kind", ("pv", "pvh"))
def test_disk_and_vif_are_connected_by_the_native_hook(host, guest, disk, kind):
    up = guest(kind, disk=[f"{disk},raw,xvda,w"], vif=["bridge=xenbr0"],
               wait=False)
    line = up.wait_up()
    assert "disks=xvda" in line and "nics=eth0" in line
    vbd, vif = (backend(host, up.domid(), kind) for kind in ("vbd", "vif"))
    assert vbd["script"] == f"{NATIVE}/block"
    assert vbd["hotplug-status"] == "connected"
    assert vbd["node"] == vbd["physical-device-path"]
    assert vif["script"] == f"{NATIVE}/vif-bridge"
    assert vif["hotplug-status"] == "connected"


@pytest.mark.slow
def test_the_record_names_no_script_of_ours(host, small, disk):
    up = small("pvh", disk=[f"{disk},raw,xvda,w"], vif=["bridge=xenbr0"])
    for tool in ("xl", "xn"):
        text = host.run(f"{tool} list -l {up.name}").stdout
        assert "libexec/xenith" not in text
        assert json.loads(text)[0]["config"]["disks"][0]["vdev"] == "xvda"


@pytest.mark.parametrize("tool", ("xl", "xn"))
def test_destroying_frees_the_loop_device(host, small, disk, tool):
    up = small("pvh", disk=[f"{disk},raw,xvda,w"])
    assert disk in host.run("losetup -a").stdout
    host.run(f"{tool} destroy {up.name}")
    host.run(f"timeout 20 sh -c 'while losetup -a | grep -q {disk}; "
             "do sleep 0.1; done'")


def test_a_file_that_is_written_to_is_not_shared(host, guest, small, disk):
    small("pvh", "first", disk=[f"{disk},raw,xvda,w"])
    for access in ("r", "w"):
        second = guest("pvh", "second", create=False,
                       disk=[f"{disk},raw,xvda,{access}"])
        refused = host.xn("create", second.path, check=False)
        assert refused.rc == 8
        assert f"{disk} is in use by domain" in refused.stderr


def test_a_file_that_is_read_is_shared(host, small, disk):
    for name in ("first", "second"):
        small("pvh", name, disk=[f"{disk},raw,xvda,r"])


CLUSTER = f"""#!/bin/sh
[ "$1" != add ] || xenstore-write "$XENBUS_PATH/mode" 'w!'
exec {NATIVE}/block "$@"
"""


@pytest.mark.slow
def test_a_disk_of_a_cluster_is_written_by_several(host, small, disk):
    """As README.md of the hooks has it."""
    host.write("/root/block-cluster", CLUSTER)
    host.run("chmod 755 /root/block-cluster")
    for name in ("first", "second"):
        up = small("pvh", name, disk=[
            f"script=/root/block-cluster,vdev=xvdb,target={disk}"])
        vbd = backend(host, up.domid(), "vbd")
        assert (vbd["mode"], vbd["hotplug-status"]) == ("w!", "connected")
    for name in ("first", "second"):
        host.xn("destroy", name)
    assert disk not in host.run("losetup -a").stdout
    host.run("rm /root/block-cluster")


def test_disks_of_xl_count(host, guest, small, disk):
    """The other way round they do not: Debian 12's script compares a device's
    number in hexadecimal with one in decimal, and shares any file."""
    small("pvh", "old", tool="xl", disk=[f"{disk},raw,xvda,w"])
    new = guest("pvh", "new", create=False, disk=[f"{disk},raw,xvda,w"])
    refused = host.xn("create", new.path, check=False)
    host.xl("destroy", "old")
    assert "is in use by domain" in refused.stderr


def test_a_script_with_a_path_is_run_as_it_is(host, small):
    script = "/root/vif-mine"
    host.write(script, "#!/bin/sh\n"
               'echo "$@" "$XENBUS_PATH" "$vif" >>/root/vif-mine.log\n'
               "exec /etc/xen/scripts/vif-bridge \"$@\"\n")
    host.run(f"chmod +x {script}")
    try:
        up = small("pvh", vif=[f"bridge=xenbr0,script={script}"])
        domid = up.domid()
        said = host.run("cat /root/vif-mine.log").stdout
        assert said == (f"online type_if=vif backend/vif/{domid}/0 "
                        f"vif{domid}.0\n")
    finally:
        host.run("rm -f /root/vif-mine*")


@pytest.fixture
def script(host):
    """Writes a vif's script of the user's own."""
    def put(text: str) -> str:
        host.write("/root/vif-mine", f"#!/bin/sh\n{text}\n")
        host.run("chmod +x /root/vif-mine")
        return "bridge=xenbr0,script=/root/vif-mine"

    yield put
    host.run("rm -f /root/vif-mine* /etc/xenith/xenith.conf; "
             "rmdir /etc/xenith 2>/dev/null || true")


@pytest.mark.slow
def test_the_record_names_the_users_script(host, small, script):
    up = small("pv", vif=[script('exec /etc/xen/scripts/vif-bridge "$@"')])
    assert backend(host, up.domid(), "vif")["script"] == (
        "/run/xenith/scripts/%2Froot%2Fvif-mine")
    for tool in ("xl", "xn"):
        assert "/run/xenith" not in host.run(f"{tool} list -l {up.name}").stdout


@pytest.mark.parametrize("tool", ("xl", "xn"))
def test_the_users_script_is_told_of_the_end(host, small, script, tool):
    up = small("pv", vif=[script(
        'echo "$1 $script" >>/root/vif-mine.log\n'
        'exec /etc/xen/scripts/vif-bridge "$@"')])
    host.run(tool, "destroy", up.name)
    assert host.run("cat /root/vif-mine.log").stdout == (
        "online /root/vif-mine\noffline /root/vif-mine\n")


def test_the_last_line_of_a_script_is_in_the_error(host, guest, script):
    cfg = guest("pv", create=False,
                vif=[script("echo begun >&2; echo no such switch >&2; exit 4")])
    result = host.xn("create", cfg.path, check=False)
    assert result.rc == 8
    assert "exit status 4: no such switch" in result.stderr


def test_a_script_that_does_not_end_is_ended(host, guest, script):
    cfg = guest("pv", create=False, vif=[script("sleep 611 & wait")])
    host.run("mkdir -p /etc/xenith")
    host.write("/etc/xenith/xenith.conf", "script_timeout = 2\n")
    result = host.xn("create", cfg.path, check=False)
    assert result.rc == 8
    assert "no end after 2.0 s" in result.stderr
    assert host.run("pgrep -fx 'sleep 611'", check=False).stdout == ""


def test_a_renamed_vif(host, small):
    small("pvh", vif=["bridge=xenbr0,vifname=web0"])
    assert "master xenbr0" in host.run("ip link show web0").stdout


def test_a_routed_vif(host, small):
    up = small("pvh", vif=["script=vif-route,ip=198.51.100.7,"
                           "gatewaydev=xenbr0"])
    assert f"dev vif{up.domid()}.0" in host.run(
        "ip route show 198.51.100.7").stdout


def test_no_shell_is_started(host, small, disk):
    """The native hook is a process that libxl forks, and no program."""
    new = small("pvh", create=False, disk=[f"{disk},raw,xvda,w"],
                vif=["bridge=xenbr0"])
    traced = host.run("strace -f -qq -e trace=execve -o /tmp/execs "
                      f"xn create -q -e {new.path}; cat /tmp/execs; "
                      "rm -f /tmp/execs", timeout=600).stdout
    execs = [line for line in traced.splitlines() if "execve(" in line
             and " = 0" in line]
    assert len(execs) == 1, execs


@pytest.mark.slow
def test_the_rate_of_a_vif_is_netbacks(host, guest):
    """20 slices a second, as xl has it (xlu_vif_parse_rate)."""
    up = guest("pvh", vif=["bridge=xenbr0,rate=1MB/s"])
    assert backend(host, up.domid(), "vif")["rate"] == "50000,50000"
    host.run("mountpoint -q /sys/kernel/debug || "
             "mount -t debugfs none /sys/kernel/debug")
    ring = host.run("cat /sys/kernel/debug/xen-netback/"
                    f"vif{up.domid()}.0/io_ring_q0").stdout
    assert "credit: 50000, usec: 50000" in ring


def test_a_disk_of_an_hvm_guest_is_connected_by_the_native_hook(
        host, disk, guest):
    up = guest("hvm", wait=False, disk=[f"{disk},raw,hda,w"])
    vbd = backend(host, up.domid(), "vbd")
    assert vbd["script"] == f"{NATIVE}/block"
    assert vbd["hotplug-status"] == "connected"
    model = host.run(f"pgrep -af -- '-xen-domid {up.domid()} '").stdout
    assert f"file={vbd['node']}," in model and disk not in model
    record = host.run(f"xl list -l {up.name}").stdout
    assert "libexec/xenith" not in record
    host.xn("destroy", up.name)
    host.run(f"timeout 20 sh -c 'while losetup -a | grep -q {disk}; "
             "do sleep 0.1; done'")
