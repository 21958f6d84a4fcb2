/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/mem.h"
#include "device/nic.h"
#include "show/show.h"
#include "xn/device.h"
#include "xn/format.h"

static void heading(void)
{
    show_printf("%-3s %-2s %-17s %-6s %-5s %-6s %5s/%-5s %-30s\n", "Idx", "BE",
                "Mac Addr.", "handle", "state", "evt-ch", "tx-", "rx-ring-ref",
                "BE-path");
}

static void add(struct json_writer *json, const libxl_device_nic *nic,
                const libxl_nicinfo *info, const char *mac)
{
    const struct device_link link = { info->devid, info->backend_id,
                                      info->state, info->evtch, info->backend };

    json_begin_object(json);
    json_add_string(json, "mac", mac);
    if (nic->bridge != NULL)
        json_add_string(json, "bridge", nic->bridge);
    if (nic->ip != NULL)
        json_add_string(json, "ip", nic->ip);
    if (nic->ifname != NULL)
        json_add_string(json, "vifname", nic->ifname);
    device_link_add(json, &link);
    json_end_object(json);
}

static void show(const struct device_owner *owner, void *device,
                 struct json_writer *json)
{
    const libxl_device_nic *nic = device;
    libxl_nicinfo info;

    libxl_nicinfo_init(&info);
    if (libxl_device_nic_getinfo(owner->host->ctx, owner->domid, nic, &info) !=
        0)
        return;
    cleanup_free char *backend = format_name(info.backend);
    cleanup_free char *mac = nic_mac(nic);
    if (json != NULL)
        add(json, nic, &info, mac);
    else
        show_printf("%-3d %-2d %s%6d %5d %6d %5d/%-11d %-30s\n", info.devid,
                    (int)info.backend_id, mac, info.devid, info.state,
                    info.evtch, info.rref_tx, info.rref_rx, backend);
    libxl_nicinfo_dispose(&info);
}

static const struct device_listing listing = {
    .kind = &device_nic,
    .array = "vifs",
    .heading = heading,
    .show = show,
};

const struct command command_network_list = {
    .name = "network-list",
    .summary = "Lists the network interfaces of domains",
    .words = "DOMAIN ...",
    .min_words = 1,
    .max_words = -1,
    .completes = WORD_DOMAIN,
    .listing = &listing,
    .options = json_option,
    .run = device_list_run,
};
