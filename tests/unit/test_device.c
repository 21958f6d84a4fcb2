/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of tools/device needs no Xen: finding, and refusing. */
#include "unit.h"

#include "device/attach.h"
#include "device/detach.h"
#include "device/list.h"
#include "device/pci.h"
#include "device/resize.h"

/* A kind whose devices are the numbers 3 and 12; its calls count. */
static struct {
    int added;
    int removed;
} calls;

static void *fake_list(libxl_ctx *ctx, uint32_t domid, int *count)
{
    int *numbers = mem_zalloc(2, sizeof(int));

    numbers[0] = 3;
    numbers[1] = 12;
    *count = domid == 1 ? 2 : 0;
    return numbers;
}

static void fake_list_free(void *devices, int count)
{
    free(devices);
}

static char *fake_word(const void *device)
{
    return mem_printf("%d", *(const int *)device);
}

static bool fake_is(const struct device_owner *owner, const void *device,
                    const char *text)
{
    return *(const int *)device == 12 && strcmp(text, "dozen") == 0;
}

static int fake_add(libxl_ctx *ctx, uint32_t domid, void *device,
                    const libxl_asyncop_how *how)
{
    calls.added++;
    return ERROR_FAIL;
}

static int fake_remove(libxl_ctx *ctx, uint32_t domid, void *device,
                       const libxl_asyncop_how *how)
{
    calls.removed++;
    return ERROR_FAIL;
}

static int refuse(const struct device_owner *owner, const void *device,
                  struct error *err)
{
    return error_set(err, ERR_STATE, "refused");
}

static const struct device_kind fake = {
    .name = "thing",
    .key = "thing",
    .node = "thing",
    .size = sizeof(int),
    .list = fake_list,
    .list_free = fake_list_free,
    .add = fake_add,
    .remove = fake_remove,
    .destroy = fake_remove,
    .word = fake_word,
};

static struct host host;
static const struct device_owner web = { &host, 1, "web" };
static const struct device_owner none = { &host, 2, "none" };

static void a_device_is_found_by_its_number(void **state)
{
    cleanup_device_list struct device_list list = { 0 };

    device_list_read(&list, &fake, &web);
    assert_int_equal(*(int *)device_list_find(&list, &web, "12"), 12);
    assert_int_equal(*(int *)device_list_find(&list, &web, "0003"), 3);
    assert_null(device_list_find(&list, &web, "1"));
    assert_null(device_list_find(&list, &web, ""));
    assert_null(device_list_find(&list, &web, "3x"));
}

static void a_kind_may_know_other_words(void **state)
{
    cleanup_device_list struct device_list list = { 0 };
    struct device_kind knowing = fake;

    knowing.is = fake_is;
    device_list_read(&list, &knowing, &web);
    assert_int_equal(*(int *)device_list_find(&list, &web, "dozen"), 12);
    assert_int_equal(*(int *)device_list_find(&list, &web, "12"), 12);
    assert_null(device_list_find(&list, &web, "Dozen"));
}

static void a_vif_goes_by_its_mac_address_too(void **state)
{
    const libxl_device_nic nic = { .mac = { 0, 0x16, 0x3e, 0xa, 0xb, 0xc } };

    assert_true(device_nic.is(&web, &nic, "00:16:3e:0a:0b:0c"));
    assert_true(device_nic.is(&web, &nic, "00:16:3E:0A:0B:0C"));
    assert_false(device_nic.is(&web, &nic, "00:16:3e:0a:0b:0"));
    assert_false(device_nic.is(&web, &nic, ""));
}

static void a_tpm_goes_by_its_uuid_too(void **state)
{
    const char *text = "01234567-89ab-cdef-0123-456789abcdef";
    libxl_device_vtpm vtpm;

    libxl_device_vtpm_init(&vtpm);
    assert_int_equal(libxl_uuid_from_string(&vtpm.uuid, text), 0);
    assert_true(device_vtpm.is(&web, &vtpm, text));
    assert_false(
        device_vtpm.is(&web, &vtpm, "01234567-89ab-cdef-0123-456789abcdee"));
    assert_false(device_vtpm.is(&web, &vtpm, "0"));
    libxl_device_vtpm_dispose(&vtpm);
}

static void what_is_not_there_is_told_with_what_is(void **state)
{
    cleanup_device_list struct device_list list = { 0 };
    cleanup_error struct error err = ERROR_INIT;

    device_list_read(&list, &fake, &web);
    assert_null(device_list_need(&list, &web, "4", &err));
    assert_string_equal(err.hint, "it has: 3, 12");
    expect_error(&err, ERR_CONFIG, "web has no thing '4'");
    device_list_dispose(&list);
    device_list_read(&list, &fake, &none);
    assert_null(device_list_need(&list, &none, "4", &err));
    assert_null(err.hint);
    expect_error(&err, ERR_CONFIG, "none has no thing '4'");
}

static void what_is_there_is_not_attached_again(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    int three = 3;

    calls.added = 0;
    assert_int_equal(device_attach(&fake, &web, &three, &err), -1);
    expect_error(&err, ERR_STATE, "thing 3 of web: it has this one already");
    assert_int_equal(calls.added, 0);
}

static void a_check_comes_before_anything_is_done(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    const struct detach_choice choice = { .force = DETACH_FORCE_NOW };
    struct device_kind refusing = fake;
    int four = 4;

    calls.added = calls.removed = 0;
    refusing.check = refusing.check_detach = refuse;
    assert_int_equal(device_attach(&refusing, &web, &four, &err), -1);
    expect_error(&err, ERR_STATE, "refused");
    assert_int_equal(device_detach(&refusing, &web, &four, &choice, &err), -1);
    expect_error(&err, ERR_STATE, "refused");
    assert_int_equal(calls.added + calls.removed, 0);
}

static void a_device_is_found_in_the_record_of_its_domain(void **state)
{
    libxl_device_disk disks[] = { { .vdev = (char *)"xvda" },
                                  { .vdev = (char *)"xvdb" } };
    libxl_device_nic nics[] = { { .devid = 4 }, { .devid = 0 } };
    libxl_domain_config record = {
        .num_disks = 2, .disks = disks, .num_nics = 2, .nics = nics
    };
    const libxl_device_disk xvdb = { .vdev = (char *)"xvdb" };
    const libxl_device_disk xvdc = { .vdev = (char *)"xvdc" };
    const libxl_device_nic vif0 = { .devid = 0 };

    assert_ptr_equal(device_disk.recorded(&record, &xvdb), &disks[1]);
    assert_null(device_disk.recorded(&record, &xvdc));
    assert_ptr_equal(device_nic.recorded(&record, &vif0), &nics[1]);
    assert_ptr_equal(device_nic.script(&nics[1]), &nics[1].script);
}

static void an_image_grows_and_never_shrinks(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *path = scratch_path("image");
    cleanup_free char *wanted =
        mem_printf("%s: it has 8192 bytes already; what the guest has there "
                   "would be lost",
                   path);
    size_t length;
    char *bytes;

    assert_int_equal(io_replace_file(path, 0600, "data", 4, &err), 0);
    assert_int_equal(disk_grow_file(path, 8192, &err), 0);
    assert_int_equal(disk_grow_file(path, 8192, &err), 0);
    assert_int_equal(disk_grow_file(path, 8191, &err), -1);
    expect_error(&err, ERR_CONFIG, wanted);
    assert_int_equal(io_read_file(path, 1 << 20, &bytes, &length, &err), 0);
    assert_int_equal(length, 8192);
    assert_memory_equal(bytes, "data", 5);
    free(bytes);
    scratch_remove(path);
}

static void only_an_image_grows(void **state)
{
    cleanup_error struct error err = ERROR_INIT;

    assert_int_equal(disk_grow_file("/dev/null", 1, &err), -1);
    expect_error(&err, ERR_CONFIG, "/dev/null: not an image file");
    assert_int_equal(disk_grow_file("/nowhere/a.img", 1, &err), -1);
    expect_error(&err, ERR_CONFIG, "/nowhere/a.img: No such file or directory");
}

static void a_pci_address_is_written_in_full(void **state)
{
    const libxl_device_pci pci = {
        .domain = 1, .bus = 2, .dev = 31, .func = 7
    };
    cleanup_free char *address = pci_address(&pci);

    assert_string_equal(address, "0001:02:1f.7");
}

static void a_pci_device_that_is_not_there_is_named(void **state)
{
    cleanup_error struct error err = ERROR_INIT;

    assert_int_equal(pci_check_present("ffff:ff:1f.7", &err), -1);
    expect_error(&err, ERR_CONFIG, "PCI device ffff:ff:1f.7: no such device");
    assert_int_equal(pci_check_assignable("ffff:ff:1f.7", &err), -1);
    assert_string_equal(err.hint, "xn pci-assignable-add ffff:ff:1f.7");
    expect_error(&err, ERR_CONFIG,
                 "PCI device ffff:ff:1f.7: not assignable: it is with no "
                 "driver");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_device_is_found_by_its_number),
    cmocka_unit_test(a_kind_may_know_other_words),
    cmocka_unit_test(a_vif_goes_by_its_mac_address_too),
    cmocka_unit_test(a_tpm_goes_by_its_uuid_too),
    cmocka_unit_test(what_is_not_there_is_told_with_what_is),
    cmocka_unit_test(what_is_there_is_not_attached_again),
    cmocka_unit_test(a_check_comes_before_anything_is_done),
    cmocka_unit_test(a_device_is_found_in_the_record_of_its_domain),
    cmocka_unit_test(an_image_grows_and_never_shrinks),
    cmocka_unit_test(only_an_image_grows),
    cmocka_unit_test(a_pci_address_is_written_in_full),
    cmocka_unit_test(a_pci_device_that_is_not_there_is_named),
};

UNIT_MAIN(tests)
