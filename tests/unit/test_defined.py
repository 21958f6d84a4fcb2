#!/usr/bin/python3
"""Guests that are defined on a host: found by their file's name or their own,
started and stopped by it, linked for the next start of the host. On the host
that tests/oracle/xen makes up, with an empty /etc/xen. TAP."""
from __future__ import annotations

import shutil
import subprocess
import sys

import tap
from test_restore import BUILD, ENV, INSIDE, LIBEXEC, can_be_apart

LINKS = "ls /etc/xen/auto 2>/dev/null || true"
RUNS = "web"  # one of the host's domains


def run(script: str, given: str = "") -> subprocess.CompletedProcess:
    """Runs it where /etc/xen holds what the script given makes there. xn is
    the program; it stands in /etc/xen."""
    apart = INSIDE.replace('exec "$@"', f"""
cp -a /etc '{LIBEXEC}/etc'
mount --bind '{LIBEXEC}/etc' /etc
rm -rf /etc/xen
mkdir /etc/xen
cd /etc/xen
xn() {{ '{BUILD}/xn' "$@"; }}
{given}
set +e
{script}""")
    return subprocess.run(["unshare", "-m", "sh", "-c", apart], env=ENV,
                          text=True, capture_output=True, check=False)


def config(file: str, name: str, more: str = "") -> str:
    return (f"printf 'name = \"{name}\"\\nkernel = \"/nonexistent\"\\n"
            f"memory = 32\\n{more}\\n' >{file}\n")


def expect(got: object, wanted: object, done: object) -> None:
    assert got == wanted, f"expected {wanted!r}, got {got!r}: {done}"


def test_autostart_takes_files_alone() -> None:
    done = run(f"xn autostart ./shop; echo $?; {LINKS}", "mkdir shop")
    expect(done.stdout, "7\n", done)
    assert "./shop: this is no file" in done.stderr, done


def test_a_folder_of_that_name_hides_no_definition() -> None:
    done = run(f"mkdir shop; xn autostart shop; {LINKS}",
               config("shop.cfg", "shop"))
    expect(done.stdout, "shop starts with the host\nshop.cfg\n", done)


def test_autostart_tells_what_is_wrong_with_it() -> None:
    done = run(f"xn autostart db; echo $?; {LINKS}",
               "echo 'name = \"db' >db.cfg")
    expect(done.stdout, "db starts with the host\n0\ndb.cfg\n", done)
    assert "db.cfg:1:" in done.stderr, done
    assert "it cannot be started as it is: " in done.stderr, done


def test_autostart_goes_by_the_guest_s_own_name() -> None:
    done = run(f"xn autostart shop; {LINKS}; xn autostart --disable shop; "
               f"{LINKS}", config("other.cfg", "shop"))
    expect(done.stdout, "shop starts with the host\nother.cfg\n"
           "shop does not start with the host\n", done)


def test_start_finds_the_name_inside_a_file() -> None:
    """Its kernel is missing: that is how far it comes."""
    done = run("xn start -q shop; echo $?",
               config("other.cfg", "shop") + config("third.cfg", "third"))
    expect(done.stdout, "7\n", done)
    assert "/nonexistent" in done.stderr, done


def test_what_is_not_defined_is_not_found() -> None:
    done = run("xn start shop; echo $?; xn host-start shop; echo $?; "
               "xn host-stop shop; echo $?", config("db.cfg", "db"))
    expect(done.stdout, "3\n3\n3\n", done)


def test_host_start_with_a_name_starts_that_one() -> None:
    done = run("xn host-start shop; echo $?", config("shop.cfg", "shop") +
               config("db.cfg", "db", "autostart = 1"))
    expect(done.stdout, "failed: shop\n1\n", done)


def test_host_start_leaves_what_runs_alone() -> None:
    done = run(f"xn host-start {RUNS}; echo $?", config("a.cfg", RUNS))
    expect(done.stdout, "0\n", done)


def test_host_stop_of_what_does_not_run_is_done() -> None:
    done = run("xn host-stop shop; echo $?", config("shop.cfg", "shop"))
    expect((done.stdout, done.stderr), ("0\n", ""), done)


def test_host_start_goes_on_from_what_was_saved() -> None:
    """The image is none; that it was tried shows that it was found."""
    done = run("mkdir -p /var/lib/xen/save; echo no >/var/lib/xen/save/shop; "
               "xn host-start -j 1 shop; echo $?", config("other.cfg", "shop"))
    expect(done.stdout, "failed: shop\n1\n", done)
    assert "/var/lib/xen/save/shop: " in done.stderr, done


def test_completion_offers_what_is_defined() -> None:
    done = run("xn __complete -- start ''; echo -; "
               "xn __complete -- autostart s; echo -; "
               "xn __complete -- host-start db ''",
               config("shop.cfg", "shop") + config("db.cfg", "db")
               + "mkdir auto\n" + config("auto/linked", "linked"))
    expect(done.stdout, "db\nshop\nlinked\n-\nshop\n:files\n-\nshop\nlinked\n",
           done)


def main() -> int:
    if not shutil.which("unshare") or not can_be_apart():
        return tap.skip_all("it takes mount namespaces")
    return tap.run([test for name, test in globals().items()
                    if name.startswith("test_") and callable(test)])


if __name__ == "__main__":
    sys.exit(main())
