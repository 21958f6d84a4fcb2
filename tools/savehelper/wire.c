/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "savehelper/wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"

static struct protocol_message outgoing;
static bool gone;

struct protocol_message *wire_begin(enum protocol_number number)
{
    protocol_begin(&outgoing, number);
    return &outgoing;
}

void wire_send(struct protocol_message *message)
{
    size_t length = protocol_end(message);

    if (!gone && io_write_all(STDOUT_FILENO, message->bytes, length) < 0)
        gone = true;
}

static bool read_answer(int *answer)
{
    char *at = (char *)answer;
    size_t left = sizeof(*answer);

    while (left > 0) {
        ssize_t got = read(STDIN_FILENO, at, left);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        left -= (size_t)got;
    }
    return true;
}

int wire_ask(struct protocol_message *message, int failure)
{
    int answer;

    wire_send(message);
    if (!gone && !read_answer(&answer))
        gone = true;
    return gone ? failure : answer;
}

bool wire_is_gone(void)
{
    return gone;
}

/* -- the logger ------------------------------------------------------------ */

static void log_message(xentoollog_logger *logger, xentoollog_level level,
                        int errnum, const char *context, const char *format,
                        va_list args) __attribute__((format(printf, 5, 0)));

static void log_message(xentoollog_logger *logger, xentoollog_level level,
                        int errnum, const char *context, const char *format,
                        va_list args)
{
    cleanup_free char *text = mem_vprintf(format, args);
    struct protocol_message *message = wire_begin(PROTOCOL_LOG);

    protocol_add_u32(message, (uint32_t)level);
    protocol_add_u32(message, (uint32_t)errnum);
    protocol_add_text(message, context != NULL ? context : "");
    protocol_add_text(message, text);
    wire_send(message);
}

static void log_progress(xentoollog_logger *logger, const char *context,
                         const char *what, int percent, unsigned long done,
                         unsigned long total)
{
    struct protocol_message *message = wire_begin(PROTOCOL_PROGRESS);

    protocol_add_text(message, context != NULL ? context : "");
    protocol_add_text(message, what != NULL ? what : "");
    protocol_add_u64(message, done);
    protocol_add_u64(message, total);
    wire_send(message);
}

/* It lives as long as the process. */
static void log_destroy(xentoollog_logger *logger)
{
}

xentoollog_logger wire_logger = {
    .vmessage = log_message,
    .progress = log_progress,
    .destroy = log_destroy,
};
