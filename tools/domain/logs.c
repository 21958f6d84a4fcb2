/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The names of the files are those of their writers: xenconsoled's guest-NAME,
 * libxl's qemu-dm-NAME, xl's xl-NAME (xl_utils.c), and ours.
 */
#include "domain/logs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/paths.h"
#include "base/stamp.h"

#define XEN_LOGS "/var/log/xen"
/* A line longer than this is cut in two. */
#define LINE_LIMIT ((size_t)64 << 10)
/* After a change others may follow: they are shown together. */
#define SETTLE_MS 50

/* %s is the guest's name; older first. */
static const struct {
    const char *label;
    const char *path;
    bool shared; /* only lines with "(NAME)" are about it */
} sources[] = {
    { "toolstack", XENITH_LOGDIR "/%s.log.1", false },
    { "toolstack", XENITH_LOGDIR "/%s.log", false },
    { "xl", XEN_LOGS "/xl-%s.log", false },
    { "supervisor", PATHS_XND_LOG ".1", true },
    { "supervisor", PATHS_XND_LOG, true },
    { LOGS_HOOKS, PATHS_HOOKS_LOG ".1", true },
    { LOGS_HOOKS, PATHS_HOOKS_LOG, true },
    { "device-model", XEN_LOGS "/qemu-dm-%s.log", false },
    { "console", XEN_LOGS "/console/guest-%s.log.1", false },
    { "console", XEN_LOGS "/console/guest-%s.log", false },
};

static const char *const folders[] = { XENITH_LOGDIR, XEN_LOGS,
                                       XEN_LOGS "/console" };

/* ---- lines ---- */

/* Text of one line; what a guest wrote may have anything in it. */
static char *clean(const char *line, size_t length)
{
    while (length > 0 && line[length - 1] == '\r')
        length--;
    char *text = mem_zalloc(length + 1, 1);
    for (size_t i = 0; i < length; i++)
        text[i] = line[i] != '\0' ? line[i] : ' ';
    return text;
}

static void take_line(struct log_source *source, const char *line,
                      size_t length, double now, struct log_lines *lines)
{
    cleanup_free char *text = clean(line, length);
    size_t stamp = 0;

    if (!stamp_parse_line(text, &source->time, &stamp) && now != 0)
        source->time = now;
    if (source->only != NULL && strstr(text, source->only) == NULL)
        return;
    VEC_PUSH(&lines->list,
             ((struct log_line){ .time = source->time,
                                 .place = lines->list.count,
                                 .source = source->label,
                                 .text = mem_strdup(text + stamp) }));
}

void log_source_take(struct log_source *source, const char *bytes,
                     size_t length, double now, struct log_lines *lines)
{
    struct strbuf *part = &source->part;
    const char *end;

    while (length > 0) {
        end = memchr(bytes, '\n', length);
        size_t size = end != NULL ? (size_t)(end - bytes) : length;
        strbuf_add(part, bytes, size);
        bytes += size;
        length -= size;
        if (end == NULL && part->length < LINE_LIMIT)
            break;
        take_line(source, part->text, part->length, now, lines);
        part->length = 0;
        if (end != NULL) {
            bytes++;
            length--;
        }
    }
}

/* Lines of the same time stay as they are: those of one file in its order. */
static int compare(const void *a, const void *b)
{
    const struct log_line *one = a, *other = b;

    if (one->time != other->time)
        return one->time > other->time ? 1 : -1;
    return one->place > other->place ? 1 : -1;
}

void log_lines_sort(struct log_lines *lines)
{
    if (lines->list.count > 1)
        qsort(lines->list.items, lines->list.count, sizeof(struct log_line),
              compare);
}

void log_lines_dispose(struct log_lines *lines)
{
    VEC_EACH (&lines->list, line)
        free(line->text);
    VEC_DISPOSE(&lines->list);
}

/* ---- files ---- */

/* The format's one %s, with what cannot be in a file's name replaced. */
static char *path_of(const char *format, const char *name)
{
    const char *mark = strstr(format, "%s");

    if (mark == NULL)
        return mem_strdup(format);
    cleanup_free char *safe = mem_strdup(name);
    for (char *c = safe; *c != '\0'; c++)
        if (*c == '/')
            *c = '_';
    return mem_printf("%.*s%s%s", (int)(mark - format), format, safe, mark + 2);
}

/* name: NULL for what is about all guests. */
static void add_source(struct logs *logs, size_t row, const char *name)
{
    bool picks = sources[row].shared && name != NULL;

    VEC_PUSH(&logs->sources,
             ((struct log_source){
                 .label = sources[row].label,
                 .path = path_of(sources[row].path, name),
                 .only = picks ? mem_printf("(%s)", name) : NULL,
                 .fd = -1,
             }));
}

void logs_open(struct logs *logs, const char *name)
{
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
        add_source(logs, i, name);
}

void logs_open_hooks(struct logs *logs, const char *name)
{
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
        if (strcmp(sources[i].label, LOGS_HOOKS) == 0)
            add_source(logs, i, name);
}

void logs_close(struct logs *logs)
{
    VEC_EACH (&logs->sources, source) {
        free(source->path);
        free(source->only);
        io_cleanup_close(&source->fd);
        strbuf_dispose(&source->part);
    }
    VEC_DISPOSE(&logs->sources);
}

/* At first at its end, less what is looked at of it. */
static void open_source(struct log_source *source, bool first)
{
    struct stat status;

    source->fd = open(source->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (source->fd < 0 || fstat(source->fd, &status) < 0)
        return;
    if (!S_ISREG(status.st_mode)) {
        io_cleanup_close(&source->fd);
        return;
    }
    source->time = (double)status.st_mtime;
    if (first && (size_t)status.st_size > LOGS_TAIL)
        lseek(source->fd, status.st_size - (off_t)LOGS_TAIL, SEEK_SET);
}

static void read_source(struct log_source *source, double now,
                        struct log_lines *lines)
{
    char block[16384];
    ssize_t got;

    while (source->fd >= 0 &&
           (got = read(source->fd, block, sizeof(block))) > 0)
        log_source_take(source, block, (size_t)got, now, lines);
}

/* Its name belongs to another file now: it was rotated. */
static bool was_replaced(const struct log_source *source)
{
    struct stat opened, named;

    return source->fd >= 0 && fstat(source->fd, &opened) == 0 &&
           (stat(source->path, &named) < 0 || opened.st_ino != named.st_ino);
}

void logs_read(struct logs *logs, double now, struct log_lines *lines)
{
    VEC_EACH (&logs->sources, source) {
        bool first = now == 0;
        if (source->fd < 0)
            open_source(source, first);
        read_source(source, now, lines);
        if (first || !was_replaced(source))
            continue;
        io_cleanup_close(&source->fd);
        open_source(source, false);
        read_source(source, now, lines);
    }
    log_lines_sort(lines);
}

/* ---- following ---- */

/* The folders: files come and go. One of others that does not exist is left
 * out; ours is there from now on, for the first line to be seen. */
static int open_watch(struct error *err)
{
    cleanup_close int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

    if (watch < 0)
        return error_set_errno(err, ERR_FAILED, errno, "inotify");
    if (io_make_dirs(XENITH_LOGDIR, 0750, err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        inotify_add_watch(watch, folders[i],
                          IN_MODIFY | IN_CREATE | IN_MOVED_TO);
    return io_steal_fd(&watch);
}

int logs_wait(int *watch, struct error *err)
{
    char block[4096];

    if (*watch < 0) {
        /* What came before it is not told of: it is read first. */
        *watch = open_watch(err);
        return *watch < 0 ? -1 : 0;
    }
    struct pollfd fds[] = {
        { .fd = *watch, .events = POLLIN },
        { .fd = interrupt_fd(), .events = POLLIN },
    };
    if (poll(fds, 2, -1) < 0 && errno != EINTR)
        return error_set_errno(err, ERR_FAILED, errno, "poll");
    clock_sleep_ms(SETTLE_MS);
    while (read(*watch, block, sizeof(block)) > 0)
        continue;
    return 0;
}
