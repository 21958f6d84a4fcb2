/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest whose migration was cut at the wrong moment gets one owner again. */
#ifndef XENITH_DOMAIN_TRANSFER_RECOVER_H
#define XENITH_DOMAIN_TRANSFER_RECOVER_H

#include "domain/state.h"
#include "domain/transfer/arrival.h"
#include "domain/transfer/away_note.h"

struct recover_result {
    bool here;                /* it goes on here; otherwise: */
    bool had_copy;            /* a copy here was destroyed */
    char *host;               /* where it is, NULL: not known; the caller's */
    enum arrival_place place; /* and how it is there; ABSENT: nowhere */
};

/*
 * Reads the note of the migration (away_note.h) and, where permission was
 * given, asks the other host. Then the copy here goes on, or is destroyed; one
 * that is gone, with this host or by the end of the migration, may be elsewhere
 * or nowhere. word: the guest's name, UUID, or domain here. here: the user
 * knows that it is nowhere else, and nobody is asked. ERR_STATE while a
 * migration is under way or undecided, ERR_HOST if the other host does not
 * answer: nothing was changed then.
 */
int domain_recover(struct host *host, const char *word, bool here,
                   struct recover_result *result, struct error *err);

enum recover_owner {
    RECOVER_HERE,
    RECOVER_THERE, /* on the other host, also if it has ended there */
    RECOVER_NOWHERE,
    RECOVER_UNDECIDED,
    RECOVER_UNKNOWN, /* the other host cannot be asked, or keeps no note */
};

/*
 * Which host has the guest of a note, which is not settled by that. The other
 * one is asked where permission was given, for so many ms. *place is for THERE,
 * why for UNKNOWN.
 */
enum recover_owner recover_find_owner(const struct away_note *note,
                                      int64_t patience,
                                      enum arrival_place *place,
                                      struct error *why);

/*
 * Tells the other host to keep no note any more of a guest that is there alone,
 * or gone. False if it should, and could not be told.
 */
bool recover_tell_settled(const struct away_note *note);

/*
 * Takes from the list, and from disk, those that were broken off here before
 * the other host had permission, of guests that are no more: nothing of them
 * is left to settle. *count is how many; dry_run: only counts.
 */
int recover_forget_ended(struct away_note_list *list, bool dry_run,
                         unsigned int *count, struct error *err);

#endif
