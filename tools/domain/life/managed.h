/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Guests that are defined on this host, running or not: configurations in
 * Xen's folder (/etc/xen), and those of them that start with the host, which
 * is what the links in its folder auto say, for xendomains too.
 */
#ifndef XENITH_DOMAIN_LIFE_MANAGED_H
#define XENITH_DOMAIN_LIFE_MANAGED_H

#include <stdbool.h>

#include "base/error.h"
#include "base/vec.h"

/* Xen's, whatever our prefix is: xl and xendomains have no other. */
#define MANAGED_FOLDER "/etc/xen"

/* Guests that were saved when the host stopped: a file each, their name. */
#define MANAGED_SAVED "/var/lib/xen/save"

struct managed {
    const char *folder; /* MANAGED_FOLDER outside of tests */
};

/*
 * The configuration of a guest: a path (anything with a '/'), else NAME,
 * NAME.cfg in the folder auto, then in Xen's. ERR_NODOMAIN if there is none.
 * *path is the caller's.
 */
int managed_find(const struct managed *managed, const char *name, char **path,
                 struct error *err);

/*
 * Makes the link for a configuration, which is to be a file that can be read
 * (ERR_CONFIG), or takes it away (only links are ever removed). *changed: it
 * was not so before.
 */
int managed_enable(const struct managed *managed, const char *path,
                   bool *changed, struct error *err);
int managed_disable(const struct managed *managed, const char *name,
                    bool *changed, struct error *err);

/* Whether there is such a file, and nothing else of that name. */
bool managed_is_file(const char *path);

struct managed_paths {
    VEC(char *) list; /* owned, sorted */
};

/*
 * The files of a folder, or those of them that end in the suffix (NULL: all);
 * what managed_list leaves out is left out.
 */
int managed_list_folder(const char *path, const char *suffix,
                        struct managed_paths *paths, struct error *err);

/*
 * The configurations of the folder auto, or of Xen's folder (those that end in
 * .cfg); hidden files, backups and what is no file are left out. A folder that
 * does not exist is empty.
 */
int managed_list(const struct managed *managed, bool automatic,
                 struct managed_paths *paths, struct error *err);
void managed_paths_dispose(struct managed_paths *paths);
#define cleanup_managed_paths __attribute__((cleanup(managed_paths_dispose)))

#endif
