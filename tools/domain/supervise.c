/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two creates at once may both find no supervisor and both start one: its lock
 * lets one live, and both connect to that. A supervisor that is just ending
 * closes the connection without an answer; then all of it is tried again.
 */
#include "domain/supervise.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/paths.h"
#include "base/proc.h"
#include "base/strbuf.h"
#include "host/mark.h"

#define PATIENCE_MS 10000
#define ANSWER_LIMIT 65536u

static int connect_once(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX,
                                   .sun_path = PATHS_XND_SOCKET };
    struct timeval patience = { .tv_sec = PATIENCE_MS / 1000 };
    cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    return io_steal_fd(&fd);
}

/* One line; false if the other side went away first. */
static bool read_line(int fd, struct strbuf *line)
{
    while (line->length < ANSWER_LIMIT) {
        char block[1024];
        ssize_t got = recv(fd, block, sizeof(block), 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        strbuf_add(line, block, (size_t)got);
        if (block[got - 1] == '\n')
            return true;
    }
    return false;
}

/* What became of one question. */
enum answer {
    ANSWER_OK,
    ANSWER_NO,   /* refused; err says why */
    ANSWER_NONE, /* nobody was there to the end */
};

static enum answer ask(int fd, const char *question, struct error *err)
{
    cleanup_json_value struct json_value *json = NULL;
    cleanup_strbuf struct strbuf line = { 0 };
    bool ok = false;

    if (io_write_all(fd, question, strlen(question)) < 0 ||
        !read_line(fd, &line) ||
        json_parse(line.text, line.length, &json, NULL) < 0)
        return ANSWER_NONE;
    if (json_as_bool(json_get(json, "ok"), &ok) && ok)
        return ANSWER_OK;
    const char *why = json_as_string(json_get(json, "error"));
    error_set(err, ERR_FAILED, "the supervisor: %s", why ? why : "refused");
    return ANSWER_NO;
}

static int start_supervisor(int64_t end, struct error *err)
{
    const char *const argv[] = { PATHS_XND, "--transient", NULL };
    struct proc proc = {
        .argv = argv,
        .timeout_ms = clock_left_ms(end) + 1,
        .interruptible = true,
    };

    log_debug("starting the supervisor");
    if (proc_run_ok(&proc, NULL, err) == 0)
        return 0;
    error_context(err, "start the supervisor");
    error_hint(err, "see %s", PATHS_XND_LOG);
    return -1;
}

/* *fd stays open, the caller's, after an answer that is ok. */
static int ask_supervisor(const char *question, int *fd, struct error *err)
{
    int64_t end = clock_deadline(PATIENCE_MS);

    while (!clock_is_past(end)) {
        cleanup_close int connection = connect_once();
        enum answer answer =
            connection >= 0 ? ask(connection, question, err) : ANSWER_NONE;
        if (answer == ANSWER_OK) {
            *fd = io_steal_fd(&connection);
            return 0;
        }
        if (answer == ANSWER_NO)
            return -1;
        if (connection < 0 && start_supervisor(end, err) < 0)
            return -1;
        if (interrupt_signal() != 0)
            return error_set(err, ERR_FAILED, "interrupted");
        clock_sleep_ms(10);
    }
    error_set(err, ERR_TIMEOUT, "the supervisor does not answer");
    error_hint(err, "see %s", PATHS_XND_LOG);
    return -1;
}

int supervise_hold(int *fd, struct error *err)
{
    return ask_supervisor("{\"request\":\"hold\"}\n", fd, err);
}

int supervise_hand_over(uint32_t domid, unsigned int short_lives,
                        struct error *err)
{
    cleanup_free char *question =
        mem_printf("{\"request\":\"adopt\",\"domid\":%u}\n", domid);
    cleanup_close int fd = -1;
    struct mark mark = { .since_ms = clock_now_ms(),
                         .short_lives = short_lives };

    if (mark_write(domid, &mark, err) < 0)
        return -1;
    return ask_supervisor(question, &fd, err);
}
