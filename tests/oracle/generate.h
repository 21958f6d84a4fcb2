/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Configuration files by chance. Valid ones are made from the table of keys
 * and the tables of settings, so that a new row is covered at once, or
 * missed by name; what has been used is counted. Spoilt ones are valid ones
 * with a mistake.
 */
#ifndef XENITH_TESTS_GENERATE_H
#define XENITH_TESTS_GENERATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"

struct generator;

/* The same seed gives the same files in the same order. */
struct generator *generator_new(uint64_t seed);
void generator_free(struct generator *generator);

/* The next valid file; the caller's. */
char *generator_file(struct generator *generator);

/* The next valid file with one to three mistakes; the caller's. */
char *generator_spoilt(struct generator *generator);

/*
 * Adds the keys and settings ("disk", "disk.vdev") that no file has used, and
 * those that nobody taught the generator; true if there are none. They are
 * all used after GENERATOR_COVERS files.
 */
bool generator_is_complete(const struct generator *generator,
                           struct strbuf *missing);

enum { GENERATOR_COVERS = 60 };

#endif
