/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading a disk specification: what disk.c and disk_prefix.c share. */
#ifndef XENITH_CONFIG_DISK_READ_H
#define XENITH_CONFIG_DISK_READ_H

#include "config/disk.h"
#include "config/fill.h"

struct disk_reader {
    struct fill *fill;
    const struct config_value *value;
    const char *text; /* of value */
    libxl_device_disk *disk;
    unsigned int keys_set; /* a bit for each of disk_keys */
    bool access_set;
    bool old_prefix;
    bool failed;
    bool over; /* more parts than a disk has: the rest means nothing */
};

/*
 * An error under `length` bytes at `at`, which is inside the text; with a hint,
 * or NULL.
 */
void disk_refuse(struct disk_reader *reader, const char *at, size_t length,
                 const char *hint, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* The value of the word that these bytes are; false if it is none of them. */
bool disk_find_word(const struct disk_word *words, const char *at,
                    size_t length, int *value);

/*
 * Sets an enum of which 0 means "not set yet"; another value than it has
 * already is refused, as a word that is unknown. `what` is it for messages.
 */
void disk_set_enum(struct disk_reader *reader, const char *what,
                   const struct disk_word *words, void *field, const char *at,
                   size_t length);

/*
 * Reads an old prefix at *p, which moves behind it. A word that is none, before
 * anything but a letter or digit, is a mistake; before those it is part of
 * something else, like hdc:cdrom, and false is yielded.
 */
bool disk_read_prefix(struct disk_reader *reader, const char **p);

#endif
