/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which of a device's scripts the native hook stands for, or starts; the rules
 * are in xenstored-hooks/README.md.
 */
#ifndef XENITH_DEVICE_SCRIPT_H
#define XENITH_DEVICE_SCRIPT_H

#include <libxl.h>
#include <stdbool.h>

/* Whether a configuration names a script of the user's own; NULL does not. */
bool script_is_users(const char *named);

/*
 * The native hook's path for the device, the caller's: it stands for one of
 * Xen's scripts, or starts the user's. NULL: libxl is to run the script that
 * the configuration names, or its own.
 */
char *script_for_disk(const libxl_device_disk *disk);
char *script_for_nic(const libxl_device_nic *nic);

#endif
