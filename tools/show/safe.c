/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Strings of strangers on an administrator's terminal. */
#include <stdint.h>

#include "base/strbuf.h"
#include "base/utf8.h"
#include "show/show.h"

char *show_safe(const char *text)
{
    struct strbuf safe = { 0 };

    while (*text != '\0') {
        uint32_t rune;
        size_t length = utf8_decode(text, &rune);
        if (length == 0)
            strbuf_printf(&safe, "\\x%02x", (unsigned char)*text);
        else if (rune < 0x20 || (rune >= 0x7f && rune < 0xa0))
            strbuf_printf(&safe, "\\x%02x", (unsigned int)rune);
        else
            strbuf_add(&safe, text, length);
        text += length ? length : 1;
    }
    return strbuf_take(&safe);
}
