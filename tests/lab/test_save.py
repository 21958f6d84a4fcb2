"""Saving and restoring on real Xen: each kind of guest, both formats, with xl on
the other side, to and from pipes; and that no failure costs a guest or an old
image."""
import json

import pytest

from test_save_helper import expect_resumed

IMAGE = "/tmp/saved.img"
# Written by the guest before it is saved, read when it goes on.
MARK = "/tmp/mark"


@pytest.fixture
def image(host):
    """A place for an image, cleared away afterwards."""
    yield IMAGE
    host.run(f"rm -f {IMAGE}*")


def put_mark(up):
    with up.console() as console:
        console.send(f"echo before >{MARK}; cat {MARK}\n")
        console.expect("before")


def expect_mark(up):
    """It is the same guest: its memory has what was written there."""
    with up.console() as console:
        console.send(f"cat {MARK}\n")
        console.expect("before", 120)


def expect_answer(up):
    """A guest of tests/guest listens to its console."""
    with up.console() as console:
        console.send("dirty=0\r")
        console.expect("OK")


def is_running(host, name):
    return "s" not in host.xn("list", name).stdout.splitlines()[1].split()[4]


@pytest.mark.slow("pvh", "hvm")
def test_a_guest_goes_on_where_it_was_saved(host, guest, kind, image):
    up = guest(kind, memory=128)
    put_mark(up)
    said = host.xn("save", up.name, image, timeout=600)
    assert said.stdout.startswith(f"saved {up.name}: ")
    assert host.xn("domid", up.name, check=False).rc == 3
    assert host.run(f"stat -c %a {image}").stdout == "600\n"
    shown = host.xn("image", "show", image).stdout
    assert f"name     {up.name}\n" in shown
    assert "format   xenith\n" in shown
    host.xn("image", "verify", image)
    host.xn("restore", image, timeout=600)
    expect_mark(up)


def test_what_is_left_is_no_more_than_the_guest_has(host, small, image):
    """libxc counts the holes up to 4 GiB, too."""
    up = small("pvh", memory=64, extra="fill=random")
    said = host.xn("save", "--progress", "json", up.name, image)
    seen = [json.loads(line) for line in said.stderr.splitlines()
            if line.startswith("{")]
    rounds = [one for one in seen if one.get("round", 0) > 0]
    assert rounds
    assert max(one["dirty"] for one in rounds) <= 65 << 20, rounds
    assert rounds[-1]["dirty"] == 0


def test_xl_restores_what_we_saved_for_it(host, small, image):
    up = small("pvh")
    host.xn("save", "--format", "xl", up.name, image, timeout=600)
    shown = host.xn("image", "show", image).stdout
    assert "format   xl\n" in shown and "CPU      AuthenticAMD, with" in shown
    needs = json.loads(host.xn("image", "show", "--json", image).stdout)
    assert needs["cpu_vendor"] == "AuthenticAMD"
    assert {"FPU", "SSE2", "LM"} <= set(needs["cpu_features"])
    assert needs["disks"] == [] and needs["kernel"].startswith("/")
    host.xl("restore", "-e", image, timeout=600)
    expect_resumed(host, up.name)
    expect_answer(up)


def targets(host, name):
    """What the guest is told, and what the record says, KiB."""
    told = host.run("xenstore-read /local/domain/"
                    f"$(xn domid {name})/memory/target").stdout
    record = json.loads(host.xn("list", "-l", name).stdout)[0]["config"]
    return int(told), record["b_info"]["target_memkb"]


@pytest.mark.slow("pv", "hvm")
def test_a_guest_may_have_more_than_it_shall(host, small, kind, image):
    """It was told to give memory back, and never does. xl's own restore takes no
    image of such a guest but one of ours."""
    memory = 128 if kind == "hvm" else 32
    up = small(kind, memory=memory)
    host.xn("mem-set", up.name, str(memory // 2))
    before = targets(host, up.name)
    assert before[0] <= memory // 2 << 10
    host.xn("save", up.name, image, timeout=240)
    host.xn("restore", image, timeout=240)
    assert is_running(host, up.name)
    told, record = targets(host, up.name)
    assert record == before[1]
    # libxl tells an HVM guest so much less, after a restore.
    assert told == before[0] - (1024 if kind == "hvm" else 0)
    host.xn("save", "--format", "xl", up.name, image, timeout=240)
    host.xl("restore", image, timeout=240)
    assert is_running(host, up.name)


@pytest.mark.slow
def test_we_restore_what_xl_saved(host, guest, image):
    up = guest("pvh", memory=128)
    put_mark(up)
    host.xl("save", up.name, image, timeout=600)
    host.xn("image", "verify", image)
    host.xn("restore", image, timeout=600)
    expect_mark(up)


@pytest.mark.slow
def test_converted_to_xl_xl_restores_it(host, guest, image):
    up = guest("pvh", memory=128)
    host.xn("save", up.name, image, timeout=600)
    host.xn("image", "convert", "--format", "xl", image, f"{image}.xl",
            timeout=600)
    host.run("PYTHONPATH=/usr/lib/xen-4.17/lib/python "
             "/usr/lib/xen-4.17/bin/verify-stream-v2 --format=xl "
             f"--in={image}.xl", timeout=600)
    host.xl("restore", "-e", f"{image}.xl", timeout=600)
    assert is_running(host, up.name)


@pytest.mark.slow
def test_through_pipes(host, guest, image):
    up = guest("pvh", memory=128)
    put_mark(up)
    host.run(f"xn save {up.name} - | cat >{image}", timeout=600)
    host.run(f"cat {image} | xn restore -", timeout=600)
    expect_mark(up)


@pytest.mark.slow
def test_it_may_go_on_or_wait(host, guest, image):
    up = guest("pvh", memory=128)
    domid = up.domid()
    host.xn("save", "-c", up.name, image, timeout=600)
    assert up.domid() == domid and is_running(host, up.name)
    refused = host.xn("restore", image, check=False, timeout=600)
    assert refused.rc == 4 and f"taken by domain {domid}" in refused.stderr
    host.xn("save", "-p", "--live", up.name, image, timeout=600)
    line = host.xn("list", up.name).stdout.splitlines()[1].split()
    assert line[4][2] == "p"
    host.xn("unpause", up.name)
    host.xn("destroy", up.name)
    host.xn("restore", "-p", image, timeout=600)
    line = host.xn("list", up.name).stdout.splitlines()[1].split()
    assert line[4][2] == "p"


@pytest.mark.slow
def test_the_image_is_much_smaller_than_xls(host, guest, image):
    up = guest("pvh", memory=128)
    host.xn("save", "-c", up.name, image, timeout=600)
    host.xl("save", "-c", up.name, f"{image}.xl", timeout=600)
    ours, theirs = host.run(f"stat -c %s {image} {image}.xl").stdout.split()
    assert int(ours) < 0.2 * int(theirs)


# What makes a save fail, and what is said.
FAILURES = {
    "full": ("/dev/full", 9, "No space left on device"),
    "nowhere": ("/nosuch/image", 7, "No such file or directory"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_save_that_fails_leaves_the_guest_running(host, small, case):
    path, status, cause = FAILURES[case]
    up = small("pvh", memory=128, extra="fill=random")
    domid = up.domid()
    failed = host.xn("save", up.name, path, check=False, timeout=600)
    assert failed.rc == status, failed
    assert cause in failed.stderr.splitlines()[-1]
    assert up.domid() == domid and is_running(host, up.name)
    expect_answer(up)


def test_a_disk_that_fills_up_on_the_way(host, small):
    """Told with what was written until then; the old image is still there."""
    up = small("pvh", memory=64, extra="fill=random")
    host.run("mkdir /tmp/full && mount -t tmpfs -o size=16M none /tmp/full && "
             "echo old >/tmp/full/image")
    try:
        failed = host.xn("save", "--progress", "json", up.name,
                         "/tmp/full/image", check=False, timeout=600)
        assert host.run("cat /tmp/full/image").stdout == "old\n"
        assert host.run("ls -A /tmp/full").stdout == "image\n"
    finally:
        host.run("umount /tmp/full; rmdir /tmp/full")
    assert failed.rc == 9, failed
    assert "No space left on device" in failed.stderr.splitlines()[-1]
    seen = [json.loads(line) for line in failed.stderr.splitlines()
            if line.startswith("{")]
    assert seen[0]["state"] == "begin" and seen[-1]["state"] != "begin"
    assert 8 << 20 < seen[-1]["sent"] <= 16 << 20
    assert is_running(host, up.name)
    expect_answer(up)


@pytest.mark.slow
def test_an_image_on_a_block_device(host, small, image):
    """Synced when it is said to be saved, and verified before a restore."""
    up = small("pvh", extra="fill=random")
    host.run(f"head -c 64M /dev/urandom >{image}")
    device = host.run(f"losetup --find --show {image}").stdout.strip()
    try:
        host.xn("save", up.name, device, timeout=600)
        host.run(f"cp {image} {image}.damaged && printf wrong | dd conv=notrunc "
                 f"of={image}.damaged bs=1 seek=100000 2>/dev/null")
        other = host.run(f"losetup --find --show {image}.damaged"
                         ).stdout.strip()
        refused = host.xn("restore", other, check=False, timeout=600)
        host.run(f"losetup --detach {other}")
        assert refused.rc == 7 and "damaged" in refused.stderr
        assert host.xn("domid", up.name, check=False).rc == 3
        host.xn("restore", device, timeout=600)
    finally:
        host.run(f"losetup --detach {device}")
    expect_resumed(host, up.name)


@pytest.mark.slow
@pytest.mark.parametrize("kill", [
    "kill -TERM $pid", "kill -INT $pid", "kill -KILL $(pgrep -P $pid -x xn)",
    "pkill -KILL -x xn-stream"])
def test_a_save_that_is_struck_costs_neither_guest_nor_old_image(
        host, small, image, kill):
    up = small("pvh", memory=256, extra="fill=random")
    domid = up.domid()
    host.run(f"echo old >{image}")
    for moment in (0.3, 1, 2):
        host.run(f"xn save {up.name} {image} 2>/tmp/save.out & pid=$!;"
                 f" sleep {moment}; {kill}; wait $pid; rm /tmp/save.out",
                 check=False, timeout=600)
        if host.xn("domid", up.name, check=False).rc == 3:
            break  # it came too late, and the image is whole
        assert host.run(f"cat {image}").stdout == "old\n"
        assert up.domid() == domid and is_running(host, up.name)
    else:
        expect_answer(up)
        return
    host.xn("image", "verify", image)


def test_a_damaged_image_is_refused_before_anything_is_made(
        host, small, image):
    up = small("pvh", memory=64, extra="fill=random")
    host.xn("save", up.name, image, timeout=600)
    host.run(f"printf x | dd of={image} bs=1 seek=1000000 conv=notrunc"
             " status=none")
    damaged = host.xn("restore", image, check=False, timeout=600)
    assert damaged.rc == 7, damaged
    assert "its data is damaged" in damaged.stderr
    host.run(f"truncate -s 900000 {image}")
    # From a pipe it is found on the way; nothing is left of the domain.
    cut = host.run(f"cat {image} | xn restore -", check=False, timeout=600)
    assert cut.rc == 7 and "the stream is cut short" in cut.stderr
    assert host.xn("domid", up.name, check=False).rc == 3


@pytest.mark.slow
@pytest.mark.parametrize("signal", ["INT", "KILL"])
def test_a_restore_that_is_struck_leaves_nothing(host, guest, image, signal):
    up = guest("pvh", memory=256, vif=["bridge=xenbr0"])
    host.xn("save", up.name, image, timeout=600)
    for moment in (1, 2.5, 4):
        host.run(f"xn restore {image} 2>/tmp/restore.out & pid=$!;"
                 f" sleep {moment}; kill -{signal} $pid; wait $pid;"
                 " while pgrep -x xn >/dev/null; do sleep 0.2; done;"
                 " rm /tmp/restore.out", check=False, timeout=600)
        if host.xn("domid", up.name, check=False).rc == 0:
            break  # it came too late
    else:
        host.xn("restore", image, timeout=600)
    assert is_running(host, up.name)


@pytest.mark.slow
def test_another_configuration_is_taken(host, guest, image):
    """The state is the image's, all else that of the file."""
    up = guest("pvh", memory=128)
    put_mark(up)
    host.xn("save", up.name, image, timeout=600)
    host.run(f"sed 's/^name.*/name = \"renamed\"/' {up.path} >{image}.cfg")
    host.run("rm", up.path)
    up.name, up.path = "renamed", f"{image}.cfg"
    said = host.xn("restore", up.path, image, timeout=600)
    assert said.stdout.startswith("restored renamed as domain ")
    expect_mark(up)


@pytest.mark.slow
def test_progress_of_a_save_as_json(host, guest, image):
    up = guest("pvh", memory=128)
    said = host.xn("save", "-c", "--progress", "json", up.name, image,
                   timeout=600)
    lines = [json.loads(line) for line in said.stderr.splitlines()
             if line.startswith("{")]
    assert lines[-1]["state"] == "end"
    assert lines[-1]["bytes"] > 64 << 20
    size = int(host.run(f"stat -c %s {image}").stdout)
    assert lines[-1]["sent"] == size


def test_settings_are_changed_on_the_way(host, small, image):
    """As if its file had said so; what no file says stays as it was."""
    up = small("pvh", memory=64, vif=["bridge=xenbr0"])
    before = json.loads(host.xn("list", "-l", up.name).stdout)[0]["config"]
    host.xn("save", up.name, image, timeout=120)
    said = host.xn("restore", image, "name='changed'", "on_crash='preserve'",
                   timeout=120)
    up.name = "changed"
    assert said.stdout.startswith("restored changed as domain ")
    after = json.loads(host.xn("list", "-l", "changed").stdout)[0]["config"]
    assert after["on_crash"] == "preserve"
    assert after["c_info"]["uuid"] == before["c_info"]["uuid"]
    assert after["nics"][0]["mac"] == before["nics"][0]["mac"]
    assert is_running(host, "changed")


def test_a_setting_that_is_wrong_costs_nothing(host, small, image):
    up = small("pvh", memory=64)
    host.xn("save", up.name, image, timeout=120)
    wrong = host.xn("restore", image, "on_crash='dance'", check=False,
                    timeout=120)
    assert wrong.rc == 7 and "command line argument 1" in wrong.stderr
    assert host.xn("domid", up.name, check=False).rc == 3
    host.xn("restore", image, timeout=120)
    assert is_running(host, up.name)


@pytest.mark.slow
def test_progress_of_a_restore_as_json(host, small, image):
    up = small("pvh", memory=64, extra="fill=random")
    host.xn("save", up.name, image, timeout=120)
    size = int(host.run(f"stat -c %s {image}").stdout)
    said = host.xn("restore", "--progress", "json", image, timeout=120)
    lines = [json.loads(line) for line in said.stderr.splitlines()
             if line.startswith("{")]
    last = lines[-1]
    assert last["state"] == "end" and last["total"] == size
    assert last["sent"] == size and last["bytes"] >= size
    assert is_running(host, up.name)
