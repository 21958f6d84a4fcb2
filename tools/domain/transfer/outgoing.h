/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest on its way out of its domain, into a file or to another host: what
 * save and migrate share. Both work in a worker; whatever fails, the guest goes
 * on where it is.
 */
#ifndef XENITH_DOMAIN_TRANSFER_OUTGOING_H
#define XENITH_DOMAIN_TRANSFER_OUTGOING_H

#include <stdbool.h>

#include "domain/hooks/hook_guest.h"
#include "domain/state.h"
#include "domain/transfer/save_helper.h"
#include "host/operation.h"

/* To be called before libxl works beside a codec: it collects no child but its
 * own. */
void outgoing_prepare(struct host *host);

/*
 * The configuration that goes with it, as saved_config.h makes it; the
 * caller's. keep_domid: it asks for the id that the domain has. for_xl: it is
 * xl that shall restore it, which fails where a guest has more memory than it
 * is to have: then it is to have what it has.
 */
char *outgoing_config(struct host *host, uint32_t domid, bool keep_domid,
                      bool for_xl, struct error *err);

/*
 * LIBXL_SUSPEND_LIVE if the guest can run while it is written, else 0, which is
 * logged: a PV guest's memory is followed by shadow paging, which Debian builds
 * Xen without.
 */
int outgoing_live_flag(struct host *host, uint32_t domid);

/* What became of a guest that is being written. */
enum outgoing_fate {
    OUTGOING_THERE,
    OUTGOING_SHUT_DOWN, /* by itself, and not to be suspended */
    OUTGOING_GONE,      /* destroyed; its memory may go yet */
};

enum outgoing_fate outgoing_fate(struct host *host, uint32_t domid);

/*
 * operation_wait without a deadline, for what waits for the guest to suspend:
 * aborted once it will not. (libxl looks when Xen tells of a domain's end, at
 * which time its domain is still there as long as others have its memory
 * mapped; then it waits for a minute.)
 */
int outgoing_wait(struct operation *op, uint32_t domid, int started);

/*
 * libxl writes the guest and leaves it suspended; flags: LIBXL_SUSPEND_*.
 * What the save helper, which has begun, told is in *rounds.
 */
int outgoing_write(struct host *host, uint32_t domid, int out, int flags,
                   struct save_helper *helper, struct rounds *rounds,
                   struct error *err);

/* The domain's UUID as text; the caller's. NULL with err if it is gone. */
char *outgoing_uuid(uint32_t domid, struct error *err);

bool outgoing_is_suspended(struct host *host, uint32_t domid);

/*
 * libxl does not take back a request to suspend that the guest has not yet
 * answered: it may stop after whoever asked has given up, or was killed.
 * Returns when it has, or is sure not to.
 */
void outgoing_await_late_suspend(struct host *host, uint32_t domid);

/* Has a guest go on that stands suspended; fine with any other. */
int outgoing_resume(struct host *host, uint32_t domid, struct error *err);

/*
 * The same after a failure, and its name, and Xen stops noting what it writes
 * to; failing in that is only told.
 */
void outgoing_recover(struct host *host, uint32_t domid);

/*
 * Renames it to NAME--migratedaway, as xl does while another host may have it,
 * and back where it has such a name.
 */
int outgoing_step_aside(struct host *host, uint32_t domid, struct error *err);
int outgoing_step_back(struct host *host, uint32_t domid, struct error *err);

/*
 * Destroys a domain whose guest runs on peer now: *guest is what its hooks are
 * then told of, by outgoing_tell_gone.
 */
int outgoing_let_go(struct host *host, uint32_t domid, struct hook_guest *guest,
                    struct error *err);
void outgoing_tell_gone(const struct hook_guest *guest, const char *peer);

/* Ends what a killed worker left behind. */
void outgoing_end_orphans(void);

#endif
