/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest whose migration was cut at the wrong moment gets one owner again. */
#ifndef XENITH_DOMAIN_TRANSFER_RECOVER_H
#define XENITH_DOMAIN_TRANSFER_RECOVER_H

#include "domain/state.h"
#include "domain/transfer/away_note.h"
#include "domain/transfer/takeover.h"

struct recover_result {
    bool here;                 /* it goes on here; otherwise: */
    char *host;                /* where it is; the caller's */
    enum takeover_place place; /* and how it is there */
};

/*
 * Reads the note of the migration (away_note.h) and, where permission was
 * given, asks the other host. Then the copy here goes on, or is destroyed.
 * here: the user knows that it is nowhere else, and nobody is asked. ERR_STATE
 * while a migration is under way or undecided, ERR_HOST if the other host does
 * not answer: nothing was changed then.
 */
int domain_recover(const struct subject *subject, bool here,
                   struct recover_result *result, struct error *err);

/*
 * Takes from the list, and from disk, those that were broken off here before
 * the other host had permission, of guests that are no more: nothing of them
 * is left to settle. *count is how many; dry_run: only counts.
 */
int recover_forget_ended(struct away_note_list *list, bool dry_run,
                         unsigned int *count, struct error *err);

#endif
