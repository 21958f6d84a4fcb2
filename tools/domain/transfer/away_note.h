/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sender's note of a migration (note_file.h), UUID: so that whoever was
 * killed, it can be told later which host has the guest. It is a line of JSON
 * from the start of the migration on, and the line "given" or "given plain",
 * synced, before the receiver is given permission. The receiver has a note of
 * its own (taken_note.h).
 */
#ifndef XENITH_DOMAIN_TRANSFER_AWAY_NOTE_H
#define XENITH_DOMAIN_TRANSFER_AWAY_NOTE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/vec.h"

struct away_note {
    int fd; /* locked; -1: none */
    char *uuid;
    char *name;    /* the guest's */
    char *host;    /* where it goes */
    char *command; /* that reaches the host; NULL: ssh; "": host does */
    bool given;
    bool plain; /* to a receiver that keeps no note, as xl */
};

#define AWAY_NOTE_INIT ((struct away_note){ .fd = -1 })

/*
 * note has the rest, copied. ERR_STATE while another migration has its note, or
 * where an earlier one has to be settled.
 */
int away_note_begin(struct away_note *note, struct error *err);

/* Says that permission may be given from now on. */
int away_note_give(struct away_note *note, bool plain, struct error *err);

/* Opens and locks an old one: 1, or 0 without one; ERR_STATE if it is held. */
int away_note_open(struct away_note *note, const char *uuid, struct error *err);

/*
 * What the text of such a file says, added to a note that is initialised; one
 * that was never finished says less. For the fuzzer, too.
 */
void away_note_parse(struct away_note *note, const char *text);

enum away_note_state {
    AWAY_NOTE_NONE, /* or permission was given: only the other host knows */
    AWAY_NOTE_HELD,
    AWAY_NOTE_LEFT, /* nobody is at it any more, and the guest is ours */
};

enum away_note_state away_note_look(const char *uuid);

/* The guest is known to be in one place: forgets it on disk, too. */
void away_note_end(struct away_note *note);

void away_note_dispose(struct away_note *note);
#define cleanup_away_note __attribute__((cleanup(away_note_dispose)))

struct away_note_list {
    VEC(struct away_note) items; /* fd: -1 while somebody is at it */
};

/* All of this host's, in no order; the list is zeroed, and disposed of. */
int away_note_list_read(struct away_note_list *list, struct error *err);
void away_note_list_dispose(struct away_note_list *list);
#define cleanup_away_note_list __attribute__((cleanup(away_note_list_dispose)))

/*
 * The UUID, the caller's, of the note about a guest of that name or UUID: 1, or
 * 0 without one. ERR_USAGE if there are several. All are left alone.
 */
int away_note_find(const char *word, char **uuid, struct error *err);

/*
 * ERR_STATE if a guest of that UUID, or of that name (NULL: any), may run on
 * another host, as its note says.
 */
int away_note_check(const char *name, const char *uuid, struct error *err);

#endif
