/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Both framings of lz4. The legacy one, which Linux' build uses and the library
 * does not read (lz4_Frame_format.md, "Legacy frame"): a magic number, then
 * blocks of a 32 bit little-endian length and as many bytes, each of which
 * unpacks to at most 8 MiB. It has no end mark; Linux puts the unpacked size
 * behind it.
 */
#include <endian.h>
#include <string.h>

#include <lz4.h>
#include <lz4frame.h>

#include "base/mem.h"
#include "domain/kernel/unpack_codec.h"

#define LEGACY_MAGIC 0x184c2102u
#define LEGACY_BLOCK (8 << 20)
#define WORD 4

static int decompress_frame(struct unpack *unpack, LZ4F_dctx *context,
                            void *block, struct error *err)
{
    size_t rc;

    do {
        size_t got = UNPACK_BLOCK, used = unpack->left;
        rc = LZ4F_decompress(context, block, &got, unpack->next, &used, NULL);
        if (LZ4F_isError(rc))
            return unpack_is_corrupt(err);
        unpack->next += used;
        unpack->left -= used;
        if (rc != 0 && got == 0 && used == 0)
            return unpack_is_cut(err);
        if (unpack_put(unpack, block, got, err) < 0)
            return -1;
    } while (rc != 0);
    return 0;
}

int unpack_lz4(struct unpack *unpack, struct error *err)
{
    cleanup_free void *block = mem_zalloc(1, UNPACK_BLOCK);
    LZ4F_dctx *context;

    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)))
        return error_set(err, ERR_FAILED, "liblz4 does not start");
    int rc = decompress_frame(unpack, context, block, err);
    LZ4F_freeDecompressionContext(context);
    return rc;
}

static uint32_t take_word(struct unpack *unpack)
{
    uint32_t word;

    memcpy(&word, unpack->next, WORD);
    unpack->next += WORD;
    unpack->left -= WORD;
    return le32toh(word);
}

int unpack_lz4_legacy(struct unpack *unpack, struct error *err)
{
    cleanup_free char *block = mem_zalloc(1, LEGACY_BLOCK);

    /* The last word alone is the size of it all. */
    while (unpack->left > WORD) {
        uint32_t length = take_word(unpack);
        if (length == LEGACY_MAGIC)
            continue;
        if (length > unpack->left)
            return unpack_is_cut(err);
        int got = LZ4_decompress_safe((const char *)unpack->next, block,
                                      (int)length, LEGACY_BLOCK);
        if (got < 0)
            return unpack_is_corrupt(err);
        unpack->next += length;
        unpack->left -= length;
        if (unpack_put(unpack, block, (size_t)got, err) < 0)
            return -1;
    }
    return 0;
}
