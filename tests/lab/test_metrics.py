"""xn metrics: the numbers, and that they are what a Prometheus can read."""
import re

SAMPLE = re.compile(r'([a-z_]+)(\{.*\})? (-?[0-9.e+-]+)')


def read(text: str) -> dict[str, list[tuple[str, float]]]:
    """Samples by name; every one comes after the header of its family."""
    found: dict[str, list[tuple[str, float]]] = {}
    family = ""
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            family = line.split()[2]
            assert family not in found
            found[family] = []
        elif not line.startswith("#"):
            name, labels, value = SAMPLE.fullmatch(line).groups()
            assert name == family
            found[name].append((labels or "", float(value)))
    return found


def test_the_numbers_are_the_hosts(host, small):
    up = small("pv")
    found = read(host.xn("metrics").stdout)
    assert found["xenith_supervisor_up"] == [("", 1.0)]
    assert found["xenith_supervised_guests"] == [("", 1.0)]
    assert found["xen_host_domains"] == [("", 2.0)]
    total = int(host.xl("info", "total_memory").stdout) << 20
    assert abs(found["xen_host_memory_bytes"][0][1] - total) < 1 << 20
    mine = f'name="{up.name}"'
    memory = [value for labels, value in found["xen_domain_memory_bytes"]
              if mine in labels]
    assert 0 < memory[0] <= 1 << 30
    assert any(mine in labels and f'domid="{up.domid()}"' in labels
               and 'type="pv"' in labels
               for labels, _ in found["xen_domain_info"])


def test_vifs_and_disks_are_counted(host, small):
    up = small("pv", vif=["bridge=xenbr0"])
    found = read(host.xn("metrics").stdout)
    assert any(f'name="{up.name}"' in labels and 'device="0"' in labels
               for labels, _ in found["xen_domain_vif_receive_bytes_total"])


def test_xenstored_answers_and_restarts_are_counted(host):
    found = read(host.xn("metrics").stdout)
    assert 0 < found["xen_xenstored_answer_seconds"][0][1] < 5
    assert found["xen_xenstored_connections"][0][1] >= 1  # xenconsoled
    assert found["xen_xenstored_resident_bytes"][0][1] > 1 << 20
    assert found["xenith_restarts_total"][0][1] >= 0


def test_a_file_is_replaced(host):
    host.run("xn metrics -o /tmp/xen.prom")
    assert read(host.run("cat /tmp/xen.prom; rm /tmp/xen.prom").stdout)


def test_top_has_the_columns_of_xentop(host, small):
    small("pv", "web")
    theirs = host.run("xentop -b -i 1").stdout.splitlines()
    ours = host.xn("top", "-b", "-i", "1").stdout.splitlines()
    assert ours[0] == theirs[0]
    for mine, other in zip(ours[1:], theirs[1:], strict=True):
        # Name, and what does not change from one moment to the next.
        for column in (0, 5, 7, 8, 9, -1):
            assert mine.split()[column] == other.split()[column]


def test_top_measures_between_two_tables(host):
    tables = host.xn("top", "-b", "-d", "1", "-i", "2").stdout
    assert tables.count("NAME") == 2


def test_top_is_drawn_on_a_terminal(host):
    screen = host.run(
        "{ sleep 2; printf q; } | TERM=xterm script -qec "
        "'stty rows 30 cols 200; xn top -v' /dev/null").stdout
    assert "Domain-0" in screen and "VCPUs(sec):" in screen
    refused = host.run("xn top </dev/null", check=False)
    assert refused.rc == 2 and "--batch" in refused.stderr


def test_what_domains_take_of_xenstored(host, small):
    """oxenstored, which Debian starts, does not tell: then we do not, either."""
    up = small("pvh")
    found = read(host.xn("metrics").stdout)
    told = host.run("xenstore-control", "quota", str(up.domid())).stdout
    counts = dict(re.findall(r"^(\w+) *: *(\d+)$", told, re.MULTILINE))
    for what in ("nodes", "watches"):
        family = found.get(f"xen_domain_xenstore_{what}", [])
        mine = [value for labels, value in family
                if f'name="{up.name}"' in labels]
        assert mine == ([float(counts[what])] if what in counts else [])


def test_the_timer_writes_for_the_textfile_collector(host):
    folder = "/var/lib/prometheus"
    host.run(f"mkdir -p {folder}/node-exporter; systemctl daemon-reload; "
             "systemctl start xn-metrics.service xn-metrics.timer")
    try:
        written = host.run(f"cat {folder}/node-exporter/xen.prom").stdout
        assert read(written)["xen_host_domains"] == [("", 1.0)]
        assert "xn-metrics.timer" in host.run(
            "systemctl list-timers --no-pager").stdout
    finally:
        host.run(f"systemctl stop xn-metrics.timer; rm -r {folder}")
