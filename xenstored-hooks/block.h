/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XENITH_HOOKS_BLOCK_H
#define XENITH_HOOKS_BLOCK_H

#include "claims.h"
#include "hook.h"

/* What the role `block` does, with its files in another place. */
int block_run_at(struct hook *hook, const struct claims_place *place,
                 struct error *err);

#endif
