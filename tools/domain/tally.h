/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What was done on this host since it started, in sums that only grow: for
 * `xn metrics`. Kept in RUNDIR/tally, a line for each. A sum that cannot be
 * written is lost; nothing else fails for it.
 */
#ifndef XENITH_DOMAIN_TALLY_H
#define XENITH_DOMAIN_TALLY_H

#define TALLY_FILE XENITH_RUNDIR "/tally"

enum tally {
    TALLY_RESTARTS, /* of guests by the supervisor */
    TALLY_MIGRATIONS,
    TALLY_MIGRATIONS_FAILED,
    TALLY_MIGRATION_SECONDS,
    TALLY_MIGRATION_STOPPED_SECONDS, /* that guests ran nowhere */
    TALLY_MIGRATION_BYTES,           /* that went over the network */
    TALLY_COUNT,
};

struct tallies {
    double of[TALLY_COUNT];
};

/* Adds to those of a file; what another one adds meanwhile is not lost. */
void tally_add(const char *path, const struct tallies *more);

/* Those of a file; zeroes where there is none, or nothing that makes sense. */
void tally_read(const char *path, struct tallies *tallies);

#endif
