/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Virtual TPMs; a user may name one by its UUID. */
#include "base/mem.h"
#include "base/number.h"
#include "device/kind.h"

/* The number, or that of the TPM with this UUID. */
static char *resolve(const struct device_owner *owner, const char *text)
{
    libxl_device_vtpm vtpm;
    libxl_uuid uuid;
    uint32_t value;

    if (number_parse_u32(text, &value))
        return mem_printf("%u", value);
    if (libxl_uuid_from_string(&uuid, text) != 0)
        return NULL;
    int rc =
        libxl_uuid_to_device_vtpm(owner->host->ctx, owner->domid, &uuid, &vtpm);
    host_log_forget(&owner->host->log);
    if (rc != 0)
        return NULL;
    char *devid = mem_printf("%d", vtpm.devid);
    libxl_device_vtpm_dispose(&vtpm);
    return devid;
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
    .resolve = resolve,
};
