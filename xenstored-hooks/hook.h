/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One execution of the native hook: a device of a domain comes or goes. The
 * contract with whoever starts it is in README.md.
 */
#ifndef XENITH_HOOKS_HOOK_H
#define XENITH_HOOKS_HOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "deadline.h"
#include "store.h"

/*
 * How long a hook may take, in milliseconds: the seconds in the variable
 * XN_SCRIPT_TIMEOUT, as xn sets it from xenith.conf, or 30. libxl ends a hook
 * after 40 s (LIBXL_HOTPLUG_TIMEOUT); ours are over before, so that the error
 * says where the time went.
 */
#define HOOK_PATIENCE_S 30
#define HOOK_PATIENCE_MAX_S 38
/* Each step has that time; all of them together this much more. */
#define HOOK_GRACE_MS 1000
int64_t hook_patience_ms(void);

struct hook {
    struct store *store;
    const char *role; /* "vif-bridge": the script it stands for */
    int (*run)(struct hook *hook, struct error *err); /* the role's work */
    bool arrives;          /* online, add; else it leaves */
    bool is_told;          /* hotplug-status says that it is connected */
    bool tap;              /* the emulated interface, not the vif */
    char *path;            /* of the backend in xenstore; owned */
    uint32_t domid, devid; /* of the frontend */
    const char *interface; /* the kernel's name of the vif or tap, or NULL */
    const char *netdev;    /* where routed packets leave, or NULL */
    struct deadline *deadline; /* is told what is done next; NULL: none */
};

/*
 * Reads arguments (argv[0] names the role) and environment. *runs is false
 * where there is nothing to do: the call for a tap's vif, and the other way.
 */
int hook_begin(struct hook *hook, int argc, char **argv, bool *runs,
               struct error *err);
void hook_end(struct hook *hook);
#define cleanup_hook __attribute__((cleanup(hook_end)))

/* Does what the role says. ERR_STATE: the device is in use elsewhere. */
int hook_run(struct hook *hook, struct error *err);

/* For a role that has more to do when all is connected; else hook_report does
 * it. */
int hook_tell_connected(struct hook *hook, struct error *err);

/* Tells the toolstack, through xenstore, how it went. */
int hook_report(struct hook *hook, const struct error *failure,
                struct error *err);

/* The roles, each in its own file. */
int block_run(struct hook *hook, struct error *err);
int vif_bridge_run(struct hook *hook, struct error *err);
int vif_openvswitch_run(struct hook *hook, struct error *err);
int vif_route_run(struct hook *hook, struct error *err);
int vif_nat_run(struct hook *hook, struct error *err);

#endif
