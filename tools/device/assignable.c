/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device/assignable.h"

#include <unistd.h>

#include "base/mem.h"
#include "device/pci.h"
#include "host/prune.h"

#define PCIBACK "/sys/bus/pci/drivers/pciback"
/* Where libxl notes the driver and the name of each, by its address. */
#define LIBXL "/libxl"
#define NOTES LIBXL "/pci"

static int check_pciback(struct error *err)
{
    if (access(PCIBACK, F_OK) == 0)
        return 0;
    error_set(err, ERR_CONFIG, "this Dom0 has no xen-pciback driver");
    error_hint(err, "modprobe xen-pciback");
    return -1;
}

int assignable_add(struct host *host, libxl_device_pci *pci, struct error *err)
{
    cleanup_free char *address = pci_address(pci);

    if (pci_check_present(address, err) < 0 || check_pciback(err) < 0)
        return -1;
    host_log_forget(&host->log);
    int rc = libxl_device_pci_assignable_add(host->ctx, pci, 1);
    if (rc != 0)
        return host_fail(host, err, ERR_DEVICE, rc,
                         "making PCI device %s assignable", address);
    return 0;
}

static bool is_empty(void *path)
{
    cleanup_prune_names struct prune_names names = { 0 };

    return prune_children(path, &names, NULL) == 0 && names.list.count == 0;
}

/* Of those that are not assignable any more, libxl leaves an empty folder. */
static void drop_empty_notes(void)
{
    cleanup_prune_names struct prune_names names = { 0 };

    (void)prune_children(NOTES, &names, NULL);
    VEC_EACH (&names.list, name) {
        cleanup_free char *path = mem_printf(NOTES "/%s", *name);
        (void)prune_below(path, LIBXL, is_empty, path, NULL);
    }
}

int assignable_remove(struct host *host, libxl_device_pci *pci, bool rebind,
                      struct error *err)
{
    cleanup_free char *address = pci_address(pci);

    if (pci_check_present(address, err) < 0)
        return -1;
    host_log_forget(&host->log);
    int rc = libxl_device_pci_assignable_remove(host->ctx, pci, rebind);
    if (rc != 0)
        return host_fail(host, err, ERR_DEVICE, rc,
                         "making PCI device %s unavailable", address);
    drop_empty_notes();
    return 0;
}

int assignable_remove_named(struct host *host, const char *name, bool rebind,
                            struct error *err)
{
    libxl_device_pci pci;

    libxl_device_pci_init(&pci);
    pci.name = mem_strdup(name);
    host_log_forget(&host->log);
    int rc = libxl_device_pci_assignable_remove(host->ctx, &pci, rebind);
    libxl_device_pci_dispose(&pci);
    if (rc == ERROR_NOTFOUND)
        return 0;
    if (rc == 0) {
        drop_empty_notes();
        return 1;
    }
    return host_fail(host, err, ERR_DEVICE, rc,
                     "making PCI device %s unavailable", name);
}
