/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * UUIDs (RFC 4122) as 16 bytes in network order, which is also how libxl_uuid
 * and xen_domain_handle_t hold them, and as text.
 */
#ifndef XENITH_BASE_UUID_H
#define XENITH_BASE_UUID_H

#include <stdbool.h>
#include <stdint.h>

#define UUID_BYTES 16
#define UUID_TEXT_SIZE 37 /* 36 characters and the NUL */

/* Lower case with hyphens, as libxl prints them. */
void uuid_format_text(const uint8_t bytes[UUID_BYTES],
                      char text[UUID_TEXT_SIZE]);

/* The whole text, with hyphens, in either case; false leaves bytes alone. */
bool uuid_parse_text(const char *text, uint8_t bytes[UUID_BYTES]);

bool uuid_is_nil(const uint8_t bytes[UUID_BYTES]);

#endif
