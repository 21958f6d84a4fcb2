/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The receiver's note of a migration (note_file.h), UUID.taken: a line of JSON,
 * synced when it has permission, before the guest runs; the line "starts"
 * before it is started, and "done" when it was, or waits as was asked for. The
 * file is gone when the sender has told that its copy is: until then a guest
 * that has ended is not taken for one that never came.
 */
#ifndef XENITH_DOMAIN_TRANSFER_TAKEN_NOTE_H
#define XENITH_DOMAIN_TRANSFER_TAKEN_NOTE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/vec.h"

struct taken_note {
    int fd; /* locked; -1: none, or while it is read: somebody is at it */
    char *uuid;
    char *name;      /* that the guest has here */
    bool paused;     /* it is to stay paused */
    bool supervised; /* it is to have a supervisor */
    bool plain;      /* from a plain xl, which will never ask */
    bool starts;     /* it may have run here */
    bool done;       /* nothing is left to do here */
};

#define TAKEN_NOTE_INIT ((struct taken_note){ .fd = -1 })

/* note has the rest, copied. ERR_STATE while somebody has it. */
int taken_note_begin(struct taken_note *note, struct error *err);

int taken_note_starts(struct taken_note *note, struct error *err);
int taken_note_done(struct taken_note *note, struct error *err);

/*
 * What the text of such a file says, added to a note that is initialised; one
 * that is of an earlier version, or was never finished, has nothing left to do.
 */
void taken_note_parse(struct taken_note *note, const char *text);

/* Reads it, and locks it if nobody has: 1, or 0 without one. */
int taken_note_read(struct taken_note *note, const char *uuid,
                    struct error *err);

void taken_note_dispose(struct taken_note *note);
#define cleanup_taken_note __attribute__((cleanup(taken_note_dispose)))

/* The guest is known to be here alone, or not here: forgets it on disk. */
void taken_note_settle(const char *uuid);

struct taken_note_list {
    VEC(struct taken_note) items;
};

/* All of this host's, in no order; the list is zeroed, and disposed of. */
int taken_note_list_read(struct taken_note_list *list, struct error *err);
void taken_note_list_dispose(struct taken_note_list *list);
#define cleanup_taken_note_list \
    __attribute__((cleanup(taken_note_list_dispose)))

#endif
