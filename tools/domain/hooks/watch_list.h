/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The watch rules of a host: files NAME.rule in a folder, root's alone. */
#ifndef XENITH_DOMAIN_HOOKS_WATCH_LIST_H
#define XENITH_DOMAIN_HOOKS_WATCH_LIST_H

#include "base/vec.h"
#include "config/watchrule.h"

struct watch_entry {
    char *name; /* of the file, without .rule; owned */
    char *file; /* its path; owned */
    struct watchrule rule;
    char *fault; /* why it is not carried out, NULL if it is; owned */
};

struct watch_list {
    VEC(struct watch_entry) items;
};

/* In the order of their names; a folder that is missing has none. */
int watch_list_read(struct watch_list *list, const char *folder,
                    struct error *err);
void watch_list_dispose(struct watch_list *list);
#define cleanup_watch_list __attribute__((cleanup(watch_list_dispose)))

/* One of them by its name; NULL if there is none. */
struct watch_entry *watch_list_find(const struct watch_list *list,
                                    const char *name);

#endif
