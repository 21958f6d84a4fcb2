"""Orders to Xen itself: debug keys, parameters, Flask, QEMU's monitor. The
emulated host runs without Flask."""
import json

import pytest

from console import Console


def as_xl(host, *words):
    """xn under the name xl."""
    quoted = " ".join(f"'{word}'" for word in words)
    return host.run(f"exec -a xl /usr/sbin/xn {quoted}", check=False)


def test_debug_keys_print_into_xens_messages(host):
    host.xn("dmesg", "-c")
    host.xn("debug-keys", "h")
    assert "key 'h'" in host.xn("dmesg").stdout


def test_parameters_are_set_or_refused_by_xen(host):
    host.xn("set-parameters", "console_timestamps=boot")
    stamped = host.run("xn debug-keys h; xn dmesg | tail -n 3").stdout
    host.xn("set-parameters", "console_timestamps=none")
    assert "(XEN) [" in stamped
    wrong = host.xn("set-parameters", "nosuch=1", check=False)
    assert wrong.rc == 1 and "nosuch=1" in wrong.stderr
    assert as_xl(host, "set-parameters", "nosuch=1").rc == 1


def test_flask_is_disabled_here(host):
    shown = host.xn("getenforce")
    assert shown.stdout == "Flask XSM Disabled\n"
    assert host.xl("getenforce", check=False).stdout == shown.stdout
    assert as_xl(host, "getenforce").rc == 1
    document = json.loads(host.xn("getenforce", "--json").stdout)
    assert document == {"schema": "xn.getenforce/1", "flask": "disabled"}


@pytest.mark.parametrize("mode", ["0", "1", "Enforcing", "permissive"])
def test_the_mode_of_flask_is_refused_by_xen(host, mode):
    refused = host.xn("setenforce", mode, check=False)
    assert refused.rc == 4 and "Flask is disabled" in refused.stderr
    assert as_xl(host, "setenforce", mode).rc == 1


def test_flask_takes_no_nonsense(host):
    wrong = host.xn("setenforce", "sometimes", check=False)
    assert wrong.rc == 2 and "no mode of Flask" in wrong.stderr
    missing = host.xn("loadpolicy", "/nonexistent", check=False)
    assert missing.rc == 7 and "/nonexistent" in missing.stderr
    refused = host.xn("loadpolicy", "/etc/hostname", check=False)
    assert refused.rc == 4 and "Flask is disabled" in refused.stderr


@pytest.mark.slow
def test_qemu_answers_as_with_xl(host, guest):
    hvm = guest("hvm", wait=False)
    words = ("qemu-monitor-command", hvm.name, "info version")
    mine = host.xn(*words).stdout
    assert mine.strip()[0].isdigit() and "\r" not in mine
    assert as_xl(host, *words).stdout == host.xl(*words).stdout
    document = json.loads(host.xn("qemu-monitor-command", "--json", hvm.name,
                                  "info version").stdout)
    assert document["answer"].strip() == mine.strip()


def test_a_domain_without_qemu_is_told_so(host, guest):
    pv = guest("pv", wait=False)
    refused = host.xn("qemu-monitor-command", pv.name, "info block",
                      check=False)
    assert refused.rc == 8 and "info block" in refused.stderr


def test_a_screen_needs_vnc(host, guest):
    pv = guest("pv", wait=False)
    refused = host.xn("vncviewer", pv.name, check=False)
    assert refused.rc == 1 and "vnc" in refused.stderr


def view(host, options, name):
    """What a viewer is given: its words, then its standard input."""
    return host.run(
        "printf '#!/bin/sh\\necho viewer $*; cat\\n' >/tmp/viewer;"
        "chmod +x /tmp/viewer; VNCVIEWER=/tmp/viewer"
        f" xn vncviewer {options} {name} </dev/null; rm /tmp/viewer").stdout


def test_vncviewer_gets_address_and_password(host, guest):
    hvm = guest("hvm", wait=False, vnc=1)
    # Debian's QEMU cannot check a password; the viewer's part is to know it.
    host.run(f"xenstore-write /local/domain/{hvm.domid()}/console/vnc-pass "
             "secret")
    assert view(host, "", hvm.name) == "viewer 127.0.0.1:0\n"
    for option in ("-a", "--autopass", "--vncviewer-autopass"):
        assert view(host, option, hvm.name) == \
            "viewer 127.0.0.1:0 -autopass\nsecret"
    assert host.xn("vncviewer", "--autopass", "nosuch", check=False).rc == 3


def test_top_on_a_terminal(host):
    with Console(host, "TERM=xterm xn top") as top:
        top.expect("Domain-0")
        top.send("q")
        assert top.wait() == 0


def test_top_without_one_has_columns_of_xentop(host):
    refused = host.xn("top", check=False)
    assert refused.rc == 2 and "xn top --batch" in refused.stderr
    ours = host.xn("top", "-b", "-i", "1").stdout.splitlines()
    theirs = host.run("xentop -b -i 1").stdout.splitlines()
    assert ours[0].split() == theirs[0].split()
    assert ours[1].split()[0] == "Domain-0"


def test_claims_and_sharing_as_json(host, guest):
    pv = guest("pv", wait=False)
    claims = json.loads(host.xn("claims", "--json").stdout)["domains"]
    shared = json.loads(host.xn("sharing", "--json", pv.name).stdout)
    assert [domain["domid"] for domain in claims] == [0, pv.domid()]
    assert claims[1]["memory_outstanding"] == 0
    assert shared["domains"][0]["name"] == pv.name
    assert shared["domains"][0]["memory_shared"] == 0
