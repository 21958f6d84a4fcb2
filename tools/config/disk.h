/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of a disk specification: disk.c reads them, disk_write.c writes. */
#ifndef XENITH_CONFIG_DISK_H
#define XENITH_CONFIG_DISK_H

#include <stddef.h>

struct disk_word {
    const char *word;
    int value;
};

/* Each ended by a row without a word. */
extern const struct disk_word disk_formats[];
extern const struct disk_word disk_backends[];
extern const struct disk_word disk_specifications[];

enum disk_kind {
    DISK_TEXT,
    DISK_FORMAT,
    DISK_BACKEND,
    DISK_SPECIFICATION,
    DISK_ACCESS,
    DISK_DEVTYPE,
    DISK_PORT,
};

struct disk_key {
    const char *name;
    enum disk_kind kind;
    size_t offset;
};

/* The last is `target`, which takes the rest of the string. */
enum {
    DISK_KEYS = 14,
};
extern const struct disk_key disk_keys[DISK_KEYS];

#endif
