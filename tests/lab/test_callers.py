"""What programs that call xl make of our output under that name: each of
them reads it here in its own way. See docs/architecture.md, "As xl"; in
test_real_callers.py are the programs themselves."""
import json
import re

import pytest

from lab import Host, Result, until
from test_list import tiny

FOLDER = "/usr/libexec/xenith/as-xl"


def as_xl(host: Host, line: str, **options) -> Result:
    """Runs a line of a shell whose xl is ours, as the callers find it."""
    return host.run(f"PATH={FOLDER}:$PATH; {line}", **options)


@pytest.fixture
def xl(host):
    return lambda line, **options: as_xl(host, line, **options)


# -- Ganeti ---------------------------------------------------------------------

RUNNING = re.compile(r"(r-|rb|-b|--).---|..-ss-|..-sr-|-----d")
DOWN = re.compile(r"..[-p]s-[-d]")


def ganeti_instances(text):
    """As its node daemon does: no line may have more or fewer than six
    fields; Domain-0 and crashed ones are left out."""
    found = {}
    for line in text.splitlines()[1:]:
        fields = line.split()
        assert len(fields) == 6, line
        name, domid, memory, vcpus, state, seconds = fields
        if name == "Domain-0" or "c" in state:
            continue
        assert RUNNING.fullmatch(state) or DOWN.fullmatch(state), line
        found[name] = (int(domid), int(memory), int(vcpus),
                       bool(RUNNING.fullmatch(state)), float(seconds))
    return found


def ganeti_info(text):
    values = {}
    for line in text.splitlines():
        key, separator, value = line.partition(":")
        if separator:
            values[key.strip()] = value.strip()
    return values


def test_ganeti_reads_the_list(guest, xl):
    up = guest("pv")
    domid, memory, vcpus, running, seconds = ganeti_instances(
        xl("xl list").stdout)[up.name]
    assert (domid, vcpus, running) == (up.domid(), 1, True)
    assert abs(memory - 128) <= 2 and seconds > 0
    xl(f"xl pause {up.name}")
    assert ganeti_instances(xl("xl list").stdout)[up.name][3]
    xl(f"xl unpause {up.name}")


def test_ganeti_sees_a_guest_go_down(small, xl):
    up = small("pv", on_poweroff="preserve")
    xl(f"xl shutdown -w {up.name}")
    assert not ganeti_instances(xl("xl list").stdout)[up.name][3]
    xl(f"xl destroy {up.name}")
    assert up.name not in ganeti_instances(xl("xl list").stdout)


def test_ganeti_reads_the_host(xl):
    values = ganeti_info(xl("xl info").stdout)
    for key in ("total_memory", "free_memory", "nr_cpus", "nr_nodes",
                "cores_per_socket", "threads_per_core", "xen_major",
                "xen_minor"):
        assert int(values[key]) >= 0
    assert (values["xen_major"], values["xen_minor"]) == ("4", "17")


@pytest.mark.slow
def test_ganeti_knows_a_reboot_by_id_or_time(small, xl):
    up = small("pv")
    old = ganeti_instances(xl("xl list").stdout)[up.name]
    xl(f"xl reboot {up.name}")

    def is_new():
        now = ganeti_instances(xl("xl list").stdout).get(up.name)
        return now and (now[0] != old[0] or now[4] < old[4])
    until(is_new)


@pytest.mark.slow
def test_ganeti_renames_and_balloons(guest, xl):
    up = guest("pv", memory=160, maxmem=192)
    xl(f"xl rename {up.name} away")
    xl("xl mem-set away 144")
    until(lambda: ganeti_instances(xl("xl list").stdout)["away"][1] <= 146)
    xl(f"xl rename away {up.name}")


def test_ganeti_reads_uptimes(guest, xl):
    up = guest("pv", wait=False)
    header, *lines = xl("xl uptime").stdout.splitlines()
    assert header.split() == ["Name", "ID", "Uptime"]
    uptimes = {}
    for line in lines:
        name, domid, uptime = line.split(None, 2)
        uptimes[name] = (int(domid), uptime)
    assert uptimes[up.name][0] == up.domid()
    assert re.fullmatch(r"\d+:\d\d:\d\d", uptimes[up.name][1])


# -- Pacemaker's agent ----------------------------------------------------------

def test_the_agent_finds_xl_and_its_guest(guest, xl):
    up = guest("pv", wait=False)
    assert xl("which xl").stdout == f"{FOLDER}/xl\n"
    assert xl(f"xl list {up.name} >/dev/null 2>&1", check=False).rc == 0
    assert xl("xl list nosuch >/dev/null 2>&1", check=False).rc != 0
    assert xl("xl list migrating-nosuch", check=False).rc == 1


def test_the_agent_creates_with_a_name_of_its_own(host, guest, xl):
    cfg = guest("pv", "from-file", create=False)
    xl(f"xl create {cfg.path} name=\\\"by-agent\\\"")
    assert xl("xl list by-agent | awk 'NR==2 {print $1, $4}'"
              ).stdout == "by-agent 1\n"
    memory = xl("xl list by-agent | awk 'NR==2 {print $3}'").stdout
    assert 126 <= int(memory) <= 128
    assert xl("xl trigger by-agent power", check=False).rc == 0
    assert xl("xl destroy by-agent").rc == 0
    assert xl("xl list by-agent", check=False).rc == 1


def test_the_agent_reads_memory_and_names(guest, xl):
    up = guest("pv", wait=False)
    total = xl("xl info | awk '/^total_memory/ {print $3}'").stdout
    assert int(total) > 500
    names = xl("xl list | awk '!/Name|Domain-0/ {print $1}'").stdout
    assert names.split() == [up.name]


# -- xendomains -----------------------------------------------------------------

def xendomains_domains(text):
    """A domain begins with a brace after four spaces; its id stands after
    eight, its name anywhere; each ends with a comma."""
    found, name, domid = [], None, None
    for line in text.splitlines():
        if line == "    {":
            name = domid = None
        elif match := re.fullmatch(r' {8}"domid": (\d+),', line):
            domid = int(match[1])
        elif match := re.search(r'"name": "(.*)",$', line):
            name = match[1]
        else:
            continue
        if name is not None and domid is not None:
            found.append((name, domid))
            name = domid = None
    return found


def test_xendomains_reads_the_name_of_a_file(guest, xl):
    cfg = guest("pv", create=False)
    shown = xl(f"xl create --quiet --dryrun --defconfig {cfg.path}").stdout
    assert re.findall(r'^.*"name": "(.*)",$', shown, re.MULTILINE) == [
        cfg.name]
    assert cfg.name not in xl("xl list").stdout


def test_xendomains_reads_the_list(host, guest, xl):
    first, second = tiny(host, guest, "first"), tiny(host, guest, "second")
    # of all domains libxl would write nodes for domain 0
    shown = xl("xl list -l first second").stdout
    assert xendomains_domains(shown) == [("first", first.domid()),
                                         ("second", second.domid())]


def test_xendomains_starts_and_stops(small, xl):
    cfg = small("pv", create=False)
    assert xl(f"xl create --quiet --defconfig {cfg.path}").stdout == ""
    cfg.wait_up()
    domid = cfg.domid()
    assert xl(f"xl sysrq {domid} h 2>&1 1>/dev/null").stdout == ""
    xl(f"xl shutdown --wait {domid}", timeout=120)
    until(lambda: cfg.name not in xl("xl list").stdout)
    assert xl("xl shutdown --all --wait").rc == 0


# -- others ---------------------------------------------------------------------

def test_readers_of_json_find_the_domain_and_its_disks(host, guest, xl):
    up = tiny(host, guest, "json")
    (record,) = json.loads(xl("xl list -l json").stdout)
    assert record["domid"] == up.domid()
    assert record["config"]["c_info"]["name"] == "json"
    assert record["config"].get("disks", []) == []


def test_two_dashes_end_the_options(host, guest, xl):
    up = tiny(host, guest, "dashed")
    assert xl(f"xl list -- {up.name}").rc == 0


def test_a_file_of_xen_tools_is_taken(guest, xl):
    """Numbers in quotes, a list over several lines, keys nobody knows."""
    cfg = guest("pv", create=False, extra=None)
    config = re.sub(r"= (\d+)$", r"= '\1'", cfg.config, flags=re.MULTILINE)
    cfg.host.write(cfg.path, config + "dhcp = 'dhcp'\ndisk = [\n]\n"
                   "extra = 'console=hvc0'\n")
    xl(f"xl create {cfg.path}")
    assert cfg.name in xl("xl list").stdout


def test_no_command_is_wrong_use(xl):
    assert xl("xl", check=False).rc == 1


def test_completion_reads_the_commands_from_help(xl):
    words = xl("xl help | tail -n +5 | sed -n 's/^ \\([a-z][^ ]*\\).*/\\1/p'"
               ).stdout.split()
    assert {"create", "list", "vcpu-pin", "cpupool-numa-split"} <= set(words)
