"""xn doctor and xn explain-memory, against what the host really is."""
import json
import re


def findings(host):
    document = json.loads(host.run("xn doctor --json", check=False).stdout)
    assert document["schema"] == "xn.doctor/1"
    return document["findings"]


def about(host, what):
    return [finding for finding in findings(host)
            if finding["about"] == what]


def test_a_host_of_ours_has_no_problem(host):
    result = host.run("xn doctor", check=False)
    assert "problem" not in result.stdout
    assert result.rc == 0
    assert "svm" in about(host, "cpu")[0]["text"]
    assert about(host, "versions")[0]["level"] == "ok"
    assert about(host, "device model")[0]["level"] == "ok"


def test_a_guest_whose_supervisor_was_killed_is_a_problem(host, small):
    up = small("pv")
    assert about(host, "domains")[0]["level"] == "ok"
    host.run("pkill -9 -x xnd")
    result = host.run("xn doctor", check=False)
    assert result.rc == 1
    assert f"({up.name}) is xnd's, and xnd does not run" in result.stdout
    host.run("/usr/libexec/xenith/xnd --transient")
    assert about(host, "domains")[0]["level"] == "ok"


def test_memory_adds_up(host, guest):
    up = guest("pv")
    told = json.loads(host.xn("explain-memory", "--json").stdout)
    held = {domain["name"]: domain["memory"] for domain in told["domains"]}
    assert held[up.name] >= 32 << 20
    assert told["xen"] > 0
    assert sum(held.values()) + told["free"] + told["xen"] == told["total"]
    assert f"{up.name} " in host.xn("explain-memory").stdout


def test_what_does_not_fit_is_told(host, guest):
    up = guest("pv", create=False)
    host.write("/tmp/huge.cfg", re.sub(r"(?m)^memory *=.*$",
                                       "memory = 99999", up.config))
    huge = host.run("xn explain-memory /tmp/huge.cfg; rm /tmp/huge.cfg")
    told = json.loads(host.xn("explain-memory", "--json",
                              up.path).stdout)
    assert "short by" in huge.stdout
    assert told["file"]["needed"] > 0
