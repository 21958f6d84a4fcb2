/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The entry that libFuzzer, or the replay of a corpus, calls. */
#ifndef XENITH_TESTS_FUZZ_CONFIG_H
#define XENITH_TESTS_FUZZ_CONFIG_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
