/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/spread.h"

static size_t find_most(const uint64_t *free, size_t hosts)
{
    size_t most = 0;

    for (size_t i = 1; i < hosts; i++)
        if (free[i] > free[most])
            most = i;
    return most;
}

void spread(const uint64_t *needs, size_t guests, uint64_t *free, size_t hosts,
            size_t *places)
{
    for (size_t i = 0; i < guests; i++) {
        size_t most = find_most(free, hosts);

        places[i] = hosts > 0 && needs[i] <= free[most] ? most : SPREAD_NOWHERE;
        if (places[i] != SPREAD_NOWHERE && free[most] != UINT64_MAX)
            free[most] -= needs[i];
    }
}
