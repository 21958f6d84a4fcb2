/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * make_stream KEY=VALUE ...: writes a made-up guest's stream, the keys being
 * those of struct guest_stream, numbers all. from=FOLDER takes its files for
 * the contents of pages.
 */
#include <fts.h>
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/strbuf.h"
#include "guest_stream.h"

/* As much of a folder is read; files that are larger are left out. */
#define CONTENTS_MAX ((size_t)256 << 20)
#define FILE_MAX ((size_t)16 << 20)

/* Each file begins a page, as in a page cache. */
static void add_file(struct strbuf *contents, const char *path)
{
    static const char zeros[4096];
    cleanup_free char *bytes = NULL;
    size_t length;

    if (io_read_file(path, FILE_MAX, &bytes, &length, NULL) < 0)
        return;
    strbuf_add(contents, bytes, length);
    strbuf_add(contents, zeros, (4096 - length % 4096) % 4096);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int read_folder(struct strbuf *contents, const char *path)
{
    char *paths[] = { (char *)path, NULL };
    FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOSTAT, by_name);

    if (fts == NULL)
        return -1;
    for (FTSENT *entry; (entry = fts_read(fts)) != NULL;)
        if (entry->fts_info == FTS_NSOK && contents->length < CONTENTS_MAX)
            add_file(contents, entry->fts_accpath);
    fts_close(fts);
    return contents->length >= 4096 ? 0 : -1;
}

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
    if (length > 0)
        fwrite(bytes, 1, length, data);
}

int main(int argc, char **argv)
{
    struct guest_stream guest = { .pages = 1024 };
    cleanup_strbuf struct strbuf contents = { 0 };

    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "from=", 5) == 0) {
            if (read_folder(&contents, argv[i] + 5) < 0)
                return 1;
            guest.contents = contents.text;
            guest.contents_length = contents.length;
        } else if (read_word(&guest, argv[i]) < 0) {
            return 2;
        }
    }
    guest_stream_feed(&guest, take, stdout);
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
