"""What the benchmarks share: a piece of work that one tool does in the host,
how long it takes there, and what it costs in programs, system calls and
xenstore messages."""
from __future__ import annotations

import re
import shlex
import statistics
import struct
from dataclasses import dataclass

import lab as lablib

TRACE = "/tmp/bench.trace"
TIME = re.compile(r"^\d+\.\d{3}$", re.M)


@dataclass
class Work:
    """Commands with {tool} and {cfg} in them. before and after are run around
    it and not measured."""
    command: str
    before: str = "true"
    after: str = "true"

    def filled(self, tool: str, cfg: str) -> tuple[str, str, str]:
        return tuple(part.format(tool=tool, cfg=cfg) for part in
                     (self.before, self.command, self.after))


@dataclass
class Costs:
    calls: int
    programs: int
    messages: int


def seconds(host: lablib.Host, work: Work, tool: str, cfg: str) -> float:
    """Of the command alone; bash's time has milliseconds."""
    before, command, after = work.filled(tool, cfg)
    script = (f"{{ {before}; }} >/dev/null 2>&1; TIMEFORMAT=%3R; "
              f"time {{ {command}; }} >/dev/null; rc=$?; "
              f"{{ {after}; }} >/dev/null 2>&1; exit $rc")
    result = host.run("bash", "-c", script, timeout=1800)
    return float(TIME.findall(result.stderr)[-1])


def trace(host: lablib.Host, work: Work, tool: str, cfg: str,
          options: str) -> str:
    """strace's report of the command and all that it starts. A daemon that it
    leaves is followed until the command has ended, and ends with `after`. The
    shell that runs the command is left out. A command that fails under strace,
    which makes it several times as slow, costs nothing that could be told."""
    before, command, after = work.filled(tool, cfg)
    inner = shlex.quote(f"echo $$ >{TRACE}.shell; {command}; "
                        f"echo $? >{TRACE}.done")
    script = (f"rm -f {TRACE} {TRACE}.*; {before}; "
              f"strace -f -qq {options} -o {TRACE} sh -c {inner} "
              f"2>{TRACE}.said & "
              f"until [ -s {TRACE}.done ] || ! kill -0 $!; do sleep 0.1; done; "
              f"cp {TRACE} {TRACE}.copy; {after}; "
              f"for i in $(seq 50); do kill -0 $! || break; sleep 0.1; done; "
              f"kill $!; wait $!; exit $(cat {TRACE}.done || echo 127)")
    done = host.run("bash", "-c", f"{{ {script}; }} >/dev/null 2>&1",
                    check=False, timeout=1800)
    if done.rc:
        raise lablib.LabError(f"{command}, under strace: exit status {done.rc}\n"
                              + host.run(f"cat {TRACE}.said").stdout)
    shell, *lines = host.run(
        f"cat {TRACE}.shell {TRACE}.copy").stdout.splitlines(keepends=True)
    host.run(f"rm -f {TRACE} {TRACE}.*")
    return "".join(line for line in lines
                   if line.split()[0] != shell.strip())


# Which sockets lead to xenstored, by their inodes; and what is written. A
# message's header and body are written one after the other, or many at once.
CONNECT = re.compile(r'^\d+ +connect\(\d+<UNIX[^[]*\[(\d+).*?'
                     r'sun_path="([^"]*)"', re.M)
WRITE = re.compile(r'^(\d+) +(?:write|sendto)\((\d+)<(.*?)>, "([^"]*)"', re.M)
INODE = re.compile(r"\[(\d+)")
HEX = re.compile(r"\\x(..)")


def unescape(text: str) -> bytes:
    """A string as strace -xx has it."""
    return bytes.fromhex(text.replace("\\x", ""))


def messages(report: str) -> int:
    """The requests in what was written to xenstored: docs/misc/xenstore.txt
    has the header, four words with the length as the last."""
    sockets = {inode for inode, path in CONNECT.findall(report)
               if b"xenstored" in unescape(path)}
    streams: dict[object, bytearray] = {}
    for process, number, target, text in WRITE.findall(report):
        target = HEX.sub(lambda byte: chr(int(byte[1], 16)), target)
        inode = INODE.search(target)
        if inode and inode[1] in sockets:
            streams.setdefault(inode[1], bytearray()).extend(unescape(text))
        elif "/xenbus" in target:
            streams.setdefault((process, number),
                               bytearray()).extend(unescape(text))
    count = 0
    for stream in streams.values():
        while len(stream) >= 16:
            length = struct.unpack_from("<I", stream, 12)[0]
            del stream[:16 + length]
            count += 1
    return count


def costs(host: lablib.Host, work: Work, tool: str, cfg: str) -> Costs:
    report = trace(host, work, tool, cfg, "")
    begun = re.findall(r"^\d+ +\w+\(", report, re.M)
    started = re.findall(r"^\d+ +(?:execve\(|<\.\.\. execve resumed>).*= 0$",
                         report, re.M)
    written = trace(host, work, tool, cfg,
                    "-yy -xx -s 65536 -e trace=connect,write,sendto")
    return Costs(len(begun), len(started), messages(written))


@dataclass
class Compared:
    """Medians of seconds, and of the ratios of neighbours."""
    theirs: float
    ours: float
    ratio: float


def compare(pairs: list[tuple[float, float]]) -> Compared:
    """pairs: xl's seconds and xn's, one after the other."""
    return Compared(statistics.median(theirs for theirs, _ in pairs),
                    statistics.median(ours for _, ours in pairs),
                    statistics.median(ours / theirs for theirs, ours in pairs))


def format_goal(name: str, ratio: float, what: str, goal: float) -> str:
    """A line on how much of xl's time, or of another thing, is ours."""
    return (f"{name}: {ratio:.3f} of xl's {what}, goal {goal:.3f}: "
            + ("reached" if ratio <= goal else "not reached"))
