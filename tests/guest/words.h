/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the words are read that tell the guest what to do. */
#ifndef XENITH_GUEST_WORDS_H
#define XENITH_GUEST_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A word of so many bytes is the one wanted. */
bool word_is(const char *word, size_t length, const char *wanted);

/* It is name ("dirty=") and a rate; false leaves that alone. */
bool word_rate(const char *word, size_t length, const char *name,
               uint64_t *rate);

#endif
