/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/life/xl_daemon.h"

#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/number.h"

#define LOG_TAIL ((size_t)64 << 10)

/* The number between two texts, the first at the beginning; then *end. */
static bool parse_between(const char *text, const char *before, char after,
                          uint32_t *number, const char **end)
{
    size_t length = strlen(before);

    if (strncmp(text, before, length) != 0)
        return false;
    const char *stop = strchr(text + length, after);
    if (stop == NULL)
        return false;
    cleanup_free char *digits =
        mem_strndup(text + length, (size_t)(stop - text) - length);
    *end = stop + 1;
    return number_parse_u32(digits, number);
}

bool xl_daemon_parse(const char *log, const char *name,
                     struct xl_daemon *daemon)
{
    cleanup_free char *before = mem_printf("Waiting for domain %s", name);
    bool found = false;

    for (const char *at = log; (at = strstr(at, before)) != NULL;) {
        struct xl_daemon said = { .written = daemon->written };
        const char *rest = at + strlen(before);
        at = rest;
        if (!parse_between(rest, " (domid ", ')', &said.domid, &rest) ||
            !parse_between(rest, " to die [pid ", ']', &said.pid, &rest))
            continue;
        *daemon = said;
        found = true;
    }
    return found;
}

char *xl_daemon_log_of(const char *file)
{
    static const char prefix[] = "xl-", suffix[] = ".log";
    size_t length = strlen(file), around = strlen(prefix) + strlen(suffix);

    if (length <= around || strncmp(file, prefix, strlen(prefix)) != 0 ||
        strcmp(file + length - strlen(suffix), suffix) != 0)
        return NULL;
    return mem_strndup(file + strlen(prefix), length - around);
}

/* What it is called once it arrived; the caller's. */
static char *without_incoming(const char *name)
{
    static const char suffix[] = "--incoming";
    size_t length = strlen(name);

    if (length > strlen(suffix) &&
        strcmp(name + length - strlen(suffix), suffix) == 0)
        length -= strlen(suffix);
    return mem_strndup(name, length);
}

bool xl_daemon_find(const char *folder, const char *name,
                    struct xl_daemon *daemon)
{
    cleanup_free char *path = mem_printf("%s/xl-%s.log", folder, name);
    cleanup_free char *arrived = without_incoming(name);
    struct stat status;

    if (strchr(name, '/') != NULL || stat(path, &status) < 0)
        return false;
    cleanup_free char *log = io_read_tail(path, LOG_TAIL);
    *daemon = (struct xl_daemon){ .written = (double)status.st_mtime };
    /* It is called so since its first reboot: the later line. */
    return log != NULL && (xl_daemon_parse(log, arrived, daemon) ||
                           xl_daemon_parse(log, name, daemon));
}

int xl_daemon_open(const struct xl_daemon *daemon)
{
    cleanup_free char *path = mem_printf("/proc/%u/comm", daemon->pid);
    cleanup_free char *name = NULL;
    size_t length;

    /* First: the name is then that of the process behind the descriptor. */
    cleanup_close int fd = pidfd_open((pid_t)daemon->pid, 0);
    if (fd < 0 || io_read_file(path, 64, &name, &length, NULL) < 0 ||
        strcmp(name, "xl\n") != 0)
        return -1;
    return io_steal_fd(&fd);
}
