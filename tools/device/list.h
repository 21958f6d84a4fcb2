/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The devices of one kind that a domain has. */
#ifndef XENITH_DEVICE_LIST_H
#define XENITH_DEVICE_LIST_H

#include "device/kind.h"

struct device_list {
    const struct device_kind *kind;
    char *items; /* libxl's array */
    int count;
};

/* An unknown domain has none. */
void device_list_read(struct device_list *list, const struct device_kind *kind,
                      const struct device_owner *owner);
void device_list_dispose(struct device_list *list);
#define cleanup_device_list __attribute__((cleanup(device_list_dispose)))

/* One of them, valid as long as the list is. */
void *device_list_item(const struct device_list *list, int i);

/* The one that a user means by a word; NULL if there is none. */
void *device_list_find(const struct device_list *list,
                       const struct device_owner *owner, const char *word);

/*
 * As device_list_find, but what is not there is an ERR_CONFIG that says what
 * the domain has.
 */
void *device_list_need(const struct device_list *list,
                       const struct device_owner *owner, const char *word,
                       struct error *err);

/* "disk xvdb of web", for messages; the caller's. */
char *device_label(const struct device_kind *kind,
                   const struct device_owner *owner, const void *device);

#endif
