"""The lab: real Xen hosts under emulation, driven from Python.

A *host* is a QEMU process (TCG, no KVM) that runs Xen and a Debian Dom0. All
hosts are copies of one that was booted once and kept: its disk, its memory and
its devices' state lie in the cache, hosts map them copy-on-write. So a host is
there in a few seconds, and a spoiled one is thrown away for another copy.

    cache/image-HASH/   what image/build makes; HASH covers all files of image/
    cache/boot-HASH/    disk.qcow2, memory, state: the booted host
    cache/run/NAME/     a lab that is up; NAME has the instance and the checkout
        host1/          disk.qcow2, pid, port, qmp, console.log, qemu.log, ssh

Environment: XENITH_LAB_CACHE moves the cache; XENITH_LAB_INSTANCE names one of
several labs that run side by side; XENITH_LAB_PATIENCE multiplies timeouts.
"""
from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import hashlib
import inspect
import json
import os
import pathlib
import re
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from shell import Shell, ShellEnded

T = TypeVar("T") # what is waited for
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
IMAGE = HERE / "image"
MEMORY = "3G"
# Multiplies all timeouts; for a machine that has other work to do as well.
PATIENCE = float(os.environ.get("XENITH_LAB_PATIENCE", "1"))
KINDS = ("pv", "pvh", "hvm")
CONSOLE_LOGS = "/var/log/xen/console"


class LabError(Exception):
    """Something a developer can act on; the text says what."""


class HostLost(LabError):
    """The emulated machine failed: no fault of what was tested."""


@contextlib.contextmanager
def progress(what: str) -> Iterator[None]:
    """Says what is going on, and that it still is: a line rewritten every
    second on a terminal, else a line every 10 seconds."""
    terminal = sys.stderr.isatty()
    start = time.monotonic()
    done = threading.Event()

    def line() -> str:
        return f"lab: {what} ({time.monotonic() - start:.0f} s)"

    def beat() -> None:
        while not done.wait(1 if terminal else 10):
            print(f"\r{line()}" if terminal else f"{line()} ...",
                  end="" if terminal else "\n", file=sys.stderr, flush=True)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        print(f"\r{line()}" if terminal else line(), file=sys.stderr,
              flush=True)


def cache_dir() -> pathlib.Path:
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    path = pathlib.Path(os.environ.get("XENITH_LAB_CACHE")
                        or pathlib.Path(base) / "xenith" / "lab")
    path.mkdir(parents=True, exist_ok=True)
    return path.resolve()


def instance() -> str:
    """The name of this lab among several."""
    return os.environ.get("XENITH_LAB_INSTANCE", "default")


@contextlib.contextmanager
def locked(path: pathlib.Path) -> Iterator[int]:
    """Holds the lock file. It is free again when this process has ended, and
    every child that was handed the descriptor."""
    with open(path, "w", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with progress(f"waiting for another process to finish ({path})"):
                fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def digest(*parts: bytes) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "little") + part)
    return total.hexdigest()[:12]


def image_digest() -> str:
    parts = []
    for path in sorted(IMAGE.rglob("*")):
        if path.is_file():
            parts += [str(path.relative_to(IMAGE)).encode(), path.read_bytes()]
    return digest(*parts)


def run_logged(argv: list[str], log: pathlib.Path,
               keep: tuple[int, ...] = ()) -> None:
    """Runs a command whose output is of interest only if it fails; it gets
    the descriptors to keep."""
    with open(log, "wb") as file:
        result = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=file,
                                stderr=subprocess.STDOUT, check=False,
                                pass_fds=keep)
    if result.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        raise LabError(f"{argv[0]} failed; the end of {log}:\n{tail}")


def in_use(path: pathlib.Path) -> bool:
    """Whether something of the cache is there. Notes that it is used."""
    if not path.exists():
        return False
    os.utime(path)
    return True


def prune(cache: pathlib.Path, pattern: str) -> None:
    """Removes what was not used for a week."""
    for path in cache.glob(pattern):
        if time.time() - path.stat().st_mtime > 7 * 24 * 3600:
            shutil.rmtree(path, ignore_errors=True)


def image() -> pathlib.Path:
    """The directory of the Dom0 image, built if it is not in the cache."""
    cache = cache_dir()
    path = cache / f"image-{image_digest()}"
    if in_use(path):
        return path
    with locked(cache / "lock") as lock:
        if not path.exists():
            if os.geteuid() != 0:
                raise LabError("the image has to be built as root: "
                               "run it with sudo once")
            for stale in cache.glob("image-*.partial"):
                shutil.rmtree(stale, ignore_errors=True)
            partial = path.with_suffix(".partial")
            log = cache / "image.log"
            with progress(f"building the Dom0 image, about 2 minutes; {log}"):
                run_logged([str(IMAGE / "build"), str(partial)], log, (lock,))
            if path.name != f"image-{image_digest()}":
                raise LabError(f"{IMAGE} was edited meanwhile: once more")
            partial.rename(path)
            prune(cache, "image-*")
    return path


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
        "-display", "none", "-vga", "none", "-serial", "file:console.log",
        "-qmp", "unix:qmp,server=on,wait=off",
    ]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclasses.dataclass
class Result:
    """What a command in a host did."""
    command: str
    rc: int
    stdout: str
    stderr: str

    def __str__(self) -> str:
        return (f"# {self.command}\nexit status {self.rc}\n"
                f"--- stdout\n{self.stdout}--- stderr\n{self.stderr}")


class Host:
    """One Xen host."""

    def __init__(self, files: pathlib.Path, directory: pathlib.Path,
                 number: int):
        self.files = files
        self.dir = directory
        self.number = number
        self.name = f"host{number}"
        self.process: subprocess.Popen | None = None
        self.shell: Shell | None = None

    # -- the machine ------------------------------------------------------

    def is_up(self) -> bool:
        """Whether it runs, and its start was not interrupted."""
        return (self.dir / "ready").exists() and self.pid() is not None

    def pid(self) -> int | None:
        """The process id of its QEMU if that runs."""
        if self.process and self.process.poll() is not None:
            self.process = None
        try:
            pid = int((self.dir / "pid").read_text())
            # The number may belong to another process by now.
            running = os.readlink(f"/proc/{pid}/cwd") == str(self.dir)
        except (OSError, ValueError):
            return None
        return pid if running else None

    def start(self, memory: pathlib.Path, share: bool,
              state: pathlib.Path | None) -> None:
        """Starts QEMU: a boot, or with a state a restored host."""
        self.stop()
        other = 3 - self.number
        port = free_port()
        argv = qemu_argv(self.files, memory, share, port,
                         ("cable", f"../host{other}/cable"))
        if state:
            argv += ["-incoming", "defer"]
        with open(self.dir / "qemu.log", "wb") as log:
            self.process = subprocess.Popen(
                argv, cwd=self.dir, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True)
        (self.dir / "pid").write_text(str(self.process.pid))
        (self.dir / "port").write_text(str(port))
        self.wait_qmp()
        if state:
            qmp = Qmp(self.dir)
            qmp.command("migrate-set-capabilities", capabilities=[
                {"capability": "x-ignore-shared", "state": True}])
            qmp.command("migrate-incoming",
                        uri=f"exec:cat {shlex.quote(str(state))}")
            qmp.wait_status("query-status", "paused", 60)  # as it was kept
            qmp.command("cont")
            qmp.close()

    def wait_qmp(self) -> None:
        for _ in range(200):
            if self.process and self.process.poll() is not None:
                log = (self.dir / "qemu.log").read_text(errors="replace")
                raise LabError(f"QEMU of {self.name} ended: {log}")
            with contextlib.suppress(OSError):
                Qmp(self.dir).close()
                return
            time.sleep(0.05)
        raise LabError(f"QEMU of {self.name} does not answer")

    def stop(self) -> None:
        """Pulls the plug."""
        self.disconnect()
        pid = self.pid()
        if pid:
            os.kill(pid, signal.SIGKILL)
            while self.pid():
                time.sleep(0.02)
        for name in ("ready", "pid", "port", "qmp", "cable", "pushed"):
            (self.dir / name).unlink(missing_ok=True)

    def wake(self) -> None:
        """Makes a restored copy an individual; see image/.../lab-wake."""
        self.wait_ssh(60)
        self.run("lab-wake", str(self.number), str(time.time()),
                 secrets.token_hex(32))

    # -- commands ---------------------------------------------------------

    def ssh_argv(self, *options: str) -> list[str]:
        try:
            port = (self.dir / "port").read_text()
        except FileNotFoundError:
            raise LabError(f"{self.name} is not up: ./dev lab up") from None
        return ["ssh", "-F", "/dev/null", "-S", "ssh", "-p", port,
                "-i", str(self.files / "key"),
                "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
                "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR",
                "-o", "UserKnownHostsFile=/dev/null",
                "-o", "ConnectTimeout=15", "-o", "ControlMaster=auto",
                "-o", "ControlPersist=yes", *options, "root@127.0.0.1"]

    def wait_ssh(self, timeout: float) -> None:
        """Opens the connection that all commands share."""
        deadline = time.monotonic() + timeout * PATIENCE
        while subprocess.run(
                self.ssh_argv("-f", "-N", "-o", "ControlMaster=yes"),
                cwd=self.dir, check=False, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL).returncode:
            if not self.pid():
                raise LabError(f"{self.name} died: see {self.dir}/qemu.log")
            if time.monotonic() > deadline:
                raise LabError(f"{self.name} does not answer ssh after "
                               f"{timeout:.0f} s: see {self.dir}/console.log")
            time.sleep(0.3)

    def disconnect(self) -> None:
        if self.shell:
            self.shell.close()
            self.shell = None
        if (self.dir / "ssh").exists():
            subprocess.run(["ssh", "-F", "/dev/null", "-S", "ssh", "-O",
                            "exit", "host"], cwd=self.dir, check=False,
                           stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
            (self.dir / "ssh").unlink(missing_ok=True)

    def answers(self) -> bool:
        """Whether Dom0 still does anything at all."""
        try:
            return subprocess.run(
                [*self.ssh_argv(), "true"], cwd=self.dir, check=False,
                stdin=subprocess.DEVNULL, capture_output=True,
                timeout=30 * PATIENCE).returncode == 0
        except subprocess.TimeoutExpired:
            return False

    def emulator_broke_a_guest(self) -> bool:
        """Whether a PVH or HVM guest crashed: about one boot in ten does, as
        QEMU's SVM now and then resumes a guest with registers of Xen or
        with a wrong interrupt. Each crash is told once."""
        logs = "/var/log/xenith/xnd.log /var/log/xen/xl-*.log"
        return bool(re.search(
            "Triple fault|shut down: crash|reason code 3",
            self.run(f"xl dmesg -c; cat {logs}; truncate -c -s 0 {logs}",
                     check=False, timeout=30).stdout))

    def run(self, *argv: str, check: bool = True, timeout: float = 180,
            input: str | bytes | None = None) -> Result:
        """Runs a command in the host: one string for its shell, or words."""
        timeout *= PATIENCE
        command = argv[0] if len(argv) == 1 else shlex.join(argv)
        if isinstance(input, str):
            input = input.encode()
        try:
            status, out, err = (self.run_in_shell(command, timeout)
                                if input is None else
                                self.run_with(command, input, timeout))
        except ShellEnded as end:
            self.shell = None
            if not self.answers():
                raise HostLost(f"{self.name} stands still, at: {command}"
                               ) from None
            raise LabError(
                f"{self.name}: "
                f"{f'no end after {timeout:.0f} s' if end.late else 'lost'}: "
                f"{command}\n{end.out.decode(errors='replace')}"
                f"{end.err.decode(errors='replace')}") from None
        result = Result(command, status, out.decode(errors="replace"),
                        err.decode(errors="replace"))
        if check and result.rc:
            raise LabError(f"{self.name}: {result}")
        return result

    def run_in_shell(self, command: str,
                     timeout: float) -> tuple[int, bytes, bytes]:
        if not self.shell:
            self.shell = Shell(self.ssh_argv(), self.dir)
        return self.shell.run(command, timeout)

    def run_with(self, command: str, input: bytes,
                 timeout: float) -> tuple[int, bytes, bytes]:
        """With its standard input, and so in a session of its own."""
        try:
            done = subprocess.run([*self.ssh_argv(), command], cwd=self.dir,
                                  capture_output=True, timeout=timeout,
                                  check=False, input=input)
        except subprocess.TimeoutExpired as late:
            raise ShellEnded(True, late.stdout or b"",
                             late.stderr or b"") from None
        return done.returncode, done.stdout, done.stderr

    def xn(self, *argv: str, **options) -> Result:
        return self.run("xn", *argv, **options)

    def xl(self, *argv: str, **options) -> Result:
        return self.run("xl", *argv, **options)

    def write(self, path: str, text: str | bytes) -> None:
        """Writes a file in the host."""
        self.run(f"cat >{shlex.quote(path)}", input=text)

    def wait_console(self, domain: str, text: str = "GUEST-UP",
                     timeout: float = 240) -> str:
        """Waits for a line with the text on a domain's PV console (which
        xenconsoled logs) and returns it; in vain when the domain is gone and
        does not come back, as one that reboots does."""
        log = shlex.quote(f"{CONSOLE_LOGS}/guest-{domain}.log")
        # Builtins alone, which leave the processor to the guest; a log that
        # was made anew is another one.
        done = self.run(f"""
            there() {{ xl domid {shlex.quote(domain)} >/dev/null 2>&1; }}
            exec 4<> <(:)
            line= quiet=0 end=$((SECONDS + {timeout * PATIENCE:.0f}))
            while [ $SECONDS -lt $end ]; do
                [ /dev/fd/3 -ef {log} ] || {{ exec 3<{log}; }} 2>/dev/null
                while IFS= read -r part <&3; do
                    line+=$part quiet=0
                    if [[ $line == *{shlex.quote(text)}* ]]; then
                        printf '%s\\n' "$line"
                        exit 0
                    fi
                    line=
                done 2>/dev/null
                line+=$part
                if [ $((++quiet % 50)) = 0 ] && ! there; then
                    sleep 3
                    there || exit 1
                fi
                read -t 0.1 -u 4
            done
            exit 1""", check=False, timeout=timeout + 10)
        if done.rc:
            shown = self.run(f"tail -n 30 {log}", check=False).stdout
            raise LabError(f"{self.name}: no {text!r} on the console of "
                           f"{domain} in {timeout:.0f} s, or before it was "
                           f"gone; it shows:\n{shown}")
        return done.stdout.strip()

    # -- Xenith -----------------------------------------------------------

    def push(self, staging: pathlib.Path) -> int:
        """Copies the installed tree's files that this host lacks or has in
        another version; returns how many."""
        record = self.dir / "pushed"
        have = json.loads(record.read_text()) if record.exists() else {}
        want = {}
        for path in sorted(staging.rglob("*")):
            name = str(path.relative_to(staging))
            if path.is_symlink():
                want[name] = "link " + os.readlink(path)
            elif path.is_file():
                want[name] = digest(path.read_bytes(),
                                    oct(path.stat().st_mode).encode())
        changed = [name for name in want if want[name] != have.get(name)]
        gone = [name for name in have if name not in want]
        if gone:
            self.run("rm", "-f", *(f"/{name}" for name in gone))
        if changed:
            archive = subprocess.run(
                ["tar", "-C", str(staging), "--owner=0", "--group=0", "-c",
                 "--null", "--verbatim-files-from", "-T", "-"],
                input="\0".join(changed).encode(), check=True,
                stdout=subprocess.PIPE)
            self.run("tar -C / -x", input=archive.stdout)
        record.write_text(json.dumps(want))
        return len(changed)


def until(condition: Callable[[], T], timeout: float = 60) -> T:
    """Waits for a condition and returns what it yields."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.1)
    return value


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
        files.name.encode(), qemu, MEMORY.encode(),
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


class Lab:
    """The hosts of this checkout and instance."""

    def __init__(self) -> None:
        self.run_dir = (cache_dir() / "run" /
                        f"{instance()}-{digest(str(ROOT).encode())[:6]}")

    def host(self, number: int) -> Host:
        """A host that is up, or was: attach to it without starting it."""
        directory = self.run_dir / f"host{number}"
        files = directory / "image"
        return Host(files.resolve(), directory, number)

    def hosts(self) -> list[Host]:
        """The hosts that are up."""
        return [host for host in (self.host(1), self.host(2)) if host.is_up()]

    def up(self, count: int = 1) -> list[Host]:
        """Sees to it that hosts 1 to count are up; those that are stay."""
        if not 1 <= count <= 2:
            raise LabError("a lab has 1 or 2 hosts")
        return [self.host(number) if self.host(number).is_up()
                else self.fresh(number) for number in range(1, count + 1)]

    def fresh(self, number: int) -> Host:
        """A host in the state after the boot, in place of what it was."""
        files = image()
        boot = booted(files)
        directory = self.run_dir / f"host{number}"
        directory.mkdir(parents=True, exist_ok=True)
        with locked(directory / "lock"):
            self.host(number).stop()
            for name, target in (("image", files), ("boot", boot)):
                (directory / name).unlink(missing_ok=True)
                (directory / name).symlink_to(target)
            (directory / "disk.qcow2").unlink(missing_ok=True)
            create_overlay(str(boot / "disk.qcow2"), "qcow2",
                           directory / "disk.qcow2")
            host = self.host(number)
            with progress(f"starting {host.name}"):
                host.start(boot / "memory", False, boot / "state")
                host.wake()
            (directory / "ready").touch()
        return host

    def down(self) -> None:
        for number in (1, 2):
            self.host(number).stop()
        shutil.rmtree(self.run_dir, ignore_errors=True)
