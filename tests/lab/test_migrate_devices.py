"""A guest changes hosts with a disk that both reach, and with a connection that
somebody has to it. The disk is on host1 and comes to both by NBD; its network
is a bridge on each host, joined by a tunnel through the cable."""
from __future__ import annotations

import re

import pytest

from lab import until
from shared_disk import FILE, shared_disk
from test_migrate import expect_only_on

BRIDGE = "farbr"
ADDRESS = "10.77.0.2"

# Says a number each 0.1 s and hears it again, all through one connection.
CLIENT = """
import socket, time
one = socket.create_connection(("10.77.0.2", 7777), timeout=120)
lines = one.makefile("rw")
longest = number = 0
while True:
    began = time.monotonic()
    lines.write(f"{number}\\n"); lines.flush()
    assert lines.readline() == f"{number}\\n"
    longest = max(longest, time.monotonic() - began)
    number += 1
    with open("/root/heard", "w") as file:
        file.write(f"{number} {longest:.1f}")
    time.sleep(0.1)
"""


@pytest.fixture(name="shared")
def fixture_shared(hosts):
    with shared_disk(hosts) as path:
        yield path


@pytest.fixture
def far_bridge(hosts):
    for number, host in enumerate(hosts):
        other = f"10.9.0.{2 - number}"
        # Hosts of one image would give their bridges the same address.
        host.run(f"ip link add {BRIDGE} address 02:00:00:00:77:0{number + 1} "
                 f"type bridge stp_state 0 forward_delay 0; "
                 f"ip link add far0 type vxlan id 7 remote {other} "
                 f"dstport 4789 dev eth1; ip link set far0 master {BRIDGE} up; "
                 f"ip link set {BRIDGE} up")
    hosts[0].run(f"ip address add 10.77.0.1/24 dev {BRIDGE}")
    yield BRIDGE
    for host in hosts:
        host.run(f"ip link del far0; ip link del {BRIDGE}; rmmod vxlan",
                 check=False)


def heard(host) -> tuple[int, float]:
    found = re.match(r"(\d+) ([\d.]+)", host.run("cat /root/heard").stdout)
    return int(found[1]), float(found[2])


@pytest.mark.slow
def test_its_disk_and_its_connections_go_along(hosts, guest, away, shared,
                                               far_bridge):
    up = guest("pvh", disk=[f"{shared},raw,xvda,w"],
               vif=[f"bridge={far_bridge}"], extra=f"ip={ADDRESS}/24")
    away(up.name)
    with up.console() as console:
        console.send("(nc -l -p 7777 -e cat &)\n"
                     "echo written before | dd of=/dev/xvda conv=fsync\n"
                     "echo disk set; sync\n")
        console.expect("disk set", 120)
    hosts[0].write("/root/client.py", CLIENT)
    hosts[0].run("systemd-run -q --unit=client --collect "
                 "python3 /root/client.py; sleep 3")
    before = heard(hosts[0])[0]
    try:
        hosts[0].xn("migrate", up.name, "host2", timeout=600)
        expect_only_on(hosts, up.name, 1)
        after = heard(hosts[0])[0]
        # TCP sends again after up to as long as it got no answer.
        until(lambda: heard(hosts[0])[0] > after, 120)
        number, longest = heard(hosts[0])
        assert before > 0, before
        print(f"heard {number}, waited {longest} s at most")
        up.host = hosts[1]
        with up.console() as console:
            console.send("head -c 14 /dev/xvda; echo\n")
            console.expect("written before", 120)
            console.send("echo written after | dd of=/dev/xvda conv=fsync\n"
                         "echo disk a''gain\n")
            console.expect("disk again", 120)
        assert hosts[0].run(f"head -c 13 {FILE}").stdout == "written after"
    finally:
        hosts[0].run("systemctl stop client; rm -f /root/client.py "
                     "/root/heard", check=False)
        hosts[1].run(f"xl destroy {up.name}", check=False)
