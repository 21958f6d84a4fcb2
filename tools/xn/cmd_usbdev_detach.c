/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/number.h"
#include "xn/device.h"

/* libxl 4.17 crashes when it is asked for a port of one that is not there. */
static bool has_controller(const struct invocation *inv, uint32_t controller)
{
    int count = 0;
    bool found = false;
    libxl_device_usbctrl *list =
        libxl_device_usbctrl_list(inv->host->ctx, inv->domid, &count);

    for (int i = 0; i < count; i++)
        if (list[i].devid >= 0 && (uint32_t)list[i].devid == controller)
            found = true;
    libxl_device_usbctrl_list_free(list, count);
    return found;
}

static int find(const struct invocation *inv, libxl_device_usbdev *usbdev,
                struct error *err)
{
    uint32_t controller, port;

    if (!number_parse_u32(inv->words[0], &controller) ||
        !number_parse_u32(inv->words[1], &port))
        return error_set(err, ERR_USAGE,
                         "'%s' and '%s' are no numbers of a controller and a "
                         "port",
                         inv->words[0], inv->words[1]);
    if (!has_controller(inv, controller))
        return error_set(err, ERR_CONFIG, "%s has no USB controller %u",
                         inv->domain, controller);
    host_log_forget(&inv->host->log);
    int rc = libxl_ctrlport_to_device_usbdev(
        inv->host->ctx, inv->domid, (int)controller, (int)port, usbdev);
    if (rc != 0)
        return host_fail(inv->host, err, ERR_CONFIG, rc,
                         "%s has no USB device at controller %u port %u",
                         inv->domain, controller, port);
    return 0;
}

static int run(struct invocation *inv, struct error *err)
{
    libxl_device_usbdev usbdev;

    libxl_device_usbdev_init(&usbdev);
    int rc = find(inv, &usbdev, err);
    if (rc == 0)
        rc = device_detach_one(inv, &device_usbdev, &usbdev, err);
    libxl_device_usbdev_dispose(&usbdev);
    return rc;
}

const struct command command_usbdev_detach = {
    .name = "usbdev-detach",
    .summary = "Takes a USB device back from a domain",
    .words = "DOMAIN CONTROLLER PORT",
    .min_words = 3,
    .max_words = 3,
    .target = TARGET_DOMAIN,
    .run = run,
};
