/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every verb asks first. */
#ifndef XENITH_DOMAIN_STATE_H
#define XENITH_DOMAIN_STATE_H

#include "base/error.h"
#include "host/domains.h"

/* A domain as a verb acts on it. label: its name, or what the user typed. */
struct subject {
    struct host *host;
    uint32_t domid;
    const char *label;
};

/*
 * ERR_NODOMAIN if it is gone, ERR_STATE if it is being torn down: nothing can
 * be asked of it any more.
 */
int subject_check_alive(const struct subject *subject, struct error *err);

#endif
