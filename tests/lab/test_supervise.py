"""What becomes of guests that shut down: xnd and its workers, and create -F.

Most guests here do nothing (tiny.py): Xen is asked to shut them down with a
given reason, as a guest does it by itself.
"""
import json
import re
import time

import pytest

import tiny
from lab import until

SOCKET = "/run/xenith/xnd.sock"
SHUT_DOWN = """
import sys
sys.path.insert(0, "/usr/lib/xen-4.17/lib/python")
from xen.lowlevel import xc
xc.xc().domain_shutdown(int(sys.argv[1]), int(sys.argv[2]))
"""
# Waits until a worker is between destroying and making, and kills all of it.
KILL_WORKER = """
import os, signal, time
end = time.monotonic() + 60
def notes():
    try:
        return os.listdir("/run/xenith/restart")
    except FileNotFoundError:
        return []
def cmdline(pid):
    try:
        return open(f"/proc/{pid}/cmdline", "rb").read()
    except OSError:
        return b""
while not notes() and time.monotonic() < end:
    pass
killed = [pid for pid in filter(str.isdigit, os.listdir("/proc"))
          if cmdline(pid).startswith(b"/usr/sbin/xn\\0policy")]
for pid in killed:
    os.kill(int(pid), signal.SIGKILL)
print(len(killed))
"""
POWEROFF, REBOOT, SUSPEND, CRASH, WATCHDOG = range(5)


def domains(host) -> dict[str, int]:
    rows = [line.split() for line in host.xn("list").stdout.splitlines()[1:]]
    return {row[0]: int(row[1]) for row in rows if row[1].isdigit()
            and row[1] != "0"}


def shut_down(host, domid: int, reason: int) -> None:
    host.run("python3", "-c", SHUT_DOWN, str(domid), str(reason))


def ask(host, *requests: str) -> list[dict]:
    """Sends lines to the supervisor; returns its answers."""
    said = host.run(f"socat -t 5 - UNIX:{SOCKET}",
                    input="".join(line + "\n" for line in requests)).stdout
    return [json.loads(line) for line in said.splitlines()]


def supervised(host) -> set[int]:
    return {guest["domid"]
            for guest in ask(host, '{"request":"status"}')[0]["guests"]}


def supervisors(host) -> list[int]:
    return [int(pid) for pid in
            host.run("pgrep -x xnd", check=False).stdout.split()]


def has_ended(host) -> bool:
    return not supervisors(host) and not host.run(
        "ls /run/xenith/xnd.* 2>/dev/null", check=False).stdout


KEYS = {"memory": 32, "kernel": "/root/tiny", "ramdisk": None}


@pytest.fixture
def tiny_kernel(host):
    host.write("/root/tiny", tiny.kernel())
    yield
    host.run("rm -f /root/tiny")


@pytest.fixture
def idle(host, guest, tiny_kernel):
    """Makes a guest called idle; returns its domid."""
    def make(**keys: object) -> int:
        guest("pvh", "idle", wait=False, **KEYS, **keys)
        return domains(host)["idle"]

    return make


def other_domid(host, name: str, old: int):
    return domains(host).get(name, old) != old and domains(host)[name]


@pytest.mark.slow("pvh", "hvm")
@pytest.mark.parametrize("kind", ["pv", "pvh"])
def test_a_guest_that_reboots_is_made_again(host, guest, kind):
    up = guest(kind)
    old = up.domid()
    if kind == "pv":  # asked from outside; else the guest does it itself
        host.xn("reboot", up.name)
        new = until(lambda: other_domid(host, up.name, old), 120)
    else:
        with up.console() as console:
            console.send("\r")
            console.expect("guest# ")
            console.send("/sbin/reboot\r")
            new = until(lambda: other_domid(host, up.name, old), 120)
    until(lambda: new in supervised(host))
    assert supervisors(host)


def test_a_guest_that_powers_off_is_gone_and_so_is_xnd(host, idle):
    shut_down(host, idle(), POWEROFF)
    until(lambda: not domains(host))
    until(lambda: has_ended(host), 10)


def test_a_crashed_guest_is_preserved_and_then_left_alone(host, idle):
    domid = idle(on_crash="preserve")
    shut_down(host, domid, CRASH)
    until(lambda: has_ended(host), 30)
    assert domains(host) == {"idle": domid}
    # A later supervisor does not touch it either.
    host.run("/usr/libexec/xenith/xnd --transient")
    assert supervised(host) == set()


def test_a_crashed_guest_is_kept_under_another_name(host, idle):
    domid = idle(on_crash="rename-restart")
    shut_down(host, domid, CRASH)
    new = until(lambda: other_domid(host, "idle", domid))
    until(lambda: supervised(host) == {new})
    kept = [name for name, number in domains(host).items() if number == domid]
    assert re.fullmatch(r"idle-\d{8}T\d{4}Z", kept[0])
    host.xl("destroy", kept[0])


def test_a_core_that_cannot_be_dumped_stops_nothing(host, idle):
    # Dumping the million pages that a PVH guest could have takes a minute.
    host.run("touch /var/lib/xen/dump")
    shut_down(host, idle(on_watchdog="coredump-destroy"), WATCHDOG)
    until(lambda: not domains(host))
    log = host.run("cat /var/log/xenith/idle.log; rm /var/lib/xen/dump").stdout
    assert "action: dump core, destroy" in log
    assert "core dump: /var/lib/xen/dump" in log


def test_a_suspended_guest_is_left_alone(host, idle):
    domid = idle(on_poweroff="destroy")
    shut_down(host, domid, SUSPEND)
    time.sleep(1)
    assert domains(host) == {"idle": domid}
    assert supervised(host) == {domid}


def test_a_killed_supervisor_misses_nothing(host, idle):
    domid = idle()
    host.run("pkill -9 -x xnd")
    shut_down(host, domid, REBOOT)
    host.run("/usr/libexec/xenith/xnd --transient")
    new = until(lambda: other_domid(host, "idle", domid))
    until(lambda: supervised(host) == {new})


def test_a_restart_survives_the_death_of_its_worker(host, idle):
    domid = idle()
    host.run(f"python3 -c '{KILL_WORKER}' >/tmp/killed &"
             f" python3 -c '{SHUT_DOWN}' {domid} {REBOOT}; wait")
    assert int(host.run("cat /tmp/killed; rm /tmp/killed").stdout) >= 1
    new = until(lambda: other_domid(host, "idle", domid))
    until(lambda: supervised(host) == {new})
    until(lambda: not host.run("ls -d /run/xenith/restart", check=False).stdout)


def test_two_creates_at_once_share_one_supervisor(host, guest, tiny_kernel):
    until(lambda: has_ended(host), 10)
    names = ["one", "two"]
    for name in names:
        guest("pvh", name, create=False, **KEYS)
    host.run("xn create -q /root/one.cfg & one=$!; "
             "xn create -q /root/two.cfg && wait $one")
    assert supervised(host) == {domains(host)[name] for name in names}
    assert len(supervisors(host)) == 1


def test_a_crash_loop_ends(host, idle):
    domid = idle(on_crash="restart")
    # As if it had been restarted ten times, each after a short life.
    host.run(f"xenstore-write /libxl/{domid}/xenith/short-lives 10")
    shut_down(host, domid, CRASH)
    until(lambda: not domains(host))
    assert "not again" in host.run("cat /var/log/xenith/idle.log").stdout


def test_the_socket_refuses_what_it_does_not_know(host, idle):
    idle()
    assert host.run(f"stat -c %a {SOCKET}").stdout == "600\n"
    answers = ask(host, "nonsense", '{"request":"dance"}',
                  '{"request":"adopt"}', '{"request":"adopt","domid":30000}',
                  '{"request":"status"}')
    assert [answer["ok"] for answer in answers] == [False] * 4 + [True]
    # A line without an end is cut off.
    host.run(f"head -c 100000 /dev/zero | socat -t 5 - UNIX:{SOCKET}",
             check=False)
    assert len(supervised(host)) == 1


def test_the_foreground_acts_by_itself(host, guest, tiny_kernel):
    cfg = guest("pvh", "front", create=False, **KEYS)
    host.run(f"setsid xn create -q -F {cfg.path} >/tmp/front.out 2>&1 &")
    first = until(lambda: domains(host).get("front"))
    time.sleep(1)  # it runs, and is watched
    shut_down(host, first, REBOOT)
    second = until(lambda: other_domid(host, "front", first))
    until(lambda: not host.run("ls -d /run/xenith/restart",
                               check=False).stdout)
    assert not host.run(f"xenstore-ls /libxl/{second}/xenith",
                        check=False).stdout
    shut_down(host, second, POWEROFF)
    until(lambda: not host.run("pgrep -f 'xn create'", check=False).stdout)
    assert not domains(host)
    assert host.run("cat /tmp/front.out; rm /tmp/front.out").stdout == ""
