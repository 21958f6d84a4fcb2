"""What else xnd does for guests: back-off, limits, device models, media."""
import json
import time

import pytest

from test_supervise import (CRASH, KEYS, POWEROFF, REBOOT, ask, domains,
                            has_ended, idle, other_domid, shut_down,
                            supervised, tiny_kernel)
from lab import until

assert idle and tiny_kernel  # fixtures
SOFT_RESET = 5


def test_a_limit_of_its_own_outlives_a_reboot(host, idle):
    first = idle(on_crash="restart", restart_limit=1)
    shut_down(host, first, CRASH)
    second = until(lambda: other_domid(host, "idle", first))
    shut_down(host, second, CRASH)
    until(lambda: not domains(host))
    assert "not again" in host.run("cat /var/log/xenith/idle.log").stdout


def test_restarts_come_later_and_later(host, idle):
    domid = idle(on_crash="restart")
    host.run(f"xenstore-write /libxl/{domid}/xenith/short-lives 3")
    shut_down(host, domid, CRASH)  # its fourth restart waits for 4 s
    time.sleep(2)
    assert domains(host) == {"idle": domid}
    listed = json.loads(host.xn("list", "--json", "idle").stdout)
    assert listed["domains"][0]["state"] == "rebooting"
    until(lambda: other_domid(host, "idle", domid), 20)
    assert "waiting for 4 s" in host.run("cat /var/log/xenith/idle.log").stdout


def test_who_is_impatient_may_destroy_it_meanwhile(host, idle):
    domid = idle(on_crash="restart")
    host.run(f"xenstore-write /libxl/{domid}/xenith/short-lives 6")
    shut_down(host, domid, CRASH)
    time.sleep(1)
    host.xn("destroy", "idle")
    until(lambda: has_ended(host), 15)
    assert not domains(host)
    assert not host.run("ls -d /run/xenith/restart", check=False).stdout


def test_list_says_rebooting(host, idle):
    domid = idle(on_reboot="restart")
    states = []
    host.run("rm -f /tmp/states; (while ! test -e /tmp/enough; do "
             "xn list --json; done) >/tmp/states 2>&1 &")
    shut_down(host, domid, REBOOT)
    until(lambda: other_domid(host, "idle", domid))
    host.run("touch /tmp/enough; sleep 1")
    decoder = json.JSONDecoder()
    text = host.run("cat /tmp/states; rm /tmp/states /tmp/enough").stdout
    while text.strip():
        document, end = decoder.raw_decode(text.lstrip())
        text = text.lstrip()[end:]
        states += [row["state"] for row in document["domains"]
                   if row.get("name") == "idle"]
    assert "rebooting" in states


def test_list_of_its_name_never_misses_it(host, idle):
    domid = idle(on_reboot="restart")
    host.run("rm -f /tmp/missed /tmp/enough; (while ! test -e /tmp/enough; do "
             "xn list --json idle || echo missed >>/tmp/missed; done) "
             ">/tmp/states 2>&1 &")
    shut_down(host, domid, REBOOT)
    until(lambda: other_domid(host, "idle", domid))
    host.run("touch /tmp/enough; sleep 1")
    said = host.run("cat /tmp/states; cat /tmp/missed; "
                    "rm -f /tmp/states /tmp/missed /tmp/enough").stdout
    assert '"rebooting"' in said and "missed" not in said


def test_the_death_of_a_device_model_is_noticed(host, guest, tiny_kernel):
    guest("hvm", "emulated", wait=False)
    domid = domains(host)["emulated"]
    pid = host.run(f"xenstore-read /local/domain/{domid}/image/"
                   "device-model-pid").stdout.strip()
    host.run(f"kill -9 {pid}")
    until(lambda: ask(host, '{"request":"status"}')[0]["guests"][0]
          .get("device_model_died"), 10)
    assert "the device model died" in host.run(
        "cat /var/log/xenith/emulated.log").stdout
    host.xn("destroy", "emulated")


@pytest.mark.slow
def test_the_end_of_a_guest_is_no_death_of_its_device_model(host, guest):
    guest("hvm", "emulated", wait=False)
    host.run("truncate -s 0 /var/log/xenith/emulated.log")
    host.xn("destroy", "emulated")
    until(lambda: has_ended(host), 15)
    assert "device model died" not in host.run(
        "cat /var/log/xenith/emulated.log").stdout


def test_own_keys_leave_nothing(host, idle):
    domid = idle(stop_action="leave")
    assert host.run(f"ls /var/lib/xen/userdata-*.{domid}.*.xenith").stdout
    shut_down(host, domid, POWEROFF)
    until(lambda: not domains(host))
    assert not host.run(f"ls /var/lib/xen/userdata-*.{domid}.*",
                        check=False).stdout


def wait_for_xl(host, name):
    until(lambda: "Waiting for" in host.run(
        f"cat /var/log/xen/xl-{name}.log", check=False).stdout, 10)


@pytest.mark.parametrize("xnd_first", [True, False])
def test_a_guest_of_xl_is_adopted_once_its_process_is_killed(host, guest, idle,
                                                             xnd_first):
    idle()  # for an xnd that stays
    guest("pvh", "theirs", tool="xl", wait=False, **KEYS)
    domid = domains(host)["theirs"]
    wait_for_xl(host, "theirs")
    if not xnd_first:
        host.run("pkill -9 -x xnd; /usr/libexec/xenith/xnd --transient")
    assert domid not in supervised(host)
    host.run("pkill -9 -x xl")
    until(lambda: domid in supervised(host))
    shut_down(host, domid, REBOOT)
    until(lambda: other_domid(host, "theirs", domid))
    host.xn("destroy", "theirs")
    host.run("rm -f /var/log/xen/xl-theirs.log*")


@pytest.mark.slow
def test_a_guest_that_xl_rebooted_is_adopted_under_its_new_number(host, guest,
                                                                  idle):
    idle()
    guest("pvh", "theirs", tool="xl", wait=False, **KEYS)
    domid = domains(host)["theirs"]
    wait_for_xl(host, "theirs")
    shut_down(host, domid, REBOOT)
    until(lambda: other_domid(host, "theirs", domid))
    later = other_domid(host, "theirs", domid)
    until(lambda: f"(domid {later})" in host.run(
        "cat /var/log/xen/xl-theirs.log").stdout, 10)
    assert later not in supervised(host)
    host.run("pkill -9 -x xl")
    until(lambda: later in supervised(host))
    host.xn("destroy", "theirs")
    host.run("rm -f /var/log/xen/xl-theirs.log*")


@pytest.mark.slow
def test_a_medium_that_a_guest_ejects_is_taken_out(host, guest):
    """As the guest's drive says so, in the node that libxl watches."""
    host.run("truncate -s 1M /root/medium.iso")
    guest("hvm", "emulated", wait=False,
          disk=["/root/medium.iso,raw,hdc,cdrom"])
    domid = domains(host)["emulated"]
    drive = f"/local/domain/{domid}/device/vbd/5632"

    def medium() -> str:
        return host.run(f"xenstore-read /libxl/{domid}/device/vbd/5632/params",
                        check=False).stdout.strip()
    assert "/root/medium.iso" in medium()
    until(lambda: domid in supervised(host))
    host.run(f"xenstore-write {drive}/eject eject")
    until(lambda: "medium.iso" not in medium(), 60)
    host.xn("destroy", "emulated")
    host.run("rm /root/medium.iso")


@pytest.mark.slow
def test_a_soft_reset_keeps_the_domain(host, guest):
    """As a guest asks for it that boots a kernel of its own, for a crash dump
    for one. libxl has it for HVM guests only, and QEMU does not survive it
    while the BIOS still sets up the screen."""
    guest("hvm", "idle", wait=False, on_soft_reset="soft-reset")
    domid = domains(host)["idle"]

    def state() -> str:
        return json.loads(host.xn("list", "--json", "idle").stdout
                          )["domains"][0]["state"]

    until(lambda: f"(d{domid}) No bootable device" in host.xl("dmesg").stdout)
    shut_down(host, domid, SOFT_RESET)
    until(lambda: "soft reset" in host.run(
        "cat /var/log/xenith/idle.log").stdout, 60)
    until(lambda: state() in ("running", "blocked"), 60)
    assert domains(host) == {"idle": domid}
    until(lambda: supervised(host) == {domid})
    shut_down(host, domid, POWEROFF)  # it is watched again
    until(lambda: not domains(host))


@pytest.mark.slow
def test_fifty_guests_cost_little_and_are_adopted_in_time(host, guest,
                                                          tiny_kernel):
    for number in range(50):
        guest("pvh", f"many{number}", wait=False, **KEYS)
    assert len(supervised(host)) == 50
    kib = int(host.run("awk '/^Rss:/ { print $2 }' "
                       "/proc/$(pgrep -x xnd)/smaps_rollup").stdout)
    assert kib < 8 << 10
    seconds = float(host.run(
        "pkill -9 -x xnd; start=$(date +%s%N); "
        "/usr/libexec/xenith/xnd --transient; end=$(date +%s%N); "
        "echo $(((end - start) / 1000000))").stdout) / 1000
    assert len(supervised(host)) == 50
    assert seconds < 2
    for number in range(50):
        host.run(f"xn destroy many{number}")
    until(lambda: has_ended(host), 15)
