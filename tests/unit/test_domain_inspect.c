/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a host may lack of a domain, as far as Xen need not be asked. */
#include "unit.h"

#include "device/disk.h"
#include "domain/abilities.h"

static const libxl_physinfo able = {
    .nr_cpus = 2,
    .cap_hvm = true,
    .cap_pv = true,
    .cap_hvm_directio = true,
    .cap_hap = true,
    .cap_shadow = true,
    .cap_iommu_hap_pt_share = true,
    .cap_vmtrace = true,
    .cap_vpmu = true,
};

/* The one ability that the host lacks, by its key; "" for none. */
static const char *lacking(const libxl_domain_config *config,
                           const libxl_physinfo *host)
{
    size_t at = 0;
    const struct ability *found = abilities_next_lacking(config, host, &at);

    if (found == NULL)
        return "";
    assert_null(abilities_next_lacking(config, host, &at));
    return found->key;
}

static void an_able_host_lacks_nothing(void **state)
{
    libxl_device_pci device = { .bus = 2 };
    libxl_domain_config config = {
        .c_info = { .type = LIBXL_DOMAIN_TYPE_HVM,
                    .passthrough = LIBXL_PASSTHROUGH_SHARE_PT },
        .b_info = { .max_vcpus = 2, .vmtrace_buf_kb = 64 },
        .num_pcidevs = 1,
        .pcidevs = &device,
    };

    libxl_defbool_set(&config.c_info.hap, true);
    libxl_defbool_set(&config.b_info.vpmu, true);
    assert_string_equal(lacking(&config, &able), "");
    libxl_defbool_set(&config.c_info.hap, false);
    assert_string_equal(lacking(&config, &able), "");
}

static void the_type_needs_its_ability(void **state)
{
    libxl_domain_config config = { .c_info = { .type =
                                                   LIBXL_DOMAIN_TYPE_PVH } };
    libxl_physinfo host = able;

    host.cap_hvm = false;
    assert_string_equal(lacking(&config, &host), "type");
    config.c_info.type = LIBXL_DOMAIN_TYPE_PV;
    assert_string_equal(lacking(&config, &host), "");
    host.cap_pv = false;
    assert_string_equal(lacking(&config, &host), "type");
}

static void paging_is_missed_where_it_is_asked_for(void **state)
{
    libxl_domain_config config = { .c_info = { .type =
                                                   LIBXL_DOMAIN_TYPE_HVM } };
    libxl_physinfo host = able;

    host.cap_hap = host.cap_shadow = false;
    assert_string_equal(lacking(&config, &host), "");
    libxl_defbool_set(&config.c_info.hap, true);
    assert_string_equal(lacking(&config, &host), "hap");
    libxl_defbool_set(&config.c_info.hap, false);
    assert_string_equal(lacking(&config, &host), "hap");
}

static void devices_need_an_iommu(void **state)
{
    libxl_domain_config config = { .c_info = { .type = LIBXL_DOMAIN_TYPE_PV },
                                   .num_pcidevs = 1 };
    libxl_physinfo host = able;

    host.cap_hvm_directio = false;
    assert_string_equal(lacking(&config, &host), "pci");
    config.num_pcidevs = 0;
    assert_string_equal(lacking(&config, &host), "");
    config.c_info.passthrough = LIBXL_PASSTHROUGH_SYNC_PT;
    assert_string_equal(lacking(&config, &host), "passthrough");
    host = able;
    host.cap_iommu_hap_pt_share = false;
    assert_string_equal(lacking(&config, &host), "");
    config.c_info.passthrough = LIBXL_PASSTHROUGH_SHARE_PT;
    assert_string_equal(lacking(&config, &host), "passthrough");
}

static void more_vcpus_than_cpus_are_unwise(void **state)
{
    libxl_domain_config config = { .c_info = { .type = LIBXL_DOMAIN_TYPE_PV },
                                   .b_info = { .max_vcpus = 3 } };
    size_t at = 0;
    const struct ability *found = abilities_next_lacking(&config, &able, &at);

    assert_non_null(found);
    assert_string_equal(found->key, "vcpus");
    assert_false(found->fatal);
}

/* An image of a given beginning, given as some format: what is said. */
static void check_image(const char *bytes, size_t length,
                        libxl_disk_format format, const char *message,
                        const char *hint)
{
    cleanup_error struct error err = ERROR_INIT;
    char *path = scratch_path("image");
    libxl_device_disk disk = { .pdev_path = path,
                               .vdev = (char *)"xvda",
                               .format = format };
    char image[64] = { 0 };

    memcpy(image, bytes, length);
    assert_int_equal(io_replace_file(path, 0600, image, sizeof(image), NULL),
                     0);
    assert_int_equal(disk_check_format(&disk, "disk 1 (xvda)", &err),
                     message != NULL ? -1 : 0);
    if (message != NULL) {
        cleanup_free char *wanted =
            mem_printf("disk 1 (xvda): %s: it is %s", path, message);

        assert_string_equal(err.message, wanted);
    }
    if (hint != NULL)
        assert_string_equal(err.hint, hint);
    else
        assert_null(err.hint);
    scratch_remove(path);
    free(path);
}

#define IMAGE(bytes) bytes, sizeof(bytes) - 1

static void an_image_of_another_format_is_told(void **state)
{
    check_image(IMAGE(""), LIBXL_DISK_FORMAT_RAW, NULL, NULL);
    check_image(IMAGE("QFI\xfb\0\0\0\3"), LIBXL_DISK_FORMAT_QCOW2, NULL, NULL);
    check_image(IMAGE("QFI\xfb\0\0\0\3"), LIBXL_DISK_FORMAT_RAW,
                "given as raw, but begins like qcow2", "write: format=qcow2");
    check_image(IMAGE("QFI\xfb\0\0\0\1"), LIBXL_DISK_FORMAT_QCOW2,
                "given as qcow2, but begins like qcow", "write: format=qcow");
    check_image(IMAGE("plain"), LIBXL_DISK_FORMAT_QCOW2,
                "given as qcow2, but begins like none", NULL);
    check_image(IMAGE("vhdxfile"), LIBXL_DISK_FORMAT_VHD,
                "given as vhd, but begins like vhdx", NULL);
    /* A fixed VHD ends with what a dynamic one begins with. */
    check_image(IMAGE("plain"), LIBXL_DISK_FORMAT_VHD, NULL, NULL);
    check_image(IMAGE("conectix"), LIBXL_DISK_FORMAT_VHD, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_able_host_lacks_nothing),
        cmocka_unit_test(the_type_needs_its_ability),
        cmocka_unit_test(paging_is_missed_where_it_is_asked_for),
        cmocka_unit_test(devices_need_an_iommu),
        cmocka_unit_test(more_vcpus_than_cpus_are_unwise),
        cmocka_unit_test(an_image_of_another_format_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
