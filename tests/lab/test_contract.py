"""xl sees our guests as its own, and we see xl's as ours."""
import json
import re

import pytest

from lab import until


def test_xl_lists_shows_and_destroys_our_guest(host, small, kind):
    up = small(kind)
    row = host.xl("list", up.name).stdout.splitlines()[1].split()
    assert row[:4] == [up.name, str(up.domid()), row[2], "1"]
    record = json.loads(host.xl("list", "-l", up.name).stdout)[0]
    assert record["config"]["c_info"]["name"] == up.name
    if kind != "hvm":
        with up.console("xl console") as console:
            console.send("dirty=0\r")
            console.expect("OK")
            console.send("\x1d")
            console.wait()
    host.xl("destroy", up.name)
    assert up.name not in host.xn("list").stdout


@pytest.mark.slow
def test_xl_talks_to_our_hvm_guest(guest):
    with guest("hvm").console("xl console -t serial") as console:
        console.send("\r")
        console.expect("guest# ")
        console.send("\x1d")
        console.wait()


@pytest.mark.parametrize("kind", ["pv", "pvh"])
def test_xn_lists_talks_to_and_destroys_xls_guest(host, small, kind):
    up = small(kind, tool="xl")
    assert up.name in host.xn("list").stdout
    with up.console("xn console") as console:
        console.send("dirty=0\r")
        console.expect("OK")
        console.send("\x1d")
        console.wait()
    host.xn("destroy", up.name)
    assert up.name not in host.xl("list").stdout


def test_xl_shuts_our_guest_down(host, small):
    up = small("pv")
    host.xl("shutdown", "-w", up.name)
    until(lambda: up.name not in host.xl("list").stdout)


def test_under_the_name_xl_create_is_xls(host, small):
    cfg = small("pv", create=False)
    host.run("ln -s /usr/sbin/xn /tmp/xl")
    result = host.run(f"/tmp/xl create {cfg.path}")
    host.run("rm /tmp/xl")
    assert result.stderr == f"Parsing config from {cfg.path}\n"
    assert result.stdout == ""
    cfg.wait_up()


def test_the_record_of_a_domain_is_xls(host, guest):
    """xendomains and others read the indentation of list -l."""
    up = guest("pv", wait=False)
    assert host.xn("list", "-l", up.name).stdout == \
        host.xl("list", "-l", up.name).stdout


def nodes(host, tool: str, path: str) -> set[str]:
    """All of a paused guest's in xenstore, with permissions, where domain ids
    are D and what tells of the tool or the time is left out."""
    host.run(f"{tool} create -q -p {path}")
    domid = host.xl("domid", "same").stdout.strip()
    listed = host.run("xenstore-ls -fp").stdout
    host.xl("destroy", "same")
    mine = [line for line in listed.splitlines()
            if re.search(rf"/{domid}( |/)|/vm/", line)]
    there = {re.sub(rf"(?<=[/(,\"nrwb.f]){domid}(?=[^0-9])", "D", line)
             for line in mine}
    return {line for line in there if not re.search(
        r"/script = |/start_time = |/libxl/D/xenith|/tty = ", line)}


@pytest.mark.slow("pvh")
@pytest.mark.parametrize("kind", ["pv", "pvh"])
def test_xenstore_has_what_xl_writes(host, small, kind):
    """Also with what it is asked for at one go (tools/host/store_calls.c)."""
    disk = "/tmp/same.img"
    host.run(f"truncate -s 1M {disk}")
    new = small(kind, "same", create=False,
                uuid="11111111-2222-4333-8444-555555555555",
                disk=[f"{disk},raw,xvda,w"],
                vif=["bridge=xenbr0,mac=00:16:3e:01:02:03"])
    theirs, ours = (nodes(host, tool, new.path) for tool in ("xl", "xn"))
    host.run(f"rm {disk}")
    assert ours == theirs
    assert len(ours) > 100
