/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Orders to the hypervisor as a whole: its debug keys, the parameters it can
 * change while it runs, and its security module.
 */
#ifndef XENITH_HOST_HYPERVISOR_H
#define XENITH_HOST_HYPERVISOR_H

#include "host/host.h"

/* As if typed on Xen's serial console; what they print goes to its log. */
int hypervisor_send_keys(struct host *host, const char *keys,
                         struct error *err);

/* "name=value ..." as on Xen's command line. */
int hypervisor_set_parameters(struct host *host, const char *parameters,
                              struct error *err);

/* What Flask, Xen's security module, does with what its policy forbids. */
enum flask_mode {
    FLASK_DISABLED, /* Xen was built or started without it */
    FLASK_PERMISSIVE,
    FLASK_ENFORCING,
};

int hypervisor_get_flask(struct host *host, enum flask_mode *mode,
                         struct error *err);

/* To permissive or enforcing; ERR_STATE where Flask is disabled. */
int hypervisor_set_flask(struct host *host, enum flask_mode mode,
                         struct error *err);

/* Replaces Flask's policy by a compiled one. ERR_STATE as above. */
int hypervisor_load_policy(struct host *host, const void *policy, size_t length,
                           struct error *err);

#endif
