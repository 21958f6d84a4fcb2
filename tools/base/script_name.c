/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/script_name.h"

#include <limits.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"

char *script_name_encode(const char *path)
{
    cleanup_strbuf struct strbuf name = { 0 };

    for (const char *c = path; *c != '\0'; c++) {
        if (*c == '/')
            strbuf_puts(&name, "%2F");
        else if (*c == '%')
            strbuf_puts(&name, "%25");
        else
            strbuf_putc(&name, *c);
    }
    return name.length > NAME_MAX ? NULL : strbuf_take(&name);
}

char *script_name_decode(const char *name)
{
    cleanup_strbuf struct strbuf path = { 0 };

    while (*name != '\0') {
        if (*name != '%') {
            strbuf_putc(&path, *name++);
            continue;
        }
        if (strncmp(name, "%2F", 3) == 0)
            strbuf_putc(&path, '/');
        else if (strncmp(name, "%25", 3) == 0)
            strbuf_putc(&path, '%');
        else
            return NULL;
        name += 3;
    }
    return path.length > 0 && path.text[0] == '/' ? strbuf_take(&path) : NULL;
}
