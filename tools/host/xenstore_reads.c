/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of questions; xenstore.c answers them. */
#include "host/xenstore.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/mem.h"

size_t xenstore_reads_add(struct xenstore_reads *reads, const char *format, ...)
{
    va_list args;
    struct xenstore_read read = { .errnum = ENOENT };

    va_start(args, format);
    read.path = mem_vprintf(format, args);
    va_end(args);
    VEC_PUSH(&reads->list, read);
    return reads->list.count - 1;
}

const char *xenstore_reads_value(const struct xenstore_reads *reads,
                                 size_t place)
{
    return reads->list.items[place].value;
}

void xenstore_reads_dispose(struct xenstore_reads *reads)
{
    VEC_EACH (&reads->list, read) {
        free(read->path);
        free(read->value);
    }
    VEC_DISPOSE(&reads->list);
}
