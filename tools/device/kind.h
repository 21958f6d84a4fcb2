/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A kind of device as a row: what attach, detach and list do with all kinds
 * alike is written once, in attach.c, detach.c and list.c; what is special of
 * one stands in the file named for it. A new kind is a new row.
 *
 * What devices a domain has is read from libxl's own record, /libxl/DOMID,
 * which no guest can write.
 */
#ifndef XENITH_DEVICE_KIND_H
#define XENITH_DEVICE_KIND_H

#include <libxl.h>
#include <libxl_utils.h>
#include <stdbool.h>

#include "host/host.h"

/* The domain whose devices are meant. */
struct device_owner {
    struct host *host;
    uint32_t domid;
    const char *name; /* for messages */
};

struct device_kind {
    const char *name; /* "disk": in messages */
    const char *key;  /* "disk", "vif": what a dry run calls it, as xl */
    const char *node; /* its folder in the record; NULL: none of its own */
    size_t size;      /* of libxl's struct, all that `device` points to */
    void (*init)(void *device);
    void (*dispose)(void *device);
    char *(*to_json)(libxl_ctx *ctx, void *device);
    /* All of a domain; NULL when there are none. */
    void *(*list)(libxl_ctx *ctx, uint32_t domid, int *count);
    void (*list_free)(void *devices, int count);
    /* Operations of libxl; remove may give up, destroy does not ask. */
    int (*add)(libxl_ctx *ctx, uint32_t domid, void *device,
               const libxl_asyncop_how *how);
    int (*remove)(libxl_ctx *ctx, uint32_t domid, void *device,
                  const libxl_asyncop_how *how);
    int (*destroy)(libxl_ctx *ctx, uint32_t domid, void *device,
                   const libxl_asyncop_how *how); /* NULL: libxl has none */
    /* What a user calls this one among its kind: "xvdb", "0"; the caller's. */
    char *(*word)(const void *device);
    /*
     * Is it what else a user may call it: a MAC address, a UUID, another name
     * of a disk? May be NULL.
     */
    bool (*is)(const struct device_owner *owner, const void *device,
               const char *text);
    /* Its number, the record's name; -1: not known. Of kinds with a node. */
    int (*number)(const struct device_owner *owner, const void *device);
    /* What must be true before one is attached; may be NULL. */
    int (*check)(const struct device_owner *owner, const void *device,
                 struct error *err);
    /*
     * Of kinds with a script: where the struct names it, the native hook that
     * stands for it (the caller's; NULL: none does), and the same device in a
     * domain's record. May be NULL, all three.
     */
    char **(*script)(void *device);
    char *(*hook)(const void *device);
    void *(*recorded)(libxl_domain_config *record, const void *device);
    /* Can a running guest do without it? May be NULL. */
    int (*check_detach)(const struct device_owner *owner, const void *device,
                        struct error *err);
};

/* libxl's calls for a type, as a row has them. */
#define DEVICE_CALLS(type)                                         \
    static void call_init(void *device)                            \
    {                                                              \
        libxl_device_##type##_init(device);                        \
    }                                                              \
    static void call_dispose(void *device)                         \
    {                                                              \
        libxl_device_##type##_dispose(device);                     \
    }                                                              \
    static char *call_to_json(libxl_ctx *ctx, void *device)        \
    {                                                              \
        return libxl_device_##type##_to_json(ctx, device);         \
    }                                                              \
    static void *call_list(libxl_ctx *ctx, uint32_t d, int *count) \
    {                                                              \
        return libxl_device_##type##_list(ctx, d, count);          \
    }                                                              \
    static void call_list_free(void *devices, int count)           \
    {                                                              \
        libxl_device_##type##_list_free(devices, count);           \
    }                                                              \
    DEVICE_OPERATION(call_add, libxl_device_##type##_add)

#define DEVICE_OPERATION(name, function)                          \
    static int name(libxl_ctx *ctx, uint32_t domid, void *device, \
                    const libxl_asyncop_how *how)                 \
    {                                                             \
        return function(ctx, domid, device, how);                 \
    }

#define DEVICE_CALL_FIELDS(type)                                         \
    .size = sizeof(libxl_device_##type), .init = call_init,              \
    .dispose = call_dispose, .to_json = call_to_json, .list = call_list, \
    .list_free = call_list_free, .add = call_add

/* For kinds that a user knows by their devid. */
#define DEVICE_BY_DEVID(type)                                \
    static int call_number(const struct device_owner *owner, \
                           const void *device)               \
    {                                                        \
        return ((const libxl_device_##type *)device)->devid; \
    }                                                        \
    static char *call_word(const void *device)               \
    {                                                        \
        return mem_printf("%d", call_number(NULL, device));  \
    }

#define DEVICE_DEVID_FIELDS .number = call_number, .word = call_word

extern const struct device_kind device_channel;
extern const struct device_kind device_disk;
extern const struct device_kind device_nic;
extern const struct device_kind device_pci;
extern const struct device_kind device_usbctrl;
extern const struct device_kind device_usbdev;
extern const struct device_kind device_vtpm;
extern const struct device_kind device_vkb;
extern const struct device_kind device_vdispl;
extern const struct device_kind device_vsnd;

#endif
