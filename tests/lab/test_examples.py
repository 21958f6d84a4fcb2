"""What newcomers try first: the demo, and the configurations that it does not
show. Those that it does, test_lab.py's guests and all other tests resemble."""
import pytest

import demo
import lab as lablib

DEBIAN = "/srv/guests/debian.img"
WEB = "/srv/guests/web.img"


@pytest.fixture
def disks(host):
    """Those that the examples name; Debian's is put back at the end."""
    host.run(f"truncate -s 16M {WEB}; cp --sparse=always {DEBIAN} {DEBIAN}.kept")
    yield
    host.run(f"rm {WEB}; mv {DEBIAN}.kept {DEBIAN}")


@pytest.fixture
def example(host, disks):
    """Has an example's guest come up, and returns the line that it says so
    with; it is gone at the end."""
    names = []

    def boot(name: str, sign: str, timeout: float) -> str:
        names.append(name)
        host.run(f"rm -f {lablib.CONSOLE_LOGS}/guest-{name}.log")
        host.xn("create", f"{demo.EXAMPLES}/{name}.cfg", timeout=timeout)
        return host.wait_console(name, sign, timeout)

    yield boot
    for name in names:
        host.run(f"xl destroy {name}", check=False)


@pytest.mark.slow
def test_a_web_server(example):
    line = example("web", "GUEST-UP", 120)
    assert "disks=xvda nics=eth0 cpus=2" in line


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pv-loader", "pv-grub", "hvm-disk"])
def test_debian_from_its_own_disk(example, name):
    example(name, "GUEST-UP debian 12", 400)


@pytest.mark.slow
def test_the_demo(host, capsys):
    """Also once more: nothing of the first is taken for the second's."""
    for _ in range(2):
        demo.demo(host)
        shown = capsys.readouterr().out
        for part in ("# xn create ", "guest# uname -a\nLinux ",
                     "# xn shutdown -w pv\n", "# xn destroy pvh\n",
                     "hvm still runs"):
            assert part in shown
    host.xn("destroy", "hvm")
