/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The console filter under arbitrary bytes. Three things must hold: no byte
 * but those of harmless text and sequences comes out, the room promised is
 * enough, and where the input is cut makes no difference. The first byte
 * chooses the kind of terminal and the cut.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "show/vtfilter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
    if (!holds)
        abort();
}

static void check_clean(const char *out, size_t length, int utf8)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)out[i];
        require(c != 0x7f && (utf8 || c < 0x80));
        require(c >= 0x20 || (c != 0 && strchr("\a\b\t\n\r\033", c) != NULL));
        if (c == 033 && i + 1 < length)
            require(out[i + 1] != '\0' &&
                    strchr("[78DEM=>", out[i + 1]) != NULL);
        if (c == 033 && i + 2 < length && out[i + 1] == '[')
            require(strchr("cnti", out[i + 2]) == NULL);
        if (c == 0xc2 && i + 1 < length)
            require((unsigned char)out[i + 1] >= 0xa0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vtfilter whole, cut;
    char undo[VTFILTER_UNDO_ROOM], undo_cut[VTFILTER_UNDO_ROOM];

    if (size < 2)
        return 0;
    int utf8 = data[0] & 1;
    size_t place = (size_t)(data[0] >> 1) * (size - 1) / 128;
    data++;
    size--;

    char *out = malloc(VTFILTER_ROOM(size));
    char *pieces = malloc(VTFILTER_ROOM(place) + VTFILTER_ROOM(size - place));
    vtfilter_init(&whole, utf8);
    vtfilter_init(&cut, utf8);
    size_t length = vtfilter_feed(&whole, data, size, out);
    size_t got = vtfilter_feed(&cut, data, place, pieces);
    got += vtfilter_feed(&cut, data + place, size - place, pieces + got);

    require(length <= VTFILTER_ROOM(size));
    check_clean(out, length, utf8);
    require(got == length && memcmp(out, pieces, length) == 0);
    length = vtfilter_undo(&whole, undo);
    require(length <= VTFILTER_UNDO_ROOM);
    require(vtfilter_undo(&cut, undo_cut) == length);
    require(memcmp(undo, undo_cut, length) == 0);
    free(out);
    free(pieces);
    return 0;
}
