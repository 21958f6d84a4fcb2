#!/usr/bin/python3
"""./dev lab: the lab by hand."""
from __future__ import annotations

import argparse
import os
import pathlib
import subprocess
import sys

import lab as lablib
from lab import LabError


def staging_tree(build: pathlib.Path) -> pathlib.Path:
    """Installs the build into a tree of its own and returns that."""
    if not (build / "Makefile").exists():
        raise LabError(f"nothing built in {build}: ./dev build")
    staging = build / f"staging-{lablib.instance()}"
    with lablib.locked(build / "staging.lock"):
        subprocess.run(["rm", "-rf", str(staging)], check=True)
        lablib.run_logged(["make", "-C", str(build), "-s", "install",
                           f"DESTDIR={staging}"], build / "install.log")
    return staging


def up(lab: lablib.Lab, args: argparse.Namespace) -> None:
    for host in lab.up(args.count):
        print(f"{host.name} is up: ./dev lab ssh {host.name}")


def push(lab: lablib.Lab, args: argparse.Namespace) -> None:
    hosts = lab.hosts()
    if not hosts:
        raise LabError("no host is up: ./dev lab up")
    staging = staging_tree(args.build)
    for host in hosts:
        print(f"{host.name}: {host.push(staging)} files copied")


def ssh(lab: lablib.Lab, args: argparse.Namespace) -> None:
    host = named(lab, args.host)
    # A command such as xn console is one for a terminal, too.
    terminal = ["-t"] if sys.stdin.isatty() and sys.stdout.isatty() else []
    os.chdir(host.dir)
    argv = host.ssh_argv(*terminal) + args.command
    os.execvp(argv[0], argv)


def log(lab: lablib.Lab, args: argparse.Namespace) -> None:
    """Of a host that is up all of it, of one that died what is there."""
    host = lab.host(int(args.host[-1]))
    logs = [path for name in ("qemu.log", "console.log")
            if (path := host.dir / name).exists()]
    if not logs:
        raise LabError(f"{host.name} never was up: ./dev lab up")
    for path in logs:
        print(path.read_text(errors="replace"), end="")
    if not host.is_up():
        raise LabError(f"{host.name} is not up any more; that was all")
    print(host.run("xl dmesg; journalctl -b --no-pager", check=False).stdout,
          end="")


def status(lab: lablib.Lab, _: argparse.Namespace) -> None:
    for host in (lab.host(1), lab.host(2)):
        pid = host.pid()
        print(f"{host.name}: {f'up, pid {pid}, {host.dir}' if pid else 'down'}")


def down(lab: lablib.Lab, _: argparse.Namespace) -> None:
    lab.down()
    print("all hosts are down")


def reset(lab: lablib.Lab, args: argparse.Namespace) -> None:
    lab.fresh(int(args.host[-1]))


def named(lab: lablib.Lab, name: str) -> lablib.Host:
    host = lab.host(int(name[-1]))
    if not host.is_up():
        raise LabError(f"{name} is not up: ./dev lab up {name[-1]}")
    return host


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev lab", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def verb(function, text: str) -> argparse.ArgumentParser:
        sub = verbs.add_parser(function.__name__, help=text)
        sub.set_defaults(function=function)
        return sub

    verb(up, "start hosts").add_argument(
        "count", nargs="?", type=int, default=1, choices=(1, 2))
    verb(push, "install Xenith into the hosts that are up").add_argument(
        "--build", type=pathlib.Path, default=lablib.ROOT / "build")
    shell = verb(ssh, "a shell or a command in a host")
    for sub in (shell, verb(log, "what a host, its Xen and its Dom0 logged"),
                verb(reset, "replace a host by a freshly booted one")):
        sub.add_argument("host", choices=("host1", "host2"))
    shell.add_argument("command", nargs=argparse.REMAINDER)
    verb(status, "which hosts are up")
    verb(down, "stop all hosts")
    return parser.parse_args(argv)


def main() -> int:
    args = parse(sys.argv[1:])
    try:
        args.function(lablib.Lab(), args)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
