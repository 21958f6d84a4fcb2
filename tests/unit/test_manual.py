#!/usr/bin/python3
"""docs/man/xn.pod tells of every command and option that `xn help` shows, in
the same words, and of no other; xnd.pod and xn-stream.pod of the options of
those; xenith.conf.pod and xn-hooks.pod of keys and events. TAP."""
from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys

SOURCE = pathlib.Path(os.environ["top_srcdir"])
MANUALS = SOURCE / "docs/man"
POD = MANUALS / "xn.pod"
BUILD = pathlib.Path(os.environ["top_builddir"])
XN = BUILD / "xn"

# "  -f, --defconfig FILE         the configuration file"
OPTION = re.compile(r"  (?:(-\S)(?:, )?|    )(--[\w-]+)?(?: ([A-Z]+))?(?: |$)")


def help_text(*words: str) -> list[str]:
    return subprocess.run([XN, "help", *words], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.splitlines()


def help_commands(*group: str) -> list[str]:
    """The commands of a group, or all of them; those of groups in full."""
    lines = help_text(*group)
    if "Commands:" not in lines:
        return [" ".join(group)]
    found = []
    for line in lines[lines.index("Commands:"):]:
        if line.startswith(" "):
            found += help_commands(*group, line.split()[0])
    return found


def options_of(lines: list[str]) -> set[str]:
    options = set()
    for line in lines:
        match = OPTION.match(line)
        if match and (match[1] or match[2]):
            text = ", ".join(name for name in match.group(1, 2) if name)
            options.add(f"{text} {match[3]}" if match[3] else text)
    return options


def help_command(name: str) -> tuple[str, set[str]]:
    """The usage of a command and its options, as "-f, --defconfig FILE"."""
    lines = help_text(*name.split())
    usage = lines[0].removeprefix("Usage: xn ")
    return usage, options_of(lines)


def plain(pod: str) -> str:
    """POD without its formatting codes."""
    return re.sub(r"[BIFC]<([^<>]*|->)>", r"\1", pod).strip()


def name_of(usage: str) -> str:
    """"config check" of "config check [OPTION ...] FILE ..."."""
    return re.match(r"[a-z][a-z0-9-]*( [a-z][a-z-]*)?", usage)[0]


def manual() -> dict[str, tuple[str, set[str]]]:
    """By command: the usage and the options of the manual's COMMANDS."""
    found: dict[str, tuple[str, set[str]]] = {}
    section = name = ""
    for line in POD.read_text(encoding="utf-8").splitlines():
        if line.startswith("=head1 "):
            section = line.removeprefix("=head1 ")
        elif section == "COMMANDS" and line.startswith("=item "):
            item = plain(line.removeprefix("=item "))
            if item.startswith("-"):
                found[name][1].add(item)
            else:
                name = name_of(item)
                found[name] = (item, set())
    return found


def program(name: str) -> list[str]:
    """What is wrong in the manual of a program without commands."""
    pod = (MANUALS / f"{name}.pod").read_text(encoding="utf-8")
    told = {plain(line.removeprefix("=item ")) for line in pod.splitlines()
            if line.startswith("=item B<-")}
    lines = subprocess.run([BUILD / name, "--help"], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.splitlines()
    return differences(options_of(lines), told)


def differences(wanted: set[str], got: set[str]) -> list[str]:
    return ([f"# missing in the manual: {item}" for item in wanted - got] +
            [f"# only in the manual: {item}" for item in got - wanted])


def keys_of(source: str) -> set[str]:
    """Those of the table of keys in a file of tools/config."""
    text = (SOURCE / "tools/config" / source).read_text(encoding="utf-8")
    found = set(re.findall(r'\{ "(\w+)", [^{}]*set_\w+', text))
    assert found, source
    return found


def keys_told(name: str) -> set[str]:
    pod = (MANUALS / f"{name}.pod").read_text(encoding="utf-8")
    return set(re.findall(r"^=item B<(\w+)> = ", pod, re.MULTILINE))


def hook_events() -> set[str]:
    """As `xn hooks test` lists them for one that there is not."""
    done = subprocess.run([XN, "hooks", "test", "nothing"], check=False,
                          text=True, stderr=subprocess.PIPE)
    return set(re.search(r"there are: (.*)", done.stderr)[1].split(", "))


def hook_events_told() -> set[str]:
    pod = (MANUALS / "xn-hooks.pod").read_text(encoding="utf-8")
    events = pod.split("=head1 EVENTS")[1].split("=head1 ")[0]
    items = re.findall(r"^=item (C<.*)", events, re.MULTILINE)
    return {name for item in items for name in plain(item).split(", ")}


def main() -> int:
    told = manual()
    names = help_commands()
    results = [("commands", differences(set(names), set(told))),
               ("xnd", program("xnd")),
               ("xn-stream", program("xn-stream")),
               ("keys of xenith.conf", differences(
                   keys_of("xenithconf.c"), keys_told("xenith.conf"))),
               ("keys of watch rules", differences(
                   keys_of("watchrule.c"), keys_told("xn-hooks"))),
               ("events of hooks", differences(
                   hook_events(), hook_events_told()))]
    for name in names:
        usage, options = help_command(name)
        usage_told, options_told = told.get(name, ("", set()))
        found = differences(options, options_told)
        if usage != usage_told:
            found.append(f"# expected usage: {usage}, got: {usage_told}")
        results.append((name, found))
    for number, (name, found) in enumerate(results, 1):
        print("not ok" if found else "ok", number, "-", name)
        for line in found:
            print(line)
    print(f"1..{len(results)}")
    return 1 if any(found for _, found in results) else 0


if __name__ == "__main__":
    sys.exit(main())
