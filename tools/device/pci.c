/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PCI devices passed through. They share one backend, so that libxl keeps no
 * record of each; a device is what it is on the host. What sysfs says is in
 * Linux' Documentation/ABI/testing/sysfs-bus-pci.
 */
#include "device/pci.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "device/kind.h"

#define PCI_DEVICES "/sys/bus/pci/devices"
#define PCIBACK "pciback" /* how the driver xen-pciback calls itself */

char *pci_address(const libxl_device_pci *pci)
{
    return mem_printf("%04x:%02x:%02x.%01x", (unsigned int)pci->domain,
                      pci->bus, pci->dev, pci->func);
}

static bool has(const char *address, const char *attribute)
{
    cleanup_free char *path =
        mem_printf(PCI_DEVICES "/%s/%s", address, attribute);
    return access(path, F_OK) == 0;
}

int pci_check_present(const char *address, struct error *err)
{
    if (has(address, ""))
        return 0;
    error_set(err, ERR_CONFIG, "PCI device %s: no such device", address);
    error_hint(err, "lspci -D lists those of this host");
    return -1;
}

/* The name of its driver, the caller's; NULL if it has none. */
static char *driver_of(const char *address)
{
    cleanup_free char *path = mem_printf(PCI_DEVICES "/%s/driver", address);
    char target[PATH_MAX];
    ssize_t length = readlink(path, target, sizeof(target));
    const char *slash;

    if (length <= 0)
        return NULL;
    slash = memrchr(target, '/', (size_t)length);
    return slash != NULL
               ? mem_strndup(slash + 1, (size_t)(target + length - slash - 1))
               : NULL;
}

int pci_check_assignable(const char *address, struct error *err)
{
    cleanup_free char *driver = driver_of(address);

    if (driver != NULL && strcmp(driver, PCIBACK) == 0)
        return 0;
    error_set(err, ERR_CONFIG, "PCI device %s: not assignable: it is with %s",
              address, driver ? driver : "no driver");
    error_hint(err, "xn pci-assignable-add %s", address);
    return -1;
}

/* Without one a device reaches all memory, and Xen gives away none. */
static int check_iommu(libxl_ctx *ctx, const char *address, struct error *err)
{
    libxl_physinfo host;

    libxl_physinfo_init(&host);
    bool lacks = libxl_get_physinfo(ctx, &host) == 0 && !host.cap_hvm_directio;
    libxl_physinfo_dispose(&host);
    if (!lacks)
        return 0;
    error_set(err, ERR_CONFIG, "PCI device %s: Xen uses no IOMMU on this host",
              address);
    error_hint(err, "enable it in the firmware (VT-d, AMD-Vi); iommu=1 in "
                    "Xen's command line");
    return -1;
}

int pci_check(const libxl_device_pci *pci, libxl_ctx *ctx, const char *guest,
              struct error *err)
{
    cleanup_free char *address = pci_address(pci);

    if (pci->name != NULL)
        return 0;
    if (pci_check_present(address, err) < 0 ||
        (!pci->seize && pci_check_assignable(address, err) < 0) ||
        check_iommu(ctx, address, err) < 0)
        return -1;
    if (!has(address, "reset"))
        log_warn("PCI device %s cannot be reset: the next guest will have it "
                 "as %s leaves it",
                 address, guest);
    return 0;
}

static int check_attach(const struct device_owner *owner, const void *device,
                        struct error *err)
{
    return pci_check(device, owner->host->ctx, owner->name, err);
}

static char *word(const void *device)
{
    return pci_address(device);
}

DEVICE_CALLS(pci)
DEVICE_OPERATION(call_remove, libxl_device_pci_remove)
DEVICE_OPERATION(call_destroy, libxl_device_pci_destroy)

const struct device_kind device_pci = {
    .name = "PCI device",
    .key = "pci",
    DEVICE_CALL_FIELDS(pci),
    .remove = call_remove,
    .destroy = call_destroy,
    .word = word,
    .check = check_attach,
};
