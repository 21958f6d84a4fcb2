"""One Xen host: its machine, commands in it, and Xenith installed in it."""
from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import pathlib
import re
import secrets
import shlex
import signal
import subprocess
import time

from cache import PATIENCE, LabError, digest
from machine import Qmp, free_port, qemu_argv
from shell import Shell, ShellEnded

CONSOLE_LOGS = "/var/log/xen/console"


class HostLost(LabError):
    """The emulated machine failed: no fault of what was tested."""


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
