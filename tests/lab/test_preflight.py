"""What a host says when it is asked for a guest: what the configuration does
not tell, of which reasons keep the guest away and notes do not."""
from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest


def ask(host, name: str, *options: str) -> dict:
    """What host2 says to a guest, asked only."""
    said = host.xn("migrate", "--check", "--json", *options, name, "host2",
                   check=False, timeout=120)
    assert said.rc in (0, 4), said
    answer = json.loads(said.stdout[:said.stdout.rindex("}") + 1])
    assert answer["can"] == (said.rc == 0)
    return answer


@pytest.mark.slow("pv")
@pytest.mark.parametrize("kind", ["pv", "pvh"])
def test_the_same_cpus_lack_nothing(hosts, small, kind):
    """Both hosts are copies: every feature that was given is there."""
    up = small(kind)
    answer = ask(hosts[0], up.name)
    assert answer["can"], answer
    assert not [line for line in answer["notes"] if "CPU" in line], answer


@pytest.mark.slow
def test_a_qemu_of_the_same_version_is_fine(hosts, guest):
    up = guest("hvm", wait=False)
    answer = ask(hosts[0], up.name)
    assert answer["can"], answer
    lines = answer["reasons"] + answer["notes"]
    assert not [line for line in lines if "QEMU" in line or "firmware" in line]


def test_a_uuid_that_is_taken_is_a_reason(hosts, small):
    """Another guest there has it, under another name."""
    uuid = "11111111-2222-3333-4444-555555555555"
    up = small("pvh", uuid=uuid)
    small("pvh", "twin", on=hosts[1], uuid=uuid)
    answer = ask(hosts[0], up.name)
    assert any(re.fullmatch(r"its UUID is taken by domain \d+ \(twin\)", line)
               for line in answer["reasons"]), answer


@pytest.fixture
def twin_files(hosts) -> Iterator[str]:
    """One path on both hosts, in filesystems of their own."""
    path = "/root/twin.img"
    for host in hosts:
        host.run("truncate", "-s", "16M", path)
    yield path
    for host in hosts:
        host.run("rm", "-f", path)


@pytest.mark.slow
def test_a_file_of_the_same_path_is_another_disk(hosts, small, twin_files):
    up = small("pvh", disk=[f"{twin_files},raw,xvda,w"], wait=False)
    answer = ask(hosts[0], up.name)
    assert (f"disk 1 (xvda): {twin_files} is in a filesystem of one host alone"
            in answer["reasons"]), answer
    refused = hosts[0].xn("migrate", up.name, "host2", check=False,
                          timeout=120)
    assert refused.rc == 4 and "one host alone" in refused.stderr, refused
    assert hosts[0].xn("domid", up.name, check=False).rc == 0
    assert hosts[1].xn("domid", up.name, check=False).rc == 3


def test_a_disk_of_another_size_is_a_reason(hosts, small, twin_files):
    hosts[1].run("truncate", "-s", "8M", twin_files)
    up = small("pvh", disk=[f"{twin_files},raw,xvda,w"], wait=False)
    answer = ask(hosts[0], up.name)
    assert (f"disk 1 (xvda): {twin_files} has 8388608 bytes, the guest's has "
            "16777216" in answer["reasons"]), answer


def test_a_disk_that_is_only_read_may_be_a_copy(hosts, small, twin_files):
    up = small("pvh", disk=[f"{twin_files},raw,xvda,r"], wait=False)
    answer = ask(hosts[0], up.name)
    assert answer["can"], answer
    assert any("one host alone" in line for line in answer["notes"]), answer


@pytest.mark.slow
def test_what_it_boots_from_is_wanted_there_later(hosts, small):
    """It comes running, and could not be started again."""
    small("pvh", "other")  # so that there is a kernel
    kernel = "/root/only-here"
    hosts[0].run(f"cp /root/small-guest {kernel}")
    up = small("pvh", kernel=kernel)
    answer = ask(hosts[0], up.name)
    hosts[0].run("rm", kernel)
    assert answer["can"], answer
    assert (f"it could not start again there: kernel: {kernel}: No such file or "
            "directory" in answer["notes"]), answer


def test_memory_that_it_has_yet_to_give_back_is_wanted_there(hosts, small):
    """It shall have 16 MiB, and has 64; there is room for 40."""
    up = small("pvh", memory=64)
    hosts[0].xn("mem-set", up.name, "16")
    room = int(hosts[1].xn("migrate-receive", "--room").stdout) >> 20
    small("pvh", "filler", on=hosts[1], memory=room - 40)
    answer = ask(hosts[0], up.name)
    assert re.search(r"not enough memory: 6\d MiB needed",
                     "\n".join(answer["reasons"])), answer
