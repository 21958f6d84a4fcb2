/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xnd/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/paths.h"
#include "base/strbuf.h"

#define READY_PATIENCE_MS 10000
#define NEWS_LIMIT 4096u

/* Its last holder removes it: it may have gone between open and flock. */
static bool has_its_name(int fd)
{
    struct stat opened, named;

    return fstat(fd, &opened) == 0 && stat(PATHS_XND_LOCK, &named) == 0 &&
           opened.st_ino == named.st_ino;
}

int instance_lock(int *fd, bool *held, struct error *err)
{
    *held = false;
    if (io_make_dirs(XENITH_RUNDIR, PATHS_RUNDIR_MODE, err) < 0)
        return -1;
    for (;;) {
        *fd = open(PATHS_XND_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
                   0600);
        if (*fd < 0)
            break;
        if (flock(*fd, LOCK_EX | LOCK_NB) < 0) {
            *held = errno == EWOULDBLOCK;
            break;
        }
        if (has_its_name(*fd))
            return 0;
        io_cleanup_close(fd);
    }
    int cause = errno;
    io_cleanup_close(fd);
    return *held
               ? 0
               : error_set_errno(err, ERR_FAILED, cause, "%s", PATHS_XND_LOCK);
}

void instance_unlock(int *fd)
{
    if (*fd >= 0)
        unlink(PATHS_XND_LOCK);
    io_cleanup_close(fd);
}

/* ---- news: one letter, then the text of an error ---- */

static const char news_letters[] = { 'r', 'h', 'f' };

void instance_report(int *report, enum instance_news news,
                     const struct error *err)
{
    if (*report < 0)
        return;
    const char *text = err != NULL && err->message != NULL ? err->message : "";
    cleanup_free char *line = mem_printf("%c%s", news_letters[news], text);
    (void)!io_write_all(*report, line, strlen(line));
    io_cleanup_close(report);
}

static int parse_news(const struct strbuf *line, enum instance_news *news,
                      struct error *err)
{
    const char *letter =
        line->length > 0 ? memchr(news_letters, line->text[0], 3) : NULL;

    *news = INSTANCE_FAILED;
    if (letter == NULL)
        return error_set(err, ERR_FAILED,
                         "xnd died, or was not ready within %d s; see %s",
                         READY_PATIENCE_MS / 1000, PATHS_XND_LOG);
    *news = (enum instance_news)(letter - news_letters);
    if (*news == INSTANCE_FAILED)
        return error_set(err, ERR_FAILED, "%s", line->text + 1);
    return 0;
}

static int wait_for_news(int fd, enum instance_news *news, struct error *err)
{
    int64_t end = clock_deadline(READY_PATIENCE_MS);
    cleanup_strbuf struct strbuf line = { 0 };

    while (line.length < NEWS_LIMIT) {
        struct pollfd ready = { .fd = fd, .events = POLLIN };
        char block[512];
        int count = poll(&ready, 1, clock_left_ms(end));
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        ssize_t got = read(fd, block, sizeof(block));
        if (got <= 0)
            break;
        strbuf_add(&line, block, (size_t)got);
    }
    return parse_news(&line, news, err);
}

/* ---- into the background ---- */

static int settle_in_background(void)
{
    cleanup_close int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null < 0 || dup2(null, STDIN_FILENO) < 0)
        return -1;
    return chdir("/");
}

int instance_detach(bool *is_parent, int *report, enum instance_news *news,
                    struct error *err)
{
    int ends[2];

    *is_parent = true;
    *report = -1;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "pipe");
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        setsid();
        /* Not the leader of the session: no terminal can become its own. */
        pid_t grandchild = fork();
        if (grandchild != 0)
            _exit(grandchild < 0);
        *is_parent = false;
        *report = ends[1];
        return settle_in_background() == 0
                   ? 0
                   : error_set_errno(err, ERR_FAILED, errno, "/dev/null");
    }
    close(ends[1]);
    int rc = pid < 0 ? error_set_errno(err, ERR_FAILED, errno, "fork")
                     : wait_for_news(ends[0], news, err);
    close(ends[0]);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    return rc;
}
