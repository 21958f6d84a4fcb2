/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xl.conf: the host's defaults for domains, in the same grammar as a domain's
 * file. Zeroed by xlconf_init to what applies when there is no such file.
 */
#ifndef XENITH_CONFIG_XLCONF_H
#define XENITH_CONFIG_XLCONF_H

#include <stdbool.h>

#include "base/error.h"
#include "config/diag.h"

struct config_source; /* config.h */

enum xlconf_autoballoon {
    XLCONF_BALLOON_AUTO, /* off when dom0_mem is on Xen's command line */
    XLCONF_BALLOON_OFF,
    XLCONF_BALLOON_ON,
};

struct xlconf {
    enum xlconf_autoballoon autoballoon;
    bool run_hotplug_scripts; /* true */
    char *lockfile;           /* "/var/lock/xl" */
    int max_grant_frames;     /* -1: the hypervisor's */
    int max_maptrack_frames;  /* -1: the hypervisor's */
    int max_grant_version;    /* -1: the hypervisor's */
    char *vif_script;         /* vif.default.*; NULL: libxl's */
    char *vif_bridge;
    char *vif_backend;
    char *vif_gatewaydev;
    char *remus_netbufscript;
    char *colo_proxyscript;
    bool output_sxp;    /* output_format="sxp" */
    char *blkdev_start; /* NULL: libxl's, xvda */
    int claim_mode;     /* 1 */
    char *vm_cpumask;   /* CPU lists; NULL: all */
    char *vm_hvm_cpumask;
    char *vm_pv_cpumask;
    bool domid_random; /* domid_policy="random" */
};

void xlconf_init(struct xlconf *conf);
void xlconf_dispose(struct xlconf *conf);
#define cleanup_xlconf __attribute__((cleanup(xlconf_dispose)))

/*
 * Reads a file over conf (initialised). A file that is not there leaves the
 * defaults and is no error. -1 with err when it cannot be read or has errors;
 * those are in diags.
 */
int xlconf_read(const char *path, struct xlconf *conf,
                struct config_diags *diags, struct error *err);

/* The same from any source; one that is not there is an error. */
int xlconf_load(const struct config_source *source, struct xlconf *conf,
                struct config_diags *diags, struct error *err);

#endif
