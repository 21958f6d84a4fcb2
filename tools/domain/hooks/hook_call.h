/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a user's hook is told: the event, the guest, and what else belongs to
 * it, as a JSON document on its standard input and a few variables. The shapes
 * are described in docs/man/xn-hooks.pod.
 */
#ifndef XENITH_DOMAIN_HOOKS_HOOK_CALL_H
#define XENITH_DOMAIN_HOOKS_HOOK_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/outlet.h"

enum hook_event {
    HOOK_PREPARE,
    HOOK_CREATED,
    HOOK_STARTED,
    HOOK_STOPPED,
    HOOK_REBOOT,
    HOOK_CRASHED,
    HOOK_MIGRATE_OUT,
    HOOK_MIGRATE_IN,
    HOOK_DEVICE_ADDED,
    HOOK_DEVICE_REMOVED,
    HOOK_EVENTS, /* how many there are */
};

/* "migrate-out"; and back, false leaves *event alone. */
const char *hook_event_name(enum hook_event event);
bool hook_event_parse(const char *name, enum hook_event *event);

/* Everything is borrowed. */
struct hook_call {
    enum hook_event event;
    const char *name;        /* of the guest */
    const char *uuid;        /* as text */
    uint32_t domid;          /* INVALID_DOMID while there is no domain */
    char *const *own;        /* the guest's key `hooks`, or NULL */
    struct log_choice log;   /* the guest's */
    const char *cause;       /* of the event, or NULL */
    const char *peer;        /* the other host of a migration, or NULL */
    const char *device_kind; /* "disk", or NULL */
    const char *device;      /* what the user calls it: "xvdb", or NULL */
    const char *config;      /* libxl's JSON of it, or NULL */
    bool interruptible;      /* a signal to us (base/interrupt.h) ends it */
    bool test;               /* nothing happened: `xn hooks test` */
};

/* The document; the caller's. NULL: the configuration is no JSON. */
char *hook_call_document(const struct hook_call *call, struct error *err);

/* Hooks that call xn that runs hooks ...: no deeper than this. */
#define HOOK_DEPTH_MAX 4u

/* How deep this process is in hooks; 0 where none started it. */
unsigned int hook_call_depth(void);

/*
 * All of a hook's environment, ended by NULL; the array and its strings are
 * the caller's, freed by hook_call_free_env.
 */
char **hook_call_env(const struct hook_call *call);
void hook_call_free_env(char **env);

#endif
