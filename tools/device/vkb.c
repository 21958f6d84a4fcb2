/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Virtual keyboards, pointers and touch screens. */
#include "base/mem.h"
#include "device/kind.h"

DEVICE_CALLS(vkb)
DEVICE_OPERATION(call_remove, libxl_device_vkb_remove)
DEVICE_OPERATION(call_destroy, libxl_device_vkb_destroy)
DEVICE_BY_DEVID(vkb)

const struct device_kind device_vkb = {
    .name = "virtual keyboard",
    .key = "vkb",
    .node = "vkbd",
    DEVICE_CALL_FIELDS(vkb),
    .remove = call_remove,
    .destroy = call_destroy,
    DEVICE_DEVID_FIELDS,
};
