"""Watch rules: what guests write to xenstore reaches a program as data, as the
user of the rule, and no more often than it says."""
import json

import pytest

RULES = "/etc/xenith/watch.d"
HEARD = "/home/heard"
PROGRAM = "/usr/local/bin/hear"


@pytest.fixture
def rule(host):
    """Installs a rule; the next xnd reads it."""
    host.write(PROGRAM, f"#!/bin/sh\nid -un >>{HEARD}.user\ncat >>{HEARD}\n")
    host.run(f"chmod 755 {PROGRAM}; mkdir -p {RULES}; "
             f"for f in {HEARD} {HEARD}.user; do "
             "install -o nobody -m 600 /dev/null $f; done")

    def put(watch: str, every: int) -> None:
        host.write(f"{RULES}/hear.rule", f'watch = "{watch}"\n'
                   f'run = "{PROGRAM}"\nuser = "nobody"\nevery = {every}\n')

    yield put
    host.run(f"rm -rf {RULES} {HEARD} {HEARD}.user {PROGRAM}; "
             "rmdir /etc/xenith 2>/dev/null || true")


def heard(host, count: int) -> list[dict]:
    """Waits until the program ran so often."""
    host.run(f'for i in $(seq 100); do [ "$(wc -l <{HEARD})" -ge {count} ] && '
             "exit 0; sleep 0.2; done; exit 1", timeout=60)
    text = host.run(f"cat {HEARD}").stdout
    return [json.loads(line) for line in text.splitlines()]


def test_what_a_guest_writes_is_data_of_a_user(host, small, rule):
    rule("~/data/report", 1)
    web = small("pv")
    node = f"/local/domain/{web.domid()}/data/report"
    host.run("xenstore-write", node, "$(touch /tmp/bad)")
    change = heard(host, 1)[0]
    assert change["path"] == node
    assert change["value"] == "$(touch /tmp/bad)"
    assert change["domain"]["name"] == web.name
    assert host.run(f"sort -u {HEARD}.user").stdout == "nobody\n"
    assert host.run("test -e /tmp/bad", check=False).rc != 0
    assert "rule hear: done" in host.xn("hooks", "log", web.name).stdout


@pytest.mark.slow
def test_many_changes_are_few_runs_and_the_last_is_seen(host, small, rule):
    rule("~/data/report", 2)
    web = small("pv")
    node = f"/local/domain/{web.domid()}/data/report"
    host.run(f"for i in $(seq 100); do xenstore-write {node} $i; done; "
             f"for i in $(seq 100); do grep -q '\"value\":\"100\"' {HEARD} && "
             "exit 0; sleep 0.2; done; exit 1", timeout=60)
    assert len(heard(host, 1)) < 20
    listed = json.loads(host.xn("hooks", "list", "--json").stdout)
    assert [entry["watches"] for entry in listed["rules"]] == [True]


@pytest.mark.parametrize("way", (
    "file", pytest.param("command", marks=pytest.mark.slow),
    pytest.param("signal", marks=pytest.mark.slow)))
def test_rules_that_change_are_read_again(host, small, rule, way):
    """With an xnd that runs already, as its guest does."""
    web = small("pvh")
    rule("~/data/first", 1)
    node = f"/local/domain/{web.domid()}/data"
    if way == "command":
        assert host.xn("hooks", "reload").stdout == "1 watch rule\n"
    elif way == "signal":
        host.run("kill -HUP $(pidof xnd)")
    host.run("sleep 1")
    host.run("xenstore-write", f"{node}/first", "1")
    assert heard(host, 1)[0]["path"] == f"{node}/first"
    rule("~/data/second", 1)
    host.run("sleep 1")
    host.run("xenstore-write", f"{node}/first", "2")
    host.run("xenstore-write", f"{node}/second", "3")
    assert heard(host, 2)[1]["path"] == f"{node}/second"
