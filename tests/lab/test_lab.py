"""The lab itself: real Xen, guests of each kind, a cable between hosts."""
import argparse
import os
import shutil

import pytest

import booted
import cli
import conftest
from lab import Lab, LabError, until


def test_dom0_runs_on_xen(host):
    info = host.xl("info").stdout
    assert "xen_major              : 4" in info
    assert "hvm" in info and "hap" in info


def test_a_command_s_output_and_status_come_back(host):
    result = host.run("echo out; echo err >&2; exit 3", check=False)
    assert (result.stdout, result.stderr, result.rc) == ("out\n", "err\n", 3)


def test_hosts_reach_each_other_over_the_cable(hosts):
    first, second = hosts
    assert first.run("ssh host2 hostname").stdout == "host2\n"
    assert second.run("ssh host1 hostname").stdout == "host1\n"


def test_hosts_have_random_numbers_of_their_own(hosts):
    first, second = (host.run("cat /proc/sys/kernel/random/uuid").stdout
                     for host in hosts)
    assert first != second


def test_a_guest_answers_on_its_console(guest):
    up = guest("pv", tool="xl")
    with up.console("xl console") as console:
        console.send("\r")
        console.expect("guest# ")
        console.send("echo $((6 * 7))\r")
        console.expect("42")
        console.send("\x1d")
        console.wait()


@pytest.mark.slow("pvh")
@pytest.mark.parametrize("kind", ["pv", "pvh"])
def test_a_guest_obeys_a_shutdown_request(host, guest, kind):
    up = guest(kind, tool="xl", vif=["bridge=xenbr0"])
    assert "nics=eth0" in up.wait_up()
    host.xl("shutdown", "-w", up.name)
    until(lambda: up.name not in host.xl("list").stdout)


def test_what_keeps_hosts_from_coming_is_tried_once():
    class Broken:
        tries = 0

        def up(self, _count):
            self.tries += 1
            raise LabError("no image")

    hosts = conftest.Hosts(Broken())
    for _ in range(2):
        with pytest.raises(LabError, match="no image"):
            hosts.get(1)
    assert hosts.lab.tries == 1


def test_logs_of_a_host_that_died(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XENITH_LAB_CACHE", str(tmp_path))
    own = Lab()
    directory = own.host(1).dir
    directory.mkdir(parents=True)
    (directory / "console.log").write_text("(XEN) Panic on CPU 0\n")
    with pytest.raises(LabError, match="not up any more"):
        cli.log(own, argparse.Namespace(host="host1"))
    assert capsys.readouterr().out == "(XEN) Panic on CPU 0\n"


def test_an_image_is_built_by_root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert booted.root_words() == []
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(LabError, match="as root, and there is no sudo"):
        booted.root_words()
