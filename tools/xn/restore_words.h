/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of restore: [CONFIG] FILE [KEY=VALUE ...], in any order. */
#ifndef XENITH_XN_RESTORE_WORDS_H
#define XENITH_XN_RESTORE_WORDS_H

#include <stdbool.h>

#include "base/error.h"
#include "base/vec.h"

/* All but the list are borrowed. */
struct restore_words {
    const char *config; /* used instead of the image's; NULL: none */
    const char *path;
    VEC(const char *) overrides; /* ended by NULL */
};

/*
 * sorted is zeroed. xl has no overrides: with as_xl each word is a file. An
 * ERR_USAGE if there is no file, or are more than two.
 */
int restore_words_sort(const char *const *words, int count, bool as_xl,
                       struct restore_words *sorted, struct error *err);
void restore_words_dispose(struct restore_words *sorted);
#define cleanup_restore_words __attribute__((cleanup(restore_words_dispose)))

#endif
