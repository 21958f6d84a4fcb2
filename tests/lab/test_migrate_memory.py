"""A guest that gets memory while it changes hosts: frames that were not there
when the first round was laid out."""
from __future__ import annotations

import pytest

from lab import until
from test_migrate import expect_only_on

LOG = "/root/migrate.log"
SUM = r"\b([0-9a-f]{32})\b"


def sum_of(up) -> str:
    with up.console() as console:
        console.send("md5sum </grown\n")
        return console.expect(SUM, 120)[1]


@pytest.mark.slow
def test_memory_that_it_gets_on_the_way_goes_along(hosts, guest, away):
    """More is written than it had free before."""
    host = hosts[0]
    up = guest("pvh", memory=96, maxmem=160)
    away(up.name)
    host.run(f"setsid xn migrate --bwlimit 1M --progress json {up.name} host2 "
             f"</dev/null >{LOG} 2>&1 &")
    until(lambda: '"round"' in host.run("cat", LOG).stdout, 60)
    host.xn("mem-set", up.name, "152")
    with up.console() as console:
        console.send("until [ $(sed -n '/MemTotal/s/[^0-9]//gp' /proc/meminfo)"
                     " -gt 80000 ]; do sleep 1; done\n")
        console.send("dd if=/dev/urandom of=/grown bs=1M count=50; "
                     "md5sum </grown\n")
        before = console.expect(SUM, 240)[1]
    assert '"state":"end"' not in host.run("cat", LOG).stdout.replace(" ", "")
    until(lambda: host.run("pgrep -x xn", check=False).rc != 0, 400)
    expect_only_on(hosts, up.name, 1)
    up.host = hosts[1]
    assert sum_of(up) == before
    host.run("rm", LOG)
