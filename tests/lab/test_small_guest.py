"""The guest of tests/guest on real Xen: what other tests and the benchmarks
take it for."""
import pytest

from lab import until

IMAGE = "/tmp/small.img"

both_kinds = pytest.mark.parametrize("kind", ["pv", "pvh"])


@both_kinds
def test_it_comes_up_in_4_mib(small, kind):
    up = small(kind, memory=4, wait=False)
    assert f"GUEST-UP {kind} " in up.wait_up(60)


@both_kinds
def test_it_obeys_its_console(small, kind):
    up = small(kind)
    with up.console() as console:
        console.send("fill=random dirty=2\r")
        console.expect(r"OK \S+ pages=\d+ dirty=2 fill=random")
        console.send("dance\r")
        console.expect("UNKNOWN")


@both_kinds
def test_it_shuts_down_and_reboots(host, small, kind):
    up = small(kind)
    before = up.domid()
    host.xn("reboot", "-w", up.name, timeout=60)
    until(lambda: host.xn("domid", up.name, check=False).stdout.strip()
          not in ("", str(before)))
    host.xn("wait", "--timeout", "60", up.name, "running")
    host.xn("shutdown", "-w", up.name, timeout=60)
    host.xn("wait", "--timeout", "20", up.name, "gone")


@pytest.mark.slow
@both_kinds
def test_it_can_be_saved_while_it_writes(host, small, kind):
    up = small(kind, extra="fill=random dirty=4")
    try:
        for _ in range(2):
            host.xn("save", up.name, IMAGE, timeout=120)
            host.xn("restore", IMAGE, timeout=120)
            host.wait_console(up.name, "RESUMED", 60)
    finally:
        host.run("rm", "-f", IMAGE)
    with up.console() as console:
        console.send("dirty=0\r")
        console.expect("OK .* dirty=0 fill=random")


@both_kinds
def test_it_goes_on_where_a_checkpoint_was_taken(host, small, kind):
    up = small(kind)
    try:
        host.xn("save", "-c", up.name, IMAGE, timeout=120)
        # Xen has a word for an HVM guest only if it takes events by vector.
        host.wait_console(up.name,
                          "CANCELLED" if kind == "pv" else "RESUMED", 60)
    finally:
        host.run("rm", "-f", IMAGE)
