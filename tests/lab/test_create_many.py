"""Several creates at once: of one xn, and of two that know nothing of each
other."""
import re

from lab import until
from test_events import events, kinds

assert events  # a fixture


def configs(small, count, kind="pv", **keys):
    return [small(kind, f"many{number}", create=False, **keys)
            for number in range(count)]


def runs(host, cfg):
    return host.xn("domid", cfg.name, check=False).rc == 0


def test_several_are_made_side_by_side(host, small):
    made = configs(small, 4)
    said = host.xn("create", "-j", "4", *(cfg.path for cfg in made))
    assert sorted(re.sub(r"\d+$", "N", line)
                  for line in said.stdout.splitlines()) == [
        f"created {cfg.name} as domain N" for cfg in made]
    for cfg in made:
        cfg.wait_up(60)


def test_they_start_when_all_are_made(host, small, events):
    """Those that boot would take the CPUs from Dom0, which makes the others."""
    made = configs(small, 3)
    said = host.xn("create", "-j", "1", *(cfg.path for cfg in made))
    for line in said.stderr.splitlines():
        assert re.fullmatch(r"guests: [0-3] of 3 made, \d+ s", line)
    told = [event for cfg in made for event in until(
        lambda cfg=cfg: "started" in kinds(events(cfg.name))
        and events(cfg.name), 10)]
    times = {kind: sorted(event["time"] for event in told
                          if event["event"] == kind)
             for kind in ("created", "started")}
    assert len(times["created"]) == len(times["started"]) == 3
    assert times["created"][-1] < times["started"][0]
    for cfg in made:
        host.xn("destroy", cfg.name)


def test_options_and_keys_are_for_all_of_them(host, small):
    made = configs(small, 2)
    said = host.xn("create", "-q", "-p", *(cfg.path for cfg in made),
                   "memory=12")
    assert said.stdout == ""
    for cfg in made:
        columns = host.xn("list", cfg.name).stdout.splitlines()[1].split()
        assert columns[2] == "12" and "p" in columns[4]


def test_one_that_fails_stops_no_other(host, small):
    made = configs(small, 3)
    host.run(f"echo 'vif = [ \"bridge=nowhere\" ]' >>{made[1].path}")
    said = host.xn("create", *(cfg.path for cfg in made), check=False)
    assert said.rc == 7
    lines = said.stderr.splitlines()
    assert lines[0].startswith(f"xn: create {made[1].name}: vif 0: ")
    assert lines[-1] == "xn: 1 of 3 guests failed"
    assert [runs(host, cfg) for cfg in made] == [True, False, True]


def test_a_signal_undoes_those_that_are_not_done(host, small):
    """Their vifs' scripts wait for what does not come."""
    script = "/root/never"
    host.write(script, "#!/bin/sh\n"
               "[ \"$1\" != online ] || exec sleep 1200\n")
    host.run("chmod", "+x", script)
    made = configs(small, 2, vif=[f"bridge=xenbr0,script={script}"])
    paths = " ".join(cfg.path for cfg in made)
    said = host.run(
        f"xn create -j 2 {paths} 2>&1 & pid=$!; "
        f"until [ $(pgrep -xfc 'sleep 1200') -ge 2 ]; do sleep 0.1; done; "
        f"kill -INT $pid; wait $pid; echo rc=$?; rm {script}", timeout=120)
    assert "rc=1" in said.stdout
    for cfg in made:
        assert f"xn: create {cfg.name}: interrupted" in said.stdout
        assert not runs(host, cfg)


def test_two_creates_do_not_count_on_the_same_memory(host, small):
    """Each needs more than half of what is free: one is made, and the other is
    told so before anything of it is."""
    free = int(re.search(r"free_memory +: (\d+)",
                         host.xl("info").stdout).group(1))
    made = configs(small, 2, memory=free * 6 // 10)
    said = host.run("\n".join(
        f"(xn create {cfg.path} 2>&1; echo rc=$?) &" for cfg in made)
        + "\nwait", timeout=300)
    results = sorted(re.findall(r"rc=(\d+)", said.stdout))
    assert results == ["0", "9"], said.stdout
    assert "not enough memory: " in said.stdout
    assert sorted(runs(host, cfg) for cfg in made) == [False, True]
