/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* USB controllers, each with what is plugged into its ports. */
#include "base/mem.h"
#include "show/show.h"
#include "xn/device.h"

/* USBIF_MAX_PORTNR of xen/include/public/io/usbif.h; a driver domain could
 * write any number. */
#define MAX_PORTS 31

/* The device at a port; false if there is none. */
static bool find_plugged(const struct device_owner *owner, int devid, int port,
                         unsigned int *bus, unsigned int *address)
{
    libxl_device_usbdev usbdev;

    libxl_device_usbdev_init(&usbdev);
    bool found = libxl_ctrlport_to_device_usbdev(owner->host->ctx, owner->domid,
                                                 devid, port, &usbdev) == 0;
    *bus = usbdev.u.hostdev.hostbus;
    *address = usbdev.u.hostdev.hostaddr;
    libxl_device_usbdev_dispose(&usbdev);
    return found;
}

static void show_ports(const struct device_owner *owner,
                       const libxl_usbctrlinfo *info)
{
    unsigned int bus, address;

    for (int port = 1; port <= info->ports && port <= MAX_PORTS; port++) {
        show_printf("  Port %d:", port);
        if (find_plugged(owner, info->devid, port, &bus, &address))
            show_printf(" Bus %03x Device %03x", bus, address);
        show_printf("\n");
    }
}

static void add_ports(const struct device_owner *owner,
                      const libxl_usbctrlinfo *info, struct json_writer *json)
{
    unsigned int bus, address;

    json_key(json, "devices");
    json_begin_array(json);
    for (int port = 1; port <= info->ports && port <= MAX_PORTS; port++) {
        if (!find_plugged(owner, info->devid, port, &bus, &address))
            continue;
        json_begin_object(json);
        json_add_int(json, "port", port);
        json_add_uint(json, "host_bus", bus);
        json_add_uint(json, "host_address", address);
        json_end_object(json);
    }
    json_end_array(json);
}

static void add(const struct device_owner *owner, const libxl_usbctrlinfo *info,
                struct json_writer *json)
{
    const struct device_link link = { info->devid, info->backend_id,
                                      info->state, info->evtch, info->backend };

    json_begin_object(json);
    json_add_string(json, "type", libxl_usbctrl_type_to_string(info->type));
    json_add_int(json, "usb_version", info->version);
    json_add_int(json, "ports", info->ports);
    device_link_add(json, &link);
    add_ports(owner, info, json);
    json_end_object(json);
}

/* As xl, the heading stands before each controller. */
static void show(const struct device_owner *owner, void *device,
                 struct json_writer *json)
{
    libxl_usbctrlinfo info;

    libxl_usbctrlinfo_init(&info);
    if (json == NULL)
        show_printf("%-6s %-12s %-3s %-5s %-7s %-5s\n", "Devid", "Type", "BE",
                    "state", "usb-ver", "ports");
    int rc = libxl_device_usbctrl_getinfo(owner->host->ctx, owner->domid,
                                          device, &info);
    if (rc == 0 && json != NULL) {
        add(owner, &info, json);
    } else if (rc == 0) {
        show_printf("%-6d %-12s %-3d %-5d %-7d %-5d\n", info.devid,
                    libxl_usbctrl_type_to_string(info.type),
                    (int)info.backend_id, info.state, info.version, info.ports);
        show_ports(owner, &info);
    }
    libxl_usbctrlinfo_dispose(&info);
}

static const struct device_listing listing = {
    .kind = &device_usbctrl,
    .array = "controllers",
    .show = show,
};

const struct command command_usb_list = {
    .name = "usb-list",
    .summary = "Lists the USB controllers and devices of a domain",
    .words = "DOMAIN",
    .min_words = 1,
    .max_words = 1,
    .target = TARGET_DOMAIN,
    .listing = &listing,
    .options = json_option,
    .run = device_list_run_one,
};
