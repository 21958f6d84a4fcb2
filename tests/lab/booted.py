"""What is made once and kept in the cache: the Dom0 image, and a host of it
that was booted."""
from __future__ import annotations

import inspect
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import time

from cache import (LabError, cache_dir, digest, in_use, locked, progress,
                   prune, run_logged)
from host import Host
from machine import MEMORY, SPARE, Qmp, qemu_argv

IMAGE = pathlib.Path(__file__).resolve().parent / "image"
KINDS = ("pv", "pvh", "hvm")


def image_digest() -> str:
    parts = []
    for path in sorted(IMAGE.rglob("*")):
        if path.is_file():
            parts += [str(path.relative_to(IMAGE)).encode(), path.read_bytes()]
    return digest(*parts)


def root_words() -> list[str]:
    """What goes before a command for root; asks for a password if need be."""
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        raise LabError("the image has to be built as root, and there is no "
                       "sudo: run it as root once")
    print("lab: the Dom0 image is built as root", file=sys.stderr, flush=True)
    if subprocess.run(["sudo", "-v"], check=False).returncode:
        raise LabError("the image has to be built as root: sudo refuses")
    return ["sudo"]


def image() -> pathlib.Path:
    """The directory of the Dom0 image, built if it is not in the cache."""
    cache = cache_dir()
    path = cache / f"image-{image_digest()}"
    if in_use(path):
        return path
    with locked(cache / "lock") as lock:
        if not path.exists():
            as_root = root_words()
            for stale in cache.glob("image-*.partial"):
                shutil.rmtree(stale, ignore_errors=True)
            partial = path.with_suffix(".partial")
            log = cache / "image.log"
            with progress(f"building the Dom0 image, about 2 minutes; {log}"):
                run_logged([*as_root, str(IMAGE / "build"), str(partial)], log,
                           (lock,))
            if as_root:
                run_logged([*as_root, "chown", "-R",
                            f"{os.getuid()}:{os.getgid()}", str(partial)], log)
            if path.name != f"image-{image_digest()}":
                raise LabError(f"{IMAGE} was edited meanwhile: once more")
            partial.rename(path)
            prune(cache, "image-*")
    return path


# What a kernel does at boot that no test needs: a fifth of the time.
QUICK = ("quiet cryptomgr.notests rodata=off initcall_blacklist="
         "init_blk_tracer,load_system_certificate_list,init_encrypted,"
         "crypto_kdf108_init")


def guest_config(kind: str, name: str, **keys: object) -> str:
    """The configuration of a test guest in xl.cfg's language. Keys replace or
    add; a key of None is left out. `extra` is put after the console."""
    consoles = {"hvm": "console=ttyS0 console=hvc0"}.get(kind, "console=hvc0")
    extra = keys.pop("extra", "")
    # QEMU boots bzImages only; elsewhere unpacking one costs seconds.
    kernel = "vmlinuz" if kind == "hvm" else "vmlinux"
    config: dict[str, object] = {
        "name": name, "type": kind, "memory": 128, "vcpus": 1,
        "kernel": f"/srv/guests/{kernel}",
        "ramdisk": "/srv/guests/initrd.gz",
        "extra": extra if extra is None
        else f"{consoles} {QUICK} {extra}".strip()}
    if kind == "hvm":
        # Without a graphics card the BIOS is several seconds faster.
        config |= {"serial": "pty", "vga": "none"}
    config |= keys
    return "".join(f"{key} = {json.dumps(value)}\n"
                   for key, value in config.items() if value is not None)


def settle(host: Host) -> None:
    """After a boot: everything runs, and each kind of guest has run once, so
    that what Xen and Dom0 allocate once is allocated in all hosts."""
    host.run("systemctl is-system-running --wait", check=False, timeout=300)
    host.run("systemctl is-active xen && xenstore-read /local/domain/0/name "
             "&& pgrep xenconsoled && pgrep -f xen-domid.0")
    host.run("truncate -s 64M /tmp/warm.img")
    for kind in KINDS:
        host.write("/tmp/warm.cfg", guest_config(
            kind, f"warm-{kind}", vcpus=2, vif=["bridge=xenbr0"],
            disk=["/tmp/warm.img,raw,xvda,w"]))
        host.run("xl create /tmp/warm.cfg", timeout=300)
        if kind == "pv":  # the quickest; back ends connect as guests come up
            host.wait_console(f"warm-{kind}", timeout=300)
        host.run(f"xl destroy warm-{kind}")
    # The first look at Dom0's own record makes nodes of it in xenstore.
    host.run("xl list -l >/dev/null; rm -f /tmp/warm.*; sync; until [ \"$(xl list | wc -l)\" = 2 ]; "
             "do sleep 0.2; done; sleep 2; "
             "rm -f /var/log/xen/*warm* /var/log/xen/console/*; "
             "echo 3 >/proc/sys/vm/drop_caches", timeout=120)


def booted(files: pathlib.Path) -> pathlib.Path:
    """The directory of the booted host, made if it is not in the cache."""
    cache = cache_dir()
    qemu = subprocess.run(["qemu-system-x86_64", "--version"], check=True,
                          capture_output=True).stdout
    path = cache / ("boot-" + digest(
        files.name.encode(), qemu, MEMORY.encode(), *map(str.encode, SPARE),
        QUICK.encode(), *(inspect.getsource(part).encode()
                          for part in (qemu_argv, guest_config, settle))))
    if in_use(path):
        return path
    with locked(cache / "lock"):
        if path.exists():
            return path
        for stale in cache.glob("boot-*.partial"):
            Host(files, stale, 1).stop()
            shutil.rmtree(stale)
        partial = path.with_suffix(".partial")
        partial.mkdir()
        host = Host(files, partial, 1)
        create_overlay(f"../{files.name}/dom0.img", "raw",
                       partial / "disk.qcow2")
        try:
            with progress(f"booting Xen for the first time, about 1 minute; "
                          f"{partial}/console.log"):
                boot(host, partial / "memory")
            with progress("running a guest of each kind once"):
                settle(host)
            with progress("keeping the booted host"):
                host.disconnect()
                keep(host, partial / "state")
        finally:
            host.stop()
        partial.rename(path)
        prune(cache, "boot-*")
    return path


def boot(host: Host, memory: pathlib.Path) -> None:
    """Boots Dom0. Now and then a virtual CPU of it stands still for ever under
    emulation ("rcu_preempt detected stalls"); then once more."""
    for attempt in range(3):
        host.start(memory, True, None)
        try:
            host.wait_ssh(150)
            return
        except LabError:
            if attempt == 2:
                raise
            print("lab: the host stands still, booting it again", flush=True)
            host.stop()


def keep(host: Host, state: pathlib.Path) -> None:
    """Writes the state of the host's devices; its memory is a file already."""
    qmp = Qmp(host.dir)
    qmp.command("stop")
    qmp.command("migrate-set-capabilities", capabilities=[
        {"capability": "x-ignore-shared", "state": True}])
    qmp.command("migrate", uri=f"exec:cat >{shlex.quote(str(state))}")
    qmp.wait_status("query-migrate", "completed", 120)
    qmp.command("quit")
    qmp.close()
    while host.pid():
        time.sleep(0.05)


def create_overlay(backing: str, form: str, path: pathlib.Path) -> None:
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", backing,
                    "-F", form, str(path)], check=True)
