/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is said about keys that contradict each other or do nothing beside
 * each other: every case is a file, the one that is right beside it, and a
 * part of the warning. The domain is made all the same, as xl makes it.
 */
#include "config_unit.h"

#define PV "name = 't'; type = 'pv'; kernel = '/k'; memory = 64\n"
#define PVH "name = 't'; type = 'pvh'; kernel = '/k'; memory = 64\n"
#define HVM "name = 't'; type = 'hvm'; memory = 64\n"

struct rule_case {
    const char *wrong;
    const char *right; /* says nothing of it */
    const char *warning;
};

static void check_said(const char *text, const char *warning, bool is_wanted)
{
    struct loaded loaded;

    loaded_text(&loaded, text, strlen(text));
    if (loaded.rc != 0)
        fail_msg("refused: %s\n%s", text, loaded.said.text);
    if ((strstr(loaded.said.text, warning) != NULL) != is_wanted)
        fail_msg("%s: %s\nof: %s\ngot: %s",
                 is_wanted ? "expected" : "not expected", warning, text,
                 loaded.said.text);
    loaded_dispose(&loaded);
}

static void check_cases(const struct rule_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_said(cases[i].wrong, cases[i].warning, true);
        check_said(cases[i].right, cases[i].warning, false);
    }
}

#define CHECK_CASES(cases) check_cases(cases, sizeof(cases) / sizeof(*(cases)))

static void keys_that_do_nothing_beside_others(void **state)
{
    static const struct rule_case cases[] = {
        { PV "vnc = 1; vfb = [ 'vnc=1' ]", PV "vfb = [ 'vnc=1' ]",
          "'vnc' has no effect beside 'vfb'" },
        { PV "keymap = 'de'; vfb = [ 'vnc=1' ]", PV "vnc = 1; keymap = 'de'",
          "'keymap' has no effect" },
        { PV "sdl = 1", PV "vnc = 1; sdl = 1",
          "'sdl' has no effect without 'vnc = 1'" },
        { HVM "vnc = 0; vnclisten = '0.0.0.0'", HVM "vnclisten = '0.0.0.0'",
          "'vnclisten' has no effect with 'vnc = 0'" },
        { HVM "display = ':0'", HVM "sdl = 1; display = ':0'",
          "'display' has no effect without 'sdl = 1'" },
        { HVM "nographic = 1", HVM "nographic = 1; vnc = 0",
          "'nographic' has no effect while VNC" },
        { HVM "spiceport = 5930",
          HVM "spice = 1; spiceport = 5930; spicepasswd = 'x'",
          "'spiceport' has no effect without 'spice = 1'" },
        { HVM "spice = 1; spiceport = 5930; spicepasswd = 'x'; "
              "spicedisable_ticketing = 1",
          HVM "spice = 1; spiceport = 5930; spicepasswd = 'x'",
          "'spicepasswd' has no effect with" },
        { HVM "spice = 1; spice_clipboard_sharing = 1",
          HVM "spice = 1; spice_clipboard_sharing = 1; spicevdagent = 1",
          "'spice_clipboard_sharing' has no effect without" },
        { HVM "vga = 'none'; videoram = 16",
          HVM "vga = 'stdvga'; videoram = 16",
          "'videoram' has no effect with" },
        { PVH "pvshim_extra = 'x'", PVH "pvshim = 1; pvshim_extra = 'x'",
          "'pvshim_extra' has no effect without 'pvshim = 1'" },
        { HVM "stubdomain_memory = 64",
          HVM "device_model_stubdomain_override = 1; stubdomain_memory = 64",
          "'stubdomain_memory' has no effect without" },
        { HVM "device_model_version = 'qemu-xen-traditional'; hdtype = 'ahci'",
          HVM "hdtype = 'ahci'", "'hdtype' has no effect with" },
        { PVH "pci_permissive = 1",
          HVM "pci_permissive = 1; pci = [ '02:00.0' ]",
          "'pci_permissive' has no effect without 'pci'" },
        { HVM "rdm_mem_boundary = 1024",
          HVM "rdm_mem_boundary = 1024; rdm = 'strategy=host'",
          "'rdm_mem_boundary' has no effect" },
        { PV "bootloader_args = [ '-v' ]",
          PV "bootloader_args = [ '-v' ]; bootloader = 'pygrub'",
          "'bootloader_args' has no effect" },
        { HVM "boot = 'dc'; kernel = '/k'", HVM "boot = 'dc'",
          "'boot' has no effect beside 'kernel'" },
        { HVM "bios = 'seabios'; firmware = 'uefi'",
          HVM "bios = 'ovmf'; firmware = 'uefi'",
          "'bios' has no effect beside 'firmware'" },
        { HVM "firmware_override = '/a'; firmware = '/b'",
          HVM "firmware_override = '/a'", "'firmware_override' has no effect" },
        { HVM "acpi = 0; acpi_s3 = 1", HVM "acpi_s3 = 1",
          "'acpi_s3' has no effect with 'acpi = 0'" },
        { HVM "pae = 0; nx = 1", HVM "nx = 1", "'nx' has no effect" },
        { PVH "hap = 1; oos = 0", PVH "hap = 0; oos = 0",
          "'oos' has no effect with 'hap = 1'" },
        { HVM "altp2m = 'mixed'; altp2mhvm = 1", HVM "altp2mhvm = 1",
          "'altp2mhvm' has no effect beside 'altp2m'" },
        { PV "slice = 10", PV "period = 10", "has no effect any more" },
        { PV "restart_limit = 3; on_reboot = 'destroy'", PV "restart_limit = 3",
          "'restart_limit' has no effect" },
    };

    CHECK_CASES(cases);
}

static void contradictions_of_memory_and_processors(void **state)
{
    static const struct rule_case cases[] = {
        { PV "maxmem = 32", PV "maxmem = 64", "'maxmem' is below 'memory'" },
        { HVM "maxmem = 128; pci = [ '02:00.0' ]",
          PV "maxmem = 128; pci = [ '02:00.0' ]",
          "a guest with 'pci' needs all of 'maxmem'" },
        { HVM "maxmem = 128; altp2m = 1", HVM "maxmem = 64; altp2m = 1",
          "a guest with 'altp2m' needs all of 'maxmem'" },
        { HVM "nestedhvm = 1; altp2m = 'mixed'", HVM "nestedhvm = 1",
          "'nestedhvm' excludes 'altp2m'" },
        { PVH "nestedhvm = 1; hap = 0", PVH "nestedhvm = 1; hap = 1",
          "'nestedhvm' needs 'hap'" },
        { PV "vcpus = 2; cap = 201", PV "vcpus = 2; cap = 200",
          "'cap' is more than all vCPUs can use" },
        { PV "cpu_weight = 65536", PV "cpu_weight = 65535",
          "'cpu_weight' is not from 1 to 65535" },
        { PV "vcpus = 1; cpus = [ '0', '1' ]",
          PV "vcpus = 2; cpus = [ '0', '1' ]",
          "more lists in 'cpus' than vCPUs" },
        { PV "vcpus = 1; cpus_soft = [ '0', '1' ]",
          PV "vcpus = 2; cpus_soft = [ '0', '1' ]",
          "more lists in 'cpus_soft' than vCPUs" },
        { PV "vcpus = 1; cpus = '0'; cpus_soft = '1'",
          PV "vcpus = 1; cpus = '0-1'; cpus_soft = '1'",
          "a vCPU prefers CPUs that 'cpus' does not let it run on" },
        { PV "tsc_mode = 'native_paravirt'", PV "tsc_mode = 'native'",
          "Xen has no native_paravirt any more" },
        { PV "vmtrace_buf_kb = 64", PVH "vmtrace_buf_kb = 64",
          "Xen traces HVM and PVH guests only" },
        { PVH "vmtrace_buf_kb = 65", PVH "vmtrace_buf_kb = 64",
          "is not a power of two" },
        { HVM "viridian = [ '!stimer', 'all' ]",
          HVM "viridian = [ 'all', '!stimer' ]",
          "a Viridian group is both on and off" },
        { HVM "viridian = [ 'stimer' ]", HVM "viridian = [ 'base', 'stimer' ]",
          "Viridian groups without 'base'" },
        { HVM "viridian = [ 'defaults', '!base' ]",
          HVM "viridian = [ 'defaults' ]", "Viridian groups without 'base'" },
    };

    CHECK_CASES(cases);
}

static void contradictions_of_start_and_stop(void **state)
{
    static const struct rule_case cases[] = {
        { PV "bootloader = 'pygrub'",
          "name = 't'; type = 'pv'; bootloader = 'pygrub'; memory = 64",
          "'kernel' is replaced by what 'bootloader' finds" },
        { HVM "ramdisk = '/r'", HVM "ramdisk = '/r'; kernel = '/k'",
          "'ramdisk' without 'kernel'" },
        { HVM "cmdline = 'x'", HVM "cmdline = 'x'; kernel = '/k'",
          "'cmdline' without 'kernel'" },
        { HVM "extra = 'x'", PV "extra = 'x'", "'extra' without 'kernel'" },
        { HVM "root = '/d'", PV "root = '/d'", "'root' without 'kernel'" },
        { HVM "bios = 'rombios'",
          HVM "bios = 'rombios'; device_model_version = "
              "'qemu-xen-traditional'",
          "go only together" },
        { HVM "boot = 'x'", HVM "boot = 'ncda'",
          "'boot' names a device that is none" },
        { PV "stop_action = 'save'; nomigrate = 1", PV "stop_action = 'save'",
          "cannot be saved or migrated" },
    };

    CHECK_CASES(cases);
}

static void contradictions_of_screen_and_sound(void **state)
{
    static const struct rule_case cases[] = {
        { HVM "spice = 1", HVM "spice = 1; spiceport = 5930",
          "'spice' without a port" },
        { HVM "spice = 1; spiceport = 5930",
          HVM "spice = 1; spiceport = 5930; spicepasswd = 'x'",
          "'spice' without a password" },
        { HVM "videoram = 8; vga = 'stdvga'", HVM "videoram = 8",
          "'videoram' is too small" },
        { HVM "vncpasswd = '123456789'", HVM "vncpasswd = '12345678'",
          "VNC reads only the first 8 characters" },
        { HVM "vncdisplay = 1; vncunused = 1",
          HVM "vncdisplay = 1; vncunused = 0",
          "'vncdisplay' is only where the search" },
        { HVM "stdvga = 1; vga = 'none'", HVM "stdvga = 1",
          "'stdvga' is ignored beside 'vga'" },
        { HVM "soundhw = 'pcspk'", HVM "soundhw = 'hda'",
          "QEMU has no such sound card" },
        { HVM "dm_restrict = 1; device_model_version = "
              "'qemu-xen-traditional'",
          HVM "dm_restrict = 1", "'dm_restrict' is not possible" },
    };

    CHECK_CASES(cases);
}

static void contradictions_of_devices(void **state)
{
    static const struct rule_case cases[] = {
        { HVM "usbversion = 2; usb = 1", HVM "usbversion = 2; usb = 0",
          "'usbversion' excludes" },
        { HVM "usbversion = 2; usbdevice = 'tablet'", HVM "usbversion = 2",
          "'usbversion' excludes" },
        { HVM "usb = 1; spice = 1; spiceusbredirection = 2",
          HVM "usb = 1; spiceusbredirection = 2",
          "'spiceusbredirection' excludes" },
        { HVM "usb = 0; usbdevice = 'tablet'",
          HVM "usb = 1; usbdevice = 'tablet'",
          "'usbdevice' turns 'usb' on again" },
        { HVM "passthrough = 'disabled'; pci = [ '02:00.0' ]",
          HVM "passthrough = 'enabled'; pci = [ '02:00.0' ]",
          "but 'passthrough' is disabled" },
        { HVM "gfx_passthru = 1", HVM "gfx_passthru = 1; pci = [ '02:00.0' ]",
          "'gfx_passthru' without a graphics card" },
        { PV "e820_host = 0; pci = [ '02:00.0' ]", PV "e820_host = 0",
          "'pci' turns 'e820_host' on again" },
        { PV "vif = [ 'type=ioemu' ]", HVM "vif = [ 'type=ioemu' ]",
          "'type=ioemu' is possible for HVM guests only" },
        { PV "vif = [ 'mac=00:16:3e:00:00:01', 'mac=00:16:3e:00:00:01' ]",
          PV "vif = [ 'mac=00:16:3e:00:00:01', 'bridge=a', 'bridge=a' ]",
          "two interfaces have the same MAC address: '00:16:3e:00:00:01' is "
          "that of line 2, too" },
        { PV "vif = [ 'vifname=a', 'vifname=a' ]",
          PV "vif = [ 'vifname=a', 'vifname=b', '', '' ]",
          "two interfaces have the same vifname: 'a' is that of line 2" },
        { PV "vif = [ '', 'devid=0' ]", PV "vif = [ '', 'devid=3' ]",
          "two interfaces have the same devid: '0'" },
        { PV "vif = [ 'mac=01:16:3e:00:00:01' ]",
          PV "vif = [ 'mac=02:16:3e:00:00:01' ]", "a MAC address of a group" },
        { PV "pci = [ '02:00.0',\n'02:00.1', '02:00.0' ]",
          PV "pci = [ '02:00.0', '02:00.1' ]",
          "t.cfg:3:12: warning: a PCI device is passed through twice: "
          "'0000:02:00.0' is that of line 2, too" },
        { PVH "pci = [ '02:00.0' ]", HVM "pci = [ '02:00.0' ]",
          "libxl passes no PCI device to a PVH guest" },
        { PV "channel = [ 'connection=pty,name=a', 'connection=pty,name=a' ]",
          PV "channel = [ 'connection=pty,name=a', 'connection=pty' ]",
          "two channels have the same name: 'a'" },
        { PV "p9 = [ 'tag=a,path=/a,security_model=none', 'path=/b' ]",
          PV "p9 = [ 'tag=a,path=/a,security_model=none', 'tag=b' ]",
          "two 9p shares have the same tag: 'a'" },
        { PV "p9 = [ 'tag=a,path=/a,security_model=nome' ]",
          PV "p9 = [ 'tag=a,path=/a,security_model=none' ]",
          "a security model that QEMU does not know" },
        { HVM "usbctrl = [ 'type=devicemodel,version=2,ports=4' ]",
          HVM "usbctrl = [ 'type=devicemodel,version=2,ports=6' ]",
          "version or ports that it cannot have" },
        { PV "usbctrl = [ 'type=pv,version=3' ]",
          PV "usbctrl = [ 'type=pv,version=2,ports=4' ]",
          "version or ports that it cannot have" },
        { PV "usbdev = [ 'hostbus=1,hostaddr=2,port=1' ]",
          PV "usbdev = [ 'hostbus=1,hostaddr=2,controller=0,port=1' ]",
          "a USB device with a port, but no controller" },
        { PV "disk = [ '/a,raw,hde,r' ]",
          PV "disk = [ '/a,raw,hdd1,r', '/b,raw,sdp15,r', '/c,raw,xvdaa,r', "
             "'/d,raw,d0p1,r', '/e,raw,51712,r' ]",
          "a disk with a vdev that libxl refuses" },
        { PV "disk = [ '/a,raw,xvda0,r' ]", PV "disk = [ '/a,raw,xvda,r' ]",
          "a disk with a vdev that libxl refuses" },
        { PV "disk = [ '/a,qcow2,xvda,r,backendtype=phy' ]",
          PV "disk = [ '/a,raw,xvda,r,backendtype=phy' ]",
          "'backendtype=phy' serves raw disks only" },
        { PV "disk = [ '/a,raw,xvda,r', '/b,raw,xvda,r' ]",
          PV "disk = [ '/a,raw,xvda,r', '/b,raw,xvdb,r' ]",
          "two disks have the same vdev: 'xvda' is that of line 2, too" },
        { PV "disk = [ '/a,raw,xvda,r', '/a,raw,xvdb,w' ]",
          PV "disk = [ '/a,raw,xvda,r', '/a,raw,xvdb,r' ]",
          "two disks are the same image" },
        { PV "usbctrl = [ 'type=devicemodel' ]",
          HVM "usbctrl = [ 'type=devicemodel' ]",
          "'type=devicemodel' is possible for HVM guests only" },
    };

    CHECK_CASES(cases);
}

static void settings_that_are_said_twice_in_a_string(void **state)
{
    static const struct rule_case cases[] = {
        { PV "vif = [ 'bridge=a,bridge=b' ]",
          PV "vif = [ 'bridge=a', 'bridge=b' ]",
          "t.cfg:2:19: warning: 'bridge' is set twice in one string; the "
          "last" },
        { PV "vfb = [ 'vnc=1,vnc=0' ]", PV "vfb = [ 'vnc=1' ]",
          "'vnc' is set twice in one string" },
        { PV "disk = [ 'access=r,access=w,vdev=xvda,target=/a' ]",
          PV "disk = [ 'access=r,vdev=xvda,target=/a,access=w' ]",
          "'access' is set twice in one string" },
        { PV "channel = [ 'connection=pty,name=a,name=b' ]",
          PV "channel = [ 'connection=pty,name=a' ]",
          "'name' is set twice in one string" },
    };

    CHECK_CASES(cases);
}

static void names_and_numbers_that_cannot_be_meant(void **state)
{
    static const struct rule_case cases[] = {
        { PV "name = '12'", PV "name = '12a'", "a name of digits" },
        { PV "name = 'a/b'", PV "name = 'a-b'", "a name with a '/' in it" },
        { PV "memory = 17179869184", PV "memory = 16777216",
          "more than 16 TiB of memory" },
        { PV "vcpus = 0", PV "vcpus = 1", "no vCPU of the guest is online" },
        { PV "max_grant_version = 3", PV "max_grant_version = 2",
          "'max_grant_version' is above 2" },
        { PV "start_after = [ 'a', 't' ]", PV "start_after = [ 'a' ]",
          "'start_after' names the guest itself" },
    };

    CHECK_CASES(cases);
}

/* One report each, with what to write instead. */
static void common_slips_have_a_hint(void **state)
{
    static const char *const slips[][2] = {
        { "nomigrate = true",
          "t.cfg:1:13: error: expected a value, found 'true'\n"
          "  hint: yes is written 1 and no 0\n" },
        { "nomigrate = True", "t.cfg:1:13: error: a word in upper case\n"
                              "  hint: yes is written 1 and no 0\n" },
        { "memory = 64M",
          "t.cfg:1:10: error: a number with something behind it\n"
          "  hint: a number has no unit, as memory counts MiB; text is "
          "quoted\n" },
        { "cap = 1 vcpus = 2",
          "t.cfg:1:9: error: expected the end of the line after the value of "
          "'cap', found 'vcpus'\n"
          "  hint: two settings on a line have a ; between them\n" },
        { "name = 'a'\r\nkernel = '/k'\r\nvcpus = 1\r",
          "t.cfg:1:11: error: a carriage return: the file has DOS line ends\n"
          "  hint: convert it with: sed -i 's/\\r$//' FILE\n" },
        { PV "timer_mode = 1",
          "t.cfg:2:14: error: 'timer_mode' is not possible for a PV guest\n"
          "  hint: remove the line\n" },
        { PV "vif = [ 'mtu=x' ]", "t.cfg:2:14: error: 'x' is not a number\n" },
        { PV "tee = 'ffa'",
          "t.cfg:2:1: warning: 'tee' has an effect on Arm hosts only\n"
          "t.cfg:2:7: error: 'ffa' of 'tee' needs Xen 4.18\n" },
    };

    for (size_t i = 0; i < sizeof(slips) / sizeof(*slips); i++) {
        struct loaded loaded;

        loaded_text(&loaded, slips[i][0], strlen(slips[i][0]));
        assert_int_not_equal(loaded.rc, 0);
        assert_string_equal(loaded.said.text, slips[i][1]);
        loaded_dispose(&loaded);
    }
}

static void near_words_are_hinted_at(void **state)
{
    static const struct rule_case cases[] = {
        { PV "mem = 4", PV "x = 4", "did you mean 'memory'?" },
        { PV "memmory = 4", PV "q = 4", "did you mean 'memory'?" },
        { PV "a = 4", PV "name = 'b'", "unknown key 'a' is ignored\n" },
    };

    CHECK_CASES(cases);
    check_said(PV "a = 4", "did you mean", false);
}

/* Old forms have a hint of the new one; what is newer has its Xen. */
static void old_and_new_settings_are_known(void **state)
{
    static const struct rule_case cases[] = {
        { PV "disk = [ 'phy:/a,xvda,w' ]", PV "disk = [ '/a,raw,xvda,w' ]",
          "the prefix 'phy:' of a disk is deprecated" },
        { PV "vif = [ 'vlan=10' ]", PV "vif = [ '' ]",
          "'vlan' needs Xen 4.19" },
    };
    static const char *const refused[][2] = {
        { PV "disk = [ '/a,raw,xvda,w,grant_usage=1' ]",
          "'grant_usage' of a disk needs Xen 4.19" },
        { PV "p9 = [ 'tag=a,path=/a,security_model=none,max-files=3' ]",
          "'max-files' needs Xen 4.19" },
    };
    struct loaded loaded;

    CHECK_CASES(cases);
    for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
        loaded_text(&loaded, refused[i][0], strlen(refused[i][0]));
        assert_int_not_equal(loaded.rc, 0);
        if (strstr(loaded.said.text, refused[i][1]) == NULL)
            fail_msg("expected: %s\ngot: %s", refused[i][1], loaded.said.text);
        loaded_dispose(&loaded);
    }
}

/* What is missed may be in the line that could not be read. */
static void a_broken_file_is_not_said_to_lack_keys(void **state)
{
    static const char text[] = HVM "spicehost = 'h'\nspice = = 1\n";
    struct loaded loaded;

    loaded_text(&loaded, text, strlen(text));
    assert_int_not_equal(loaded.rc, 0);
    assert_null(strstr(loaded.said.text, "spicehost"));
    loaded_dispose(&loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_that_do_nothing_beside_others),
        cmocka_unit_test(contradictions_of_memory_and_processors),
        cmocka_unit_test(contradictions_of_start_and_stop),
        cmocka_unit_test(contradictions_of_screen_and_sound),
        cmocka_unit_test(contradictions_of_devices),
        cmocka_unit_test(settings_that_are_said_twice_in_a_string),
        cmocka_unit_test(names_and_numbers_that_cannot_be_meant),
        cmocka_unit_test(common_slips_have_a_hint),
        cmocka_unit_test(near_words_are_hinted_at),
        cmocka_unit_test(old_and_new_settings_are_known),
        cmocka_unit_test(a_broken_file_is_not_said_to_lack_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
