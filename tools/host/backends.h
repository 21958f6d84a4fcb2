/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The devices that this domain is the backend of: its own folder `backend` in
 * xenstore, which the toolstack and this domain write, and frontends only read
 * (xen/include/public/io/xenbus.h, docs/misc/xenstore-paths.pandoc). Paths are
 * relative to the domain's home, so nobody here has to know its id.
 */
#ifndef XENITH_HOST_BACKENDS_H
#define XENITH_HOST_BACKENDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/vec.h"

#define BACKENDS_FOLDER "backend"
/* What this domain may write where the toolstack made it a driver domain. */
#define BACKENDS_PRIVATE "libxl"

/* enum xenbus_state */
enum backend_state {
    BACKEND_UNKNOWN = 0,
    BACKEND_INITIALISING = 1,
    BACKEND_INIT_WAIT = 2,
    BACKEND_INITIALISED = 3,
    BACKEND_CONNECTED = 4,
    BACKEND_CLOSING = 5,
    BACKEND_CLOSED = 6,
};

/* Device devid of domain domid: backend/KIND/DOMID/DEVID. */
struct backend_name {
    char kind[16];
    uint32_t domid;
    uint32_t devid;
};

/* Of that path, or one below it; false if it is none. */
bool backend_name_parse(const char *path, struct backend_name *name);
bool backend_name_equal(const struct backend_name *a,
                        const struct backend_name *b);
/* Below a folder: BACKENDS_FOLDER, or another; the caller's. */
char *backend_name_path(const struct backend_name *name, const char *folder);

/* hotplug-status, a script's word. */
enum backend_status {
    BACKEND_UNTOLD,
    BACKEND_READY,  /* connected */
    BACKEND_FAILED, /* error, busy, or anything else */
};

struct backend_seen {
    bool there;
    enum backend_state state;
    bool online;     /* the toolstack wants it */
    bool frontend;   /* the other side has its folder: the guest lives */
    bool has_device; /* a disk's script has named it */
    enum backend_status status;
};

/* A device's own nodes. */
struct backend_node {
    char *key;   /* owned, as value */
    char *value; /* to the first NUL */
};
struct backend_nodes {
    VEC(struct backend_node) list;
};

/* The value, NULL if there is no such node. */
const char *backend_nodes_get(const struct backend_nodes *nodes,
                              const char *key);
void backend_nodes_add(struct backend_nodes *nodes, const char *key,
                       const char *value);
void backend_nodes_dispose(struct backend_nodes *nodes);
#define cleanup_backend_nodes __attribute__((cleanup(backend_nodes_dispose)))

struct backends; /* a connection to xenstored of its own */

/*
 * Connects and watches the folder. ERR_HOST if xenstored does not answer.
 * *backends is the caller's.
 */
int backends_open(struct backends **backends, struct error *err);
void backends_close(struct backends *backends); /* NULL is fine */

/* Readable when backends_next has something. */
int backends_fd(const struct backends *backends);

enum backends_news {
    BACKENDS_QUIET,  /* nothing is left */
    BACKENDS_DEVICE, /* something of *name changed */
    BACKENDS_ALL,    /* look at all; also the first news */
};

/* Takes one change. -1: xenstored is gone (ERR_HOST). */
int backends_next(struct backends *backends, enum backends_news *news,
                  struct backend_name *name, struct error *err);

struct backend_names {
    VEC(struct backend_name) list;
};

/* Adds all devices that there are. */
int backends_list(struct backends *backends, struct backend_names *names,
                  struct error *err);

int backends_look(struct backends *backends, const struct backend_name *name,
                  struct backend_seen *seen, struct error *err);

/*
 * Adds the device's nodes. A folder that another domain than this one and
 * domain 0 owns or may write is refused (ERR_FAILED): it names programs.
 */
int backends_read(struct backends *backends, const struct backend_name *name,
                  struct backend_nodes *nodes, struct error *err);

/*
 * Writes one node of the device (value NULL: removes it) if the device is
 * still there. ERR_FAILED if xenstored refuses.
 */
int backends_put(struct backends *backends, const struct backend_name *name,
                 const char *key, const char *value, struct error *err);

/*
 * Removes the device's folder, and the folders above it that this leaves
 * empty, unless it is wanted again: online and with a frontend. ERR_FAILED if
 * xenstored refuses.
 */
int backends_remove(struct backends *backends, const struct backend_name *name,
                    struct error *err);

/*
 * Such nodes at another place of this domain's own, below BACKENDS_PRIVATE,
 * for a script that undoes a device whose folder is gone. *path is the
 * caller's; to be removed with backends_remove_copy.
 */
int backends_write_copy(struct backends *backends,
                        const struct backend_name *name,
                        const struct backend_nodes *nodes, char **path,
                        struct error *err);
int backends_remove_copy(const char *path, struct error *err);

#endif
