/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which of a device's scripts the native hook stands for; the rules are in
 * xenstored-hooks/README.md.
 */
#ifndef XENITH_DEVICE_SCRIPT_H
#define XENITH_DEVICE_SCRIPT_H

#include <libxl.h>

/*
 * The native hook's path for the device, the caller's; NULL: the script that
 * the configuration names, or libxl's, is to run.
 */
char *script_for_disk(const libxl_device_disk *disk);
char *script_for_nic(const libxl_device_nic *nic);

#endif
