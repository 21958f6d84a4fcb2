/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/mem.h"
#include "device/pci.h"
#include "show/show.h"
#include "xn/device.h"

/* libxl keeps the slot and function that the guest sees in one number. */
static unsigned int slot_of(const libxl_device_pci *pci)
{
    return (pci->vdevfn >> 3) & 0x1f;
}

static unsigned int function_of(const libxl_device_pci *pci)
{
    return pci->vdevfn & 0x7;
}

static void show(const struct device_owner *owner, void *device,
                 struct json_writer *json)
{
    const libxl_device_pci *pci = device;
    cleanup_free char *address = pci_address(pci);

    if (json == NULL) {
        show_printf("%02x.%01x %s\n", slot_of(pci), function_of(pci), address);
        return;
    }
    json_begin_object(json);
    json_add_string(json, "address", address);
    json_add_uint(json, "guest_slot", slot_of(pci));
    json_add_uint(json, "guest_function", function_of(pci));
    json_end_object(json);
}

static void heading(void)
{
    show_printf("Vdev Device\n");
}

static const struct device_listing listing = {
    .kind = &device_pci,
    .array = "devices",
    .heading = heading,
    .show = show,
};

const struct command command_pci_list = {
    .name = "pci-list",
    .summary = "Lists the PCI devices that a domain has of this host",
    .words = "DOMAIN",
    .min_words = 1,
    .max_words = 1,
    .target = TARGET_DOMAIN,
    .listing = &listing,
    .options = json_option,
    .run = device_list_run_one,
};
