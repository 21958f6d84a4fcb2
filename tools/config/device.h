/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One device from the words of a command line, as of `xn network-attach web
 * mac=00:16:3e:01:02:03 bridge=br1`: the grammar is that of the device's key
 * in a file, and so is the code. Words are read one after the other; each may
 * hold several settings with commas between them.
 */
#ifndef XENITH_CONFIG_DEVICE_H
#define XENITH_CONFIG_DEVICE_H

#include <stddef.h>

#include "base/error.h"
#include "config/diag.h"
#include "config/xlconf.h"

enum config_device {
    CONFIG_DEVICE_DISK,
    CONFIG_DEVICE_NIC,
    CONFIG_DEVICE_PCI,
    CONFIG_DEVICE_USBCTRL,
    CONFIG_DEVICE_USBDEV,
    CONFIG_DEVICE_VTPM,
    CONFIG_DEVICE_VKB,
    CONFIG_DEVICE_VDISPL,
    CONFIG_DEVICE_VSND,
};

struct config_words {
    const char *const *words;
    size_t count;
    unsigned int first; /* the first one's number on the line, from 1 */
};

/*
 * Reads the words into device, which is libxl's struct of that kind and was
 * initialised. defaults (may be NULL) are those of vifs. Unlike in a file, all
 * that xl does not know is an error. -1 with err ("2 errors in the disk"); the
 * details are in diags, placed in "argument N".
 */
int config_device_read(enum config_device kind,
                       const struct config_words *words,
                       const struct xlconf *defaults, void *device,
                       struct config_diags *diags, struct error *err);

#endif
