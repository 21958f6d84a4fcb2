/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A network of its own for each vif, 10.DOMID/256.DOMID%256.VIF+1 unless the
 * configuration has an `ip`, where the host's end is 127 higher. Translating
 * the addresses is the host's firewall's part, as with Xen's script.
 */
#include <arpa/inet.h>
#include <string.h>

#include "base/mem.h"
#include "vif.h"

#define HOST_DISTANCE 127

/* The guest's address in the host's order; 0 with an error. */
static uint32_t guest_address(struct hook *hook, struct error *err)
{
    cleanup_free char *list = store_get(hook->store, hook->path, "ip");
    struct in_addr address;

    if (list == NULL || list[0] == '\0')
        return (UINT32_C(10) << 24) | ((hook->domid & 0xffff) << 8) |
               ((hook->devid + 1) & 0xff);
    list[strcspn(list, "/ ")] = '\0';
    if (inet_pton(AF_INET, list, &address) == 1)
        return ntohl(address.s_addr);
    error_set(err, ERR_CONFIG, "ip: '%s' is no IPv4 address", list);
    return 0;
}

static int connect_nat(struct vif *vif, struct hook *hook, struct error *err)
{
    struct link_change change = { .mtu = vif_wanted_mtu(hook), .up = true };
    uint32_t guest = guest_address(hook, err);
    struct in_addr host = { htonl((guest & 0xffffff00) |
                                  ((guest + HOST_DISTANCE) & 0xff)) };
    struct link_route route = { .to = { htonl(guest) },
                                .prefix = 32,
                                .source = host };

    if (guest == 0 ||
        link_change(vif->links, vif->link.index, &change, err) < 0 ||
        link_add_address(vif->links, vif->link.index, host, err) < 0 ||
        link_add_route(vif->links, vif->link.index, &route, err) < 0)
        return -1;
    return vif_proxy_arp(vif, err);
}

int vif_nat_run(struct hook *hook, struct error *err)
{
    const struct link_change down = { .down = true };
    cleanup_vif struct vif vif;

    if (hook->tap) /* the vif alone has the address */
        return 0;
    if (vif_open(&vif, hook, err) < 0)
        return -1;
    if (hook->arrives)
        return connect_nat(&vif, hook, err);
    return vif.there ? link_change(vif.links, vif.link.index, &down, err) : 0;
}
