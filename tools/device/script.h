/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which of a device's scripts the native hook stands for, or starts; the rules
 * are in xenstored-hooks/README.md.
 */
#ifndef XENITH_DEVICE_SCRIPT_H
#define XENITH_DEVICE_SCRIPT_H

#include <libxl.h>
#include <stdbool.h>

#include "base/error.h"

/* Whether a configuration names a script of the user's own; NULL does not. */
bool script_is_users(const char *named);

/*
 * The native hook's path for the device, the caller's: it stands for one of
 * Xen's scripts, or starts the user's. NULL: libxl is to run the script that
 * the configuration names, or its own.
 */
char *script_for_disk(const libxl_device_disk *disk);
char *script_for_nic(const libxl_device_nic *nic);

/*
 * In a driver domain, where only the path in xenstore is known: what to start
 * for a device of that kind (vbd, vif), the caller's. Xen's own scripts by
 * their paths are the native hook's, as their names are in Dom0. NULL with err
 * if it is no script that root alone can change.
 */
char *script_in_driver_domain(const char *kind, const char *path,
                              struct error *err);

#endif
