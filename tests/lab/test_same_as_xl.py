"""Text of reporting commands is xl's to the byte, under both names; what runs
on between two calls (times, the CPU in use, free memory) is masked."""
import shlex

import pytest

KINDS = ("pv", "pvh", "hvm")

# Prints what differs. $1: what to mask, as a sed script; then the words.
SCRIPT = r"""
same() {
    mask=$1; shift
    xl "$@" >/tmp/xl.out 2>/dev/null; status=$?
    xn "$@" >/tmp/xn.out 2>/dev/null
    (exec -a xl /usr/sbin/xn "$@" >/tmp/as.out 2>/dev/null); as=$?
    sed -i -E "$mask" /tmp/xl.out /tmp/xn.out /tmp/as.out
    for out in /tmp/xn.out /tmp/as.out; do
        cmp -s /tmp/xl.out $out && [ $status = $as ] && continue
        echo "xl $* ($status, as xl $as)"
        diff /tmp/xl.out $out
    done
}
"""
CLEAN = "rm -f /tmp/xl.out /tmp/xn.out /tmp/as.out\n"

NOTHING = ""
LIST = r"s/^(Domain-0 +[0-9]+ +[0-9]+ +[0-9]+).{21}/\1/"
VCPUS = r"s/^Domain-0 .*//"
UPTIME = r"s/[0-9:]+$//; s/[0-9:]+ up +[0-9:]+,//"
INFO = r"s/^(free_memory.*:).*/\1/"


def compare(host, cases):
    lines = "".join(f"same {shlex.join((mask, *words))}\n"
                    for mask, *words in cases)
    result = host.run(SCRIPT + lines + CLEAN, timeout=180)
    assert result.stdout == ""


@pytest.mark.slow
def test_with_a_paused_guest_of_each_kind(host, small):
    made = [small(kind, create=False) for kind in KINDS]
    for config in made:
        host.xl("create", "-p", "-q", config.path)
    names = [config.name for config in made]
    cases = [(LIST, "list", *options) for options in
             ((), ("-v",), ("-Z",), ("-c",), ("-n",), ("-vZcn",))]
    # list -l of domain 0 makes libxl write nodes for it: only of guests
    cases += [(NOTHING, "vm-list"),
              (VCPUS, "vcpu-list"), (VCPUS, "vcpu-list", *names),
              (UPTIME, "uptime"), (UPTIME, "uptime", "-s"),
              (LIST, "claims"), (NOTHING, "sharing"),
              (NOTHING, "sched-credit"), (NOTHING, "sched-credit2"),
              (NOTHING, "sched-credit2", "-d", names[0]),
              (NOTHING, "sched-credit2", "-p", "Pool-0"),
              (NOTHING, "sched-credit2", "-s"), (NOTHING, "sched-rtds"),
              (NOTHING, "sched-rtds", "-v", "all"),
              (NOTHING, "sharing", names[0])]
    for name in names:
        domid = host.xl("domid", name).stdout.strip()
        cases += [(NOTHING, *words) for words in (
            ("list", name), ("list", domid), ("list", "-l", name),
            ("domid", name), ("domname", domid), ("vcpu-list", name))]
    compare(host, cases)


def test_the_host(host):
    compare(host, [
        (INFO, "info"), (INFO, "info", "-n"), (NOTHING, "info", "xen"),
        (NOTHING, "info", "xen_caps"), (NOTHING, "info", "nosuch"),
        (NOTHING, "dmesg"), (LIST, "list"), (NOTHING, "list", "nosuch"),
        (NOTHING, "list", "4711"), (NOTHING, "domid", "nosuch"),
        (NOTHING, "domname", "4711"),
        (NOTHING, "-N", "vcpu-pin", "0", "0", "0", "all"),
        (NOTHING, "-N", "vcpu-pin", "0", "all", "-", "^0"),
        (NOTHING, "cpupool-list"), (NOTHING, "cpupool-list", "-c"),
        (NOTHING, "cpupool-list", "Pool-0"),
        (NOTHING, "-N", "cpupool-create", "name='spare'", "sched='credit'"),
    ])


@pytest.mark.slow
def test_sxp_where_xl_conf_wants_it(host, guest):
    made = [guest(kind, create=False) for kind in ("pv", "hvm", "pvh")]
    for config in made:
        host.xl("create", "-p", "-q", config.path)
    cases = [(NOTHING, "list", "-l", config.name) for config in made]
    cases += [(NOTHING, "create", "-n", config.path) for config in made]
    host.run("cp -p /etc/xen/xl.conf /tmp/xl.conf.kept; "
             "echo 'output_format=\"sxp\"' >>/etc/xen/xl.conf")
    try:
        assert host.xn("list", "-l", made[0].name).stdout.startswith("(domain")
        compare(host, cases)
    finally:
        host.run("mv /tmp/xl.conf.kept /etc/xen/xl.conf")
