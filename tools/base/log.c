/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

static enum log_level current_level = LOG_LEVEL_WARN;
static const char *program_name = "xn";
static atomic_bool status_drawn;
static log_sink *current_sink;
static void *sink_data;

bool log_parse_level(const char *word, enum log_level *level)
{
    static const char *const words[] = { "error", "warn", "info", "debug" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i], word) == 0) {
            *level = (enum log_level)i;
            return true;
        }
    return false;
}

void log_set_level(enum log_level level)
{
    current_level = level;
}

void log_to(log_sink *sink, void *data)
{
    current_sink = sink;
    sink_data = data;
}

bool log_is_taken(void)
{
    return current_sink != NULL;
}

void log_set_name(const char *name)
{
    program_name = name;
}

void log_set_status_drawn(bool drawn)
{
    status_drawn = drawn;
}

__attribute__((format(printf, 3, 0))) static void
write_line(enum log_level level, const char *word, const char *format,
           va_list args)
{
    if (level > current_level)
        return;
    if (current_sink != NULL) {
        cleanup_free char *text = mem_vprintf(format, args);
        current_sink(sink_data, level, text);
        return;
    }
    flockfile(stderr);
    if (atomic_exchange(&status_drawn, false))
        fputs("\r\033[K", stderr);
    fprintf(stderr, "%s: %s", program_name, word);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    funlockfile(stderr);
}

void log_warn(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    write_line(LOG_LEVEL_WARN, "warning: ", format, args);
    va_end(args);
}

void log_info(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    write_line(LOG_LEVEL_INFO, "", format, args);
    va_end(args);
}

void log_debug(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    write_line(LOG_LEVEL_DEBUG, "debug: ", format, args);
    va_end(args);
}
