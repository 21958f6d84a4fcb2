/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Both formats of liblzma: .xz and the older .lzma. */
#include <lzma.h>

#include "base/mem.h"
#include "domain/kernel/unpack_codec.h"

static int explain(lzma_ret rc, struct error *err)
{
    switch (rc) {
    case LZMA_BUF_ERROR:
        return unpack_is_cut(err);
    case LZMA_MEMLIMIT_ERROR:
    case LZMA_MEM_ERROR:
        return error_set(err, ERR_SPACE,
                         "unpacking it takes more than %llu bytes of memory",
                         (unsigned long long)UNPACK_MEMORY);
    default:
        return unpack_is_corrupt(err);
    }
}

static int decode_all(struct unpack *unpack, lzma_stream *stream,
                      uint8_t *block, struct error *err)
{
    lzma_ret rc;

    do {
        stream->next_out = block;
        stream->avail_out = UNPACK_BLOCK;
        rc = lzma_code(stream, LZMA_RUN);
        if (rc != LZMA_OK && rc != LZMA_STREAM_END)
            return explain(rc, err);
        if (unpack_put(unpack, block, UNPACK_BLOCK - stream->avail_out, err) <
            0)
            return -1;
    } while (rc != LZMA_STREAM_END);
    return 0;
}

int unpack_lzma(struct unpack *unpack, struct error *err)
{
    cleanup_free uint8_t *block = mem_zalloc(1, UNPACK_BLOCK);
    lzma_stream stream = LZMA_STREAM_INIT;

    stream.next_in = unpack->next;
    stream.avail_in = unpack->left;
    if (lzma_auto_decoder(&stream, UNPACK_MEMORY, 0) != LZMA_OK)
        return error_set(err, ERR_FAILED, "liblzma does not start");
    int rc = decode_all(unpack, &stream, block, err);
    unpack->next = stream.next_in;
    unpack->left = stream.avail_in;
    lzma_end(&stream);
    return rc;
}
