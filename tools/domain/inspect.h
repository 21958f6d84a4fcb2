/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What of a domain this host lacks: the checks with which a create begins,
 * each made whatever the others find, and looks that are no reason for a
 * create to refuse. Nothing is changed.
 */
#ifndef XENITH_DOMAIN_INSPECT_H
#define XENITH_DOMAIN_INSPECT_H

#include "base/vec.h"
#include "config/config.h"
#include "host/host.h"

struct inspect_finding {
    bool fatal;         /* a create would fail */
    const char *key;    /* the key of the file that it is about */
    unsigned int index; /* which item of that key's list */
    struct error error; /* what it is; owned */
};

struct inspection {
    VEC(struct inspect_finding) findings;
};

/* Adds the findings to a zeroed inspection; an error is one of them. */
void inspect_host(struct host *host, struct domain_spec *spec,
                  const struct xlconf *defaults, struct inspection *inspection);
void inspection_dispose(struct inspection *inspection);
#define cleanup_inspection __attribute__((cleanup(inspection_dispose)))

#endif
