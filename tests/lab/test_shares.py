"""What QEMU serves to PV guests beside disks: a folder (p9), a screen (vfb)."""
from __future__ import annotations

import time

import pytest

import leakcheck
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


def use_them(host, guest, ramdisk, name: str) -> None:
    up = guest("pv", name, ramdisk=ramdisk, vfb=["vnc=1,vncdisplay=7"],
               p9=[f"tag=data,path={FOLDER},security_model=none"])
    in_guest(up, f"{LOAD}; mkdir /share; mount -t 9p -o trans=xen,"
             "version=9p2000.L data /share; cat /share/there", "of the host")
    in_guest(up, "echo of the guest >/share/back; sync; echo do''ne", "done")
    assert host.run(f"cat {FOLDER}/back; rm {FOLDER}/back"
                    ).stdout == "of the guest\n"
    assert host.run("python3", "-c", SCREEN.format(port=5907)
                    ).stdout.startswith("RFB 003.")
    host.xn("destroy", up.name)


@pytest.mark.slow
def test_a_folder_and_a_screen(all_hosts, host, guest, ramdisk):
    """Xen's table of the grants that Dom0 has mapped grows with the most of them
    at once, of which p9 has 2048, and is kept: the second guest has to come and
    go without costing a page."""
    use_them(host, guest, ramdisk, "first")
    time.sleep(leakcheck.SETTLE)
    clean = all_hosts.clean[1]
    free = leakcheck.take(host)["memory"]
    assert clean["memory"]["free pages"] - free["free pages"] <= 16
    clean["memory"] = free
    use_them(host, guest, ramdisk, "second")
