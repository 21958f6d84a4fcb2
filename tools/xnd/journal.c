/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xnd/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/paths.h"
#include "base/stamp.h"

#define SIZE_LIMIT (1 << 20)

static struct {
    enum log_level level;
    unsigned int outputs; /* of enum log_output */
    int file;
    bool background; /* standard output and error are the file */
} state = {
    .level = LOG_LEVEL_INFO,
    .outputs = LOG_TO_STDERR,
    .file = -1,
};

/* ---- the file ---- */

static int share_with_workers(int fd)
{
    return dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0 ? -1 : 0;
}

/* A file for one guest's lines alone is not the workers'. */
static bool shares_file(void)
{
    return state.background && (state.outputs & LOG_TO_FILE);
}

static int open_file(void)
{
    int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
    int fd = open(PATHS_XND_LOG, flags, 0600);

    if (fd < 0 || (shares_file() && share_with_workers(fd) < 0)) {
        io_cleanup_close(&fd);
        return -1;
    }
    io_cleanup_close(&state.file);
    state.file = fd;
    return 0;
}

static int leave_the_terminal(void)
{
    cleanup_close int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

    return null < 0 ? -1 : share_with_workers(null);
}

int journal_open(const struct xenithconf *conf, bool foreground,
                 struct error *err)
{
    state.level = conf->log_level;
    state.background = !foreground;
    state.outputs = conf->log_outputs != 0 ? conf->log_outputs
                    : foreground           ? (unsigned int)LOG_TO_STDERR
                                           : (unsigned int)LOG_TO_FILE;
    if (state.background && leave_the_terminal() < 0)
        return error_set_errno(err, ERR_FAILED, errno, "/dev/null");
    if (!(state.outputs & LOG_TO_FILE))
        return 0;
    if (io_make_dirs(XENITH_LOGDIR, 0750, err) < 0)
        return -1;
    if (open_file() < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s", PATHS_XND_LOG);
    return 0;
}

static void prepare_file(void)
{
    struct stat status;

    if (state.file < 0) {
        (void)open_file(); /* only some guests are logged there */
        return;
    }
    if (fstat(state.file, &status) < 0 || status.st_size < SIZE_LIMIT)
        return;
    if (rename(PATHS_XND_LOG, PATHS_XND_LOG ".1") < 0 || open_file() < 0)
        (void)!ftruncate(state.file, 0);
}

/* ---- lines ---- */

/* Written in one piece: workers write to the same logs. */
static void write_line(int fd, const char *text)
{
    char stamp[STAMP_SIZE];

    stamp_now(stamp);
    dprintf(fd, "%s xnd[%d]: %s\n", stamp, (int)getpid(), text);
}

/* choice and guest: NULL for what is about the host. */
static void say(const struct log_choice *choice, const char *guest,
                enum log_level level, const char *text)
{
    bool own_level = choice != NULL && choice->has_level;
    unsigned int outputs = choice != NULL && choice->outputs != 0
                               ? choice->outputs
                               : state.outputs;
    struct outlet_line line = {
        .who = "xnd", .guest = guest, .level = level, .text = text
    };

    if (level > (own_level ? choice->level : state.level))
        return;
    if (outputs & LOG_TO_FILE) {
        prepare_file();
        write_line(state.file, text);
    }
    if ((outputs & LOG_TO_STDERR) && !state.background)
        write_line(STDERR_FILENO, text);
    outlet_send(outputs, &line);
}

void journal(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    cleanup_free char *text = mem_vprintf(format, args);
    va_end(args);
    say(NULL, NULL, LOG_LEVEL_INFO, text);
}

void journal_warn(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    cleanup_free char *text = mem_vprintf(format, args);
    va_end(args);
    say(NULL, NULL, LOG_LEVEL_WARN, text);
}

void journal_about(const struct log_choice *choice, const char *guest,
                   enum log_level level, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    cleanup_free char *text = mem_vprintf(format, args);
    va_end(args);
    say(choice, guest, level, text);
}
