/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gzip, RFC 1952. */
#include <zlib.h>

#include "base/mem.h"
#include "domain/kernel/unpack_codec.h"

#define GZIP_WINDOW (15 + 16) /* the largest; a gzip header and no other */

static int inflate_all(struct unpack *unpack, z_stream *stream,
                       unsigned char *block, struct error *err)
{
    int rc;

    do {
        stream->next_out = block;
        stream->avail_out = UNPACK_BLOCK;
        rc = inflate(stream, Z_NO_FLUSH);
        if (rc == Z_BUF_ERROR)
            return unpack_is_cut(err);
        if (rc != Z_OK && rc != Z_STREAM_END)
            return unpack_is_corrupt(err);
        if (unpack_put(unpack, block, UNPACK_BLOCK - stream->avail_out, err) <
            0)
            return -1;
    } while (rc != Z_STREAM_END);
    return 0;
}

int unpack_gzip(struct unpack *unpack, struct error *err)
{
    cleanup_free unsigned char *block = mem_zalloc(1, UNPACK_BLOCK);
    z_stream stream = {
        .next_in = (unsigned char *)unpack->next,
        .avail_in = (unsigned int)unpack->left,
    };

    if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
        return error_set(err, ERR_FAILED, "zlib does not start");
    int rc = inflate_all(unpack, &stream, block, err);
    unpack->next = stream.next_in;
    unpack->left = stream.avail_in;
    inflateEnd(&stream);
    return rc;
}
