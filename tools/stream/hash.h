/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * XXH3-64 with seed 0, the one checksum of the format: over one block, or
 * running over all of a stream. It finds damage; it is no signature.
 */
#ifndef XENITH_STREAM_HASH_H
#define XENITH_STREAM_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash; /* a running hash */

uint64_t hash_block(const void *bytes, size_t length);

struct hash *hash_new(void);
void hash_free(struct hash *hash);
void hash_add(struct hash *hash, const void *bytes, size_t length);
/* Of all that was added so far; more can be added afterwards. */
uint64_t hash_value(const struct hash *hash);

#endif
