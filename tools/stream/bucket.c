/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/bucket.h"

/* As much as gathers in this time, ms, goes at once. */
#define BURST_MS 100
#define MILLI 1000

static uint64_t limit_of(const struct bucket *bucket)
{
    uint64_t limit = bucket->rate * BURST_MS;

    return limit > MILLI ? limit : MILLI;
}

struct bucket bucket_new(uint64_t rate, int64_t now)
{
    struct bucket bucket = { .rate = rate, .filled = now };

    bucket.credit = limit_of(&bucket);
    return bucket;
}

static void fill(struct bucket *bucket, int64_t now)
{
    int64_t passed = now - bucket->filled;
    uint64_t limit = limit_of(bucket);

    bucket->filled = now;
    /* At least a thousandth of a byte gathers each ms. */
    if (passed >= BURST_MS * MILLI || bucket->credit >= limit)
        bucket->credit = limit;
    else if (passed > 0)
        bucket->credit += (uint64_t)passed * bucket->rate;
    if (bucket->credit > limit)
        bucket->credit = limit;
}

size_t bucket_take(struct bucket *bucket, int64_t now, size_t wanted)
{
    if (bucket->rate == 0)
        return wanted;
    fill(bucket, now);
    uint64_t there = bucket->credit / MILLI;
    if (there < wanted)
        wanted = (size_t)there;
    bucket->credit -= wanted * MILLI;
    return wanted;
}

void bucket_put_back(struct bucket *bucket, size_t bytes)
{
    bucket->credit += bytes * MILLI;
}

int64_t bucket_wait(const struct bucket *bucket)
{
    if (bucket->rate == 0 || bucket->credit >= MILLI)
        return 0;
    return (int64_t)((MILLI - bucket->credit + bucket->rate - 1) /
                     bucket->rate);
}
