/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The unread is taken first and the log read after it: xenconsoled writes a
 * byte to the log before it gives it to the terminal (io.c, buffer_append), so
 * what was taken is in the log, unless that was rotated meanwhile.
 */
#include "device/console_replay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"

/* As long after a byte another may follow at once. */
#define QUIET_MS 50
/* A guest that never is quiet is shown from here on as it goes. */
#define UNREAD_LIMIT ((size_t)2 << 20)

/* So many bytes that are the same at both ends are no chance. What xenconsoled
 * had to drop for the terminal (--overflow-data) lies before them. */
#define COMPARED ((size_t)256)

#define STAMP_LENGTH (sizeof("[2026-01-31 23:59:59] ") - 1)

static bool is_stamp(const char *text, size_t length)
{
    static const char form[] = "[dddd-dd-dd dd:dd:dd] ";

    if (length < STAMP_LENGTH)
        return false;
    for (size_t i = 0; i < STAMP_LENGTH; i++)
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9'
                           : text[i] != form[i])
            return false;
    return true;
}

void console_replay_strip(char *text, size_t *length)
{
    bool line_begins = true;
    size_t kept = 0;

    for (size_t i = 0; i < *length; i++) {
        if (line_begins && is_stamp(text + i, *length - i)) {
            i += STAMP_LENGTH - 1;
            line_begins = false;
            continue;
        }
        line_begins = text[i] == '\n';
        text[kept++] = text[i];
    }
    *length = kept;
}

static bool ends_alike(const char *a, size_t a_length, const char *b,
                       size_t b_length, size_t count)
{
    return count <= a_length && count <= b_length &&
           memcmp(a + a_length - count, b + b_length - count, count) == 0;
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;

    return least < c ? least : c;
}

void console_replay_join(const char *log, size_t log_length, const char *unread,
                         size_t unread_length, struct strbuf *text)
{
    size_t count = least(log_length, unread_length, COMPARED);
    bool alike =
        count > 0 && ends_alike(log, log_length, unread, unread_length, count);

    /* The log was begun anew meanwhile: all of it is among the unread. */
    if (alike && unread_length > log_length &&
        ends_alike(log, log_length, unread, unread_length, log_length)) {
        strbuf_add(text, unread, unread_length);
        return;
    }
    strbuf_add(text, log, log_length);
    if (!alike)
        strbuf_add(text, unread, unread_length);
}

static void take_unread(int tty, struct strbuf *unread)
{
    char block[4096];
    ssize_t got = 1;

    while (tty >= 0 && got > 0 && unread->length < UNREAD_LIMIT) {
        struct pollfd fd = { .fd = tty, .events = POLLIN };
        if (poll(&fd, 1, QUIET_MS) != 1 || !(fd.revents & POLLIN))
            break;
        got = read(tty, block, sizeof(block));
        if (got > 0)
            strbuf_add(unread, block, (size_t)got);
    }
}

/* The end of the file, the caller's; *whole: it is all of it. */
static char *read_end(int fd, size_t *length, bool *whole)
{
    struct stat status;

    if (fstat(fd, &status) < 0)
        return NULL;
    off_t begin = status.st_size - (off_t)CONSOLE_REPLAY_LIMIT;
    *whole = begin <= 0;
    char *bytes = mem_zalloc(CONSOLE_REPLAY_LIMIT + 1, 1);
    ssize_t got = pread(fd, bytes, CONSOLE_REPLAY_LIMIT, *whole ? 0 : begin);
    *length = got > 0 ? (size_t)got : 0;
    return bytes;
}

int console_replay_read(const char *log, int tty, struct strbuf *text,
                        struct error *err)
{
    cleanup_strbuf struct strbuf unread = { 0 };
    size_t length = 0;
    bool whole = true;

    cleanup_close int fd =
        open(log, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        error_set_errno(err, ERR_STATE, errno, "what was printed: %s", log);
        error_hint(err, "xenconsoled keeps it when it is started with "
                        "--log=guest");
        return -1;
    }
    take_unread(tty, &unread);
    cleanup_free char *bytes = read_end(fd, &length, &whole);
    if (bytes == NULL)
        return error_set_errno(err, ERR_STATE, errno, "%s", log);
    char *line = whole ? NULL : memchr(bytes, '\n', length);
    char *from = line != NULL ? line + 1 : bytes;
    length -= (size_t)(from - bytes);
    console_replay_strip(from, &length);
    console_replay_join(from, length, unread.text, unread.length, text);
    return 0;
}
