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

#define VIF_MAX_ROUTES 64

/*
 * The `ip` of its configuration: IPv4 networks, as they stand in routes, of
 * which there is room for VIF_MAX_ROUTES. -1 if one cannot be read, or for more
 * than that; IPv6 ones are left out.
 */
int vif_read_networks(struct hook *hook, struct link_route *networks,
                      size_t *count, struct error *err);

/* Answers ARP for what is behind the interface. */
int vif_proxy_arp(const struct vif *vif, struct error *err);

#endif
