/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A note on disk (RUNDIR/create/UUID) that a domain is being made, locked by
 * whoever makes it. A note that nobody holds belongs to a create whose
 * processes were all killed: what is left of that domain is nobody's.
 */
#ifndef XENITH_DOMAIN_RECORD_H
#define XENITH_DOMAIN_RECORD_H

#include "host/host.h"

struct record {
    int fd;
    char *path;
};

#define RECORD_INIT ((struct record){ .fd = -1 })

/*
 * Notes the intention, and why it is made (NULL: nothing to say). Domains that
 * have this UUID already are written down as not ours. ERR_STATE if somebody
 * makes a domain of this UUID or name just now.
 */
int record_begin(struct record *record, struct host *host,
                 const libxl_uuid *uuid, const char *name, const char *cause,
                 struct error *err);

/* Why a domain of this UUID is being made, the caller's; NULL: it is not, or
 * there is nothing to say. */
char *record_cause(const char *uuid);

/* The domain is whole, or wholly gone: forgets the note. */
void record_end(struct record *record);

/*
 * Destroys the domain that the note is about, if it exists; a domain that had
 * the UUID before is left alone. Fine after record_end.
 */
int record_undo(struct record *record, struct host *host, struct error *err);

/*
 * Undoes every create that nobody is at any more, and drops the memory that it
 * claimed. *count is how many there were; with dry_run they are only counted.
 */
int record_sweep(struct host *host, bool dry_run, unsigned int *count,
                 struct error *err);

#endif
