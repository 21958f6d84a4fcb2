#!/usr/bin/python3
"""xn-bootloader with boot loaders that are played: what they can do in their
room, what libxl gets of what they say, and that nothing is left. Needs root.
TAP."""
from __future__ import annotations

import contextlib
import os
import pathlib
import pty
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import tap

BUILD = pathlib.Path(os.environ["top_builddir"]).resolve()
PROGRAM = str(BUILD / "xn-bootloader")
CAP_SYS_ADMIN, PR_CAPBSET_DROP = 21, 24

FINDS = """
open("/out/k", "w").write("KERNEL")
open("/out/r", "w").write("RAMDISK")
open("/out/result", "wb").write(
    b"kernel /out/k\\0ramdisk /out/r\\0args root=/dev/xvda1 ro\\0\\0")
"""


@dataclass
class Result:
    status: int
    said: str
    answer: list[str]
    files: dict[str, bytes]


class Place:
    """Where libxl would have its files, and a disk of a guest."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.loader = folder / "loader"
        self.output = folder / "bootloader.7.out"
        self.directory = folder / "bootloader.7.d"
        self.disk = folder / "disk.img"
        self.output.touch(mode=0o600)
        self.directory.mkdir(mode=0o700)
        self.disk.write_bytes(b"GUEST".ljust(1 << 20, b"\0"))
        self.disk.chmod(0o600)

    def argv(self, code: str, *words: str, deadline: int = 20) -> list[str]:
        self.loader.write_text("#!/usr/bin/python3\nimport os, sys\n" + code)
        self.loader.chmod(0o755)
        return [PROGRAM, f"--output={self.output}", "--output-format=simple0",
                f"--output-directory={self.directory}",
                f"--loader={self.loader}", f"--deadline={deadline}", *words,
                str(self.disk)]

    def result(self, status: int, said: str) -> Result:
        files = {path.name: path.read_bytes()
                 for path in self.directory.iterdir()}
        answer = self.output.read_bytes().split(b"\0")
        return Result(status, said, [item.decode() for item in answer if item],
                      files)

    def run(self, code: str, *words: str, deadline: int = 20,
            **options) -> Result:
        done = subprocess.run(self.argv(code, *words, deadline=deadline),
                              stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=60, check=False, **options)
        return self.result(done.returncode, done.stderr)

    def check_nothing_left(self) -> None:
        mounts = pathlib.Path("/proc/self/mounts").read_text("utf-8")
        assert str(self.folder) not in mounts, mounts
        deadline = time.monotonic() + 5
        while loops := self.loops():
            assert time.monotonic() < deadline, loops
            time.sleep(0.02)

    def loops(self) -> list[str]:
        backing = pathlib.Path("/sys/block").glob("loop*/loop/backing_file")
        found = []
        for path in backing:
            with contextlib.suppress(OSError):
                if str(self.disk) in path.read_text("utf-8"):
                    found.append(str(path))
        return found


@contextlib.contextmanager
def place() -> Iterator[Place]:
    with tempfile.TemporaryDirectory() as folder:
        here = Place(pathlib.Path(folder))
        yield here
        here.check_nothing_left()


def expect(got, wanted) -> None:
    assert got == wanted, f"expected {wanted!r}, got {got!r}"


def what_it_finds_is_libxls() -> None:
    with place() as here:
        result = here.run(FINDS)
        expect((result.status, result.said), (0, ""))
        expect(result.files,
               {"boot_kernel": b"KERNEL", "boot_ramdisk": b"RAMDISK"})
        expect(result.answer, [f"kernel {here.directory}/boot_kernel",
                               f"ramdisk {here.directory}/boot_ramdisk",
                               "args root=/dev/xvda1 ro"])


def it_is_started_as_libxl_would() -> None:
    with place() as here:
        result = here.run("sys.exit(' '.join(sys.argv[1:]))", "--args=a b",
                          "--runas=1000", "--quiet")
        expect(result.said.splitlines()[0],
               "--output=/out/result --output-directory=/out "
               "--output-format=simple0 --args=a b --quiet /dev/disk")


def the_disk_can_be_read_and_nothing_more() -> None:
    code = """
def attempt(name, act):
    try:
        act()
    except OSError:
        return
    print("can", name, file=sys.stderr)

if open("/dev/disk", "rb").read(5) != b"GUEST":
    print("cannot read the disk", file=sys.stderr)
import ctypes, socket
for number in range(3, 64):
    attempt("use descriptor %d" % number, lambda: os.fstat(number))
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    if getattr(libc, name)(*arguments) < 0:
        raise OSError
attempt("write to the disk", lambda: os.open("/dev/disk", os.O_RDWR))
attempt("write to /usr", lambda: open("/usr/made-by-a-guest", "w"))
attempt("write to /", lambda: open("/made-by-a-guest", "w"))
attempt("see processes", lambda: os.listdir("/proc/1"))
attempt("see files of the host", lambda: os.listdir("/root"))
attempt("see accounts", lambda: open("/etc/passwd"))
attempt("fork", os.fork)
attempt("make a device", lambda: os.mknod("/out/d", 0o60600, os.makedev(7, 0)))
attempt("be root", lambda: os.setuid(0))
attempt("mount", lambda: call("mount", b"none", b"/tmp", b"tmpfs", 0, None))
attempt("connect", lambda: socket.create_connection(("127.0.0.1", 22), 1))
attempt("make a user namespace", lambda: call("unshare", 0x10000000))
attempt("fork into one", lambda: call("syscall", 56, 0x10000011, 0, 0, 0, 0))
attempt("ask the kernel's keys", lambda: call("syscall", 250, 0, -3, 0, 0, 0))
attempt("talk to netlink", lambda: socket.socket(16, 3, 0))
attempt("signal the host", lambda: os.kill(HOST, 0))
attempt("write much", lambda: os.posix_fallocate(
    os.open("/out/x", os.O_WRONLY | os.O_CREAT), 0, 300 << 20))
if sorted(os.listdir("/dev")) != ["disk", "null"] or os.getgroups():
    print("more than its own", file=sys.stderr)
if os.getuid() < 1900000000 or os.getuid() != os.getgid():
    print("uid", os.getuid(), file=sys.stderr)
try:
    bytearray(2 << 30)
    print("takes memory", file=sys.stderr)
except MemoryError:
    pass
"""
    with place() as here:
        result = here.run(code.replace("HOST", str(os.getpid())) + FINDS)
        expect((result.status, result.said), (0, ""))


def an_answer_selects_no_file_of_the_host() -> None:
    with place() as here:
        secret = here.folder / "secret"
        secret.write_text("SECRET")
        for make, kernel in (
                ("", str(secret)), ("", "/etc/shadow"), ("", "/out/../etc/x"),
                ("", "/out/"), ("", "/out/.."), ("", "/out/none"),
                (f"os.symlink('{secret}', '/out/k')", "/out/k"),
                ("os.symlink('/usr/bin/env', '/out/k')", "/out/k"),
                ("os.mkfifo('/out/k')", "/out/k"),
                ("os.mkdir('/out/k')", "/out/k"),
                ("open('/out/k', 'w')", "/out/k")):
            code = (f"{make}\nopen('/out/result', 'w').write("
                    f"'kernel {kernel}\\0')\n")
            result = here.run(code)
            expect((kernel, result.status, result.answer, result.files),
                   (kernel, 1, [], {}))
            assert secret.exists()


def an_answer_without_sense_is_refused() -> None:
    with place() as here:
        for text, why in (("''", "found no kernel"),
                          ("'args x\\0'", "found no kernel"),
                          ("'kernel /out/k\\0kernel /out/k\\0'",
                           "no single file"),
                          ("'kernel /out/k\\0args ' + 'x' * 5000 + '\\0'",
                           "longer than 4095 bytes"),
                          ("'x' * 20000", "longer than 16383 bytes")):
            result = here.run("open('/out/k', 'w').write('K')\n"
                              f"open('/out/result', 'w').write({text})\n")
            assert why in result.said, (text, result.said)
            expect((result.status, result.answer, result.files), (1, [], {}))


def another_file_in_place_of_the_answer_is_not_read() -> None:
    with place() as here:
        result = here.run("os.unlink('/out/result')\n" + FINDS)
        expect((result.status, result.files), (1, {}))


def both_files_together_are_limited() -> None:
    code = """
for name in "kr":
    os.truncate(os.open("/out/" + name, os.O_CREAT | os.O_WRONLY), 200 << 20)
open("/out/result", "w").write("kernel /out/k\\0ramdisk /out/r\\0")
"""
    with place() as here:
        result = here.run(code)
        assert "larger than 256 MiB together" in result.said, result.said
        expect((result.status, result.answer, result.files), (1, [], {}))


def its_last_line_is_in_the_error() -> None:
    with place() as here:
        result = here.run("print('first', file=sys.stderr)\n"
                          "sys.exit('no \\x1b[31mkernel here\\n')")
        lines = result.said.splitlines()
        expect(lines[0], "first")
        expect(lines[-1], f"xn-bootloader: {here.loader}: exit status 1: "
               "no ?[31mkernel here")
        expect(result.status, 1)


def it_ends_at_the_deadline_with_all_it_said() -> None:
    with place() as here:
        began = time.monotonic()
        result = here.run("print('waiting', file=sys.stderr, flush=True)\n"
                          "import signal, time\n"
                          "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
                          "time.sleep(60)", deadline=1)
        assert time.monotonic() - began < 10
        expect(result.said.splitlines(),
               ["waiting",
                f"xn-bootloader: {here.loader}: no end after 1 s"])
        expect((result.status, result.files), (1, {}))


def who_only_talks_ends_too() -> None:
    with place() as here:
        result = here.run("while True: print('x' * 1000, file=sys.stderr)",
                          deadline=1)
        assert len(result.said) < 70000
        assert result.said.endswith("no end after 1 s\n"), result.said[-80:]


def who_cannot_be_confined_is_not_run() -> None:
    def without_mounts() -> None:
        import ctypes
        if ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN, 0, 0, 0):
            raise OSError

    with place() as here:
        result = here.run("print('runs', file=sys.stderr)\n" + FINDS,
                          preexec_fn=without_mounts)
        expect((result.status, result.answer, result.files), (1, [], {}))
        assert "runs" not in result.said
        assert "cannot be confined: make namespaces" in result.said, \
            result.said


def one_that_is_missing_is_told() -> None:
    with place() as here:
        argv = here.argv(FINDS)
        here.loader.unlink()
        done = subprocess.run(argv, capture_output=True, text=True,
                              check=False)
        expect(done.returncode, 1)
        assert f"show {here.loader}" in done.stderr, done.stderr


def wrong_arguments_are_told() -> None:
    with place() as here:
        good = here.argv(FINDS)
        for left_out, said in (("--loader=", "no --loader="),
                               ("--deadline=", "no --deadline="),
                               ("--output=", "neither --output=")):
            argv = [word for word in good if not word.startswith(left_out)]
            done = subprocess.run(argv, capture_output=True, text=True,
                                  check=False)
            expect(done.returncode, 1)
            assert said in done.stderr, done.stderr


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "did not happen"
        time.sleep(0.02)


def when_it_is_killed_nothing_stays() -> None:
    for number in (signal.SIGKILL, signal.SIGTERM):
        with place() as here:
            name = here.folder.name
            argv = here.argv("import time; time.sleep(60)", name)

            def runs(word: str = name) -> int:
                done = subprocess.run(["pgrep", "-cf", f"out.* {word} /dev"],
                                      capture_output=True, check=False)
                return int(done.stdout)

            with subprocess.Popen(argv, stderr=subprocess.DEVNULL) as program:
                wait_for(lambda: runs() == 1)
                program.send_signal(number)
            wait_for(lambda: runs() == 0)


def its_menu_has_the_terminal() -> None:
    code = """
import signal, termios
signal.signal(signal.SIGINT, lambda *_: os.write(1, b"interrupted\\n"))
termios.tcgetattr(0)
termios.tcsetattr(0, termios.TCSADRAIN, termios.tcgetattr(0))
print("choose", flush=True)
print("chosen", sys.stdin.readline().strip(), flush=True)
""" + FINDS
    with place() as here:
        argv = here.argv(code)
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(argv[0], argv)
        said = b""

        def says(text: bytes) -> None:
            nonlocal said
            while text not in said:
                try:
                    said += os.read(terminal, 1000)
                except OSError as error: # it has ended
                    raise AssertionError(f"it said {said!r}") from error

        says(b"choose")
        os.write(terminal, b"\x03")
        says(b"interrupted")
        os.write(terminal, b"2\n")
        says(b"chosen 2")
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.close(terminal)
        expect(here.result(status, "").files,
               {"boot_kernel": b"KERNEL", "boot_ramdisk": b"RAMDISK"})


TESTS: list[Callable[[], None]] = [
    what_it_finds_is_libxls, it_is_started_as_libxl_would,
    the_disk_can_be_read_and_nothing_more,
    an_answer_selects_no_file_of_the_host, an_answer_without_sense_is_refused,
    another_file_in_place_of_the_answer_is_not_read,
    both_files_together_are_limited, its_last_line_is_in_the_error,
    it_ends_at_the_deadline_with_all_it_said, who_only_talks_ends_too,
    who_cannot_be_confined_is_not_run, one_that_is_missing_is_told,
    wrong_arguments_are_told, when_it_is_killed_nothing_stays,
    its_menu_has_the_terminal]


def may_run() -> bool:
    """Namespaces, mounts and loop devices, which a build host may refuse."""
    return os.geteuid() == 0 and os.path.exists("/dev/loop-control") and \
        subprocess.run(["unshare", "-mpnf", "true"], stderr=subprocess.DEVNULL,
                       check=False).returncode == 0


def main() -> int:
    if not may_run():
        return tap.skip_all("no root, or no namespaces")
    return tap.run(TESTS)


if __name__ == "__main__":
    sys.exit(main())
