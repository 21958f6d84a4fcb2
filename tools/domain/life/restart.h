/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A note on disk (RUNDIR/restart/UUID) of a guest between its old life and
 * its new one: from before the old domain is destroyed, when its configuration
 * still exists elsewhere, until the new one is made. Locked by whoever is at
 * it; a note that nobody holds is a restart whose process was killed, to be
 * taken up again.
 */
#ifndef XENITH_DOMAIN_LIFE_RESTART_H
#define XENITH_DOMAIN_LIFE_RESTART_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/uuid.h"
#include "base/vec.h"

#define RESTART_FOLDER XENITH_RUNDIR "/restart"

struct restart_note {
    int fd;
    char *path;
};

#define RESTART_NOTE_INIT ((struct restart_note){ .fd = -1 })

/* What the note says. */
struct restart_plan {
    uint32_t old_domid;
    bool rename;              /* the old domain is kept under another name */
    unsigned int short_lives; /* for the mark of the new one */
    unsigned int attempts;    /* processes that took it up */
    char *name;               /* owned */
    char *config_json;        /* libxl's; owned */
    char *own_json;           /* see config/own_json.h; owned */
};

/*
 * Waits for the lock of the guest with this UUID, as text. Without create,
 * *found is false (and nothing held) where there is no note.
 */
int restart_lock(struct restart_note *note, const char *uuid, bool create,
                 bool *found, struct error *err);

int restart_write(struct restart_note *note, const struct restart_plan *plan,
                  struct error *err);

/*
 * Only that the guest of this name waits, as its old domain, for its next life:
 * for those who list guests. To restart_read it is as if nothing were in it.
 */
int restart_write_waiting(struct restart_note *note, const char *name,
                          uint32_t domid, struct error *err);

/* false: there is nothing in it, or it was cut short while being written. */
bool restart_read(const struct restart_note *note, struct restart_plan *plan);

/* The restart is done, or will never be: removes the note. */
void restart_end(struct restart_note *note);

/* Lets go of it, for somebody else to take up; fine without one. */
void restart_leave(struct restart_note *note);

/* A guest between two lives: its name and UUID are its old domain's, or no
 * domain's just now. */
struct restart_guest {
    char *name; /* owned */
    uint32_t old_domid;
    char uuid[UUID_TEXT_SIZE];
};

struct restart_guests {
    VEC(struct restart_guest) list;
};

/* All of them; a note that cannot be read is left out. */
int restart_list(struct restart_guests *guests, struct error *err);
void restart_guests_dispose(struct restart_guests *guests);
#define cleanup_restart_guests __attribute__((cleanup(restart_guests_dispose)))

/* The same for one guest, by its name or UUID. */
int restart_is_under_way(const char *guest, bool *under_way, struct error *err);

/*
 * The guest of this name or UUID gets no next life: *cancelled, unless it got
 * one before, or there is no note about it. Waits for whoever is at it.
 */
int restart_cancel(const char *guest, bool *cancelled, struct error *err);

void restart_plan_dispose(struct restart_plan *plan);
#define cleanup_restart_plan __attribute__((cleanup(restart_plan_dispose)))

#endif
