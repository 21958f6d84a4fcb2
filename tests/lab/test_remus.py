"""A copy of a guest kept ready, here by nobody: the other end is /dev/null, as
the lab's hosts have neither DRBD nor buffered interfaces."""
import time


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


def test_it_goes_on_when_it_is_protected_no_more(host, small):
    up = small("pvh")
    host.run("systemd-run", "--unit=protecting", "--collect", "xn", "remus",
             "-F", "-b", "-n", "-d", "-i", "1000", up.name)
    try:
        # Checkpoints suspend it again and again.
        wait_for(lambda: "s" in state_of(host, up.name))
        wait_for(lambda: "s" not in state_of(host, up.name))
    finally:
        host.run("systemctl kill --kill-whom=main -s INT protecting",
                 check=False)
    wait_for(lambda: host.run("systemctl is-active protecting",
                              check=False).stdout != "active\n")
    assert "s" not in state_of(host, up.name)
    with up.console() as console:
        console.send("dirty=0\r")
        console.expect("OK", 60)


def test_options_that_exclude_each_other(host, small):
    up = small("pv")
    for words, said in ((("-p",), "in conjunction with -c"),
                        (("-c", "-i", "100"), "-c is conflict with -i"),
                        (("-i", "0"), "'0' is no number of ms")):
        refused = host.xn("remus", *words, up.name, "host2", check=False)
        assert refused.rc == 2 and said in refused.stderr
    assert host.xn("remus", up.name, check=False).rc == 2
