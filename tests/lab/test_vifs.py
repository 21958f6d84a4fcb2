"""How vifs are connected, as the guests at their other end see it."""
from __future__ import annotations

import pytest

from lab import until
from test_devices import in_guest

BRIDGE = "xenbr9"
HOST = "10.99.0.1"
OWN = "10.99.0.2"
SPOOFED = "10.99.0.3"
HEARD = "/root/heard-dhcp"

# Waits for a request to a DHCP server from who has no address yet.
LISTEN = f"""
import socket
port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x800))
port.bind(("{BRIDGE}", 0))
open("{HEARD}", "w").write("listening")
while True:
    frame = port.recv(2000)
    if frame[26:30] == bytes(4) and frame[34:38] == bytes((0, 68, 0, 67)):
        break
open("{HEARD}", "w").write("asked")
"""


@pytest.fixture
def bridge(host):
    """A bridge on which the host has an address, and nobody else is."""
    host.run(f"ip link add {BRIDGE} type bridge; ip link set {BRIDGE} up; "
             f"ip address add {HOST}/24 dev {BRIDGE}")
    yield BRIDGE
    host.run(f"ip link delete {BRIDGE}; rm -f {HEARD}; "
             "nft delete table bridge xenith 2>/dev/null || true")


@pytest.mark.slow
def test_what_a_guest_may_send_from(host, guest, bridge):
    """With ip=, and what it is told the vif's MTU is."""
    up = guest("pv", vif=[f"bridge={bridge},ip={OWN},mtu=1400"],
               extra=f"ip={OWN}/24")
    in_guest(up, f"ping -c 1 -W 20 {HOST}", "1 packets received")
    in_guest(up, f"ip address add {SPOOFED}/24 dev eth0; "
             f"ping -c 1 -W 3 -I {SPOOFED} {HOST}", " 0 packets received")
    in_guest(up, f"arping -c 1 -w 3 -s {SPOOFED} -I eth0 {HOST}",
             "Received 0 response")

    host.write("/root/listen", LISTEN)
    host.run("timeout 200 python3 /root/listen </dev/null >/dev/null 2>&1 &")
    until(lambda: host.run(f"cat {HEARD}", check=False).stdout)
    in_guest(up, "udhcpc -i eth0 -q -n -t 2 -T 3 -s /bin/true; echo se''nt",
             "sent")
    assert until(lambda: host.run(f"cat {HEARD}").stdout) == "asked"
    host.run("rm /root/listen")

    interface = f"vif{up.domid()}.0"
    front = f"/local/domain/{up.domid()}/device/vif/0"
    assert host.run(f"cat /sys/class/net/{interface}/mtu").stdout == "1400\n"
    assert host.run(f"xenstore-read {front}/mtu").stdout == "1400\n"
    host.xn("destroy", up.name)
    assert interface.replace(".", "_") not in host.run(
        "nft list table bridge xenith").stdout


@pytest.mark.slow
def test_a_translated_vif_reaches_the_host(host, guest):
    up = guest("pv", vif=["script=vif-nat,ip=10.77.0.1"],
               extra="ip=10.77.0.1/24")
    in_guest(up, "ping -c 1 -W 20 10.77.0.128", "1 packets received")
    host.xn("destroy", up.name)
    assert "10.77.0" not in host.run("ip route; ip address").stdout


@pytest.mark.slow
def test_a_guest_of_two_cpus_has_two_queues(host, guest):
    """The two drivers agree on it; no script has a part in that."""
    up = guest("pv", vcpus=2, vif=["bridge=xenbr0"])
    in_guest(up, "ls /sys/class/net/eth0/queues", "rx-1")
    front = f"/local/domain/{up.domid()}/device/vif/0"
    assert host.run(f"xenstore-read {front}/multi-queue-num-queues"
                    ).stdout == "2\n"


def test_an_old_name_finds_the_bridge_that_took_the_cards_name(host, small):
    host.run("ip link add eth9 type bridge; ip link set eth9 up")
    try:
        up = small("pvh", vif=["bridge=xenbr9"])
        assert "master eth9" in host.run(
            f"ip link show vif{up.domid()}.0").stdout
        host.xn("destroy", up.name)
    finally:
        host.run("ip link delete eth9")


@pytest.fixture
def switch(host):
    """A bridge of Open vSwitch."""
    host.run("systemctl start openvswitch-switch; ovs-vsctl add-br ovs0",
             timeout=180)
    yield "ovs0"
    host.run("ovs-vsctl --if-exists del-br ovs0; "
             "systemctl stop openvswitch-switch ovsdb-server ovs-vswitchd; "
             "ip link delete ovs-system 2>/dev/null; "
             "rm -rf /run/openvswitch /etc/openvswitch/*.db "
             "/var/lib/openvswitch/conf.db /var/lib/openvswitch/.*lock* "
             "/etc/openvswitch/.*lock /var/log/openvswitch/*; "
             "rmmod openvswitch", check=False,
             timeout=180)


@pytest.mark.slow
def test_a_port_of_open_vswitch_with_its_vlan(host, small, switch):
    up = small("pv", vif=[f"script=vif-openvswitch,bridge={switch}.5,"
                          "mac=00:16:3e:00:00:05"])
    port = f"vif{up.domid()}.0"
    assert host.run(f"ovs-vsctl list-ports {switch}").stdout == f"{port}\n"
    assert host.run(f"ovs-vsctl get port {port} tag").stdout == "5\n"
    told = host.run(f"ovs-vsctl get interface {port} external_ids").stdout
    assert "00:16:3e:00:00:05" in told and up.name in told
    host.xn("network-detach", "--timeout", "1", up.name, "0")
    assert host.run(f"ovs-vsctl list-ports {switch}").stdout == ""
    host.xn("network-attach", up.name, "script=vif-openvswitch",
            f"bridge={switch}")
    assert host.run(f"ovs-vsctl get port {port} tag").stdout == "[]\n"
    host.xn("destroy", up.name)
    assert host.run(f"ovs-vsctl list-ports {switch}").stdout == ""
