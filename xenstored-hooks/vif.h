/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the ways to connect a vif share. */
#ifndef XENITH_HOOKS_VIF_H
#define XENITH_HOOKS_VIF_H

#include "hook.h"
#include "link.h"

struct vif {
    struct links *links;
    char *name; /* what the interface is called, or will be; owned */
    bool there; /* false: it is gone, which is fine when it leaves */
    struct link link;
};

/*
 * Finds the interface. One that arrives is taken down and, if its `vifname`
 * says so, renamed.
 */
int vif_open(struct vif *vif, struct hook *hook, struct error *err);
void vif_close(struct vif *vif);
#define cleanup_vif __attribute__((cleanup(vif_close)))

/* The MTU that the vif's configuration wants; 0 if it does not say. */
uint32_t vif_wanted_mtu(struct hook *hook);

/* Tells the frontend. */
int vif_tell_mtu(struct hook *hook, uint32_t mtu, struct error *err);

/* The address that no bridge takes for its own, being the highest. */
extern const uint8_t vif_bridge_port_address[6];

#define VIF_MAX_NETWORKS 64

struct vif_network6 {
    struct in6_addr to;
    uint8_t prefix;
};

struct vif_networks {
    struct link_route v4[VIF_MAX_NETWORKS]; /* as they stand in routes */
    struct vif_network6 v6[VIF_MAX_NETWORKS];
    size_t v4_count, v6_count;
};

/* The `ip` of its configuration. -1 if one of its networks cannot be read, or
 * for more than VIF_MAX_NETWORKS of a kind. */
int vif_read_networks(struct hook *hook, struct vif_networks *networks,
                      struct error *err);

/* Answers ARP for what is behind the interface. */
int vif_proxy_arp(const struct vif *vif, struct error *err);

#endif
