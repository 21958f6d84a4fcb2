"""A copy of a guest kept ready, by nobody where that is enough: the lab's hosts
have neither DRBD nor buffered interfaces."""
import time

import pytest


def state_of(host, name):
    return host.xn("list", name).stdout.splitlines()[1].split()[4]


def wait_for(what, seconds=60):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_what_is_unsafe_has_to_be_asked_for(host, small):
    up = small("pvh")
    refused = host.xn("remus", "-b", "-n", "-d", up.name, check=False,
                      timeout=60)
    assert refused.rc != 0
    assert "s" not in state_of(host, up.name)


def protect(host, *words):
    """xn remus as a unit of its own, until the first state was sent."""
    host.run("systemd-run", "--unit=protecting", "--collect",
             "--property=StandardError=file:/tmp/protecting.err", "xn", "remus",
             "-F", "-n", "-d", "-i", "1000", *words)
    # Checkpoints suspend it again and again.
    wait_for(lambda: "s" in state_of(host, words[-1] if "-b" in words
                                     else words[-2]))


def wait_unprotected(host, seconds=60):
    wait_for(lambda: host.run("systemctl is-active protecting", check=False)
             .stdout.strip() not in ("active", "deactivating"), seconds)


def said(host):
    return host.run("cat /tmp/protecting.err; rm /tmp/protecting.err").stdout


def expect_runs(host, up):
    assert "s" not in state_of(host, up.name)
    with up.console() as console:
        console.send("dirty=0\r")
        console.expect("OK", 60)


@pytest.mark.slow
def test_it_goes_on_when_it_is_protected_no_more(host, small):
    up = small("pvh")
    try:
        protect(host, "-b", up.name)
        wait_for(lambda: "s" not in state_of(host, up.name))
    finally:
        host.run("systemctl kill --kill-whom=main -s INT protecting",
                 check=False)
    wait_unprotected(host)
    assert "nobody could take it over" in said(host)
    expect_runs(host, up)


ENDS = {
    "hangup": "systemctl kill --kill-whom=main -s HUP protecting",
    "worker": "kill -KILL $(pgrep -x xn -P"
              " $(systemctl show -P MainPID protecting))",
    "parent": "systemctl kill --kill-whom=main -s KILL protecting",
    "helper": "pkill -KILL -x libxl-save-help",  # as much as Linux keeps of it
}


@pytest.mark.slow
@pytest.mark.parametrize("end", ENDS)
def test_whoever_is_killed_the_guest_goes_on(host, small, end):
    up = small("pvh")
    protect(host, "-b", up.name)
    host.run(ENDS[end])
    wait_unprotected(host)
    # Whose parent is killed tells nobody any more.
    assert end == "parent" or "nobody could take it over" in said(host)
    host.run("rm -f /tmp/protecting.err")
    wait_for(lambda: "s" not in state_of(host, up.name))
    expect_runs(host, up)


@pytest.mark.slow
def test_destroyed_here_it_goes_on_there(hosts, small, away):
    up = small("pvh")
    away(up.name)
    protect(hosts[0], up.name, "host2")
    wait_for(lambda: f"{up.name}--incoming" in hosts[1].xl("list").stdout)
    time.sleep(5)  # a whole state or two
    hosts[0].xn("destroy", up.name)
    wait_unprotected(hosts[0], 20)
    assert "Primary domain has been destroyed" in said(hosts[0])
    wait_for(lambda: "--incoming" not in hosts[1].xl("list").stdout)
    assert hosts[1].xl("domid", up.name).stdout.strip().isdigit()


@pytest.mark.slow
def test_a_copy_that_is_destroyed_first_ends_the_protection(hosts, small,
                                                            away):
    up = small("pvh")
    away(up.name)
    protect(hosts[0], up.name, "host2")
    time.sleep(5)
    hosts[1].xl("destroy", f"{up.name}--incoming")
    wait_unprotected(hosts[0])
    assert "destroy one of the two" in said(hosts[0])
    wait_for(lambda: "s" not in state_of(hosts[0], up.name))
    expect_runs(hosts[0], up)
    assert up.name not in hosts[1].xl("list").stdout


def test_options_that_exclude_each_other(host, small):
    up = small("pv")
    for words, said in ((("-p",), "in conjunction with -c"),
                        (("-c", "-i", "100"), "-c is conflict with -i"),
                        (("-i", "0"), "'0' is no number of ms")):
        refused = host.xn("remus", *words, up.name, "host2", check=False)
        assert refused.rc == 2 and said in refused.stderr
    assert host.xn("remus", up.name, check=False).rc == 2
