/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <bzlib.h>

#include "base/mem.h"
#include "domain/kernel/unpack_codec.h"

static int decompress_all(struct unpack *unpack, bz_stream *stream, char *block,
                          struct error *err)
{
    int rc;

    do {
        stream->next_out = block;
        stream->avail_out = UNPACK_BLOCK;
        rc = BZ2_bzDecompress(stream);
        if (rc != BZ_OK && rc != BZ_STREAM_END)
            return unpack_is_corrupt(err);
        size_t got = UNPACK_BLOCK - stream->avail_out;
        if (rc == BZ_OK && got == 0 && stream->avail_in == 0)
            return unpack_is_cut(err);
        if (unpack_put(unpack, block, got, err) < 0)
            return -1;
    } while (rc != BZ_STREAM_END);
    return 0;
}

int unpack_bzip2(struct unpack *unpack, struct error *err)
{
    cleanup_free char *block = mem_zalloc(1, UNPACK_BLOCK);
    bz_stream stream = {
        .next_in = (char *)unpack->next,
        .avail_in = (unsigned int)unpack->left,
    };

    if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK)
        return error_set(err, ERR_FAILED, "libbz2 does not start");
    int rc = decompress_all(unpack, &stream, block, err);
    unpack->next = (unsigned char *)stream.next_in;
    unpack->left = stream.avail_in;
    BZ2_bzDecompressEnd(&stream);
    return rc;
}
