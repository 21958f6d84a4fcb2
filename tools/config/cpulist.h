/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CPU lists outside of a configuration: those of the command line. */
#ifndef XENITH_CONFIG_CPULIST_H
#define XENITH_CONFIG_CPULIST_H

#include "base/error.h"
#include "config/config.h"

/*
 * "0,2-5,^3", "node:1", "all" into a bitmap, which is allocated and the
 * caller's to dispose. ERR_USAGE when the text is no such list.
 */
int config_cpu_list(const char *text, const struct config_host_facts *facts,
                    libxl_bitmap *map, struct error *err);

/*
 * Takes away what xl.conf's vm.cpumask and the one for PV or HVM guests do
 * not allow; ERR_STATE when nothing is left.
 */
int config_cpu_limit(const struct xlconf *defaults, bool pv,
                     const struct config_host_facts *facts, libxl_bitmap *map,
                     struct error *err);

#endif
