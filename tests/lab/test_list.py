"""xn list: facts as JSON, names and beginnings of UUIDs, and odd domains."""
import json

from tiny import kernel

TINY = "/tmp/tiny"


def tiny(host, guest, name, **keys):
    """A guest that is there in no time and does nothing."""
    host.run(f"cat >{TINY}", input=kernel())
    made = guest("pvh", name, wait=False, kernel=TINY, ramdisk=None,
                 memory=8, **keys)
    host.run(f"rm {TINY}")
    return made


def domains(host, *words):
    document = json.loads(host.xn("list", "--json", *words).stdout)
    assert document["schema"] == "xn.list/1"
    return document["domains"]


def test_facts_of_each_kind(host, guest, kind):
    up = guest(kind, create=False)
    host.xn("create", "-p", up.path)
    (facts,) = domains(host, up.name)
    assert facts["name"] == up.name and facts["domid"] == up.domid()
    assert facts["type"] == kind
    assert facts["state"] == "paused" and facts["state_letters"][2] == "p"
    assert abs(facts["memory"] - (128 << 20)) < 10 << 20
    assert (facts["vcpus"], facts["vcpus_max"]) == (1, 1)
    assert facts["cpu_seconds"] >= 0
    assert "shutdown_reason" not in facts


def test_domains_are_named_in_several_ways(host, guest):
    up = tiny(host, guest, "one")
    uuid = domains(host, up.name)[0]["uuid"]
    for word in (up.name, str(up.domid()), uuid, uuid.upper(), uuid[:8]):
        assert [d["name"] for d in domains(host, word)] == ["one"]
    assert [d["domid"] for d in domains(host, up.name, "0")] == [up.domid(), 0]
    assert [d["domid"] for d in domains(host)] == [0, up.domid()]
    missing = host.xn("list", "nosuch", check=False)
    assert missing.rc == 3 and "no domain 'nosuch'" in missing.stderr
    assert missing.stdout == ""


def test_a_name_cannot_write_to_the_terminal(host, guest):
    up = tiny(host, guest, "plain")
    domid = str(up.domid())
    path = f"/local/domain/{domid}/name"
    host.run("xenstore-write", path, "a\x1b[2Jb")
    assert "a\\x1b[2Jb" in host.xn("list").stdout
    assert domains(host, domid)[0]["name"] == "a\x1b[2Jb"
    host.run("xenstore-write", path, "plain")


def test_a_domain_without_a_name_or_record_spoils_nothing(host, guest):
    bad, good = tiny(host, guest, "bad"), tiny(host, guest, "good")
    domid = bad.domid()
    host.run(f"mkdir /tmp/kept; mv /var/lib/xen/userdata-d.{domid}.*.libxl-json"
             f" /tmp/kept; xenstore-rm /local/domain/{domid}/name")
    assert host.xn("list").stdout.splitlines()[2].startswith("(null) ")
    assert "name" not in domains(host, str(domid))[0]
    shown = json.loads(host.xn("list", "-l", str(domid), "good").stdout)
    assert good.domid() in [domain["domid"] for domain in shown]
    host.run("mv /tmp/kept/* /var/lib/xen; rmdir /tmp/kept;"
             f"xenstore-write /local/domain/{domid}/name bad")


def test_many_names_take_one_connection(host, guest):
    """Hypercalls and round trips do not grow with the number of domains."""
    count = ("strace -f -o /tmp/trace -e trace=ioctl,sendmsg,sendto,write,"
             "recvfrom xn list >/dev/null; wc -l </tmp/trace; rm /tmp/trace")
    before = int(host.run(count).stdout)
    for number in range(4):
        tiny(host, guest, f"many{number}")
    after = int(host.run(count).stdout)
    assert after - before <= 5  # one line of output for each, if unbuffered
