"""A create can be interrupted or killed at any point and leaves nothing. The
leak check after each test looks for what was left."""
import json
import shlex

import pytest

# Seconds into a create that takes some: in the checks, while libxl unpacks the
# kernel, while it adds devices, about when it ends.
MOMENTS = (0.3, 1.5, 3, 5)

START = "xn create -q {path} >/tmp/create.out 2>&1 & pid=$!; sleep {moment};"
WAIT = """for i in $(seq 300); do pgrep -x xn >/dev/null || break; sleep 0.2; done
pgrep -x xn && echo 'xn is still there'
xl list {name} 2>/dev/null | tail -n +2; cat /tmp/create.out; rm /tmp/create.out
"""


def interrupt(host, cfg, moment, kill):
    """Creates, strikes, and returns what is left of it: the line of xl list if
    the create had already ended, else nothing but messages."""
    script = (START + kill + WAIT).format(path=cfg.path, name=cfg.name,
                                          moment=moment)
    said = host.run(script, timeout=300).stdout
    assert "xn is still there" not in said
    return said


def finish(host, cfg, said):
    """A strike that came too late has hit nothing; the guest is whole."""
    if said.startswith(cfg.name):
        host.xn("destroy", cfg.name)
    else:
        assert "libxl" not in said


@pytest.mark.slow("pv", "hvm")
@pytest.mark.parametrize("kind, signal", [
    ("pv", "INT"), ("pvh", "INT"), ("hvm", "INT"),
    pytest.param("pvh", "TERM", marks=pytest.mark.slow),
    pytest.param("pvh", "HUP", marks=pytest.mark.slow)])
def test_a_signal_undoes_the_create(host, guest, kind, signal):
    cfg = guest(kind, create=False, vif=["bridge=xenbr0"])
    for moment in MOMENTS[::2]:
        said = interrupt(host, cfg, moment, f"kill -{signal} $pid;")
        finish(host, cfg, said)
        if not said.startswith(cfg.name):
            # Nothing is said by an xn that was hit while it was starting.
            assert said in ("", f"xn: create {cfg.name}: interrupted\n")


@pytest.mark.slow("pv", "hvm", "pvh")
def test_killing_xn_undoes_the_create(host, guest, kind):
    """The worker notices that nobody waits for it any more."""
    cfg = guest(kind, create=False, vif=["bridge=xenbr0"])
    for moment in MOMENTS:
        finish(host, cfg, interrupt(host, cfg, moment, "kill -KILL $pid;"))


@pytest.mark.slow
def test_killing_the_worker_undoes_the_create(host, guest, kind):
    """Its parent cleans up after it, and says so."""
    cfg = guest(kind, create=False, vif=["bridge=xenbr0"])
    for moment in MOMENTS:
        said = interrupt(host, cfg, moment, "pkill -KILL -P $pid xn;")
        finish(host, cfg, said)
        if not said.startswith(cfg.name):
            assert f"create {cfg.name}: the worker was killed" in said


@pytest.mark.slow
def test_killing_both_leaves_it_to_gc(host, guest, kind):
    cfg = guest(kind, create=False, vif=["bridge=xenbr0"])
    for moment in MOMENTS[1:]:
        said = interrupt(host, cfg, moment, "pkill -KILL -x xn; sleep 1;")
        if not host.run("ls /run/xenith/create", check=False).stdout:
            host.run(f"xn destroy {cfg.name}", check=False)
            continue
        assert "1 interrupted create" in host.xn("gc", "-n").stdout
        assert "cleaned up" in host.xn("gc").stdout, said
        assert host.xn("gc").stdout == "0 interrupted create(s)\n"


# Strikes when the step begins, and returns what xn said; it and its worker are
# gone then.
AT_STEP = """
exec 3< <(exec xn -vv create -q {path} 2>&1)
pid=$!
while IFS= read -r line <&3; do
    case $line in *'debug: '{step}) {kill}; break ;; esac
done
timeout 60 cat <&3
exec 3<&-
for i in $(seq 300); do pgrep -x xn >/dev/null || exit 0; sleep 0.1; done
exit 1
"""

KILLS = {
    "a signal": "kill -INT $pid",
    "the end of xn": "kill -KILL $pid",
    "the end of the worker": "pkill -KILL -P $pid xn",
    "the end of both": "pkill -KILL -x xn",
}
# What is struck there may be whole by then.
LATE = ("hand it to the supervisor", "start it")


def steps(host, path):
    plan = json.loads(host.xn("create", "--plan", "--json", path).stdout)
    return plan["domains"][0]["plan"]


@pytest.mark.parametrize("what", [
    what if what == "a signal" else
    pytest.param(what, marks=pytest.mark.slow) for what in KILLS])
def test_at_each_step(host, small, what):
    cfg = small("pv", create=False, vif=["bridge=xenbr0"])
    plan = steps(host, cfg.path)
    assert plan[-2:] == list(LATE) and len(plan) > 5
    for step in plan:
        said = host.run(AT_STEP.format(path=cfg.path, step=shlex.quote(step),
                                       kill=KILLS[what])).stdout
        host.xn("gc")
        if step in LATE:
            host.run(f"xn destroy {cfg.name}", check=False)
            continue
        assert cfg.name not in host.xl("list").stdout, f"too late: {step}"
        if what == "a signal":
            assert said.endswith(f"xn: create {cfg.name}: interrupted\n")
        if what == "the end of the worker":
            assert f"create {cfg.name}: the worker was killed" in said
