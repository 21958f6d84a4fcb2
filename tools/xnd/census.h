/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is known of the host's guests, and what each new look at them tells:
 * events are the difference between two looks. Pure; events.h beside it looks.
 */
#ifndef XENITH_XND_CENSUS_H
#define XENITH_XND_CENSUS_H

#include "host/changes.h"
#include "host/domains.h"

enum event_kind {
    EVENT_CREATED,
    EVENT_STARTED, /* ran for the first time */
    EVENT_PAUSED,
    EVENT_UNPAUSED,
    EVENT_RENAMED,   /* cause: the name before */
    EVENT_SHUTDOWN,  /* it is down and its domain still there; cause: why */
    EVENT_REBOOTING, /* the same, to be made again */
    EVENT_CRASHED,
    EVENT_SUSPENDED,
    EVENT_RESUMED,   /* it runs again after having been down */
    EVENT_DESTROYED, /* cause: why it was down, or "destroyed" */
    EVENT_ATTACHED,
    EVENT_DETACHED,
    EVENT_DEVICE_MODEL_DIED,
    EVENT_EJECTED,
};

/* All of it belongs to whoever tells. */
struct event {
    enum event_kind kind;
    uint32_t domid;
    const uint8_t *uuid; /* 16 bytes */
    const char *name;    /* NULL: it has none */
    const char *cause;   /* NULL: nothing to say */
    const char *device;  /* "vif/0"; NULL: it is not about one */
};

typedef void event_sink(void *arg, const struct event *event);

/* "created", ..., as in docs/xnd-protocol.md. */
const char *event_kind_name(enum event_kind kind);

struct census_guest {
    uint32_t domid;
    uint8_t uuid[16];
    char *name; /* owned */
    bool started;
    bool paused;
    bool shutdown;
    bool dying;
    unsigned int shutdown_reason;
    struct device_names devices;
};

/* Zeroed: nobody is known. */
struct census {
    VEC(struct census_guest) guests;
};

/*
 * Takes a look at all domains (with names) in and tells the sink (NULL: nobody)
 * what is new. Domain 0 and domains that have no name yet do not count.
 */
void census_update(struct census *census, const struct domain_list *list,
                   event_sink *sink, void *arg);

/* The same for the devices of one guest; one that is not known is fine. */
void census_update_devices(struct census *census, uint32_t domid,
                           const struct device_names *devices, event_sink *sink,
                           void *arg);

/* NULL if it is not known. */
const struct census_guest *census_find(const struct census *census,
                                       uint32_t domid);

void census_dispose(struct census *census);

#endif
