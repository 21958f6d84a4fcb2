"""Options of xl that have no test of their own elsewhere."""
import json
import time

import pytest

from lab import until
from test_list import tiny
from test_verbs import refused


def document(host, *words):
    return json.loads(host.xn(*words).stdout)


def test_the_columns_of_the_list(host, guest):
    up = tiny(host, guest, "columns")
    uuid = document(host, "list", "--json", up.name)["domains"][0]["uuid"]
    assert uuid in host.xn("list", "-v", up.name).stdout
    assert "Security Label" in host.xn("list", "-Z", up.name).stdout
    assert host.xn("list", "-c", up.name).stdout.endswith("          Pool-0\n")
    assert host.xn("list", "-n", up.name).stdout.endswith(" all\n")


def test_names_and_ids_as_json(host, guest):
    up = tiny(host, guest, "named")
    assert document(host, "domid", "--json", up.name)["domid"] == up.domid()
    assert document(host, "domname", "--json", str(up.domid())
                    )["name"] == "named"
    guests = document(host, "vm-list", "--json")["domains"]
    assert [vm["name"] for vm in guests] == ["Domain-0", "named"]


def test_nothing_is_left_to_clean_up(host):
    assert document(host, "gc", "--json")["schema"] == "xn.gc/1"


def test_create_without_a_supervisor(host, small):
    cfg = small("pv", create=False)
    host.xn("create", "-e", cfg.path)
    cfg.wait_up()
    host.xn("shutdown", "-w", cfg.name)
    time.sleep(2)
    assert document(host, "list", "--json", cfg.name
                    )["domains"][0]["state"] == "shutdown"
    host.xn("destroy", cfg.name)


def test_create_says_what_it_read(host, guest):
    cfg = guest("pv", create=False)
    said = host.xn("create", "-d", "-p", cfg.path)
    shown = said.stderr[said.stderr.index("{"):said.stderr.rindex("}") + 1]
    assert json.loads(shown)["c_info"]["name"] == cfg.name


def test_create_leaves_the_masks_of_xl_conf_out(host, guest):
    cfg = guest("pv", create=False)
    host.run("cp -p /etc/xen/xl.conf /etc/xen/xl.conf.kept;"
             "echo 'vm.cpumask=\"1\"' >>/etc/xen/xl.conf")
    try:
        masked = document(host, "create", "-n", cfg.path)
        free = document(host, "create", "-n", "-i", cfg.path)
    finally:
        host.run("mv /etc/xen/xl.conf.kept /etc/xen/xl.conf")
    assert masked["b_info"]["vcpu_hard_affinity"] == [[1]]
    assert "vcpu_hard_affinity" not in free["b_info"]


@pytest.mark.slow
def test_create_starts_a_viewer(host, guest):
    host.run("printf '#!/bin/sh\\necho $* >>/tmp/viewed\\n' >/tmp/viewer;"
             "chmod +x /tmp/viewer")
    for option in ("-V", "-A"):
        cfg = guest("hvm", create=False, vnc=1)
        host.run(f"VNCVIEWER=/tmp/viewer xn create {option} -p {cfg.path}")
        host.xn("destroy", cfg.name)
    viewed = host.run("sleep 1; cat /tmp/viewed; rm /tmp/viewed /tmp/viewer"
                      ).stdout.splitlines()
    assert viewed == ["127.0.0.1:0"] * 2  # there is no password


@pytest.mark.slow
def test_create_with_a_viewer_by_its_long_names(host, guest):
    host.run("printf '#!/bin/sh\\necho $* >>/tmp/viewed\\n' >/tmp/viewer;"
             "chmod +x /tmp/viewer")
    cfg = guest("hvm", create=False, vnc=1)
    host.run("VNCVIEWER=/tmp/viewer xn create --vncviewer"
             f" --vncviewer-autopass -p {cfg.path}")
    host.xn("destroy", cfg.name)
    viewed = host.run("sleep 1; cat /tmp/viewed; rm /tmp/viewed /tmp/viewer")
    assert viewed.stdout == "127.0.0.1:0\n"


def test_reboot_of_all_guests_is_waited_for(host, small):
    up = small("pv")
    before = up.domid()
    said = host.xn("reboot", "-a", "-w", "--timeout", "90", timeout=120)
    assert f"Domain {before} has been shut down, reason code 1" in said.stderr
    host.xn("wait", "--timeout", "60", up.name, "running")
    until(lambda: up.domid() != before)


@pytest.mark.slow
def test_reboot_of_a_guest_without_drivers(host, guest):
    up = tiny(host, guest, "deaf")
    # PVH has no ACPI events: the fall-back is refused too, or not heard
    host.xn("reboot", "-F", up.name, check=False)
    assert refused(host, 6, "reboot", "-F", "--timeout", "1", up.name)
    assert up.name in host.xn("list").stdout


def test_vcpus_beyond_the_host_and_forced_pins(host, guest):
    up = guest("pv", create=False, vcpus=1, maxvcpus=4)
    host.xn("create", "-p", up.path)
    assert "more than the host's 2 CPUs" in refused(
        host, 4, "vcpu-set", up.name, "3")
    host.xn("vcpu-set", "-i", up.name, "3")
    host.xn("vcpu-pin", "-f", up.name, "0", "1")
    refused(host, 2, "vcpu-pin", "--force", up.name, "all", "1")
    host.xn("destroy", up.name)


def test_a_pool_by_options(host):
    host.run("echo 'sched=\"credit\"' >/tmp/spare")
    planned = document(host, "cpupool-create", "-n", "--json", "-f",
                       "/tmp/spare")
    host.run("rm /tmp/spare")
    assert (planned["name"], planned["scheduler"], planned["cpus"]) == (
        "spare", "credit", [])
    assert "id" not in planned


def test_domain_0_ends_only_by_force(host):
    assert "this host's own" in refused(host, 4, "destroy", "0")
