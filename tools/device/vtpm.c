/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Virtual TPMs; a user may name one by its UUID. */
#include "base/mem.h"
#include "device/kind.h"

static bool is(const struct device_owner *owner, const void *device,
               const char *text)
{
    const libxl_device_vtpm *vtpm = device;
    libxl_uuid uuid;

    return libxl_uuid_from_string(&uuid, text) == 0 &&
           libxl_uuid_compare(&uuid, &vtpm->uuid) == 0;
}

DEVICE_CALLS(vtpm)
DEVICE_OPERATION(call_remove, libxl_device_vtpm_remove)
DEVICE_OPERATION(call_destroy, libxl_device_vtpm_destroy)
DEVICE_BY_DEVID(vtpm)

const struct device_kind device_vtpm = {
    .name = "virtual TPM",
    .key = "vtpm",
    .node = "vtpm",
    DEVICE_CALL_FIELDS(vtpm),
    .remove = call_remove,
    .destroy = call_destroy,
    DEVICE_DEVID_FIELDS,
    .is = is,
};
