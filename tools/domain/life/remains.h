/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What stays of a life that ended: its core, and its domain under another
 * name, for a look at it.
 */
#ifndef XENITH_DOMAIN_LIFE_REMAINS_H
#define XENITH_DOMAIN_LIFE_REMAINS_H

#include <libxl.h>

#include "domain/life/enforce_work.h"

/*
 * Into Xen's folder for cores, named as the guest. A failure is only logged, as
 * by xl: what the guest was is worth less than that it runs again.
 */
void remains_dump_core(struct enforce_work *work, const char *name);

/*
 * Gives the name in `info` free for the next life, and the old domain out of
 * our hands. A domain that has another name already keeps it.
 */
int remains_keep(struct enforce_work *work, libxl_domain_create_info *info,
                 struct error *err);

#endif
