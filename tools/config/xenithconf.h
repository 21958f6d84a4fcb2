/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xenith.conf: what this host's supervisor does, in the same grammar as a
 * domain's file. docs/man/xenith.conf.pod describes the keys.
 */
#ifndef XENITH_CONFIG_XENITHCONF_H
#define XENITH_CONFIG_XENITHCONF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/outlet.h"
#include "config/diag.h"

struct config_source; /* config.h */

#define XENITHCONF_CONSOLE_LOG ((uint64_t)4 << 20)
#define XENITHCONF_HOOK_TIMEOUT 60
#define XENITHCONF_SCRIPT_TIMEOUT 30
#define XENITHCONF_BOOTLOADER_TIMEOUT 300

struct xenithconf {
    enum log_level log_level;  /* info */
    unsigned int log_outputs;  /* of enum log_output; 0: not set */
    uint64_t console_log;      /* cap of a guest's console log, bytes; 4 MiB */
    unsigned int hook_timeout; /* of a user's hook, seconds; 60 */
    unsigned int script_timeout;     /* of a device script, seconds; 30 */
    bool bootloader_confined;        /* pygrub has a room of its own; true */
    unsigned int bootloader_timeout; /* of pygrub there, seconds; 300 */
};

void xenithconf_init(struct xenithconf *conf);

/*
 * Reads a file over conf (initialised); one that is not there is no error. -1
 * with err when it cannot be read or has errors, which are in diags.
 */
int xenithconf_read(const char *path, struct xenithconf *conf,
                    struct config_diags *diags, struct error *err);

/* The same from any source; one that is not there is an error. */
int xenithconf_load(const struct config_source *source, struct xenithconf *conf,
                    struct config_diags *diags, struct error *err);

#endif
