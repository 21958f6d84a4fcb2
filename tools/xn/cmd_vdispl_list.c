/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connectors are what the guest says of them. */
#include "base/mem.h"
#include "show/show.h"
#include "xn/device.h"
#include "xn/format.h"

static void show_connector(const libxl_connectorinfo *connector, int number)
{
    cleanup_free char *id = format_name(connector->unique_id);

    show_printf("\tConnector: %d, id: %s, width: %d, height: %d, "
                "req-rref: %d, req-evtch: %d, evt-rref: %d, evt-evtch: %d\n",
                number, id, (int)connector->width, (int)connector->height,
                connector->req_rref, connector->req_evtch, connector->evt_rref,
                connector->evt_evtch);
}

static void show_text(const libxl_vdisplinfo *info)
{
    cleanup_free char *backend = format_name(info->backend);
    cleanup_free char *frontend = format_name(info->frontend);

    show_printf("DevId: %d, BE: %d, handle: %d, state: %d, be-alloc: %d, "
                "BE-path: %s, FE-path: %s\n",
                info->devid, (int)info->backend_id, (int)info->frontend_id,
                info->state, info->be_alloc, backend, frontend);
    for (int i = 0; i < info->num_connectors; i++)
        show_connector(&info->connectors[i], i);
}

static void add(struct json_writer *json, const libxl_vdisplinfo *info)
{
    const struct device_link link = { info->devid, info->backend_id,
                                      info->state, -1, info->backend };

    json_begin_object(json);
    device_link_add(json, &link);
    json_add_bool(json, "backend_allocates", info->be_alloc);
    json_key(json, "connectors");
    json_begin_array(json);
    for (int i = 0; i < info->num_connectors; i++) {
        json_begin_object(json);
        json_add_string(json, "id", info->connectors[i].unique_id);
        json_add_uint(json, "width", info->connectors[i].width);
        json_add_uint(json, "height", info->connectors[i].height);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
}

static void show(const struct device_owner *owner, void *device,
                 struct json_writer *json)
{
    libxl_vdisplinfo info;

    libxl_vdisplinfo_init(&info);
    if (libxl_device_vdispl_getinfo(owner->host->ctx, owner->domid, device,
                                    &info) == 0) {
        if (json != NULL)
            add(json, &info);
        else
            show_text(&info);
    }
    libxl_vdisplinfo_dispose(&info);
}

static const struct device_listing listing = {
    .kind = &device_vdispl,
    .array = "vdispls",
    .show = show,
};

const struct command command_vdispl_list = {
    .name = "vdispl-list",
    .summary = "Lists the PV displays of domains",
    .words = "DOMAIN ...",
    .min_words = 1,
    .max_words = -1,
    .completes = WORD_DOMAIN,
    .listing = &listing,
    .options = json_option,
    .run = device_list_run,
};
