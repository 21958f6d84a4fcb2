/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What reader and writer share; see json_inner.h. */
#include "base/json_inner.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "base/utf8.h"

static void *hook_malloc(void *context, size_t size)
{
    return mem_realloc(NULL, size, 1);
}

static void *hook_realloc(void *context, void *old, size_t size)
{
    return mem_realloc(old, size, 1);
}

static void hook_free(void *context, void *memory)
{
    free(memory);
}

yajl_alloc_funcs json_allocation = {
    .malloc = hook_malloc,
    .realloc = hook_realloc,
    .free = hook_free,
};

char *json_mend(const char *text)
{
    struct strbuf mended = { 0 };
    const char *clean = text; /* what from here on is not copied yet */
    uint32_t rune;

    for (const char *c = text; *c != '\0';) {
        size_t length = utf8_decode(c, &rune);
        if (length > 0) {
            c += length;
            continue;
        }
        strbuf_add(&mended, clean, (size_t)(c - clean));
        strbuf_puts(&mended, "\xef\xbf\xbd");
        clean = ++c;
    }
    if (clean == text)
        return NULL;
    strbuf_puts(&mended, clean);
    return strbuf_take(&mended);
}
