/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Routed: the host has a route for each of the guest's networks, with the
 * source address of the interface through which packets leave, and answers ARP
 * for all that is behind it. Routes go with the interface.
 */
#include <stddef.h>

#include "vif.h"

#define DEFAULT_NETDEV "eth0"
/* The vif's route gives way to that of the emulated interface, as long as
 * there is one. */
#define METRIC_TAP 1
#define METRIC_VIF 2

static int find_source(struct vif *vif, const char *netdev,
                       struct in_addr *source, struct error *err)
{
    struct link link;

    int rc = link_find(vif->links, netdev, &link, err);
    if (rc > 0)
        rc = link_address(vif->links, link.index, source, err);
    if (rc == 0) {
        error_set(err, ERR_CONFIG, "%s has no IPv4 address to route from",
                  netdev);
        error_hint(err, "name the host's interface: gatewaydev=...");
    }
    return rc > 0 ? 0 : -1;
}

static int add_routes(struct vif *vif, struct hook *hook, struct in_addr source,
                      struct error *err)
{
    struct vif_networks networks;

    if (vif_read_networks(hook, &networks, err) < 0)
        return -1;
    for (size_t i = 0; i < networks.v4_count; i++) {
        struct link_route *route = &networks.v4[i];
        route->source = source;
        route->metric = hook->tap ? METRIC_TAP : METRIC_VIF;
        if (link_add_route(vif->links, vif->link.index, route, err) < 0)
            return -1;
    }
    return 0;
}

static int connect_route(struct vif *vif, struct hook *hook, struct error *err)
{
    const char *netdev = hook->netdev != NULL && hook->netdev[0] != '\0'
                             ? hook->netdev
                             : DEFAULT_NETDEV;
    struct link_change change = { .mtu = vif_wanted_mtu(hook), .up = true };
    struct in_addr source;

    if (find_source(vif, netdev, &source, err) < 0 ||
        link_change(vif->links, vif->link.index, &change, err) < 0 ||
        link_add_address(vif->links, vif->link.index, source, err) < 0 ||
        vif_proxy_arp(vif, err) < 0)
        return -1;
    return add_routes(vif, hook, source, err);
}

int vif_route_run(struct hook *hook, struct error *err)
{
    const struct link_change down = { .down = true };
    cleanup_vif struct vif vif;

    if (vif_open(&vif, hook, err) < 0)
        return -1;
    if (hook->arrives)
        return connect_route(&vif, hook, err);
    return vif.there ? link_change(vif.links, vif.link.index, &down, err) : 0;
}
