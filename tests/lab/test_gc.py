"""xn gc: what is left of domains that are no more goes, and nothing else."""
import json

import pytest


# No host of the lab comes to this number.
GONE = 32000
UUID = "deadbeef-0000-4000-8000-000000000001"
NOTHING = "0 interrupted create(s)\n"


def found(host, *words: str) -> dict[str, dict]:
    document = json.loads(host.xn("gc", "--json", *words).stdout)
    return {each["what"]: each for each in document["leftovers"]}


@pytest.mark.parametrize("kind", ["pv", "pvh"])
def test_nothing_of_a_guest_that_lives_is_found(host, small, kind):
    up = small(kind)
    host.xn("pause", up.name)
    assert host.xn("gc", "-n").stdout == NOTHING
    assert host.xn("gc").stdout == NOTHING
    host.xn("unpause", up.name)


def test_nothing_of_an_hvm_guest_that_lives_is_found(host, guest):
    guest("hvm", wait=False)
    assert host.xn("gc").stdout == NOTHING


def test_nodes_of_a_domain_that_is_gone(host, small):
    small("pvh")
    nodes = [f"/local/domain/{GONE}", f"/libxl/{GONE}", f"/vm/{UUID}",
             f"/local/domain/0/backend/vbd/{GONE}"]
    before = host.run("xenstore-ls -f | cut -d= -f1").stdout
    for node in nodes:
        host.run("xenstore-write", f"{node}/name", "left")
    assert set(found(host, "-n")) == set(nodes)
    assert {each["end"] for each in found(host).values()} == {"removed"}
    assert host.xn("gc").stdout == NOTHING
    assert host.run("xenstore-ls -f | cut -d= -f1").stdout == before


def test_files_of_a_domain_that_is_gone(host):
    path = f"/var/lib/xen/userdata-d.{GONE}.{UUID}.libxl-json"
    young = f"/var/lib/xen/userdata-d.{GONE}.{UUID}.young"
    host.run(f"touch -d '1 hour ago' {path}; touch {young}")
    try:
        assert set(found(host)) == {path}
        host.run(f"test ! -e {path} && test -e {young}")
    finally:
        host.run(f"rm -f {path} {young}")


def test_the_lock_of_a_console_that_was_killed(host, small):
    up = small("pv")
    domid = host.xn("domid", up.name).stdout.strip()
    lock = f"/var/lock/xenconsole.{domid}"
    host.run(f"setsid xn console {up.name} </dev/zero >/dev/null 2>&1 & "
             f"pid=$!; while ! test -e {lock}; do sleep 0.1; done; "
             "kill -9 $pid; wait $pid; true")
    assert found(host)[lock]["end"] == "removed"
    host.run(f"test ! -e {lock}")


def test_a_loop_device_that_our_hook_noted(host):
    host.run("truncate -s 1M /tmp/left.img")
    loop = host.run("losetup -f --show /tmp/left.img").stdout.strip()
    try:
        number = loop.removeprefix("/dev/loop")
        file = host.run("stat -c %d:%i /tmp/left.img").stdout.strip()
        host.run(f"cp -p /run/xenith/block-claims /tmp/claims 2>/dev/null; "
                 f"echo '{GONE}/51712 7:{number} {file} w' "
                 ">>/run/xenith/block-claims")
        assert found(host, "-n")[loop]["end"] == "found"
        assert found(host)[loop]["end"] == "removed"
        assert not host.run("losetup -j /tmp/left.img").stdout
    finally:
        host.run(f"losetup -d {loop} 2>/dev/null; rm -f /tmp/left.img; "
                 "mv /tmp/claims /run/xenith/block-claims 2>/dev/null || "
                 "rm -f /run/xenith/block-claims")


def test_a_device_model_of_a_domain_that_is_gone_is_told(host):
    pid = host.run(f"setsid sh -c 'sleep 60; :' sh -xen-domid {GONE} "
                   ">/dev/null 2>&1 & echo $!").stdout.strip()
    try:
        told = found(host)[pid]
        assert told["kind"] == "process" and told["end"] == "found"
        assert told["domid"] == GONE
        host.run(f"kill -0 {pid}")
    finally:
        host.run(f"kill -- -{pid}")
