/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disks that QEMU counts: by what name, and from one that may be its guest's.
 */
#include "unit.h"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/clock.h"
#include "host/qmp.h"
#include "host/traffic_qemu.h"

#define GREETING "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n"
#define AGREED "{\"return\": {}}\r\n"

/* A QEMU that says these words to who connects, and waits for it to go. */
struct made_qemu {
    char folder[32];
    char *path;
    int listener;
    const char *words;
    bool hangs_up;
    pthread_t thread;
};

static void *serve(void *data)
{
    struct made_qemu *qemu = data;
    cleanup_close int fd = accept(qemu->listener, NULL, NULL);
    char bytes[256];

    (void)send(fd, qemu->words, strlen(qemu->words), MSG_NOSIGNAL);
    while (!qemu->hangs_up && recv(fd, bytes, sizeof(bytes), 0) > 0)
        continue;
    return NULL;
}

static void begin(struct made_qemu *qemu, const char *words)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    *qemu = (struct made_qemu){ .folder = "qemu-XXXXXX", .words = words };
    assert_non_null(mkdtemp(qemu->folder));
    qemu->path = mem_printf("%s/qmp-libxenstat-7", qemu->folder);
    strcpy(address.sun_path, qemu->path);
    qemu->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(
        bind(qemu->listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(qemu->listener, 1), 0);
}

static void start(struct made_qemu *qemu)
{
    assert_int_equal(pthread_create(&qemu->thread, NULL, serve, qemu), 0);
}

static void end(struct made_qemu *qemu)
{
    pthread_join(qemu->thread, NULL);
    close(qemu->listener);
    unlink(qemu->path);
    rmdir(qemu->folder);
    free(qemu->path);
}

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

    begin(&qemu, GREETING AGREED
          "{\"timestamp\": {}, \"event\": \"RTC_CHANGE\"}\r\n"
          "{\"return\": [{\"device\": \"ide0-hd0\", \"stats\": {"
          "\"rd_operations\": 3, \"wr_operations\": 4, \"rd_bytes\": 1024,"
          "\"wr_bytes\": 5120}}, {\"device\": \"floppy0\"}],"
          "\"id\": \"xenith\"}\r\n");
    start(&qemu);
    assert_int_equal(traffic_qemu_read(qemu.folder, &traffic, NULL), 0);
    end(&qemu);
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

    begin(&qemu, GREETING AGREED "{\"error\": {\"class\": \"GenericError\","
                                 "\"desc\": \"not now\"}, "
                                 "\"id\": \"xenith\"}\r\n");
    start(&qemu);
    assert_int_equal(ask(&qemu, 5000, &err), -1);
    end(&qemu);
    expect_error(&err, ERR_DEVICE, "QEMU refuses: not now");
    error_dispose(&err);
}

static void a_qemu_that_hangs_costs_its_deadline(void **state)
{
    struct error err = ERROR_INIT;
    struct made_qemu qemu;
    int64_t before = clock_now_ms();

    begin(&qemu, GREETING);
    start(&qemu);
    assert_int_equal(ask(&qemu, 50, &err), -1);
    end(&qemu);
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
        struct made_qemu qemu;
        begin(&qemu, words[i]);
        qemu.hangs_up = true;
        start(&qemu);
        assert_int_equal(traffic_qemu_read(qemu.folder, &traffic, NULL), 0);
        end(&qemu);
    }
    assert_int_equal(traffic.vbds.count, 0);
}

static void an_answer_without_an_end_is_not_read_to_it(void **state)
{
    struct error err = ERROR_INIT;
    struct made_qemu qemu;
    cleanup_free char *words = mem_zalloc(2u << 20, 1);

    memset(words, ' ', (2u << 20) - 1);
    begin(&qemu, words);
    start(&qemu);
    assert_int_equal(ask(&qemu, 5000, &err), -1);
    end(&qemu);
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
