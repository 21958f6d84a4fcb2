/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * make_stream KEY=VALUE ...: writes a made-up guest's stream, the keys being
 * those of struct guest_stream, numbers all.
 */
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "guest_stream.h"

static int read_word(struct guest_stream *guest, const char *word)
{
    struct {
        const char *name;
        uint32_t *value;
    } keys[] = {
        { "pages=", &guest->pages },       { "batch=", &guest->batch },
        { "rounds=", &guest->rounds },     { "zero=", &guest->zero },
        { "random=", &guest->random },     { "dirty=", &guest->dirty },
        { "constant=", &guest->constant },
    };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strncmp(word, keys[i].name, strlen(keys[i].name)) == 0 &&
            number_parse_u32(word + strlen(keys[i].name), keys[i].value))
            return 0;
    fprintf(stderr, "make_stream: '%s'?\n", word);
    return -1;
}

static void take(void *data, const char *bytes, size_t length)
{
    fwrite(bytes, 1, length, data);
}

int main(int argc, char **argv)
{
    struct guest_stream guest = { .pages = 1024 };

    for (int i = 1; i < argc; i++)
        if (read_word(&guest, argv[i]) < 0)
            return 2;
    guest_stream_feed(&guest, take, stdout);
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
