/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is in a saved guest, as a process without privileges finds it. */
#ifndef XENITH_DOMAIN_TRANSFER_IMAGE_H
#define XENITH_DOMAIN_TRANSFER_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct image_facts {
    bool xenith;    /* in our format */
    bool complete;  /* all of it was read, and is whole */
    char *config;   /* libxl's JSON, or NULL; owned */
    uint8_t *cpuid; /* libxc's record of the leaves it was given; owned */
    size_t cpuid_length;
    const char *type; /* "PV", "HVM", or "unknown" */
    uint64_t xen_major, xen_minor;
    uint64_t pages;
    uint64_t emulator_bytes;
    uint64_t bytes;   /* plain */
    uint64_t carried; /* in the file */
};

/*
 * Reads a saved guest from its beginning, all of it if whole, otherwise to its
 * first page. ERR_CONFIG names the path where it is damaged.
 */
int image_inspect(int fd, const char *path, bool whole,
                  struct image_facts *facts, struct error *err);
void image_facts_dispose(struct image_facts *facts);
#define cleanup_image_facts __attribute__((cleanup(image_facts_dispose)))

#endif
