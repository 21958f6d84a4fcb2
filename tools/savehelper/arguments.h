/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The arguments that libxl gives a save helper (Xen 4.17,
 * libxl_save_callout.c, run_helper and its callers):
 *
 *   --save-domain    STREAM BACK DOMID FLAGS CALLBACKS TYPE
 *   --restore-domain STREAM BACK DOMID STORE-PORT STORE-DOMID CONSOLE-PORT
 *                    CONSOLE-DOMID CALLBACKS TYPE
 *
 * all decimal; BACK is -1 where there is none.
 */
#ifndef XENITH_SAVEHELPER_ARGUMENTS_H
#define XENITH_SAVEHELPER_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define ARGUMENTS_SAVE "--save-domain"
#define ARGUMENTS_RESTORE "--restore-domain"

struct arguments {
    bool restore;
    int stream; /* descriptor */
    int back;   /* descriptor or -1 */
    uint32_t domid;
    uint32_t flags; /* XCFLAGS_*; of a save */
    uint32_t store_port, store_domid, console_port, console_domid;
    uint32_t callbacks; /* bits of protocol.h */
    uint32_t type;      /* enum xc_stream_type */
};

/*
 * Reads them. What is not exactly so, offers other callbacks than protocol.h
 * knows, or is a checkpointed stream, is an ERR_CONFIG: for the stock helper.
 */
int arguments_parse(int argc, char **argv, struct arguments *arguments,
                    struct error *err);

#endif
