"""The emulated machine: QEMU's command line and its control socket."""
from __future__ import annotations

import json
import os
import pathlib
import socket
import time

from cache import LabError

MEMORY = "3G"

# A card to give away, for tests of PCI devices: eth2, behind a port of its own,
# so that it can be reset. Xen gives none away without an IOMMU, which takes time
# that other tests do not need to spend.
SPARE = ("-device", "intel-iommu,intremap=off",
         "-device", "pcie-root-port,id=spare,chassis=1",
         "-device", "virtio-net-pci,bus=spare,romfile="
         ) if os.environ.get("XENITH_LAB_IOMMU") else ()


class Qmp:
    """QEMU's control socket."""

    def __init__(self, directory: pathlib.Path, name: str = "qmp"):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        # A socket's path is limited to 107 bytes, that of a directory is not.
        descriptor = os.open(directory, os.O_PATH)
        try:
            self.socket.connect(f"/proc/self/fd/{descriptor}/{name}")
        finally:
            os.close(descriptor)
        self.file = self.socket.makefile("r", encoding="utf-8")
        self.file.readline()
        self.command("qmp_capabilities")

    def command(self, name: str, **arguments: object) -> dict:
        request = {"execute": name, "arguments": arguments}
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        while True:
            line = self.file.readline()
            if not line:
                raise LabError(f"QEMU went away during {name}")
            answer = json.loads(line)
            if "error" in answer:
                raise LabError(f"QEMU: {name}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def wait_status(self, command: str, wanted: str, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while (status := self.command(command).get("status")) != wanted:
            if status == "failed" or time.monotonic() > deadline:
                raise LabError(f"QEMU: {command} says {status}, not {wanted}")
            time.sleep(0.05)

    def close(self) -> None:
        self.file.close()
        self.socket.close()


def qemu_argv(files: pathlib.Path, memory: pathlib.Path, share: bool,
              port: int, cable: tuple[str, str]) -> list[str]:
    """QEMU's command line, for its host's directory as working directory.
    Boot and restore must agree on all of it but paths, port and sharing."""
    xen = ("console=com1 com1=115200,8n1 loglvl=all guest_loglvl=all "
           "dom0_mem=1024M,max:1024M bootscrub=0 spec-ctrl=no noreboot")
    # Code that the kernel patches while another CPU runs it can hang that CPU
    # under emulation: the memory cgroup's switch does so at every boot.
    linux = ("root=/dev/vda console=hvc0 net.ifnames=0 mitigations=off "
             "cgroup_disable=memory")
    return [
        "qemu-system-x86_64", "-nodefaults", "-no-user-config",
        "-accel", "tcg,thread=multi,tb-size=512",
        "-cpu", "qemu64,+svm,+npt,+nx", "-smp", "2", "-m", MEMORY,
        "-object", f"memory-backend-file,id=ram,mem-path={memory},"
                   f"size={MEMORY},share={'on' if share else 'off'}",
        "-M", "q35,memory-backend=ram",
        "-kernel", f"{files}/xen", "-append", xen,
        "-initrd", f"{files}/vmlinuz {linux},{files}/initrd.gz",
        "-drive", "file=disk.qcow2,if=virtio,cache=unsafe,discard=unmap",
        "-netdev", f"user,id=outside,hostfwd=tcp:127.0.0.1:{port}-:22",
        "-device", "virtio-net-pci,netdev=outside,romfile=",
        # Datagrams: the ends of the cable come and go in any order.
        "-netdev", "dgram,id=cable,"
                   f"local.type=unix,local.path={cable[0]},"
                   f"remote.type=unix,remote.path={cable[1]}",
        "-device", "virtio-net-pci,netdev=cable,romfile=",
        *SPARE,
        "-display", "none", "-vga", "none", "-serial", "file:console.log",
        "-qmp", "unix:qmp,server=on,wait=off",
    ]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
