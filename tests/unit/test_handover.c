/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the two ends of a migration say, byte for byte as xl 4.17 says it, and
 * what becomes of the guest when one of them is gone, silent, or talks rubbish.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "domain/transfer/handover.h"
#include "domain/transfer/transport.h"

/* tools/xl/xl.h of Xen 4.17. */
#define BANNER "xl migration receiver ready, send binary domain data.\n"
#define READY "domain received, ready to unpause"
#define PERMISSION "domain is yours, you are cleared to unpause"
#define REPORT "my copy unpause results are as follows"

#define SHORT_MS 50

/* One end is tried, the other is played by the test. */
struct talk {
    struct handover_wire wire;
    int peer;
    struct error err;
};

static void talk_begin(struct talk *talk)
{
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends),
                     0);
    *talk = (struct talk){
        .wire = { .in = ends[0],
                  .out = ends[0],
                  .peer = "host2",
                  .patience = { SHORT_MS, SHORT_MS, SHORT_MS } },
        .peer = ends[1],
        .err = ERROR_INIT,
    };
}

static void talk_end(struct talk *talk)
{
    io_cleanup_close(&talk->wire.in);
    io_cleanup_close(&talk->peer);
    error_dispose(&talk->err);
}

static void say(struct talk *talk, const void *bytes, size_t length)
{
    assert_int_equal(io_write_all(talk->peer, bytes, length), 0);
}

/* The peer has exactly this to read, and no more. */
static void expect_heard(struct talk *talk, const char *bytes, size_t length)
{
    char got[512];

    assert_int_equal(recv(talk->peer, got, sizeof(got), MSG_DONTWAIT), length);
    assert_memory_equal(got, bytes, length);
}

static void expect_nothing_heard(struct talk *talk)
{
    struct pollfd poll_fd = { .fd = talk->peer, .events = POLLIN };

    assert_int_equal(poll(&poll_fd, 1, 0), 0);
}

/* -- the receiver ---------------------------------------------------------- */

static void a_receiver_talks_as_xl_does(void **state)
{
    struct talk talk;

    talk_begin(&talk);
    assert_int_equal(handover_say_banner(&talk.wire, 0, &talk.err), 0);
    expect_heard(&talk, BANNER, sizeof(BANNER) - 1);
    say(&talk, PERMISSION, sizeof(PERMISSION));
    assert_int_equal(handover_ask(&talk.wire, &talk.err), 0);
    expect_heard(&talk, READY, sizeof(READY));
    assert_int_equal(handover_report(&talk.wire, true, &talk.err), 0);
    expect_heard(&talk, REPORT "\0", sizeof(REPORT) + 1);
    talk_end(&talk);
}

static void a_receiver_that_fails_gives_the_guest_back(void **state)
{
    struct talk talk;

    talk_begin(&talk);
    assert_int_equal(handover_report(&talk.wire, false, &talk.err), 0);
    expect_heard(&talk, REPORT "\0\1", sizeof(REPORT) + 1);
    assert_int_equal(handover_give_back(&talk.wire, &talk.err), 0);
    expect_heard(&talk, PERMISSION, sizeof(PERMISSION));
    talk_end(&talk);
}

static void without_permission_there_is_no_guest(void **state)
{
    struct talk talk;

    talk_begin(&talk);
    assert_int_equal(handover_ask(&talk.wire, &talk.err), -1);
    expect_error(&talk.err, ERR_TIMEOUT,
                 "waiting for the permission to start: host2 does not answer");
    say(&talk, "domain is yours, you are cleared to unpausE", 44);
    assert_int_equal(handover_ask(&talk.wire, &talk.err), -1);
    expect_error(&talk.err, ERR_FAILED,
                 "host2 said 'domain is yours, you are cleared to unpa' "
                 "instead of the permission to start");
    say(&talk, PERMISSION, 20);
    shutdown(talk.peer, SHUT_WR);
    assert_int_equal(handover_ask(&talk.wire, &talk.err), -1);
    expect_error(&talk.err, ERR_FAILED,
                 "host2: the connection ended before the permission to start");
    talk_end(&talk);
}

static void what_follows_a_message_is_left_alone(void **state)
{
    char next[8] = "";
    struct talk talk;

    talk_begin(&talk);
    say(&talk, PERMISSION "\0next", sizeof(PERMISSION) + 4);
    assert_int_equal(handover_ask(&talk.wire, &talk.err), 0);
    assert_int_equal(read(talk.wire.in, next, sizeof(next)), 4);
    assert_string_equal(next, "next");
    talk_end(&talk);
}

static void a_sender_that_sends_nothing_is_not_waited_for(void **state)
{
    struct talk talk;

    talk_begin(&talk);
    assert_int_equal(handover_await_state(&talk.wire, &talk.err), -1);
    expect_error(&talk.err, ERR_TIMEOUT, "host2 does not answer");
    say(&talk, "X", 1);
    assert_int_equal(handover_await_state(&talk.wire, &talk.err), 0);
    talk_end(&talk);
}

/* -- the sender: before ---------------------------------------------------- */

static void a_banner_tells_which_state_is_wanted(void **state)
{
    struct talk talk, other;
    unsigned int version = 9;

    talk_begin(&talk);
    say(&talk, BANNER, sizeof(BANNER) - 1);
    assert_int_equal(handover_hear_banner(&talk.wire, &version, &talk.err), 0);
    assert_int_equal(version, 0);
    /* Ours, from the one end to the other. */
    other = talk;
    other.wire.in = other.wire.out = talk.peer;
    assert_int_equal(
        handover_say_banner(&other.wire, HANDOVER_VERSION, &talk.err), 0);
    assert_int_equal(handover_hear_banner(&talk.wire, &version, &talk.err), 0);
    assert_int_equal(version, HANDOVER_VERSION);
    talk_end(&talk);
}

static void what_a_shell_prints_is_no_banner(void **state)
{
    static const char motd[] =
        "Welcome to host2!\n\033[31mLast login: never, from nowhere, at all.\n";
    struct talk talk;
    unsigned int version;

    talk_begin(&talk);
    say(&talk, motd, sizeof(motd) - 1);
    assert_int_equal(handover_hear_banner(&talk.wire, &version, &talk.err), -1);
    assert_string_equal(talk.err.hint,
                        "nothing may print when root's shell starts there");
    expect_error(&talk.err, ERR_FAILED,
                 "host2 said 'Welcome to host2!?\?[31mLast login: never' "
                 "instead of its greeting");
    talk_end(&talk);
}

static void a_version_that_nobody_knows_is_told(void **state)
{
    static const char newer[] =
        "xn migration receiver 9 ready, send a Xenith stream. \n";
    struct talk talk;
    unsigned int version;

    talk_begin(&talk);
    say(&talk, newer, sizeof(newer) - 1);
    assert_int_equal(handover_hear_banner(&talk.wire, &version, &talk.err), -1);
    expect_error(&talk.err, ERR_FAILED,
                 "host2 speaks version 9 of the handshake, and this host 2 to "
                 "2");
    talk_end(&talk);
}

static void a_text_comes_as_it_was_said(void **state)
{
    cleanup_free char *text = NULL, *none = NULL;
    struct talk talk, other;

    talk_begin(&talk);
    other = talk;
    other.wire.in = other.wire.out = talk.peer;
    assert_int_equal(handover_say_text(&other.wire, "why?", 4, &talk.err), 0);
    assert_int_equal(handover_say_text(&other.wire, "", 0, &talk.err), 0);
    assert_int_equal(
        handover_hear_text(&talk.wire, "its question", &text, &talk.err), 0);
    assert_string_equal(text, "why?");
    assert_int_equal(
        handover_hear_text(&talk.wire, "its question", &none, &talk.err), 0);
    assert_string_equal(none, "");
    talk_end(&talk);
}

static void a_text_that_is_too_long_is_not_waited_for(void **state)
{
    char *text = NULL;
    struct talk talk;

    talk_begin(&talk);
    say(&talk, "\1\0\0\2", 4);
    assert_int_equal(
        handover_hear_text(&talk.wire, "its answer", &text, &talk.err), -1);
    expect_error(&talk.err, ERR_FAILED,
                 "host2: its answer has 33554433 bytes, too many");
    say(&talk, "\4\0\0\0wh", 6);
    assert_int_equal(
        handover_hear_text(&talk.wire, "its answer", &text, &talk.err), -1);
    expect_error(&talk.err, ERR_TIMEOUT,
                 "waiting for its answer: host2 does not answer");
    assert_null(text);
    talk_end(&talk);
}

static void who_lives_is_waited_for(void **state)
{
    struct talk talk, other;

    talk_begin(&talk);
    other = talk;
    other.wire.in = other.wire.out = talk.peer;
    talk.wire.patience.ready = 10000;
    talk.wire.patience.life = SHORT_MS;
    for (int i = 0; i < 3; i++)
        handover_show_life(&other.wire);
    assert_int_equal(handover_hear_ready(&talk.wire, &talk.err), -1);
    expect_error(&talk.err, ERR_TIMEOUT,
                 "waiting for the word that it has the guest: host2 does not "
                 "answer");
    handover_show_life(&other.wire);
    say(&talk, READY, sizeof(READY));
    assert_int_equal(handover_hear_ready(&talk.wire, &talk.err), 0);
    talk_end(&talk);
}

static void a_host_that_is_gone_or_silent_is_told(void **state)
{
    struct talk talk;
    unsigned int version;

    talk_begin(&talk);
    assert_int_equal(handover_hear_banner(&talk.wire, &version, &talk.err), -1);
    expect_error(&talk.err, ERR_TIMEOUT,
                 "waiting for its greeting: host2 does not answer");
    assert_int_equal(handover_hear_ready(&talk.wire, &talk.err), -1);
    expect_error(&talk.err, ERR_TIMEOUT,
                 "waiting for the word that it has the guest: host2 does not "
                 "answer");
    io_cleanup_close(&talk.peer);
    assert_int_equal(handover_hear_banner(&talk.wire, &version, &talk.err), -1);
    expect_error(&talk.err, ERR_FAILED,
                 "host2: the connection ended before its greeting");
    talk_end(&talk);
}

static void who_takes_nothing_in_is_not_waited_for(void **state)
{
    static const char much[1 << 20];
    struct talk talk;

    talk_begin(&talk);
    fcntl(talk.wire.out, F_SETFL, O_NONBLOCK);
    assert_int_equal(handover_write(&talk.wire, much, sizeof(much), &talk.err),
                     -1);
    expect_error(&talk.err, ERR_TIMEOUT, "host2 does not answer");
    talk_end(&talk);
}

/* -- the sender: the handover ---------------------------------------------- */

/* The peer said this before it was asked, and ends then or keeps silent. */
struct answer {
    const char *bytes;
    size_t length;
    bool ends;
    enum handover_end end;
    enum error_kind kind;
    const char *message;
};

#define SAYS(text) text, sizeof(text) - 1

static const struct answer answers[] = {
    { SAYS(REPORT "\0\0"), true, HANDOVER_DONE, ERR_NONE, NULL },
    { SAYS(REPORT "\0\1" PERMISSION "\0"), true, HANDOVER_BACK, ERR_FAILED,
      "host2 could not start it (status 1)" },
    /* From here on nobody knows. */
    { SAYS(""), true, HANDOVER_UNKNOWN, ERR_FAILED,
      "host2: the connection ended before its report" },
    { SAYS(""), false, HANDOVER_UNKNOWN, ERR_TIMEOUT,
      "waiting for its report: host2 does not answer" },
    { SAYS(REPORT "\0"), true, HANDOVER_UNKNOWN, ERR_FAILED,
      "host2: the connection ended before its report" },
    { SAYS(REPORT "\0"), false, HANDOVER_UNKNOWN, ERR_TIMEOUT,
      "waiting for its report: host2 does not answer" },
    { SAYS("my copy unpause results are as followX\0\0"), false,
      HANDOVER_UNKNOWN, ERR_FAILED,
      "host2 said 'my copy unpause results are as followX?' instead of its "
      "report" },
    { SAYS(REPORT "\0\1"), true, HANDOVER_UNKNOWN, ERR_FAILED,
      "host2: the connection ended before the permission to go on here" },
    { SAYS(REPORT "\0\1"), false, HANDOVER_UNKNOWN, ERR_TIMEOUT,
      "waiting for the permission to go on here: host2 does not answer" },
    { SAYS(REPORT "\0\1domain is yours? not yet, please wait a little."), false,
      HANDOVER_UNKNOWN, ERR_FAILED,
      "host2 said 'domain is yours? not yet, please wait a ' instead of the "
      "permission to go on here" },
};

static void the_guest_is_where_the_answer_says(void **state)
{
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        const struct answer *answer = &answers[i];
        struct talk talk;

        talk_begin(&talk);
        say(&talk, answer->bytes, answer->length);
        if (answer->ends)
            shutdown(talk.peer, SHUT_WR);
        assert_int_equal(handover_give(&talk.wire, &talk.err), answer->end);
        expect_heard(&talk, PERMISSION, sizeof(PERMISSION));
        if (answer->message == NULL)
            expect_no_error(&talk.err);
        else
            expect_error(&talk.err, answer->kind, answer->message);
        talk_end(&talk);
    }
}

static void permission_that_cannot_go_out_was_not_given(void **state)
{
    struct talk talk;

    talk_begin(&talk);
    io_cleanup_close(&talk.peer);
    assert_int_equal(handover_give(&talk.wire, &talk.err), HANDOVER_KEPT);
    expect_error(&talk.err, ERR_FAILED, "telling host2: Broken pipe");
    talk_end(&talk);
}

static void an_interrupt_counts_until_the_permission(void **state)
{
    struct talk talk;

    talk_begin(&talk);
    raise(SIGTERM);
    assert_int_equal(handover_hear_ready(&talk.wire, &talk.err), -1);
    expect_error(&talk.err, ERR_FAILED,
                 "waiting for the word that it has the guest: interrupted");
    expect_nothing_heard(&talk);
    say(&talk, REPORT "\0", sizeof(REPORT) + 1);
    assert_int_equal(handover_give(&talk.wire, &talk.err), HANDOVER_DONE);
    interrupt_clear();
    talk_end(&talk);
}

/* -- the transport --------------------------------------------------------- */

static void expect_line(const struct transport_request *request,
                        const char *wanted)
{
    cleanup_free char *line = transport_line(request);

    assert_string_equal(line, wanted);
}

static void among_our_own_the_end_is_told(void **state)
{
    struct talk talk, other;

    talk_begin(&talk);
    assert_int_equal(handover_hear_gone(&talk.wire, &talk.err), -1);
    expect_error(&talk.err, ERR_TIMEOUT,
                 "waiting for the word that it has let the guest go: host2 "
                 "does not answer");
    other = talk;
    other.wire.in = other.wire.out = talk.peer;
    assert_int_equal(handover_say_gone(&other.wire, &talk.err), 0);
    assert_int_equal(handover_hear_gone(&talk.wire, &talk.err), 0);
    talk_end(&talk);
}

static void a_host_is_asked_as_it_was_reached(void **state)
{
    cleanup_free char *usual = transport_question(NULL, "host2", "--whose X");
    cleanup_free char *other =
        transport_question("ssh -p 2", "host2", "--whose X");

    assert_string_equal(usual, "exec ssh host2 xn migrate-receive --whose X");
    assert_string_equal(other,
                        "exec ssh -p 2 host2 xn migrate-receive --whose X");
    assert_null(transport_question("", "socat - TCP:host2:8002", "UUID"));
    assert_null(transport_question("socat - TCP:host2:8002 #", "x", "UUID"));
}

static void the_line_is_built_as_xl_builds_it(void **state)
{
    struct transport_request request = { .host = "host2" };

    expect_line(&request, "exec ssh host2 xl migrate-receive");
    request.command = "socat - TCP:host2:8002 #";
    request.nobody = request.debug = request.paused = true;
    request.carriage_returns = true;
    request.verbosity = 2;
    expect_line(&request, "exec socat - TCP:host2:8002 # host2 xl -t -vv "
                          "migrate-receive -e -d -p");
    request.command = "";
    expect_line(&request, "host2");
}

static void our_receiver_is_asked_for_in_one_connection(void **state)
{
    struct transport_request request = { .host = "host2",
                                         .receiver = TRANSPORT_EITHER,
                                         .paused = true };

    expect_line(
        &request,
        "exec ssh host2 'if command -v xn >/dev/null; then exec xn "
        "migrate-receive -p --handshake 2; else exec xl migrate-receive "
        "-p; fi'");
}

/* Through a command of the user's, which may print and run what it likes. */
static void who_is_there_is_asked_before_through_a_command(void **state)
{
    static const struct {
        const char *command;
        enum transport_receiver wanted;
    } rows[] = {
        { "echo 4096 #", TRANSPORT_XL }, /* takes no question */
        { "", TRANSPORT_XL },
        { "false", TRANSPORT_XL },
        { "echo", TRANSPORT_XL }, /* what it was asked, which is no answer */
        { "sh -c 'test \"$*\" = \"host2 xn migrate-receive --room\" && "
          "echo 4096' sh",
          TRANSPORT_OURS },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct transport_request request = { .host = "host2",
                                             .command = rows[i].command,
                                             .receiver = TRANSPORT_ASK };

        transport_settle_receiver(&request);
        assert_int_equal(request.receiver, rows[i].wanted);
    }
    struct transport_request ours = { .host = "host2",
                                      .command = "sudo ssh",
                                      .receiver = TRANSPORT_OURS };
    expect_line(&ours, "exec sudo ssh host2 xn migrate-receive --handshake 2");
}

static void both_streams_reach_the_command(void **state)
{
    struct transport transport;
    struct error err = ERROR_INIT;
    char got[16] = "";

    assert_int_equal(transport_start("exec tr a-z A-Z", &transport, &err), 0);
    expect_no_error(&err);
    assert_int_equal(io_write_all(transport.out, "hello", 5), 0);
    io_cleanup_close(&transport.out);
    assert_int_equal(read(transport.in, got, sizeof(got)), 5);
    assert_string_equal(got, "HELLO");
    transport_end(&transport);
    assert_int_equal(transport.pid, 0);
}

static void a_command_that_is_missing_just_ends(void **state)
{
    struct transport transport;
    struct error err = ERROR_INIT;
    char byte;

    transport_start("exec /no/such/command 2>/dev/null", &transport, &err);
    expect_no_error(&err);
    assert_int_equal(read(transport.in, &byte, 1), 0);
    transport_end(&transport);
}

static int setup(void **state)
{
    signal(SIGPIPE, SIG_IGN);
    return interrupt_install(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_receiver_talks_as_xl_does),
        cmocka_unit_test(a_receiver_that_fails_gives_the_guest_back),
        cmocka_unit_test(without_permission_there_is_no_guest),
        cmocka_unit_test(what_follows_a_message_is_left_alone),
        cmocka_unit_test(a_sender_that_sends_nothing_is_not_waited_for),
        cmocka_unit_test(a_banner_tells_which_state_is_wanted),
        cmocka_unit_test(a_version_that_nobody_knows_is_told),
        cmocka_unit_test(a_text_comes_as_it_was_said),
        cmocka_unit_test(a_text_that_is_too_long_is_not_waited_for),
        cmocka_unit_test(who_lives_is_waited_for),
        cmocka_unit_test(what_a_shell_prints_is_no_banner),
        cmocka_unit_test(a_host_that_is_gone_or_silent_is_told),
        cmocka_unit_test(who_takes_nothing_in_is_not_waited_for),
        cmocka_unit_test(the_guest_is_where_the_answer_says),
        cmocka_unit_test(permission_that_cannot_go_out_was_not_given),
        cmocka_unit_test(an_interrupt_counts_until_the_permission),
        cmocka_unit_test(among_our_own_the_end_is_told),
        cmocka_unit_test(a_host_is_asked_as_it_was_reached),
        cmocka_unit_test(the_line_is_built_as_xl_builds_it),
        cmocka_unit_test(our_receiver_is_asked_for_in_one_connection),
        cmocka_unit_test(who_is_there_is_asked_before_through_a_command),
        cmocka_unit_test(both_streams_reach_the_command),
        cmocka_unit_test(a_command_that_is_missing_just_ends),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
