/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest to another host. */
#ifndef XENITH_DOMAIN_TRANSFER_MIGRATE_H
#define XENITH_DOMAIN_TRANSFER_MIGRATE_H

#include <stdbool.h>
#include <stdint.h>

#include "domain/state.h"
#include "domain/transfer/sending.h"
#include "domain/transfer/transport.h"

struct migrate_request {
    struct transport_request transport;
    struct sending_request sending;
    const char *compress; /* as --compress has it; only between Xenith hosts */
    bool debug;           /* libxl checks what arrived; much output */
    uint64_t rate;        /* of what is sent, bytes a second; 0: no limit */
    unsigned int stall;   /* s without a byte moved: it failed; 0: never */
};

/* What to tell of it. */
struct migrate_report {
    bool frames; /* the other end is Xenith, too */
    struct codec_report sent;
    struct rounds rounds;
    int64_t total_ms;
    int64_t stopped_ms; /* that it ran nowhere; -1: not measured */
};

/*
 * A Xenith host is asked first whether it can take the guest: ERR_STATE with
 * all its reasons as the error's detail, and nothing was sent.
 *
 * When it returns 0 the guest runs there and its domain here is gone. After a
 * failure it goes on here and nothing is left there, with one exception, of
 * which the error tells: the connection was lost between the permission to
 * start it there and the report that it was; then it stands here, suspended
 * and renamed as xl renames it, and may run there. Being killed is no other
 * failure. An interrupt (base/interrupt.h) is heeded until the permission.
 */
int domain_migrate(const struct subject *subject,
                   const struct migrate_request *request,
                   struct migrate_report *report, struct error *err);

#endif
