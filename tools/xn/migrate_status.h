/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xn migrate --status: who has the guests whose migration is not settled. */
#ifndef XENITH_XN_MIGRATE_STATUS_H
#define XENITH_XN_MIGRATE_STATUS_H

#include "xn/command.h"

int migrate_status(struct invocation *inv, struct error *err);

#endif
