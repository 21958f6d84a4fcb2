"""Fixtures of the lab tests: hosts, guests of each kind, the leak check, and
reports of failures that carry the hosts' logs."""
from __future__ import annotations

import os
import pathlib
import shlex
import sys
import weakref
from collections.abc import Callable, Iterator

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
# Each of several pytest processes has a lab of its own.
WORKER = os.environ.get("PYTEST_XDIST_WORKER")
if WORKER:
    os.environ["XENITH_LAB_INSTANCE"] = "-".join(
        (os.environ.get("XENITH_LAB_INSTANCE", "check"), WORKER))

# pylint: disable=wrong-import-position
import cli
import lab as lablib
import leakcheck
from console import Console

LOGS = ("xl dmesg | tail -n 20",
        "tail -n 25 /var/log/xen/*.log /var/log/xenith/* 2>/dev/null",
        f"tail -c 3000 {lablib.CONSOLE_LOGS}/* 2>/dev/null",
        "journalctl -b --no-pager -n 20")


@pytest.fixture(scope="session")
def lab() -> Iterator[lablib.Lab]:
    own = lablib.Lab()
    yield own
    if WORKER:
        own.down()


class Hosts:
    """The hosts that the tests of this run use, each with its inventory of
    the last time it was clean."""

    def __init__(self, lab: lablib.Lab):
        self.lab = lab
        self.ready: dict[int, lablib.Host] = {}
        self.clean: dict[int, leakcheck.Inventory] = {}
        self.staging: pathlib.Path | None = None
        self.broken: lablib.LabError | None = None
        # Logs of hosts that were replaced since they were asked for.
        self.seen: list[tuple[str, str]] = []

    def get(self, number: int) -> lablib.Host:
        if number not in self.ready:
            self.ready[number] = self.up(number)
            self.prepare(number)
        return self.ready[number]

    def up(self, number: int) -> lablib.Host:
        """What kept the first host from coming keeps the others, too: without
        an image each test would try again for minutes."""
        if self.broken:
            raise lablib.LabError(f"no host, as before: {self.broken}")
        try:
            return self.lab.up(number)[number - 1]
        except lablib.HostLost:
            raise
        except lablib.LabError as error:
            self.broken = error
            raise

    def prepare(self, number: int) -> None:
        """Installs the current build, and notes what a clean host has."""
        host = self.ready[number]
        if self.staging is None and (lablib.ROOT / "build/Makefile").exists():
            self.staging = cli.staging_tree(lablib.ROOT / "build")
        if self.staging:
            host.push(self.staging)
        host.run("true")  # its shell belongs to what is there
        self.clean[number] = leakcheck.take(host)

    def renew(self, number: int) -> None:
        """Replaces a spoiled host."""
        self.ready[number] = self.lab.fresh(number)
        self.prepare(number)

    def check(self) -> list[str]:
        """What the last test left; afterwards all hosts are clean."""
        found = []
        for number, host in list(self.ready.items()):
            try:
                left = leakcheck.leaks(host, self.clean[number])
            except lablib.HostLost as lost:
                left = [f"HostLost: {lost}"]
            if left:
                found += [f"{host.name}: {line}" for line in left]
                shown, broken = self.examine(host)
                self.seen.append((f"logs of {host.name}", shown))
                if broken:  # the guest may be there again, restarted
                    found.append("HostLost: the emulator crashed a guest")
                self.renew(number)
        return found

    def examine(self, host: lablib.Host) -> tuple[str, bool]:
        """The host's logs, and whether the emulator broke a guest."""
        try:
            shown = host.run("; ".join(
                f"echo '# {command.split(' | ')[0]}'; {command}"
                for command in LOGS), check=False, timeout=30).stdout
            return shown, host.emulator_broke_a_guest()
        except (lablib.LabError, OSError) as error:
            return str(error), False


@pytest.fixture(scope="session")
def all_hosts(lab: lablib.Lab) -> Hosts:
    return Hosts(lab)


@pytest.fixture(autouse=True)
def leak_check(all_hosts: Hosts) -> Iterator[None]:
    """Fails every test that leaves anything behind in a host. Set up first,
    so that it comes after all that the other fixtures clean up."""
    yield
    left = all_hosts.check()
    assert not left, "the test left something behind:\n" + "\n".join(left)


@pytest.fixture
def host(all_hosts: Hosts, leak_check: None) -> lablib.Host:
    """host1, with Xenith installed."""
    return all_hosts.get(1)


@pytest.fixture
def host2(all_hosts: Hosts, host: lablib.Host) -> lablib.Host:
    """host2, joined with host1 by a cable."""
    return all_hosts.get(2)


@pytest.fixture
def hosts(host: lablib.Host, host2: lablib.Host) -> list[lablib.Host]:
    return [host, host2]


@pytest.fixture(params=lablib.KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Runs the test once for each kind of guest."""
    return request.param


class Guest:
    """A guest that a test made; it is destroyed when the test ends."""

    def __init__(self, host: lablib.Host, name: str, kind: str, config: str):
        self.host = host
        self.name = name
        self.kind = kind
        self.config = config
        self.path = f"/root/{name}.cfg"

    def wait_up(self, timeout: float = 240) -> str:
        """Waits for GUEST-UP and returns that line."""
        return self.host.wait_console(self.name, "GUEST-UP", timeout)

    def domid(self) -> int:
        return int(self.host.xl("domid", self.name).stdout)

    def console(self, command: str = "xn console") -> Console:
        return Console(self.host, f"{command} {self.name}")


@pytest.fixture
def guest(host: lablib.Host) -> Iterator[Callable[..., Guest]]:
    """A factory of guests:

        web = guest("pvh", memory=64)            # xn create, until GUEST-UP
        old = guest("pv", "old", tool="xl")      # made by xl
        cfg = guest("hvm", create=False)         # only writes cfg.path

    An HVM guest that is not waited for stays in its BIOS: QEMU would be busy
    for most of a minute with loading a kernel."""
    made: list[Guest] = []

    def make(kind: str, name: str | None = None, *, tool: str = "xn",
             on: lablib.Host = host, create: bool = True, wait: bool = True,
             **keys: object) -> Guest:
        name = name or f"{kind}{len(made)}"
        if kind == "hvm" and create and not wait and "kernel" not in keys:
            keys |= {"kernel": None, "ramdisk": None, "extra": None}
        new = Guest(on, name, kind, lablib.guest_config(kind, name, **keys))
        made.append(new)
        log = f"{lablib.CONSOLE_LOGS}/guest-{name}.log"
        on.run(f"rm -f {log}; cat >{new.path}", input=new.config)
        if create:
            on.run(tool, "create", new.path, timeout=240)
            if wait:
                new.wait_up()
        return new

    yield make
    for old in made:
        old.host.run(f"xl destroy {old.name} 2>/dev/null; rm -f {old.path}",
                     check=False)


SMALL_KERNEL = "/root/small-guest"
HAVE_SMALL_KERNEL: weakref.WeakSet[lablib.Host] = weakref.WeakSet()


@pytest.fixture
def small(host: lablib.Host,
          guest: Callable[..., Guest]) -> Callable[..., Guest]:
    """A factory of guests of tests/guest, up at once and in 8 MiB:

        busy = small("pv", extra="fill=random dirty=4")    # MiB a second

    Their console takes such words, too; they obey xn shutdown, reboot, save.
    There is none that boots as HVM: that is one in its BIOS."""
    def make(kind: str, name: str | None = None, **keys: object) -> Guest:
        if kind == "hvm":
            return guest(kind, name, wait=False, **keys)
        there = keys.get("on", host)
        if there not in HAVE_SMALL_KERNEL:
            there.write(SMALL_KERNEL,
                        (lablib.ROOT / "build/guest_kernel").read_bytes())
            HAVE_SMALL_KERNEL.add(there)
        return guest(kind, name, **{"memory": 8, "kernel": SMALL_KERNEL,
                                    "ramdisk": None} | keys)

    return make


@pytest.fixture
def away(hosts) -> Iterator[Callable[[str], None]]:
    """Guests that may end up on host2: destroyed there afterwards."""
    names: list[str] = []
    yield names.append
    for name in names:
        for one in (name, f"{name}--incoming"):
            hosts[1].run(f"xl destroy {shlex.quote(one)} 2>/dev/null",
                         check=False)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "slow(KIND...): takes minutes under emulation, "
        "for these kinds of guest or for all; see SLOW")
    config.addinivalue_line(
        "markers", "unproven: not yet seen to pass on real Xen; see UNPROVEN")


SLOW = pytest.mark.skip(reason="slow under emulation: XENITH_LAB_SLOW=1 "
                        "./dev check lab")

UNPROVEN = pytest.mark.skip(reason="not yet seen to pass on real Xen: "
                            "XENITH_LAB_SLOW=1 ./dev check lab")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leaves out what would not fit into the time of a usual check."""
    if os.environ.get("XENITH_LAB_SLOW"):
        return
    for item in items:
        if item.get_closest_marker("unproven"):
            item.add_marker(UNPROVEN)
        params = item.callspec.params if hasattr(item, "callspec") else {}
        if any(not slow.args or params.get("kind") in slow.args
               for slow in item.iter_markers("slow")):
            item.add_marker(SLOW)


def excuse(report: pytest.TestReport) -> None:
    """Has a test run again whose guest the emulator broke."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash and "HostLost" not in crash.message:
        crash.message = (f"HostLost: the emulator crashed a guest; "
                         f"{crash.message}")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Attaches the logs of the hosts to the report of a failed test."""
    outcome = yield
    report = outcome.get_result()
    hosts = item.funcargs.get("all_hosts") if report.failed else None
    if not hosts:
        return
    if hosts.seen:
        report.sections += hosts.seen
        hosts.seen = []
        return
    for host in hosts.ready.values():
        shown, broken = hosts.examine(host)
        if broken:
            excuse(report)
        report.sections.append((f"logs of {host.name}", shown))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Says at once what failed; the logs come at the end."""
    if report.failed and not WORKER:
        print(f"\n{report.longreprtext[-1500:]}", flush=True)
