/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * QEMU greets, and takes commands once capabilities were agreed on. Both are
 * sent at once, as it reads one after the other; each message is a line.
 */
#include "host/qmp.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/strbuf.h"

#define ANSWER_LIMIT (1u << 20)
#define OURS "xenith" /* the id of the question, which the answer repeats */

static int connect_to(const char *path, struct error *err)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    cleanup_close int fd =
        socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (strlen(path) >= sizeof(address.sun_path))
        errno = ENAMETOOLONG;
    else if (fd >= 0) {
        memcpy(address.sun_path, path, strlen(path) + 1);
        if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
            return io_steal_fd(&fd);
    }
    return error_set_errno(err, ERR_DEVICE, errno, "QEMU: %s", path);
}

/* Waits for more, and adds it. */
static int read_more(int fd, int64_t deadline, struct strbuf *input,
                     struct error *err)
{
    struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
    char bytes[4096];

    if (input->length > ANSWER_LIMIT)
        return error_set(err, ERR_DEVICE, "QEMU: its answer has no end");
    if (poll(&poll_fd, 1, clock_left_ms(deadline)) == 0)
        return error_set(err, ERR_TIMEOUT, "QEMU: it does not answer");
    ssize_t got = read(fd, bytes, sizeof(bytes));
    if (got > 0)
        strbuf_add(input, bytes, (size_t)got);
    else if (got == 0)
        return error_set(err, ERR_DEVICE, "QEMU: it hung up");
    else if (errno != EAGAIN && errno != EINTR)
        return error_set_errno(err, ERR_DEVICE, errno, "QEMU");
    return 0;
}

/* 1: this message is the answer; 0: it is another. */
static int take_message(const char *line, size_t length,
                        struct json_value **answer, struct error *err)
{
    cleanup_json_value struct json_value *message = NULL;

    if (json_parse(line, length, &message, err) < 0)
        return error_context(err, "QEMU");
    const char *id = json_as_string(json_get(message, "id"));
    if (id == NULL || strcmp(id, OURS) != 0)
        return 0;
    if (json_get(message, "return") == NULL) {
        const char *why =
            json_as_string(json_get(json_get(message, "error"), "desc"));
        return error_set(err, ERR_DEVICE, "QEMU refuses: %s",
                         why != NULL ? why : "it does not say why");
    }
    *answer = message;
    message = NULL;
    return 1;
}

static int read_answer(int fd, int64_t deadline, struct json_value **answer,
                       struct error *err)
{
    cleanup_strbuf struct strbuf input = { 0 };
    size_t taken = 0;
    int found = 0;

    while (found == 0) {
        char *begin = input.text + taken;
        char *end = input.length > taken
                        ? memchr(begin, '\n', input.length - taken)
                        : NULL;
        if (end == NULL) {
            if (read_more(fd, deadline, &input, err) < 0)
                return -1;
            continue;
        }
        found = take_message(begin, (size_t)(end - begin), answer, err);
        taken += (size_t)(end - begin) + 1;
    }
    return found < 0 ? -1 : 0;
}

char *qmp_path(uint32_t domid)
{
    return mem_printf(QMP_FOLDER "/" QMP_PREFIX "%u", domid);
}

int qmp_ask(const char *socket_path, const char *command, const char *arguments,
            int64_t deadline, struct json_value **answer, struct error *err)
{
    cleanup_close int fd = connect_to(socket_path, err);
    cleanup_free char *said = mem_printf(
        "{\"execute\":\"qmp_capabilities\"}\n"
        "{\"execute\":\"%s\",\"arguments\":%s,\"id\":\"" OURS "\"}\n",
        command, arguments != NULL ? arguments : "{}");

    *answer = NULL;
    if (fd < 0)
        return -1;
    if (send(fd, said, strlen(said), MSG_NOSIGNAL) != (ssize_t)strlen(said))
        return error_set_errno(err, ERR_DEVICE, errno, "QEMU: %s", socket_path);
    return read_answer(fd, deadline, answer, err);
}
