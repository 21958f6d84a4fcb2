"""A Debian guest that starts from its own disk and boot loader."""
import pytest

DISK = "/srv/guests/own.img"
BOOT = {
    "pv": {"bootloader": "pygrub", "bootloader_args": ["--quiet"],
           "disk": [f"{DISK},raw,xvda,w"]},
    "hvm": {"boot": "c", "disk": [f"{DISK},raw,hda,w"]},
}


@pytest.fixture
def own_disk(host):
    host.run(f"cp --sparse=always /srv/guests/debian.img {DISK}")
    yield
    host.run(f"rm -f {DISK}")


@pytest.mark.unproven
@pytest.mark.parametrize("kind", [
    "pv", pytest.param("hvm", marks=pytest.mark.slow)])
def test_debian_starts_from_its_own_disk(host, guest, own_disk, kind):
    up = guest(kind, kernel=None, ramdisk=None, extra=None, memory=256,
               wait=False, **BOOT[kind])
    assert "GUEST-UP debian 12" in up.wait_up()
    host.xn("shutdown", "-w", up.name)
    assert up.name not in host.xn("list").stdout
