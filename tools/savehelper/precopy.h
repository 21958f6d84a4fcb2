/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a user asks of the rounds in which a guest is sent while it runs. */
#ifndef XENITH_SAVEHELPER_PRECOPY_H
#define XENITH_SAVEHELPER_PRECOPY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"

#define PRECOPY_DOWNTIME_MS 300 /* unless asked for */
#define PRECOPY_DOWNTIME_MAX_MS 3600000
#define PRECOPY_ROUNDS 30 /* unless asked for */
#define PRECOPY_ROUNDS_MAX 1000

/* Zeroed: nothing was asked for. */
struct precopy {
    uint32_t max_downtime_ms; /* for the memory alone; 0: not asked for */
    uint32_t max_rounds;      /* 0: not asked for */
    bool abort_if_busy;       /* rather that than a longer downtime */
};

/* "downtime=MS rounds=N busy=stop|abort", added to text. */
void precopy_format(const struct precopy *precopy, struct strbuf *text);

/* The inverse; anything else is an ERR_CONFIG. */
int precopy_parse(const char *text, struct precopy *precopy, struct error *err);

/* The values of --max-downtime and --max-rounds; an ERR_USAGE names them. */
int precopy_parse_downtime(const char *value, struct precopy *precopy,
                           struct error *err);
int precopy_parse_rounds(const char *value, struct precopy *precopy,
                         struct error *err);

#endif
