/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Devices of the host's USB behind a virtual controller. libxl knows them by
 * controller and port, keeps them with the controller, and asks no guest.
 */
#include "base/mem.h"
#include "device/kind.h"

static char *word(const void *device)
{
    const libxl_device_usbdev *usbdev = device;

    return mem_printf("%d.%d", usbdev->ctrl, usbdev->port);
}

DEVICE_CALLS(usbdev)
DEVICE_OPERATION(call_remove, libxl_device_usbdev_remove)

const struct device_kind device_usbdev = {
    .name = "USB device",
    .key = "usbdev",
    DEVICE_CALL_FIELDS(usbdev),
    .remove = call_remove,
    .word = word,
};
