"""Shared caches and memory bandwidth. The emulated CPU has none of the means:
everything goes up to Xen's refusal."""
import json

import pytest


def as_xl(host, *words):
    return host.run(f"exec -a xl /usr/sbin/xn {' '.join(words)}", check=False)


def refused(host, status, *words):
    result = host.xn(*words, check=False)
    assert result.rc == status, result
    assert as_xl(host, *words).rc == 1
    if "--json" not in words:
        assert host.xl(*words, check=False).rc != 0
    return result.stderr


def test_hwinfo_of_a_host_without(host):
    text = host.xn("psr-hwinfo").stdout
    assert text == ("Cache Monitoring Technology (CMT):\n"
                    "Enabled         : 0\n")
    for words in (("psr-hwinfo",), ("psr-hwinfo", "-m"),
                  ("psr-hwinfo", "-a"), ("psr-hwinfo", "-b")):
        theirs = host.xl(*words, check=False)
        ours = as_xl(host, *words)
        assert ours.stdout == theirs.stdout
        assert (ours.rc == 0) == (theirs.rc == 0)
    document = json.loads(host.xn("psr-hwinfo", "--json").stdout)
    assert document["cmt"] == {"enabled": False, "rmids": 0, "types": []}
    assert "cat_l3" not in document and "mba" not in document
    assert "L3 cache allocation" in host.xn("psr-hwinfo", "--cat",
                                            check=False).stderr


@pytest.mark.parametrize("words", [
    ("psr-cmt-attach", "0"), ("psr-cmt-detach", "0"),
    ("psr-cmt-show", "cache-occupancy"),
    ("psr-cmt-show", "--json", "cache-occupancy"),
    ("psr-cat-show", "--json"), ("psr-mba-show", "--json"),
    ("psr-cmt-show", "total-mem-bandwidth", "0"),
    ("psr-cmt-show", "local-mem-bandwidth", "0"),
    ("psr-cat-show",), ("psr-cat-show", "0"), ("psr-cat-show", "-l", "2"),
    ("psr-cat-set", "0", "0xf"), ("psr-cat-set", "-l", "2", "0", "0xf"),
    ("psr-cat-set", "-s", "0", "-c", "0", "3"),
    ("psr-cat-set", "--socket", "0", "--data", "0", "3"),
    ("psr-mba-show",), ("psr-mba-show", "0"), ("psr-mba-set", "0", "10"),
    ("psr-mba-set", "-s", "0", "0", "10"),
], ids=" ".join)
def test_what_xen_refuses(host, words):
    message = refused(host, 4, *words)
    assert "xn: " in message


def test_what_makes_no_sense(host):
    for words in (("psr-cmt-show", "temperature"),
                  ("psr-cat-set", "-c", "-d", "0", "1"),
                  ("psr-cat-set", "-l", "4", "0", "1"),
                  ("psr-cat-set", "-s", "one", "0", "1"),
                  ("psr-cat-set", "-s", "2-1", "0", "1"),
                  ("psr-cat-set", "-s", "4711", "0", "1"),
                  ("psr-cat-set", "0", "mask"), ("psr-mba-set", "0", "-1"),
                  ("psr-mba-set", "0", "1x")):
        assert host.xn(*words, check=False).rc == 2
    assert host.xn("psr-cmt-attach", "nosuch", check=False).rc == 3
