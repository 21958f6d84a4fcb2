/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The head of a bzImage: boot protocol 2.15 (Documentation/arch/x86/boot.rst of
 * Linux), two sectors of setup, then what is loaded. */
#ifndef XENITH_TESTS_BZIMAGE_H
#define XENITH_TESTS_BZIMAGE_H

#include <stdint.h>
#include <string.h>

#define BZIMAGE_SETUP 1024 /* bytes before what is loaded */

static inline void bzimage_put32(unsigned char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> 8 * i);
}

/* image: zeroed; payload: from the end of the setup on; both in bytes. */
static inline void bzimage_head(unsigned char *image, uint32_t payload,
                                uint32_t payload_length)
{
    image[0x1f1] = 1;
    image[0x1fe] = 0x55;
    image[0x1ff] = 0xaa;
    memcpy(image + 0x202, "HdrS", 4);
    image[0x206] = 0x0f;
    image[0x207] = 0x02;
    bzimage_put32(image + 0x248, payload);
    bzimage_put32(image + 0x24c, payload_length);
}

#endif
