/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/restore_words.h"

#include <string.h>

/* A file may have a '=' in its name, but none behind the name of a key. */
static bool is_override(const char *word)
{
    static const char of_keys[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    size_t length = strspn(word, of_keys);

    return length > 0 && (word[length] == '=' ||
                          (word[length] == '+' && word[length + 1] == '='));
}

int restore_words_sort(const char *const *words, int count, bool as_xl,
                       struct restore_words *sorted, struct error *err)
{
    int files = 0;

    for (int i = 0; i < count; i++) {
        if (!as_xl && is_override(words[i])) {
            VEC_PUSH(&sorted->overrides, words[i]);
            continue;
        }
        sorted->config = sorted->path;
        sorted->path = words[i];
        files++;
    }
    VEC_PUSH(&sorted->overrides, NULL);
    if (files == 1 || files == 2)
        return 0;
    error_set(err, ERR_USAGE, "restore takes a FILE, and maybe a CONFIG");
    error_hint(err, as_xl ? "xl restore [CONFIG] FILE"
                          : "xn restore [CONFIG] FILE [KEY=VALUE ...]");
    return -1;
}

void restore_words_dispose(struct restore_words *sorted)
{
    VEC_DISPOSE(&sorted->overrides);
}
