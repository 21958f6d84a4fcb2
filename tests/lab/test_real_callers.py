"""Programs of Debian that call xl, unchanged, with ours under that name:
Xen's xendomains, Pacemaker's agent, Ganeti, xen-tools, and what reads our
metrics. tests/lab/image/callers unpacked them."""
from __future__ import annotations

import json
import pathlib
import re
import shlex
from collections.abc import Callable, Iterator

import pytest

from lab import Host, Result, until
from test_callers import FOLDER, as_xl
from test_list import tiny
from test_save_helper import expect_resumed


def runs(host: Host, name: str) -> bool:
    """Whether a guest is there and not down, asked of Debian's own xl."""
    found = host.run("/usr/lib/xen-4.17/bin/xl", "list", name, check=False)
    return (found.rc == 0
            and "s" not in found.stdout.splitlines()[-1].split()[4])


def domid(host: Host, name: str) -> int | None:
    found = host.run("/usr/lib/xen-4.17/bin/xl", "domid", name, check=False)
    return int(found.stdout) if found.rc == 0 else None


@pytest.fixture
def first_on_path(hosts) -> Iterator[None]:
    """Both hosts have our xl in a folder that comes before Debian's, also for
    what comes by ssh."""
    for host in hosts:
        host.run("ln", "-s", "/usr/sbin/xn", "/usr/local/sbin/xl")
        host.run("test $(which xl) = /usr/local/sbin/xl")
    yield
    for host in hosts:
        host.run("rm", "-f", "/usr/local/sbin/xl")


@pytest.fixture
def diverted(host) -> Iterator[None]:
    """As xn(1) says in "CALLED AS XL"."""
    host.run("dpkg-divert --local --rename --divert /usr/libexec/xl "
             "--add /usr/sbin/xl && ln -s xn /usr/sbin/xl")
    yield
    host.run("rm -f /usr/sbin/xl; "
             "dpkg-divert --local --rename --remove /usr/sbin/xl")


# -- Ganeti ---------------------------------------------------------------------

GANETI = (pathlib.Path(__file__).parent / "ganeti_node.py").read_text()
ADDRESS2 = "10.9.0.2"


@pytest.fixture
def ganeti(small) -> Iterator[Callable[..., list]]:
    """Has Ganeti's node code on a host do a row of actions with the instance
    gnt1, and returns what they returned. See ganeti_node.py."""
    path = "/root/ganeti_node.py"
    used: list[Host] = []

    def act(host: Host, *actions: object) -> list:
        if host not in used:
            used.append(host)
            small("pv", "gnt1", on=host, create=False)  # its kernel
            host.write(path, GANETI)
        rows = [[each] if isinstance(each, str) else each for each in actions]
        return json.loads(as_xl(host, f"python3 {path} gnt1", timeout=900,
                                input=json.dumps(rows)).stdout)

    yield act
    for host in used:
        host.run(f"rm -rf {path} /run/ganeti /etc/xen/gnt1*")


@pytest.mark.slow
def test_ganeti_starts_and_stops(host, ganeti):
    wrong, node, before, failed = ganeti(
        host, "verify", "node", "list", "start")
    assert wrong is None and failed is None and before == []
    assert node["hv_version"] == [4, 17] and node["cpu_total"] == 2
    assert 500 < node["memory_free"] < node["memory_total"]
    assert 500 < node["memory_dom0"] <= 1024
    host.wait_console("gnt1", "GUEST-UP pv")
    names, info, failed, after = ganeti(host, "list", "info", "stop", "list")
    assert names == ["gnt1"] and after == []
    name, _, memory, vcpus, state, seconds = info
    assert (name, vcpus, state) == ("gnt1", 1, 0)  # 0: it runs
    assert abs(memory - 16) <= 2 and seconds >= 0
    assert failed is None and not runs(host, "gnt1")
    assert host.run("ls /etc/xen/gnt1", check=False).rc != 0


@pytest.mark.slow
def test_ganeti_reboots_and_balloons(host, ganeti):
    assert ganeti(host, "start") == [None]
    host.wait_console("gnt1", "GUEST-UP pv")
    before = domid(host, "gnt1")
    assert ganeti(host, ["balloon", 14], "reboot") == [None, None]
    assert domid(host, "gnt1") not in (None, before)
    assert ganeti(host, "destroy", "list") == [None, []]


@pytest.mark.slow
def test_ganeti_migrates(hosts, ganeti):
    here, there = hosts
    failed, config = ganeti(here, "start", "config")
    assert failed is None and "name = 'gnt1'" in config
    here.wait_console("gnt1", "GUEST-UP pv")
    assert ganeti(there, ["accept", config, ADDRESS2]) == [None]
    assert ganeti(here, ["migrate", ADDRESS2]) == [None]
    assert ganeti(there, ["target-done", config, True], "list",
                  "config") == [None, ["gnt1"], config]
    assert ganeti(here, ["source-done", True], "list") == [None, []]
    expect_resumed(there, "gnt1")
    assert not here.run("xl list").stdout.count("gnt1")
    assert ganeti(there, "stop", "list") == [None, []]


@pytest.mark.slow
def test_ganeti_keeps_what_nobody_takes(hosts, ganeti):
    """Nobody listens at the other host: the guest goes on under its name."""
    here, _ = hosts
    failed, refused, _, names = ganeti(
        here, "start", ["migrate", ADDRESS2], ["source-done", False], "list")
    assert failed is None
    assert "Failed to migrate instance gnt1" in refused["error"]
    assert names == ["gnt1"] and runs(here, "gnt1")


# -- Pacemaker ------------------------------------------------------------------

AGENTS = "/usr/lib/ocf/resource.d"
HEARTBEAT = f"{AGENTS}/heartbeat/Xen"
OWN = f"{AGENTS}/xenith/xenith"
both_agents = pytest.mark.parametrize("agent", [HEARTBEAT, OWN],
                                      ids=["heartbeat", "own"])

# What agents exit with
DONE, NOT_RUNNING = 0, 7


class Resource:
    """A guest as the cluster's manager drives it, by an agent."""

    def __init__(self, agent: str, up):
        self.agent = agent
        self.key = "config" if agent == OWN else "xmfile"
        self.guest = up

    def run(self, host: Host, action: str, **values: object) -> Result:
        """Performs an action; values are parameters of the resource."""
        environment = {
            "OCF_ROOT": "/usr/lib/ocf",
            "OCF_RESOURCE_INSTANCE": self.guest.name,
            "OCF_RESKEY_CRM_meta_timeout": "120000",
            "OCF_RESKEY_CRM_meta_interval": "10000",  # 0: a probe
            f"OCF_RESKEY_{self.key}": self.guest.path}
        environment |= {f"OCF_RESKEY_{key}": str(value)
                        for key, value in values.items()}
        words = [f"{key}={value}" for key, value in environment.items()]
        return as_xl(host, shlex.join(["env", *words, self.agent, action]),
                     check=False, timeout=600)

    def probe(self, host: Host) -> int:
        """What a monitor says that expects nothing."""
        return self.run(host, "monitor", CRM_meta_interval=0).rc


def expect(wanted: int, done: Result) -> None:
    assert done.rc == wanted, done


@pytest.mark.slow
@both_agents
def test_an_agent_starts_and_stops(host, small, agent):
    up = small("pv", "clustered", create=False)
    resource = Resource(agent, up)
    expect(DONE, resource.run(host, "validate-all"))
    assert resource.probe(host) == NOT_RUNNING
    expect(DONE, resource.run(host, "start"))
    assert runs(host, up.name)
    up.wait_up()
    expect(DONE, resource.run(host, "start"))
    expect(DONE, resource.run(host, "monitor"))
    expect(DONE, resource.run(host, "stop"))
    assert not runs(host, up.name)
    assert resource.probe(host) == NOT_RUNNING


@pytest.mark.slow
@both_agents
def test_an_agent_destroys_what_does_not_listen(host, guest, agent):
    up = tiny(host, guest, "deaf")
    resource = Resource(agent, up)
    expect(DONE, resource.run(host, "stop", shutdown_timeout=2))
    assert not runs(host, up.name)


@both_agents
def test_an_agent_sees_a_guest_through_its_reboot(host, small, agent):
    up = small("pv", "clustered")
    resource = Resource(agent, up)
    before = domid(host, up.name)
    as_xl(host, f"xl reboot {up.name}")

    def is_new() -> bool:
        expect(DONE, resource.run(host, "monitor"))
        return domid(host, up.name) not in (None, before)
    until(is_new, 120)


@pytest.mark.slow
@both_agents
def test_an_agent_passes_the_tester(host, small, agent):
    up = small("pv", "clustered", create=False)
    key = Resource(agent, up).key
    done = as_xl(host, f"ocf-tester -n {up.name} -o {key}={up.path} {agent}",
                 check=False, timeout=1500)
    assert done.rc == 0, done
    assert f"{agent} passed all tests" in done.stdout
    assert not runs(host, up.name)


@pytest.mark.slow
@both_agents
def test_an_agent_migrates(hosts, small, away, first_on_path, agent):
    here, there = hosts
    up = small("pvh", f"moved-by-{agent.split('/')[-2]}")
    away(up.name)
    there.write(up.path, up.config)
    resource = Resource(agent, up)
    try:
        assert resource.probe(there) == NOT_RUNNING
        expect(DONE, resource.run(here, "migrate_to",
                                  CRM_meta_migrate_target="host2"))
        expect(DONE, resource.run(there, "migrate_from"))
        assert resource.probe(here) == NOT_RUNNING
        assert resource.probe(there) == DONE
        expect_resumed(there, up.name)
        expect(DONE, resource.run(there, "stop"))
        assert resource.probe(there) == NOT_RUNNING
    finally:
        there.run("rm", "-f", up.path)


# -- xendomains -----------------------------------------------------------------

SETTINGS = "/etc/default/xendomains"
AUTO, SAVED = "/root/auto", "/root/saved"


@pytest.fixture
def settings(host) -> Iterator[Callable[[bool], None]]:
    """Writes the settings of both scripts: with saving at the end, or not."""
    host.run(f"mv {SETTINGS} {SETTINGS}.kept; mkdir {AUTO} {SAVED}")

    def write(save: bool) -> None:
        host.write(SETTINGS,
                   f"XENDOMAINS_AUTO={AUTO}\n"
                   f"XENDOMAINS_SAVE={SAVED if save else ''}\n"
                   "XENDOMAINS_RESTORE=true\nXENDOMAINS_MIGRATE=\n"
                   "XENDOMAINS_SYSRQ=h\nXENDOMAINS_USLEEP=100000\n"
                   "XENDOMAINS_CREATE_USLEEP=100000\n"
                   "XENDOMAINS_SHUTDOWN=--wait\n"
                   "XENDOMAINS_SHUTDOWN_ALL='--all --wait'\n"
                   "XENDOMAINS_AUTO_ONLY=false\n"
                   "XENDOMAINS_STOP_MAXWAIT=300\n")

    yield write
    host.run(f"mv -f {SETTINGS}.kept {SETTINGS}; rm -rf {AUTO} {SAVED}")


def under_another_name(script: str, verb: str) -> str:
    """Runs a script of xendomains: under that name systemd would be asked to,
    and that has it masked."""
    return (f"ln -s {script} /root/the-script; "
            f"SYSTEMCTL_SKIP_REDIRECT=1 /root/the-script {verb}; "
            "rc=$?; rm /root/the-script; exit $rc")


def xendomains_of_debian(host: Host, verb: str) -> Result:
    return as_xl(host, under_another_name("/etc/init.d/xendomains", verb),
                 timeout=900)


def xendomains_of_xen(host: Host, verb: str) -> Result:
    """It runs /usr/sbin/xl, whatever the PATH."""
    return host.run(under_another_name("/usr/lib/xen-4.17/bin/xendomains",
                                       verb), timeout=900)


def two_of_auto(host: Host, small) -> list:
    made = [small("pv", name, create=False) for name in ("one", "two")]
    for each in made:
        host.run("ln", "-s", each.path, f"{AUTO}/{each.name}")
    return made


def expect_up(host: Host, made: list, line: str) -> None:
    for each in made:
        host.wait_console(each.name, line)
        assert runs(host, each.name)


def names_saved(host: Host) -> list[str]:
    return host.run("ls", SAVED).stdout.split()


@pytest.mark.slow
def test_xendomains_starts_and_shuts_down(host, small, settings):
    made = two_of_auto(host, small)
    settings(save=False)
    said = xendomains_of_debian(host, "start").stdout
    assert "Starting Xen domain one" in said, said
    expect_up(host, made, "GUEST-UP pv")
    again = xendomains_of_debian(host, "start").stdout
    assert "Xen domain two already running" in again, again
    said = xendomains_of_debian(host, "stop").stdout
    assert "Shutting down Xen domain one" in said, said
    assert not any(runs(host, each.name) for each in made)


@pytest.mark.slow
def test_a_service_has_the_path_of_its_unit(host, small, settings):
    """As xn(1) says; the lab has it masked otherwise."""
    made = two_of_auto(host, small)
    settings(save=False)
    unit = "/etc/systemd/system/xendomains.service"
    host.run(f"mv {unit} /root/masked; mkdir {unit}.d; systemctl daemon-reload")
    try:
        host.write(f"{unit}.d/path.conf", "[Service]\nEnvironment=PATH="
                   f"{FOLDER}:/usr/sbin:/usr/bin:/sbin:/bin\n")
        host.run("systemctl daemon-reload; systemctl start xendomains",
                 timeout=600)
        expect_up(host, made, "GUEST-UP pv")
        assert host.run("pgrep -x xl", check=False).rc == 1  # xl would stay
        host.run("systemctl stop xendomains", timeout=600)
        assert not any(runs(host, each.name) for each in made)
    finally:
        host.run(f"systemctl stop xendomains; rm -r {unit}.d; "
                 f"mv /root/masked {unit}; systemctl daemon-reload; "
                 "systemctl reset-failed xendomains", check=False)


@pytest.mark.slow
def test_xendomains_saves_and_restores(host, small, settings):
    made = two_of_auto(host, small)
    settings(save=True)
    xendomains_of_debian(host, "start")
    expect_up(host, made, "GUEST-UP pv")
    xendomains_of_debian(host, "stop")
    assert not any(runs(host, each.name) for each in made)
    assert names_saved(host) == ["one", "two"]
    said = xendomains_of_debian(host, "start").stdout
    assert f"Restoring Xen domain one (from {SAVED}/one)" in said, said
    expect_up(host, made, "RESUMED")
    assert names_saved(host) == []


@pytest.mark.slow
def test_xens_own_xendomains(host, small, settings, diverted):
    made = two_of_auto(host, small)
    settings(save=True)
    said = xendomains_of_xen(host, "start").stdout
    assert "Starting auto Xen domains: one two" in said, said
    expect_up(host, made, "GUEST-UP pv")
    assert "MISS" not in xendomains_of_xen(host, "status").stdout
    said = xendomains_of_xen(host, "stop").stdout
    assert re.search(r"one\(SR-h\)\(save\).*two\(SR-h\)\(save\)", said,
                     re.DOTALL) and "error" not in said, said
    assert names_saved(host) == ["one", "two"]
    said = xendomains_of_xen(host, "start").stdout
    assert "Restoring Xen domains: one two" in said, said
    assert "one(skip) two(skip)" in said, said
    expect_up(host, made, "RESUMED")
    settings(save=False)
    said = xendomains_of_xen(host, "stop").stdout
    assert "(shut)" in said and "error" not in said, said
    assert not any(runs(host, each.name) for each in made)


def test_a_diverted_xl_is_there(host, small, diverted):
    """Both are called by their paths, and each sees the other's guests."""
    up = small("pv", "diverted", create=False)
    host.run("/usr/sbin/xl", "create", up.path)
    assert host.run("readlink -f /usr/sbin/xl").stdout == "/usr/sbin/xn\n"
    theirs = host.run("/usr/libexec/xl", "list", up.name).stdout
    assert theirs.split()[:6] == host.run(
        "/usr/sbin/xl", "list", up.name).stdout.split()[:6]
    host.run("/usr/libexec/xl", "destroy", up.name)
    assert not runs(host, up.name)


# -- xen-tools ------------------------------------------------------------------

@pytest.mark.slow
def test_xen_create_image_boots_its_guest(host, small):
    """A distribution of our own: a kernel, and nothing to install."""
    small("pv", "tooled", create=False)  # its kernel
    folder, rules = "/srv/tooled", "/usr/share/xen-tools/small.d"
    cfg = "/etc/xen/tooled.cfg"
    host.run(f"mkdir -p {rules} {folder}/source/bin {folder}/source/etc/ssh; "
             f"install -m 755 /dev/null {folder}/source/bin/ls; "
             f"echo nothing >{folder}/initrd")
    try:
        made = as_xl(
            host, "xen-create-image --hostname=tooled --dhcp --boot --verbose "
            f"--dist=small --dir={folder} --size=4M --noswap --fs=ext2 "
            f"--memory=16M --kernel=/root/small-guest "
            f"--initrd={folder}/initrd --install-method=copy "
            f"--install-source={folder}/source --genpass=0", timeout=600)
        assert f"{FOLDER}/xl create {cfg}" in made.stdout, made
        host.wait_console("tooled", "GUEST-UP pv")
        delete = f"xen-delete-image --dir={folder} --hostname=tooled"
        said = as_xl(host, delete).stdout
        assert "it appears to be running" in said, said
        as_xl(host, "xl destroy tooled")
        as_xl(host, delete)
        assert host.run(f"ls -d {cfg} {folder}/domains/tooled",
                        check=False).stdout == ""
    finally:
        host.run(f"xl destroy tooled 2>/dev/null; rm -rf {folder} {rules} "
                 f"{cfg} /var/log/xen-tools/tooled*", check=False)


# -- Prometheus -----------------------------------------------------------------

SCRAPE = r"""
import sys, time, urllib.request
for attempt in range(300):
    try:
        sys.stdout.write(urllib.request.urlopen(
            "http://127.0.0.1:9199/metrics").read().decode())
        break
    except OSError:
        time.sleep(0.2)
"""


def samples(text: str) -> set[tuple[str, tuple[str, ...], float]]:
    """Ours, with the labels in one order."""
    found = re.findall(r"^(xen(?:ith)?_\w+)(?:\{(.*)\})? (\S+)$", text,
                       re.MULTILINE)
    return {(name, tuple(sorted(re.findall(r'\w+="[^"]*"', labels))),
             float(value)) for name, labels, value in found}


def test_node_exporter_hands_on_all_metrics(host, small):
    up = small("pv", "measured")
    host.run("mkdir /root/metrics; xn metrics -o /root/metrics/xen.prom")
    try:
        ours = samples(host.run("cat /root/metrics/xen.prom").stdout)
        text = host.run(
            "prometheus-node-exporter --collector.disable-defaults "
            "--collector.textfile "
            "--collector.textfile.directory=/root/metrics "
            "--web.listen-address=127.0.0.1:9199 "
            f"2>/root/metrics/log & python3 -c {shlex.quote(SCRAPE)}; "
            "kill $!; wait; cat /root/metrics/log >&2")
        assert "node_textfile_scrape_error 0\n" in text.stdout, text
        assert samples(text.stdout) == ours
        assert any(f'name="{up.name}"' in labels for _, labels, _ in ours)
    finally:
        host.run("rm", "-r", "/root/metrics")
