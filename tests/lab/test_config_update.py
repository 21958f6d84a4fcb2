"""A configuration that is kept for a domain's next life; and devd."""
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


def test_devd_in_the_background_and_in_the_foreground(host):
    host.run("xn devd -p /tmp/devd.pid")
    pid = host.run("cat /tmp/devd.pid; rm /tmp/devd.pid").stdout.strip()
    name = host.run(f"cat /proc/{pid}/comm; kill {pid};"
                    f"while kill -0 {pid} 2>/dev/null; do sleep 0.1; done")
    assert name.stdout == "xn\n"
    stays = host.run("timeout 2 xn devd -F; echo $?", check=False)
    assert stays.stdout == "124\n"
    host.run("rm -f /var/log/xenith/xldevd.log")
    wrong = host.xn("devd", "--pidfile", "/nonexistent/pid", check=False)
    assert wrong.rc == 1 and "/nonexistent/pid" in wrong.stderr
