/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which programs are hooks. Those of the host are in a folder: what lies there
 * hears of every event, what lies in its folder EVENT of that one. A guest's
 * key `hooks` names more, in another folder or by their path.
 */
#ifndef XENITH_DOMAIN_HOOKS_HOOK_LIST_H
#define XENITH_DOMAIN_HOOKS_HOOK_LIST_H

#include "base/vec.h"
#include "domain/hooks/hook_call.h"

struct hook_place {
    const char *folder;   /* PATHS_HOOKS */
    const char *of_guest; /* PATHS_GUEST_HOOKS */
    const char *log;      /* PATHS_HOOKS_LOG */
    unsigned int timeout; /* seconds; 0: xenith.conf's hook_timeout */
};

extern const struct hook_place hook_place_of_host;

struct hook {
    char *name;  /* in messages: "10-lvm"; owned */
    char *path;  /* owned */
    int event;   /* the only one (enum hook_event), -1: all */
    char *fault; /* why it is not run, NULL if it is; owned */
    char *cure;  /* what to do about that, or NULL; owned */
};

struct hook_list {
    VEC(struct hook) items;
};

/*
 * Those of the host in the order of their names, of one event or (-1) of all;
 * then the guest's in its own order. One that is not executable is left out
 * where it lies in a folder. -1 if a folder cannot be read.
 */
int hook_list_read(struct hook_list *list, const struct hook_place *place,
                   int event, char *const *own, struct error *err);
void hook_list_dispose(struct hook_list *list);
#define cleanup_hook_list __attribute__((cleanup(hook_list_dispose)))

#endif
