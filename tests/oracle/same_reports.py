#!/usr/bin/python3
"""What the real xl and xn, under the name xl, print of the host that
tests/oracle/xen makes up, and what they ask of its Xen: the same text, the
same calls, and the same exit status; and that --json is a document. xl is
found as by same_as_xl.py. TAP."""
from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import tempfile
from typing import NamedTuple

import same_as_xl

HOST = same_as_xl.BUILD.resolve() / "xen_for_reports.so"
XN = same_as_xl.BUILD.resolve() / "xn"

# A line is one command; "NAME=value" before it goes into the environment.
CASES = """
list
list web
list -v
list -c
list -n
vm-list
vcpu-list
vcpu-list web 8
vcpu-list nosuch
vcpu-list 99
vcpu-list 99 web
vcpu-pin web 0 1-2
vcpu-pin web 0 - node:1
vcpu-pin web all all,^0 2
vcpu-pin -f web 1 all
vcpu-pin -f web all 1
vcpu-pin web 7 1
vcpu-pin web 0 nothing
-N vcpu-pin web 0 1,3 node:0
domid web
domid nosuch
domid 3
domname 3
domname web
domname 99
claims
sharing
sharing web
cpupool-list
cpupool-list -c
cpupool-list rt
cpupool-list nosuch
cpupool-create name="new" cpus="3"
cpupool-create name="new" cpus=["3"] sched="null"
cpupool-create name="new" nodes=["1"]
cpupool-create name="new" nodes=["0"]
cpupool-create name="new" cpus="2-3"
cpupool-create name="rt"
cpupool-create sched="null"
cpupool-create name="new" sched="fair"
-N cpupool-create name="new" cpus="3"
cpupool-create -n name="new"
cpupool-destroy old
cpupool-destroy nosuch
cpupool-rename old newer
cpupool-rename 2 newer
cpupool-cpu-add Pool-0 3
cpupool-cpu-add Pool-0 1,3
cpupool-cpu-add rt node:1
cpupool-cpu-add rt nothing
cpupool-cpu-remove Pool-0 0
cpupool-migrate web old
cpupool-migrate web nosuch
cpupool-migrate nosuch old
cpupool-numa-split
XEN_POOLS=1 cpupool-numa-split
XEN_POOLS=1 cpupool-cpu-remove Pool-0 1-2
sched-credit
sched-credit -d 5
sched-credit -d 5 -w 100
sched-credit --domain=5 --weight=100 --cap=20
sched-credit -d 5 -c 500
sched-credit -s -p old
sched-credit -s -p old -t 10 -r 500 -m 50
sched-credit -s
sched-credit -p old
sched-credit -p nosuch
sched-credit -p old -d 5
sched-credit -w 10
sched-credit -t 10
sched-credit -s -p old -t 100000
sched-credit2
sched-credit2 -d web
sched-credit2 -d web -w 512 -c 150
sched-credit2 -d web -w 70000
sched-credit2 -s
sched-credit2 -s -r 2000
sched-credit2 -s -r 1
sched-credit2 -p Pool-0
sched-credit2 -d nosuch
sched-rtds
sched-rtds -v all
sched-rtds -d rt1
sched-rtds -d rt1 -v all
sched-rtds -d rt1 -v 1
sched-rtds -d rt1 -v 1 -v 0
sched-rtds -d rt1 -v 7
sched-rtds -d rt1 -v 0 -p 20000 -b 5000 -e 1 -v 1 -p 30000 -b 6000 -e 0
sched-rtds -d rt1 -v all -p 20000 -b 5000 -e 1
sched-rtds -d rt1 -v all -p 1 -b 5000 -e 1
sched-rtds -d rt1 -v 0 -p 1
sched-rtds -d rt1 -p 1 -b 1 -e 1
sched-rtds -v 0
sched-rtds --cpupool=rt
info
info nr_nodes
psr-hwinfo
psr-hwinfo -m
psr-hwinfo -a
psr-hwinfo --mba
XEN_CDP=1 psr-hwinfo
psr-cmt-attach web
psr-cmt-attach 5
psr-cmt-detach web
psr-cmt-detach 5
psr-cmt-show cache-occupancy
psr-cmt-show cache-occupancy 5
psr-cmt-show cache-occupancy web
psr-cmt-show total-mem-bandwidth
psr-cmt-show local-mem-bandwidth
psr-cmt-show nothing
psr-cat-show
psr-cat-show web
psr-cat-show -l 2
psr-cat-show -l 4
XEN_CDP=1 psr-cat-show
psr-cat-set web 0xff
psr-cat-set -s 1 web 0xff
psr-cat-set -s 0-1 -l 2 web 15
psr-cat-set --code web 0x3
psr-cat-set -d web 0x3
psr-cat-set -c -d web 0x3
psr-mba-show
psr-mba-show 5
psr-mba-set web 20
psr-mba-set -s 0 web 20
getenforce
XEN_FLASK=0 getenforce
setenforce 1
setenforce Permissive
setenforce maybe
debug-keys hq
loadpolicy /dev/null
loadpolicy /nonexistent
block-list web
block-list web 5
block-list 5
network-list web
vtpm-list web
vkb-list web
vdispl-list web
vsnd-list web
channel-list web
pci-list web
usb-list web
network-list nosuch
-N block-attach web phy:/srv/a.img,xvdb,w
-N block-attach web /srv/a.img raw xvdb r
-N block-attach web target=/srv/a,b.img vdev=xvdb access=ro
-N block-attach web /srv/a.img,qcow3,xvdb
-N block-attach nosuch /srv/a.img,raw,xvdb
-N network-attach web
-N network-attach web mac=00:16:3e:01:02:03 bridge=br7 rate=10Mb/s
-N network-attach web bridg=br7
-N network-attach web type=tap
-N vtpm-attach web
-N vtpm-attach web backend=tpm uuid=01234567-89ab-cdef-0123-456789abcdef
-N vtpm-attach web nothing
-N vkb-attach web backend-type=linux unique-id=x width=7
-N vkb-attach web width=7
-N vdispl-attach web be-alloc=1 connectors=a:800x600;b:1x1
-N vdispl-attach web
-N vsnd-attach web CARD,short-name=a PCM,name=b STREAM,type=p
-N vsnd-attach web BOARD
-N pci-attach web 02:00.0
pci-attach web banana
XEN_POLITE=8 shutdown rt1
XEN_POLITE=8 shutdown -w rt1
XEN_POLITE=8 reboot rt1
shutdown web
reboot web
shutdown nosuch
block-detach web xvdz
network-detach web 7
vkb-detach web 3
cd-insert web hdc /nonexistent.iso
usbdev-detach web 0 1
nonsense
-q list
-tT list
list --nonsense
pause
pause --nonsense
destroy
vcpu-set web
vcpu-pin web
rename web
console
dump-core web
shutdown
shutdown -a web
sched-credit2 -d
"""

# Values, which we refuse as other values, xl as it does options.
VALUES = ("psr-cmt-show nothing", "setenforce maybe", "pci-attach web banana")

# Of xn under its own name: each is one document of the command's schema.
DOCUMENTS = """
list
vm-list
domid web
domname web
claims
sharing
cpupool-list
cpupool-create -n name="new" cpus="3"
sched-credit
sched-credit -d 5
sched-credit -s -p old
sched-credit2
sched-credit2 -d web
sched-credit2 -s
sched-rtds
sched-rtds -v all
sched-rtds -d rt1 -v 1
psr-hwinfo
psr-hwinfo -b
psr-cmt-show cache-occupancy
psr-cmt-show total-mem-bandwidth
psr-cat-show
psr-cat-show -l 2
psr-mba-show
getenforce
block-list web
network-list web
vtpm-list web
vkb-list web
vdispl-list web
vsnd-list web
channel-list web
pci-list web
usb-list web
pci-assignable-list
"""


class Run(NamedTuple):
    status: int
    text: str
    calls: str


def run(program: pathlib.Path, words: list[str], extra: dict[str, str],
        folder: str) -> Run:
    calls = pathlib.Path(folder) / "calls"
    calls.write_text("")
    done = subprocess.run(
        words, executable=program, check=False, timeout=60,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **extra, "LD_PRELOAD": str(HOST),
             "XEN_CALLS": str(calls),
             "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"})
    return Run(done.returncode, done.stdout.decode(errors="replace"),
               calls.read_text())


def ended(theirs: Run, case: str) -> int:
    """What we make of xl's exit status: at times it is one of libxl's errors,
    or xl crashed."""
    return theirs.status if theirs.status in (0, 1, 2) and \
        case not in VALUES else 1


def difference(theirs: Run, mine: Run, case: str) -> str | None:
    if ended(theirs, case) != mine.status:
        return f"exit status: xl {theirs.status}, xn {mine.status}"
    if theirs.calls != mine.calls:
        return "calls: " + same_as_xl.first_difference(theirs.calls,
                                                       mine.calls)
    # where both fail, xl may have begun to print
    if theirs.status == 0 and theirs.text != mine.text:
        return same_as_xl.first_difference(theirs.text, mine.text)
    return None


def compare(xl: pathlib.Path, case: str, folder: str) -> str | None:
    words = case.split()
    extra = {}
    if words[0].startswith("XEN_"):
        extra = dict([words.pop(0).split("=")])
    words.insert(0, "xl")
    return difference(run(xl.resolve(), words, extra, folder),
                      run(XN, words, extra, folder), case)


def check_document(case: str, folder: str) -> str | None:
    command, *words = case.split()
    done = run(XN, ["xn", command, "--json", *words], {}, folder)
    if done.status:
        return "it fails"
    try:
        schema = json.loads(done.text)["schema"]
    except ValueError as error:
        return f"{error}:\n{done.text}"
    return None if schema == f"xn.{command}/1" else f"schema: {schema}"


def main() -> int:
    xl = same_as_xl.find_xl()
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        checks = [(f"{case} --json", check_document(case, folder))
                  for case in DOCUMENTS.strip().splitlines()]
        if xl is None:
            print("# no xl to compare with; tests/oracle/fetch-xl gets it")
        else:
            checks += [(case, compare(xl, case, folder))
                       for case in CASES.strip().splitlines()]
    for number, (case, wrong) in enumerate(checks, 1):
        failed = failed or wrong is not None
        print("not ok" if wrong else "ok", number, "-", case)
        if wrong:
            print("# " + wrong.replace("\n", "\n# "))
    print(f"1..{len(checks)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
