/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Devices of the host's USB behind a virtual controller. libxl knows them by
 * controller and port, keeps them with the controller, and asks no guest.
 */
#include "device/usbdev.h"

#include <dirent.h>
#include <stdlib.h>

#include "base/io.h"
#include "base/mem.h"
#include "device/kind.h"

#define USB_DEVICES "/sys/bus/usb/devices"
#define USB_CLASS_HUB 9

/* A number in sysfs, -1 if there is none; Linux writes a class in hexadecimal
 * (Documentation/ABI/stable/sysfs-bus-usb). */
static int read_number(const char *device, const char *attribute, int base)
{
    cleanup_free char *path =
        mem_printf(USB_DEVICES "/%s/%s", device, attribute);
    cleanup_free char *text = NULL;
    size_t length;

    if (io_read_file(path, 64, &text, &length, NULL) < 0)
        return -1;
    return (int)strtol(text, NULL, base);
}

static bool is_at(const char *device, unsigned int bus, unsigned int address)
{
    return read_number(device, "busnum", 10) == (int)bus &&
           read_number(device, "devnum", 10) == (int)address;
}

/* Its name in sysfs, the caller's; NULL if there is none. */
static char *find_device(unsigned int bus, unsigned int address)
{
    DIR *folder = opendir(USB_DEVICES);
    char *found = NULL;

    if (folder == NULL)
        return NULL;
    for (struct dirent *entry;
         found == NULL && (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.' && is_at(entry->d_name, bus, address))
            found = mem_strdup(entry->d_name);
    closedir(folder);
    return found;
}

int usbdev_check(const libxl_device_usbdev *usbdev, struct error *err)
{
    unsigned int bus = usbdev->u.hostdev.hostbus;
    unsigned int address = usbdev->u.hostdev.hostaddr;
    cleanup_free char *device = find_device(bus, address);

    if (device == NULL) {
        error_set(err, ERR_CONFIG, "USB device %u.%u: no such device", bus,
                  address);
        error_hint(err, "lsusb lists those of this host");
        return -1;
    }
    if (read_number(device, "bDeviceClass", 16) == USB_CLASS_HUB)
        return error_set(err, ERR_CONFIG,
                         "USB device %u.%u: a hub cannot be given away", bus,
                         address);
    return 0;
}

static int check_attach(const struct device_owner *owner, const void *device,
                        struct error *err)
{
    return usbdev_check(device, err);
}

static char *word(const void *device)
{
    const libxl_device_usbdev *usbdev = device;

    return mem_printf("%d.%d", usbdev->ctrl, usbdev->port);
}

DEVICE_CALLS(usbdev)
DEVICE_OPERATION(call_remove, libxl_device_usbdev_remove)

const struct device_kind device_usbdev = {
    .name = "USB device",
    .key = "usbdev",
    DEVICE_CALL_FIELDS(usbdev),
    .remove = call_remove,
    .word = word,
    .check = check_attach,
};
