"""What QEMU serves to PV guests beside disks: a folder (p9), a screen (vfb)."""
from __future__ import annotations

import pytest

from more_modules import LOAD, make_ramdisk
from test_devices import in_guest

FOLDER = "/srv/share"
SCREEN = ("import socket; s = socket.create_connection(('127.0.0.1', {port})); "
          "print(s.recv(12).decode(), end='')")


@pytest.fixture
def ramdisk(host):
    path = make_ramdisk(host, "9p", "9pnet_xen")
    host.run(f"mkdir {FOLDER}; echo of the host >{FOLDER}/there")
    yield path
    host.run(f"rm -rf {path} {FOLDER}")


@pytest.mark.slow
@pytest.mark.unproven
def test_a_folder_and_a_screen(host, guest, ramdisk):
    up = guest("pv", ramdisk=ramdisk, vfb=["vnc=1,vncdisplay=7"],
               p9=[f"tag=data,path={FOLDER},security_model=none"])
    in_guest(up, f"{LOAD}; mkdir /share; mount -t 9p -o trans=xen,"
             "version=9p2000.L data /share; cat /share/there", "of the host")
    in_guest(up, "echo of the guest >/share/back; sync; echo do''ne", "done")
    assert host.run(f"cat {FOLDER}/back").stdout == "of the guest\n"
    assert host.run("python3", "-c", SCREEN.format(port=5907)
                    ).stdout.startswith("RFB 003.")
    host.xn("destroy", up.name)
