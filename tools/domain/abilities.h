/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a domain asks of the host's processor, IOMMU and Xen, and the host has
 * not. Pure. */
#ifndef XENITH_DOMAIN_ABILITIES_H
#define XENITH_DOMAIN_ABILITIES_H

#include <libxl.h>
#include <stdbool.h>

struct ability {
    const char *key; /* the key of a file that asks for it */
    bool (*lacks)(const libxl_domain_config *config,
                  const libxl_physinfo *host);
    bool fatal; /* the domain cannot be made; else it is only unwise */
    const char *message;
    const char *hint; /* or NULL */
};

/* The next one that is lacking, from *at = 0 on; NULL at the end. */
const struct ability *abilities_next_lacking(const libxl_domain_config *config,
                                             const libxl_physinfo *host,
                                             size_t *at);

#endif
