"""xn console: on each kind of guest, with xl beside it, and when things end."""
import time

import pytest

LEAVE = "\x1d"
PROMPT = "guest# "


def attach(console):
    """Until the guest's shell answers."""
    console.send("\r")
    console.expect(PROMPT)
    return console


def locks(host):
    return host.run("ls /var/lock | grep xenconsole", check=False).stdout


@pytest.fixture(name="up")
def fixture_up(guest):
    """A running guest with a shell, made by xl."""
    return guest("pv", tool="xl")


@pytest.fixture(name="small_up")
def fixture_small_up(small):
    """A running guest that only answers, made by xl."""
    return small("pv", tool="xl")


def heard(console):
    """Until the small guest answers."""
    console.send("dirty=0\r")
    console.expect("OK")
    return console


@pytest.mark.slow("hvm", "pvh")
def test_talks_to_each_kind_and_leaves(host, guest, kind):
    up = guest(kind, tool="xl")
    with up.console() as console:
        attach(console).send("echo $((6 * 7))\r")
        console.expect("\n42\r")
        assert f"xenconsole.{up.domid()}" in locks(host)
        console.send("half a line" + LEAVE)
        assert console.wait() == 0
    assert locks(host) == ""


@pytest.mark.slow
def test_a_chosen_console_and_escape_key(guest):
    up = guest("hvm", tool="xl")
    with up.console("xn console -t serial -n 0 -e ^A") as console:
        attach(console).send(LEAVE + "\x01")
        assert console.wait() == 0
    with up.console("xn console -t pv") as console:
        console.send(LEAVE)
        assert console.wait() == 0
    with up.console("xn console -t serial -n 5") as console:
        console.expect("has no serial port 5")
        assert console.wait() == 7


def test_one_client_at_a_time_ours_or_xl_s(host, small_up):
    with small_up.console() as console:
        heard(console)
        second = host.run(f"xn console {small_up.name}", check=False)
        assert second.rc == 4 and "is in use" in second.stderr
        assert host.run(f"xl console {small_up.name}", check=False).rc != 0
    with small_up.console("xl console") as console:
        heard(console)
        second = host.run(f"timeout 20 xn console {small_up.name}", check=False)
        assert second.rc == 4
        console.send(LEAVE)
        console.wait()


def test_a_killed_client_leaves_no_lock_behind_it(host, small_up):
    with small_up.console() as console:
        heard(console)
        host.run(f"pkill -KILL -x -f 'xn console {small_up.name}'")
        console.wait()
    with small_up.console() as console:
        heard(console).send(LEAVE)
        assert console.wait() == 0
    assert locks(host) == ""


def test_nothing_of_a_guest_attached_to_while_paused_is_lost(host, small):
    up = small("pv", create=False)
    host.xl("create", "-p", up.path)
    with up.console() as console:
        while not locks(host):
            time.sleep(0.2)
        host.xl("unpause", up.name)
        console.expect("GUEST-UP", 240)


def test_ends_when_the_guest_is_destroyed(host, small_up):
    with small_up.console() as console:
        heard(console)
        host.xl("destroy", small_up.name)
        console.expect(f"{small_up.name} is no longer on this host")
        assert console.wait() == 0
    assert locks(host) == ""


def test_ends_when_the_guest_shuts_down(host, small_up):
    with small_up.console() as console:
        heard(console)
        host.xl("shutdown", small_up.name)
        console.expect(f"xn: {small_up.name} (has shut down|is no longer)", 60)
        assert console.wait() == 0
    host.run(f"while xl domid {small_up.name} 2>/dev/null; do sleep 0.2; done")


@pytest.mark.slow
def test_says_so_when_only_the_console_died(host, guest):
    up = guest("hvm", tool="xl")
    with up.console() as console:
        attach(console)
        path = f"/local/domain/{up.domid()}/image/device-model-pid"
        host.run(f"kill -KILL $(xenstore-read {path})")
        console.expect("the console of .* ended, the domain did not", 60)
        assert console.wait() == 8


def test_a_hostile_guest_cannot_reach_the_terminal(up):
    with up.console("LC_ALL=C.UTF-8 xn console") as console:
        attach(console)
        console.send(r"printf 'A\033]52;c;eA==\007B\033]0;t\033\\C\033[cD"
                     r"\033[6nE\033[5iF\033[31mG\033[0mH\302\2336nI\n'" "\r")
        console.expect("\nABCDEF\x1b\\[31mG\x1b\\[0mHI\r")
        assert "\x1b]" not in console.seen and "[6n" not in (
            console.seen.replace(r"\033[6n", ""))
    with up.console("xn console --raw") as console:
        attach(console).send(r"printf 'A\033]0;t\007B\n'" "\r")
        console.expect("\nA\x1b\\]0;t\x07B\r")


def test_what_a_guest_left_set_is_taken_back(up):
    with up.console() as console:
        attach(console).send(r"printf '\033[?1049h\033[31m\033[?25lxyz\n'" "\r")
        console.expect("xyz\r\n")
        console.send(LEAVE)
        console.expect("\x1b\\[\\?1049l\x1b\\[0m\x1b\\[\\?25h")
        assert console.wait() == 0


def test_the_terminal_is_as_before_after_any_signal(host, small_up):
    for signal, number in ("TERM", 15), ("HUP", 1), ("INT", 2), ("QUIT", 3):
        command = f"xn console {small_up.name}"
        with small_up.console(f"stty -icanon; stty icanon; {command}; "
                        f"echo status=$?; stty -a; : ") as console:
            heard(console)
            host.run(f"pkill -{signal} -x -f '{command}'")
            console.expect(f"status={128 + number}")
            console.expect(r"\sicanon")
            console.wait()
    assert locks(host) == ""


def test_a_flood_does_not_keep_the_user(up):
    with up.console() as console:
        attach(console).send("yes 0123456789\r")
        console.expect("0123456789\r\n0123456789\r\n")
        console.send(LEAVE)
        assert console.wait() == 0


def test_in_a_pipe(host, up):
    """Input is sent, its end does not end the output; nothing is filtered."""
    result = host.run(
        rf"printf 'printf \\033]0;t\\007; echo 4$((1 + 1))\n' | "
        f"timeout 60 xn console {up.name} | grep -a -m1 '42'")
    assert "42" in result.stdout
    assert locks(host) == ""


def test_a_node_that_a_guest_may_write_is_not_believed(host, small_up):
    domid = small_up.domid()
    node = f"/local/domain/{domid}/console/tty"
    tty = host.run(f"xenstore-read {node}").stdout.strip()
    host.run(f"xenstore-chmod {node} n0 b{domid}")
    result = host.run(f"xn console {small_up.name}", check=False)
    assert result.rc == 1 and node in result.stderr
    host.run(f"xenstore-chmod {node} n0 r{domid}")
    for wrong in "/etc/passwd", "/dev/pts/../mem", "/dev/tty":
        host.run(f"xenstore-write {node} {wrong}")
        result = host.run(f"xn console {small_up.name}", check=False)
        assert result.rc == 8 and "not a pseudo terminal" in result.stderr
    host.run(f"xenstore-write {node} {tty}")
    assert locks(host) == ""


def test_what_was_printed_before_is_replayed_once(up):
    with up.console() as console:
        attach(console)
        console.send("echo BEF''ORE\r")
        console.expect("BEFORE")
        console.send(LEAVE)
        console.wait()
    with up.console("xn console --replay") as console:
        console.expect("GUEST-UP")
        console.expect("BEFORE")
        console.send("echo AF''TER\r")
        console.expect("AFTER")
        assert console.seen.count("BEFORE") == 1
        assert console.seen.count("GUEST-UP") == 1
        console.send(LEAVE)
        assert console.wait() == 0
