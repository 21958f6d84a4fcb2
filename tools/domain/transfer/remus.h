/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest whose state is kept up to date on another host, which goes on with it
 * when this one fails: libxl's Remus and COLO, with a plain xl at the other
 * end.
 */
#ifndef XENITH_DOMAIN_TRANSFER_REMUS_H
#define XENITH_DOMAIN_TRANSFER_REMUS_H

#include "domain/state.h"

struct remus_request {
    const char *line; /* that reaches the receiver; NULL: /dev/null takes all */
    const char *peer; /* what the other end is called in messages */
    libxl_domain_remus_info *info; /* borrowed */
    unsigned int verbosity;
};

/*
 * Runs until it ends: 0 once the domain was destroyed here, which has the other
 * host go on with it. Otherwise the error says why it ended, an interrupt
 * (base/interrupt.h) and a worker that was killed included, and the domain goes
 * on here unprotected.
 */
int domain_remus(const struct subject *subject,
                 const struct remus_request *request, struct error *err);

#endif
