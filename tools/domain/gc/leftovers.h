/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is left of domains that are no more, where whoever should have cleaned
 * up was killed. libxl takes a domain's nodes and files away before it gives
 * the domain back to Xen, and writes them after Xen made it: what bears the
 * number of a domain that Xen does not have is nobody's. Each find says why it
 * is one, and that is asked again at the moment of its removal.
 */
#ifndef XENITH_DOMAIN_GC_LEFTOVERS_H
#define XENITH_DOMAIN_GC_LEFTOVERS_H

#include <sys/types.h>

#include "base/uuid.h"
#include "base/vec.h"
#include "domain/gc/living.h"

enum leftover_kind {
    LEFTOVER_NODE,      /* of xenstore, with all below it */
    LEFTOVER_USERDATA,  /* a file of libxl's */
    LEFTOVER_SOCKET,    /* of a device model */
    LEFTOVER_LOCK,      /* of a console's client that was killed */
    LEFTOVER_CLAIM,     /* of memory, by a create that was killed */
    LEFTOVER_LOOP,      /* a loop device that our hook set up */
    LEFTOVER_INTERFACE, /* only told: the kernel's, goes with its nodes */
    LEFTOVER_PROCESS,   /* only told: a device model */
};

enum leftover_end {
    LEFTOVER_FOUND,   /* nothing was done */
    LEFTOVER_REMOVED, /* or gone by itself meanwhile */
    LEFTOVER_SPARED,  /* it turned out to be somebody's */
    LEFTOVER_FAILED,
};

struct leftover {
    enum leftover_kind kind;
    char *what; /* path, or name; owned */
    char *why;  /* the evidence; owned */
    bool has_domid;
    uint32_t domid; /* that it bears */
    bool has_uuid;
    uint8_t uuid[UUID_BYTES];
    dev_t file_device; /* LEFTOVER_LOOP: what must still be behind it */
    ino_t file_inode;
    enum leftover_end end;
    char *cause; /* of LEFTOVER_FAILED; owned */
};

struct leftovers {
    VEC(struct leftover) list;
};

/* Where things are; tests have other places. */
struct leftover_places {
    const char *userdata;     /* /var/lib/xen */
    const char *sockets;      /* /var/run/xen */
    const char *locks;        /* of consoles */
    const char *claims;       /* of memory */
    const char *block_claims; /* the list that our hook keeps of disks */
    const char *loops;        /* /dev */
    const char *interfaces;   /* /sys/class/net */
    const char *processes;    /* /proc */
};

extern const struct leftover_places leftover_places_of_host;

/* "node", "userdata", ...; and "found", "removed", ... */
const char *leftover_kind_name(enum leftover_kind kind);
const char *leftover_end_name(enum leftover_end end);

/* What is told and not removed. */
bool leftover_is_only_told(const struct leftover *leftover);

/* Looks, and changes nothing; found is zeroed. */
int leftovers_find(const struct leftover_places *places,
                   struct leftovers *found, struct error *err);

/*
 * Removes each of them that is still there and still nobody's, and notes its
 * end. An error is only that Xen or xenstored do not answer.
 */
int leftovers_remove(const struct leftover_places *places,
                     struct leftovers *found, struct error *err);

void leftovers_dispose(struct leftovers *found);

/* ---- of the files of this folder ---- */

/* One find; what is taken over, why is printed. */
struct leftover *leftovers_add(struct leftovers *found, enum leftover_kind kind,
                               char *what, const char *why, ...)
    __attribute__((format(printf, 4, 5)));

int leftover_nodes_find(struct leftovers *found, const struct living *living,
                        struct error *err);
int leftover_node_remove(struct leftover *leftover, struct error *err);

void leftover_files_find(const struct leftover_places *places,
                         struct leftovers *found, const struct living *living);
void leftover_file_remove(const struct leftover_places *places,
                          struct leftover *leftover);

void leftover_kernel_find(const struct leftover_places *places,
                          struct leftovers *found, const struct living *living);
void leftover_loop_remove(struct leftover *leftover);

#endif
