/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of tools/config share: a text in, a domain and its words. */
#ifndef XENITH_TESTS_CONFIG_UNIT_H
#define XENITH_TESTS_CONFIG_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "config/config.h"
#include "host.h"

struct loaded {
    struct domain_spec spec;
    struct config_diags diags;
    struct error err;
    int rc;
    struct strbuf said; /* the diagnostics as text, without quotes */
};

static inline void loaded_source(struct loaded *loaded,
                                 const struct config_source *source)
{
    memset(loaded, 0, sizeof(*loaded));
    domain_spec_init(&loaded->spec);
    loaded->rc = config_load(source, NULL, lab_host(), &loaded->spec,
                             &loaded->diags, &loaded->err);
    config_diags_render(&loaded->diags, 0, &loaded->said);
    if (loaded->said.text == NULL)
        strbuf_puts(&loaded->said, "");
}

static inline void loaded_text(struct loaded *loaded, const char *text,
                               size_t length)
{
    const struct config_source source = { .path = "t.cfg",
                                          .text = text,
                                          .length = length };

    loaded_source(loaded, &source);
}

static inline void loaded_dispose(struct loaded *loaded)
{
    domain_spec_dispose(&loaded->spec);
    config_diags_dispose(&loaded->diags);
    error_dispose(&loaded->err);
    strbuf_dispose(&loaded->said);
}

#endif
