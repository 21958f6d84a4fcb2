/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The receiving end of a migration, as the making of a domain sees it: the
 * domain is made under another name (xl's NAME--incoming), asked for, renamed,
 * started, and reported. handover.h has the messages.
 */
#ifndef XENITH_DOMAIN_TRANSFER_TAKEOVER_H
#define XENITH_DOMAIN_TRANSFER_TAKEOVER_H

#include "base/uuid.h"
#include "domain/transfer/handover.h"
#include "domain/transfer/pulse.h"
#include "domain/transfer/taken_note.h"
#include "host/host.h"

struct takeover {
    struct handover_wire wire;
    const char *name; /* that the guest had, and shall have; borrowed */
    char uuid[UUID_TEXT_SIZE];
    bool paused;            /* it is to stay so */
    bool supervised;        /* it is to have a supervisor */
    bool frames;            /* from a Xenith host, which asks and tells more */
    uint32_t connected;     /* needs.h; 0 where it is not known */
    struct pulse *pulse;    /* while the guest is being made; NULL: none */
    struct taken_note note; /* from the permission on */
    /* What the sender waits for: nothing; whether it runs; its guest. */
    enum { TAKEOVER_QUIET, TAKEOVER_ASKED, TAKEOVER_OWES } sender;
    bool told; /* the sender, that it runs */
};

/* The name until then; the caller's. */
char *takeover_first_name(const char *name);

/*
 * ERR_STATE if another guest has the name already. The very same may, told by
 * its UUID: it comes from this host.
 */
int takeover_check_name(struct host *host, const char *name,
                        const libxl_uuid *uuid, struct error *err);

/*
 * In the process that makes the guest: shows a Xenith sender that it is at it,
 * until takeover_ask or takeover_rest.
 */
void takeover_work(struct takeover *takeover);
void takeover_rest(struct takeover *takeover);

/* Returns 0 once the guest is ours; it has its name then. */
int takeover_ask(struct takeover *takeover, struct host *host, uint32_t domid,
                 struct error *err);

/* Right before it is started. */
int takeover_start(struct takeover *takeover, struct error *err);

/*
 * A guest that was just started stands still for its users until its drivers
 * have found their new backends: waits for those, two seconds at most. Whatever
 * else is to be done for it would only keep it from that.
 */
void takeover_await_drivers(const struct takeover *takeover, uint32_t domid);

/*
 * It runs, or stays paused as was asked for. Failing to say so is only told.
 */
void takeover_tell(struct takeover *takeover);

/*
 * After that, and when it has its supervisor: nothing is left to do for it. A
 * Xenith sender tells when its copy is gone; until then a note stays on disk.
 */
void takeover_settle(struct takeover *takeover);

/*
 * It will not run here. The first is to be said before what there is of it is
 * destroyed, the second after that.
 */
void takeover_refuse(struct takeover *takeover);
void takeover_give_back(struct takeover *takeover);

#endif
