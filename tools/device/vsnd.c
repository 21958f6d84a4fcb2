/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PV sound cards. */
#include "base/mem.h"
#include "device/kind.h"

DEVICE_CALLS(vsnd)
DEVICE_OPERATION(call_remove, libxl_device_vsnd_remove)
DEVICE_OPERATION(call_destroy, libxl_device_vsnd_destroy)
DEVICE_BY_DEVID(vsnd)

const struct device_kind device_vsnd = {
    .name = "sound card",
    .key = "vsnd",
    .node = "vsnd",
    DEVICE_CALL_FIELDS(vsnd),
    .remove = call_remove,
    .destroy = call_destroy,
    DEVICE_DEVID_FIELDS,
};
