"""xn logs: what is logged about a guest, in one."""
import json
import re

import pytest

from test_supervise import CRASH, KEYS, domains, idle, shut_down, tiny_kernel
from lab import until

assert idle and tiny_kernel  # fixtures


def lines(host, *words: str) -> list[dict]:
    said = host.xn("logs", "--json", *words).stdout
    return [json.loads(line) for line in said.splitlines()]


def test_all_sources_are_there(host, small):
    up = small("pv")
    host.xn("pause", up.name)
    found = lines(host, up.name)
    assert {"toolstack", "supervisor", "console"} <= {
        line["source"] for line in found}
    assert any("GUEST-UP" in line["text"] for line in found)
    assert [line["time"] for line in found] == sorted(
        line["time"] for line in found)


def test_the_logs_of_a_guest_that_is_gone(host, idle):
    shut_down(host, idle(), CRASH)
    until(lambda: not domains(host))
    assert any("shut down: crash" in line["text"]
               for line in lines(host, "--since", "10m", "idle"))
    assert not lines(host, "--since", "2099-01-01", "idle")


def test_following_shows_what_comes(host, guest, tiny_kernel):
    host.run("rm -f /var/log/xenith/late.log*; "
             "setsid xn logs -f late >/tmp/late.out 2>&1 & echo $! >/tmp/late")
    try:
        guest("pvh", "late", wait=False, **KEYS)
        until(lambda: "adopted" in host.run("cat /tmp/late.out").stdout, 10)
    finally:
        host.run("kill $(cat /tmp/late); rm -f /tmp/late /tmp/late.out")


@pytest.mark.slow
def test_what_a_guest_prints_is_capped(host, guest):
    # The lab starts xenconsoled with --log=guest --timestamp=guest.
    up = guest("pv", console_log="64k")
    log = f"/var/log/xen/console/guest-{up.name}.log"
    with up.console() as console:
        console.send("\r")
        console.expect("guest# ")
        console.send("i=0; while [ $i -lt 3000 ]; do "
                     "echo 0123456789012345678901234567890123456789012345678;"
                     " i=$((i+1)); done; echo DO''NE\r")
        console.expect("DONE")
    until(lambda: int(host.run(f"stat -c %s {log}").stdout) <= 64 << 10, 10)
    assert host.run(f"test -e {log}.1 && rm {log}.1")


def test_a_guest_s_log_goes_where_it_wants(host, small):
    log = "/var/log/xenith/journalled.log"
    host.run(f"rm -f {log}*")
    up = small("pvh", "journalled", log_outputs="journal", log_level="debug")
    host.run(f"test ! -e {log}")
    told = host.run("journalctl -o cat XENITH_GUEST=journalled").stdout
    assert "libxl: debug:" in told           # of its making
    assert "(journalled) adopted" in told    # xnd's
    host.xn("shutdown", "-F", "-w", up.name)
    host.run(f"test ! -e {log}")


def test_a_guest_that_is_to_be_quiet(host, small):
    log = "/var/log/xenith/quiet.log"
    host.run(f"rm -f {log}*")
    small("pvh", "quiet", log_level="error")
    assert host.run(f"cat {log} || true").stdout == ""


def test_the_log_of_a_device_model_is_capped(host, guest):
    up = guest("hvm", wait=False)
    log = f"/var/log/xen/qemu-dm-{up.name}.log"
    host.run(f"yes 'what a guest provokes' | head -c 5000000 >>{log}")
    until(lambda: int(host.run(f"stat -c %s {log}").stdout) < 4 << 20, 10)
    # Whoever writes meanwhile may have come first.
    host.run(f"grep -aq 'the log was full' {log}")
    assert "what a guest provokes\n" in host.run(f"tail -n 2 {log}").stdout


def test_what_a_guest_prints_has_its_time(host, small):
    """The lab starts xenconsoled with --timestamp=guest."""
    up = small("pv")
    found = [line for line in lines(host, up.name)
             if line["source"] == "console" and "GUEST-UP" in line["text"]]
    assert found
    now = float(host.run("date +%s").stdout)
    assert now - 600 < found[-1]["time"] <= now + 1
    assert not found[-1]["text"].startswith("[")
    log = f"/var/log/xen/console/guest-{up.name}.log"
    assert re.search(r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] GUEST-UP",
                    host.run(f"cat {log}").stdout)
    assert not lines(host, "--since", "2099-01-01", up.name)
