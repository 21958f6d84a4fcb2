/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A port of a Linux bridge. */
#include <string.h>

#include "base/mem.h"
#include "firewall.h"
#include "vif.h"

/* As with Xen's script an old configuration's xenbr3 may be the bridge eth3. */
static int find_old_bridge(struct vif *vif, const char *name,
                           struct link *bridge, struct error *err)
{
    if (strncmp(name, "xenbr", 5) != 0)
        return 0;
    cleanup_free char *renamed = mem_printf("eth%s", name + 5);
    int rc = link_find(vif->links, renamed, bridge, err);
    return rc > 0 && !bridge->is_bridge ? 0 : rc;
}

static int find_bridge(struct vif *vif, const char *name, struct link *bridge,
                       struct error *err)
{
    int rc = link_find(vif->links, name, bridge, err);

    if (rc == 0)
        rc = find_old_bridge(vif, name, bridge, err);
    if (rc < 0)
        return -1;
    if (rc == 0)
        return error_set(err, ERR_CONFIG, "there is no bridge %s", name);
    if (!bridge->is_bridge)
        return error_set(err, ERR_CONFIG, "%s is not a bridge", name);
    return 0;
}

static int connect_port(struct vif *vif, struct hook *hook, struct error *err)
{
    cleanup_free char *name =
        store_need(hook->store, hook->path, "bridge", err);
    struct link bridge;

    if (name == NULL || find_bridge(vif, name, &bridge, err) < 0)
        return -1;
    uint32_t mtu = vif_wanted_mtu(hook);
    struct link_change change = {
        .address = vif_bridge_port_address,
        .mtu = mtu != 0 ? mtu : bridge.mtu,
        .master = bridge.index,
        .up = true,
    };
    if (firewall_add(hook, vif->name, err) < 0)
        return -1;
    if (link_change(vif->links, vif->link.index, &change, err) < 0)
        return error_context(err, "%s on bridge %s", vif->name, name);
    return vif_tell_mtu(hook, change.mtu, err);
}

static int disconnect_port(struct vif *vif, struct hook *hook,
                           struct error *err)
{
    const struct link_change change = { .leave_master = true, .down = true };

    firewall_remove(hook, vif->name);
    return vif->there ? link_change(vif->links, vif->link.index, &change, err)
                      : 0;
}

int vif_bridge_run(struct hook *hook, struct error *err)
{
    cleanup_vif struct vif vif;

    if (vif_open(&vif, hook, err) < 0)
        return -1;
    return hook->arrives ? connect_port(&vif, hook, err)
                         : disconnect_port(&vif, hook, err);
}
