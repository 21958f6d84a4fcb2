"""Guests that are defined on a host, and that start and stop with it."""
import json

import pytest

from test_supervise import (KEYS, ask, domains, has_ended, idle, supervised,
                            supervisors, tiny_kernel)

import lab as lablib
from lab import until

assert idle and tiny_kernel  # fixtures
XND = "/usr/libexec/xenith/xnd"


@pytest.fixture
def defined(host, tiny_kernel):
    """Writes /etc/xen/NAME.cfg; all of it is gone afterwards."""
    names = []

    def define(name: str, **keys: object) -> None:
        names.append(name)
        host.write(f"/etc/xen/{name}.cfg",
                   lablib.guest_config("pvh", name, **KEYS, **keys))

    yield define
    for name in names:
        host.run(f"xl destroy {name} 2>/dev/null; "
                 f"rm -f /etc/xen/{name}.cfg /etc/xen/auto/{name}.cfg",
                 check=False)
    host.run("rmdir /etc/xen/auto 2>/dev/null", check=False)


def test_a_defined_guest_is_started_by_name(host, defined):
    defined("web")
    host.xn("start", "-q", "web")
    assert list(domains(host)) == ["web"]
    assert host.run("xn start nobody", check=False).rc == 3


def test_autostart_makes_and_removes_the_link(host, defined):
    defined("web")
    host.xn("autostart", "web")
    assert host.run("readlink /etc/xen/auto/web.cfg").stdout == \
        "/etc/xen/web.cfg\n"
    listed = json.loads(host.xn("autostart", "--json").stdout)
    assert listed["files"] == ["/etc/xen/auto/web.cfg"]
    host.xn("autostart", "--disable", "web")
    assert not host.xn("autostart").stdout


def test_the_host_starts_and_stops_its_guests_in_order(host, defined):
    defined("db")
    defined("web", start_after=["db"], autostart=1)
    defined("manual")
    host.xn("autostart", "db")
    said = host.xn("host-start").stdout
    assert said == "started db\nstarted web\n"
    assert set(domains(host)) == {"db", "web"}
    assert host.xn("host-start").stdout == ""  # they run already
    # These kernels hear no request: what is left at the deadline is told.
    stop = host.run("xn host-stop --timeout 3", check=False)
    assert stop.rc in (1, 6)
    assert set(domains(host)) == {"db", "web"}


@pytest.mark.slow
def test_the_host_stops_guests_that_listen(host, small, defined):
    up = small("pv")
    defined("stays", stop_action="leave")
    host.xn("start", "-q", "stays")
    assert host.xn("host-stop", "--timeout", "120").stdout == \
        f"stopped {up.name}\n"
    until(lambda: set(domains(host)) == {"stays"}, 30)


def test_a_loop_is_refused(host, defined):
    defined("db", start_after=["web"], autostart=1)
    defined("web", start_after=["db"], autostart=1)
    loop = host.run("xn host-start", check=False)
    assert loop.rc == 7
    assert "goes round" in loop.stderr
    assert not domains(host)


@pytest.mark.slow
def test_xnd_as_a_service_relieves_a_transient_one(host, idle):
    domid = idle()
    old = supervisors(host)
    host.run("systemctl daemon-reload; systemctl start xnd.service")
    try:
        until(lambda: supervised(host) == {domid})
        assert supervisors(host) != old
        assert not ask(host, '{"request":"status"}')[0]["transient"]
        host.xn("destroy", "idle")
        until(lambda: not supervised(host))
        assert len(supervisors(host)) == 1
    finally:
        host.run("systemctl stop xnd.service; systemctl reset-failed")
    until(lambda: has_ended(host), 10)


@pytest.fixture
def units(host):
    """Starts units; they and xnd are stopped afterwards."""
    started = []

    def start(*names: str) -> None:
        started.extend(names)
        host.run("systemctl daemon-reload; systemctl start "
                 + " ".join(names))

    yield start
    for name in domains(host):  # they hear no request
        host.xn("destroy", name)
    host.run("systemctl stop " + " ".join([*started, "xnd.service"])
             + "; systemctl reset-failed", check=False)
    until(lambda: has_ended(host), 10)


def is_active(host, unit: str) -> bool:
    return host.run("systemctl", "is-active", unit,
                    check=False).stdout == "active\n"


@pytest.mark.slow
def test_guests_outlive_the_supervisor_of_their_units(host, defined, units):
    defined("unit")
    defined("listed", autostart=1)
    units("xn-guest@unit", "xn-domains.service")
    before = domains(host)
    assert set(before) == {"unit", "listed"}
    old = supervisors(host)
    host.run("systemctl kill -s KILL xnd.service")
    until(lambda: supervisors(host) not in ([], old))
    host.run("systemctl restart xnd.service")
    assert is_active(host, "xn-guest@unit")
    assert is_active(host, "xn-domains.service")
    until(lambda: supervised(host) == set(before.values()))
    assert domains(host) == before


@pytest.mark.slow
def test_the_unit_of_a_guest_stops_it_as_its_keys_say(host, defined, units):
    defined("stays", stop_action="leave")
    defined("gone")
    units("xn-guest@stays", "xn-guest@gone")
    assert set(domains(host)) == {"stays", "gone"}
    host.xn("destroy", "gone")
    host.run("systemctl stop xn-guest@stays xn-guest@gone")
    assert list(domains(host)) == ["stays"]
    assert host.run("systemctl is-failed xn-guest@stays xn-guest@gone",
                    check=False).stdout == "inactive\ninactive\n"


@pytest.mark.slow
def test_a_guest_is_saved_with_the_host_and_goes_on_with_it(host, small):
    up = small("pv", stop_action="save")
    before = up.domid()
    host.xn("host-stop", "--timeout", "120")
    image = f"/var/lib/xen/save/{up.name}"
    assert host.run(f"stat -c %a {image}").stdout == "600\n"
    assert not domains(host)
    assert f"started {up.name}" in host.xn("host-start").stdout
    assert up.domid() > before
    assert host.run(f"test -e {image}", check=False).rc == 1
    host.run("rmdir /var/lib/xen/save")


def test_one_that_cannot_be_migrated_with_the_host_is_shut_down(host, small):
    up = small("pv", stop_action="migrate:nowhere.invalid")
    stop = host.run("xn host-stop --timeout 120")
    assert stop.stdout == f"stopped {up.name}\n"
    assert f"{up.name}: it could not be migrated: it is shut down" \
        in stop.stderr
    until(lambda: not domains(host), 30)


@pytest.mark.slow
def test_without_room_for_it_a_guest_is_shut_down(host, small):
    up = small("pv", stop_action="save")
    host.run("mkdir -p /var/lib/xen/save; "
             "mount -t tmpfs -o size=1m none /var/lib/xen/save")
    try:
        stop = host.run("xn host-stop --timeout 120")
    finally:
        host.run("umount /var/lib/xen/save; rmdir /var/lib/xen/save")
    assert stop.stdout == f"stopped {up.name}\n"
    assert f"{up.name}: no room for it in /var/lib/xen/save" in stop.stderr
    until(lambda: not domains(host), 30)


@pytest.mark.slow
def test_the_deadline_cuts_a_save_and_the_guest_runs_on(host, small):
    up = small("pv", stop_action="save", memory=256, extra="fill=random")
    before = up.domid()
    stop = host.run("xn host-stop --timeout 2", check=False)
    assert stop.rc == 6, stop
    until(lambda: json.loads(host.xn("list", "--json", up.name).stdout)
          ["domains"][0]["state"] in ("running", "blocked"))
    assert up.domid() == before
    assert host.run("ls -A /var/lib/xen/save", check=False).stdout == ""
    host.run("rmdir /var/lib/xen/save", check=False)
