/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/error.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void set_message(struct error *err, enum error_kind kind, char *message)
{
    err->kind = kind;
    err->message = message;
}

int error_set(struct error *err, enum error_kind kind, const char *format, ...)
{
    if (err == NULL || error_is_set(err))
        return -1;
    va_list args;
    va_start(args, format);
    set_message(err, kind, mem_vprintf(format, args));
    va_end(args);
    return -1;
}

int error_set_errno(struct error *err, enum error_kind kind, int errnum,
                    const char *format, ...)
{
    if (err == NULL || error_is_set(err))
        return -1;
    va_list args;
    va_start(args, format);
    cleanup_free char *what = mem_vprintf(format, args);
    va_end(args);
    set_message(err, kind, mem_printf("%s: %s", what, strerror(errnum)));
    return -1;
}

int error_context(struct error *err, const char *format, ...)
{
    if (err == NULL || !error_is_set(err))
        return -1;
    va_list args;
    va_start(args, format);
    cleanup_free char *context = mem_vprintf(format, args);
    va_end(args);
    cleanup_free char *inner = err->message;
    err->message = mem_printf("%s: %s", context, inner);
    return -1;
}

void error_hint(struct error *err, const char *format, ...)
{
    if (err == NULL || !error_is_set(err) || err->hint != NULL)
        return;
    va_list args;
    va_start(args, format);
    err->hint = mem_vprintf(format, args);
    va_end(args);
}

void error_detail(struct error *err, const char *lines)
{
    if (err == NULL || !error_is_set(err) || err->detail != NULL)
        return;
    err->detail = mem_strdup(lines);
}

bool error_is_set(const struct error *err)
{
    return err->kind != ERR_NONE;
}

void error_dispose(struct error *err)
{
    free(err->message);
    free(err->hint);
    free(err->detail);
    *err = ERROR_INIT;
}
