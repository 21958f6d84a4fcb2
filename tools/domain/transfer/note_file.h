/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The files in STATEDIR/migrate that the two ends of a migration keep
 * (away_note.h, taken_note.h): lines that are synced, in a file named by the
 * guest's UUID and locked by whoever is at it.
 */
#ifndef XENITH_DOMAIN_TRANSFER_NOTE_FILE_H
#define XENITH_DOMAIN_TRANSFER_NOTE_FILE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/paths.h"

#define NOTE_FOLDER XENITH_STATEDIR "/migrate"

/* A UUID becomes a file's name: nothing else may. */
int note_file_check_uuid(const char *uuid, struct error *err);

/* The caller's. */
char *note_file_path(const char *uuid, const char *suffix);

/*
 * Opens and locks the file: 1 with *fd, 0 if there is none, and ERR_STATE if
 * somebody has it locked. make: makes it, and the folder, where there is none.
 */
int note_file_lock(const char *path, bool make, int *fd, struct error *err);

/* Writes on, and returns when it is on disk. */
int note_file_put(int fd, const char *text, struct error *err);

/* The text of the file, the caller's; NULL with err. */
char *note_file_read(const char *path, struct error *err);

#endif
