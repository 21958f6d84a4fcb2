"""Everything that a toolstack could leave behind in a host: for each line on
standard input one of JSON on standard output, {category: {thing: details}}.
Runs in Dom0 in one process that stays, because under emulation starting Python
takes longer than looking everything up. Standard library only.

What is left out, and why, is said where it is left out; logs (/var/log) may
grow and are not looked at.
"""
import ctypes
import glob
import json
import os
import re
import socket
import stat
import struct
import sys

WATCHED = ("/run", "/var/lib", "/var/cache", "/tmp")
VOLATILE = re.compile("|".join((
    # The system's own: udev's and systemd's bookkeeping, the journal, the
    # clock's and random seed's state, sessions of the ssh connection we use.
    r"/run/udev/(data|links|tags|watch|queue)(/|$)",
    r"/run/systemd/(units|journal|transient|seats|sessions|users)(/|$)",
    r"/run/systemd/(propagate|inaccessible)(/|$)",
    r"/run/log/journal(/|$)",
    r"/run/sshd(/|$)",
    r"/run/xenstored/db$",  # oxenstored's copy of what dump() reads
    r"/var/lib/(dpkg|apt)$",  # a thousand files that only packages change
    r"/var/lib/systemd/(random-seed|timesync|timers)",
    r"/tmp/systemd-private-",
    # Sums for xn metrics; a link for each script that configurations name;
    # locks; claims of disks, of which the next who comes drops those that
    # nobody holds; the supervisor's socket, which ends after the last guest.
    r"/run/xenith/(tally|scripts/[^/]+|(xnd|devices)\.lock|block-claims"
    r"|xnd\.sock)$",
    # Bounded, and filled by whoever creates a guest first: kernels, and one
    # that was not unpacked to its end, which the next replaces.
    r"/var/cache/xenith/kernels/(secret|part|[0-9a-f]{32}-[0-9a-f]+"
    r"|by-file/[^/]+)$",
)))
# Folders that stay once they were made; what is in them must not.
STAYS = re.compile(r"/run/xenith(/(create|memory|restart|scripts))?$"
                   r"|/run/xen-hotplug$|/var/lib/xenith(/migrate)?$"
                   r"|/var/cache/xenith(/kernels(/by-file)?)?$")
# udev's workers come and go by themselves.
RESIDENT = re.compile(r"(\S*/)?(\(udev-worker\)|\(sd-\S+\))( |$)")


def domains(xc, handle) -> dict:
    """Domains by id, dying ones too, and Xen's free memory in pages."""
    dying, shutdown, paused = 1 << 0, 1 << 2, 1 << 3
    info = ctypes.create_string_buffer(4096)
    found, first = {}, 1  # not Dom0
    while xc.xc_domain_getinfolist(handle, first, 1, info) == 1:
        domid, _, flags = struct.unpack_from("<HHI", info.raw)
        first = domid + 1
        states = [name for bit, name in ((dying, "dying"), (paused, "paused"),
                                         (shutdown, "shut down"))
                  if flags & bit]
        found[f"domain {domid}"] = ", ".join(states) or "running"
    return found


def free_pages(xc, handle) -> dict:
    info = ctypes.create_string_buffer(4096)
    if xc.xc_physinfo(handle, info):
        return {"free pages": -1}
    return {"free pages": struct.unpack_from("<Q", info.raw, 48)[0]}


def hypervisor() -> tuple[dict, dict]:
    xc = ctypes.CDLL(glob.glob("/usr/lib/*/libxenctrl.so.4.*")[0])
    xc.xc_interface_open.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(xc.xc_interface_open(None, None, 0))
    try:
        return domains(xc, handle), free_pages(xc, handle)
    finally:
        xc.xc_interface_close(handle)


class Xenstore:
    """The socket protocol of docs/misc/xenstore.txt in Xen, pipelined."""
    DIRECTORY, READ, GET_PERMS, ERROR = 1, 2, 3, 16
    BATCH = 100  # few enough for the socket's buffers

    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect("/run/xenstored/socket")
        self.reader = self.socket.makefile("rb")

    def ask(self, operation: int, paths: list) -> list:
        """The answers to one operation on many paths; None for an error: the
        node may be gone since its parent was read."""
        answers = []
        for start in range(0, len(paths), self.BATCH):
            batch = paths[start:start + self.BATCH]
            self.socket.sendall(b"".join(
                struct.pack("<IIII", operation, 0, 0, len(path) + 1)
                + path + b"\0" for path in batch))
            for _ in batch:
                kind, _, _, size = struct.unpack("<IIII", self.reader.read(16))
                payload = self.reader.read(size)
                answers.append(None if kind == self.ERROR else payload)
        return answers

    def dump(self) -> dict:
        nodes, level = {}, [b"/"]
        while level:
            below = []
            children = self.ask(self.DIRECTORY, level)
            values = self.ask(self.READ, level)
            perms = self.ask(self.GET_PERMS, level)
            for path, names, value, perm in zip(level, children, values, perms):
                if names is None:
                    continue
                nodes[path.decode()] = "{!r} ({})".format(
                    (value or b"").decode(errors="replace"),
                    (perm or b"").decode().strip("\0").replace("\0", ","))
                prefix = path.rstrip(b"/") + b"/"
                below += [prefix + name for name in names.split(b"\0") if name]
            level = below
        return nodes


def processes() -> dict:
    """User processes but this one's session: kernel threads come and go."""
    found, own = {}, set()
    pid = os.getpid()
    while pid > 1:
        own.add(pid)
        pid = int(open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[1])
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            raw = open(f"/proc/{name}/cmdline", "rb").read()
        except OSError:
            continue
        command = raw.decode(errors="replace").replace("\0", " ").strip()
        # Kernel threads have no command line, nor do processes that exited;
        # sshd serves the connection of the tests.
        if not command or int(name) in own or command.startswith("sshd:"):
            continue
        if not RESIDENT.match(command):
            found[f"process {name}"] = command[:200]
    return found


def loops() -> dict:
    found = {}
    for path in glob.glob("/sys/block/loop*/loop/backing_file"):
        device = path.split("/")[3]
        try:
            found[f"loop device /dev/{device}"] = open(path).read().strip()
        except OSError:
            pass
    return found


def interfaces() -> dict:
    found = {}
    for name in os.listdir("/sys/class/net"):
        port = f"/sys/class/net/{name}/brport/bridge"
        bridge = os.path.basename(os.readlink(port)) if os.path.exists(
            port) else ""
        found[f"network interface {name}"] = (
            f"port of {bridge}" if bridge else "not in a bridge")
    return found


def mounts() -> dict:
    found = {}
    for line in open("/proc/self/mountinfo"):
        left, right = line.split(" - ")
        found[f"mount {left.split()[4]}"] = " ".join(right.split()[:2])
    return found


def files() -> dict:
    found, folders = {}, list(WATCHED)
    while folders:
        try:
            entries = list(os.scandir(folders.pop()))
        except OSError:
            continue
        for entry in entries:
            if VOLATILE.match(entry.path):
                continue
            try:
                info = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            if not STAYS.match(entry.path):
                found[entry.path] = (f"{stat.filemode(info.st_mode)} "
                                     f"{info.st_uid}:{info.st_gid}")
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
    return found


def inventory(store: Xenstore) -> dict:
    running, free = hypervisor()
    return {"domains": running, "memory": free, "xenstore": store.dump(),
            "processes": processes(), "loop devices": loops(),
            "network": interfaces(), "mounts": mounts(), "files": files()}


if __name__ == "__main__":
    STORE = Xenstore()
    for _ in sys.stdin:
        print(json.dumps(inventory(STORE)), flush=True)
