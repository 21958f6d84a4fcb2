/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What harnesses of the stream share: the input, the output. */
#ifndef XENITH_TESTS_FUZZ_STREAM_H
#define XENITH_TESTS_FUZZ_STREAM_H

#include <string.h>

#include "../unit/strbuf_sink.h"
#include "base/mem.h"
#include "fuzz_config.h"

/*
 * The input without its first byte, which chooses: if it is odd, the copy is
 * mended, so that what checks vouch for is reached. size, which is not 0, then
 * is that of the copy; the copy is the caller's.
 */
static inline uint8_t *take_input(const uint8_t *data, size_t *size,
                                  void (*mend)(uint8_t *bytes, size_t size))
{
    uint8_t *bytes = mem_zalloc(1, *size);

    *size -= 1;
    memcpy(bytes, data + 1, *size);
    if ((data[0] & 1) != 0)
        mend(bytes, *size);
    return bytes;
}

#endif
