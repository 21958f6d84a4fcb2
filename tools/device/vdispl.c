/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PV displays. */
#include "base/mem.h"
#include "device/kind.h"

DEVICE_CALLS(vdispl)
DEVICE_OPERATION(call_remove, libxl_device_vdispl_remove)
DEVICE_OPERATION(call_destroy, libxl_device_vdispl_destroy)
DEVICE_BY_DEVID(vdispl)

const struct device_kind device_vdispl = {
    .name = "PV display",
    .key = "vdispl",
    .node = "vdispl",
    DEVICE_CALL_FIELDS(vdispl),
    .remove = call_remove,
    .destroy = call_destroy,
    DEVICE_DEVID_FIELDS,
};
