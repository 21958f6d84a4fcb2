#!/usr/bin/python3
"""Commands that write to the host's folders, in empty ones of their own, on the
host that tests/oracle/xen makes up: hooks, host-start and -stop, evacuate,
migrate-receive. TAP."""
from __future__ import annotations

import json
import shutil
import sys

import tap
from test_defined import config, expect, run
from test_restore import BUILD, can_be_apart, configured

HOOKS = f"{configured('sysconfdir')}/xenith/hooks.d"
LOGS = f"{configured('localstatedir')}/log/xenith"
HOOK = f"""mkdir -p '{HOOKS}'
printf '#!/bin/sh\\necho seen\\n' >'{HOOKS}/10-tell'
chmod 755 '{HOOKS}/10-tell'
"""
# Another host that cannot be reached, and what was said to its shell.
SSH = """printf '#!/bin/sh\\necho "$@" >>/etc/xen/said\\nexit 255\\n' >ssh
chmod 755 ssh
"""
UUID = "03030303-0303-0303-0303-030303030303"  # rt1's


def test_hooks_are_tried_and_logged() -> None:
    done = run("xn hooks test --json started web; "
               "xn hooks log --json --since 1h; "
               "xn hooks log --since 2099-01-01", HOOK)
    tried, end = json.JSONDecoder().raw_decode(done.stdout)
    expect((tried["schema"], tried["event"]), ("xn.hooks-test/1", "started"),
           done)
    expect([(hook["name"], hook["ok"]) for hook in tried["hooks"]],
           [("10-tell", True)], done)
    lines = [json.loads(line) for line in done.stdout[end:].splitlines()
             if line]
    assert len(lines) == 1 and "10-tell" in lines[0]["text"], done


def test_the_log_of_hooks_is_followed() -> None:
    done = run("(for i in 1 2 3 4 5 6 7 8; do sleep 0.7; "
               "xn hooks test started web >/dev/null; done) & "
               f"timeout 30 {BUILD}/xn hooks log -f | grep -m 1 10-tell", HOOK)
    assert "10-tell" in done.stdout, done


def test_logs_are_shown_from_a_time_on() -> None:
    line = "2026-01-31T23:59:59+0000 xn[1]: created as domain 3"
    done = run("xn logs --since 2026-01-01 web; xn logs --since 2026-02-01 web",
               f"mkdir -p '{LOGS}'; echo '{line}' >'{LOGS}/web.log'")
    expect(done.stdout.count("created as domain 3"), 1, done)


def test_what_takes_too_long_is_given_up() -> None:
    """A guest that waits ten minutes before it is started."""
    done = run("xn host-start --timeout 1; echo $?",
               config("shop.cfg", "shop",
                      "autostart = 1\\nstart_delay = 600"))
    expect(done.stdout, "6\n", done)
    assert "1 guests not started" in done.stderr, done


def test_guests_are_stopped_one_by_one() -> None:
    """They are deaf, here; at the deadline the second was not begun."""
    done = run("xn host-stop -j 1 --timeout 1; echo $?")
    assert done.stdout.endswith("6\n") or done.stdout.endswith("1\n"), done
    assert "Shutting down domain" in done.stderr + done.stdout, done


def test_evacuate_reaches_each_host_as_it_is_told() -> None:
    done = run("xn evacuate --timeout 30 -s /etc/xen/ssh --compress lz4 "
               "--bwlimit 10M --stall-timeout 3 there; echo $?; cat said",
               SSH)
    lines = done.stdout.splitlines()
    assert "3 of 3 guests are still here" in done.stderr, done
    expect(sum(" failed " in line for line in lines), 3, done)
    said = lines[lines.index("1") + 1:]
    assert len(said) == 3 and all(
        line.startswith("there ") and "--handshake" in line
        for line in said), done


def test_migrate_of_all_is_the_same() -> None:
    """Of each, who is there is asked before it is tried."""
    done = run("xn migrate --all -j 2 --timeout 30 -q -s /etc/xen/ssh there; "
               "echo $?; wc -l <said", SSH)
    assert done.stdout.endswith("1\n6\n"), done


def test_the_receiver_tells_of_room_and_guests() -> None:
    done = run(f"xn migrate-receive --room; "
               f"xn migrate-receive --whose {UUID}; "
               f"xn migrate-receive --whose 9{UUID[1:]}")
    room, there, absent = done.stdout.splitlines()
    assert int(room) == 1 << 30, done
    expect((there, absent), ("runs", "absent"), done)


def test_the_receiver_refuses_what_is_cut_short() -> None:
    done = run("xn migrate-receive -p -e -F -d </dev/null; echo $?")
    assert done.stdout.endswith("7\n"), done
    assert "it is cut short" in done.stderr, done


def test_remus_needs_a_host() -> None:
    done = run("xn remus -e -p -u -c -N /x -s false web; echo $?")
    expect(done.stdout, "2\n", done)
    assert "remus needs a HOST" in done.stderr, done


def test_top_takes_what_xentop_does() -> None:
    """Their columns are all there, whatever rows were asked for."""
    plain = run("xn top -b -i 1").stdout
    for done in (run("xn top -b -i 1 -n"), run("xn top -b -i 1 -x"),
                 run("xn top -b -i 1 -z")):
        expect(done.stdout.splitlines()[0], plain.splitlines()[0], done)
    full = run("xn top -b -i 1 -f").stdout
    assert "a-domain-with-quite-a-long-name-of-its-own" in full, full
    assert "a-domain-with-quite-a-long-name-of-its-own" not in plain, plain
    expect(run("xn top -b -i 1 -r").stdout.count("NAME"), 4, plain)


def test_a_guest_that_is_not_defined_is_not_started_either_way() -> None:
    done = run("xn start -c -p nobody; echo $?")
    expect(done.stdout, "3\n", done)


def test_what_does_not_exist_is_neither_saved_nor_sent() -> None:
    done = run("xn save -D --compress lz4 nobody /x; echo $?; "
               "xn migrate --debug nobody there; echo $?; "
               "xn destroy -f nobody; echo $?")
    expect(done.stdout, "3\n3\n3\n", done)


def main() -> int:
    if not shutil.which("unshare") or not can_be_apart():
        return tap.skip_all("it takes mount namespaces")
    return tap.run([test for name, test in globals().items()
                    if name.startswith("test_")])


if __name__ == "__main__":
    sys.exit(main())
