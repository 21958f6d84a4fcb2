/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Over libuuid, which alone knows the format. */
#include "base/uuid.h"

#include <string.h>
#include <uuid/uuid.h>

void uuid_format_text(const uint8_t bytes[UUID_BYTES],
                      char text[UUID_TEXT_SIZE])
{
    uuid_unparse_lower(bytes, text);
}

bool uuid_parse_text(const char *text, uint8_t bytes[UUID_BYTES])
{
    uuid_t parsed;

    if (uuid_parse(text, parsed) < 0)
        return false;
    memcpy(bytes, parsed, UUID_BYTES);
    return true;
}

bool uuid_is_nil(const uint8_t bytes[UUID_BYTES])
{
    return uuid_is_null(bytes) == 1;
}
