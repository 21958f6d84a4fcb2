"""mem-set, mem-max, vcpu-set, vcpu-pin on each kind of guest."""
import json

import pytest

import leakcheck
from lab import until


@pytest.fixture
def two_vcpus(host, all_hosts, small):
    """Xen keeps a page after the first guest with two vCPUs that were pinned or
    taken away: one comes and goes before, and that page is no leak."""
    first = small("hvm", "first", vcpus=1, maxvcpus=2, maxmem=160)
    host.xn("vcpu-pin", first.name, "all", "1", "0")
    host.xn("vcpu-set", first.name, "2")
    host.xn("destroy", first.name)
    until(lambda: leakcheck.take(host)["domains"] == {})
    all_hosts.clean[1]["memory"] = leakcheck.take(host)["memory"]


def facts(host, name):
    return json.loads(host.xn("list", "--json", name).stdout)["domains"][0]


def vcpus(host, name):
    shown = json.loads(host.xn("vcpu-list", "--json", name).stdout)
    return shown["domains"][0]["vcpus"]


def refused(host, status, *words):
    result = host.xn(*words, check=False)
    assert result.rc == status, result
    return result.stderr


@pytest.mark.slow("pvh")
@pytest.mark.parametrize("kind", ["pv", "pvh"])
def test_memory_and_vcpus_of_each_kind(host, guest, kind):
    # one vCPU: Xen keeps a page after the first guest with two, which the
    # leak check would report
    up = guest(kind, memory=160, maxmem=192)
    name = up.name

    host.xn("mem-set", name, "144")
    until(lambda: facts(host, name)["memory"] <= 146 << 20)
    host.xn("mem-set", name, "163840k")
    until(lambda: facts(host, name)["memory"] >= 158 << 20)
    assert "more than its maximum of 192 MiB" in refused(
        host, 4, "mem-set", name, "193m")
    host.xn("mem-max", name, "170")
    assert "less than the 160 MiB" in refused(host, 4, "mem-max", name, "100")
    assert "is no size" in refused(host, 2, "mem-set", name, "much")

    host.xn("vcpu-set", name, "1")
    assert "more than its 1" in refused(host, 4, "vcpu-set", name, "2")
    refused(host, 2, "vcpu-set", name, "0")

    host.xn("vcpu-pin", name, "0", "1", "0")
    assert (vcpus(host, name)[0]["affinity_hard"],
            vcpus(host, name)[0]["affinity_soft"]) == ("1", "0")
    host.xn("vcpu-pin", name, "all", "all,^1", "-")
    assert [vcpu["affinity_hard"] for vcpu in vcpus(host, name)] == ["0"]
    host.xn("vcpu-pin", name, "all", "node:0", "all")
    assert vcpus(host, name)[0]["affinity_hard"] == "all"
    assert "has no vCPU 1" in refused(host, 4, "vcpu-pin", name, "1", "all")
    assert "not a CPU" in refused(host, 2, "vcpu-pin", name, "0", "one")


@pytest.mark.slow
def test_memory_and_vcpus_of_an_hvm_guest(host, two_vcpus, small):
    """Which obeys nothing yet: what the host does, and asks of it."""
    up = small("hvm", memory=128, maxmem=160, vcpus=1, maxvcpus=2)
    name, node = up.name, f"/local/domain/{up.domid()}"

    host.xn("mem-set", name, "112")
    assert host.run(f"xenstore-read {node}/memory/target"
                    ).stdout == f"{112 << 10}\n"
    assert "more than its maximum of 160 MiB" in refused(
        host, 4, "mem-set", name, "161m")
    host.xn("mem-max", name, "150")
    assert facts(host, name)["memory_max"] >> 20 >= 150

    def emulated():
        return host.xn("qemu-monitor-command", name, "info cpus"
                       ).stdout.count("CPU #")

    assert emulated() == 1
    host.xn("vcpu-set", name, "2")
    assert emulated() == 2
    assert "more than its 2" in refused(host, 4, "vcpu-set", name, "3")

    host.xn("vcpu-pin", name, "all", "1", "0")
    assert {(vcpu["affinity_hard"], vcpu["affinity_soft"])
            for vcpu in vcpus(host, name)} == {("1", "0")}


@pytest.mark.slow
def test_a_vcpu_goes_and_comes_back(host, two_vcpus, guest):
    up = guest("pv", vcpus=2)

    def online():
        return [vcpu["online"] for vcpu in vcpus(host, up.name)]

    assert online() == [True, True]
    host.xn("vcpu-set", up.name, "1")
    until(lambda: online() == [True, False], 120)
    host.xn("vcpu-set", up.name, "2")
    with up.console() as console:  # what udev does elsewhere
        console.send("until echo 1 >/sys/devices/system/cpu/cpu1/online; "
                     "do sleep 1; done\n")
        until(lambda: online() == [True, True], 120)


def test_the_masks_of_xl_conf_limit_a_pin(host, guest):
    up = guest("pvh", create=False)
    host.xn("create", "-p", up.path)
    host.run("cp -p /etc/xen/xl.conf /etc/xen/xl.conf.kept;"
             "echo 'vm.hvm.cpumask=\"1\"' >>/etc/xen/xl.conf")
    try:
        host.xn("vcpu-pin", up.name, "0", "all")
        limited = vcpus(host, up.name)[0]["affinity_hard"]
        empty = refused(host, 4, "vcpu-pin", up.name, "0", "0")
        host.xn("vcpu-pin", "-i", up.name, "0", "0")
        ignored = vcpus(host, up.name)[0]["affinity_hard"]
    finally:
        host.run("mv /etc/xen/xl.conf.kept /etc/xen/xl.conf")
    assert (limited, ignored) == ("1", "0")
    assert "no CPU is left that xl.conf allows" in empty
