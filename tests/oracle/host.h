/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a configuration is read for: two CPUs and one node, as the lab's. */
#ifndef XENITH_TESTS_HOST_H
#define XENITH_TESTS_HOST_H

#include "config/config.h"

static inline const struct config_host_facts *lab_host(void)
{
    static uint8_t cpus[] = { 3 };
    static const libxl_bitmap node = { .size = 1, .map = cpus };
    static const struct config_host_facts facts = {
        .max_cpus = 2,
        .online_cpus = 2,
        .nr_nodes = 1,
        .node_cpus = &node,
    };

    return &facts;
}

#endif
