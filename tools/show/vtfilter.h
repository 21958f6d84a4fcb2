/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a guest writes on its console, made harmless for the terminal of the
 * administrator who looks at it. A list of what may pass, not of what may not:
 *
 *   text, UTF-8, BEL BS TAB LF CR; cursor movement, erasing, inserting and
 *   deleting, scrolling and its region, colours, the cursor's look, the
 *   alternate screen, key pad and cursor key modes, bracketed paste.
 *
 * Everything else is dropped whole: OSC, DCS, APC, PM and SOS strings
 * (clipboard, titles, links, files), whatever makes a terminal answer or print
 * or lock its keyboard, mouse reports, 8-bit controls, character sets. Line
 * drawing survives: the sets are followed here and drawn with Unicode.
 *
 * Bytes may come in pieces of any size. Memory is that of the struct; a
 * sequence that never ends is given up after VTFILTER_STRING_MAX bytes.
 */
#ifndef XENITH_SHOW_VTFILTER_H
#define XENITH_SHOW_VTFILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VTFILTER_HELD 128
#define VTFILTER_STRING_MAX 65536u

struct vtfilter {
    bool utf8; /* the terminal's; else what is not ASCII becomes '?' */

    unsigned char character[4]; /* of UTF-8, incomplete */
    unsigned int have, need;    /* bytes of it; need 0: none is open */
    uint32_t rune;
    unsigned char low, high; /* what its next byte may be */

    int state;
    bool is_osc;              /* which kind of string is being dropped */
    size_t dropped;           /* of the sequence that is being dropped */
    char held[VTFILTER_HELD]; /* parameters of a sequence, until its end */
    size_t held_length;
    int slot;         /* which set is being designated */
    bool graphics[2]; /* G0, G1: DEC's line drawing */
    unsigned int gl;  /* the one in use */
    uint32_t modes;   /* what differs from a fresh terminal; see the .c */
};

/* Bytes of room that vtfilter_feed needs for so many bytes of input. */
#define VTFILTER_ROOM(length) (3 * (length) + VTFILTER_HELD + 16)
/* And vtfilter_undo. */
#define VTFILTER_UNDO_ROOM 128

void vtfilter_init(struct vtfilter *filter, bool utf8);

/*
 * Filters some more bytes into out (VTFILTER_ROOM(length) bytes of room);
 * returns how many came out.
 */
size_t vtfilter_feed(struct vtfilter *filter, const void *bytes, size_t length,
                     char *out);

/*
 * What takes back the modes that the guest left set, into out
 * (VTFILTER_UNDO_ROOM bytes); returns its length, 0 if there are none. The
 * filter is then as new.
 */
size_t vtfilter_undo(struct vtfilter *filter, char *out);

#endif
