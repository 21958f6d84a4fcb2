/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One loop over keys, the far terminal, its watch, signals and the output.
 * Neither a guest that does not read nor one that never stops writing keeps
 * the key that leaves from working: input waits in a buffer here, and keys are
 * looked at once for each block of output.
 */
#include "show/terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "show/vtfilter.h"

#define BLOCK 4096
#define INPUT_ROOM (64u << 10)

struct join {
    struct terminal_far *far;
    const struct terminal_options *options;
    struct terminal_result *result;
    struct error *err;
    bool reads_input;
    bool filters;
    bool is_over; /* result says how */
    int64_t quiet_deadline;
    size_t input_begin, input_end; /* of input[] */
    struct vtfilter filter;
    char input[INPUT_ROOM];
    char block[BLOCK];
    char out[VTFILTER_ROOM(BLOCK)];
};

/* Signals: the first that ends us, and whether the terminal was taken away. */
static volatile sig_atomic_t end_signal, stop_signal, continued;
static int signal_fd = -1;

static void note_signal(int number)
{
    int saved_errno = errno;
    uint64_t one = 1;

    if (number == SIGTSTP)
        stop_signal = 1;
    else if (number == SIGCONT)
        continued = 1;
    else if (end_signal == 0)
        end_signal = number;
    ssize_t written = write(signal_fd, &one, sizeof(one));
    (void)written;
    errno = saved_errno;
}

static const int signals[] = {
    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT,
};
#define SIGNAL_COUNT (sizeof(signals) / sizeof(signals[0]))

/* No SA_RESTART: a write that waits for a reader must end. */
static int catch_signals(struct sigaction *old, bool interactive,
                         struct error *err)
{
    struct sigaction action = { .sa_handler = note_signal };

    sigemptyset(&action.sa_mask);
    end_signal = stop_signal = continued = 0;
    signal_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (signal_fd < 0)
        return error_set_errno(err, ERR_FAILED, errno, "eventfd");
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        sigaction(signals[i], NULL, &old[i]);
        if (!interactive && (signals[i] == SIGTSTP || signals[i] == SIGCONT))
            continue;
        /* nohup(1) and a shell's & ask for these to be ignored. */
        if (!interactive && old[i].sa_handler == SIG_IGN)
            continue;
        sigaction(signals[i], &action, NULL);
    }
    return 0;
}

static void release_signals(const struct sigaction *old)
{
    for (size_t i = 0; i < SIGNAL_COUNT; i++)
        sigaction(signals[i], &old[i], NULL);
    close(signal_fd);
    signal_fd = -1;
}

static void make_raw(const struct termios *usual)
{
    struct termios mode = *usual;

    cfmakeraw(&mode);
    tcsetattr(STDIN_FILENO, TCSANOW, &mode);
}

static void finish(struct join *join, enum terminal_end how)
{
    if (join->is_over)
        return;
    join->is_over = true;
    join->result->end = how;
}

static int fail_output(struct join *join)
{
    if (errno == EPIPE || errno == EIO) {
        finish(join, TERMINAL_CLOSED);
        return 0;
    }
    return error_set_errno(join->err, ERR_FAILED, errno, "standard output");
}

static int write_out(struct join *join, const char *bytes, size_t length)
{
    while (length > 0 && end_signal == 0) {
        ssize_t done = write(STDOUT_FILENO, bytes, length);
        if (done < 0 && errno == EAGAIN) { /* someone made it so */
            struct pollfd fd = { STDOUT_FILENO, POLLOUT, 0 };
            poll(&fd, 1, -1);
            continue;
        }
        if (done < 0 && errno != EINTR)
            return fail_output(join);
        if (done > 0) {
            bytes += done;
            length -= (size_t)done;
        }
    }
    return 0;
}

static int tell(struct join *join, enum terminal_event event)
{
    int rc = join->far->follow(join->far, event, join->err);

    join->quiet_deadline = clock_deadline(join->far->wait_ms);
    if (rc == 1)
        finish(join, TERMINAL_OVER);
    return rc < 0 ? -1 : 0;
}

/* At most a block. */
static int show(struct join *join, const char *bytes, size_t length)
{
    if (join->filters) {
        length = vtfilter_feed(&join->filter, bytes, length, join->out);
        bytes = join->out;
    }
    return write_out(join, bytes, length);
}

/* One block of output. Returns 1 if there was one, 0 if not. */
static int take_output(struct join *join)
{
    ssize_t got = read(join->far->tty, join->block, sizeof(join->block));

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (got <= 0) { /* EIO: its master was closed */
        if (join->is_over)
            return 0;
        join->input_begin = join->input_end = 0;
        return tell(join, TERMINAL_HUNG_UP);
    }
    join->quiet_deadline = clock_deadline(join->far->wait_ms);
    return show(join, join->block, (size_t)got) < 0 ? -1 : 1;
}

static int show_first(struct join *join)
{
    const char *bytes = join->options->first;
    size_t left = bytes != NULL ? join->options->first_length : 0;
    int rc = 0;

    while (rc == 0 && left > 0) {
        size_t length = left < BLOCK ? left : BLOCK;
        rc = show(join, bytes, length);
        bytes += length;
        left -= length;
    }
    return rc;
}

static void send_input(struct join *join)
{
    size_t length = join->input_end - join->input_begin;

    if (length == 0 || join->far->tty < 0)
        return;
    ssize_t done =
        write(join->far->tty, join->input + join->input_begin, length);
    if (done > 0)
        join->input_begin += (size_t)done;
    if (join->input_begin == join->input_end)
        join->input_begin = join->input_end = 0;
}

/* Keys that do not fit any more are lost, which the bell says. */
static int keep_input(struct join *join, const char *bytes, size_t length)
{
    memmove(join->input, join->input + join->input_begin,
            join->input_end - join->input_begin);
    join->input_end -= join->input_begin;
    join->input_begin = 0;
    size_t room = sizeof(join->input) - join->input_end;
    size_t kept = length < room ? length : room;
    memcpy(join->input + join->input_end, bytes, kept);
    join->input_end += kept;
    return kept < length ? write_out(join, "\a", 1) : 0;
}

/* Keys are always read; other input only while it can be kept. */
static bool wants_input(const struct join *join)
{
    if (!join->reads_input || join->result->interactive)
        return join->reads_input;
    return join->far->tty >= 0 &&
           join->input_end - join->input_begin + BLOCK <= sizeof(join->input);
}

static int take_input(struct join *join)
{
    ssize_t got = read(STDIN_FILENO, join->block, sizeof(join->block));

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (got <= 0) {
        join->reads_input = false;
        if (join->result->interactive)
            finish(join, TERMINAL_LEFT);
        return 0;
    }
    size_t length = (size_t)got;
    if (join->result->interactive) {
        char *key = memchr(join->block, join->options->escape, length);
        if (key != NULL) {
            length = (size_t)(key - join->block);
            finish(join, TERMINAL_LEFT);
        }
    }
    if (join->far->tty < 0)
        return 0;
    int rc = keep_input(join, join->block, length);
    send_input(join);
    return rc;
}

static void take_signals(struct join *join, const struct termios *usual)
{
    uint64_t count;
    ssize_t got = read(signal_fd, &count, sizeof(count));

    (void)got;
    if (end_signal != 0) {
        join->result->signal = end_signal;
        finish(join, TERMINAL_SIGNALLED);
        return;
    }
    if (stop_signal) {
        stop_signal = 0;
        tcsetattr(STDIN_FILENO, TCSANOW, usual);
        raise(SIGSTOP);
        make_raw(usual);
    }
    if (continued) {
        continued = 0;
        make_raw(usual);
    }
}

/* Waits once and does what there is to do. */
static int step(struct join *join, const struct termios *usual)
{
    const short ready = POLLIN | POLLHUP | POLLERR | POLLNVAL;
    bool sends = join->input_end > join->input_begin;
    struct pollfd fds[] = {
        { signal_fd, POLLIN, 0 },
        { wants_input(join) ? STDIN_FILENO : -1, POLLIN, 0 },
        { join->far->watch, POLLIN, 0 },
        { join->far->tty, (short)(POLLIN | (sends ? POLLOUT : 0)), 0 },
        { STDOUT_FILENO, 0, 0 }, /* nobody reads it any more */
    };
    int left = clock_left_ms(join->quiet_deadline);
    int count = poll(fds, sizeof(fds) / sizeof(fds[0]), left);
    int rc = 0;

    if (count < 0)
        return errno == EINTR
                   ? 0
                   : error_set_errno(join->err, ERR_FAILED, errno, "poll");
    if (fds[0].revents & ready)
        take_signals(join, usual);
    if (fds[4].revents & ready)
        finish(join, TERMINAL_CLOSED);
    if (!join->is_over && (fds[1].revents & ready))
        rc = take_input(join);
    if (fds[3].revents & POLLOUT)
        send_input(join);
    if (rc == 0 && (fds[3].revents & ready))
        rc = take_output(join) < 0 ? -1 : 0;
    if (rc == 0 && !join->is_over && (fds[2].revents & ready))
        rc = tell(join, TERMINAL_CHANGED);
    if (rc == 0 && !join->is_over && clock_is_past(join->quiet_deadline))
        rc = tell(join, TERMINAL_QUIET);
    return rc;
}

/* What the other side had written before it ended is shown. */
static int drain(struct join *join)
{
    int rc = 1;

    while (rc == 1 && join->result->end == TERMINAL_OVER &&
           join->far->tty >= 0 && end_signal == 0)
        rc = take_output(join);
    return rc < 0 ? -1 : 0;
}

static int run(struct join *join, const struct termios *usual)
{
    int rc = show_first(join);

    join->quiet_deadline = clock_deadline(join->far->wait_ms);
    while (rc == 0 && !join->is_over)
        rc = step(join, usual);
    if (rc == 0)
        rc = drain(join);
    if (join->filters) {
        char undo[VTFILTER_UNDO_ROOM];
        size_t length = vtfilter_undo(&join->filter, undo);
        ssize_t written = write(STDOUT_FILENO, undo, length);
        (void)written;
    }
    return rc;
}

/* What the user's environment says of the terminal; POSIX, section 8.2. */
static bool is_utf8(void)
{
    static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0')
            return strcasestr(value, "utf-8") != NULL ||
                   strcasestr(value, "utf8") != NULL;
    }
    return false;
}

int terminal_parse_escape(const char *text, int *escape, struct error *err)
{
    if (text[0] == '^' && text[1] != '\0' && text[2] == '\0') {
        *escape = text[1] & 0x1f;
        return 0;
    }
    if (text[0] != '\0' && text[1] == '\0') {
        *escape = (unsigned char)text[0];
        return 0;
    }
    error_set(err, ERR_USAGE, "escape key '%s'", text);
    error_hint(err, "give one character, or ^ and one for a control character");
    return -1;
}

int terminal_join(struct terminal_far *far,
                  const struct terminal_options *options,
                  struct terminal_result *result, struct error *err)
{
    bool in = isatty(STDIN_FILENO), out = isatty(STDOUT_FILENO);
    struct sigaction old[SIGNAL_COUNT];
    struct termios usual;

    *result = (struct terminal_result){ .interactive = in && out };
    if (tcgetattr(STDIN_FILENO, &usual) < 0)
        result->interactive = false;
    cleanup_free struct join *join = MEM_NEW(struct join);
    join->far = far;
    join->options = options;
    join->result = result;
    join->err = err;
    join->reads_input =
        result->interactive || (!in && !options->only_from_keys);
    join->filters = out && !options->raw;
    vtfilter_init(&join->filter, is_utf8());

    fflush(stdout);
    if (catch_signals(old, result->interactive, err) < 0)
        return -1;
    if (result->interactive)
        make_raw(&usual);
    int rc = run(join, &usual);
    if (result->interactive)
        tcsetattr(STDIN_FILENO, TCSANOW, &usual);
    release_signals(old);
    return rc;
}
