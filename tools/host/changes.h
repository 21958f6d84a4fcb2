/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Notice of what changes about the guests of this host, from xenstore's
 * watches: guests that come and end, devices that are attached and detached.
 * What it is that changed must be looked up.
 */
#ifndef XENITH_HOST_CHANGES_H
#define XENITH_HOST_CHANGES_H

#include <stdint.h>

#include "base/error.h"
#include "base/vec.h"

enum change_kind {
    CHANGE_DOMAINS, /* some domain came, shut down or ended */
    CHANGE_DEVICES, /* of the one domain */
    CHANGE_GUEST,   /* a watched guest wrote: it runs */
};

struct change {
    enum change_kind kind;
    uint32_t domid;
};

/* What a domain has: "vif/0", in any order; the texts are owned. */
struct device_names {
    VEC(char *) list;
};

void device_names_dispose(struct device_names *devices);
#define cleanup_device_names __attribute__((cleanup(device_names_dispose)))

struct changes; /* a connection to xenstored of its own */

/*
 * From now on nothing is missed; CHANGE_DOMAINS comes once at the beginning.
 * *changes is the caller's.
 */
int changes_open(struct changes **changes, struct error *err);
void changes_close(struct changes *changes); /* NULL is fine */

/* Readable when changes_next has something. */
int changes_fd(const struct changes *changes);

/* 1 and a change, 0: none is left, -1: xenstored is gone (ERR_HOST). */
int changes_next(struct changes *changes, struct change *change,
                 struct error *err);

/*
 * Watches what a guest writes below its own nodes, or no longer. Only for a
 * guest that is yet to run: its writes cost time here.
 */
int changes_watch_guest(struct changes *changes, uint32_t domid,
                        struct error *err);
void changes_unwatch_guest(struct changes *changes, uint32_t domid);

/* Adds the devices of a domain; one that is gone has none. */
int changes_list_devices(struct changes *changes, uint32_t domid,
                         struct device_names *devices, struct error *err);

/* Of a path below /libxl; false if it is about no device. */
bool changes_parse_device_path(const char *path, uint32_t *domid);

#endif
