/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a save helper and libxl say to each other. The helper writes messages
 * to its standard output: 16 bits of length, then as many bytes, 16 bits of
 * number first, then the arguments; all in the machine's byte order. To some
 * libxl answers with an int on the helper's standard input.
 *
 * Source: Xen 4.17, tools/libs/light/libxl_save_helper.c (the framing) and
 * libxl_save_msgs_gen.pl (@msgs: a message's number is its place in that list,
 * from 1; the types of the arguments). The list is no interface of libxl's, so
 * that the numbers are checked before they are used: stock.h.
 */
#ifndef XENITH_SAVEHELPER_PROTOCOL_H
#define XENITH_SAVEHELPER_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum protocol_number {
    PROTOCOL_LOG = 1,      /* u32 level, u32 errno, context, text */
    PROTOCOL_PROGRESS = 2, /* context, what, u64 done, u64 total */
    PROTOCOL_SUSPEND = 3,  /* answered: 0 is a failure */
    PROTOCOL_POSTCOPY = 4, /* 4 to 6: of Remus and COLO alone */
    PROTOCOL_CHECKPOINT = 5,
    PROTOCOL_WAIT_CHECKPOINT = 6,
    PROTOCOL_LOGDIRTY = 7,         /* u32 domid, u32 enable; answered */
    PROTOCOL_STATIC_DATA_DONE = 8, /* u32 missing; answered */
    PROTOCOL_RESULTS = 9,          /* u64 store gfn, u64 console gfn */
    PROTOCOL_COMPLETE = 10,        /* int result, int errno; answered */
};

/*
 * The callbacks that libxl offers, one bit each at its message's number: what
 * it gives for a plain save and a plain restore (libxl_dom_save.c,
 * libxl_create.c). Other bits mean another list, or a checkpointed stream.
 */
#define PROTOCOL_SAVE_CALLBACKS \
    (1u << PROTOCOL_SUSPEND | 1u << PROTOCOL_LOGDIRTY)
#define PROTOCOL_RESTORE_CALLBACKS \
    (1u << PROTOCOL_STATIC_DATA_DONE | 1u << PROTOCOL_RESULTS)

#define PROTOCOL_HEADER sizeof(uint16_t)
#define PROTOCOL_MAX 0xffff /* bytes after the length */

/* A message being made; a text that does not fit is cut. */
struct protocol_message {
    size_t length; /* without the header */
    unsigned char bytes[PROTOCOL_HEADER + PROTOCOL_MAX];
};

void protocol_begin(struct protocol_message *message,
                    enum protocol_number number);
void protocol_add_u32(struct protocol_message *message, uint32_t value);
void protocol_add_u64(struct protocol_message *message, uint64_t value);
void protocol_add_text(struct protocol_message *message, const char *text);

/* Puts the length in front; how many bytes to send. */
size_t protocol_end(struct protocol_message *message);

/*
 * The first message in bytes that somebody else wrote: its number and the
 * length of its arguments, which start at *arguments. 0 if it is not yet
 * whole, -1 if it can never be one, else how many bytes it takes.
 */
long protocol_read(const unsigned char *bytes, size_t length, uint16_t *number,
                   const unsigned char **arguments, size_t *arguments_length);

#endif
