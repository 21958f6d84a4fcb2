/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where two domains differ, key by key. */
#ifndef XENITH_CONFIG_COMPARE_H
#define XENITH_CONFIG_COMPARE_H

#include "base/vec.h"
#include "config/config.h"
#include "config/settings.h"

struct config_difference {
    const struct config_key *key;
    const char *a; /* the value as it stands in a file; NULL: not set */
    const char *b;
};

struct config_differences {
    VEC(struct config_difference) list; /* in the order of the table of keys */
    struct config_settings left;        /* what a and b point into */
    struct config_settings right;
};

/*
 * Compares two domains by their settings and adds the differences to an empty
 * (zeroed) object. What Xen chooses where it is not asked for (UUID, MAC, video
 * memory) is no difference when only one of them has it; it is taken from
 * the other one. Nor is a default that only one of them names. Both domains
 * are empty then: they may be large, and each is let go where it is not needed
 * any more.
 */
void config_compare(struct domain_spec *a, struct domain_spec *b,
                    struct config_differences *differences);
void config_differences_dispose(struct config_differences *differences);
#define cleanup_config_differences \
    __attribute__((cleanup(config_differences_dispose)))

#endif
