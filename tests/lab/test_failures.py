"""What fails is said in one message: step, thing, cause last; the exit status
is that of docs/architecture.md; and the leak check finds nothing left."""
import pytest

# What is wrong with the configuration, the exit status, and the message.
BAD = {
    "kernel-missing": (
        {"kernel": "/srv/guests/none"}, 7,
        "kernel: /srv/guests/none: No such file or directory"),
    "kernel-not-bootable": (
        {"kernel": "/etc/passwd"}, 7,
        "kernel: /etc/passwd: not bootable: neither a bzImage nor an ELF file"),
    "kernel-of-another-kind": (
        {"kernel": "/usr/bin/true"}, 7,
        "kernel: /usr/bin/true: not bootable as pvh: an ELF file without the "
        "note of Xen that says so"),
    "ramdisk-missing": (
        {"ramdisk": "/srv/guests/none"}, 7,
        "ramdisk: /srv/guests/none: No such file or directory"),
    "bridge-missing": (
        {"vif": ["bridge=nobr0"]}, 7,
        "vif 0: bridge nobr0: no such interface"),
    "disk-missing": (
        {"disk": ["/srv/none.img,raw,xvda,w"]}, 7,
        "disk 1 (xvda): /srv/none.img: No such file or directory"),
    "pci-missing": (
        {"pci": ["0000:77:00.0"]}, 7, "PCI device 0000:77:00.0: no such device"),
    "usb-missing": (
        {"usbdev": ["hostbus=7,hostaddr=77"]}, 7,
        "USB device 7.77: no such device"),
    "share-missing": (
        {"p9": ["tag=share,path=/srv/none,security_model=none"]}, 7,
        "p9 share: /srv/none: No such file or directory"),
    "device-model-missing": (
        {"device_model_override": "/srv/none"}, 7,
        "device model: /srv/none: No such file or directory"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_missing_is_named(host, guest, case):
    keys, status, message = BAD[case]
    cfg = guest("pvh", create=False, **keys)
    result = host.xn("create", "-q", cfg.path, check=False)
    said = [line for line in result.stderr.splitlines()
            if not line.startswith("    ")]
    assert said == [f"xn: create {cfg.name}: {message}"]
    assert (result.rc, result.stdout) == (status, "")


def test_an_hvm_guests_kernel_is_a_bzimage(host, guest):
    cfg = guest("hvm", create=False, kernel="/srv/guests/vmlinux")
    result = host.xn("create", "-q", cfg.path, check=False)
    assert result.stderr.splitlines()[0] == (
        f"xn: create {cfg.name}: kernel: /srv/guests/vmlinux: "
        "not bootable as hvm: QEMU takes a bzImage")
    assert result.rc == 7


def test_no_such_configuration_file(host):
    result = host.xn("create", "/srv/none.cfg", check=False)
    assert result.stderr == "xn: /srv/none.cfg: No such file or directory\n"
    assert result.rc == 7


def test_all_mistakes_of_a_file_are_told_with_their_places(host):
    host.write("/tmp/bad.cfg", 'name = "bad"\nvcpus = "x"\nmemory = [ 1 ]\n')
    result = host.xn("create", "/tmp/bad.cfg", check=False)
    host.run("rm /tmp/bad.cfg")
    assert "/tmp/bad.cfg:2:9: warning: 'vcpus' must be" in result.stderr
    assert "/tmp/bad.cfg:3:10: warning: 'memory' must be" in result.stderr
    assert "nothing to boot" in result.stderr
    assert result.rc == 7


def test_too_little_memory_in_the_host(host, guest):
    cfg = guest("pv", create=False, memory=8192)
    result = host.xn("create", cfg.path, check=False)
    assert result.rc == 9
    first = result.stderr.splitlines()[0]
    assert "not enough memory: 82" in first
    assert " MiB free, short by " in first


def test_too_little_memory_for_the_kernel(host, guest):
    cfg = guest("pv", create=False, memory=64)
    result = host.xn("create", "-q", cfg.path, check=False)
    assert result.rc == 7
    assert len(result.stderr.splitlines()) <= 2, "one message and one hint"
    assert "the kernel needs " in result.stderr
    assert " of the 64 MiB given" in result.stderr


def test_the_name_is_taken(host, guest):
    up = guest("pv", wait=False)
    result = host.xn("create", up.path, check=False)
    assert result.rc == 4
    assert f"the name pv0 is taken by domain {up.domid()}" in result.stderr


def test_of_two_creates_of_one_name_one_is_refused(host, small):
    """Whichever comes later, and however late it notices."""
    cfg = small("pv", create=False)
    said = host.run(
        f"for i in 1 2; do (xn create -q {cfg.path} 2>&1; echo status $?) & "
        "done; wait").stdout
    assert sorted(line for line in said.splitlines()
                  if line.startswith("status")) == ["status 0", "status 4"], said
    assert f"the name {cfg.name} is taken by " in said
    assert "libxl" not in said


def test_a_beginning_of_two_uuids_is_ambiguous(host, small):
    for end in "12":
        small("pv", wait=False, uuid=f"abcdef00-0000-4000-8000-00000000000{end}")
    result = host.xn("pause", "abcdef00", check=False)
    assert result.rc == 2
    assert "'abcdef00' is the beginning of 2 domains' UUIDs" in result.stderr
    host.xn("pause", "abcdef00-0000-4000-8000-000000000002")


def test_qemu_that_fails_is_quoted(host, guest):
    cfg = guest("hvm", create=False, device_model_args=["-bogus"])
    result = host.xn("create", cfg.path, check=False)
    assert result.rc == 8
    assert "device model: " in result.stderr
    assert "-bogus: invalid option" in result.stderr
    assert "/var/log/xen/qemu-dm-hvm0.log" in result.stderr


def test_a_hook_that_fails_is_named(host, guest):
    host.write("/tmp/vif-bad", "#!/bin/sh\necho 'no more addresses' >&2\nexit 1\n")
    host.run("chmod +x /tmp/vif-bad")
    cfg = guest("pv", create=False, vif=["script=/tmp/vif-bad"])
    result = host.xn("create", cfg.path, check=False)
    host.run("rm /tmp/vif-bad")
    assert result.rc == 8
    assert "/tmp/vif-bad" in result.stderr


def test_no_such_domain(host):
    for command in ("destroy", "pause", "console", "shutdown", "domid"):
        result = host.xn(command, "nobody", check=False)
        assert result.rc == 3
        assert "no domain 'nobody'" in result.stderr


def test_wrong_use(host):
    assert host.xn("nonsense", check=False).rc == 2
    assert "did you mean 'list'?" in host.xn("lsit", check=False).stderr
    assert host.xn("list", "--nonsense", check=False).rc == 2
    assert host.xn("pause", check=False).rc == 2
    assert host.xn("create", check=False).rc == 2


def test_domain_0_is_not_destroyed(host):
    assert host.xn("destroy", "0", check=False).rc == 4


def test_not_root(host):
    result = host.run("runuser -u nobody -- xn list", check=False)
    assert result.rc == 5
    assert "Permission denied" in result.stderr
    assert "be root" in result.stderr


def test_xenstored_is_down(host):
    """Its socket is out of the way, as it is when nothing listens."""
    host.run("mv /run/xenstored/socket /run/xenstored/away")
    try:
        result = host.xn("list", check=False)
    finally:
        host.run("mv /run/xenstored/away /run/xenstored/socket")
    assert result.rc == 5
    assert "xenstored does not answer" in result.stderr


def test_as_xl_every_failure_is_1(host):
    host.run("ln -s /usr/sbin/xn /tmp/xl")
    result = host.run("/tmp/xl destroy nobody", check=False)
    host.run("rm /tmp/xl")
    assert result.rc == 1
