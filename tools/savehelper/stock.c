/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "savehelper/stock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/strbuf.h"
#include "savehelper/environment.h"
#include "savehelper/protocol.h"

/* It opens Xen and fails at its first look at the domain. */
#define PATIENCE_MS 20000
#define SAID_MAX ((size_t)64 << 10)

/* DOMID_INVALID of xen/include/public/xen.h: nobody's. */
#define NOBODY "32756"
#define RESULTS_SIZE (2 * sizeof(uint64_t))
#define COMPLETE_SIZE (2 * sizeof(uint32_t))

struct probe {
    const char *path;
    bool restore;
    struct proc_child child;
    int to, from; /* its standard input and output */
    int64_t deadline;
    struct strbuf said;
    size_t heard;  /* messages */
    bool results;  /* they came */
    bool complete; /* it is over */
};

const char *stock_path(void)
{
    const char *path = getenv(ENVIRONMENT_STOCK);

    return path != NULL && path[0] == '/' ? path : NULL;
}

/* -- starting it ----------------------------------------------------------- */

static int start_with(struct probe *probe, int input, int output,
                      struct error *err)
{
    cleanup_free char *save = mem_printf("%u", PROTOCOL_SAVE_CALLBACKS);
    cleanup_free char *restore = mem_printf("%u", PROTOCOL_RESTORE_CALLBACKS);
    const char *const of_save[] = {
        probe->path, ARGUMENTS_SAVE, "0", "-1", NOBODY, "0", save, "0", NULL
    };
    const char *const of_restore[] = {
        probe->path, ARGUMENTS_RESTORE, "0", "-1", NOBODY, "0", "0", "0",
        "0",         restore,           "0", NULL
    };
    struct proc proc = {
        .argv = probe->restore ? of_restore : of_save,
        .input_fd = input,
    };

    return proc_start(&proc, output, &probe->child, err);
}

static int start(struct probe *probe, struct error *err)
{
    int in[2] = { -1, -1 }, out[2] = { -1, -1 };

    if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0) {
        error_set_errno(err, ERR_FAILED, errno, "pipe");
        io_cleanup_close(&in[0]);
        io_cleanup_close(&in[1]);
        return -1;
    }
    int rc = start_with(probe, in[0], out[1], err);
    close(in[0]);
    close(out[1]);
    probe->to = in[1];
    probe->from = out[0];
    return rc;
}

static void end(struct probe *probe)
{
    if (probe->child.pid > 0) {
        kill(probe->child.pid, SIGKILL);
        while (waitpid(probe->child.pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    io_cleanup_close(&probe->child.error_fd);
    io_cleanup_close(&probe->to);
    io_cleanup_close(&probe->from);
    strbuf_dispose(&probe->said);
}

/* -- hearing it ------------------------------------------------------------ */

static int differs(const struct probe *probe, uint16_t number, size_t length,
                   struct error *err)
{
    return error_set(err, ERR_CONFIG,
                     "message %zu of %s is number %u with %zu bytes",
                     probe->heard, probe->path, number, length);
}

/* A log line is two numbers and two texts. */
static bool is_log(const unsigned char *bytes, size_t length)
{
    size_t at = 2 * sizeof(uint32_t);
    uint32_t size;

    for (int i = 0; i < 2; i++) {
        if (at > length || length - at < sizeof(size))
            return false;
        memcpy(&size, bytes + at, sizeof(size));
        at += sizeof(size);
        if (size == 0 || size > length - at || bytes[at + size - 1] != '\0')
            return false;
        at += size;
    }
    return at == length;
}

static int hear_end(struct probe *probe, const unsigned char *bytes,
                    struct error *err)
{
    static const int answer = 0;
    int result;

    memcpy(&result, bytes, sizeof(result));
    if (result == 0)
        return error_set(err, ERR_CONFIG, "%s found domain " NOBODY,
                         probe->path);
    if (probe->restore && !probe->results)
        return error_set(err, ERR_CONFIG, "%s gave no results", probe->path);
    probe->complete = true;
    io_write_all(probe->to, &answer, sizeof(answer));
    return 0;
}

static int hear_message(struct probe *probe, uint16_t number,
                        const unsigned char *bytes, size_t length,
                        struct error *err)
{
    probe->heard++;
    if (number == PROTOCOL_LOG && is_log(bytes, length))
        return 0;
    /* Before that it says what it starts. */
    if (probe->heard == 1)
        return differs(probe, number, length, err);
    if (number == PROTOCOL_RESULTS && length == RESULTS_SIZE &&
        probe->restore) {
        probe->results = true;
        return 0;
    }
    if (number == PROTOCOL_COMPLETE && length == COMPLETE_SIZE)
        return hear_end(probe, bytes, err);
    return differs(probe, number, length, err);
}

static int hear_all(struct probe *probe, struct error *err)
{
    size_t at = 0;

    while (!probe->complete && at < probe->said.length) {
        const unsigned char *arguments;
        uint16_t number;
        size_t length;
        long took = protocol_read((const unsigned char *)probe->said.text + at,
                                  probe->said.length - at, &number, &arguments,
                                  &length);
        if (took < 0)
            return error_set(err, ERR_CONFIG, "%s sends an empty message",
                             probe->path);
        if (took == 0)
            break;
        if (hear_message(probe, number, arguments, length, err) < 0)
            return -1;
        at += (size_t)took;
    }
    memmove(probe->said.text, probe->said.text + at, probe->said.length - at);
    probe->said.length -= at;
    return 0;
}

static int read_more(struct probe *probe, struct error *err)
{
    struct pollfd fd = { .fd = probe->from, .events = POLLIN };
    char block[4096];

    if (poll(&fd, 1, clock_left_ms(probe->deadline)) == 0)
        return error_set(err, ERR_TIMEOUT, "%s does not answer", probe->path);
    ssize_t got = read(probe->from, block, sizeof(block));
    if (got < 0 && errno == EINTR)
        return 0;
    if (got <= 0)
        return error_set(err, ERR_CONFIG, "%s ended too early", probe->path);
    strbuf_add(&probe->said, block, (size_t)got);
    if (probe->said.length > SAID_MAX + PROTOCOL_HEADER + PROTOCOL_MAX)
        return error_set(err, ERR_CONFIG, "%s says too much", probe->path);
    return hear_all(probe, err);
}

int stock_compare(const char *path, const struct arguments *arguments,
                  struct error *err)
{
    struct probe probe = {
        .path = path,
        .restore = arguments->restore,
        .child = PROC_CHILD_INIT,
        .to = -1,
        .from = -1,
        .deadline = clock_deadline(PATIENCE_MS),
    };

    int rc = start(&probe, err);
    while (rc == 0 && !probe.complete)
        rc = read_more(&probe, err);
    end(&probe);
    return rc;
}

int stock_become(const char *path, char **argv, struct error *err)
{
    argv[0] = (char *)path;
    signal(SIGPIPE, SIG_DFL); /* as libxl starts it */
    execv(path, argv);
    return error_set_errno(err, ERR_FAILED, errno, "%s", path);
}
