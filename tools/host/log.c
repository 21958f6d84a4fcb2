/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/log.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/io.h"
#include "base/mem.h"

/* Below this are hundreds of lines for each create, of use to libxl only. */
#define LOG_FILE_LEVEL XTL_DETAIL

/* What one operation may write to a guest's log, bytes. */
#define LOG_FILE_LIMIT (1u << 20)

/*
 * libxl puts "libxl_dm.c:1234:device_model_spawn_outcome: Domain 5:" before
 * its messages, libxenguest "panic: xg_dom_boot.c:121: boot_mem: ". Where it
 * was is kept apart; the reader of an error wants what comes after.
 */
static const char *skip_origin(const char *text)
{
    const char *dot_c = strstr(text, ".c:");
    const char *space = strchr(text, ' ');
    if (dot_c != NULL && space != NULL &&
        (space > dot_c || strncmp(text, "panic: ", 7) == 0)) {
        const char *after = strstr(dot_c, ": ");
        if (after != NULL)
            text = after + 2;
    }
    if (strncmp(text, "Domain ", 7) == 0 && isdigit((unsigned char)text[7])) {
        const char *colon = text + 7;
        while (isdigit((unsigned char)*colon))
            colon++;
        if (*colon == ':')
            text = colon + 1;
    }
    return text;
}

/*
 * Of a hook libxl first says that it ended with a status, then what it wrote
 * into xenstore as its reason: "script: /srv/a.img is in use".
 */
static const char *find_reason_of_hook(const struct host_log *log,
                                       const char *cause)
{
    bool is_after_its_end =
        log->first_origin != NULL &&
        strncmp(log->first_origin, "libxl_exec.c:", 13) == 0;

    return is_after_its_end && strncmp(cause, "script: ", 8) == 0 ? cause + 8
                                                                  : NULL;
}

static void keep_first(struct host_log *log, int errnoval, const char *text)
{
    const char *cause = skip_origin(text);

    if (log->first_error != NULL) {
        const char *reason = find_reason_of_hook(log, cause);
        if (reason != NULL &&
            strstr(reason, "failed; error detected") == NULL) {
            free(log->first_error);
            log->first_error = mem_strdup(reason);
        }
        return;
    }
    log->first_origin = mem_strndup(text, (size_t)(cause - text));
    size_t length = strlen(cause);
    while (length > 0 &&
           (cause[length - 1] == '\n' || cause[length - 1] == ' '))
        length--;
    log->first_error = errnoval > 0 ? mem_printf("%.*s: %s", (int)length, cause,
                                                 strerror(errnoval))
                                    : mem_strndup(cause, length);
}

static void write_to_file(struct host_log *log, const char *line)
{
    char stamp[sizeof("2026-01-31T23:59:59Z ")];
    time_t now = time(NULL);
    struct tm parts;

    strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ ",
             gmtime_r(&now, &parts));
    cleanup_free char *stamped = mem_printf("%s%s", stamp, line);
    size_t length = strlen(stamped);
    if (log->written + length > LOG_FILE_LIMIT)
        return;
    log->written += length;
    (void)!io_write_all(log->fd, stamped, length);
}

static void message(xentoollog_logger *logger, xentoollog_level level,
                    int errnoval, const char *context, const char *format,
                    va_list args)
{
    struct host_log *log = (struct host_log *)logger;
    bool is_error = level >= XTL_ERROR;
    bool to_file = log->fd >= 0 && level >= LOG_FILE_LEVEL;

    if (!is_error && level < log->min_level && !to_file)
        return;
    cleanup_free char *text = mem_vprintf(format, args);
    if (is_error)
        keep_first(log, errnoval, text);
    const char *cause = errnoval > 0 ? strerror(errnoval) : "";
    cleanup_free char *line = mem_printf(
        "%s: %s: %s%s%s\n", context ? context : "xen",
        xtl_level_to_string(level), text, errnoval > 0 ? ": " : "", cause);
    if (level >= log->min_level)
        fputs(line, stderr);
    if (to_file)
        write_to_file(log, line);
}

static void progress(xentoollog_logger *logger, const char *context,
                     const char *doing_what, int percent, unsigned long done,
                     unsigned long total)
{
    struct host_log *log = (struct host_log *)logger;

    if (log->watcher != NULL)
        log->watcher(log->watcher_data, doing_what, done, total);
}

static void destroy(xentoollog_logger *logger)
{
    /* The struct belongs to its host. */
}

void host_log_init(struct host_log *log, unsigned int verbosity)
{
    *log = (struct host_log){
        .vtable = { .vmessage = message,
                    .progress = progress,
                    .destroy = destroy },
        .min_level = verbosity == 0   ? XTL_NUM_LEVELS
                     : verbosity == 1 ? XTL_WARN
                                      : XTL_DEBUG,
        .fd = -1,
    };
}

void host_log_dispose(struct host_log *log)
{
    host_log_forget(log);
}

void host_log_forget(struct host_log *log)
{
    free(log->first_error);
    free(log->first_origin);
    log->first_error = NULL;
    log->first_origin = NULL;
}

void host_log_to(struct host_log *log, int fd)
{
    log->fd = fd;
    log->written = 0;
}

void host_log_watch(struct host_log *log, host_log_watcher *watcher, void *data)
{
    log->watcher = watcher;
    log->watcher_data = data;
}
