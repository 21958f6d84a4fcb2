/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A larger disk: what is asked of its QEMU. */
#include "made_qemu.h"
#include "unit.h"

#include "device/resize_qemu.h"

#define MIB (1u << 20)
#define DISKS                                                             \
    QEMU_GREETING QEMU_AGREED                                             \
        "{\"return\": [{\"device\": \"ide0-cd1\"}, {\"device\": \"\","    \
        "\"inserted\": {\"node-name\": \"xvdb-qcow2\", \"image\": {"      \
        "\"virtual-size\": 16777216}}}, {\"device\": \"\", \"inserted\":" \
        "{\"node-name\": \"xvda-vpc\", \"image\": {"                      \
        "\"virtual-size\": 1048576}}}], \"id\": \"xenith\"}\r\n"
#define DONE \
    QEMU_GREETING QEMU_AGREED "{\"return\": {}, \"id\": \"xenith\"}\r\n"

static int resize(const char *const *words, const char *vdev, uint64_t bytes,
                  char *heard, struct error *err)
{
    struct made_qemu qemu;

    made_qemu_start(&qemu, words, false);
    int rc = resize_by_qemu(qemu.path, vdev, bytes, err);
    made_qemu_end(&qemu);
    if (heard != NULL)
        strcpy(heard, qemu.heard);
    return rc;
}

static void a_disk_is_grown_by_the_name_of_its_node(void **state)
{
    static const char *const words[] = { DISKS, DONE, NULL };
    char heard[1024];

    assert_int_equal(resize(words, "xvdb", 32 * MIB, heard, NULL), 0);
    assert_non_null(strstr(heard, "\"execute\":\"block_resize\",\"arguments\":"
                                  "{\"node-name\":\"xvdb-qcow2\","
                                  "\"size\":33554432}"));
}

static void a_disk_is_not_made_smaller(void **state)
{
    static const char *const words[] = { DISKS, NULL };
    struct error err = ERROR_INIT;

    assert_int_equal(resize(words, "xvdb", 8 * MIB, NULL, &err), -1);
    expect_error(&err, ERR_CONFIG,
                 "it has 16777216 bytes already; what the guest has there "
                 "would be lost");
    error_dispose(&err);
}

static void a_disk_that_is_not_served_is_said_as_one(void **state)
{
    static const char *const words[] = { DISKS, NULL };
    struct error err = ERROR_INIT;

    assert_int_equal(resize(words, "xvd", 32 * MIB, NULL, &err), -1);
    assert_int_equal(err.kind, ERR_STATE);
    error_dispose(&err);
}

static void what_qemu_refuses_is_told(void **state)
{
    static const char *const words[] = { DISKS,
                                         QEMU_GREETING QEMU_AGREED
                                         "{\"error\": {\"desc\": \"no space\"},"
                                         "\"id\": \"xenith\"}\r\n",
                                         NULL };
    struct error err = ERROR_INIT;

    assert_int_equal(resize(words, "xvda", 2 * MIB, NULL, &err), -1);
    expect_error(&err, ERR_DEVICE, "QEMU refuses: no space");
    error_dispose(&err);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_disk_is_grown_by_the_name_of_its_node),
    cmocka_unit_test(a_disk_is_not_made_smaller),
    cmocka_unit_test(a_disk_that_is_not_served_is_said_as_one),
    cmocka_unit_test(what_qemu_refuses_is_told),
};

UNIT_MAIN(tests)
