"""Parameters of the schedulers. The host's is credit2; pools under credit and
rtds are made of its second CPU."""
import json

import pytest

from test_verbs import refused


def shown(host, command, *words):
    return json.loads(host.xn(command, "--json", *words).stdout)


def same(host, *words):
    assert host.xn(*words).stdout == host.xl(*words).stdout


@pytest.fixture
def pool(host):
    """Makes a pool of CPU 1 under a scheduler."""
    def make(scheduler):
        made = host.run(f"xl cpupool-cpu-remove 0 1; xl cpupool-create"
                        f" name='\"{scheduler}\"' sched='\"{scheduler}\"'"
                        f" cpus='\"1\"'", check=False)
        if made.rc:
            pytest.skip(f"this Xen is built without {scheduler}")
        return scheduler
    yield make
    host.run("for p in credit rtds; do xl cpupool-destroy $p; done;"
             "xl cpupool-cpu-add 0 1", check=False)


def test_weight_and_cap_under_credit2(host, guest):
    up = guest("pv", wait=False)
    host.xn("sched-credit2", "-d", up.name, "-w", "512", "-c", "50")
    domain = shown(host, "sched-credit2", "-d", up.name)["domains"][0]
    assert (domain["name"], domain["weight"], domain["cap"]) == (
        up.name, 512, 50)
    same(host, "sched-credit2", "-d", up.name)
    host.xn("sched-credit2", "--domain", up.name, "--weight", "100")
    domain = shown(host, "sched-credit2", "-d", up.name)["domains"][0]
    assert (domain["weight"], domain["cap"]) == (100, 50)
    assert "1 to 65535" in refused(host, 1, "sched-credit2", "-d", up.name,
                                   "-w", "0")
    assert "is no number" in refused(host, 2, "sched-credit2", "-d", up.name,
                                     "-w", "much")


def test_the_rate_limit_of_credit2(host):
    before = shown(host, "sched-credit2", "-s")["pools"][0]["ratelimit"]
    host.xn("sched-credit2", "-s", "-r", "2000")
    try:
        assert shown(host, "sched-credit2", "-s")["pools"][0]["ratelimit"] \
            == 0.002
        same(host, "sched-credit2", "-s")
        assert "out of range" in refused(host, 1, "sched-credit2", "-s", "-r",
                                         "1")
    finally:
        host.xn("sched-credit2", "-s", "-r", str(round(before * 1e6)))


def test_options_that_contradict_each_other(host):
    for words in (("sched-credit2", "-s", "-d", "0"),
                  ("sched-credit2", "-p", "0", "-w", "1"),
                  ("sched-credit2", "-w", "1"), ("sched-credit", "-t", "5"),
                  ("sched-rtds", "-c", "0", "-d", "0"),
                  ("sched-rtds", "-v", "0"),
                  ("sched-rtds", "-d", "0", "-p", "100"),
                  ("sched-rtds", "-d", "0", "-v", "0", "-v", "all"),
                  ("sched-rtds", "-d", "0", "-v", "0", "-p", "1", "-b", "1"),
                  ("sched-rtds", "-d", "0", "-v", "0", "-p", "1", "-b", "1",
                   "-e", "2")):
        refused(host, 2, *words)


def test_another_scheduler_is_told(host):
    wrong = host.xn("sched-credit", "-d", "0", check=False)
    assert wrong.rc == 4 and wrong.stdout == ""
    assert "'Domain-0' is in a CPU pool under credit2, not credit" in \
        wrong.stderr
    assert "under credit2, not credit" in refused(host, 4, "sched-credit",
                                                  "-s")
    assert host.xn("sched-credit").stdout == ""
    assert "no CPU pool 'nosuch'" in refused(host, 7, "sched-credit", "-p",
                                             "nosuch")


@pytest.mark.slow
def test_a_pool_under_credit(host, guest, pool):
    pool("credit")
    up = guest("pv", wait=False)
    host.xn("cpupool-migrate", up.name, "credit")
    host.xn("sched-credit", "-d", up.name, "-w", "300")
    host.xn("sched-credit", "-p", "credit", "-s", "-t", "20", "-r", "500",
            "-m", "100")
    for words in (("-d", up.name), ("-p", "credit"), ("-s", "-p", "credit"),
                  ()):
        same(host, "sched-credit", *words)
    host.xn("sched-credit", "-d", up.name, "-c", "40")
    document = shown(host, "sched-credit")["pools"][0]
    assert (document["timeslice"], document["ratelimit"],
            document["migration_delay"]) == (0.02, 0.0005, 0.0001)
    assert (document["domains"][0]["weight"],
            document["domains"][0]["cap"]) == (300, 40)
    host.xn("cpupool-migrate", up.name, "Pool-0")


def test_a_pool_under_rtds(host, guest, pool):
    pool("rtds")
    up = guest("pv", create=False, vcpus=2)
    host.xn("create", "-p", up.path)
    host.xn("cpupool-migrate", up.name, "rtds")
    host.xn("sched-rtds", "-d", up.name, "-v", "0", "-p", "20000", "-b",
            "5000", "-e", "1", "-v", "1", "-p", "30000", "-b", "6000", "-e",
            "0")
    for words in ((), ("-d", up.name), ("-v", "all"),
                  ("-d", up.name, "-v", "1"), ("-d", up.name, "-v", "all")):
        same(host, "sched-rtds", *words)
    vcpus = shown(host, "sched-rtds", "-d", up.name, "-v",
                  "all")["domains"][0]["vcpus"]
    assert [(vcpu["period"], vcpu["budget"], vcpu["extratime"])
            for vcpu in vcpus] == [(0.02, 0.005, True), (0.03, 0.006, False)]
    host.xn("sched-rtds", "-d", up.name, "-v", "all", "-p", "10000", "-b",
            "1000", "-e", "0")
    only = shown(host, "sched-rtds", "-d", up.name, "-v", "1")["domains"][0]
    assert only["vcpus"] == [{"vcpu": 1, "period": 0.01, "budget": 0.001,
                              "extratime": False}]
    assert "smaller than or equal" in refused(
        host, 1, "sched-rtds", "-d", up.name, "-v", "all", "-p", "1", "-b",
        "2", "-e", "0")
    host.xn("destroy", up.name)
