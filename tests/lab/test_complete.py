"""Completion of the names of living domains."""


def candidates(host, *words):
    return host.xn("__complete", "--", *words).stdout.split("\n")[:-1]


def test_domains_are_offered_where_a_domain_is_wanted(host, guest):
    up = guest("pv", wait=False)
    assert up.name in candidates(host, "console", "")
    assert up.name in candidates(host, "vcpu-list", "")
    assert candidates(host, "config", "show", "") == \
        candidates(host, "console", "")
    assert up.name in candidates(host, "config", "diff", "a.cfg", "")
    assert candidates(host, "destroy", up.name[:-1]) == [up.name]
    assert candidates(host, "destroy", "no-such") == []
    assert candidates(host, "mem-set", up.name, "") == []


def test_a_domain_is_not_offered_twice(host, guest):
    up = guest("pv", wait=False)
    assert up.name not in candidates(host, "list", up.name, "")
