/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What hooks need to know of a guest, read while it is there, so that they can
 * be told of it when it is gone.
 */
#ifndef XENITH_DOMAIN_HOOKS_HOOK_GUEST_H
#define XENITH_DOMAIN_HOOKS_HOOK_GUEST_H

#include <libxl.h>

#include "base/uuid.h"
#include "domain/hooks/hook_call.h"
#include "host/host.h"

struct hook_guest {
    char *name; /* owned */
    char uuid[UUID_TEXT_SIZE];
    uint32_t domid;
    libxl_string_list own; /* its key `hooks`; owned, may be NULL */
    struct log_choice log;
};

/* A domain; one that is gone has an empty name and no hooks of its own. */
void hook_guest_read(struct hook_guest *guest, struct host *host,
                     uint32_t domid);
void hook_guest_dispose(struct hook_guest *guest);
#define cleanup_hook_guest __attribute__((cleanup(hook_guest_dispose)))

/* The call for one of its events; it borrows from guest. */
struct hook_call hook_guest_call(const struct hook_guest *guest,
                                 enum hook_event event, const char *cause);

/* Tells the hooks of this host (see hooks_tell). */
void hook_guest_tell(const struct hook_guest *guest, enum hook_event event,
                     const char *cause);

#endif
