"""What is left when a migration was cut, and how it is settled: who has the
guest is told, one copy runs, and neither host keeps a note for ever."""
from __future__ import annotations

import json

import pytest

from test_handover_killed import (PLAN, SSH, STEPS, expect_one, is_over,
                                  striking, wait_until)
from test_migrate import (expect_back_home, expect_only_on, expect_runs,
                          is_there, log_dirty_is_off, start_migrating, uuid_of,
                          wait_incoming)

__all__ = ["striking"]  # a fixture

NOTES = "/var/lib/xenith/migrate"


def plan(host, step: str, who: str) -> None:
    host.write(PLAN, json.dumps({"held": False} | STEPS[step] | {"who": who}))
    host.run("rm -f /root/struck")


def strike(host, name, step: str, who: str, *options: str):
    """A migration to host2 that is killed at that step."""
    plan(host, step, who)
    return host.xn("migrate", "-s", SSH, "--compress", "zstd", *options, name,
                   "host2", check=False, timeout=300)


def status(host) -> dict:
    return json.loads(host.xn("migrate", "--status", "--json",
                              timeout=120).stdout)


def departure(host) -> dict:
    """The only one; a busy lab may not answer within the time at first."""
    for _ in range(4):
        row, = status(host)["migrations"]
        if row["owner"] != "unknown":
            break
    return row


def notes(host) -> list[str]:
    return host.run(f"ls {NOTES} 2>/dev/null", check=False).stdout.split()


def expect_settled(hosts) -> None:
    for host in hosts:
        assert notes(host) == [], host.name


# -- the guest is there, its domain here is not ------------------------------

@pytest.mark.slow
@pytest.mark.usefixtures("striking")
def test_a_sender_that_is_no_more_is_settled_by_its_note(hosts, small, away):
    """Killed when the guest ran there and its copy was destroyed. Until that is
    settled nobody makes it again here."""
    up = small("pvh")
    away(up.name)
    uuid = uuid_of(hosts[0], up.name)
    strike(hosts[0], up.name, "gone-held", "sender")
    wait_until(lambda: is_over(hosts), 90, "an end of it still waits")
    assert not is_there(hosts[0], f"{up.name}--migratedaway")
    row = departure(hosts[0])
    assert (row["uuid"], row["owner"], row["place"]) == (uuid, "there", "runs")
    arrival, = status(hosts[1])["arrivals"]
    assert (arrival["uuid"], arrival["started"]) == (uuid, True)
    shown = hosts[0].xn("migrate", "--status").stdout
    assert "lost on the way" in shown and "host2 (runs)" in shown
    for words in (("create", up.path), ("create", up.path, "name='other'",
                                        f"uuid='{uuid}'")):
        refused = hosts[0].xn(*words, check=False)
        assert refused.rc == 4 and "it may run on host2" in refused.stderr
        assert f"xn migrate --recover {uuid}" in refused.stderr
    said = hosts[0].xn("migrate", "--recover", up.name)
    assert said.stdout == f"{up.name} is on host2 (runs)\n"
    expect_only_on(hosts, up.name, 1)
    expect_settled(hosts)


@pytest.mark.slow
@pytest.mark.usefixtures("striking")
def test_a_last_word_that_was_not_heard_is_said_again(hosts, small, away):
    up = small("pvh")
    away(up.name)
    said = strike(hosts[0], up.name, "gone-held", "link")
    assert said.rc == 0, said.stderr
    expect_only_on(hosts, up.name, 1)
    wait_until(lambda: is_over(hosts), 90, "an end of it still waits")
    expect_settled(hosts)


@pytest.mark.slow
@pytest.mark.usefixtures("striking")
def test_a_note_there_is_dropped_by_the_word_that_it_is_settled(
        hosts, small, away):
    """No other note, and no file that a made-up UUID would name."""
    up = small("pvh")
    away(up.name)
    uuid = uuid_of(hosts[0], up.name)
    strike(hosts[0], up.name, "report", "sender")
    wait_until(lambda: is_over(hosts), 90, "an end of it still waits")
    assert notes(hosts[1]) != []
    for other in ("00000000-0000-4000-8000-000000000000", "../../../etc/hosts"):
        hosts[1].xn("migrate-receive", "--settled", other, check=False)
        assert notes(hosts[1]) != []
    hosts[1].xn("migrate-receive", "--settled", uuid)
    assert notes(hosts[1]) == []
    hosts[0].xn("migrate", "--recover", uuid, timeout=120)
    expect_only_on(hosts, up.name, 1)
    expect_settled(hosts)


@pytest.mark.slow
@pytest.mark.usefixtures("striking")
def test_a_guest_that_nobody_has_is_said_to_be_nowhere(hosts, small, away):
    """The source was lost with its memory, before the receiver had heard."""
    up = small("pvh")
    away(up.name)
    strike(hosts[0], up.name, "permission-held", "sender")
    wait_until(lambda: is_over(hosts), 90, "an end of it still waits")
    hosts[0].run("xl", "destroy", f"{up.name}--migratedaway")
    row = departure(hosts[0])
    assert row["owner"] == "nowhere", row
    said = hosts[0].xn("migrate", "--recover", up.name)
    assert said.stdout == f"{up.name} is neither here nor on host2\n"
    expect_settled(hosts)
    hosts[0].xn("create", "--plan", up.path)


@pytest.mark.slow
@pytest.mark.usefixtures("striking")
def test_another_configuration_is_of_the_same_guest(hosts, small, away):
    """The file says no UUID, or another one: the notes of both hosts are of
    the guest's own."""
    up = small("pvh")
    away(up.name)
    uuid = uuid_of(hosts[0], up.name)
    hosts[0].run(f"(cat {up.path}; echo 'uuid = "
                 "\"11111111-2222-3333-4444-555555555555\"') >/root/other.cfg")
    said = strike(hosts[0], up.name, "report-held", "link", "-C",
                  "/root/other.cfg")
    hosts[0].run("rm /root/other.cfg")
    assert "it may run on host2" in said.stderr
    wait_until(lambda: is_over(hosts), 90, "an end of it still waits")
    row = departure(hosts[0])
    assert row["owner"] == "there", row
    for words in (("save", f"{up.name}--migratedaway", "/root/image"),
                  ("migrate", f"{up.name}--migratedaway", "host2")):
        refused = hosts[0].xn(*words, check=False, timeout=120)
        assert refused.rc == 4 and "it may run on host2" in refused.stderr
    said = hosts[0].xn("migrate", "--recover", uuid)
    assert "is on host2 (runs); its copy here is gone" in said.stdout
    assert expect_one(hosts, up.name) == 1
    assert uuid_of(hosts[1], up.name) == uuid
    expect_settled(hosts)


# -- it was taken there, and its receiver had more to do ---------------------

def take_and_hold(hosts, name, *options: str) -> None:
    """The receiver has started it and waits for the supervisor, which is
    stopped: nobody acts yet on what the guest does."""
    start_migrating(hosts[0], name, *options)
    wait_incoming(hosts[1], name)
    hosts[1].run("pkill -STOP -x xnd")
    wait_until(lambda: is_there(hosts[1], name), 240, "it is not taken")


@pytest.fixture
def thaw(hosts):
    yield lambda: hosts[1].run("pkill -CONT -x xnd", check=False)
    hosts[1].run("pkill -CONT -x xnd", check=False)


def lose_supervisor(host) -> None:
    """It is to forget what it was asked: another one adopts what is marked."""
    host.run("pkill -KILL -x xnd")


def expect_supervised(host, name) -> None:
    host.xn("reboot", name)
    wait_until(lambda: not is_there(host, name), 120,
               "nobody acts on its reboot")


@pytest.mark.slow
@pytest.mark.usefixtures("striking")
@pytest.mark.parametrize("by", ["recover", "gc"])
def test_a_guest_whose_receiver_was_killed_is_supervised(hosts, small, away,
                                                         thaw, by):
    """With it went the connection, before the sender heard that it runs."""
    up = small("pvh", memory=32, extra="fill=random", on_reboot="destroy")
    away(up.name)
    plan(hosts[0], "report-held", "link")
    take_and_hold(hosts, up.name, "-s", SSH)
    hosts[1].run("pkill -KILL -f '^xn migrate-receive'")
    lose_supervisor(hosts[1])
    wait_until(lambda: is_over(hosts), 90, "an end of it still waits")
    if by == "gc":
        assert "1 guest(s) that came here started" in hosts[1].xn("gc").stdout
        expect_runs(hosts[1], up.name)
    said = hosts[0].xn("migrate", "--recover", up.name)
    assert "is on host2 (runs); its copy here is gone" in said.stdout
    assert expect_one(hosts, up.name) == 1
    hosts[1].wait_console(up.name, "RESUMED", 60)
    expect_settled(hosts)
    expect_supervised(hosts[1], up.name)


@pytest.mark.slow
def test_what_a_killed_receiver_had_left_is_done_when_it_is_settled(
        hosts, small, away, thaw):
    """The sender heard that it runs and lets it go; its last word is heard by
    another receiver, which hands the guest to a supervisor."""
    up = small("pvh", memory=32, extra="fill=random", on_reboot="destroy")
    away(up.name)
    take_and_hold(hosts, up.name)
    hosts[1].run("pkill -KILL -f '^xn migrate-receive'")
    lose_supervisor(hosts[1])
    wait_until(lambda: is_over(hosts), 90, "an end of it still waits")
    assert expect_one(hosts, up.name) == 1
    expect_settled(hosts)
    expect_supervised(hosts[1], up.name)


@pytest.mark.slow
def test_a_receiver_whose_worker_was_killed_goes_on(hosts, small, away, thaw):
    up = small("pvh", memory=32, extra="fill=random")
    away(up.name)
    take_and_hold(hosts, up.name)
    hosts[1].run("pkill -KILL -n -f '^xn migrate-receive'")
    thaw()
    wait_until(lambda: is_over(hosts), 90, "an end of it still waits")
    assert "migrated" in hosts[0].run(
        "journalctl -u migrating --no-pager | tail -n 5").stdout
    assert expect_one(hosts, up.name) == 1
    expect_settled(hosts)


# -- what goes on here -------------------------------------------------------

@pytest.mark.slow
def test_after_its_helper_was_killed_nothing_slows_the_guest(hosts, small):
    """Our save helper cannot tell Xen any more to stop noting what changes."""
    up = small("pvh", memory=64, extra="fill=random")
    start_migrating(hosts[0], up.name)
    wait_incoming(hosts[1], up.name)
    assert not log_dirty_is_off(hosts[0], up.domid())
    hosts[0].run("pkill -KILL -f xn-save-helper")
    expect_back_home(hosts, up.name)
    wait_until(lambda: is_over(hosts), 90, "an end of it still waits")
    assert log_dirty_is_off(hosts[0], up.domid())
    expect_settled(hosts)


@pytest.mark.slow
@pytest.mark.usefixtures("striking")
def test_a_guest_that_nobody_resumes_goes_on_by_itself(hosts, small):
    """All of its migration was killed while it stood suspended, before the
    other host had permission."""
    up = small("pvh")
    strike(hosts[0], up.name, "ready-held", "sender")
    wait_until(lambda: is_over([hosts[0]]), 30, "an end of it still waits")
    wait_until(lambda: notes(hosts[0]) == [], 60, "nobody looks after it")
    expect_runs(hosts[0], up.name)
    wait_until(lambda: is_over(hosts), 90, "an end of it still waits")
    expect_only_on(hosts, up.name, 0)
    expect_settled(hosts)


# -- a host that is off ------------------------------------------------------

@pytest.mark.slow
@pytest.mark.parametrize("step", ["ready-held", "permission"])
@pytest.mark.usefixtures("striking")
def test_the_other_host_is_switched_off(all_hosts, hosts, small, step):
    """Whatever it had of the guest is gone with it."""
    up = small("pvh")
    hosts[0].write(PLAN, json.dumps({"held": False} | STEPS[step] |
                                    {"who": "host"}))
    hosts[0].run("rm -f /root/struck")
    hosts[0].run("systemd-run", "--unit=migrating", "--collect", "xn",
                 "migrate", "-s", SSH, "--compress", "zstd", "--stall-timeout",
                 "20", up.name, "host2")
    wait_until(lambda: hosts[0].run("test -e /root/struck",
                                    check=False).rc == 0, 240, "not struck")
    hosts[1].stop()
    wait_until(lambda: is_over([hosts[0]]), 240, "the sender still waits")
    given = step == "permission"
    if given:
        row, = status(hosts[0])["migrations"]
        assert row["owner"] == "unknown" and "host2" in row["why"]
        refused = hosts[0].xn("migrate", "--recover", up.name, check=False,
                              timeout=240)
        assert refused.rc == 5 and "--here" in refused.stderr
    all_hosts.renew(2)
    back = [hosts[0], all_hosts.get(2)]
    if given:
        said = hosts[0].xn("migrate", "--recover", up.name, timeout=240)
        assert said.stdout == f"{up.name} goes on here\n"
    expect_only_on(back, up.name, 0)
    expect_runs(hosts[0], up.name)
    expect_settled(back)


# -- refused there after all -------------------------------------------------

@pytest.mark.slow
def test_a_hook_there_that_fails_costs_nothing(hosts, small):
    """It is not asked before: the guest is on its way by then."""
    hooks = "/etc/xenith/hooks.d/prepare"
    up = small("pvh")
    hosts[1].run(f"mkdir -p {hooks}")
    hosts[1].write(f"{hooks}/10-no", "#!/bin/sh\necho no volume >&2; exit 3\n")
    hosts[1].run(f"chmod 755 {hooks}/10-no")
    try:
        said = hosts[0].xn("migrate", up.name, "host2", check=False,
                           timeout=240)
    finally:
        hosts[1].run("rm -rf /etc/xenith/hooks.d; "
                     "rmdir /etc/xenith 2>/dev/null || true")
    assert said.rc != 0 and "no volume" in said.stderr
    assert "hook 10-no of prepare" in said.stderr
    expect_back_home(hosts, up.name)
    assert log_dirty_is_off(hosts[0], up.domid())
    expect_settled(hosts)
