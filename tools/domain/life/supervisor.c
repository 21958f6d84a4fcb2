/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two creates at once may both find no supervisor and both start one: its lock
 * lets one live, and both connect to that. A supervisor that is just ending
 * closes the connection without an answer; then all of it is tried again.
 */
#include "domain/life/supervisor.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/paths.h"
#include "base/proc.h"

#define PATIENCE_MS 10000
/* Within it a service manager starts another, or the one that relieved this
 * one is ready. */
#define SUCCESSOR_MS 3000
/* Until somebody who wants its events gives up. */
#define FOLLOW_MS 60000
#define LINE_LIMIT ((size_t)4 << 20)

void supervisor_close(struct supervisor *supervisor)
{
    io_cleanup_close(&supervisor->fd);
    strbuf_dispose(&supervisor->input);
}

static int connect_once(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX,
                                   .sun_path = PATHS_XND_SOCKET };
    struct timeval patience = { .tv_sec = PATIENCE_MS / 1000 };
    cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    return io_steal_fd(&fd);
}

/* ---- lines ---- */

/* NULL while none is complete; owned by the caller. */
static char *take_line(struct strbuf *input)
{
    char *end =
        input->length > 0 ? memchr(input->text, '\n', input->length) : NULL;

    if (end == NULL)
        return NULL;
    size_t length = (size_t)(end - input->text);
    char *line = mem_strndup(input->text, length);
    input->length -= length + 1;
    memmove(input->text, end + 1, input->length + 1);
    return line;
}

static int receive(struct supervisor *supervisor, struct error *err)
{
    char block[4096];
    ssize_t got = recv(supervisor->fd, block, sizeof(block), MSG_DONTWAIT);

    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    if (got <= 0 || supervisor->input.length > LINE_LIMIT)
        return error_set(err, ERR_HOST, "the supervisor has ended; see %s",
                         PATHS_XND_LOG);
    strbuf_add(&supervisor->input, block, (size_t)got);
    return 0;
}

int supervisor_next(struct supervisor *supervisor, int64_t deadline,
                    struct json_value **line, struct error *err)
{
    for (;;) {
        cleanup_free char *text = take_line(&supervisor->input);
        if (text != NULL)
            return json_parse(text, strlen(text), line, err) < 0 ? -1 : 1;
        struct pollfd ready[] = {
            { .fd = supervisor->fd, .events = POLLIN },
            { .fd = interrupt_fd(), .events = POLLIN },
        };
        int count = poll(ready, 2, clock_left_ms(deadline));
        if (count < 0 && errno != EINTR)
            return error_set_errno(err, ERR_FAILED, errno, "poll");
        if (count <= 0 || ready[1].revents != 0)
            return 0;
        if (receive(supervisor, err) < 0)
            return -1;
    }
}

bool supervisor_is_about(const struct json_value *event, const char *guest)
{
    const char *name = json_as_string(json_get(event, "name"));
    const char *uuid = json_as_string(json_get(event, "uuid"));
    uint64_t domid, number;

    return (name != NULL && strcmp(name, guest) == 0) ||
           (uuid != NULL && strcasecmp(uuid, guest) == 0) ||
           (number_parse_u64(guest, UINT32_MAX, &number) &&
            json_as_uint(json_get(event, "domid"), &domid) && domid == number);
}

/* ---- requests ---- */

/* What became of one request. */
enum answer {
    ANSWER_OK,
    ANSWER_NO,   /* refused; err says why */
    ANSWER_NONE, /* nobody was there to the end */
};

static enum answer ask(struct supervisor *supervisor, const char *request,
                       struct json_value **answer, struct error *err)
{
    cleanup_json_value struct json_value *json = NULL;
    cleanup_free char *line = mem_printf("%s\n", request);
    bool ok = false;

    if (io_write_all(supervisor->fd, line, strlen(line)) < 0 ||
        supervisor_next(supervisor, clock_deadline(PATIENCE_MS), &json, NULL) <=
            0)
        return ANSWER_NONE;
    if (json_as_bool(json_get(json, "ok"), &ok) && ok) {
        if (answer != NULL)
            *answer = steal(json);
        return ANSWER_OK;
    }
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

int supervisor_ask(struct supervisor *supervisor, const char *request,
                   struct json_value **answer, struct error *err)
{
    int64_t end = clock_deadline(PATIENCE_MS);

    while (!clock_is_past(end)) {
        supervisor_close(supervisor);
        supervisor->fd = connect_once();
        enum answer got = supervisor->fd >= 0
                              ? ask(supervisor, request, answer, err)
                              : ANSWER_NONE;
        if (got != ANSWER_NONE)
            return got == ANSWER_OK ? 0 : -1;
        if (supervisor->fd < 0 && start_supervisor(end, err) < 0)
            return -1;
        if (interrupt_signal() != 0)
            return error_set(err, ERR_FAILED, "interrupted");
        clock_sleep_ms(10);
    }
    error_set(err, ERR_TIMEOUT, "the supervisor does not answer");
    error_hint(err, "see %s", PATHS_XND_LOG);
    return -1;
}

bool supervisor_ask_running(struct supervisor *supervisor, const char *request,
                            struct json_value **answer)
{
    supervisor_close(supervisor);
    supervisor->fd = connect_once();
    return supervisor->fd >= 0 &&
           ask(supervisor, request, answer, NULL) == ANSWER_OK;
}

/* ---- events, whoever tells them ---- */

static bool find_successor(struct supervisor *supervisor, int64_t deadline)
{
    int64_t end = clock_deadline(SUCCESSOR_MS);

    if (deadline < end)
        end = deadline;
    do {
        if (supervisor_ask_running(supervisor, SUPERVISOR_SUBSCRIBE, NULL))
            return true;
        clock_sleep_ms(20);
    } while (!clock_is_past(end) && interrupt_signal() == 0);
    return false;
}

/* A host that is busy enough to lose one may take its time for the next. */
static int follow_to_next(struct supervisor *supervisor, int64_t give_up,
                          struct error *err)
{
    int64_t end = clock_deadline(FOLLOW_MS);

    if (give_up < end)
        end = give_up;
    while (!find_successor(supervisor, end)) {
        cleanup_error struct error why = ERROR_INIT;
        if (supervisor_ask(supervisor, SUPERVISOR_SUBSCRIBE, NULL, &why) == 0)
            return 0;
        if (clock_is_past(end) || interrupt_signal() != 0) {
            error_set(err, why.kind, "%s", why.message);
            error_hint(err, "see %s", PATHS_XND_LOG);
            return -1;
        }
    }
    return 0;
}

int supervisor_follow(struct supervisor *supervisor, int64_t deadline,
                      int64_t give_up, struct json_value **event,
                      struct error *err)
{
    static const char lost[] =
        "{\"event\":\"lost\",\"cause\":\"the supervisor ended\"}";
    cleanup_error struct error problem = ERROR_INIT;

    int rc = supervisor_next(supervisor, deadline, event, &problem);
    if (rc >= 0)
        return rc;
    if (problem.kind != ERR_HOST)
        return error_set(err, problem.kind, "%s", problem.message);
    if (follow_to_next(supervisor, give_up, err) < 0)
        return -1;
    return json_parse(lost, sizeof(lost) - 1, event, err) < 0 ? -1 : 1;
}
