/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every harness of a configuration does with what was said about it. */
#ifndef XENITH_TESTS_FUZZ_DIAGS_H
#define XENITH_TESTS_FUZZ_DIAGS_H

#include "config/diag.h"
#include "fuzz_config.h"

/* Shows them, as a user would see them, and disposes of them. */
static inline void show_diags(struct config_diags *diags)
{
    cleanup_strbuf struct strbuf said = { 0 };

    config_diags_sort(diags);
    config_diags_render(diags, CONFIG_RENDER_QUOTE, &said);
    config_diags_dispose(diags);
}
#define cleanup_shown_diags __attribute__((cleanup(show_diags)))

#endif
