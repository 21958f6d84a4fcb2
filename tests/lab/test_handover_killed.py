"""A migration that is killed at each step of what the two hosts say to each
other: the sender, the receiver, or what carries it. Whatever it was, one copy of
the guest runs afterwards, and nothing is left of another.

The way to host2 is a program that passes on what both say and strikes at one
step. A step is held, so that what it says never arrives, or said."""
from __future__ import annotations

import json
import time

import pytest

from test_migrate import expect_runs, is_there, uuid_of

SSH = "/root/striking-ssh"
PLAN = "/root/striking-ssh.json"

# Passes on what comes on either way until the step; then strikes, once.
PROGRAM = """#!/usr/bin/python3
import json, os, select, subprocess, sys, time
if any(word in " ".join(sys.argv) for word in ("--whose", "--settled")):
    os.execvp("ssh", ["ssh", *sys.argv[1:]])
plan = json.load(open("/root/striking-ssh.json"))
ssh = subprocess.Popen(["ssh", *sys.argv[1:]], stdin=subprocess.PIPE,
                       stdout=subprocess.PIPE)
ways = {0: ("down", ssh.stdin.fileno()), ssh.stdout.fileno(): ("up", 1)}
kept = {"up": b"", "down": b""}
passed = {"up": 0, "down": 0}
struck = False
PERMISSION = b"you are cleared to unpause"

def strike():
    open("/root/struck", "w").close()
    if plan["who"] == "sender":
        subprocess.run(["pkill", "-KILL", "-f", "^xn migrate "])
    elif plan["who"] == "receiver":
        subprocess.run(["ssh", "host2", "pkill", "-KILL", "-f",
                        "'^xn migrate-receive'"])
    elif plan["who"] == "link":
        ssh.kill()
        os._exit(255)
    else:  # nothing moves any more, as on the way to a host that is off
        time.sleep(3600)

def step_in(way, got):
    # Where in what came the step begins and ends; None: it is not there.
    if way != plan["way"] or struck:
        return None
    if "word" in plan:
        word, old = plan["word"].encode(), kept[way]
        at = (old + got).find(word)
        if at < 0:
            return None
        return max(at - len(old), 0), at + len(word) - len(old)
    if passed[way] + len(got) < plan["bytes"]:
        return None
    at = plan["bytes"] - passed[way]
    return at, at

def give(fd, got):
    try:
        while got:
            got = got[os.write(fd, got):]
    except OSError:
        pass

while ways:
    for fd in select.select(list(ways), [], [])[0]:
        way, out = ways[fd]
        got = os.read(fd, 65536)
        if not got:
            del ways[fd]
            os.close(out)
            if way == "up":
                sys.exit(ssh.wait())
            continue
        found = step_in(way, got)
        if found is None:
            give(out, got)
            passed[way] += len(got)
            if way == "down" and PERMISSION in kept[way] + got:
                open("/root/permitted", "w").close()
            kept[way] = (kept[way] + got)[-100:]
            continue
        struck = True
        give(out, got[:found[0 if plan["held"] else 1]])
        strike()
sys.exit(ssh.wait())
"""

READY = "domain received, ready to unpause"
PERMISSION = "domain is yours, you are cleared to unpause"
REPORT = "my copy unpause results are as follows"
GONE = "my copy is gone"
BANNER_BYTES = 54

# Their names, in the order in which they come: handover.h.
STEPS = {
    "connected": {"way": "up", "bytes": 1, "held": True},
    "greeted": {"way": "up", "bytes": BANNER_BYTES},
    "asked": {"way": "down", "bytes": 4},
    "answered": {"way": "up", "bytes": BANNER_BYTES + 4},
    "state-begun": {"way": "down", "bytes": 20000},
    "state-1MiB": {"way": "down", "bytes": 1 << 20},
    "state-4MiB": {"way": "down", "bytes": 4 << 20},
    "ready-held": {"way": "up", "word": READY, "held": True},
    "ready": {"way": "up", "word": READY + "\0"},
    "permission-held": {"way": "down", "word": PERMISSION, "held": True},
    "permission": {"way": "down", "word": PERMISSION + "\0"},
    "report-held": {"way": "up", "word": REPORT, "held": True},
    "report": {"way": "up", "word": REPORT + "\0\0"},
    "gone-held": {"way": "down", "word": GONE, "held": True},
    "gone": {"way": "down", "word": GONE + "\0"},
}


@pytest.fixture
def striking(hosts):
    hosts[0].write(SSH, PROGRAM)
    hosts[0].run("chmod", "+x", SSH)
    yield
    hosts[0].run("rm -f", SSH, PLAN, "/root/struck", "/root/permitted",
                 check=False)


def wait_until(what, seconds: float, text: str) -> float:
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, text
        time.sleep(0.3)
    return time.monotonic() - began


def is_over(hosts) -> bool:
    return all(host.run("pgrep -f '^(/usr/sbin/)?xn migrate'", check=False
                        ).rc == 1 for host in hosts)


def settle(hosts, uuid: str) -> None:
    """As an administrator would: what is listed is recovered."""
    listed = json.loads(hosts[0].xn("migrate", "--status", "--json").stdout)
    if uuid in [one["uuid"] for one in listed["migrations"]]:
        hosts[0].xn("migrate", "--recover", uuid, timeout=120)
    hosts[1].xn("gc")


def expect_one(hosts, name: str) -> int:
    """The number of the host that has it."""
    there = [number for number, host in enumerate(hosts)
             if is_there(host, name)]
    assert len(there) == 1, f"{name} is on {len(there)} hosts"
    expect_runs(hosts[there[0]], name)
    for host in hosts:
        for suffix in ("--incoming", "--migratedaway"):
            assert not is_there(host, name + suffix), host.name
    return there[0]


# What each is made with, and sent with: the last one goes on writing.
GUESTS = {
    "pvh": ("pvh", {"memory": 16, "extra": "fill=random"}, ()),
    "pv": ("pv", {"memory": 16, "extra": "fill=random"}, ()),
    "hvm": ("hvm", {}, ()),
    "busy": ("pvh", {"memory": 16, "extra": "fill=random dirty=4"},
             ("--bwlimit", "8M")),
}
# Those of a guest that writes: in its second round (the first has less than its
# 16 MiB), and when it stands still.
BUSY_STEPS = {
    "round-2": {"way": "down", "bytes": 16 << 20},
    "ready-held": STEPS["ready-held"],
    "report-held": STEPS["report-held"],
}
# For each usual check; the rest takes hours.
USUAL = [("pvh", "permission", "receiver")]


def cases():
    for kind in GUESTS:
        for step in BUSY_STEPS if kind == "busy" else STEPS:
            if kind == "hvm" and "MiB" in step:
                continue  # so little is in a BIOS
            for who in ("sender", "receiver", "link"):
                case = (kind, step, who)
                yield pytest.param(*case, id="-".join(case), marks=(
                    () if case in USUAL else pytest.mark.slow))


@pytest.mark.parametrize("kind, step, who", cases())
@pytest.mark.usefixtures("striking")
def test_one_copy_runs_whatever_was_killed(hosts, small, away, kind, step,
                                           who):
    made_as, keys, options = GUESTS[kind]
    up = small(made_as, **keys)
    away(up.name)
    uuid = uuid_of(hosts[0], up.name)
    hosts[0].write(PLAN, json.dumps({"held": False} | BUSY_STEPS.get(step, {}) |
                                    STEPS.get(step, {}) | {"who": who}))
    hosts[0].run("rm -f /root/struck /root/permitted")
    hosts[0].xn("migrate", "-s", SSH, "--compress", "zstd", *options, up.name,
                "host2", check=False, timeout=300)
    hosts[0].run("test -e /root/struck")
    wait_until(lambda: is_over(hosts), 90, "an end of it still waits")
    settle(hosts, uuid)
    place = expect_one(hosts, up.name)
    if step not in STEPS or \
            list(STEPS).index(step) < list(STEPS).index("permission"):
        # A sender that hears "ready" may have answered before the signal came.
        permitted = (step, who) == ("ready", "sender") and hosts[0].run(
            "test -e /root/permitted", check=False).rc == 0
        assert place == int(permitted)
