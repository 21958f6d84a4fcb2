/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of commands that write saved guests. */
#ifndef XENITH_XN_IMAGE_FORMAT_H
#define XENITH_XN_IMAGE_FORMAT_H

#include <stdbool.h>

#include "xn/command.h"

/* Their rows; a command's options have them among the others. */
#define IMAGE_FORMAT_ROWS                                                      \
    { 0, "format", OPTION_VALUE, "FORMAT", "xenith, or xl for 'xl restore'" }, \
    {                                                                          \
        0, "compress", OPTION_VALUE, "HOW", "auto, none, lz4, zstd[:LEVEL]"    \
    }

struct image_format {
    bool plain;           /* xl's */
    const char *compress; /* never NULL */
};

/* What they say; called as xl, xl's format is the default. */
int image_format_read(const struct invocation *inv, struct image_format *format,
                      struct error *err);

#endif
