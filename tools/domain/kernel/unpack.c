/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/kernel/unpack.h"

#include <errno.h>
#include <string.h>

#include "base/io.h"
#include "domain/kernel/unpack_codec.h"

/* Linux puts the unpacked size behind a stream; that is no further stream. */
#define SIZE_WORD 4

static const struct codec {
    const char *name;
    const char *magic;
    size_t magic_length;
    int (*decode)(struct unpack *unpack, struct error *err);
} codecs[] = {
    { "gzip", "\037\213", 2, unpack_gzip },
    { "xz", "\3757zXZ", 6, unpack_lzma },
    { "bzip2", "BZh", 3, unpack_bzip2 },
    { "lzma", "\135\0\0", 3, unpack_lzma },
    { "lz4", "\004\"M\030", 4, unpack_lz4 },
    { "lz4 (legacy)", "\002!L\030", 4, unpack_lz4_legacy },
    { "zstd", "\050\265\057\375", 4, unpack_zstd },
    { "lzo", "\211LZO", 4, NULL },
};

static const struct codec *find_codec(const void *bytes, size_t length)
{
    for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++)
        if (length >= codecs[i].magic_length &&
            memcmp(bytes, codecs[i].magic, codecs[i].magic_length) == 0)
            return &codecs[i];
    return NULL;
}

const char *unpack_recognize(const void *bytes, size_t length, bool *can_unpack)
{
    const struct codec *codec = find_codec(bytes, length);

    if (can_unpack != NULL)
        *can_unpack = codec != NULL && codec->decode != NULL;
    return codec != NULL ? codec->name : NULL;
}

int unpack_put(struct unpack *unpack, const void *bytes, size_t length,
               struct error *err)
{
    if (length > unpack->limit - unpack->done)
        return error_set(err, ERR_SPACE, "it unpacks to more than %llu bytes",
                         (unsigned long long)unpack->limit);
    if (io_write_all(unpack->fd, bytes, length) < 0)
        return error_set_errno(err, errno == ENOSPC ? ERR_SPACE : ERR_FAILED,
                               errno, "write");
    unpack->done += length;
    return 0;
}

int unpack_is_cut(struct error *err)
{
    return error_set(err, ERR_CONFIG, "the compressed data is cut short");
}

int unpack_is_corrupt(struct error *err)
{
    return error_set(err, ERR_CONFIG, "the compressed data is corrupt");
}

int unpack_run(const struct unpack_request *request, uint64_t *done,
               struct error *err)
{
    const struct codec *codec = find_codec(request->bytes, request->length);
    struct unpack unpack = {
        .next = request->bytes,
        .left = request->length,
        .fd = request->fd,
        .limit = request->limit,
    };
    int rc;

    if (codec == NULL || codec->decode == NULL)
        return error_set(err, ERR_CONFIG, "%s cannot be unpacked here",
                         codec ? codec->name : "its format");
    do {
        rc = codec->decode(&unpack, err);
    } while (rc == 0 && unpack.left > SIZE_WORD &&
             find_codec(unpack.next, unpack.left) == codec);
    *done = unpack.done;
    return rc == 0 ? 0 : error_context(err, "%s", codec->name);
}
