/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * QEMU's own list of pages that it wrote to stays as it is: it cannot be asked
 * whether it keeps one, and QEMU 7.2 aborts when told to end what it does not
 * (memory_global_dirty_log_do_stop in its softmmu/memory.c). It costs little,
 * and the next migration begins it anew.
 */
#include "host/log_dirty.h"

#include <xenctrl.h>

void log_dirty_end(uint32_t domid)
{
    /* Its messages would go to standard error. */
    xentoollog_logger *silent =
        (xentoollog_logger *)xtl_createlogger_stdiostream(stderr, XTL_CRITICAL,
                                                          0);
    xc_interface *xc = xc_interface_open(silent, NULL, 0);

    if (xc != NULL) {
        (void)xc_shadow_control(xc, domid, XEN_DOMCTL_SHADOW_OP_OFF, NULL, 0);
        xc_interface_close(xc);
    }
    xtl_logger_destroy(silent);
}
