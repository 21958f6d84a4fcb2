"""A ramdisk for the test guest with further modules of its kernel, which it
loads when it is told to."""
from __future__ import annotations

from lab import Host

RAMDISK = "/root/more-modules.gz"
# For the guest's shell.
LOAD = "while read m; do insmod /more/$m; done </more/order"

# The kernel unpacks one archive after the other.
MAKE = """
set -e
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cd "$tree"
mkdir more
for module in {modules}; do modprobe --show-depends "$module"; done |
    awk '$1 == "insmod" && !seen[$2]++ {{ print $2 }}' >paths
xargs cp -t more <paths
sed 's,.*/,,' paths >more/order
find more | busybox cpio -o -H newc 2>/dev/null | gzip -1 |
    cat /srv/guests/initrd.gz - >{ramdisk}
"""


def make_ramdisk(host: Host, *modules: str) -> str:
    """Its path; the caller removes it."""
    host.run("bash", "-c", MAKE.format(modules=" ".join(modules),
                                       ramdisk=RAMDISK), timeout=120)
    return RAMDISK
