"""Guests that change hosts, between every two of xn and xl. host1 reaches
host2 by ssh; both boot the same kernels, and the guests have no disks."""
from __future__ import annotations

import json
import re
import time

import pytest

from test_save_helper import expect_resumed

MARK = "/migrate-mark"
SUMMARY = re.compile(r"migrated (\S+) to host2: [\d.]+ s, stopped for "
                     r"([\d.]+) s(?: after \d+ rounds?)?, "
                     r"([\d.]+) MiB sent for ([\d.]+) MiB of "
                     r"state \([\d.]+\)(, to a plain xl)?\n")


def put_mark(up) -> None:
    with up.console() as console:
        console.send(f"echo before >{MARK}\n")
        console.send("echo mark set; sync\n")
        console.expect("mark set", 120)


def expect_mark(up, host) -> None:
    """It is the same guest, and it answers."""
    up.host = host
    with up.console() as console:
        console.send(f"cat {MARK}\n")
        console.expect("before", 120)


def uuid_of(host, name) -> str:
    vm = host.run("xenstore-read /local/domain/"
                  f"$(xn domid {name})/vm").stdout.strip()
    return host.run("xenstore-read", f"{vm}/uuid").stdout.strip()


def is_there(host, name) -> bool:
    return host.xn("domid", name, check=False).rc == 0


def expect_only_on(hosts, name, place) -> None:
    for number, host in enumerate(hosts):
        assert is_there(host, name) == (number == place), host.name
        for suffix in ("--incoming", "--migratedaway"):
            assert not is_there(host, name + suffix), host.name


def expect_runs(host, name) -> None:
    state = host.xn("list", name).stdout.splitlines()[1].split()[4]
    assert "s" not in state and "p" not in state, state


@pytest.mark.slow("pv", "hvm")
def test_a_guest_goes_on_at_another_host(hosts, guest, kind, away):
    up = guest(kind, memory=128)
    away(up.name)
    put_mark(up)
    said = hosts[0].xn("migrate", up.name, "host2", timeout=600)
    found = SUMMARY.fullmatch(said.stdout)
    assert found and found[1] == up.name and not found[5], said.stdout
    assert float(found[3]) < 0.5 * float(found[4])
    expect_only_on(hosts, up.name, 1)
    expect_mark(up, hosts[1])


@pytest.mark.slow
def test_it_is_supervised_where_it_went(hosts, small, away):
    up = small("pvh", on_reboot="restart")
    away(up.name)
    hosts[0].run("scp -q /root/small-guest host2:/root/")
    hosts[0].xn("migrate", up.name, "host2", timeout=600)
    up.host = hosts[1]
    before = up.domid()
    hosts[1].xn("reboot", up.name)
    for _ in range(120):
        found = hosts[1].xl("domid", up.name, check=False)
        if found.rc == 0 and int(found.stdout) != before:
            return
        time.sleep(1)
    pytest.fail("nobody started it again")


@pytest.mark.slow
def test_xl_takes_what_we_send(hosts, guest, kind, away):
    up = guest(kind, memory=128)
    away(up.name)
    put_mark(up)
    said = hosts[0].xn("migrate", "-s", "", up.name,
                       "ssh host2 xl migrate-receive", timeout=600)
    assert said.stdout.endswith(", to a plain xl\n"), said.stdout
    expect_only_on(hosts, up.name, 1)
    expect_mark(up, hosts[1])


@pytest.mark.slow
def test_a_command_is_asked_whom_it_reaches(hosts, small, away):
    """It runs what it is given, without a shell there that could choose."""
    up = small("pvh")
    away(up.name)
    said = hosts[0].xn("migrate", "-s", "ssh -q", up.name, "host2",
                       timeout=600)
    found = SUMMARY.fullmatch(said.stdout)
    assert found and not found[5], said.stdout
    expect_only_on(hosts, up.name, 1)


@pytest.mark.slow
def test_where_there_is_no_xn_xl_is_asked(hosts, small, away):
    """The asking itself: xn is hidden on the other host for the time."""
    up = small("pvh")
    away(up.name)
    hosts[1].run("mv /usr/sbin/xn /usr/sbin/xn.hidden")
    try:
        said = hosts[0].xn("migrate", up.name, "host2", timeout=600)
    finally:
        hosts[1].run("mv /usr/sbin/xn.hidden /usr/sbin/xn")
    assert ", to a plain xl" in said.stdout
    expect_only_on(hosts, up.name, 1)


@pytest.mark.slow("hvm")
@pytest.mark.parametrize("kind", ["pvh", "hvm"])
def test_we_take_what_xl_sends(hosts, small, kind, away):
    """xl runs "xl migrate-receive" there, which is ours in that folder. Debian's
    Xen has no shadow paging, without which xl does not migrate a PV guest."""
    up = small(kind, tool="xl")
    away(up.name)
    line = ("ssh host2 env PATH=/usr/libexec/xenith/as-xl:$PATH "
            "xl migrate-receive")
    hosts[0].run("xl", "migrate", "-s", "", up.name, line, timeout=600)
    expect_only_on(hosts, up.name, 1)
    if kind == "pvh":
        expect_resumed(hosts[1], up.name)


@pytest.mark.slow
def test_as_xl_both_ends_speak_plainly(hosts, small, away):
    up = small("pvh")
    away(up.name)
    said = hosts[0].run("exec -a xl /usr/sbin/xn migrate "
                        f"{up.name} host2", timeout=600)
    assert said.stdout == "" and "Migration successful." in said.stderr
    expect_only_on(hosts, up.name, 1)


@pytest.mark.slow
def test_it_may_wait_there(hosts, small, away):
    up = small("pvh")
    away(up.name)
    hosts[0].xn("migrate", "-p", "-e", "--compress", "lz4", up.name, "host2",
                timeout=600)
    state = hosts[1].xn("list", up.name).stdout.splitlines()[1].split()[4]
    assert state[2] == "p"


def test_a_host_that_is_not_there(hosts, small):
    up = small("pvh")
    said = hosts[0].xn("migrate", "-s", "false", up.name, "host2",
                       check=False)
    assert said.rc == 1
    assert "host2: the connection ended before its greeting" in said.stderr
    expect_only_on(hosts, up.name, 0)
    expect_runs(hosts[0], up.name)


def test_a_name_that_is_taken_there(hosts, small, away):
    up = small("pvh", "twin")
    other = small("pvh", "twin", on=hosts[1], wait=False)
    said = hosts[0].xn("migrate", up.name, "host2", check=False, timeout=600)
    assert said.rc == 4
    assert "the name twin is taken by domain" in said.stderr
    assert "host2 cannot take it" in said.stderr
    expect_runs(hosts[0], up.name)
    expect_runs(hosts[1], other.name)


@pytest.mark.slow
def test_too_little_memory_there(hosts, small):
    up = small("pvh", memory=128)
    hosts[1].run("cp -n /etc/xen/xl.conf /root/xl.conf.before; "
                 "echo 'autoballoon=\"off\"' >>/etc/xen/xl.conf")
    free = int(hosts[1].run("xl info free_memory").stdout)
    hog = small("pvh", "hog", memory=free - 64, on=hosts[1])
    try:
        said = hosts[0].xn("migrate", up.name, "host2", check=False,
                           timeout=600)
    finally:
        hosts[1].run("mv /root/xl.conf.before /etc/xen/xl.conf")
    assert said.rc == 4 and "MiB" in said.stderr
    expect_runs(hosts[0], up.name)
    assert is_there(hosts[1], hog.name)
    assert not is_there(hosts[1], f"{up.name}--incoming")


def start_migrating(host, name, *options: str) -> None:
    host.run("systemd-run", "--unit=migrating", "--collect", "xn", "migrate",
             "--bwlimit", "4M", *options, name, "host2")


def wait_incoming(host, name) -> None:
    for _ in range(300):
        if is_there(host, f"{name}--incoming"):
            return
        time.sleep(0.2)
    pytest.fail("nothing arrives")


def expect_runs_soon(host, name) -> None:
    """A failure before the other host may have it costs five seconds at most,
    by the lab's own clock; the looking itself takes some."""
    until = time.monotonic() + 5
    while True:
        looked = time.monotonic()
        listed = host.xn("list", name, check=False).stdout.splitlines()
        if len(listed) > 1 and not set("sp") & set(listed[1].split()[4]):
            return
        assert looked < until, "it does not run after 5 s"


def expect_back_home(hosts, name) -> None:
    for _ in range(150):
        if not is_there(hosts[1], f"{name}--incoming"):
            break
        time.sleep(0.2)
    expect_only_on(hosts, name, 0)
    expect_runs(hosts[0], name)


# What ends the transfer in the middle: where, and how.
ENDS = {
    "ctrl-c": (0, "systemctl kill --kill-whom=main -s INT migrating"),
    "sender": (0, "systemctl kill --kill-whom=main -s KILL migrating"),
    "sender-all": (0, "systemctl kill -s KILL migrating"),
    "link": (0, "pkill -KILL -f 'ssh host2'"),
    "receiver": (1, "pkill -KILL -o -f 'xn migrate-receive'"),
    "receiver-all": (1, "pkill -KILL -f 'xn migrate-receive'"),
}


@pytest.mark.parametrize("end", [
    end if end == "link"
    else pytest.param(end, marks=pytest.mark.slow) for end in ENDS])
def test_an_end_in_the_middle_costs_nothing(hosts, small, end):
    up = small("pvh", memory=64, extra="fill=random")
    start_migrating(hosts[0], up.name)
    wait_incoming(hosts[1], up.name)
    place, command = ENDS[end]
    hosts[place].run(command)
    expect_runs_soon(hosts[0], up.name)
    if end == "receiver-all":
        time.sleep(2)
        hosts[1].xn("gc")
    expect_back_home(hosts, up.name)
    if end == "sender-all":  # nobody was left to forget it
        hosts[0].xn("migrate", "--recover", up.name)


@pytest.mark.slow
def test_a_guest_that_is_destroyed_meanwhile_is_nowhere(hosts, small):
    """libxl alone may wait a minute for it to suspend."""
    up = small("pvh", memory=64, extra="fill=random")
    start_migrating(hosts[0], up.name)
    wait_incoming(hosts[1], up.name)
    hosts[0].xn("destroy", up.name)
    began = time.monotonic()
    while hosts[0].run("systemctl is-active migrating",
                       check=False).stdout == "active\n":
        assert time.monotonic() - began < 20, "it still waits"
        time.sleep(0.2)
    assert "the guest was destroyed meanwhile" in hosts[0].run(
        "journalctl -u migrating --no-pager | tail -n 5").stdout
    for host in hosts:
        assert not is_there(host, up.name)
        assert not is_there(host, f"{up.name}--incoming")
    assert up.name not in hosts[0].xn("migrate", "--status").stdout


@pytest.mark.slow
def test_killed_with_all_it_started_it_is_recovered(hosts, small):
    """Nobody is left who could have it go on, wherever it was just then."""
    up = small("pvh", memory=64, extra="fill=random")
    uuid = hosts[0].xn("vm-list").stdout.split(up.name)[0].split()[-2]
    start_migrating(hosts[0], up.name)
    wait_incoming(hosts[1], up.name)
    hosts[0].run("systemctl kill -s KILL migrating")
    listed = json.loads(hosts[0].xn("migrate", "--status", "--json").stdout)
    assert [one["name"] for one in listed["migrations"]] == [up.name]
    assert not listed["migrations"][0]["under_way"]
    assert up.name in hosts[0].xn("migrate", "--status").stdout
    said = hosts[0].xn("migrate", "--recover", uuid)
    assert said.stdout == f"{uuid} goes on here\n"
    expect_back_home(hosts, up.name)


# ssh, but for what comes back after the word that the guest is there.
MUTE_SSH = """#!/usr/bin/python3
import os, subprocess, sys
if any(word in " ".join(sys.argv) for word in ("--whose", "--settled")):
    os.execvp("ssh", ["ssh", *sys.argv[1:]])
ready, seen = b"domain received, ready to unpause\\0", b""
ssh = subprocess.Popen(["ssh", *sys.argv[1:]], stdout=subprocess.PIPE)
while got := os.read(ssh.stdout.fileno(), 4096):
    if ready not in seen:
        before, seen = len(seen), seen + got
        end = seen.find(ready)
        os.write(1, seen[before:end + len(ready) if end >= 0 else None])
"""


@pytest.mark.slow
def test_a_link_lost_at_the_worst_moment(hosts, small, away):
    """What the receiver says is held back after its word that it is ready:
    it starts the guest, and the sender never hears of it."""
    up = small("pvh")
    away(up.name)
    hosts[0].write("/root/mute-ssh", MUTE_SSH)
    hosts[0].run("chmod +x /root/mute-ssh")
    said = hosts[0].xn("migrate", "-s", "/root/mute-ssh", "--compress",
                       "zstd", up.name, "host2", check=False, timeout=600)
    assert said.rc == 6  # nothing comes, and nothing ends
    assert "it may run on host2 and stands still here" in said.stderr
    expect_runs(hosts[1], up.name)
    asked = hosts[0].xn("migrate", "--recover", f"{up.name}--migratedaway")
    assert "is on host2 (runs); its copy here is gone" in asked.stdout
    hosts[0].run("rm /root/mute-ssh")
    expect_only_on(hosts, up.name, 1)


def test_all_reasons_come_at_once(hosts, small):
    up = small("pvh")
    said = hosts[0].xn("migrate", "--check", up.name, "host2")
    assert said.stdout == f"host2 can take {up.name}\n"
    hosts[0].run(f"sed -e '/^vif/d' -e '/^memory/d' {up.path} >/root/far.cfg; "
                 "echo 'vif = [ \"bridge=nosuch\" ]' >>/root/far.cfg; "
                 "echo 'memory = 900000' >>/root/far.cfg")
    refused = hosts[0].xn("migrate", "--check", "-C", "/root/far.cfg",
                          up.name, "host2", check=False)
    hosts[0].run("rm /root/far.cfg")
    assert refused.rc == 4
    assert "nosuch" in refused.stderr and "MiB" in refused.stderr
    assert f"migrate '{up.name}': host2 cannot take it" in refused.stderr
    expect_only_on(hosts, up.name, 0)


def test_a_plain_xl_is_not_asked(hosts, small):
    up = small("pv")
    hosts[1].run("mv /usr/sbin/xn /usr/sbin/xn.hidden")
    try:
        said = hosts[0].xn("migrate", "--check", up.name, "host2",
                           check=False)
    finally:
        hosts[1].run("mv /usr/sbin/xn.hidden /usr/sbin/xn")
    assert said.rc == 5
    assert "host2 has a plain xl, which cannot be asked" in said.stderr
    expect_only_on(hosts, up.name, 0)


def test_nothing_is_sent_to_a_host_that_cannot_take_it(hosts, small):
    """All reasons come from one migration, and the guest never stops."""
    up = small("pvh", vif=["bridge=xenbr0"])
    hosts[0].run(f"sed 's/bridge=xenbr0/bridge=nosuch/' {up.path} "
                 ">/root/far.cfg; echo 'maxmem = 900000' >>/root/far.cfg; "
                 "sed -i 's/^memory.*/memory = 900000/' /root/far.cfg")
    said = hosts[0].xn("migrate", "-C", "/root/far.cfg", up.name, "host2",
                       check=False, timeout=120)
    hosts[0].run("rm /root/far.cfg")
    assert said.rc == 4
    assert "nosuch" in said.stderr and "MiB" in said.stderr
    expect_only_on(hosts, up.name, 0)
    expect_runs(hosts[0], up.name)
    assert hosts[0].xn("migrate", "--status").stdout.count("\n") <= 1


def test_a_guest_migrates_within_its_host(hosts, small):
    """The very guest has the name and the UUID: no reason against itself."""
    up = small("pvh")
    before = up.domid()
    hosts[0].xn("migrate", "-s", "", up.name,
                "xn migrate-receive --handshake 2", timeout=600)
    assert up.domid() != before
    expect_runs(hosts[0], up.name)


# -- a link that is lost without a word, a rate, and what is shown -----------

def log_dirty_is_off(host, domid) -> bool:
    """Xen says so of each domain when it is asked with the key q."""
    host.run("xl dmesg -c >/dev/null; xl debug-keys q")
    said = host.run("xl dmesg").stdout
    part = said.split(f"General information for domain {domid}:")[1]
    return "log_dirty" not in part.split("General information")[0]


@pytest.mark.slow
def test_a_link_lost_without_a_word_is_noticed(hosts, small):
    """ssh is stopped: its connection stays, and nothing moves on it."""
    up = small("pvh", memory=64, extra="fill=random")
    hosts[0].run("systemd-run", "--unit=migrating", "--collect", "xn",
                 "migrate", "--bwlimit", "2M", "--stall-timeout", "5",
                 up.name, "host2")
    wait_incoming(hosts[1], up.name)
    hosts[0].run("pkill -STOP -f 'ssh host2'")
    try:
        began = time.monotonic()
        while hosts[0].run("systemctl is-active migrating",
                           check=False).stdout == "active\n":
            assert time.monotonic() - began < 90, "it still waits"
            time.sleep(0.5)
            expect_runs(hosts[0], up.name)
    finally:
        hosts[0].run("pkill -CONT -f 'ssh host2'", check=False)
    assert "stalled" in hosts[0].run(
        "journalctl -u migrating --no-pager | tail -n 5").stdout
    assert log_dirty_is_off(hosts[0], up.domid())
    expect_back_home(hosts, up.name)


@pytest.mark.slow
def test_a_rate_is_kept(hosts, small, away):
    up = small("pvh", extra="fill=random")
    away(up.name)
    said = json.loads(hosts[0].xn("migrate", "--json", "--bwlimit", "512K",
                                  up.name, "host2", timeout=600).stdout)
    assert said["schema"] == "xn.migrate/1" and not said["plain_xl"]
    assert said["sent"] / said["seconds"] < 640 * 1024
    assert said["ratio"] == pytest.approx(said["sent"] / said["bytes"])
    expect_only_on(hosts, up.name, 1)


@pytest.mark.slow
def test_progress_has_rounds_and_rates(hosts, guest, away):
    up = guest("pvh", memory=128)
    away(up.name)
    said = hosts[0].xn("migrate", "--progress", "json", "--bwlimit", "2M",
                       up.name, "host2", timeout=600)
    lines = [json.loads(line) for line in said.stderr.splitlines()
             if line.startswith("{")]
    assert lines[0]["state"] == "begin" and lines[-1]["state"] == "end"
    sending = [line for line in lines if "round" in line]
    rounds = [line["round"] for line in sending]
    assert max(rounds) > 1 and rounds == sorted(rounds)
    assert any(line["dirty"] > 0 and line["rate"] > 0 for line in sending)
    assert lines[-1]["sent"] > 1 << 20
    assert lines[-1]["sent"] < lines[-1]["bytes"]


def test_what_is_not_migrated_is_not_recovered(host, small):
    up = small("pvh")
    refused = host.xn("migrate", "--recover", up.name, check=False)
    assert refused.rc == 4
    assert "nothing is known of a migration of it" in refused.stderr
    host.xn("migrate", "--recover", "--here", up.name)
    expect_runs(host, up.name)


@pytest.mark.slow
def test_after_a_failure_it_migrates(hosts, small, away):
    up = small("pvh", memory=64, extra="fill=random")
    away(up.name)
    start_migrating(hosts[0], up.name)
    wait_incoming(hosts[1], up.name)
    hosts[0].run("systemctl kill --kill-whom=main -s INT migrating")
    expect_back_home(hosts, up.name)
    hosts[0].xn("migrate", up.name, "host2", timeout=600)
    expect_only_on(hosts, up.name, 1)


@pytest.mark.slow
def test_there_and_back_again(hosts, guest, away):
    up = guest("pv", memory=128)
    away(up.name)
    put_mark(up)
    hosts[0].xn("migrate", up.name, "host2", timeout=600)
    line = f"xn migrate {up.name} host1"
    hosts[1].run(line, timeout=600)
    expect_only_on(hosts, up.name, 0)
    expect_mark(up, hosts[0])


@pytest.mark.slow
def test_an_id_goes_along(hosts, small, away):
    up = small("pvh")
    away(up.name)
    domid = up.domid()
    hosts[0].xn("migrate", "-D", up.name, "host2", timeout=600)
    assert hosts[1].xn("domid", up.name).stdout == f"{domid}\n"


@pytest.mark.slow
def test_another_configuration_goes_along(hosts, small, away):
    up = small("pvh")
    away(up.name)
    uuid = uuid_of(hosts[0], up.name)
    hosts[0].run(f"(cat {up.path}; echo 'on_crash = \"preserve\"') "
                 ">/root/other.cfg")
    hosts[0].xn("migrate", "-C", "/root/other.cfg", up.name, "host2",
                timeout=600)
    hosts[0].run("rm /root/other.cfg")
    record = json.loads(hosts[1].xl("list", "-l", up.name).stdout)[0]
    assert record["config"]["on_crash"] == "preserve"
    assert uuid_of(hosts[1], up.name) == uuid


@pytest.mark.slow
def test_one_leaves_a_host_that_stops(hosts, small, away):
    up = small("pv", stop_action="migrate:host2")
    away(up.name)
    stop = hosts[0].xn("host-stop", "--timeout", "240")
    assert f"stopped {up.name}\n" in stop.stdout
    expect_only_on(hosts, up.name, 1)
    expect_runs(hosts[1], up.name)


@pytest.mark.slow
def test_all_guests_leave_a_host(hosts, small, away):
    """The one that cannot go runs on, and keeps nobody else here."""
    one = small("pvh", "large", memory=24)
    two = small("pvh", "small", memory=16)
    kept = small("pvh", "kept", memory=16)
    other = small("pvh", "kept", memory=12, on=hosts[1], wait=False)
    for up in (one, two):
        away(up.name)
    said = hosts[0].xn("evacuate", "--json", "-j", "1", "host2", check=False,
                       timeout=600)
    assert said.rc == 1 and "1 of 3 guests are still here" in said.stderr
    text = said.stdout[said.stdout.index("{"):]
    rows = json.loads(text)["domains"]
    assert [row["name"] for row in rows][0] == one.name
    assert {row["name"]: row["result"] for row in rows} == {
        one.name: "migrated", two.name: "migrated", kept.name: "failed"}
    expect_only_on(hosts, one.name, 1)
    expect_only_on(hosts, two.name, 1)
    expect_runs(hosts[0], kept.name)
    expect_runs(hosts[1], other.name)


@pytest.mark.slow
def test_all_takes_a_host_alone(hosts, small, away):
    up = small("pvh")
    away(up.name)
    refused = hosts[0].xn("migrate", "--all", up.name, "host2", check=False)
    assert refused.rc == 2 and "--all takes a HOST alone" in refused.stderr
    said = hosts[0].xn("migrate", "--all", "host2", timeout=600)
    assert re.search(rf"{up.name} +\d+ +host2 +migrated", said.stdout)
    expect_only_on(hosts, up.name, 1)


@pytest.mark.slow
def test_its_console_is_logged_under_its_name(hosts, small, away):
    """The first time there is no such log there, the second time there is."""
    logs = "/var/log/xen/console"
    up = small("pvh")
    away(up.name)
    for one in hosts:
        one.run(f"rm -f {logs}/guest-{up.name}--incoming.log")
    hosts[1].run(f"rm -f {logs}/guest-{up.name}.log")
    hosts[0].xn("migrate", up.name, "host2", timeout=120)
    hosts[1].wait_console(up.name, "RESUMED", 60)
    hosts[1].xn("migrate", up.name, "host1", timeout=120)
    hosts[0].wait_console(up.name, "RESUMED", 60)
    log = hosts[0].run(f"cat {logs}/guest-{up.name}.log").stdout
    assert "GUEST-UP" in log, "what it printed here before"
    for one in hosts:
        one.run(f"test ! -e {logs}/guest-{up.name}--incoming.log")
