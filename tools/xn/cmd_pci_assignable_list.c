/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/mem.h"
#include "device/pci.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/format.h"

static void show_device(const libxl_device_pci *pci, bool names)
{
    cleanup_free char *address = pci_address(pci);
    cleanup_free char *name = format_name(names && pci->name ? pci->name : "");

    show_printf("%s %s\n", address, name);
}

static void add_device(struct json_writer *json, const libxl_device_pci *pci)
{
    cleanup_free char *address = pci_address(pci);

    json_begin_object(json);
    json_add_string(json, "address", address);
    if (pci->name != NULL)
        json_add_string(json, "name", pci->name);
    json_end_object(json);
}

static int run(struct invocation *inv, struct error *err)
{
    bool names = invocation_count(inv, "show-names") > 0;
    struct json_writer *json = NULL;
    int count = 0;
    libxl_device_pci *devices =
        libxl_device_pci_assignable_list(inv->host->ctx, &count);

    if (invocation_count(inv, "json") > 0) {
        json = show_json_begin("pci-assignable-list");
        json_key(json, "devices");
        json_begin_array(json);
    }
    for (int i = 0; devices != NULL && i < count; i++) {
        if (json != NULL)
            add_device(json, &devices[i]);
        else
            show_device(&devices[i], names);
    }
    if (json != NULL) {
        json_end_array(json);
        show_json_end(json);
    }
    libxl_device_pci_assignable_list_free(devices, count);
    return 0;
}

static const struct option_row options[] = {
    { 'n', "show-names", OPTION_FLAG, NULL, "Shows their names too" },
    OPTION_JSON,
    { 0 },
};

const struct command command_pci_assignable_list = {
    .name = "pci-assignable-list",
    .summary = "Lists the PCI devices that guests can have",
    .words = "",
    .options = options,
    .run = run,
};
