#!/usr/bin/python3
"""xn restore up to the making of the domain, on the host that
tests/oracle/xen makes up: which configuration it is made with. The folders
that xn reads and writes, as configured, are empty ones of its own. TAP."""
from __future__ import annotations

import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable

import tap

BUILD = pathlib.Path(os.environ["top_builddir"]).resolve()
ENV = os.environ | {
    "LD_PRELOAD": str(BUILD / "xen_for_reports.so"),
    "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}


def configured(name: str) -> str:
    """A folder as configure wrote it into the Makefile."""
    text = (BUILD / "Makefile").read_text(encoding="utf-8")
    found = re.search(rf"^{name} = (.*)$", text, re.MULTILINE)
    assert found, name
    return re.sub(r"\$\{(\w+)\}", lambda of: configured(of[1]), found[1])


def covered(folder: str) -> pathlib.Path:
    """What is put an empty folder over: this one, or what there is of it."""
    path = pathlib.Path(folder)
    while not path.is_dir():
        path = path.parent
    return path.resolve()


LIBEXEC = configured("libexecdir")
COVERED = sorted({covered(folder) for folder in (
    LIBEXEC, configured("runstatedir"),
    *(configured("localstatedir") + part for part in ("/log", "/lib", "/cache")),
)})
INSIDE = "set -e\n" + "".join(
    f"mkdir -p '{folder}'\nmount -t tmpfs none '{folder}'\n"
    for folder in COVERED) + f"""
mkdir -p '{LIBEXEC}/xenith'
cp '{BUILD}/xn-stream' '{LIBEXEC}/xenith/'
exec "$@"
"""
UUID = "11111111-2222-3333-4444-555555555555"
# As libxl fills it in; what is not set by any key is there, too.
CONFIG = {
    "c_info": {"type": "pv", "name": "web", "uuid": UUID,
               "run_hotplug_scripts": "True", "domid": 77},
    "b_info": {"max_vcpus": 2, "avail_vcpus": [0, 1], "max_memkb": 65536,
               "target_memkb": 65536, "shadow_memkb": 0,
               "sched_params": {}, "claim_mode": "True",
               "kernel": "/boot/vmlinuz", "type.pv": {}, "arch_arm": {},
               "arch_x86": {"msr_relaxed": "False"}},
    "disks": [{"pdev_path": "/dev/vg/a", "vdev": "xvda", "backend": "phy",
               "format": "raw", "readwrite": 1},
              {"pdev_path": "/dev/vg/b", "vdev": "xvdb", "backend": "phy",
               "format": "raw"}],
    "nics": [{"devid": 4, "mac": "00:16:3e:00:00:01", "bridge": "br0",
              "script": "/etc/xen/scripts/vif-bridge", "nictype": "vif"}],
    "on_reboot": "restart",
}


class Image:
    """A saved guest of that configuration, in xl's format."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.path = f"{folder}/web.img"
        stream = subprocess.run([BUILD / "make_stream", "pages=64"],
                                stdout=subprocess.PIPE, check=True).stdout
        old, = struct.unpack("<I", stream[44:48])
        config = json.dumps(CONFIG).encode() + b"\0"
        with open(self.path, "wb") as image:
            image.write(stream[:44] + struct.pack(
                "<II", 4 + len(config), len(config)) + config
                + stream[48 + old:])

    def run(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["unshare", "-m", "sh", "-c", INSIDE, "sh", BUILD / "xn", *words],
            env=ENV, check=False, timeout=60, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def restore(self, *words: str) -> subprocess.CompletedProcess:
        return self.run("restore", "-d", *words)

    def config(self, *words: str) -> dict:
        """What the domain would be made with; this host makes none."""
        said = self.restore(*words)
        start = said.stderr.index("\n{\n") + 1 \
            if "\n{\n" in said.stderr else said.stderr.index("{\n")
        return json.JSONDecoder().raw_decode(said.stderr[start:])[0]


def without_settings_it_is_as_saved(image: Image) -> None:
    assert image.config(image.path)["c_info"] == CONFIG["c_info"]


def a_setting_changes_that_alone(image: Image) -> None:
    plain = image.config(image.path)
    got = image.config(image.path, "on_crash='preserve'", "name='copy'")
    assert got["on_crash"] == "preserve" and got["c_info"]["name"] == "copy"
    got["c_info"]["name"] = "web"
    del got["on_crash"]
    plain.pop("on_crash", None)
    assert got == plain, (got, plain)


def a_list_is_replaced_or_added_to(image: Image) -> None:
    plain = image.config(image.path)
    got = image.config(image.path, "disk=['/srv/b.img,raw,xvdb,r']")
    assert [disk["pdev_path"] for disk in got["disks"]] == ["/srv/b.img"]
    assert "backend" not in got["disks"][0]
    assert got["nics"] == plain["nics"]
    got = image.config(image.path, "disk+=['/srv/c.img,raw,xvdc,w']")
    assert [disk["vdev"] for disk in got["disks"]] == ["xvda", "xvdb", "xvdc"]
    assert got["disks"][1]["pdev_path"] == "/dev/vg/b"


def settings_go_with_another_configuration(image: Image) -> None:
    path = f"{image.folder}/other.cfg"
    with open(path, "w", encoding="ascii") as file:
        file.write('name = "other"\nkernel = "/k"\nmemory = 64\n')
    got = image.config(path, image.path, "memory=32")
    assert got["c_info"]["name"] == "other"
    assert got["b_info"]["max_memkb"] == 32768


def a_wrong_setting_is_told_with_its_place(image: Image) -> None:
    said = image.restore(image.path, "on_crash='dance'")
    assert said.returncode == 7, said
    assert "command line argument 1:1:" in said.stderr, said


def progress_is_told_as_json(image: Image) -> None:
    said = image.restore("--progress", "json", image.path)
    lines = [json.loads(line) for line in said.stderr.splitlines()
             if line.startswith('{"')]
    size = os.stat(image.path).st_size
    assert lines and lines[-1]["total"] == size, said
    assert lines[0]["state"] == "begin" and lines[-1]["state"] == "end"


def quiet_it_tells_its_errors_alone(image: Image) -> None:
    """This host makes no domain, whatever was to be started with it."""
    for said in (image.run("restore", "-q", image.path),
                 image.run("restore", "-q", "-c", image.path),
                 image.run("restore", "-q", "-F", image.path),
                 image.run("restore", "-q", "-V", image.path),
                 image.run("restore", "-q", "-A", image.path)):
        assert said.returncode != 0 and said.stdout == "", said
        assert "restoring" not in said.stderr, said


def an_image_is_told_of(image: Image) -> None:
    shown = json.loads(image.run("image", "show", "--json", image.path).stdout)
    assert shown["schema"] == "xn.image-show/1" and shown["name"] == "web"
    checked = json.loads(
        image.run("image", "verify", "--json", image.path).stdout)
    assert checked["schema"] == "xn.image-verify/1" and checked["whole"]
    config = json.loads(
        image.run("image", "extract-config", image.path).stdout)
    assert config["c_info"]["uuid"] == UUID


def an_image_is_packed_in_another_way(image: Image) -> None:
    packed, again = image.path + ".packed", image.path + ".again"
    done = image.run("image", "convert", "--compress", "lz4", image.path,
                     packed)
    assert done.returncode == 0, done
    done = image.run("image", "convert", "--format=xl", packed, again)
    assert done.returncode == 0, done
    before, after = (pathlib.Path(path).read_bytes()
                     for path in (image.path, again))
    assert before == after
    assert os.stat(packed).st_size < len(before)


TESTS: list[Callable[[Image], None]] = [
    without_settings_it_is_as_saved,
    a_setting_changes_that_alone,
    a_list_is_replaced_or_added_to,
    settings_go_with_another_configuration,
    a_wrong_setting_is_told_with_its_place,
    progress_is_told_as_json,
    quiet_it_tells_its_errors_alone,
    an_image_is_told_of,
    an_image_is_packed_in_another_way,
]


def can_be_apart() -> bool:
    """Not so where the build, or what it needs to run, would be covered."""
    return os.geteuid() == 0 and subprocess.run(
        ["unshare", "-m", "sh", "-c", INSIDE, "sh", "test", "-x",
         BUILD / "xn", "-a", "-d", tempfile.gettempdir()],
        check=False, stderr=subprocess.DEVNULL).returncode == 0


def main() -> int:
    if not can_be_apart():
        return tap.skip_all("no root, or the build is where it installs to")
    return tap.run(TESTS, Image)


if __name__ == "__main__":
    sys.exit(main())
