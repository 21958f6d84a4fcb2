/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disks that QEMU counts: by what name, and from one that may be its guest's.
 */
#include "made_qemu.h"
#include "unit.h"

#include "base/clock.h"
#include "host/qmp.h"
#include "host/traffic_qemu.h"

static int ask(struct made_qemu *qemu, int patience_ms, struct error *err)
{
    cleanup_json_value struct json_value *answer = NULL;

    return qmp_ask(qemu->path, "query-blockstats", NULL,
                   clock_deadline(patience_ms), &answer, err);
}

static void disks_have_the_numbers_that_the_guest_sees(void **state)
{
    static const struct {
        const char *device, *node;
        uint32_t number; /* 0: none */
    } rows[] = {
        { "ide-5632", "#block1", 5632 },
        { "ide0-hd0", "", 768 },
        { "ide0-hd1", NULL, 832 },
        { "ide1-hd1", NULL, 5696 },
        { "scsi0-hd2", NULL, 2080 },
        { "ahcidisk-1", NULL, 2064 },
        { "", "xvda-qcow2", 51712 },
        { "", "xvdb-vpc", 51728 },
        { NULL, "xvdq-raw", 1u << 28 | 16 << 8 },
        { NULL, "xvdaa-raw", 1u << 28 | 26 << 8 },
        { "", "hdc-qcow2", 5632 },
        { "", "sdb-qcow2", 2064 },
        { "floppy0", "xvda-qcow2", 0 },
        { "ide9-hd0", NULL, 0 },
        { "ahcidisk-16", NULL, 0 },
        { NULL, NULL, 0 },
        { "", "", 0 },
        { "", "xvd", 0 },
        { "", "xvdA-raw", 0 },
        { "", "xvda1", 0 },
        { "", "hde-raw", 0 },
        { "", "xvdzzzzzzzzzzzz", 0 },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint32_t number = 0;
        bool known = traffic_qemu_number(rows[i].device, rows[i].node, &number);
        assert_int_equal(known, rows[i].number != 0);
        if (known)
            assert_int_equal(number, rows[i].number);
    }
}

static void a_qemu_that_answers_is_counted(void **state)
{
    cleanup_traffic struct traffic traffic = { 0 };
    struct made_qemu qemu;
    const char *const said[] = {
        QEMU_GREETING QEMU_AGREED
        "{\"timestamp\": {}, \"event\": \"RTC_CHANGE\"}\r\n"
        "{\"return\": [{\"device\": \"ide0-hd0\", \"stats\": {"
        "\"rd_operations\": 3, \"wr_operations\": 4, \"rd_bytes\": 1024,"
        "\"wr_bytes\": 5120}}, {\"device\": \"floppy0\"}],"
        "\"id\": \"xenith\"}\r\n",
        NULL
    };

    made_qemu_start(&qemu, said, false);
    assert_int_equal(traffic_qemu_read(qemu.folder, &traffic, NULL), 0);
    made_qemu_end(&qemu);
    assert_int_equal(traffic.vbds.count, 1);
    const struct traffic_vbd *vbd = &traffic.vbds.items[0];
    assert_int_equal(vbd->domid, 7);
    assert_int_equal(vbd->number, 768);
    assert_true(vbd->by_qemu);
    assert_int_equal(vbd->reads, 3);
    assert_int_equal(vbd->writes, 4);
    assert_int_equal(vbd->read_sectors, 2);
    assert_int_equal(vbd->written_sectors, 10);
}

static void a_qemu_that_refuses_says_why(void **state)
{
    struct error err = ERROR_INIT;
    struct made_qemu qemu;
    const char *const said[] = { QEMU_GREETING QEMU_AGREED
                                 "{\"error\": {\"class\": \"GenericError\","
                                 "\"desc\": \"not now\"}, "
                                 "\"id\": \"xenith\"}\r\n",
                                 NULL };

    made_qemu_start(&qemu, said, false);
    assert_int_equal(ask(&qemu, 5000, &err), -1);
    made_qemu_end(&qemu);
    expect_error(&err, ERR_DEVICE, "QEMU refuses: not now");
    error_dispose(&err);
}

static void a_qemu_that_hangs_costs_its_deadline(void **state)
{
    struct error err = ERROR_INIT;
    struct made_qemu qemu;
    int64_t before = clock_now_ms();

    const char *const said[] = { QEMU_GREETING, NULL };

    made_qemu_start(&qemu, said, false);
    assert_int_equal(ask(&qemu, 50, &err), -1);
    made_qemu_end(&qemu);
    assert_true(clock_now_ms() - before >= 50);
    expect_error(&err, ERR_TIMEOUT, "QEMU: it does not answer");
    error_dispose(&err);
}

static void a_qemu_that_says_nonsense_is_left_out(void **state)
{
    static const char *const words[] = { "nonsense\r\n", "[]\r\n\r\n", "",
                                         "{\"id\": 7" };
    cleanup_traffic struct traffic traffic = { 0 };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const char *const said[] = { words[i], NULL };
        struct made_qemu qemu;
        made_qemu_start(&qemu, said, true);
        assert_int_equal(traffic_qemu_read(qemu.folder, &traffic, NULL), 0);
        made_qemu_end(&qemu);
    }
    assert_int_equal(traffic.vbds.count, 0);
}

static void an_answer_without_an_end_is_not_read_to_it(void **state)
{
    struct error err = ERROR_INIT;
    struct made_qemu qemu;
    cleanup_free char *words = mem_zalloc(2u << 20, 1);

    memset(words, ' ', (2u << 20) - 1);
    const char *const said[] = { words, NULL };

    made_qemu_start(&qemu, said, false);
    assert_int_equal(ask(&qemu, 5000, &err), -1);
    made_qemu_end(&qemu);
    expect_error(&err, ERR_DEVICE, "QEMU: its answer has no end");
    error_dispose(&err);
}

static void without_a_qemu_there_is_nothing_to_count(void **state)
{
    cleanup_traffic struct traffic traffic = { 0 };

    assert_int_equal(traffic_qemu_read("/no/such/folder", &traffic, NULL), 0);
    assert_int_equal(traffic.vbds.count, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(disks_have_the_numbers_that_the_guest_sees),
    cmocka_unit_test(a_qemu_that_answers_is_counted),
    cmocka_unit_test(a_qemu_that_refuses_says_why),
    cmocka_unit_test(a_qemu_that_hangs_costs_its_deadline),
    cmocka_unit_test(a_qemu_that_says_nonsense_is_left_out),
    cmocka_unit_test(an_answer_without_an_end_is_not_read_to_it),
    cmocka_unit_test(without_a_qemu_there_is_nothing_to_count),
};

UNIT_MAIN(tests)
