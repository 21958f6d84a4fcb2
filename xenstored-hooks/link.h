/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Network interfaces, IPv4 addresses and routes through rtnetlink(7). Every
 * function is one question and one answer, whatever else the host has.
 */
#ifndef XENITH_HOOKS_LINK_H
#define XENITH_HOOKS_LINK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct links; /* a connection to the kernel */

int links_open(struct links **links, struct error *err);
void links_close(struct links *links); /* NULL is fine */

struct link {
    int index;
    uint32_t mtu;
    int master; /* the index of its bridge, 0: none */
    bool up;
    bool is_bridge;
};

/* 1, or 0 if there is no such interface, or -1. */
int link_find(struct links *links, const char *name, struct link *link,
              struct error *err);

/* What is to become of an interface; zeroed parts stay as they are. */
struct link_change {
    const char *name;
    const uint8_t *address; /* 6 bytes */
    uint32_t mtu;
    int master;
    bool leave_master;
    bool up, down;
};

/* All of it in one step. The index may have been taken from link_find. */
int link_change(struct links *links, int index,
                const struct link_change *change, struct error *err);

/* 1 and the interface's first IPv4 address, or 0 if it has none. */
int link_address(struct links *links, int index, struct in_addr *address,
                 struct error *err);

/* One that it has already is fine. */
int link_add_address(struct links *links, int index, struct in_addr address,
                     struct error *err);

struct link_route {
    struct in_addr to;
    uint8_t prefix;
    struct in_addr source;
    uint32_t metric; /* 0: the kernel's */
};

/* One that is there already is fine. */
int link_add_route(struct links *links, int index,
                   const struct link_route *route, struct error *err);

#endif
