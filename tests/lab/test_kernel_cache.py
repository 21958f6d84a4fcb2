"""The kernel cache on a real host: what is booted, and what is recorded."""
import json

import pytest

from lab import until

FOLDER = "/var/cache/xenith/kernels"
KERNEL = "/srv/guests/vmlinuz"


@pytest.fixture
def empty_cache(host):
    host.run(f"rm -rf {FOLDER}")
    yield
    host.run(f"rm -rf {FOLDER}")


def kernels(host):
    return host.run(f"ls {FOLDER} | grep -E '^[0-9a-f]{{32}}-' || true"
                    ).stdout.split()


@pytest.mark.slow("pvh")
@pytest.mark.parametrize("kind", ("pv", "pvh"))
def test_a_bzimage_is_unpacked_once(host, guest, empty_cache, kind):
    guest(kind, "first", kernel=KERNEL, wait=False)
    assert len(kernels(host)) == 1
    made = host.run(f"stat -c %i {FOLDER}/*-*").stdout
    guest(kind, "second", kernel=KERNEL)
    assert host.run(f"stat -c %i {FOLDER}/*-*").stdout == made


def test_the_record_names_the_kernel_of_the_user(host, guest, empty_cache):
    web = guest("pvh", kernel=KERNEL, wait=False)
    for tool in ("xl", "xn"):
        record = json.loads(host.run(f"{tool} list -l {web.name}").stdout)
        assert record[0]["config"]["b_info"]["kernel"] == KERNEL


@pytest.mark.slow
def test_a_reboot_takes_the_kernel_from_the_cache(host, guest, empty_cache):
    web = guest("pv", kernel=KERNEL)
    host.run(f"rm -rf {FOLDER}")  # as when it was cleared meanwhile
    old = web.domid()
    host.xn("reboot", web.name)
    until(lambda: host.xn("domid", web.name, check=False).stdout.strip()
          not in ("", str(old)), 120)
    host.xn("wait", "--timeout", "60", web.name, "running")
    assert len(kernels(host)) == 1


@pytest.mark.slow
def test_an_hvm_guest_keeps_its_bzimage(host, guest, empty_cache):
    guest("hvm", kernel=KERNEL, wait=False)
    assert not kernels(host)


@pytest.mark.slow
def test_creates_at_once_unpack_once(host, guest, empty_cache):
    guests = [guest("pvh", name, create=False, kernel=KERNEL)
              for name in ("a", "b", "c")]
    host.run(" & ".join(f"xn create -q {g.path}" for g in guests) + " & wait")
    for each in guests:
        each.wait_up()
    assert len(kernels(host)) == 1


@pytest.mark.slow
def test_without_a_cache_it_boots_all_the_same(host, guest, empty_cache):
    host.run(f"mkdir -p {FOLDER} && mount -t tmpfs -o ro none {FOLDER}")
    try:
        web = guest("pvh", create=False, kernel=KERNEL)
        made = host.xn("-v", "create", web.path)
        assert "kernel cache: " in made.stderr
        assert "as it is" in made.stderr
        web.wait_up()
    finally:
        host.run(f"umount {FOLDER}")


@pytest.mark.slow
def test_the_cache_is_listed_and_cleared(host, guest, empty_cache):
    host.run(f"cp {KERNEL} {KERNEL}.copy; "
             "sleep 4")  # what changed just now is not taken note of
    try:
        guest("pvh", kernel=f"{KERNEL}.copy", wait=False)
        found = json.loads(host.xn("cache", "list", "--json").stdout)
        assert [kernel["files"] for kernel in found["kernels"]] == [
            [f"{KERNEL}.copy"]]
        assert f"{KERNEL}.copy" in host.xn("cache", "list").stdout
        assert "removed 1 kernels" in host.xn("cache", "clear").stdout
        assert not kernels(host)
    finally:
        host.run(f"rm -f {KERNEL}.copy")
