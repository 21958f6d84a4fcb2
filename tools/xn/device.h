/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the commands about devices have in common, whatever the kind. */
#ifndef XENITH_XN_DEVICE_H
#define XENITH_XN_DEVICE_H

#include "base/json.h"
#include "config/device.h"
#include "device/kind.h"
#include "xn/command.h"

/* The target of a command as the owner of devices. */
struct device_owner device_owner_of(const struct invocation *inv);

/* Prints a device as xl's dry runs do. */
void device_print(struct invocation *inv, const struct device_kind *kind,
                  void *device);

/* Attaches the device that the words describe; -N prints it as xl does. */
int device_attach_run(struct invocation *inv, const struct device_kind *kind,
                      enum config_device grammar, struct error *err);

/* The options of a detach; device_detach_run obeys those that a row has. */
extern const struct option_row device_detach_options[];

/* Detaches a device, or the one that the first word after the target means. */
int device_detach_one(struct invocation *inv, const struct device_kind *kind,
                      void *device, struct error *err);
int device_detach_run(struct invocation *inv, const struct device_kind *kind,
                      struct error *err);

/* A listing: its looks are xl's, its JSON an array for each domain. */
struct device_listing {
    const struct device_kind *kind;
    const char *array;     /* "disks": the array's key */
    void (*heading)(void); /* NULL: it has none */
    /* One device as text or, with json, an object; nothing if it is gone. */
    void (*show)(const struct device_owner *owner, void *device,
                 struct json_writer *json);
};

/* Runs a row with .listing: the devices of the domains that the words name. */
int device_list_run(struct invocation *inv, struct error *err);

/* Those of the target; the heading, as xl's, only when there are any. */
int device_list_run_one(struct invocation *inv, struct error *err);

/*
 * How a front and back end are connected, as keys: what the guest wrote there
 * (state, event channel) are numbers or words of ours. -1: it wrote none.
 */
struct device_link {
    int devid;
    uint32_t backend_domid;
    int state; /* XenbusState: xen/include/public/io/xenbus.h */
    int event_channel;
    const char *backend_path;
};

void device_link_add(struct json_writer *json, const struct device_link *link);

#endif
