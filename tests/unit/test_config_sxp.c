/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SXP, for those who still read it: written here by hand from what xl's fields
 * are. tests/oracle/same_as_xl.py compares it with xl's own.
 */
#include "config_unit.h"

#include "config/sxp.h"

#define UUID "5a0c4f0e-4b45-4c8f-9a5e-0d3e3f1f8f11"

/* The caller's. */
static char *sxp_of(const char *text, int domid, const char *uuid)
{
    struct strbuf got = { 0 };
    struct loaded loaded;

    loaded_text(&loaded, text, strlen(text));
    assert_int_equal(loaded.rc, 0);
    assert_int_equal(
        sxp_of_domain(domid, uuid, &loaded.spec.config, &got, NULL), 0);
    loaded_dispose(&loaded);
    return strbuf_take(&got);
}

static void expect(const char *text, int domid, const char *uuid,
                   const char *wanted)
{
    cleanup_free char *got = sxp_of(text, domid, uuid);

    assert_string_equal(got, wanted);
}

static void a_pv_domain_with_devices(void **state)
{
    expect("name = \"web\"\ntype = \"pv\"\nmemory = 64\nmaxmem = 128\n"
           "vcpus = 2\nbootloader = \"pygrub\"\nbootloader_args = \"-q -o\"\n"
           "kernel = \"/k\"\npool = \"Pool-0\"\n"
           "max_grant_frames = 32\nmax_maptrack_frames = 512\n"
           "disk = [ \"/dev/a,raw,xvda,rw\", \"/i.iso,raw,xvdb,ro,cdrom\" ]\n"
           "vif = [ \"mac=00:16:3e:01:02:0f,vifname=web0\" ]\n",
           7, UUID,
           "(domain\n"
           "\t(domid 7)\n"
           "\t(create_info)\n"
           "\t(hvm 0)\n"
           "\t(hap <default>)\n"
           "\t(oos <default>)\n"
           "\t(ssidref 0)\n"
           "\t(name web)\n"
           "\t(uuid " UUID ")\n"
           "\t(cpupool Pool-0)\n"
           "\t(xsdata (null))\n"
           "\t(platformdata (null))\n"
           "\t(build_info)\n"
           "\t(max_vcpus 2)\n"
           "\t(max_grant_frames 32)\n"
           "\t(max_maptrack_frames 512)\n"
           "\t(tsc_mode default)\n"
           "\t(max_memkb 131072)\n"
           "\t(target_memkb 65536)\n"
           "\t(nomigrate <default>)\n"
           "\t(bootloader pygrub)\n"
           "\t(bootloader_args -q -o)\n"
           "\t(image\n"
           "\t\t(linux 0)\n"
           "\t\t\t(kernel /k)\n"
           "\t\t\t(cmdline (null))\n"
           "\t\t\t(ramdisk (null))\n"
           "\t\t\t(e820_host <default>)\n"
           "\t\t)\n"
           "\t)\n"
           "\t(device\n"
           "\t\t(tap\n"
           "\t\t\t(backend_domid 0)\n"
           "\t\t\t(frontend_domid 7)\n"
           "\t\t\t(physpath /dev/a)\n"
           "\t\t\t(phystype 0)\n"
           "\t\t\t(virtpath xvda)\n"
           "\t\t\t(unpluggable 0)\n"
           "\t\t\t(readwrite 1)\n"
           "\t\t\t(is_cdrom 0)\n"
           "\t\t)\n"
           "\t)\n"
           "\t(device\n"
           "\t\t(tap\n"
           "\t\t\t(backend_domid 0)\n"
           "\t\t\t(frontend_domid 7)\n"
           "\t\t\t(physpath /i.iso)\n"
           "\t\t\t(phystype 0)\n"
           "\t\t\t(virtpath xvdb)\n"
           "\t\t\t(unpluggable 1)\n"
           "\t\t\t(readwrite 0)\n"
           "\t\t\t(is_cdrom 1)\n"
           "\t\t)\n"
           "\t)\n"
           "\t(device\n"
           "\t\t(vif\n"
           "\t\t\t(vifname web0)\n"
           "\t\t\t(backend_domid 0)\n"
           "\t\t\t(frontend_domid 7)\n"
           "\t\t\t(devid 0)\n"
           "\t\t\t(mtu 0)\n"
           "\t\t\t(model (null))\n"
           "\t\t\t(mac 00163e01020f)\n"
           "\t\t)\n"
           "\t)\n"
           ")\n");
}

/* From a field to the end of the text. */
static void expect_from(const char *text, const char *field, const char *wanted)
{
    cleanup_free char *got = sxp_of(text, SXP_NO_DOMAIN, NULL);
    const char *from = strstr(got, field);

    assert_non_null(from);
    assert_memory_equal(from, wanted, strlen(wanted));
}

static void a_domain_that_is_not_there_has_no_uuid(void **state)
{
    expect_from("name = \"h\"\ntype = \"hvm\"\n", "(domain",
                "(domain\n\t(domid -1)\n\t(create_info)\n\t(hvm 1)\n");
    expect_from("name = \"h\"\ntype = \"hvm\"\n", "\t(uuid ",
                "\t(uuid <unknown>)\n\t(xsdata (null))\n");
}

static void an_hvm_domain_s_machine(void **state)
{
    expect_from("name = \"h\"\ntype = \"hvm\"\nvnc = 1\nvncdisplay = 4\n"
                "stdvga = 1\nserial = \"pty\"\nboot = \"dc\"\nusb = 1\n"
                "shadow_memory = 8\nhpet = 0\ntimer_mode = 1\n",
                "\t(image\n",
                "\t(image\n"
                "\t\t(hvm\n"
                "\t\t\t(firmware (null))\n"
                "\t\t\t(video_memkb -1)\n"
                "\t\t\t(shadow_memkb 8192)\n"
                "\t\t\t(pae <default>)\n"
                "\t\t\t(apic <default>)\n"
                "\t\t\t(acpi <default>)\n"
                "\t\t\t(nx <default>)\n"
                "\t\t\t(viridian <default>)\n"
                "\t\t\t(hpet False)\n"
                "\t\t\t(vpt_align <default>)\n"
                "\t\t\t(timer_mode no_delay_for_missed_ticks)\n"
                "\t\t\t(nestedhvm <default>)\n"
                "\t\t\t(stdvga True)\n"
                "\t\t\t(vnc True)\n"
                "\t\t\t(vnclisten (null))\n"
                "\t\t\t(vncdisplay 4)\n"
                "\t\t\t(vncunused <default>)\n");
    expect_from("name = \"h\"\ntype = \"hvm\"\nserial = \"pty\"\n"
                "boot = \"dc\"\nusb = 1\nusbdevice = \"tablet\"\n",
                "\t\t\t(device_model ",
                "\t\t\t(device_model default)\n"
                "\t\t\t(gfx_passthru <default>)\n"
                "\t\t\t(serial pty)\n"
                "\t\t\t(boot dc)\n"
                "\t\t\t(usb True)\n"
                "\t\t\t(usbdevice tablet)\n"
                "\t\t\t(vkb_device <default>)\n"
                "\t\t)\n\t)\n)\n");
}

static void pci_devices_and_framebuffers(void **state)
{
    expect_from("name = \"p\"\ntype = \"pv\"\nkernel = \"/k\"\n"
                "pci = [ \"0000:03:1f.2,permissive=1\" ]\n"
                "vfb = [ \"vnc=1,vncdisplay=3,keymap=de\" ]\n",
                "\t(device\n",
                "\t(device\n"
                "\t\t(pci\n"
                "\t\t\t(pci dev 0000:03:1f.2@00)\n"
                "\t\t\t(opts msitranslate 0 power_mgmt 0)\n"
                "\t\t)\n"
                "\t)\n"
                "\t(device\n"
                "\t\t(vfb\n"
                "\t\t\t(backend_domid 0)\n"
                "\t\t\t(frontend_domid -1)\n"
                "\t\t\t(devid 0)\n"
                "\t\t\t(vnc True)\n"
                "\t\t\t(vnclisten (null))\n"
                "\t\t\t(vncdisplay 3)\n"
                "\t\t\t(vncunused <default>)\n"
                "\t\t\t(keymap de)\n"
                "\t\t\t(sdl <default>)\n"
                "\t\t\t(opengl <default>)\n"
                "\t\t\t(display (null))\n"
                "\t\t\t(xauthority (null))\n"
                "\t\t)\n"
                "\t)\n"
                ")\n");
}

static void a_pvh_domain_has_no_such_form(void **state)
{
    static const char text[] =
        "name = \"h\"\ntype = \"pvh\"\nkernel = \"/k\"\n";
    static const char last[] = "\t(nomigrate <default>)\n\t(image\n";
    cleanup_strbuf struct strbuf got = { 0 };
    cleanup_error struct error err = ERROR_INIT;
    struct loaded loaded;

    loaded_text(&loaded, text, strlen(text));
    assert_int_equal(
        sxp_of_domain(SXP_NO_DOMAIN, NULL, &loaded.spec.config, &got, &err),
        -1);
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_string_equal(err.message, "Unknown domain type 3");
    assert_string_equal(got.text + got.length - strlen(last), last);
    loaded_dispose(&loaded);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pv_domain_with_devices),
        cmocka_unit_test(a_domain_that_is_not_there_has_no_uuid),
        cmocka_unit_test(an_hvm_domain_s_machine),
        cmocka_unit_test(pci_devices_and_framebuffers),
        cmocka_unit_test(a_pvh_domain_has_no_such_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
