/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/log.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

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

/* libxenguest tells a hundred details of a kernel that it loads. */
static enum log_level level_of(xentoollog_level level)
{
    return level >= XTL_ERROR  ? LOG_LEVEL_ERROR
           : level >= XTL_WARN ? LOG_LEVEL_WARN
           : level >= XTL_INFO ? LOG_LEVEL_INFO
                               : LOG_LEVEL_DEBUG;
}

static void message(xentoollog_logger *logger, xentoollog_level level,
                    int errnoval, const char *context, const char *format,
                    va_list args)
{
    struct host_log *log = (struct host_log *)logger;
    bool is_error = level >= XTL_ERROR;
    bool is_printed = level >= log->min_level;
    bool is_passed_on = log->sink != NULL && level_of(level) <= log->sink_level;

    if (!is_error && !is_printed && !is_passed_on)
        return;
    cleanup_free char *text = mem_vprintf(format, args);
    if (is_error)
        keep_first(log, errnoval, text);
    if (!is_printed && !is_passed_on)
        return;
    const char *cause = errnoval > 0 ? strerror(errnoval) : "";
    cleanup_free char *line = mem_printf(
        "%s: %s: %s%s%s", context ? context : "xen", xtl_level_to_string(level),
        text, errnoval > 0 ? ": " : "", cause);
    if (is_printed)
        fprintf(stderr, "%s\n", line);
    if (is_passed_on)
        log->sink(log->sink_data, level_of(level), line);
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

void host_log_to(struct host_log *log, log_sink *sink, void *data,
                 enum log_level level)
{
    log->sink = sink;
    log->sink_level = level;
    log->sink_data = data;
}

void host_log_watch(struct host_log *log, host_log_watcher *watcher, void *data)
{
    log->watcher = watcher;
    log->watcher_data = data;
}
