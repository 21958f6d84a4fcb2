/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/image_format.h"

#include <string.h>

/* A file is written once and kept: its size matters more than the time. */
#define COMPRESS "zstd"

int image_format_read(const struct invocation *inv, struct image_format *format,
                      struct error *err)
{
    const char *name = invocation_value(inv, "format");
    const char *compress = invocation_value(inv, "compress");

    format->plain =
        name != NULL ? strcmp(name, "xl") == 0 : inv->settings->as_xl;
    format->compress = compress != NULL ? compress : COMPRESS;
    if (name != NULL && !format->plain && strcmp(name, "xenith") != 0)
        return error_set(err, ERR_USAGE, "'%s' is neither xenith nor xl", name);
    if (format->plain && compress != NULL)
        return error_set(err, ERR_USAGE, "xl's format is not compressed");
    return 0;
}
