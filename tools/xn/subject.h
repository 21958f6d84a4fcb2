/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the target of a command to the subject of a verb. */
#ifndef XENITH_XN_SUBJECT_H
#define XENITH_XN_SUBJECT_H

#include "domain/state.h"
#include "xn/command.h"

static inline struct subject subject_of(const struct invocation *inv)
{
    return (struct subject){ .host = inv->host,
                             .domid = inv->domid,
                             .label = inv->domain };
}

#endif
