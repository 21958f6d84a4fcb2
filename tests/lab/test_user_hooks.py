"""Hooks of the administrator: asked before a guest is made, told of its life,
and never in the way of it."""
import json

import pytest

HOOKS = "/etc/xenith/hooks.d"
HEARD = "/root/heard"


@pytest.fixture
def hook(host):
    """Puts a shell script among the hooks; all are gone at the end."""
    host.run(f"rm -f {HEARD}")

    def put(where: str, script: str) -> None:
        path = f"{HOOKS}/{where}"
        host.run(f"mkdir -p $(dirname {path})")
        host.write(path, f"#!/bin/sh\n{script}\n")
        host.run(f"chmod 755 {path}")

    yield put
    host.run(f"rm -rf {HOOKS} {HEARD}; rmdir /etc/xenith 2>/dev/null || true")


def heard(host) -> list[dict]:
    text = host.run(f"cat {HEARD} 2>/dev/null || true").stdout
    return [json.loads(line) for line in text.splitlines()]


def wait_for(host, event: str) -> None:
    """Returns when the hooks were told of it; the guest must have been up."""
    host.run(f"for i in $(seq 300); do grep -q '\"event\":\"{event}\"' {HEARD} "
             "&& exit 0; sleep 0.2; done; exit 1", timeout=120)


def test_a_life_is_told_in_its_order(host, small, hook):
    hook("listen", f"cat >>{HEARD}")
    web = small("pv")
    domid = web.domid()
    host.xn("network-attach", web.name, "bridge=xenbr0")
    host.xn("network-detach", web.name, "0", "-f")
    host.xn("destroy", web.name)
    told = heard(host)
    assert [event["event"] for event in told] == [
        "prepare", "created", "started", "device-added", "device-removed",
        "stopped"]
    assert {event["domain"]["name"] for event in told} == {web.name}
    assert "domid" not in told[0]["domain"]
    assert told[0]["config"]["c_info"]["name"] == web.name
    assert {event["domain"]["domid"] for event in told[1:]} == {domid}
    assert told[3]["device"]["name"] == "0"
    assert told[5]["cause"] == "destroyed"


def test_prepare_stops_a_create(host, guest, hook):
    hook("prepare/10-no", "echo one >&2; echo the volume is in use >&2; exit 3")
    hook("stopped/20-release", f"cat >>{HEARD}")
    web = guest("pv", create=False)
    result = host.xn("create", web.path, check=False)
    assert result.rc == 8
    assert "hook 10-no of prepare: " in result.stderr
    assert result.stderr.rstrip().endswith(": the volume is in use")
    assert host.xn("domid", web.name, check=False).rc == 3
    assert [event["cause"] for event in heard(host)] == ["failed"]


def test_a_hook_that_fails_harms_no_guest(host, small, hook):
    hook("created/10-bad", "echo no dns >&2; exit 1")
    web = small("pv")
    log = host.xn("hooks", "log", web.name).stdout
    assert "hook 10-bad of created: " in log and "no dns" in log
    assert "no dns" in host.xn("logs", web.name).stdout


def test_a_slow_hook_is_ended(host, guest, hook):
    hook("prepare/10-slow", "sleep 600 & wait")
    host.write("/etc/xenith/xenith.conf", "hook_timeout = 1\n")
    web = guest("pv", create=False)
    result = host.xn("create", web.path, check=False)
    host.run("rm /etc/xenith/xenith.conf")
    assert result.rc == 6
    assert "no end after 1.0 s" in result.stderr
    assert host.run("pgrep -fx 'sleep 600'", check=False).stdout == ""


def test_a_guest_that_was_started_is_not_cleaned_up(host, small, hook):
    """Killed with its worker while `started` is told, a create is over: its
    guest runs, and no clean-up may take it for a half-made one."""
    hook("started/10-slow", f"cat >>{HEARD}; exec sleep 30")
    web = small("pv", create=False)
    host.run(f"xn create -q {web.path} >/dev/null 2>&1 &")
    wait_for(host, "started")
    host.run("pkill -KILL -x xn; pkill -x sleep; true")
    assert host.xn("gc").stdout == "0 interrupted create(s)\n"
    web.wait_up()
    assert host.xl("domid", web.name).rc == 0


def test_a_hook_may_call_xn(host, small, hook):
    hook("created/10-look", f"xn list \"$XN_DOMAIN\" >{HEARD}")
    web = small("pv")
    assert web.name in host.run(f"cat {HEARD}").stdout


def test_what_others_can_change_is_refused(host, guest, hook):
    hook("prepare/10-open", "true")
    host.run(f"chmod 777 {HOOKS}/prepare/10-open")
    web = guest("pv", create=False)
    result = host.xn("create", web.path, check=False)
    assert result.rc == 7
    assert "can be written by others" in result.stderr
    listed = json.loads(host.xn("hooks", "list", "--json").stdout)
    assert [entry["runs"] for entry in listed["hooks"]] == [False]


@pytest.mark.slow
def test_a_guest_that_reboots_and_ends(host, small, hook):
    hook("listen", f"cat >>{HEARD}")
    web = small("pv")
    host.run(f"rm {HEARD}")
    host.xn("reboot", web.name)
    wait_for(host, "started")
    host.xn("shutdown", "-F", web.name)
    wait_for(host, "stopped")
    told = heard(host)
    assert [event["event"] for event in told] == [
        "reboot", "prepare", "created", "started", "stopped"]
    assert [event.get("cause") for event in told] == [
        "reboot", "restart", "restart", "restart", "poweroff"]


def test_trying_hooks(host, hook):
    hook("prepare/10-try", f"cat >{HEARD}")
    assert host.xn("hooks", "test", "prepare").stdout.startswith(
        "10-try: done (")
    assert heard(host)[0]["test"] is True
    assert host.xn("hooks", "test", "nothing", check=False).rc == 2


@pytest.mark.slow
def test_devices_of_other_tools_are_told_once(host, small, hook):
    hook("listen", f"cat >>{HEARD}")
    web = small("pvh")
    host.run("sleep 2")  # xnd has noted what there is
    host.xl("network-attach", web.name, "bridge=xenbr0")
    wait_for(host, "device-added")
    host.xn("network-attach", web.name, "bridge=xenbr0")
    host.xl("network-detach", web.name, "0")
    wait_for(host, "device-removed")
    host.xn("network-detach", web.name, "1", "-f")
    host.run("sleep 4")  # a second time would come by now
    host.xn("destroy", web.name)
    host.run("sleep 2")
    told = [(event["event"], event["device"]["name"])
            for event in heard(host) if "device" in event]
    assert sorted(told) == [("device-added", "0"), ("device-added", "1"),
                            ("device-removed", "0"), ("device-removed", "1")]


@pytest.mark.slow
def test_hooks_that_come_later_hear_of_devices_after_a_reload(host, small, hook):
    web = small("pvh")
    hook("device-added/10-listen", f"cat >>{HEARD}")
    host.xn("hooks", "reload")
    host.run("sleep 2")
    host.xl("network-attach", web.name, "bridge=xenbr0")
    wait_for(host, "device-added")
    assert heard(host)[0]["device"]["name"] == "0"


def test_hooks_that_come_later_hear_of_devices_by_themselves(host, small, hook):
    web = small("pvh")
    hook("device-added/10-listen", f"cat >>{HEARD}")
    host.run("sleep 3")  # xnd sees the folder and notes what there is
    host.xl("network-attach", web.name, "bridge=xenbr0")
    wait_for(host, "device-added")
    assert heard(host)[0]["device"]["name"] == "0"


def test_a_crash_is_told(host, small, hook):
    hook("listen", f"cat >>{HEARD}")
    web = small("pv", on_crash="destroy")
    host.run(f"xenstore-write /local/domain/{web.domid()}/control/shutdown "
             "crash")
    wait_for(host, "stopped")
    told = heard(host)
    assert [event["event"] for event in told[-2:]] == ["crashed", "stopped"]
    assert told[-1]["cause"] == "crash"


def test_a_guests_own_hooks(host, small, hook):
    """By name and by path; no other guest's events are theirs."""
    host.run("mkdir -p /etc/xenith/hooks")
    for path in ("/etc/xenith/hooks/named", "/root/by-path"):
        host.write(path, f"#!/bin/sh\necho $(basename $0) $1 >>{HEARD}\n")
        host.run(f"chmod 755 {path}")
    try:
        small("pv", "other")
        assert host.run(f"cat {HEARD}", check=False).rc
        web = small("pv", "web", hooks=["named", "/root/by-path"])
        host.xn("destroy", web.name)
        assert host.run(f"cat {HEARD}").stdout.split("\n")[:-1] == [
            f"{who} {event}"
            for event in ("prepare", "created", "started", "stopped")
            for who in ("named", "by-path")]
    finally:
        host.run("rm -rf /etc/xenith/hooks /root/by-path")


@pytest.mark.slow
def test_a_migration_is_told_on_both_sides(hosts, small, hook, away):
    for one in hosts:
        one.run(f"rm -f {HEARD}; mkdir -p {HOOKS}")
        one.write(f"{HOOKS}/listen", f"#!/bin/sh\ncat >>{HEARD}\n")
        one.run(f"chmod 755 {HOOKS}/listen")
    try:
        web = small("pv")
        away(web.name)
        hosts[0].run(f"rm {HEARD}")
        hosts[0].xn("migrate", web.name, "host2", timeout=600)
        left, came = heard(hosts[0]), heard(hosts[1])
        assert [event["event"] for event in left] == ["migrate-out"]
        assert left[0]["peer"] == "host2"
        assert [event["event"] for event in came] == ["prepare", "migrate-in"]
        assert came[0]["cause"] == "migration"
    finally:
        hosts[1].run(f"xl destroy {web.name}; rm -rf {HOOKS} {HEARD}; "
                     "rmdir /etc/xenith 2>/dev/null || true", check=False)
