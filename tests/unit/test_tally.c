/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sums that only grow, whoever adds to them; and who talks to xenstored. */
#include "unit.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "domain/tally.h"
#include "host/xenstored.h"

static void sums_grow(void **state)
{
    cleanup_free char *path = scratch_path("tally");
    struct tallies more = {
        .of = { [TALLY_MIGRATIONS] = 1, [TALLY_MIGRATION_SECONDS] = 1.5 }
    };
    struct tallies sum;
    struct stat status;

    tally_read(path, &sum);
    assert_true(sum.of[TALLY_MIGRATIONS] == 0);
    tally_add(path, &more);
    tally_add(path, &more);
    tally_read(path, &sum);
    assert_true(sum.of[TALLY_MIGRATIONS] == 2);
    assert_true(sum.of[TALLY_MIGRATION_SECONDS] == 3);
    assert_true(sum.of[TALLY_RESTARTS] == 0);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    scratch_remove(path);
}

static void what_makes_no_sense_is_nothing(void **state)
{
    static const char text[] = "migrations nan\nrestarts -5\nmigration 7\n"
                               "migrations_failed 3\n\xff";
    cleanup_free char *path = scratch_path("tally");
    struct tallies sum;

    assert_int_equal(io_replace_file(path, 0600, text, strlen(text), NULL), 0);
    tally_read(path, &sum);
    assert_true(sum.of[TALLY_MIGRATIONS] == 0);
    assert_true(sum.of[TALLY_RESTARTS] == 0);
    assert_true(sum.of[TALLY_MIGRATIONS_FAILED] == 3);
    scratch_remove(path);
}

static void many_at_once_lose_nothing(void **state)
{
    cleanup_free char *path = scratch_path("tally");
    struct tallies one = { .of = { [TALLY_RESTARTS] = 1 } };
    struct tallies sum;

    for (int i = 0; i < 4; i++)
        if (fork() == 0) {
            for (int j = 0; j < 50; j++)
                tally_add(path, &one);
            _exit(0);
        }
    while (wait(NULL) > 0)
        continue;
    tally_read(path, &sum);
    assert_true(sum.of[TALLY_RESTARTS] == 200);
    scratch_remove(path);
}

static void what_a_domain_takes_of_xenstored_is_read(void **state)
{
    static const char answer[] = "Domain 5:\n"
                                 "nodes           :       35\n"
                                 "watches         :        4\n"
                                 "transactions    :        1\n"
                                 "outstanding     :        2\n"
                                 "memory          :     4711\n";
    struct xenstored_share share;

    assert_true(xenstored_parse_share(answer, &share));
    assert_int_equal(share.nodes, 35);
    assert_int_equal(share.watches, 4);
    assert_int_equal(share.transactions, 1);
    assert_int_equal(share.outstanding, 2);
    assert_int_equal(share.memory_bytes, 4711);
    assert_false(xenstored_parse_share("Quota settings:\n", &share));
    assert_false(xenstored_parse_share("", &share));
    assert_false(xenstored_parse_share("nodes : 5\n", &share));
    assert_false(share.known);
}

static void connections_to_xenstored_are_counted(void **state)
{
    static const char text[] =
        "Num       RefCount Protocol Flags    Type St Inode Path\n"
        "0000: 00000002 00000000 00010000 0001 01 24 /run/xenstored/socket\n"
        "0000: 00000003 00000000 00000000 0001 03 25 /run/xenstored/socket\n"
        "0000: 00000003 00000000 00000000 0001 03 26 "
        "/var/run/xenstored/socket\n"
        "0000: 00000003 00000000 00000000 0001 03 27 /run/dbus/socket\n"
        "0000: 00000003 00000000 00000000 0001 03 28\n";

    assert_int_equal(xenstored_count_connections(text), 2);
    assert_int_equal(xenstored_count_connections(""), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(sums_grow),
    cmocka_unit_test(what_makes_no_sense_is_nothing),
    cmocka_unit_test(many_at_once_lose_nothing),
    cmocka_unit_test(what_a_domain_takes_of_xenstored_is_read),
    cmocka_unit_test(connections_to_xenstored_are_counted),
};

UNIT_MAIN(tests)
