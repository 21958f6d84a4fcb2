"""What xn says of the host: info, dmesg, uptime, version."""
import json


def test_info_as_json_and_text_agree(host):
    text = dict(line.split(":", 1) for line in
                host.xn("info").stdout.splitlines())
    text = {key.strip(): value.strip() for key, value in text.items()}
    info = json.loads(host.xn("info", "--json").stdout)
    assert info["schema"] == "xn.info/1"
    assert info["host"] == text["host"] == "host1"
    assert info["memory_total"] >> 20 == int(text["total_memory"])
    assert info["cpus"] == int(text["nr_cpus"])
    assert " ".join(info["virt_caps"]) == text["virt_caps"]
    assert info["xen_version"] == text["xen_version"]
    assert "numa_nodes" not in info
    numa = json.loads(host.xn("info", "-n", "--json").stdout)
    assert len(numa["numa_nodes"]) == info["nodes"]
    assert len(numa["cpu_topology"]) == info["cpus"]


def test_info_of_one_field(host):
    assert host.xn("info", "nr_nodes").stdout == "1\n"
    wrong = host.xn("info", "nosuch", check=False)
    assert wrong.rc == 2 and "no field 'nosuch'" in wrong.stderr


def test_messages_are_shown_and_cleared(host):
    host.xl("debug-keys", "h")
    lines = json.loads(host.xn("dmesg", "--json").stdout)["lines"]
    assert "key 'h'" in " ".join(lines)
    assert len(host.xn("dmesg", "-c").stdout.splitlines()) == len(lines)
    assert host.xn("dmesg").stdout == ""


def test_uptime_counts_seconds(host, guest):
    up = guest("pv", wait=False)
    document = json.loads(host.xn("uptime", "--json").stdout)
    first, second = document["domains"]
    assert (first["domid"], second["domid"]) == (0, up.domid())
    assert first["uptime"] > second["uptime"] >= 0
    assert host.xn("uptime", "-s", up.name).stdout.endswith(
        f"  0:00, {up.name} ({up.domid()})\n")


def test_version_names_xen_and_works_without(host):
    version = json.loads(host.xn("version", "--json").stdout)
    assert version["xen_version"].startswith("4.17")
    assert any("libxenlight" in path for path in version["libraries"])
    hidden = host.run("unshare -m sh -c 'mount -t tmpfs none /sys/hypervisor;"
                      " xn version'")
    assert "does not run under Xen" in hidden.stdout
