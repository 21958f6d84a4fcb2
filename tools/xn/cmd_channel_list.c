/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Channels: named consoles. They come and go with their domain. */
#include "base/mem.h"
#include "show/show.h"
#include "xn/device.h"
#include "xn/format.h"

static void heading(void)
{
    show_printf("%-3s %-2s %-5s %-6s %8s %-10s %-30s\n", "Idx", "BE", "state",
                "evt-ch", "ring-ref", "connection", "");
}

static void show_text(const libxl_device_channel *channel,
                      const libxl_channelinfo *info, const char *pty)
{
    show_printf("%-3d %-2d %-5d %-6d %-8d %-10s ", channel->devid,
                (int)info->backend_id, info->state, info->evtch, info->rref,
                libxl_channel_connection_to_string(channel->connection));
    if (pty != NULL)
        show_printf("%-30s ", pty);
    show_printf("\n");
}

static void add(struct json_writer *json, const libxl_device_channel *channel,
                const libxl_channelinfo *info, const char *pty)
{
    const struct device_link link = { channel->devid, info->backend_id,
                                      info->state, info->evtch, info->backend };

    json_begin_object(json);
    json_add_string(json, "channel", channel->name);
    json_add_string(json, "connection",
                    libxl_channel_connection_to_string(channel->connection));
    if (pty != NULL)
        json_add_string(json, "path", pty);
    device_link_add(json, &link);
    json_end_object(json);
}

static void show(const struct device_owner *owner, void *device,
                 struct json_writer *json)
{
    const libxl_device_channel *channel = device;
    cleanup_free char *pty = NULL;
    libxl_channelinfo info;

    libxl_channelinfo_init(&info);
    if (libxl_device_channel_getinfo(owner->host->ctx, owner->domid, channel,
                                     &info) != 0)
        return;
    if (channel->connection == LIBXL_CHANNEL_CONNECTION_PTY)
        pty = format_name(info.u.pty.path);
    if (json != NULL)
        add(json, channel, &info, pty);
    else
        show_text(channel, &info, pty);
    libxl_channelinfo_dispose(&info);
}

static const struct device_listing listing = {
    .kind = &device_channel,
    .array = "channels",
    .heading = heading,
    .show = show,
};

const struct command command_channel_list = {
    .name = "channel-list",
    .summary = "Lists the channels of domains",
    .words = "DOMAIN ...",
    .min_words = 1,
    .max_words = -1,
    .completes = WORD_DOMAIN,
    .listing = &listing,
    .options = json_option,
    .run = device_list_run,
};
