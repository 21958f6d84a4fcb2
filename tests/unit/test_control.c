/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The control socket without a Xen behind it: the rest of xnd is stood in for
 * by what is at the top. Only root is answered, so others skip all of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/paths.h"
#include "base/strbuf.h"
#include "xnd/control.h"
#include "xnd/events.h"
#include "xnd/guests.h"
#include "xnd/journal.h"
#include "xnd/rules.h"

static unsigned int watches; /* events_open less events_close */

int events_open(struct xnd *xnd, struct error *err)
{
    watches = 1;
    return 0;
}

void events_close(struct xnd *xnd)
{
    watches = 0;
}

void events_look(struct xnd *xnd)
{
    control_publish(xnd, "{\"event\":\"paused\"}");
}

int guests_adopt(struct xnd *xnd, uint32_t domid, struct error *err)
{
    return error_set(err, ERR_NODOMAIN, "no domain %u", domid);
}

int rules_reload(struct xnd *xnd, size_t *count, struct error *err)
{
    *count = 3;
    return 0;
}

void guests_report(const struct xnd *xnd, struct json_writer *json)
{
    json_begin_array(json);
    json_end_array(json);
}

void journal(const char *format, ...)
{
}

void journal_warn(const char *format, ...)
{
}

static bool stopped;

void xnd_stop(struct xnd *xnd, bool failed)
{
    stopped = true;
}

void xnd_reconsider(struct xnd *xnd)
{
}

/* ---- a client ---- */

struct fixture {
    struct xnd xnd;
    int fd;
    struct strbuf got; /* not yet looked at */
};

static void turn(struct fixture *f)
{
    for (int i = 0; i < 8; i++)
        uv_run(&f->xnd.loop, UV_RUN_NOWAIT);
}

static int set_up(void **state)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX,
                                   .sun_path = PATHS_XND_SOCKET };
    struct fixture *f = MEM_NEW(struct fixture);

    if (getuid() != 0)
        return 0;
    *state = f;
    uv_loop_init(&f->xnd.loop);
    assert_int_equal(control_open(&f->xnd, NULL), 0);
    f->fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(
        connect(f->fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    if (f == NULL)
        return 0;
    io_cleanup_close(&f->fd);
    control_close(&f->xnd);
    turn(f);
    uv_loop_close(&f->xnd.loop);
    strbuf_dispose(&f->got);
    free(f);
    return 0;
}

static struct fixture *fixture_of(void **state)
{
    if (*state == NULL)
        skip();
    return *state;
}

static void say(struct fixture *f, const char *line)
{
    assert_int_equal(io_write_all(f->fd, line, strlen(line)), 0);
    turn(f);
}

/* Reads what there is, and lets the other side write again. */
static void read_all(struct fixture *f)
{
    char block[4096];
    ssize_t got;

    while ((got = recv(f->fd, block, sizeof(block), MSG_DONTWAIT)) > 0) {
        strbuf_add(&f->got, block, (size_t)got);
        turn(f);
    }
}

static void expect(struct fixture *f, const char *wanted)
{
    strbuf_dispose(&f->got);
    read_all(f);
    assert_string_equal(f->got.length > 0 ? f->got.text : "", wanted);
}

/* ---- tests ---- */

static void each_request_has_its_answer(void **state)
{
    struct fixture *f = fixture_of(state);

    say(f, "{\"request\":\"hold\"}\n{\"request\":\"dance\"}\n");
    expect(f, "{\"ok\":true,\"protocol\":1}\n"
              "{\"ok\":false,\"protocol\":1,\"error\":\"no such request\"}\n");
    say(f, "{\"request\":\"adopt\",\"domid\":7}\n");
    expect(f, "{\"ok\":false,\"protocol\":1,\"error\":\"no domain 7\"}\n");
}

static void a_later_protocol_is_refused(void **state)
{
    struct fixture *f = fixture_of(state);

    say(f, "{\"request\":\"hold\",\"protocol\":1}\n");
    expect(f, "{\"ok\":true,\"protocol\":1}\n");
    say(f, "{\"request\":\"hold\",\"protocol\":2}\n");
    expect(f, "{\"ok\":false,\"protocol\":1,\"error\":\"this xnd speaks "
              "protocol 1\"}\n");
}

static void events_are_for_subscribers(void **state)
{
    struct fixture *f = fixture_of(state);

    say(f, "{\"request\":\"look\"}\n");
    expect(f, "{\"ok\":true,\"protocol\":1}\n");
    assert_int_equal(watches, 0);
    say(f, "{\"request\":\"subscribe\"}\n");
    expect(f, "{\"ok\":true,\"protocol\":1}\n");
    assert_int_equal(watches, 1);
    say(f, "{\"request\":\"look\"}\n");
    expect(f, "{\"event\":\"paused\"}\n{\"ok\":true,\"protocol\":1}\n");
    io_cleanup_close(&f->fd);
    turn(f);
    assert_int_equal(watches, 0);
}

static void what_is_told_reaches_subscribers(void **state)
{
    static const char tell[] =
        "{\"request\":\"tell\",\"event\":\"migrating\",\"domid\":5,"
        "\"uuid\":\"6f0f6d0e-2f0c-4f1e-9d2b-3a4a7f0b2c11\","
        "\"name\":\"web\",\"host\":\"host2\",\"more\":1}\n";
    static const char wanted[] =
        ",\"domid\":5,\"uuid\":\"6f0f6d0e-2f0c-4f1e-9d2b-3a4a7f0b2c11\","
        "\"name\":\"web\",\"host\":\"host2\"}\n"
        "{\"ok\":true,\"protocol\":1}\n";
    struct fixture *f = fixture_of(state);

    say(f, "{\"request\":\"subscribe\"}\n");
    expect(f, "{\"ok\":true,\"protocol\":1}\n");
    say(f, tell);
    strbuf_dispose(&f->got);
    read_all(f);
    assert_non_null(strstr(f->got.text, "{\"event\":\"migrating\",\"time\":"));
    assert_string_equal(strstr(f->got.text, ",\"domid\""), wanted);
}

static void no_other_event_can_be_told(void **state)
{
    struct fixture *f = fixture_of(state);

    say(f, "{\"request\":\"tell\",\"event\":\"destroyed\",\"domid\":5}\n");
    expect(f, "{\"ok\":false,\"protocol\":1,\"error\":\"tell: no such "
              "event\"}\n");
    say(f, "{\"request\":\"tell\",\"event\":\"saved\",\"domid\":5}\n");
    expect(f, "{\"ok\":false,\"protocol\":1,\"error\":\"tell needs domid and "
              "uuid\"}\n");
}

static void a_reload_tells_how_many_rules_there_are(void **state)
{
    struct fixture *f = fixture_of(state);

    say(f, "{\"request\":\"reload\"}\n");
    expect(f, "{\"ok\":true,\"protocol\":1,\"rules\":3}\n");
}

static void only_a_transient_one_retires(void **state)
{
    struct fixture *f = fixture_of(state);

    say(f, "{\"request\":\"retire\"}\n");
    expect(f, "{\"ok\":false,\"protocol\":1,\"error\":\"this xnd is here to "
              "stay\"}\n");
    assert_false(stopped);
    f->xnd.transient = true;
    say(f, "{\"request\":\"retire\"}\n");
    expect(f, "{\"ok\":true,\"protocol\":1}\n");
    assert_true(stopped);
}

/* The number of events that a text tells of, those lost included. */
static uint64_t count_events(char *text, uint64_t *lost)
{
    uint64_t told = 0;

    for (char *line = strtok_r(text, "\n", &text); line != NULL;
         line = strtok_r(NULL, "\n", &text)) {
        cleanup_json_value struct json_value *json = NULL;
        uint64_t count;
        assert_int_equal(json_parse(line, strlen(line), &json, NULL), 0);
        if (json_as_uint(json_get(json, "count"), &count))
            *lost += count;
        else
            told++;
    }
    return told;
}

static void one_that_does_not_read_is_told_what_it_lost(void **state)
{
    struct fixture *f = fixture_of(state);
    enum { EVENTS = 100000 };
    uint64_t lost = 0;

    say(f, "{\"request\":\"subscribe\"}\n");
    expect(f, "{\"ok\":true,\"protocol\":1}\n");
    for (int i = 0; i < EVENTS; i++)
        control_publish(&f->xnd, "{\"event\":\"paused\",\"name\":\"web\"}");
    assert_int_equal(control_clients(&f->xnd), 1);
    strbuf_dispose(&f->got);
    read_all(f);
    uint64_t told = count_events(f->got.text, &lost);
    assert_true(lost > 0);
    assert_int_equal(told + lost, EVENTS);
    /* From here on it gets them again. */
    control_publish(&f->xnd, "{\"event\":\"paused\"}");
    turn(f);
    expect(f, "{\"event\":\"paused\"}\n");
}

static void a_line_without_end_is_cut_off(void **state)
{
    struct fixture *f = fixture_of(state);
    char block[4096];

    memset(block, 'x', sizeof(block));
    for (int i = 0; i < 16; i++) {
        assert_int_equal(io_write_all(f->fd, block, sizeof(block)), 0);
        turn(f);
    }
    assert_int_equal(control_clients(&f->xnd), 1);
    assert_int_equal(io_write_all(f->fd, block, sizeof(block)), 0);
    turn(f);
    assert_int_equal(control_clients(&f->xnd), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(each_request_has_its_answer),
        TEST(a_later_protocol_is_refused),
        TEST(a_reload_tells_how_many_rules_there_are),
        TEST(only_a_transient_one_retires),
        TEST(events_are_for_subscribers),
        TEST(what_is_told_reaches_subscribers),
        TEST(no_other_event_can_be_told),
        TEST(one_that_does_not_read_is_told_what_it_lost),
        TEST(a_line_without_end_is_cut_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
