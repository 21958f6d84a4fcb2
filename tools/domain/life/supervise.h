/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who acts when a guest shuts down, reboots or crashes: the way to the host's
 * supervisor, xnd. Where nothing started it, the first caller does; it then
 * ends with the last guest. The protocol is described in tools/xnd/control.h.
 */
#ifndef XENITH_DOMAIN_LIFE_SUPERVISE_H
#define XENITH_DOMAIN_LIFE_SUPERVISE_H

#include <stdint.h>

#include "base/error.h"

/*
 * Makes sure that there is a supervisor, and that it stays while *fd, the
 * caller's, is open. To be called before a process that may be killed does
 * the work: what that one leaves is killed too.
 */
int supervise_hold(int *fd, struct error *err);

/*
 * The same without waiting where none runs: another process starts one and
 * holds it while *fd is open. Whether it could shows at supervise_hand_over,
 * which tries once more.
 */
int supervise_hold_meanwhile(int *fd, struct error *err);

/*
 * Marks a new domain as supervised, for any later supervisor, and tells the
 * one that is there, which is started if need be. short_lives: see mark.h.
 */
int supervise_hand_over(uint32_t domid, unsigned int short_lives,
                        struct error *err);

/*
 * Has a supervisor that runs look at the domains, after a change that Xen tells
 * nobody of, and returns when it did: a pause and an unpause right after it are
 * two events. Without a supervisor nobody wants to know.
 */
void supervise_look(void);

/* A guest whose transfer others may want to hear of, read while it is here. */
struct supervise_guest {
    uint32_t domid;
    char *name; /* owned */
    char *uuid; /* owned; NULL: it is not there, and nobody hears of it */
};

void supervise_guest_read(struct supervise_guest *guest, uint32_t domid);
void supervise_guest_dispose(struct supervise_guest *guest);
#define cleanup_supervise_guest \
    __attribute__((cleanup(supervise_guest_dispose)))

/*
 * Has a supervisor that runs tell its subscribers what it cannot see itself:
 * an event of docs/xnd-protocol.md's request "tell". host and cause: NULL,
 * there is none.
 */
void supervise_tell(const struct supervise_guest *guest, const char *event,
                    const char *host, const char *cause);

#endif
