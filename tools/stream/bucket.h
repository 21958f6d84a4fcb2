/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A token bucket: how many bytes may go now, so that over any time it is no
 * more than the rate, and a tenth of a second's worth at once.
 */
#ifndef XENITH_STREAM_BUCKET_H
#define XENITH_STREAM_BUCKET_H

#include <stddef.h>
#include <stdint.h>

struct bucket {
    uint64_t rate;   /* bytes a second; 0: no limit */
    uint64_t credit; /* thousandths of bytes */
    int64_t filled;  /* when that was right, ms */
};

struct bucket bucket_new(uint64_t rate, int64_t now);

/* Yields how many of the wanted bytes may go now, and takes them out. */
size_t bucket_take(struct bucket *bucket, int64_t now, size_t wanted);

/* So many of them did not go after all. */
void bucket_put_back(struct bucket *bucket, size_t bytes);

/* Milliseconds until at least one may go; 0: now. */
int64_t bucket_wait(const struct bucket *bucket);

#endif
