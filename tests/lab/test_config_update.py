"""A configuration that is kept for a domain's next life; devd in Dom0."""
import json
import re

from lab import until


def test_the_next_life_has_the_new_configuration(host, small):
    up = small("pv")
    host.write("/tmp/more.cfg", "memory = 144\n")
    host.write("/tmp/next.cfg", re.sub("(?m)^memory *=.*$",
                                       "include = [ 'more.cfg' ]", up.config))
    said = host.xn("config-update", up.name, "/tmp/next.cfg",
                   "on_crash=\"preserve\"")
    host.run("rm /tmp/next.cfg /tmp/more.cfg")
    assert said.stdout == said.stderr == ""
    before = up.domid()
    host.xn("reboot", up.name)
    until(lambda: host.run(
        f"xl domid {up.name}", check=False).stdout.strip()
          not in ("", str(before)), 120)
    record = until(lambda: json.loads(
        host.xl("list", "-l", up.name).stdout), 30)[0]["config"]
    assert record["b_info"]["target_memkb"] == 144 * 1024
    assert record["on_crash"] == "preserve"


def test_a_dry_run_shows_and_keeps_nothing(host, guest):
    up = guest("pv", wait=False)
    uuid = "uuid='11111111-2222-3333-4444-555555555555'"
    shown = host.xn("-N", "config-update", up.name, up.path, "memory=144", uuid)
    assert json.loads(shown.stdout)["b_info"]["target_memkb"] == 144 * 1024
    assert host.run("ls /var/lib/xen/userdata-*.xl 2>/dev/null",
                    check=False).stdout == ""
    assert shown.stdout == host.xn("-N", "config-update", "-q", "-d", up.name,
                                   "-f", up.path, "memory=144", uuid).stdout


def test_what_is_no_configuration_is_refused(host, guest):
    up = guest("pv", wait=False)
    assert host.xn("config-update", up.name, check=False).rc == 2
    host.write("/tmp/bad.cfg", "name = 'x'\nmemory = [\n")
    wrong = host.xn("config-update", up.name, "/tmp/bad.cfg", check=False)
    host.run("rm /tmp/bad.cfg")
    assert wrong.rc == 7 and "/tmp/bad.cfg:" in wrong.stderr


def test_devd_is_not_for_dom0(host):
    for refused in (host.xn("devd", "-F", check=False),
                    host.xn("devd", "-p", "/tmp/devd.pid", check=False)):
        assert refused.rc == 4 and "Dom0" in refused.stderr
    assert host.run("ls /tmp/devd.pid", check=False).rc != 0
