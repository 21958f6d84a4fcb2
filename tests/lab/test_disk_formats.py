"""Images that are not raw, and raw ones that look as if they were not."""
from __future__ import annotations

import pytest

from test_devices import in_guest
from test_metrics import read

IMAGE = "/tmp/image"
DROP = "echo 3 >/proc/sys/vm/drop_caches"


@pytest.fixture
def image(host):
    yield IMAGE
    host.run(f"rm -f {IMAGE} {IMAGE}.raw")


def written(host, name: str) -> float:
    """Bytes of xvda, as QEMU counts them."""
    found = read(host.xn("metrics").stdout)
    return sum(value for labels, value
               in found["xen_domain_vbd_written_bytes_total"]
               if f'name="{name}"' in labels and 'device="51712"' in labels)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ("pv", "hvm"))
@pytest.mark.parametrize("form, theirs", (("vhd", "vpc"), ("qcow2", "qcow2")))
def test_what_is_written_is_read_and_kept(host, guest, image, kind, form,
                                          theirs):
    host.run(f"qemu-img create -q -f {theirs} {image} 16M")
    up = guest(kind, disk=[f"{image},{form},xvda,w"])
    in_guest(up, "echo ke''pt here | dd of=/dev/xvda bs=512 seek=9000 "
             f"conv=sync,fsync; {DROP}; dd if=/dev/xvda bs=512 skip=9000 "
             "count=1; sync", "kept here")
    assert written(host, up.name) >= 512
    host.xn("destroy", up.name)
    host.run(f"qemu-img convert -f {theirs} -O raw {image} {image}.raw")
    assert host.run(f"dd if={image}.raw bs=512 skip=9000 count=1 status=none"
                    ).stdout.startswith("kept here\n")


@pytest.mark.slow
def test_a_disk_that_qemu_serves_grows(host, guest, image):
    host.run(f"qemu-img create -q -f qcow2 {image} 16M")
    up = guest("pv", disk=[f"{image},qcow2,xvda,w"])
    in_guest(up, "dd if=/dev/xvda of=/dev/null count=1; echo re''ad", "read")
    assert "would be lost" in host.xn("block-resize", up.name, "xvda", "1",
                                      check=False).stderr
    assert "name the size" in host.xn("block-resize", up.name, "xvda",
                                      check=False).stderr
    host.xn("block-resize", up.name, "xvda", "32")
    in_guest(up, "sleep 2; echo sectors $(cat /sys/block/xvda/size)",
             "sectors 65536")
    host.xn("destroy", up.name)
    assert '"virtual-size": 33554432' in host.run(
        f"qemu-img info -f qcow2 --output=json {image}").stdout


def make_ambiguous(host, image) -> None:
    """Raw, of 1 MiB; read as qcow2 it had 1 GiB."""
    host.run(f"qemu-img create -q -f qcow2 {image} 1G; truncate -s 1M {image}")


@pytest.mark.parametrize("kind, backend", (
    ("pv", "phy"),
    pytest.param("pv", "qdisk", marks=pytest.mark.slow),
    pytest.param("hvm", "phy", marks=pytest.mark.slow)))
def test_a_raw_disk_stays_raw_whatever_is_in_it(host, guest, image, kind,
                                                backend):
    make_ambiguous(host, image)
    up = guest(kind, create=False,
               disk=[f"{image},raw,xvda,w,backendtype={backend}"]
               if backend == "qdisk" else [f"{image},raw,xvda,w"])
    told = host.xn("create", up.path, timeout=240).stderr
    assert "begins like qcow2" in told
    up.wait_up()
    in_guest(up, "echo sectors $(cat /sys/block/xvda/size) "
             "$(head -c 3 /dev/xvda)", "sectors 2048 QFI")


def test_the_device_model_is_told_that_it_is_raw(host, guest, image):
    make_ambiguous(host, image)
    up = guest("hvm", wait=False, disk=[f"{image},raw,hda,w"])
    model = host.run(f"pgrep -af -- '-xen-domid {up.domid()} '").stdout
    drives = [word for word in model.split() if word.startswith("file=")]
    assert len(drives) == 1 and "format=raw" in drives[0]
