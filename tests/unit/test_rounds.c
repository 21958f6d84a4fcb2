/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the save helper tells, read as it comes. */
#include <fcntl.h>
#include <unistd.h>

#include "unit.h"

#include "domain/transfer/rounds.h"

static void say(const struct rounds_pipe *way, const char *text)
{
    assert_int_equal(write(way->out, text, strlen(text)), strlen(text));
}

static void rounds_add_up_as_they_come(void **state)
{
    struct rounds rounds = ROUNDS_INIT;
    struct rounds_pipe way;

    assert_int_equal(rounds_pipe_open(&way, NULL), 0);
    assert_int_equal(fcntl(way.out, F_GETFD) & FD_CLOEXEC, 0);
    rounds_pipe_read(&way, &rounds); /* nothing yet: no waiting */
    assert_int_equal(rounds.count, 0);
    say(&way, "round 1 32768 400 9000\nsomething new\nround 2 4");
    rounds_pipe_read(&way, &rounds);
    assert_int_equal(rounds.count, 1);
    assert_int_equal(rounds.dirty, 400);
    say(&way, "00 20 100\nstop 2 6\n");
    rounds_pipe_read(&way, &rounds);
    assert_int_equal(rounds.count, 2);
    assert_int_equal(rounds.sent, 33168);
    assert_true(rounds.stopped && !rounds.busy);
    assert_int_equal(rounds.rest_ms, 6);
    assert_string_equal(rounds.stock, "");
    rounds_pipe_close(&way);
    rounds_pipe_read(&way, &rounds);
}

static void a_line_without_end_costs_no_memory(void **state)
{
    struct rounds rounds = ROUNDS_INIT;
    struct rounds_pipe way;
    char block[1024];

    memset(block, 'x', sizeof(block));
    assert_int_equal(rounds_pipe_open(&way, NULL), 0);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(write(way.out, block, sizeof(block)), sizeof(block));
        rounds_pipe_read(&way, &rounds);
        assert_true(way.rest.length <= 8192);
    }
    say(&way, "\nstock it differs\n");
    rounds_pipe_read(&way, &rounds);
    assert_string_equal(rounds.stock, "it differs");
    rounds_pipe_close(&way);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(rounds_add_up_as_they_come),
    cmocka_unit_test(a_line_without_end_costs_no_memory),
};

UNIT_MAIN(tests)
