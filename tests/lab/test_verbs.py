"""Verbs of a running guest: pause, rename, shutdown, triggers, dump."""
import time

import pytest

from test_list import tiny

CORE = "/tmp/core"


def letters(host, name):
    return host.xn("list", name).stdout.splitlines()[1].split()[4]


def refused(host, status, *words, **options):
    result = host.xn(*words, check=False, **options)
    assert result.rc == status, result
    return result.stderr


@pytest.mark.slow("hvm")
def test_the_life_of_each_kind(host, guest, small, kind):
    up = (guest if kind == "hvm" else small)(kind)
    domid = up.domid()
    host.xn("pause", up.name)
    assert letters(host, up.name)[2] == "p"
    for _ in range(2):  # once more does no harm
        host.xn("unpause", up.name)
    assert letters(host, up.name)[2] == "-"

    host.xn("rename", up.name, "other")
    assert host.xn("domid", "other").stdout == f"{domid}\n"
    assert host.xl("domname", str(domid)).stdout == "other\n"
    assert refused(host, 3, "domid", up.name)
    host.xn("rename", "other", up.name)
    host.xn("sysrq", up.name, "h")

    gone = host.xn("shutdown", "-ww", "--timeout", "60", up.name)
    assert gone.stderr.startswith(
        f"Shutting down domain {domid}\nWaiting for 1 domains\n")
    assert f"Domain {domid} has been destroyed" in gone.stderr


def test_names_are_unique(host, guest):
    one, two = tiny(host, guest, "one"), tiny(host, guest, "two")
    message = refused(host, 4, "rename", one.name, two.name)
    assert f"domain {two.domid()} is called 'two' already" in message
    refused(host, 2, "rename", one.name, "")
    refused(host, 2, "rename", one.name, "a\nb")


def test_a_guest_that_does_not_listen(host, guest):
    up = guest("hvm", create=False)  # the BIOS has no Xen drivers
    host.xn("create", "-p", up.path)
    domid = up.domid()
    assert "-F sends it an ACPI event" in refused(
        host, 4, "shutdown", up.name)
    fallback = host.xn("shutdown", "-F", up.name)
    assert "sending ACPI power button event" in fallback.stderr
    host.xn("trigger", up.name, "nmi", "0")
    assert "there are power, sleep, nmi" in refused(
        host, 2, "trigger", up.name, "kick")
    assert "deprecated" in host.xn("button-press", up.name, "sleep").stderr
    assert refused(host, 6, "shutdown", "-F", "--timeout", "1", up.name
                   ).splitlines()[-2].endswith(
                       f"after 1 s not down: domain {domid}")


@pytest.mark.slow
def test_all_guests_and_one_of_them_refuses(host, guest, small):
    deaf, polite = tiny(host, guest, "deaf"), small("pv", "polite")
    domid = polite.domid()
    message = refused(host, 6, "shutdown", "-a", "-w", timeout=120)
    assert "xn: shutdown of 'deaf': " in message
    assert f"Domain {domid} has been shut down, reason code 0" in message
    assert deaf.name in host.xn("list").stdout
    assert "needs a domain" in refused(host, 2, "shutdown")
    refused(host, 2, "shutdown", "-a", deaf.name)


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["shutdown", "reboot"])
def test_a_deaf_guest_costs_the_limit(host, guest, small, verb):
    deaf, paused = tiny(host, guest, "deaf"), small("pv", "paused")
    host.xn("pause", paused.name)
    began = time.monotonic()
    message = refused(host, 6, verb, "--timeout", "2", deaf.name, paused.name)
    assert 2 <= time.monotonic() - began < 8  # both at once, not 60 s each
    for name in (deaf.name, paused.name):
        assert f"{verb} of '{name}': the guest does not react" in message
    assert "the request is withdrawn" in message
    for one in (deaf, paused):
        node = f"/local/domain/{one.domid()}/control/shutdown"
        assert host.run(f"xenstore-read {node}").stdout == "\n"
    host.xn("unpause", paused.name)
    time.sleep(2)  # there is nothing left that it would obey
    assert "s" not in letters(host, paused.name)
    host.xn("shutdown", "-ww", "--timeout", "60", paused.name)


def test_sysrq_reaches_the_kernel(host, guest):
    up = guest("pv")
    host.xn("sysrq", up.name, "h")
    assert "HELP" in host.wait_console(up.name, "sysrq: HELP", 30)


# Where memory has holes, libxc asks for each of a million frames.
@pytest.mark.slow("pvh", "hvm")
def test_a_dump_is_complete_and_private(host, small, kind):
    up = small(kind, **{"memory": 32} if kind == "hvm" else {})
    host.xn("dump-core", up.name, CORE, timeout=400)
    host.xl("dump-core", up.name, f"{CORE}.xl", timeout=400)
    ours, theirs = host.run(
        f"stat -c '%s %a' {CORE} {CORE}.xl; rm {CORE} {CORE}.xl"
    ).stdout.splitlines()
    assert ours == theirs and ours.endswith(" 600")


def test_a_dump_that_fails_leaves_nothing(host, guest):
    up = guest("pvh", create=False)
    host.xn("create", "-p", up.path)
    assert "No such file" in refused(host, 7, "dump-core", up.name,
                                     "/nosuch/core")
    assert "No space left" in refused(host, 9, "dump-core", up.name,
                                      "/dev/full", timeout=120)
    cut = host.run(f"timeout -s INT 1 xn dump-core {up.name} {CORE}",
                   check=False)
    assert cut.rc == 124
    assert host.run(f"ls -A {CORE} /tmp/.core* 2>&1", check=False).rc == 2


def test_domain_0_is_not_paused(host):
    assert "Invalid argument" in refused(host, 1, "pause", "0")
