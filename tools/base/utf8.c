/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/utf8.h"

size_t utf8_decode(const char *text, uint32_t *rune)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char *byte = (const unsigned char *)text;
    size_t length;
    uint32_t value;

    if (byte[0] == 0)
        return 0;
    if (byte[0] < 0x80) {
        *rune = byte[0];
        return 1;
    }
    if ((byte[0] & 0xe0) == 0xc0) {
        length = 2;
        value = byte[0] & 0x1f;
    } else if ((byte[0] & 0xf0) == 0xe0) {
        length = 3;
        value = byte[0] & 0x0f;
    } else if ((byte[0] & 0xf8) == 0xf0) {
        length = 4;
        value = byte[0] & 0x07;
    } else {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (byte[i] & 0x3f);
    }
    if (value < least[length] || value > 0x10ffff ||
        (value >= 0xd800 && value < 0xe000))
        return 0;
    *rune = value;
    return length;
}
