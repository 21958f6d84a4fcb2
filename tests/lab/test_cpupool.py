"""CPU pools, on a host with two CPUs and one NUMA node."""
import json

import pytest

from test_verbs import refused


def pools(host):
    shown = json.loads(host.xn("cpupool-list", "--json").stdout)
    return {pool["name"]: pool for pool in shown["pools"]}


@pytest.fixture
def whole(host):
    """Whatever a test does: afterwards Pool-0 has all CPUs, and its name."""
    yield host
    host.run("for p in fast spare; do xl cpupool-destroy $p; done;"
             "xl cpupool-cpu-add 0 0-1; xl cpupool-rename 0 Pool-0", check=False)


def test_a_pool_from_its_making_to_its_end(whole, guest):
    host = whole
    assert "CPU 1 is in pool 'Pool-0'" in refused(
        host, 4, "cpupool-create", "name='fast'", "cpus='1'")
    host.xn("cpupool-cpu-remove", "Pool-0", "1")
    host.run("printf 'sched = \"credit\"\\ncpus = [ \"1\" ]\\n' >/tmp/fast")
    planned = host.xn("-N", "cpupool-create", "/tmp/fast").stdout
    assert "cpupool name:   fast\nscheduler:      credit\n" in planned
    assert "fast" not in pools(host)
    made = host.xn("cpupool-create", "/tmp/fast").stdout
    host.run("rm /tmp/fast")
    assert made == planned
    assert pools(host)["fast"]["cpus"] == [1]
    assert pools(host)["fast"]["scheduler"] == "credit"
    assert host.xn("cpupool-list").stdout == host.xl("cpupool-list").stdout
    assert host.xn("cpupool-list", "-c", "fast").stdout == \
        host.xl("cpupool-list", "-c", "fast").stdout

    up = guest("pv", wait=False)
    host.xn("cpupool-migrate", up.name, "fast")
    assert pools(host)["fast"]["domains"] == 1
    assert "1 domain is in it" in refused(host, 4, "cpupool-destroy", "fast")
    refused(host, 4, "cpupool-cpu-remove", "fast", "1")
    host.xn("cpupool-migrate", up.name, "Pool-0")
    host.xn("cpupool-destroy", "fast")
    host.xn("cpupool-cpu-add", "0", "node:0", check=False)
    assert pools(host)["Pool-0"]["cpus"] == [0, 1]


def test_names_of_pools(whole):
    host = whole
    host.xn("cpupool-create", "name='spare'")
    assert "exists already" in refused(host, 4, "cpupool-create",
                                       "name='spare'")
    assert "exists already" in refused(host, 4, "cpupool-rename", "spare",
                                       "Pool-0")
    host.xn("cpupool-rename", "spare", "fast")
    assert set(pools(host)) == {"Pool-0", "fast"}
    host.xn("cpupool-destroy", "fast")
    assert "no CPU pool 'fast'" in refused(host, 7, "cpupool-destroy", "fast")
    assert "has no name" in refused(host, 7, "cpupool-create", "sched='null'")
    assert "stays" in refused(host, 4, "cpupool-destroy", "Pool-0")


def test_under_the_name_xl_a_cpu_that_stays_is_no_failure(whole):
    as_xl = "exec -a xl /usr/sbin/xn"
    assert "CPU 1 into pool" in refused(whole, 4, "cpupool-cpu-add", "0", "1")
    result = whole.run(f"{as_xl} cpupool-cpu-add 0 1")
    assert "CPU 1 into pool" in result.stderr


def test_one_node_becomes_one_pool(whole):
    host = whole
    host.xn("cpupool-numa-split")
    assert list(pools(host)) == ["Pool-node0"]
    assert pools(host)["Pool-node0"]["cpus"] == [0, 1]
    host.xn("cpupool-create", "name='spare'")
    assert "2 CPU pools already" in refused(host, 4, "cpupool-numa-split")
