/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For harnesses whose input's first byte says what the rest is: of a number in
 * XENITH_FUZZ_FIRST all that the fuzzer makes up begins with it, so that one
 * grammar of many has all the time.
 */
#include <stdlib.h>

#include "fuzz_config.h"

/* Both of libFuzzer's interface; the first is its own. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
                               unsigned int seed);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
                               unsigned int seed)
{
    const char *first = getenv("XENITH_FUZZ_FIRST");

    (void)seed;
    if (first == NULL || max_size < 2)
        return LLVMFuzzerMutate(data, size, max_size);
    data[0] = (uint8_t)atoi(first);
    return 1 +
           LLVMFuzzerMutate(data + 1, size > 0 ? size - 1 : 0, max_size - 1);
}
