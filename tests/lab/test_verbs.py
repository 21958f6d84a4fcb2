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


# Of a dump's ELF sections (xen/docs/misc/dump-core-format.txt): how many pages
# there are, how many of them of what frames, and whether those are in order.
# Where a guest has more pages than frames, libxc adds empty ones of no frame.
FRAMES = """
import struct, sys
core = open(sys.argv[1], "rb").read()
table, = struct.unpack_from("<Q", core, 40)
size, count, names = struct.unpack_from("<3H", core, 58)
rows = [struct.unpack_from("<2I4Q", core, table + size * i)
        for i in range(count)]
found = {}
for row in rows:
    name = core[rows[names][4] + row[0]:].split(b"\\0", 1)[0].decode()
    found[name] = core[row[4]:row[4] + row[5]]
frames = struct.unpack(f"<{len(found['.xen_pfn']) // 8}Q", found[".xen_pfn"])
there = [frame for frame in frames if frame != 2 ** 64 - 1]
print(len(found[".xen_pages"]) // 4096, len(frames), len(there),
      there == sorted(set(there)))
"""


def test_a_dump_is_complete_and_private(host, small):
    up = small("pv")
    host.xn("dump-core", up.name, CORE)
    host.xl("dump-core", up.name, f"{CORE}.xl")
    ours, theirs = host.run(
        f"stat -c '%s %a' {CORE} {CORE}.xl; rm {CORE} {CORE}.xl"
    ).stdout.splitlines()
    assert ours == theirs and ours.endswith(" 600")


def test_a_dump_has_each_frame_once(host, small):
    """In the time that libxc, which tries all, needs for a tenth of them."""
    up = small("pvh")
    host.xn("dump-core", up.name, CORE, timeout=60)
    pages, frames, there, in_order = host.run(f"python3 - {CORE}; rm {CORE}",
                                              input=FRAMES).stdout.split()
    assert pages == frames and in_order == "True"
    assert int(there) > 0.9 * int(pages)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["pvh", "hvm"])
def test_a_dump_of_a_guest_that_stands_still_is_xls(host, small, kind):
    up = small(kind, **{"memory": 32} if kind == "hvm" else {})
    host.xn("pause", up.name)
    host.xn("dump-core", up.name, CORE, timeout=60)
    host.xl("dump-core", up.name, f"{CORE}.xl", timeout=1500)
    host.run(f"cmp {CORE} {CORE}.xl; rm {CORE} {CORE}.xl")


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
