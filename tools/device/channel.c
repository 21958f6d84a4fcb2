/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Channels come and go with their domain: libxl only lists them. */
#include "base/mem.h"
#include "device/kind.h"

static void *list(libxl_ctx *ctx, uint32_t domid, int *count)
{
    return libxl_device_channel_list(ctx, domid, count);
}

static void list_free(void *devices, int count)
{
    libxl_device_channel *channels = devices;

    for (int i = 0; i < count; i++)
        libxl_device_channel_dispose(&channels[i]);
    free(channels);
}

DEVICE_BY_DEVID(channel)

const struct device_kind device_channel = {
    .name = "channel",
    .key = "channel",
    .size = sizeof(libxl_device_channel),
    .list = list,
    .list_free = list_free,
    DEVICE_DEVID_FIELDS,
};
