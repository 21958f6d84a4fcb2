"""A Debian guest that starts from its own disk and boot loader in each way there
is, and how pygrub is confined meanwhile (what it can do:
tests/unit/test_bootloader.py)."""
import json

import pytest

from lab import until

DISK = "/srv/guests/own.img"
QCOW2 = "/srv/guests/own.qcow2"
NO_KERNEL = {"kernel": None, "ramdisk": None, "extra": None}
PYGRUB = {"bootloader": "pygrub", "bootloader_args": ["--quiet"]}
BOOT = {
    "pv": {**PYGRUB, "disk": [f"{DISK},raw,xvda,w"]},
    "hvm": {"boot": "c", "disk": [f"{DISK},raw,hda,w"]},
}
GRUB = {"pv": "/usr/lib/grub-xen/grub-x86_64-xen.bin",
        "pvh": "/usr/lib/grub-xen/grub-i386-xen_pvh.bin"}
CONF = "/etc/xenith/xenith.conf"


@pytest.fixture
def own_disk(host):
    host.run(f"cp --sparse=always /srv/guests/debian.img {DISK}")
    yield
    host.run(f"rm -f {DISK} {QCOW2}")


@pytest.fixture
def starts(host, own_disk, guest):
    """Has Debian start from its disk, in FORMAT, until it can be used, and ends
    it."""
    def run(kind: str, image: str, **keys: object) -> None:
        path = DISK
        if image == "qcow2":
            host.run(f"qemu-img convert -O qcow2 {DISK} {QCOW2}; rm {DISK}")
            path = QCOW2
        device = "hda" if kind == "hvm" else "xvda"
        up = guest(kind, **NO_KERNEL | keys, memory=256, wait=False,
                   disk=[f"{path},{image},{device},w"])
        assert "GUEST-UP debian 12" in up.wait_up()
        host.xn("shutdown", "-w", up.name)
        host.xn("wait", "--timeout", "60", up.name, "gone")
    return run


@pytest.mark.slow
@pytest.mark.parametrize("image", ["raw", "qcow2"])
def test_debian_starts_through_pygrub(starts, image):
    starts("pv", image, **PYGRUB)


@pytest.mark.slow
@pytest.mark.parametrize("image", ["raw", "qcow2"])
@pytest.mark.parametrize("kind", ["pv", "pvh"])
def test_debian_starts_through_pv_grub(starts, kind, image):
    """Nothing in Dom0 reads the guest's disk."""
    starts(kind, image, kernel=GRUB[kind])


@pytest.mark.slow
@pytest.mark.parametrize("image", ["raw", "qcow2"])
def test_debian_starts_through_the_bios(starts, image):
    starts("hvm", image, boot="c")


@pytest.mark.unproven
@pytest.mark.slow
def test_uefi_begins(host, own_disk, guest):
    up = guest("hvm", **NO_KERNEL, memory=256, wait=False, bios="ovmf",
               boot="c", disk=[f"{DISK},raw,hda,w"])
    until(lambda: "Invoking OVMF" in host.xn("dmesg").stdout, 240)
    host.xn("destroy", up.name)


@pytest.mark.skip(reason="QEMU 7.2 ends where OVMF writes CR8 in a guest: "
                  "tcg_handle_interrupt: assertion failed")
@pytest.mark.parametrize("image", ["raw", "qcow2"])
def test_debian_starts_through_uefi(starts, image):
    starts("hvm", image, boot="c", bios="ovmf")


@pytest.fixture
def conf(host):
    """Writes xenith.conf, which is gone at the end."""
    host.run("mkdir -p /etc/xenith")
    yield lambda text: host.write(CONF, text)
    host.run(f"rm -f {CONF}; rmdir /etc/xenith 2>/dev/null || true")


@pytest.fixture
def spy(host):
    """A pygrub that says where it is, and becomes the real one. It stands below
    /usr, where the room has it too."""
    folder = "/usr/local/lib/spy"
    host.run(f"mkdir -p {folder}")
    host.write(f"{folder}/pygrub", """#!/usr/bin/python3
import glob, os, sys
print("SPY", os.getuid(), *sorted(os.listdir("/")), file=sys.stderr, flush=True)
real = glob.glob("/usr/lib/xen-*/bin/pygrub")[0]
os.execv(real, [real] + sys.argv[1:])
""")
    host.run(f"chmod 755 {folder}/pygrub")
    yield f"{folder}/pygrub"
    host.run(f"rm -rf {folder}")


def spied(host, domid: int) -> list[str]:
    """The uid, and what is in the root folder."""
    log = host.run(f"cat /var/log/xen/bootloader.{domid}.log").stdout
    return log.split("SPY ", 1)[1].splitlines()[0].split()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ("pv", "pvh"))
def test_pygrub_runs_confined_and_the_record_does_not_show_it(
        host, own_disk, guest, spy, kind):
    up = guest(kind, **NO_KERNEL, memory=256, wait=False, bootloader=spy,
               bootloader_args=["--quiet"], disk=BOOT["pv"]["disk"])
    assert "GUEST-UP debian 12" in up.wait_up()
    uid, *folders = spied(host, up.domid())
    assert int(uid) >= 1900000000
    assert "out" in folders and "usr" in folders
    assert "root" not in folders and "proc" not in folders
    for tool in ("xl", "xn"):
        record = json.loads(host.run(f"{tool} list -l {up.name}").stdout)
        b_info = record[0]["config"]["b_info"]
        assert b_info["bootloader"] == spy
        assert b_info["bootloader_args"] == ["--quiet"]
    assert len(host.run("losetup -a | grep own.img").stdout.splitlines()) == 1


@pytest.mark.slow
def test_a_kernel_from_a_guests_disk_is_not_cached(host, own_disk, guest):
    before = host.xn("cache", "list").stdout
    up = guest("pv", **NO_KERNEL, memory=256, wait=False, **BOOT["pv"])
    up.wait_up()
    assert host.xn("cache", "list").stdout == before


def test_a_disk_without_a_kernel_says_so(host, guest):
    host.run(f"truncate -s 1M {DISK}")
    try:
        web = guest("pv", **NO_KERNEL, create=False, **BOOT["pv"])
        result = host.xn("create", web.path, check=False)
        assert result.rc == 8
        assert "boot loader: xn-bootloader: " in result.stderr
        assert "Unable to find partition containing kernel" in result.stderr
    finally:
        host.run(f"rm -f {DISK}")


@pytest.fixture
def menu(host, own_disk, guest):
    """A guest that is yet to be made, with a menu that waits for a key."""
    host.run("mkdir -p /mnt/own; dev=$(losetup -fP --show " + DISK + "); "
             "mount ${dev}p1 /mnt/own 2>/dev/null || mount $dev /mnt/own; "
             "sed -i '/timeout/d' /mnt/own/boot/grub/grub.cfg; "
             "umount /mnt/own; losetup -d $dev; rmdir /mnt/own")
    return guest("pv", **NO_KERNEL, create=False, bootloader="pygrub",
                 bootloader_args=["--interactive"], disk=BOOT["pv"]["disk"])


def test_a_menu_that_nobody_answers_ends(host, menu, conf):
    conf("bootloader_timeout = 2\n")
    result = host.xn("create", menu.path, check=False)
    assert result.rc == 8
    assert "pygrub: no end after 2 s" in result.stderr


@pytest.mark.slow
def test_pygrub_runs_as_root_only_where_that_is_said(
        host, own_disk, guest, spy, conf):
    conf("bootloader_confined = 0\n")
    up = guest("pv", **NO_KERNEL, memory=256, wait=False, bootloader=spy,
               bootloader_args=["--quiet"], disk=BOOT["pv"]["disk"])
    up.wait_up()
    assert spied(host, up.domid())[0] == "0"


def test_without_the_program_that_confines_it_there_is_no_boot(
        host, own_disk, guest):
    program = "/usr/libexec/xenith/xn-bootloader"
    web = guest("pv", **NO_KERNEL, create=False, **BOOT["pv"])
    host.run(f"chmod 644 {program}")
    try:
        result = host.xn("create", web.path, check=False)
    finally:
        host.run(f"chmod 755 {program}")
    assert result.rc == 7
    assert f"cannot be confined: {program}: " in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("strike", (
    "kill -INT $pid", "kill -KILL $pid", "pkill -KILL -P $pid",
    "pkill -KILL -x xn-bootloader"))
def test_a_create_that_is_struck_in_the_menu_leaves_nothing(
        host, menu, strike):
    runs = "pgrep -f '^/usr/bin/python3 .*/pygrub .*/dev/disk' >/dev/null"
    host.run(f"xn create -q {menu.path} >/dev/null 2>&1 & pid=$!; "
             f"for i in $(seq 100); do {runs} && break; sleep 0.1; done; "
             f"{runs} || exit 1; {strike}; "
             f"for i in $(seq 300); do {runs} || pgrep -x xn >/dev/null || "
             "break; sleep 0.1; done", timeout=120)
    left = host.run(f"{runs} && echo pygrub; pgrep -x xn-bootloader; "
                    "ls -d /var/lib/xen/bootloader.* 2>/dev/null; "
                    "losetup -a | grep own.img; grep -c xn-bootloader "
                    "/proc/mounts; true").stdout
    assert left == "0\n"
