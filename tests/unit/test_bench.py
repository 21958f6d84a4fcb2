#!/usr/bin/python3
"""What the benchmarks of the lab read from the tools, and what they print. TAP."""
from __future__ import annotations

import argparse
import contextlib
import importlib.machinery
import importlib.util
import io
import json
import os
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(os.environ.get("top_srcdir", ".")).resolve()
sys.path[:0] = [str(SOURCE / "tests/bench"), str(SOURCE / "tests/lab")]
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import lab as lablib
import pairs
import rounds
import there

def document(number: int, read: int, sent: int, dirty: int) -> str:
    return json.dumps({"schema": "xn.progress/1", "round": number,
                       "bytes": read, "sent": sent, "dirty": dirty,
                       "ratio": sent / read if read else 1}) + "\n"


DD = """\
4000+90 records in
4000+90 records out
262400000 bytes (262 MB, 250 MiB) copied, 101.5 s, 2.6 MB/s
"""


def what_xl_sends_beyond_a_saved_file_came_later() -> None:
    assert rounds.xl_later(DD, 262000000) == 400000
    assert rounds.xl_later(DD, 262500000) == 1
    assert rounds.xl_later("dd: Broken pipe", 1) is None


def what_a_second_misses_is_reckoned() -> None:
    """Half of what came in the last second was sent; 100 were to come."""
    said = ("Warning: something\n{\"round\": 1, \n" + document(0, 0, 0, 0) +
            document(1, 1000, 900, 500) + document(1, 1400, 1100, 100) +
            document(2, 2000, 1500, 40))
    assert rounds.xn_first(said) == 1100 + 50
    assert rounds.xn_later(said, '{"sent": 2000}') == 850


def it_is_no_more_than_had_gone_in_the_next_round() -> None:
    said = document(1, 1000, 900, 5000) + document(3, 2000, 1500, 40)
    assert rounds.xn_first(said) == 1500


def a_guest_that_is_sent_in_one_round_has_little_later() -> None:
    said = document(1, 1000, 100, 0)
    assert rounds.xn_later(said, '{"sent": 100}') == 1


def without_a_look_into_the_round_there_is_no_figure() -> None:
    assert rounds.xn_later(document(2, 10, 10, 0), '{"sent": 9}') is None
    assert rounds.xn_later("", '{"sent": 9}') is None


def load_bench(name: str):
    loader = importlib.machinery.SourceFileLoader(
        f"bench_{name}", str(SOURCE / "tests/bench" / name))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[loader.name] = module
    loader.exec_module(module)
    return module


def figures_stand_side_by_side_with_their_goal() -> None:
    bench = load_bench("migrate")
    load = bench.Load("some", wire=0.5, downtime=0.3)
    rows = bench.compare(load, [
        {"xl": {"wire": 100, "saved": 10, "downtime": 1.0, "later": 5},
         "xn": {"wire": 60, "saved": 4, "downtime": 0.3, "later": 1}}])
    assert [(row["what"], row["ratio"], row["goal"]) for row in rows] == [
        ("wire", 0.6, 0.5), ("saved", 0.4, 0.5), ("downtime", 0.3, 0.3)]
    lines = [bench.format_row(row) for row in rows]
    assert lines[0].endswith("0.60   0.50  not reached"), lines[0]
    assert lines[2].endswith("0.30   0.30  reached"), lines[2]


class Played:
    """A lab where a measurement is what a list says."""

    def __init__(self, bench, found: list):
        self.found = list(found)
        self.order: list[str] = []
        bench.measure = self.measure
        bench.clear = lambda host: None

    def measure(self, _hosts, load, tool: str, _memory: int) -> dict:
        self.order.append(f"{load.name} {tool}")
        found = self.found.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


class Breaking:
    """A host on which the emulator breaks a guest as often as told."""
    name = "host1"

    def __init__(self, times: int):
        self.times = times

    def emulator_broke_a_guest(self) -> bool:
        self.times -= 1
        return self.times >= 0


def run_bench(found: list, pairs: int, loads: list[str],
              broken: int = 0) -> tuple[bool, str, list[str]]:
    bench = load_bench("migrate")
    played = Played(bench, found)
    session = bench.Session(None, pathlib.Path(), [Breaking(broken)])
    out = io.StringIO()
    with contextlib.redirect_stdout(out), \
            contextlib.redirect_stderr(io.StringIO()):
        whole = bench.run_loads(session, argparse.Namespace(
            loads=loads, pairs=pairs, memory=128, json=None))
    return whole, out.getvalue(), played.order


def a_load_that_fails_does_not_keep_the_next_from_being_measured() -> None:
    whole, shown, order = run_bench(
        [lablib.LabError("no"), {"seconds": 10.0, "wire": 1 << 20},
         {"seconds": 20.0, "wire": 2 << 20}], 1, ["idle", "random"])
    assert not whole
    assert order == ["idle xl", "random xl", "random xn"], order
    assert "idle" not in shown and "2.00   1.05  not reached" in shown, shown


def who_begins_changes_from_pair_to_pair() -> None:
    whole, _, order = run_bench([{"seconds": 1.0}] * 4, 2, ["idle"])
    assert whole
    assert order == ["idle xl", "idle xn", "idle xn", "idle xl"], order


def what_the_emulator_broke_is_measured_again_but_not_for_ever() -> None:
    broke = lablib.LabError("no GUEST-UP")
    whole, _, order = run_bench(
        [broke, {"seconds": 1.0}, {"seconds": 1.0}], 1, ["idle"], broken=1)
    assert whole and order == ["idle xl", "idle xl", "idle xn"], order
    whole, _, order = run_bench([broke] * 9, 1, ["idle"], broken=9)
    assert not whole and len(order) == 3, order


def creates_have_their_goals_beside_them() -> None:
    bench = load_bench("create")
    row = bench.Row("create", pairs.compare([(8.0, 0.8), (9.0, 1.0),
                                             (8.8, 0.9)]),
                    pairs.Costs(50000, 72, 300), pairs.Costs(2000, 4, 250),
                    goal=0.12)
    plain = bench.Row("attach vif", pairs.compare([(2.0, 1.0)]))
    assert bench.format_row(row).split()[:5] == [
        "create", "8.80", "0.90", "0.10", "0.12"]
    assert bench.format_row(plain).split() == [
        "attach", "vif", "2.00", "1.00", "0.50"]
    assert bench.format_goals([row, plain]) == [
        "create: 0.102 of xl's time, goal 0.120: reached",
        "create: 0.056 of xl's programs, goal 0.050: not reached"]


def libxls_time_is_divided_among_its_functions() -> None:
    bench = load_bench("create")
    said = """\
100.000000 xn: debug: make the domain
100.010000 libxl: debug: libxl_create.c:1:do_domain_create: ao 0x1
100.110000 libxl: debug: libxl_exec.c:2:hook: Domain 3:ran
100.410000 libxl: debug: libxl_create.c:3:do_domain_create: again
100.460000 libxl: debug: libxl_event.c:4:short: one
100.470000 libxl: detail: libxl_event.c:5:end: done
"""
    assert bench.phases(said) == [
        (150, "libxl, after do_domain_create"), (300, "libxl, after hook")]
    assert bench.phases("") == []


def lists_have_the_goals_that_were_promised() -> None:
    bench = load_bench("run")
    lists = {one.there: one for one in bench.BENCHES
             if one.work.command == "{tool} list"}
    assert lists[1].time == 0.6 and lists[50].calls == 0.1
    figures = bench.Figures(pairs.compare([(1.0, 0.5), (1.0, 0.7), (2.0, 1.0)]),
                            pairs.Costs(1000, 1, 0), pairs.Costs(101, 1, 0))
    assert bench.format_row(lists[50], figures).split()[3:] == [
        "1.00", "0.70", "0.50", "1000", "101", "0.101", "1", "1"]
    assert bench.format_goals(lists[0], figures) == []
    assert bench.format_goals(lists[1], figures) == [
        "list, 1 there: 0.500 of xl's time, goal 0.600: reached"]
    assert bench.format_goals(lists[50], figures) == [
        "list, 50 there: 0.101 of xl's system calls, goal 0.100: not reached"]


class Guests:
    """A host that notes what is made and destroyed there."""

    def __init__(self) -> None:
        self.there: list[str] = []

    def write(self, path: str, data: object) -> None:
        assert data, path
        if path.endswith(".cfg"):
            name = pathlib.Path(path).stem
            assert f'disk = ["/tmp/{name}.img,raw,xvda,w"]' in data, data
            assert 'vif = ["bridge=xenbr0"]' in data, data

    def xn(self, verb: str, *words: str, timeout: float) -> None:
        assert timeout > 10
        name = pathlib.Path(words[-1]).stem
        if verb == "create":
            self.there.append(name)
        else:
            self.there.remove(name)

    def run(self, script: str, check: bool, timeout: float) -> None:
        assert not check and timeout
        for name in list(self.there):
            if f" {name};" in script or f" {name} " in script:
                self.there.remove(name)


def as_many_guests_are_there_as_wanted() -> None:
    there.KERNEL = pathlib.Path(__file__)  # any file, for a host made up
    host = Guests()
    some = there.There(host, "/tmp")
    some.keep(3)
    assert host.there == ["there0", "there1", "there2"]
    some.keep(1)
    some.keep(2)
    assert host.there == ["there0", "there1"]
    some.clean_up()
    assert not host.there and some.count == 0


class Here:
    """A host that is this machine."""

    def run(self, *argv: str, check: bool = True,
            timeout: float = 60) -> lablib.Result:
        words = argv if len(argv) > 1 else ["bash", "-c", *argv]
        done = subprocess.run(words, check=False, capture_output=True,
                              text=True, stdin=subprocess.DEVNULL,
                              timeout=timeout)
        if check and done.returncode:
            raise lablib.LabError(done.stderr)
        return lablib.Result(" ".join(argv), done.returncode, done.stdout,
                             done.stderr)


def only_the_command_is_timed_and_its_failure_told() -> None:
    work = pairs.Work("echo said >&2; {tool} 0.1", before="sleep 2",
                      after="sleep 2")
    assert 0.1 <= pairs.seconds(Here(), work, "sleep", "") < 2
    for tool in AT_ONCE_TOOLS:
        try:
            pairs.seconds(Here(), pairs.Work(tool), "", "")
        except lablib.LabError:
            continue
        assert False, f"{tool} did not fail"


# As ./dev bench create has xl make many at once, with one that fails twice.
AT_ONCE_TOOLS = ["false", load_bench("create").AT_ONCE["xl"].replace(
    "xl create -q F", "test F != 2").format(files="1 2 3")]


TESTS = [what_xl_sends_beyond_a_saved_file_came_later,
         what_a_second_misses_is_reckoned,
         it_is_no_more_than_had_gone_in_the_next_round,
         a_guest_that_is_sent_in_one_round_has_little_later,
         without_a_look_into_the_round_there_is_no_figure,
         figures_stand_side_by_side_with_their_goal,
         a_load_that_fails_does_not_keep_the_next_from_being_measured,
         who_begins_changes_from_pair_to_pair,
         what_the_emulator_broke_is_measured_again_but_not_for_ever,
         creates_have_their_goals_beside_them,
         libxls_time_is_divided_among_its_functions,
         lists_have_the_goals_that_were_promised,
         as_many_guests_are_there_as_wanted,
         only_the_command_is_timed_and_its_failure_told]


def main() -> int:
    failed = 0
    for number, test in enumerate(TESTS, 1):
        try:
            test()
            print("ok", number, "-", test.__name__)
        except Exception as error:  # pylint: disable=broad-except
            failed += 1
            print("not ok", number, "-", test.__name__)
            print("#", repr(error))
    print(f"1..{len(TESTS)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
