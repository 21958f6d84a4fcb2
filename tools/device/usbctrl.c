/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Virtual USB controllers. */
#include "base/mem.h"
#include "device/kind.h"

DEVICE_CALLS(usbctrl)
DEVICE_OPERATION(call_remove, libxl_device_usbctrl_remove)
DEVICE_OPERATION(call_destroy, libxl_device_usbctrl_destroy)
DEVICE_BY_DEVID(usbctrl)

const struct device_kind device_usbctrl = {
    .name = "USB controller",
    .key = "usbctrl",
    .node = "vusb",
    DEVICE_CALL_FIELDS(usbctrl),
    .remove = call_remove,
    .destroy = call_destroy,
    DEVICE_DEVID_FIELDS,
};
