/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * zstd, RFC 8878. The library refuses by itself what needs more history than
 * 128 MiB (ZSTD_WINDOWLOG_LIMIT_DEFAULT).
 */
#include <zstd.h>

#include "base/mem.h"
#include "domain/kernel/unpack_codec.h"

static int decompress_all(struct unpack *unpack, ZSTD_DStream *stream,
                          ZSTD_inBuffer *in, void *block, struct error *err)
{
    size_t rc;

    do {
        ZSTD_outBuffer out = { .dst = block, .size = UNPACK_BLOCK };
        rc = ZSTD_decompressStream(stream, &out, in);
        if (ZSTD_isError(rc))
            return unpack_is_corrupt(err);
        if (rc != 0 && out.pos == 0 && in->pos == in->size)
            return unpack_is_cut(err);
        if (unpack_put(unpack, block, out.pos, err) < 0)
            return -1;
    } while (rc != 0);
    return 0;
}

int unpack_zstd(struct unpack *unpack, struct error *err)
{
    cleanup_free void *block = mem_zalloc(1, UNPACK_BLOCK);
    ZSTD_inBuffer in = { .src = unpack->next, .size = unpack->left };
    ZSTD_DStream *stream = ZSTD_createDStream();

    if (stream == NULL)
        return error_set(err, ERR_FAILED, "libzstd does not start");
    int rc = decompress_all(unpack, stream, &in, block, err);
    unpack->next += in.pos;
    unpack->left -= in.pos;
    ZSTD_freeDStream(stream);
    return rc;
}
