/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What xl puts before libxl's stream: struct save_file_header in Xen's
 * tools/xl/xl.h, and behind it the domain's configuration as libxl's JSON.
 */
#ifndef XENITH_STREAM_XL_H
#define XENITH_STREAM_XL_H

#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"

#define XL_MAGIC "Xen saved domain, xl format\n \0 \r" /* 32 bytes of it */
#define XL_MAGIC_LENGTH 32
#define XL_HEADER_LENGTH 48
#define XL_BYTEORDER 0x01020304u
#define XL_FLAG_JSON 1u
#define XL_FLAG_STREAM_V2 2u
#define XL_FLAGS_KNOWN (XL_FLAG_JSON | XL_FLAG_STREAM_V2)

/* Adds the header and the configuration, NUL included as xl does it. */
void xl_header_make(const char *config_json, struct strbuf *out);

/*
 * Reads them, and nothing beyond, from a descriptor; *config_json is the
 * caller's. ERR_CONFIG if there is something else or no configuration.
 */
int xl_header_read(int fd, char **config_json, struct error *err);

#endif
