#!/usr/bin/python3
"""./dev demo: Xenith's main job on a real Xen host, every command shown."""
from __future__ import annotations

import contextlib
import re
import sys

import lab as lablib
from console import Console

EXAMPLES = "/usr/share/doc/xenith/config-examples"


def say(text: str) -> None:
    print(f"\n# {text}", flush=True)


def show(host: lablib.Host, command: str, takes_long: bool = False) -> None:
    """Runs a command in the host as if it had been typed there."""
    print(f"{host.name}# {command}", flush=True)
    with (lablib.progress(f"{command.split('/')[0]}...") if takes_long
          else contextlib.nullcontext()):
        result = host.run(f"{{ {command}; }} 2>&1", check=False, timeout=300)
    print(result.stdout, end="", flush=True)
    if result.rc:
        raise lablib.LabError(f"{command}: exit status {result.rc}")


def talk(host: lablib.Host, guest: str) -> None:
    """A conversation with a guest's shell on its console."""
    command = f"xn console {guest}"
    print(f"{host.name}# {command}", flush=True)
    with Console(host, command) as console:
        console.send("\r")
        console.expect("guest# ")
        console.send("uname -a\r")
        answer = console.expect(r"uname -a\s+(Linux [^\r\n]*)")
        print(f"guest# uname -a\n{answer[1]}\nguest# ^]", flush=True)
        console.send("\x1d")
        console.wait()


def names(host: lablib.Host) -> list[str]:
    """The names that the examples give their guests."""
    found = []
    for kind in lablib.KINDS:
        text = host.run(f"cat {EXAMPLES}/{kind}.cfg").stdout
        match = re.search(r'^\s*name\s*=\s*["\']([^"\']+)', text, re.MULTILINE)
        if not match:
            raise lablib.LabError(f"{EXAMPLES}/{kind}.cfg has no name")
        found.append(match[1])
    return found


def demo(host: lablib.Host) -> None:
    guests = names(host)
    for name in guests:  # of a demo before this one
        host.run(f"xl destroy {name}; "
                 f"rm -f {lablib.CONSOLE_LOGS}/guest-{name}.log", check=False)
    say("A Xen host, freshly booted")
    show(host, "xn info | head -n 12")
    say("One guest of each kind: paravirtual, PVH, and fully virtualised")
    for kind in lablib.KINDS:
        show(host, f"xn create {EXAMPLES}/{kind}.cfg", takes_long=True)
    with lablib.progress("waiting for the guests to come up"):
        for name in guests:
            host.wait_console(name, timeout=600)
    show(host, "xn list")
    say("A guest answers on its console; ^] leaves it")
    talk(host, guests[0])
    say("One is asked to shut down, and waited for; one is taken down at once")
    show(host, f"xn shutdown -w {guests[0]}", takes_long=True)
    show(host, f"xn destroy {guests[1]}")
    show(host, "xn list")
    say(f"{guests[2]} still runs. The host is yours now:")
    print(f"""    ./dev lab ssh {host.name}                     a shell in it
    ./dev lab ssh {host.name} xn console {guests[2]}
    ./dev lab ssh {host.name} xn help
    ./dev lab down                          when you are done""")


def main() -> int:
    host = lablib.Lab().host(1)
    try:
        demo(host)
    except lablib.LabError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
