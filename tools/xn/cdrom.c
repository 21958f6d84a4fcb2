/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/cdrom.h"

#include "base/interrupt.h"
#include "device/cdrom.h"
#include "xn/device.h"

int cdrom_run(struct invocation *inv, const char *path, struct error *err)
{
    struct device_owner owner = device_owner_of(inv);
    libxl_device_disk disk;
    int rc = 0;

    cdrom_describe(&disk, inv->words[0], path);
    if (inv->settings->dry_run)
        device_print(inv, &device_disk, &disk);
    else
        rc = interrupt_install(err) < 0 ? -1 : cdrom_change(&owner, &disk, err);
    libxl_device_disk_dispose(&disk);
    return rc;
}
