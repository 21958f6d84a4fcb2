"""Our save helper on real Xen: guests that are sent, saved and restored by it,
what its options do, and that libxl's own takes over where the two differ. PVH,
as a PV guest is not followed by Debian's Xen while it runs."""
from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import pytest

from lab import CONSOLE_LOGS, until

IMAGE = "/tmp/helper.img"
STOCK = "/usr/lib/xen-4.17/bin/libxl-save-helper"
GIVES_WAY = "libxl's own save helper is used: "
ROUNDS = re.compile(r"stopped for ([\d.]+) s after (\d+) rounds?, ")
EXTENTS = re.compile(r"populated (\d+) extents of 2 MiB and (\d+) pages")
# Random pages, rewritten faster than an emulated host can send them.
BUSY = "fill=random dirty=60"


@pytest.fixture
def image(host) -> Iterator[str]:
    yield IMAGE
    host.run("rm", "-f", IMAGE)


@pytest.fixture
def away(hosts) -> Iterator[list[str]]:
    """Names that may end up on host2."""
    names: list[str] = []
    yield names
    for name in names:
        hosts[1].run(f"xl destroy {shlex.quote(name)} 2>/dev/null",
                     check=False)


@pytest.fixture
def strange_stock(host) -> Iterator[None]:
    """libxl's own helper says nothing when it is asked, and works."""
    script = f'#!/bin/sh\n[ "$4" != 32756 ] || exit 0\nexec {STOCK}.real "$@"\n'
    host.run(f"mv {STOCK} {STOCK}.real && cat >{STOCK} && chmod 755 {STOCK}",
             input=script)
    yield
    host.run("mv", f"{STOCK}.real", STOCK)


def expect_runs(host, name: str) -> None:
    state = host.xn("list", name).stdout.splitlines()[1].split()[4]
    assert "s" not in state and "p" not in state, state


def expect_resumed(host, name: str) -> None:
    until(lambda: "RESUMED" in host.run(
        f"cat {CONSOLE_LOGS}/guest-{name}.log", check=False).stdout)


@pytest.mark.slow
def test_an_idle_guest_is_sent_in_few_rounds(hosts, small, away):
    up = small("pvh", memory=64)
    away.append(up.name)
    said = hosts[0].xn("migrate", up.name, "host2", timeout=120)
    assert GIVES_WAY not in said.stderr, said.stderr
    found = ROUNDS.search(said.stdout)
    assert found and int(found[2]) <= 3, said.stdout
    expect_resumed(hosts[1], up.name)


@pytest.mark.slow
def test_a_busy_guest_is_sent_until_that_gains_nothing(hosts, small, away):
    up = small("pvh", memory=64, extra=BUSY)
    away.append(up.name)
    said = hosts[0].xn("migrate", up.name, "host2", timeout=240)
    found = ROUNDS.search(said.stdout)
    assert found and int(found[2]) < 5, said.stdout
    expect_resumed(hosts[1], up.name)


@pytest.mark.slow
def test_no_more_rounds_than_asked_for(hosts, small, away):
    up = small("pvh", memory=64, extra=BUSY)
    away.append(up.name)
    said = hosts[0].xn("migrate", "--max-downtime", "1", "--max-rounds", "2",
                       up.name, "host2", timeout=240)
    found = ROUNDS.search(said.stdout)
    assert found and int(found[2]) <= 2, said.stdout


@pytest.mark.slow
def test_a_busy_guest_stays_where_that_is_asked(hosts, small, away):
    up = small("pvh", memory=64, extra=BUSY)
    away.append(up.name)
    domid = up.domid()
    said = hosts[0].xn("migrate", "--max-downtime", "1", "--max-rounds", "1",
                       "--abort-if-busy", up.name, "host2", check=False,
                       timeout=240)
    assert said.rc == 4, said
    assert "changes its memory faster than it can be sent" in said.stderr
    assert up.domid() == domid
    expect_runs(hosts[0], up.name)
    assert hosts[1].xn("domid", up.name, check=False).rc == 3
    # without log-dirty mode it can be sent again at once
    with up.console() as console:
        console.send("dirty=0\r")
        console.expect("OK .* dirty=0")
    hosts[0].xn("migrate", "--abort-if-busy", up.name, "host2", timeout=240)


@pytest.mark.slow
def test_a_host_that_is_left_asks_for_the_same(hosts, small, away):
    up = small("pvh", memory=64, extra=BUSY)
    away.append(up.name)
    said = hosts[0].xn("evacuate", "--max-downtime", "1", "--max-rounds", "1",
                       "--abort-if-busy", "host2", check=False, timeout=240)
    assert said.rc == 1 and "1 of 1 guests are still here" in said.stderr, said
    assert "changes its memory faster than it can be sent" in said.stderr
    expect_runs(hosts[0], up.name)


@pytest.mark.slow
def test_a_live_save_has_the_same_options(host, small, image):
    up = small("pvh", memory=64, extra=BUSY)
    failed = host.xn("save", "--live", "--max-downtime", "1",
                     "--max-rounds", "1", "--abort-if-busy", up.name, image,
                     check=False, timeout=240)
    assert failed.rc == 4, failed
    assert host.run("test", "-e", image, check=False).rc == 1
    expect_runs(host, up.name)
    host.xn("save", "--live", "--max-downtime", "5000", up.name, image,
            timeout=240)
    host.xn("restore", image, timeout=120)
    host.wait_console(up.name, "RESUMED", 60)


def test_a_restored_guest_has_large_extents(host, small, image):
    up = small("pvh", memory=64)
    host.xn("save", up.name, image, timeout=120)
    said = host.xn("restore", image, timeout=120)
    assert GIVES_WAY not in said.stderr, said.stderr
    host.wait_console(up.name, "RESUMED", 60)
    log = host.run(f"cat /var/log/xenith/{up.name}.log").stdout
    found = EXTENTS.findall(log)
    assert found and int(found[-1][0]) >= 24, found
    assert int(found[-1][1]) < 4096, found


def test_a_pv_guest_is_restored_as_ever(host, small, image):
    up = small("pv", memory=64)
    host.xn("save", up.name, image, timeout=120)
    host.xn("restore", image, timeout=120)
    host.wait_console(up.name, "RESUMED", 60)


def test_where_they_differ_libxls_own_does_it_and_that_is_said(
        host, small, image, strange_stock):
    up = small("pvh", memory=16)
    saved = host.xn("save", up.name, image, timeout=120)
    assert GIVES_WAY in saved.stderr and "ended too early" in saved.stderr
    restored = host.xn("restore", image, timeout=120)
    assert GIVES_WAY in restored.stderr, restored.stderr
    host.wait_console(up.name, "RESUMED", 60)


def test_a_helper_of_the_users_own_is_kept(host, small, image):
    up = small("pvh", memory=16)
    said = host.run(f"LIBXL_SAVE_HELPER=/nosuch xn save {up.name} {image}",
                    check=False, timeout=120)
    assert said.rc != 0
    expect_runs(host, up.name)
