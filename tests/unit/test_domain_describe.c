/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libxl adds to a domain is not told as if it had been asked for. */
#include "unit.h"

#include "domain/describe.h"

static void the_usual_interface_is_not_named(void **state)
{
    libxl_device_nic nics[2] = { { .nictype = LIBXL_NIC_TYPE_VIF },
                                 { .nictype = LIBXL_NIC_TYPE_VIF_IOEMU } };
    libxl_domain_config config = { .nics = nics, .num_nics = 2 };

    config.c_info.type = LIBXL_DOMAIN_TYPE_PVH;
    describe_forget_filled(&config);
    assert_int_equal(nics[0].nictype, LIBXL_NIC_TYPE_UNKNOWN);
    assert_int_equal(nics[1].nictype, LIBXL_NIC_TYPE_VIF_IOEMU);
    nics[0].nictype = LIBXL_NIC_TYPE_VIF;
    config.c_info.type = LIBXL_DOMAIN_TYPE_HVM;
    describe_forget_filled(&config);
    assert_int_equal(nics[0].nictype, LIBXL_NIC_TYPE_VIF);
    assert_int_equal(nics[1].nictype, LIBXL_NIC_TYPE_UNKNOWN);
}

static void only_the_usual_msrs_are_forgotten(void **state)
{
    libxl_domain_config config = { .num_nics = 0 };
    libxl_defbool *relaxed = &config.b_info.arch_x86.msr_relaxed;

    libxl_defbool_set(relaxed, false);
    describe_forget_filled(&config);
    assert_true(libxl_defbool_is_default(*relaxed));
    libxl_defbool_set(relaxed, true);
    describe_forget_filled(&config);
    assert_true(libxl_defbool_val(*relaxed));
}

static void video_memory_is_that_of_a_screen(void **state)
{
    libxl_domain_config config = { .num_nics = 0 };

    config.c_info.type = LIBXL_DOMAIN_TYPE_PV;
    describe_forget_filled(&config);
    assert_true(config.b_info.video_memkb == LIBXL_MEMKB_DEFAULT);
    config.c_info.type = LIBXL_DOMAIN_TYPE_HVM;
    config.b_info.video_memkb = 0;
    config.b_info.u.hvm.vga.kind = LIBXL_VGA_INTERFACE_TYPE_STD;
    describe_forget_filled(&config);
    assert_int_equal(config.b_info.video_memkb, 0);
    config.b_info.u.hvm.vga.kind = LIBXL_VGA_INTERFACE_TYPE_NONE;
    describe_forget_filled(&config);
    assert_true(config.b_info.video_memkb == LIBXL_MEMKB_DEFAULT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_usual_interface_is_not_named),
        cmocka_unit_test(only_the_usual_msrs_are_forgotten),
        cmocka_unit_test(video_memory_is_that_of_a_screen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
