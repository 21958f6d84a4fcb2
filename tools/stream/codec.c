/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/codec.h"

#include <string.h>

#include <lz4.h>
#include <zstd.h>

#include "base/mem.h"
#include "base/number.h"

/*
 * zstd looks back over a whole frame even at level 1, where its own choice for
 * long streams is 512 KiB: frames are compressed each for itself and must make
 * up for what they cannot see of the frames before.
 */
#define ZSTD_WINDOW_LOG 22

/* What is tried first: so many pieces, spread evenly over the payload. */
#define SAMPLE_PIECES 8
#define SAMPLE_LENGTH ((size_t)SAMPLE_PIECES * STREAM_PAGE)

struct codec {
    ZSTD_CCtx *compressor;   /* NULL until needed */
    ZSTD_DCtx *decompressor; /* NULL until needed */
    uint8_t sample[SAMPLE_LENGTH];
    uint8_t *trial; /* codec_bound(SAMPLE_LENGTH) bytes; owned */
};

int codec_parse_choice(const char *text, struct codec_choice *choice,
                       struct error *err)
{
    static const char zstd[] = "zstd";
    uint64_t level = 1;

    if (strcmp(text, "auto") == 0)
        *choice = CODEC_AUTO;
    else if (strcmp(text, "none") == 0)
        *choice = (struct codec_choice){ .codec = FRAME_CODEC_NONE };
    else if (strcmp(text, "lz4") == 0)
        *choice = (struct codec_choice){ .codec = FRAME_CODEC_LZ4 };
    else if (strncmp(text, zstd, strlen(zstd)) == 0 &&
             (text[strlen(zstd)] == '\0' ||
              (text[strlen(zstd)] == ':' &&
               number_parse_u64(text + strlen(zstd) + 1,
                                (uint64_t)ZSTD_maxCLevel(), &level) &&
               level > 0)))
        *choice = (struct codec_choice){ .codec = FRAME_CODEC_ZSTD,
                                         .level = (int)level };
    else {
        error_set(err, ERR_USAGE, "'%s' is no way to compress", text);
        error_hint(err, "auto, none, lz4, zstd, zstd:1 to zstd:%d",
                   ZSTD_maxCLevel());
        return -1;
    }
    return 0;
}

size_t codec_bound(size_t length)
{
    size_t lz4 = (size_t)LZ4_compressBound((int)length);
    size_t zstd = ZSTD_compressBound(length);

    return lz4 > zstd ? lz4 : zstd;
}

struct codec *codec_new(void)
{
    struct codec *codec = MEM_NEW(struct codec);

    codec->trial = mem_zalloc(1, codec_bound(SAMPLE_LENGTH));
    return codec;
}

void codec_free(struct codec *codec)
{
    if (codec == NULL)
        return;
    ZSTD_freeCCtx(codec->compressor);
    ZSTD_freeDCtx(codec->decompressor);
    free(codec->trial);
    free(codec);
}

static size_t compress_zstd(struct codec *codec, int level, const uint8_t *in,
                            size_t length, uint8_t *out)
{
    if (codec->compressor == NULL)
        codec->compressor = mem_check(ZSTD_createCCtx());
    ZSTD_CCtx_setParameter(codec->compressor, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(codec->compressor, ZSTD_c_windowLog,
                           ZSTD_WINDOW_LOG);
    size_t got =
        ZSTD_compress2(codec->compressor, out, codec_bound(length), in, length);
    return ZSTD_isError(got) ? 0 : got;
}

/* Yields 0 if it fails, which with this much room it does not. */
static size_t compress_with(struct codec *codec,
                            const struct codec_choice *choice,
                            const uint8_t *in, size_t length, uint8_t *out)
{
    if (choice->codec == FRAME_CODEC_ZSTD)
        return compress_zstd(codec, choice->level, in, length, out);
    int got = LZ4_compress_default((const char *)in, (char *)out, (int)length,
                                   (int)codec_bound(length));
    return got < 0 ? 0 : (size_t)got;
}

/* Is it worth compressing? Less than 2 % is not. */
static bool sample_shrinks(struct codec *codec,
                           const struct codec_choice *choice, const uint8_t *in,
                           size_t length)
{
    if (length < 8 * SAMPLE_LENGTH)
        return true;
    size_t step = length / SAMPLE_PIECES;
    for (size_t i = 0; i < SAMPLE_PIECES; i++)
        memcpy(codec->sample + i * STREAM_PAGE, in + i * step, STREAM_PAGE);
    size_t got = compress_with(codec, choice, codec->sample, SAMPLE_LENGTH,
                               codec->trial);
    return got < SAMPLE_LENGTH - SAMPLE_LENGTH / 50;
}

size_t codec_compress(struct codec *codec, const struct codec_choice *choice,
                      const uint8_t *in, size_t length, uint8_t *out)
{
    if (choice->codec == FRAME_CODEC_NONE ||
        !sample_shrinks(codec, choice, in, length))
        return 0;
    size_t got = compress_with(codec, choice, in, length, out);
    return got < length ? got : 0;
}

static int decompress_zstd(struct codec *codec, const uint8_t *in,
                           size_t length, uint8_t *out, size_t plain)
{
    if (codec->decompressor == NULL)
        codec->decompressor = mem_check(ZSTD_createDCtx());
    size_t got =
        ZSTD_decompressDCtx(codec->decompressor, out, plain, in, length);
    return !ZSTD_isError(got) && got == plain ? 0 : -1;
}

static int decompress_lz4(const uint8_t *in, size_t length, uint8_t *out,
                          size_t plain)
{
    int got = LZ4_decompress_safe((const char *)in, (char *)out, (int)length,
                                  (int)plain);
    return got >= 0 && (size_t)got == plain ? 0 : -1;
}

int codec_decompress(struct codec *codec, enum frame_codec kind,
                     const uint8_t *in, size_t length, uint8_t *out,
                     size_t plain, struct error *err)
{
    int rc = kind == FRAME_CODEC_ZSTD
                 ? decompress_zstd(codec, in, length, out, plain)
                 : decompress_lz4(in, length, out, plain);

    if (rc < 0)
        return error_set(err, ERR_CONFIG, "the payload cannot be decompressed");
    return 0;
}
