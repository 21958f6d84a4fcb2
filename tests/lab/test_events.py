"""xn events and xn wait: what is told, and that it is told at once."""
import json

import pytest

from test_supervise import (CRASH, KEYS, POWEROFF, REBOOT, domains, has_ended,
                            shut_down, tiny_kernel)
from lab import until

assert tiny_kernel  # a fixture
EVENTS = "/tmp/events"


@pytest.fixture
def events(host):
    """Starts xn events; yields a function that returns what it told so far."""
    host.run(f"setsid xn events --json >{EVENTS} 2>{EVENTS}.err & "
             f"echo $! >{EVENTS}.pid")
    until(lambda: host.run("pgrep -x xnd", check=False).stdout, 15)

    def told(name: str) -> list[dict]:
        lines = host.run(f"cat {EVENTS}").stdout.splitlines()
        return [event for event in map(json.loads, lines)
                if event.get("name") == name]

    yield told
    host.run(f"kill $(cat {EVENTS}.pid); rm -f {EVENTS} {EVENTS}.*")
    until(lambda: has_ended(host) or domains(host), 15)


def kinds(events: list[dict]) -> list[str]:
    """Those of the domain, without its devices."""
    return [event["event"] for event in events if "device" not in event]


def test_the_life_of_a_guest_is_told(host, guest, tiny_kernel, events):
    guest("pvh", "idle", wait=False, **KEYS)
    until(lambda: "started" in kinds(events("idle")), 10)
    host.xn("pause", "idle")
    host.xn("unpause", "idle")
    host.xn("destroy", "idle")
    until(lambda: "destroyed" in kinds(events("idle")), 10)
    told = kinds(events("idle"))
    assert told[:4] == ["created", "started", "paused", "unpaused"]
    # libxl pauses what it destroys, which may be seen.
    assert told[4:] in (["destroyed"], ["paused", "destroyed"])
    last = events("idle")[-1]
    assert last["schema"] == "xn.event/1"
    assert last["cause"] == "destroyed"
    assert last["uuid"] and last["domid"] > 0


def test_a_reboot_is_told_with_its_cause(host, guest, tiny_kernel, events):
    guest("pvh", "idle", wait=False, **KEYS)
    domid = domains(host)["idle"]
    shut_down(host, domid, REBOOT)
    until(lambda: kinds(events("idle")).count("started") == 2, 30)
    told = [event for event in events("idle") if "device" not in event]
    assert kinds(told)[2:] == ["rebooting", "destroyed", "created", "started"]
    assert told[2]["domid"] == told[3]["domid"] == domid
    assert told[3]["cause"] == "reboot"
    assert told[4]["cause"] == "restart"


def test_devices_are_told(host, small, events):
    small("pv", "web")
    attached = {event["device"] for event in events("web")
                if event["event"] == "attached"}
    assert any(device.startswith(("vif/", "vbd/", "console/"))
               for device in attached)


def test_a_guest_of_xl_is_told(host, guest, events):
    # What it writes to xenstore as it comes up tells that it was started.
    guest("pv", "old", tool="xl")
    until(lambda: kinds(events("old"))[:2] == ["created", "started"], 60)


def test_a_silent_guest_of_xl_is_told(host, guest, tiny_kernel, events):
    # It writes nothing at all: xl's log says that it runs.
    guest("pvh", "idle", tool="xl", wait=False, **KEYS)
    until(lambda: kinds(events("idle"))[:2] == ["created", "started"], 10)
    shut_down(host, domains(host)["idle"], REBOOT)
    until(lambda: kinds(events("idle")).count("started") == 2, 30)


def test_wait_for_each_state(host, guest, tiny_kernel):
    guest("pvh", "idle", wait=False, **KEYS)
    for state in ("exists", "running"):
        host.xn("wait", "--timeout", "5", "idle", state)
    host.xn("pause", "idle")
    host.xn("wait", "--timeout", "5", "idle", "paused")
    host.xn("unpause", "idle")
    assert host.run("xn wait --timeout 1 idle paused",
                    check=False).rc == 6
    host.run("(sleep 1; xn destroy idle) & xn wait --timeout 30 idle gone; "
             "wait")
    assert host.run("xn wait idle asleep", check=False).rc == 2
    until(lambda: has_ended(host), 10)


def test_wait_sees_a_crash_that_is_over(host, guest, tiny_kernel):
    guest("pvh", "idle", wait=False, on_crash="restart", **KEYS)
    domid = domains(host)["idle"]
    host.run("xn wait --timeout 30 idle crashed >/tmp/wait.out 2>&1 & "
             "echo $! >/tmp/wait.pid; sleep 1")
    shut_down(host, domid, CRASH)
    until(lambda: not host.run("ps -p $(cat /tmp/wait.pid) -o pid=",
                               check=False).stdout.strip(), 15)
    assert host.run("cat /tmp/wait.out; rm /tmp/wait.*").stdout == ""
    until(lambda: domains(host).get("idle", domid) != domid, 30)


def test_a_shutdown_is_no_reboot(host, guest, tiny_kernel, events):
    guest("pvh", "idle", wait=False, **KEYS)
    shut_down(host, domains(host)["idle"], POWEROFF)
    until(lambda: "destroyed" in kinds(events("idle")), 15)
    assert kinds(events("idle"))[2:] == ["shutdown", "destroyed"]


def test_wait_and_events_go_on_after_a_killed_supervisor(host, guest,
                                                        tiny_kernel, events):
    guest("pvh", "idle", wait=False, **KEYS)
    until(lambda: "started" in kinds(events("idle")), 10)
    host.run("xn wait --timeout 200 idle paused >/tmp/wait.out 2>&1 & "
             "echo $! >/tmp/wait.pid; sleep 1; pkill -KILL -x xnd")
    until(lambda: "lost" in host.run(f"cat {EVENTS}").stdout, 60)
    host.xn("pause", "idle")
    until(lambda: "paused" in kinds(events("idle")), 60)
    until(lambda: not host.run("ps -p $(cat /tmp/wait.pid) -o pid=",
                               check=False).stdout.strip(), 60)
    assert host.run("cat /tmp/wait.out; rm /tmp/wait.*").stdout == ""
    assert host.run(f"cat {EVENTS}.err").stdout == ""


def test_a_saved_guest_and_its_restore_are_told(host, small, events):
    small("pv", "web")
    host.xn("save", "web", "/root/web.img")
    host.xn("restore", "/root/web.img")
    host.run("rm /root/web.img")
    until(lambda: "restored" in kinds(events("web")), 20)
    told = [event for event in events("web") if "device" not in event]
    assert "saved" in kinds(told)
    causes = [event.get("cause") for event in told
              if event["event"] == "created"]
    assert causes == [None, "restore"]


@pytest.mark.slow
def test_a_migration_is_told_on_both_hosts(hosts, small, away, events):
    here, there = hosts
    away("web")
    small("pv", "web")
    there.run(f"setsid xn events --json >{EVENTS} 2>&1 & "
              f"echo $! >{EVENTS}.pid")
    until(lambda: there.run("pgrep -x xnd", check=False).stdout, 15)
    assert here.run("xn migrate -q web nowhere.invalid", check=False).rc != 0
    here.xn("migrate", "-q", "web", there.name)
    until(lambda: "migrated" in kinds(events("web")), 20)
    told = {event["event"]: event for event in events("web")
            if event["event"].startswith("migrat")}
    assert set(told) == {"migrating", "migration-failed", "migrated"}
    assert told["migrated"]["host"] == there.name
    assert told["migration-failed"]["host"] == "nowhere.invalid"
    assert told["migration-failed"]["cause"]
    came = [json.loads(line) for line in
            there.run(f"kill $(cat {EVENTS}.pid); cat {EVENTS}; "
                      f"rm -f {EVENTS} {EVENTS}.*").stdout.splitlines()]
    assert [event["cause"] for event in came
            if event["event"] == "created"] == ["migration"]
